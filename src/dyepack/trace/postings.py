"""The bookkeeping of a walk: what came to every place in every block, and what left it, as rows of `postings`.

Made of the walk's own records, so a posting says what the walk did, whatever kind of step it was: whoever adds postings
up needs no rule of his own for a theft, a conversion or a stop.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from dyepack.schema import TABLES
from dyepack.trace.kernel import CARRIED, COPY, MOVE, NEW, STEAL, STOLEN
from dyepack.trace.layout import DAY, RECEIVED, SEEDED, STEALS
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


class _Book(NamedTuple):
    """What the postings of all walks over the same steps share.

    The different places in order; of each place of the walk its rank among them; of each of them whether it is a
    transaction, which money only passes; by source, of each place of the walk the number of that where money of its
    asset enters; and the moments.
    """

    places: Sequence[_Place]
    rank: Any
    passing: Any
    entrances: Sequence[Any]
    moments: _Moments


def postings(run: str, chain: str, walks: Sequence[Walked]) -> pa.Table:
    """The postings of walks over the same steps, in the order of the table's key; none of a rule that makes money."""
    schema = TABLES["postings"].arrow
    walks = [walked for walked in walks if walked.method.conserves and len(walked.step)]
    if not walks:
        return schema.empty_table()
    book = _book(walks[0].laid)
    return pa.concat_tables(_posted(run, chain, walked, book) for walked in walks)


def _book(laid: Laid) -> _Book:
    listed = _listed(laid)
    places = sorted(set(listed))
    number = {place: at for at, place in enumerate(places)}
    hashes = set(laid.plan.slice.moves.hashes)
    passing = np.array([one.address in hashes for one in places], np.bool_)
    rank = np.array([number[one] for one in listed], np.int64)
    return _Book(places, rank, passing, list(_entrances(laid, listed)), _moments(laid))


def _posted(run: str, chain: str, walked: Walked, book: _Book) -> pa.Table:
    schema = TABLES["postings"].arrow
    key, came, went = _summed(walked, book)
    rest, place = np.divmod(key, len(book.places))
    origin, moment = np.divmod(rest, len(book.moments.block))
    even = (came[0] == went[0]) & (came[1] == went[1])
    kept = ~(book.passing[place] & even)
    place, origin, moment = place[kept], origin[kept], moment[kept]
    day = book.moments.day[moment]
    columns: dict[str, Any] = {
        "run": _named([run], place * 0),
        "method": _named([walked.method.name], place * 0),
        "origin": _named(sorted(walked.laid.origins), origin),
        "chain": _named([chain], place * 0),
        "block": pa.array(book.moments.block[moment]),
        "day": pa.array(day.astype(np.int32), mask=day == _NONE).cast(pa.date32()),
        **{name: _named([getattr(one, name) for one in book.places], place) for name in _Place._fields},
        "came": as_decimals(came[0][kept], came[1][kept]),
        "went": as_decimals(went[0][kept], went[1][kept]),
    }
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


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


def _summed(walked: Walked, book: _Book) -> tuple[Any, tuple[Any, Any], tuple[Any, Any]]:
    """What came and what left, as two pairs of limbs, by origin, moment and place, which are one number in order."""
    of_origin = np.argsort(np.argsort(np.array(walked.laid.origins, object)))
    moment = book.moments.of_step[walked.step]
    joint = (of_origin[walked.origin] * len(book.moments.block) + moment) * len(book.places)
    both = []
    for side in _sides(walked, book.entrances):
        keys = [np.where(at == _NONE, _NONE, joint + book.rank[at]) for at in side]
        never = np.full(2 * len(joint), NEVER)
        both.append(tally(np.concatenate(keys), np.tile(walked.lo, 2), np.tile(walked.hi, 2), never))
    key = np.union1d(both[0].key, both[1].key)
    return key, _limbs(both[0], key), _limbs(both[1], key)


def _sides(walked: Walked, entrances: Sequence[Any]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Of each record the places that its money comes to, and those that it leaves; -1 for none.

    A record takes from a holding or from where money enters; what another theft took is one's loss alone.
    """
    laid, steps = walked.laid, walked.laid.steps
    op, how = steps.op[walked.step], walked.how
    place, payer = laid.place[walked.step], steps.payer[walked.step].astype(np.int64)
    seeded, received, stolen = (of_place[place] for of_place in entrances)
    carried, taken, none = how == CARRIED, how == STOLEN, np.full(len(op), _NONE)
    enters = np.where(carried & ((op == NEW) | (op == STEAL)), seeded, none)
    enters = np.where(carried & (op == COPY), received, enters)
    leaves = np.where((carried & (op == MOVE)) | taken, payer, none)
    inside = (steps.first[walked.step] >= 0) & ~laid.shown[walked.step]
    place, leaves = np.where(taken | inside, none, place), np.where(inside, none, leaves)
    return (place, np.where(taken, stolen, none)), (leaves, enters)


def _entrances(laid: Laid, listed: Sequence[_Place]) -> Iterator[Any]:
    """By source, of each place the number of that where money of its asset enters."""
    entrances = {one: at for at, one in enumerate(listed) if not one.address}
    assets = [key.asset for key in laid.plan.slice.moves.keys] + [sink.key.asset for sink in laid.sinks]
    for source in _SOURCES:
        yield np.array([entrances[_Place("", asset, source)] for asset in assets], np.int64)


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
