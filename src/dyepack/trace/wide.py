"""Exact integers of 128 bits in compiled code, as two unsigned limbs of 64: amounts of 38 digits take 127.

NumPy and Numba have no wider integer than 64 bits, and mixing signed with unsigned ones makes floats, so every constant
here is unsigned. A product of two amounts has 254 bits; only `share` needs one, and only its quotient.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from dyepack.compiled import compiled

_LIMB, _WIDE = ir.IntType(64), ir.IntType(128)
_HALF = ir.Constant(_WIDE, 64)
_TYPES: Any = types
S63 = np.uint64(63)
ZERO = np.uint64(0)
ONE = np.uint64(1)
TWO64 = 18446744073709551616.0
SAFE = np.uint64(1 << 22)
"""High limbs below this make amounts below 2⁸⁶, for which a quotient guessed in doubles is near enough to be mended."""


@compiled
def add(alo: Any, ahi: Any, blo: Any, bhi: Any) -> Any:
    """A + b, modulo 2¹²⁸."""
    lo = alo + blo
    return lo, ahi + bhi + (ONE if lo < alo else ZERO)


@compiled
def sub(alo: Any, ahi: Any, blo: Any, bhi: Any) -> Any:
    """A - b, modulo 2¹²⁸."""
    return alo - blo, ahi - bhi - (ONE if alo < blo else ZERO)


@compiled
def less(alo: Any, ahi: Any, blo: Any, bhi: Any) -> Any:
    """Whether a < b."""
    return ahi < bhi or (ahi == bhi and alo < blo)


def _full(_: Any, one: Any, other: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, limbs: Any) -> Any:
        whole = builder.mul(*(builder.zext(limb, _WIDE) for limb in limbs))
        halves = (builder.trunc(whole, _LIMB), builder.trunc(builder.lshr(whole, _HALF), _LIMB))
        return context.make_tuple(builder, signature.return_type, halves)

    return _TYPES.Tuple((one, other))(one, other), code


_times: Any = intrinsic(_full)
"""The full product of two limbs: one instruction, which neither NumPy nor Numba has a word for."""


@compiled
def _product(alo: Any, ahi: Any, blo: Any, bhi: Any) -> Any:
    """A × b, modulo 2¹²⁸."""
    lo, hi = _times(alo, blo)
    return lo, hi + alo * bhi + ahi * blo


@compiled
def share(alo: Any, ahi: Any, wlo: Any, whi: Any, tlo: Any, thi: Any) -> Any:
    """Quotient and remainder of a × w / t, where w is at most t and t is not zero."""
    if ahi == ZERO and whi == ZERO and thi == ZERO:
        lo, hi = _times(alo, wlo)
        if hi == ZERO:
            return lo // tlo, ZERO, lo % tlo, ZERO
    if ahi < SAFE and whi < SAFE and thi < SAFE:
        return _guessed(alo, ahi, wlo, whi, tlo, thi)
    return _divided(alo, ahi, wlo, whi, tlo, thi)


@compiled
def _guessed(alo: Any, ahi: Any, wlo: Any, whi: Any, tlo: Any, thi: Any) -> Any:
    """The quotient guessed in doubles, then mended: the error of a guess is 2⁻⁵⁰ of it, so the rest fits 128 bits."""
    total = np.float64(thi) * TWO64 + np.float64(tlo)
    guess = (np.float64(ahi) * TWO64 + np.float64(alo)) * ((np.float64(whi) * TWO64 + np.float64(wlo)) / total)
    high = np.uint64(guess / TWO64)
    qlo, qhi = np.uint64(guess - np.float64(high) * TWO64), high
    plo, phi = _product(alo, ahi, wlo, whi)
    mlo, mhi = _product(qlo, qhi, tlo, thi)
    rlo, rhi = sub(plo, phi, mlo, mhi)
    while True:
        if rhi >> S63:  # guessed too much
            nlo, nhi = sub(ZERO, ZERO, rlo, rhi)
            step = np.uint64((np.float64(nhi) * TWO64 + np.float64(nlo)) / total) + ONE
            qlo, qhi = sub(qlo, qhi, step, ZERO)
            mlo, mhi = _times(step, tlo)
            rlo, rhi = add(rlo, rhi, mlo, mhi + step * thi)
        elif less(rlo, rhi, tlo, thi):
            return qlo, qhi, rlo, rhi
        else:
            step = max(np.uint64((np.float64(rhi) * TWO64 + np.float64(rlo)) / total), ONE)
            qlo, qhi = add(qlo, qhi, step, ZERO)
            mlo, mhi = _times(step, tlo)
            rlo, rhi = sub(rlo, rhi, mlo, mhi + step * thi)


@compiled
def _divided(alo: Any, ahi: Any, wlo: Any, whi: Any, tlo: Any, thi: Any) -> Any:
    """Bit by bit, from the highest of `a` down: remainder doubles, `w` is added where the bit is set.

    The remainder stays below t, and twice it with w added below 3 t < 2¹²⁹: hence the carries that are looked at.
    """
    qlo, qhi, rlo, rhi = ZERO, ZERO, ZERO, ZERO
    for place in range(127, -1, -1):
        qhi = (qhi << ONE) | (qlo >> S63)
        qlo = qlo << ONE
        over = rhi >> S63
        rhi = (rhi << ONE) | (rlo >> S63)
        rlo = rlo << ONE
        if over or not less(rlo, rhi, tlo, thi):
            rlo, rhi = sub(rlo, rhi, tlo, thi)
            qlo, qhi = add(qlo, qhi, ONE, ZERO)
        bit = (ahi >> np.uint64(place - 64)) if place >= 64 else (alo >> np.uint64(place))
        if bit & ONE:
            slo, shi = add(rlo, rhi, wlo, whi)
            if less(slo, shi, rlo, rhi) or not less(slo, shi, tlo, thi):
                slo, shi = sub(slo, shi, tlo, thi)
                qlo, qhi = add(qlo, qhi, ONE, ZERO)
            rlo, rhi = slo, shi
    return qlo, qhi, rlo, rhi


@compiled
def summed(group: Any, lo: Any, hi: Any, groups: int) -> Any:
    """Sums of amounts by group; a negative group is left out."""
    sums_lo, sums_hi = np.zeros(groups, np.uint64), np.zeros(groups, np.uint64)
    for index in range(len(group)):
        at = group[index]
        if at >= 0:
            sums_lo[at], sums_hi[at] = add(sums_lo[at], sums_hi[at], lo[index], hi[index])
    return sums_lo, sums_hi


def limbs(amounts: Any) -> tuple[Any, Any]:
    """Non-negative Python integers below 2¹²⁸ as two arrays of limbs."""
    raw = b"".join(amount.to_bytes(16, "little") for amount in amounts)
    pairs = np.frombuffer(raw, np.uint64).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def integers(lo: Any, hi: Any) -> list[int]:
    """Two arrays of limbs as Python integers."""
    if not hi.any():
        return [int(one) for one in lo.tolist()]
    return [low | (high << 64) for low, high in zip(lo.tolist(), hi.tolist(), strict=True)]
