"""What the head of a process that is ours does to begin sooner; a program that uses the library is left as it is."""

import atexit
import gc
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from dyepack.cli.rooms import LEAN, ROOMS, words

_WITHOUT = ("numpy", "pyarrow._s3fs")


def begin(arguments: Sequence[str] = ()) -> None:
    """Import pyarrow alone, where the command does without numpy, and look for cyclic garbage less often or never.

    Importing numpy takes longer than a total, and pyarrow does without it, but then for the whole process; the pandas
    that comes with it takes longer still. Nor is an object store asked. A question to the ledger makes a hundred
    thousand records and no cycles.
    """
    gc.set_threshold(100_000, 50, 50)
    asked = next(words(arguments), None)
    counts = any(asked in commands.split() for room, commands in ROOMS.items() if room not in LEAN)
    if counts or "numpy" in sys.modules:
        return
    gc.disable()
    without = [name for name in _WITHOUT if name not in sys.modules]
    sys.modules.update(dict.fromkeys(without))  # type: ignore[arg-type]
    try:
        for part in ("pyarrow", "pyarrow.parquet"):
            import_module(part)
    finally:
        for name in without:
            del sys.modules[name]


def leave(code: int) -> NoReturn:
    """Leave with this exit code, and let the system take back the memory: taking it apart takes a tenth of a command.

    What is registered for the end is done, and what is written is sent; where another thread still works, or a stream
    refuses, the interpreter ends in its own way.
    """
    if threading.active_count() == 1:
        with suppress(OSError, ValueError):
            atexit._run_exitfuncs()  # noqa: SLF001 (the interpreter would do so, and then take all apart)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)
