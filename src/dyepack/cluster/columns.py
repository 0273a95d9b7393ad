"""Transactions of an output chain as columns: what every rule of this room reads.

An address is a number (below nought: none, or not shown), an amount that is not shown is -1. Inputs and outputs of
transaction `n` are the slices `start[n]:start[n + 1]` of theirs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

SCRIPTS = ("other", "p2pk", "p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr", "multisig", "op_return", "witness")
"""The codes of `scripts` are places in this list."""
OP_RETURN = SCRIPTS.index("op_return")
UNKNOWN = -1
NOWHERE = -1
"""No output: what stands where no known coordinator is paid."""


@dataclass(frozen=True)
class Side:
    """All inputs, or all outputs, one transaction's after another's."""

    start: Ints
    address: Ints
    amount: Ints
    script: Codes


@dataclass(frozen=True)
class Columns:
    """A batch of transactions in chain order.

    `fresh` says of an output that its address was never seen before it; `coordinator` of a transaction which of all
    outputs pays a known coordinator of coinjoins in his time, or `NOWHERE`.
    """

    block: Ints
    tx_index: Ints
    ins: Side
    outs: Side
    fresh: Flags
    coordinator: Ints

    def __len__(self) -> int:
        return len(self.block)


def script_code(name: str) -> int:
    """The code of a script type, as the tables name it."""
    return SCRIPTS.index(name) if name in SCRIPTS else 0


def enlarged(array: npt.NDArray[Any], used: int, more: int) -> Any:
    """The same array where it has room for so many more than are used, else one that is half as large again."""
    if used + more <= len(array):
        return array
    out = np.empty(max(used + more, used + used // 2), array.dtype)
    out[:used] = array[:used]
    return out


def starts(counts: npt.ArrayLike) -> Ints:
    """Where each slice begins, and the end, from the lengths."""
    counts = np.asarray(counts, np.int64)
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    return out
