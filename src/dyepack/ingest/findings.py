"""What a check of chain data found, in the words that every check uses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dyepack.store import Store

KINDS = {
    "gap": "blocks that are missing between others",
    "chain": "a block that does not name the one before it",
    "merkle": "transactions that do not give the root of their block",
    "duplicate": "a block, a place or an id that is there twice",
    "count": "fewer or more rows than a block or transaction says it has",
    "missing": "an input whose output is nowhere, or other than it says",
    "spent": "an output that is spent twice",
    "balance": "a transaction that pays more than it has, or another fee than is left",
    "supply": "a block that makes more than the schedule allows",
    "negative": "an account that pays what it does not have",
    "replay": "a holding that changed by something else than the node's balances did",
}
"""Each is an error in the data; what only wants to be known is a note."""
MOST = 1_000
"""Of one kind no more are listed one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One error: its kind, the block it is in, and what is wrong."""

    kind: str
    block: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know that is no error: what it is, how many, and examples."""

    name: str
    count: int
    text: str


Check = Callable[[Store, str], Iterator[Finding | Note]]
"""One check of one chain's tables."""
