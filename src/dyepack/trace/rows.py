"""What a trace found as rows of its tables."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.model import UNKNOWN, BalanceLine, Conversion, Seed
from dyepack.schema import TABLES
from dyepack.trace.accounts import Accounts
from dyepack.trace.converting import OUT
from dyepack.trace.kernel import CARRIED
from dyepack.trace.layout import Layout
from dyepack.trace.moves import INTO, KINDS, OUT_OF, Key, Moves, as_decimals
from dyepack.trace.seeding import Openings, Seeding
from dyepack.trace.steps import Plan
from dyepack.trace.tally import NEVER, tally
from dyepack.trace.walk import Walked


def seeds(run: str, chain: str, plan: Plan, seeding: Seeding, openings: Openings) -> list[Seed]:
    """The stolen money at its start, and the money of unknown origin where it first shows, in order."""
    sums: dict[tuple[str, str, str], tuple[int, bool]] = {}

    def add(origin: str, key: Key, amount: int, *, given: bool) -> None:
        at = origin, key.address, key.asset
        before, was = sums.get(at, (0, False))
        if amount:
            sums[at] = before + amount, was or given

    for key, lots in openings.lots.items():
        if key in seeding.opening:
            add(seeding.opening[key], key, dict(lots).get(seeding.opening[key], 0), given=False)
    for key, short in openings.unknown.items():
        add(UNKNOWN, key, short.amount, given=False)
    for given in seeding.given:
        add(given.origin, given.key, given.amount, given=True)
    for origin, key, amount in _arrivals(plan):
        add(origin, key, amount, given=origin != UNKNOWN)
    return [
        Seed(run, origin, chain, address, asset, amount, "given" if is_given else "least-opening")
        for (origin, address, asset), (amount, is_given) in sorted(sums.items())
    ]


def _arrivals(plan: Plan) -> Iterator[tuple[str, Key, int]]:
    """What thefts bring, and what payers bring that were not looked at."""
    moves, unseen = plan.slice.moves, plan.unseen
    of_theft = plan.begins
    for index in np.flatnonzero(unseen | of_theft).tolist():
        payee = moves.keys[moves.payee[index]]
        thief = plan.thefts.get((moves.hashes[moves.tx[index]], payee.address, payee.asset))
        if thief is not None and of_theft[index]:
            yield thief, payee, moves.amount(index) - plan.passed.get(index, 0)
        elif unseen[index]:
            yield UNKNOWN, moves.keys[moves.payer[index]], moves.amount(index)


def flows(run: str, chain: str, walked: Walked, layout: Layout) -> pa.Table:
    """What each movement carried of each origin, as rows of `flows`."""
    moves = walked.laid.plan.slice.moves
    move = walked.laid.steps.move[walked.step]
    chosen = _shown(walked, move)
    at, origin, lo, hi = _together(move[chosen], *(one[chosen] for one in (walked.origin, walked.lo, walked.hi)))
    payer, payee = moves.payer[at], moves.payee[at]
    columns: dict[str, Any] = {
        "run": _same(run, len(at)),
        "method": _same(walked.method.name, len(at)),
        "origin": _named(walked.laid.origins, origin),
        "chain": _same(chain, len(at)),
        "block": pa.array(moves.block[at]),
        "time": pa.array(moves.time[at]).cast(pa.timestamp("us", tz="UTC")),
        "tx_index": pa.array(moves.tx_index[at]),
        "seq": pa.array(moves.seq[at]),
        "tx_hash": layout.hashes.take(pa.array(moves.tx[at])),
        "kind": _named(KINDS, moves.kind[at]),
        "from_address": layout.addresses.take(pa.array(payer)),
        "to_address": layout.addresses.take(pa.array(payee)),
        "output": _outputs(layout, payer, payee) if walked.laid.plan.slice.outputs else pa.nulls(len(at), pa.string()),
        "conversion": _conversions(moves, at),
        "asset": layout.assets.take(pa.array(payee)),
        "amount": as_decimals(lo, hi),
        "moved": as_decimals(moves.lo[at], moves.hi[at]),
    }
    return _table("flows", columns)


def _table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    schema = TABLES[name].arrow
    return pa.Table.from_arrays([columns[field] for field in schema.names], schema=schema)


def _together(move: Any, origin: Any, lo: Any, hi: Any) -> tuple[Any, Any, Any, Any]:
    """One row for what a movement carried of an origin, where it did so in two steps."""
    many = int(origin.max()) + 1 if len(origin) else 1
    key = move * many + origin
    if len(np.unique(key)) == len(key):
        return move, origin, lo, hi
    sums = tally(key, lo, hi, np.full(len(key), NEVER))
    return sums.key // many, sums.key % many, sums.lo, sums.hi


def _shown(walked: Walked, move: Any) -> Any:
    """Records that are of a movement: what was stolen from somebody is told by what the thief got."""
    return (move >= 0) & (walked.how == CARRIED) & walked.laid.shown[walked.step]


def _same(text: str, size: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, np.int32)), pa.array([text])).cast(pa.string())


def _named(names: Any, codes: Any) -> pa.Array:
    return pa.array(list(names), pa.string()).take(pa.array(np.asarray(codes, np.int64)))


def _outputs(layout: Layout, payer: Any, payee: Any) -> pa.Array:
    """The output that each movement pays or, where it pays none, spends."""
    paid, spent = (layout.outputs.take(pa.array(side)) for side in (payee, payer))
    found = pc.if_else(pc.not_equal(paid, ""), paid, spent)
    return pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)


def _conversions(moves: Moves, at: Any) -> pa.Array:
    """The number of the conversion that a movement is a leg of."""
    numbers: dict[int, int | None] = {}
    for index in np.unique(at[np.isin(moves.kind[at], (INTO, OUT_OF))]).tolist():
        key = moves.keys[moves.payee[index] if moves.kind[index] == INTO else moves.payer[index]]
        numbers[index] = int(key.output.rstrip(OUT).rsplit("/", 1)[1])
    return pa.array([numbers.get(index) for index in at.tolist()] if numbers else pa.nulls(len(at)), pa.int64())


def conversions(run: str, chain: str, plan: Plan) -> Iterator[Conversion]:
    """The conversions of a slice, a row for each asset that went in and each that came out."""
    for event in plan.slice.conversions:
        one = event.found
        if one is None:
            continue
        for asset_in, amount_in in one.ins:
            for asset_out, amount_out in one.outs:
                place = run, chain, event.block, event.tx_index, event.tx_hash, event.number
                yield Conversion(*place, one.owner, one.recipient, asset_in, amount_in, asset_out, amount_out)


def destinations(run: str, chain: str, method: str, accounts: Accounts) -> pa.Table:
    """Where money rests at the end, as rows of `destinations`; the outputs of one address together."""
    sums, spots, origins = accounts.at_rest, accounts.layout.spots, accounts.layout.laid.origins
    spot, origin = np.divmod(sums.key, len(origins))
    different, at = np.unique(spot, return_inverse=True)
    there = [spots[number] for number in different.tolist()]
    columns: dict[str, Any] = {
        "run": _same(run, len(spot)),
        "method": _same(method, len(spot)),
        "origin": _named(origins, origin),
        "chain": _same(chain, len(spot)),
        "address": _named([one.address for one in there], at),
        "asset": _named([one.asset for one in there], at),
        "amount": as_decimals(sums.lo, sums.hi),
        "reason": _named([one.reason for one in there], at),
        "first_time": _times(sums.first),
        "last_time": _times(sums.last),
        **{
            name: _named([getattr(one.stop, name) if one.stop else None for one in there], at)
            for name in ("name", "actor", "concept")
        },
    }
    return _table("destinations", columns)


def _times(microseconds: Any) -> pa.Array:
    return pa.array(microseconds, mask=microseconds == NEVER).cast(pa.timestamp("us", tz="UTC"))


def balance(run: str, walked: Walked, accounts: Accounts, *, only_last: bool = False) -> Iterator[BalanceLine]:
    """The balance sheet at the end of every day that has movements or freezes, or of the last alone."""
    for end in accounts.days[-1:] if only_last else accounts.days:
        for (origin, asset, line, name), amount in end.lines.items():
            yield BalanceLine(run, walked.method.name, origin, asset, end.day, end.block, line, name, amount)


def lots(run: str, chain: str, walked: Walked, layout: Layout) -> pa.Table:
    """The lots at rest, as rows of `lots`."""
    holding = walked.holding
    starts = np.r_[True, holding[1:] != holding[:-1]] if len(holding) else np.zeros(0, np.bool_)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(holding)), 0)) if len(holding) else holding
    at = pa.array(np.asarray(holding, np.int64))
    columns: dict[str, Any] = {
        "run": _same(run, len(holding)),
        "method": _same(walked.method.name, len(holding)),
        "chain": _same(chain, len(holding)),
        "address": layout.addresses.take(at),
        "asset": layout.assets.take(at),
        "output": layout.outputs.take(at),
        "position": pa.array(np.arange(len(holding)) - first, pa.int64()),
        "origin": _named(walked.laid.origins, walked.lot_origin),
        "amount": as_decimals(walked.lot_lo, walked.lot_hi),
    }
    return _table("lots", columns)
