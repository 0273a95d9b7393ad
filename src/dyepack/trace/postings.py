"""The bookkeeping of a walk: what came to every place in every block, and what left it, as rows of `postings`.

Made of the walk's own records, so a posting says what the walk did, whatever kind of step it was: whoever adds postings
up needs no rule of his own for a theft, a conversion or a stop.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from dyepack.schema import TABLES
from dyepack.trace.accounts import DAY, RECEIVED, SEEDED, STEALS
from dyepack.trace.kernel import CARRIED, COPY, MOVE, NEW, STEAL, STOLEN
from dyepack.trace.moves import as_decimals
from dyepack.trace.steps import HELD, Laid
from dyepack.trace.tally import NEVER, Sums, tally
from dyepack.trace.walk import Walked

_SOURCES = (SEEDED, RECEIVED, STEALS)
_NONE = -1
_START = 0
"""The block of what was there before the first movement."""


class _Place(NamedTuple):
    """A place of the books: an address, its asset, and the reason for which money rests there."""

    address: str
    asset: str
    reason: str


class _Moments(NamedTuple):
    """Blocks in order, the day of each or -1, and which of them each step is in."""

    block: Any
    day: Any
    of_step: Any


def postings(run: str, chain: str, walked: Walked) -> pa.Table:
    """The postings of a walk, in the order of the table's key; none of a rule that does not conserve."""
    schema = TABLES["postings"].arrow
    if not walked.method.conserves or not len(walked.step):
        return schema.empty_table()
    listed = _listed(walked.laid)
    places, moments = sorted(set(listed)), _moments(walked.laid)
    key, came, went = _summed(walked, listed, places, moments)
    rest, place = np.divmod(key, len(places))
    origin, moment = np.divmod(rest, len(moments.block))
    columns: dict[str, Any] = {
        "run": _named([run], key * 0),
        "method": _named([walked.method.name], key * 0),
        "origin": _named(sorted(walked.laid.origins), origin),
        "chain": _named([chain], key * 0),
        "block": pa.array(moments.block[moment]),
        "day": pa.array(moments.day[moment].astype(np.int32), mask=moments.day[moment] == _NONE).cast(pa.date32()),
        **{name: _named([getattr(one, name) for one in places], place) for name in _Place._fields},
        "came": as_decimals(*came),
        "went": as_decimals(*went),
    }
    made = pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
    hashes = set(walked.laid.plan.slice.moves.hashes)
    passing = np.array([one.address in hashes for one in places], np.bool_)[place]
    return made.filter(pa.array(~(passing & (came[0] == went[0]) & (came[1] == went[1]))))


def _named(names: Sequence[str], codes: Any) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string())).cast(
        pa.string()
    )


def _listed(laid: Laid) -> list[_Place]:
    """The places of the walk by number, holdings and then sinks; after them, for each asset, where money enters."""
    keys = laid.plan.slice.moves.keys
    found = [_Place(key.address, key.asset, HELD) for key in keys]
    found += [_Place(sink.key.address, sink.key.asset, sink.reason) for sink in laid.sinks]
    assets = sorted({place.asset for place in found})
    return found + [_Place("", asset, source) for asset in assets for source in _SOURCES]


def _summed(
    walked: Walked, listed: Sequence[_Place], places: Sequence[_Place], moments: _Moments
) -> tuple[Any, tuple[Any, Any], tuple[Any, Any]]:
    """What came and what left, as two pairs of limbs, by origin, moment and place, which are one number in order."""
    rank = {place: number for number, place in enumerate(places)}
    of_place = np.array([rank[place] for place in listed], np.int64)
    names = walked.laid.origins
    of_origin = np.argsort(np.argsort(np.array(names, object)))
    joint = (of_origin[walked.origin] * len(moments.block) + moments.of_step[walked.step]) * len(places)
    both = []
    for side in _sides(walked, {place: number for number, place in enumerate(listed)}):
        keys = [np.where(at == _NONE, _NONE, joint + of_place[at]) for at in side]
        never = np.full(2 * len(joint), NEVER)
        both.append(tally(np.concatenate(keys), np.tile(walked.lo, 2), np.tile(walked.hi, 2), never))
    key = np.union1d(both[0].key, both[1].key)
    return key, _limbs(both[0], key), _limbs(both[1], key)


def _sides(walked: Walked, number: Mapping[_Place, int]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Of each record the places that its money comes to, and those that it leaves; -1 for none.

    A record takes from a holding or from where money enters; what another theft took is one's loss alone.
    """
    laid, steps = walked.laid, walked.laid.steps
    op, how = steps.op[walked.step], walked.how
    place, payer = laid.place[walked.step], steps.payer[walked.step].astype(np.int64)
    assets = [key.asset for key in laid.plan.slice.moves.keys] + [sink.key.asset for sink in laid.sinks]
    seeded, received, stolen = (
        np.array([number[_Place("", asset, source)] for asset in assets], np.int64)[place] for source in _SOURCES
    )
    carried, taken, none = how == CARRIED, how == STOLEN, np.full(len(op), _NONE)
    enters = np.where(carried & ((op == NEW) | (op == STEAL)), seeded, none)
    enters = np.where(carried & (op == COPY), received, enters)
    leaves = np.where((carried & (op == MOVE)) | taken, payer, none)
    inside = (steps.first[walked.step] >= 0) & ~laid.shown[walked.step]
    place, leaves = np.where(taken | inside, none, place), np.where(inside, none, leaves)
    return (place, np.where(taken, stolen, none)), (leaves, enters)


def _limbs(sums: Sums, key: Any) -> tuple[Any, Any]:
    lo, hi = np.zeros(len(key), np.uint64), np.zeros(len(key), np.uint64)
    at = np.searchsorted(key, sums.key)
    lo[at], hi[at] = sums.lo, sums.hi
    return lo, hi


def _moments(laid: Laid) -> _Moments:
    """An opening is of no day; what is put in later is of its own block, and of the day of the movement after it."""
    moves, move = laid.plan.slice.moves, laid.steps.move
    following = np.where(move >= 0, move, len(moves))
    following = np.minimum(np.minimum.accumulate(following[::-1])[::-1], len(moves) - 1)
    block = np.where(move >= 0, moves.block[following], _START)
    new = np.flatnonzero((laid.steps.op == NEW) & (move < 0))
    block[new[len(new) - len(laid.plan.given) :]] = [given.block for given in sorted(laid.plan.given)]
    opening = (np.maximum.accumulate(move) < 0) & (move < 0)
    day = np.where(opening, _NONE, np.maximum.accumulate(moves.time // DAY)[following])
    blocks, of_step = np.unique(block, return_inverse=True)
    days = np.full(len(blocks), _NONE, np.int64)
    np.maximum.at(days, of_step, day)
    return _Moments(blocks, days, of_step)
