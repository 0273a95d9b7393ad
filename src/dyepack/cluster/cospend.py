"""Co-spend: the addresses whose coins are inputs of one transaction are joined.

Who signs for several inputs holds several keys, or sits together with those who do. Coinjoins, what may be one, and
signed trades are left out before joining. When it misleads: a payjoin cannot be seen; a service signs for its
customers' deposit addresses, which joins the service's addresses and not the customers; coinjoins that no rule knows.
Meiklejohn et al. 2013.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Flags, Ints
from dyepack.compiled import compiled

NAME: Final = "cospend"
VERSION: Final = 1


def joins(columns: Columns, apart: Flags) -> tuple[Ints, Ints, Ints]:
    """For each transaction that is not left out, its first address with each other one: transaction, first, second."""
    ins = columns.ins
    out = np.empty((3, len(ins.address)), np.int64)
    size = _stars(ins.start, ins.address, apart, out)
    return out[0, :size], out[1, :size], out[2, :size]


@compiled
def _stars(start: Any, address: Any, apart: Any, out: Any) -> Any:
    size = 0
    for tx in range(len(apart)):
        if apart[tx] or start[tx + 1] - start[tx] < 2:
            continue
        head = -1
        for n in range(start[tx], start[tx + 1]):
            if address[n] >= 0:
                head = address[n]
                break
        if head < 0:
            continue
        others = np.sort(address[start[tx] : start[tx + 1]])
        for n in range(len(others)):
            if others[n] >= 0 and others[n] != head and (n == 0 or others[n] != others[n - 1]):
                out[0, size], out[1, size], out[2, size] = tx, head, others[n]
                size += 1
    return size
