"""The compiled loops of this room: how they are made, and whether they are there."""

from pathlib import Path
from typing import Any

import numpy as np

from dyepack.compiled import compiled, inlined, kept

__all__ = ["Array", "Number", "compiled", "inlined", "is_kept"]
Array = np.ndarray[Any, Any]
Number = Any
"""A number within compiled code, where numba gives it its width."""


def is_kept() -> bool:
    """Whether machine code of these sources is on disk already, so that nobody has to wait for it."""
    return kept(Path(__file__).parent).exists()
