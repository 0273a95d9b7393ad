"""Lists of movements put together: which rows are one movement, and in what order they come."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

GONE = {"fee", "burn"}
UNCOUNTED = {"fee", "reward"}


@dataclass(frozen=True, order=True)
class Row:
    """A line of a list. Without `tx_index`, `seq` and `log` the list says no place."""

    block: int
    tx: str
    kind: str
    payer: str
    payee: str
    asset: str
    amount: int
    tx_index: int | None = None
    seq: int | None = None
    log: int | None = None


class Item(NamedTuple):
    """A movement inside a transaction."""

    payer: str
    payee: str
    asset: str
    amount: int
    kind: str


class Transaction(NamedTuple):
    block: int
    tx: str
    items: list[Item]


def together(files: Iterable[Sequence[Row]]) -> list[Row]:
    """Rows with an index are one movement wherever they stand; others count as often as in the list that has most."""
    settled, most = dict[object, Row](), Counter[Row]()
    for rows in files:
        here = Counter[Row]()
        for row in rows:
            if row.log is not None:
                settled[row.tx, "log", row.log] = row
            elif row.seq is not None:
                settled[row] = row
            else:
                here[replace(row, tx_index=None)] += 1
        most |= here
    return [*settled.values(), *most.elements()]


def transactions(files: Iterable[Sequence[Row]]) -> list[Transaction]:
    """In chain order, as the rows' own places give it; a list without places must have a transaction in each block."""
    rows = sorted(together(files), key=lambda row: (row.block, _or(row.tx_index), row.tx, _or(row.seq), _or(row.log)))
    names = list(dict.fromkeys((row.block, row.tx) for row in rows))
    return [
        Transaction(
            block, tx, [item(row) for row in rows if row.tx == tx and row.amount and not row.asset.startswith("decoy")]
        )
        for block, tx in names
    ]


def item(row: Row) -> Item:
    return Item(row.payer, row.payee, row.asset, row.amount, row.kind)


def _or(place: int | None) -> int:
    return -1 if place is None else place


def sender(items: Iterable[Item]) -> str | None:
    """Who pays the fee; else whose own value the transaction moved."""
    for kind in ("fee", "native"):
        for one in items:
            if one.kind == kind:
                return one.payer
    return None


def counted(one: Item) -> bool:
    """Whether loans, trades and thefts look at it: no fee, no reward, no burnt base fee."""
    return one.kind not in UNCOUNTED and not (one.kind == "burn" and ":" not in one.asset)
