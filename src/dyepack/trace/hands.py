"""What addresses had when a transaction began that a seed names: money that is followed already is not stolen again.

How much that is must not hang on the rule, as a seed says one amount. So it is read off one walk, in which every
payment takes what is not stolen first (`clean_first`): what a transaction of a theft can then spend of followed money
is what must have stayed for it. In the transaction itself hands of the theft spend followed money first, as they do
with what came inside it (`taking`); whoever else pays there, of whom the theft took, spends it last.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dyepack.trace.kernel import CARRIED, MOVE, NOBODY, STEAL, STOLEN
from dyepack.trace.method import Method
from dyepack.trace.methods import METHODS
from dyepack.trace.moves import Key
from dyepack.trace.request import SeedSpec
from dyepack.trace.steps import Laid, Plan, first_paid
from dyepack.trace.walk import Walked, follow
from dyepack.trace.wide import integers

Before = dict[tuple[str, str, str], tuple[int, Mapping[str, int]]]
"""By (transaction, address, asset): all that was there, and the followed money of each incident in it."""


def repeatedly(specs: Sequence[SeedSpec]) -> bool:
    """Whether a transaction that a seed names can spend money of another seed of the same theft."""
    of = defaultdict(set)
    for spec in specs:
        of[spec.incident].add((spec.tx_hash or "", spec.address if spec.tx_hash is None else ""))
    return any(len(places) > 1 and any(tx for tx, _ in places) for places in of.values())


def before(laid: Laid, hashes: Collection[str]) -> Before:
    """What holdings with followed money had before each of these transactions."""
    walked = follow(laid, _KEEPING)
    found = Before()
    for code, name in enumerate(laid.plan.slice.moves.hashes):
        if name in hashes:
            found |= {(name, key.address, key.asset): had for key, had in _at(walked, code).items()}
    return found


def passed_on(laid: Laid) -> dict[int, int]:
    """On an output chain: by movement, what of the outputs that seeds name was followed money before."""
    plan, moves = laid.plan, laid.plan.slice.moves
    named: dict[int, list[int]] = defaultdict(list)
    for index in np.flatnonzero(plan.begins).tolist():
        if moves.leaves[index] and _theft(plan, index) is not None:
            named[int(moves.payer[index])].append(index)
    if len(named) < 2 or len(laid.origins) < 3:
        return {}
    walked, found = follow(laid, _KEEPING), dict[int, int]()
    for payer, outputs in named.items():
        start = np.searchsorted(np.maximum.accumulate(laid.steps.move), first_paid(moves, outputs[0]), "left")
        had = _stolen(walked, int(start)).get(payer, {})
        for index in outputs:
            origin = str(_theft(plan, index))
            if part := min(had.get(origin, 0), moves.amount(index)):
                found[index], had[origin] = part, had[origin] - part
    return found


def _theft(plan: Plan, index: int) -> str | None:
    moves = plan.slice.moves
    key = moves.keys[moves.payee[index]]
    return plan.thefts.get((moves.hashes[moves.tx[index]], key.address, key.asset))


_KEEPING: Method = METHODS["clean_first"]


def _at(walked: Walked, tx: int) -> dict[Key, tuple[int, Mapping[str, int]]]:
    moves, steps = walked.laid.plan.slice.moves, walked.laid.steps
    mine = np.flatnonzero(moves.tx == tx)
    if not len(mine):
        return {}
    first = int(np.searchsorted(np.maximum.accumulate(steps.move), mine[0], "left"))
    stolen = _stolen(walked, first)
    totals = _totals(walked.laid, first, stolen.keys())
    return {moves.keys[at]: (totals[at], of) for at, of in stolen.items() if not moves.keys[at].output}


def _stolen(walked: Walked, first: int) -> dict[int, dict[str, int]]:
    """By holding, what it has of each incident before a step."""
    laid, keys = walked.laid, len(walked.laid.plan.slice.moves.keys)
    until = int(np.searchsorted(walked.step, first, "left"))
    step, how, origin = walked.step[:until], walked.how[:until], walked.origin[:until]
    amounts = integers(walked.lo[:until], walked.hi[:until])
    pays = ((laid.steps.op[step] == MOVE) & (how == CARRIED)) | (how == STOLEN)
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    came = np.where(how == CARRIED, laid.place[step], keys)
    went = np.where(pays, laid.steps.payer[step], keys)
    stolen = len(laid.origins) - 2
    for at, of, place, payer in zip(range(until), origin.tolist(), came.tolist(), went.tolist(), strict=True):
        if of < stolen and place < keys:
            sums[place][laid.origins[of]] += amounts[at]
        if of < stolen and payer < keys:
            sums[payer][laid.origins[of]] -= amounts[at]
    left = {at: {name: amount for name, amount in of.items() if amount} for at, of in sums.items()}
    return {at: of for at, of in left.items() if of}


def _totals(laid: Laid, first: int, wanted: Iterable[int]) -> dict[int, int]:
    """What these holdings have in all before a step."""
    steps, found = laid.steps, dict.fromkeys(wanted, 0)
    touched = np.zeros(len(laid.plan.slice.moves.keys), np.bool_)
    touched[list(found)] = True
    op, payee, payer = steps.op[:first], steps.payee[:first], steps.payer[:first]
    leaves = ((op == MOVE) | (op == STEAL)) & (payer != NOBODY)
    for chosen, side, sign in (((payee != NOBODY), payee, 1), (leaves, payer, -1)):
        at: Any = np.flatnonzero(chosen & touched[np.maximum(side, 0)])
        for place, amount in zip(side[at].tolist(), integers(steps.lo[at], steps.hi[at]), strict=True):
            found[place] += sign * amount
    return found
