"""Exact amounts of up to 128 bits as two 64-bit limbs, for loops that are compiled to machine code.

An amount is a low and a high limb, both unsigned. A number written in the code is a signed one, and together with an
unsigned one it would become a float: hence `ONE`.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

Whole = npt.NDArray[np.int64]
Limbs = npt.NDArray[np.uint64]
Limb = np.uint64
ONE = np.uint64(1)
NIL = np.uint64(0)
_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """The function as machine code, made at its first call and kept on disk."""
    return cast("_F", njit(cache=True)(function))


@compiled
def add(low: Limb, high: Limb, more: Limb, more_high: Limb) -> tuple[Limb, Limb]:
    """A sum, which must fit."""
    total = low + more
    carry = ONE if total < low else NIL
    return total, high + more_high + carry


@compiled
def subtract(low: Limb, high: Limb, less: Limb, less_high: Limb) -> tuple[Limb, Limb]:
    """A difference, which must not be below zero."""
    borrow = ONE if low < less else NIL
    return low - less, high - less_high - borrow


@compiled
def below(low: Limb, high: Limb, than: Limb, than_high: Limb) -> bool:
    """Whether the first amount is the smaller one."""
    return bool(high < than_high or (high == than_high and low < than))
