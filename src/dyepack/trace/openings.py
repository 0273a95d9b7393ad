"""What holdings must have had at first: the least opening balance that lets each pay what it is shown paying."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dyepack.trace.slice import Key, Move


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How much a holding pays beyond what it is shown to get, and the block by which it has done so."""

    amount: int
    block: int


def shortfalls(
    moves: Iterable[Move], walked: Collection[Key], given: Mapping[Key, Sequence[tuple[int, int]]]
) -> dict[Key, Shortfall]:
    """The lowest point below zero of every walked holding, in chain order.

    `given` are amounts put in before the first movement of a block, as (block, amount), in order of blocks. A
    transfer to oneself needs its amount first.
    """
    balance: dict[Key, int] = defaultdict(int)
    lowest: dict[Key, Shortfall] = {}
    waiting = sorted((block, key, amount) for key, amounts in given.items() for block, amount in amounts)
    due = 0
    for move in moves:
        while due < len(waiting) and waiting[due][0] <= move.block:
            balance[waiting[due][1]] += waiting[due][2]
            due += 1
        payer, payee = (move.payer, move.asset), (move.payee, move.asset)
        if payer in walked and move.leaves:
            balance[payer] -= move.amount
            if balance[payer] < -(lowest[payer].amount if payer in lowest else 0):
                lowest[payer] = Shortfall(-balance[payer], move.block)
        if payee in walked and move.arrives:
            balance[payee] += move.amount
    return lowest


def before_first(moves: Iterable[Move], known: Mapping[Key, tuple[int, int]]) -> dict[Key, int]:
    """Known balances, as (block, balance at its end), carried back to before the first movement.

    Below zero where the movements up to that block bring more than the balance: then the two contradict each other.
    """
    amounts = {key: amount for key, (_, amount) in known.items()}
    for move in moves:
        payer, payee = (move.payer, move.asset), (move.payee, move.asset)
        if payer in known and move.leaves and move.block <= known[payer][0]:
            amounts[payer] += move.amount
        if payee in known and move.arrives and move.block <= known[payee][0]:
            amounts[payee] -= move.amount
    return amounts
