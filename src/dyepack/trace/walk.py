"""Carries every lot along every step of a slice, in chain order, under one rule, and checks that nothing is lost."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dyepack.errors import ConservationError
from dyepack.model import CLEAN
from dyepack.trace import kernel, lots
from dyepack.trace.kernel import Records, Scratch
from dyepack.trace.method import LIFO, Lot, Method
from dyepack.trace.moves import Key
from dyepack.trace.steps import Laid, Plan, lay, opened
from dyepack.trace.wide import integers


@dataclass(frozen=True, eq=False)
class Walked:
    """What a walk found: records in the order of steps, and the lots that lie in holdings at the end.

    A record is (step, origin, amount, how), columns of one length; of clean money there are none. `holding` and what
    follows it are the lots at rest, holding by holding, the oldest first.
    """

    method: Method
    laid: Laid
    step: Any
    origin: Any
    lo: Any
    hi: Any
    how: Any
    holding: Any
    lot_origin: Any
    lot_lo: Any
    lot_hi: Any

    @property
    def lots(self) -> dict[Key, tuple[Lot, ...]]:
        """The lots of each holding that has any, oldest first."""
        found: dict[Key, list[Lot]] = {}
        names, keys = self.laid.origins, self.laid.plan.slice.moves.keys
        amounts = integers(self.lot_lo, self.lot_hi)
        for holding, origin, amount in zip(self.holding.tolist(), self.lot_origin.tolist(), amounts, strict=True):
            if holding < len(keys):
                found.setdefault(keys[holding], []).append((names[origin], amount))
        return {key: tuple(held) for key, held in found.items()}


def walk(plan: Plan, method: Method) -> Walked:
    """Walk a slice under one rule.

    Raises:
        ConservationError: money appeared or vanished, or a holding paid what it did not have.
    """
    return follow(opened(lay(plan), plan.openings), method)


def follow(laid: Laid, method: Method, room: int = 0) -> Walked:
    """Do the steps under one rule; `room` is how many lots and records to make place for at first."""
    steps, origins = laid.steps, len(laid.origins)
    room = room or len(steps.op) + 16 * (origins + 4)
    pool = lots.empty(_holdings(laid), room, origins)
    records = _records(2 * room)
    scratch = Scratch(
        np.zeros(origins, np.uint64), np.zeros(origins, np.uint64), np.zeros(origins, np.bool_),
        np.zeros(origins, np.int32),
    )  # fmt: skip
    status, at = kernel.walked(steps, 0, pool, records, scratch, method.code)
    while status != kernel.DONE:
        if status == kernel.MORE_LOTS:
            pool = lots.larger(pool, max(len(pool.lot), 4 * origins + int(lots.longest(pool)) + 16))
        elif status == kernel.MORE_RECORDS:
            records = _larger(records, 4 * origins + 4)
        else:
            raise _broken(laid, method, status, at, pool)
        status, at = kernel.walked(steps, at, pool, records, scratch, method.code)
    return _done(laid, method, pool, records)


def _holdings(laid: Laid) -> int:
    most = max((int(side.max()) for side in (laid.steps.payer, laid.steps.payee) if len(side)), default=-1)
    return max(most + 1, len(laid.plan.slice.moves.keys))


def _records(room: int) -> Records:
    return Records(
        np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.uint64), np.empty(room, np.uint64),
        np.empty(room, np.int8), np.zeros(1, np.int64),
    )  # fmt: skip


def _larger(records: Records, least: int) -> Records:
    count = int(records.count[0])
    more = _records(len(records.step) + max(len(records.step) // 2, least))
    for name in Records._fields[:-1]:
        getattr(more, name)[:count] = getattr(records, name)[:count]
    more.count[0] = count
    return more


def _done(laid: Laid, method: Method, pool: lots.Lots, records: Records) -> Walked:
    count = int(records.count[0])
    columns = [column[:count] for column in records[:-1]]
    resting = _resting(laid, method, pool)
    return Walked(method, laid, *columns, *resting)


def _resting(laid: Laid, method: Method, pool: lots.Lots) -> tuple[Any, ...]:
    """The lots at rest; each holding is counted once more, and must have what its balance says."""
    holding, origin, lo, hi = kernel.listed(pool, kernel.resting(pool))
    if not method.conserves:
        return _marks(laid, pool, holding, origin)
    short = kernel.miscounted(pool)
    if short >= 0:
        key = laid.plan.slice.moves.keys[short]
        raise ConservationError(f"{method.name}: the lots of {key.address} do not add up to its balance of {key.asset}")
    if method.code == LIFO:  # the front is the top
        order = np.lexsort((-np.arange(len(holding)), holding))
        return holding[order], origin[order], lo[order], hi[order]
    return holding, origin, lo, hi


def _marks(laid: Laid, pool: lots.Lots, holding: Any, origin: Any) -> tuple[Any, ...]:
    """Under a rule that does not conserve, a tainted holding has all of its balance of each origin; and its balance."""
    held = np.flatnonzero((pool.held["lo"] != 0) | (pool.held["hi"] != 0))
    clean = np.full(len(held), laid.origins.index(CLEAN), np.int64)
    both, origins = np.concatenate([held, holding]), np.concatenate([clean, origin])
    order = np.argsort(both, kind="stable")
    both, origins = both[order], origins[order]
    return both, origins, pool.held["lo"][both], pool.held["hi"][both]


def _broken(laid: Laid, method: Method, status: int, at: int, pool: lots.Lots) -> ConservationError:
    moves, step = laid.plan.slice.moves, laid.steps
    amount = integers(step.lo[at : at + 1], step.hi[at : at + 1])[0]
    payer = int(step.payer[at])
    name = moves.keys[payer] if 0 <= payer < len(moves.keys) else Key("a conversion", "its asset")
    where = f"in block {moves.block[step.move[at]]}" if step.move[at] >= 0 else "at the start"
    if status == kernel.OVERDRAWN:
        has = integers(pool.held["lo"][payer : payer + 1], pool.held["hi"][payer : payer + 1])[0]
        return ConservationError(f"{method.name}: {name.address} pays {amount} of {name.asset} {where}, and has {has}")
    return ConservationError(f"{method.name}: the lots that {name.address} pays {where} are not {amount}")
