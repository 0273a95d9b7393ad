"""Address poisoning: an address that begins and ends like one that the sender really pays.

Worth a warning and no more: most people compare the first and last few characters, and so does this.
"""

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

_ENDS = 4


def lookalikes(rows: pa.Table) -> list[tuple[str, str]]:
    """Pairs of (payee of a flagged movement, address it looks like among those that the same sender pays), sorted."""
    flagged = rows.filter(pc.is_valid(rows.column("flag")))
    senders = flagged.column("from_address").unique()
    real = rows.filter(pc.and_(pc.is_null(rows.column("flag")), pc.is_in(rows.column("from_address"), senders)))
    paid: dict[tuple[str, str], set[str]] = defaultdict(set)
    for sender, payee in _pairs(real):
        paid[sender, _ends(payee)].add(payee)
    found = {(bait, payee) for sender, bait in _pairs(flagged) for payee in paid[sender, _ends(bait)] - {bait}}
    return sorted(found)


def _pairs(rows: pa.Table) -> set[tuple[str, str]]:
    return set(zip(rows.column("from_address").to_pylist(), rows.column("to_address").to_pylist(), strict=True))


def _ends(address: str) -> str:
    body = address.removeprefix("0x")
    return body[:_ENDS] + body[-_ENDS:]
