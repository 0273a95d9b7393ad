"""Movements that repeat an earlier one of their transaction: the same payer, payee, asset, amount and kind.

One transaction may well pay the same sum twice, and a list of movements may hold a row twice; a file in which only the
place in the transaction differs cannot say which it is. So there are two readings: `kept`, in which each is a movement
of its own, and `once`, in which the later ones are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dyepack.trace.moves import Moves
from dyepack.trace.request import Repeated
from dyepack.trace.slice import Slice

OTHER: Mapping[Repeated, Repeated] = {"kept": "once", "once": "kept"}


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many movements repeat an earlier one, and what they move, by asset."""

    movements: int
    moved: Mapping[str, int]


def again(moves: Moves) -> Any:
    """Of each movement, whether it repeats an earlier one.

    A transaction is known by its hash: its place in the block may be told differently by two files. A movement that the
    chain itself tells apart, by the number of its event or the place of its call, repeats none.
    """
    said = (moves.hi, moves.lo, moves.payee, moves.payer, moves.kind, moves.tx)
    order = np.lexsort((~moves.named, *said))
    alike = np.ones(max(len(moves) - 1, 0), np.bool_)
    for column in said:
        alike &= column[order][1:] == column[order][:-1]
    found = np.zeros(len(moves), np.bool_)
    found[order[1:][alike]] = True
    return found & ~moves.named


def readings(gathered: Slice) -> tuple[dict[Repeated, Slice], Repeats]:
    """The slice under both readings: a repeated movement reaches nobody that the first one does not.

    On an output chain nothing repeats: every output is one of its own.
    """
    moves = gathered.moves
    repeats = again(moves) if not gathered.outputs else np.zeros(len(moves), np.bool_)
    moved: dict[str, int] = {}
    for index in np.flatnonzero(repeats).tolist():
        asset = moves.keys[moves.payee[index]].asset
        moved[asset] = moved.get(asset, 0) + moves.amount(index)
    once = replace(gathered, moves=moves.only(~repeats)) if moved else gathered
    return {"kept": gathered, "once": once}, Repeats(int(repeats.sum()), dict(sorted(moved.items())))
