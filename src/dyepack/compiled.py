"""Compiles loops to machine code, and keeps the code on disk where the next process finds it.

numba looks whether the file of a function has changed, but not the files of what that function calls. So the code is
kept in a folder named by the content of all files beside the function's own: any change there makes all of it anew.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The same function, compiled when it is first called. It works on arrays and numbers, and checks no bounds."""
    settings: Any = config
    home = kept(Path(function.__code__.co_filename).parent)
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(home)
    try:
        return cast("Function", njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        settings.CACHE_DIR = before


def inlined(function: Function) -> Function:
    """A small piece of a compiled loop, put into its callers as it stands, so that its constants are seen there."""
    return cast("Function", njit(inline="always")(function))


@cache
def kept(sources: Path) -> Path:
    """The folder of the machine code of these sources: beside them, or in the user's cache where nobody may write."""
    digest = hashlib.sha256()
    for path in sorted(sources.glob("*.py")):
        digest.update(path.read_bytes())
    name = f"machine-{sources.name}-{digest.hexdigest()[:16]}"
    homes = (sources / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "dyepack")
    for home in homes:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(home, os.W_OK):
            return home / name
    return Path(tempfile.gettempdir()) / f"dyepack-{os.getuid()}" / name
