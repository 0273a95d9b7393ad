"""What the head of a process that is ours does to begin sooner; a program that uses the library is left as it is."""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

ARRAYS = ("ingest",)
"""Commands that hand arrays of numpy to pyarrow, which decides when it is imported whether it knows them."""


def begin(arguments: Sequence[str] = ()) -> None:
    """Import pyarrow alone, and look for cyclic garbage less often.

    Importing numpy takes longer than a total, and pyarrow does without it; the pandas that comes with it takes
    longer still. A command makes a hundred thousand records and no cycles.
    """
    gc.set_threshold(100_000, 50, 50)
    if "numpy" in sys.modules or any(command in arguments for command in ARRAYS):
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        for part in ("pyarrow", "pyarrow.parquet"):
            import_module(part)
    finally:
        del sys.modules["numpy"]
