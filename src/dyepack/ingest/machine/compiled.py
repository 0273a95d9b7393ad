"""Compiles a loop to machine code, and keeps the code on disk where the next process finds it.

numba looks whether the file of a function has changed, but not the files of what that function calls. So the code is
kept in a folder named by the content of all files of this package: any change makes all of it anew.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., object])
Array = np.ndarray[Any, Any]
Number = Any
"""A number within compiled code, where numba gives it its width."""
HERE = Path(__file__).parent


def compiled(function: Function) -> Function:
    """The same function, compiled when it is first called. It works on arrays and numbers, and checks no bounds."""
    settings: Any = config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(kept())
    try:
        return cast("Function", njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        settings.CACHE_DIR = before


def inlined(function: Function) -> Function:
    """A small piece of a compiled loop, put into its callers as it stands, so that its constants are seen there."""
    return cast("Function", njit(inline="always")(function))


def is_kept() -> bool:
    """Whether machine code of these sources is on disk already, so that nobody has to wait for it."""
    return kept().exists()


@cache
def kept() -> Path:
    """The folder of the machine code: beside the sources, or in the user's cache where nobody may write there."""
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    name = f"machine-{digest.hexdigest()[:16]}"
    homes = (HERE / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "dyepack")
    for home in homes:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(home, os.W_OK):
            return home / name
    return Path(tempfile.gettempdir()) / f"dyepack-{os.getuid()}" / name
