"""What the head of a process that is ours does to begin sooner; a program that uses the library is left as it is."""

import gc
import sys
from importlib import import_module


def begin() -> None:
    """Import pyarrow alone, and look for cyclic garbage less often.

    Importing numpy takes longer than a total, and pyarrow does without it; the pandas that comes with it takes
    longer still. A command makes a hundred thousand records and no cycles.
    """
    gc.set_threshold(100_000, 50, 50)
    if "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        for part in ("pyarrow", "pyarrow.parquet"):
            import_module(part)
    finally:
        del sys.modules["numpy"]
