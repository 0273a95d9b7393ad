"""What the head of a process that is ours does to begin sooner; a program that uses the library is left as it is."""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from dyepack.cli.rooms import LEAN, ROOMS, words


def begin(arguments: Sequence[str] = ()) -> None:
    """Import pyarrow alone, where the command does without numpy, and look for cyclic garbage less often.

    Importing numpy takes longer than a total, and pyarrow does without it, but then for the whole process; the pandas
    that comes with it takes longer still. A command makes a hundred thousand records and no cycles.
    """
    gc.set_threshold(100_000, 50, 50)
    asked = next(words(arguments), None)
    counts = any(asked in commands.split() for room, commands in ROOMS.items() if room not in LEAN)
    if counts or "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        for part in ("pyarrow", "pyarrow.parquet"):
            import_module(part)
    finally:
        del sys.modules["numpy"]
