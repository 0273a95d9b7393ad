"""Movements that repeat an earlier one of their transaction: the same payer, payee, asset, amount and kind.

One transaction may well pay the same sum twice, and a list of movements may hold a row twice; a file in which only the
place in the transaction differs cannot say which it is. So there are two readings: `kept`, in which each is a movement
of its own, and `once`, in which the later ones are left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dyepack.trace.request import Repeated
from dyepack.trace.slice import Move, Slice

OTHER: Mapping[Repeated, Repeated] = {"kept": "once", "once": "kept"}


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many movements repeat an earlier one, and what they move, by asset."""

    movements: int
    moved: Mapping[str, int]


def parted(moves: Iterable[Move]) -> tuple[list[Move], list[Move]]:
    """The movements without those that repeat an earlier one, and those; both in the order given.

    A transaction is known by its hash: its place in the block may be told differently by two files.
    """
    seen: set[tuple[str, str, str, str, str, int]] = set()
    first: list[Move] = []
    again: list[Move] = []
    for move in moves:
        said = (move.tx_hash, move.kind, move.payer, move.payee, move.asset, move.amount)
        (again if said in seen else first).append(move)
        seen.add(said)
    return first, again


def readings(gathered: Slice) -> tuple[dict[Repeated, Slice], Repeats]:
    """The slice under both readings: a repeated movement reaches nobody that the first one does not."""
    first, again = parted(gathered.moves)
    moved: dict[str, int] = {}
    for move in again:
        moved[move.asset] = moved.get(move.asset, 0) + move.amount
    once = replace(gathered, moves=first) if again else gathered
    return {"kept": gathered, "once": once}, Repeats(len(again), dict(sorted(moved.items())))
