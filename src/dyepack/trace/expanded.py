"""The network of places in time, and how it is made small.

A *place* is a holding from the moment at which it is paid again, after it has paid, to its last payment before the
next such moment: all that comes in before the holding next pays can leave by any of these payments. A movement is a
channel from place to place that carries at most its amount; from one place of a holding to its next goes at most the
balance. All payments of a place come after all its arrivals, so places ordered by their first payment are in order
of time, and no money runs back.

Nothing is lost when places are joined: what comes to a place is exactly what leaves it, so where all of that goes on
to one other place, or all came from one, no limit between the two was ever felt.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dyepack.compiled import compiled
from dyepack.trace.maxflow import Channels, Limbs, Whole
from dyepack.trace.wide import add, less, sub

_ROUNDS = 16
"""Joining ends at the latest after so many turns; it ends sooner when a turn takes away less than a twentieth."""


class Events(NamedTuple):
    """What happens, in chain order: a payer below zero is an opening, of the origin -1 - payer.

    Amounts are rounded down; `odd` is one where that took something away.
    """

    payer: Whole
    payee: Whole
    low: Limbs
    high: Limbs
    odd: Limbs
    ends: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Channels whose first `inner` places are in order of time; those behind them are ends of the network."""

    inner: int
    channels: Channels


def expand(events: Events, origins: int) -> tuple[Drawn, int]:
    """The network expanded in time, and the event that pays more than is there, or -1.

    Behind the inner places are an end for each holding, where money rests, and a beginning for each origin.
    """
    inner, short, tail, head, low, high = _expand(events)
    ends, beginnings = inner, inner + len(events.ends)
    tail = np.where(tail < 0, beginnings - 1 - tail, tail)
    head = np.where(head < 0, ends - 1 - head, head)
    return Drawn(inner, Channels(beginnings + origins, tail, head, low, high)), short


def shrink(drawn: Drawn, kinds: Whole, many: int) -> Drawn:
    """The same network with its ends and beginnings put together by kind, and all places joined that can be.

    `kinds` gives the kind, from 0, of each place behind the inner ones.
    """
    inner, channels = drawn.inner, drawn.channels
    renamed = np.concatenate((np.arange(inner), inner + kinds))
    tail, head = renamed[channels.tail], renamed[channels.head]
    kept = np.arange(len(tail))
    for turn in range(_ROUNDS):
        same = _onward if turn % 2 == 0 else _upstream
        joined = same(inner, inner + many, tail, head)
        tail, head = joined[tail], joined[head]
        stays = np.flatnonzero(tail != head)
        tail, head = tail[stays], head[stays]
        before, kept = len(kept), kept[stays]
        if turn > 1 and len(kept) * 20 > before * 19:
            break
    return _packed(inner, many, Channels(0, tail, head, channels.low[kept], channels.high[kept]))


def _packed(inner: int, many: int, channels: Channels) -> Drawn:
    """Places numbered without gaps and in the same order, and one channel where there were several side by side."""
    used = np.zeros(inner + many, np.bool_)
    used[channels.tail], used[channels.head], used[inner:] = True, True, True
    number = np.cumsum(used) - 1
    places = int(number[-1]) + 1
    tail, head = number[channels.tail], number[channels.head]
    order = np.lexsort((head, tail))
    merged = _merged(tail[order], head[order], channels.low[order], channels.high[order])
    return Drawn(places - many, Channels(places, *merged))


class _State(NamedTuple):
    """Of every holding its latest place, whether that has paid, and the balance; then the channels drawn so far.

    `order` numbers places in time; `tally` counts places, numbered places, and channels.
    """

    place: Whole
    paid: npt.NDArray[np.bool_]
    low: Limbs
    high: Limbs
    order: Whole
    tail: Whole
    head: Whole
    most: Limbs
    most_high: Limbs
    tally: Whole


_PLACES, _ORDERED, _CHANNELS = 0, 1, 2


@compiled
def _expand(events: Events) -> tuple[int, int, Whole, Whole, Limbs, Limbs]:
    holdings, count = len(events.ends), len(events.payer)
    room = 2 * count + holdings
    state = _State(
        np.full(holdings, -1, np.int64),
        np.zeros(holdings, np.bool_),
        np.zeros(holdings, np.uint64),
        np.zeros(holdings, np.uint64),
        np.full(count, -1, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.uint64),
        np.empty(room, np.uint64),
        np.zeros(3, np.int64),
    )
    short = -1
    for k in range(count):
        if not _happen(events, state, k):
            short = k
            break
    for holding in range(holdings):
        _rest(state, holding)
    drawn, order = state.tally[_CHANNELS], state.order
    tail, head = state.tail[:drawn], state.head[:drawn]
    for k in range(drawn):
        if tail[k] >= 0:
            tail[k] = order[tail[k]]
        if head[k] >= 0:
            head[k] = order[head[k]]
    return state.tally[_ORDERED], short, tail, head, state.most[:drawn], state.most_high[:drawn]


@compiled
def _happen(events: Events, state: _State, k: int) -> bool:
    """Draw one event; false if its payer does not have what it pays."""
    payer, payee, low, high = events.payer[k], events.payee[k], events.low[k], events.high[k]
    tail = payer
    if payer >= 0:
        tail = state.place[payer]
        if tail < 0 or less(state.low[payer], state.high[payer], low, high):
            return False
        _pay(state, payer, low, high)
    low, high = add(low, high, events.odd[k], np.uint64(0))
    if low or high:
        head = -1 - payee if events.ends[payee] else _receive(state, payee, low, high)
        _draw(state, tail, head, low, high)
    return True


@compiled
def _pay(state: _State, holding: int, low: np.uint64, high: np.uint64) -> None:
    place = state.place[holding]
    if state.order[place] < 0:
        state.order[place] = state.tally[_ORDERED]
        state.tally[_ORDERED] += 1
    state.paid[holding] = True
    state.low[holding], state.high[holding] = sub(state.low[holding], state.high[holding], low, high)


@compiled
def _receive(state: _State, holding: int, low: np.uint64, high: np.uint64) -> int:
    """The place at which a holding gets an amount: its latest one, or a new one if that has paid."""
    place = int(state.place[holding])
    if place < 0 or state.paid[holding]:
        place = int(state.tally[_PLACES])
        state.tally[_PLACES] += 1
        _carry(state, holding, place)
        state.place[holding], state.paid[holding] = place, False
    state.low[holding], state.high[holding] = add(state.low[holding], state.high[holding], low, high)
    return place


@compiled
def _carry(state: _State, holding: int, head: int) -> None:
    if state.low[holding] or state.high[holding]:
        _draw(state, state.place[holding], head, state.low[holding], state.high[holding])


@compiled
def _rest(state: _State, holding: int) -> None:
    """Draw what a holding has at the end."""
    place = state.place[holding]
    if place >= 0:
        if state.order[place] < 0:
            state.order[place] = state.tally[_ORDERED]
            state.tally[_ORDERED] += 1
        _carry(state, holding, -1 - holding)


@compiled
def _draw(state: _State, tail: int, head: int, low: np.uint64, high: np.uint64) -> None:
    k = state.tally[_CHANNELS]
    state.tail[k], state.head[k], state.most[k], state.most_high[k] = tail, head, low, high
    state.tally[_CHANNELS] = k + 1


@compiled
def _onward(inner: int, places: int, tail: Whole, head: Whole) -> Whole:
    """For every place the one that all of its money goes on to, if there is just one; else itself."""
    first, next_ = _lists(inner, tail)
    joined = np.arange(places)
    for place in range(inner - 1, -1, -1):
        k = first[place]
        if k >= 0:
            to = joined[head[k]]
            while k >= 0 and joined[head[k]] == to:
                k = next_[k]
            if k < 0:
                joined[place] = to
    return joined


@compiled
def _upstream(inner: int, places: int, tail: Whole, head: Whole) -> Whole:
    """For every place the one that all of its money came from, if there is just one; else itself."""
    first, next_ = _lists(inner, head)
    joined = np.arange(places)
    for place in range(inner):
        k = first[place]
        if k >= 0:
            origin = joined[tail[k]]
            while k >= 0 and joined[tail[k]] == origin:
                k = next_[k]
            if k < 0:
                joined[place] = origin
    return joined


@compiled
def _lists(inner: int, at: Whole) -> tuple[Whole, Whole]:
    """The channels at each place, as lists."""
    first, next_ = np.full(inner, -1, np.int64), np.empty(len(at), np.int64)
    for k in range(len(at)):
        if at[k] < inner:
            next_[k] = first[at[k]]
            first[at[k]] = k
    return first, next_


@compiled
def _merged(tail: Whole, head: Whole, low: Limbs, high: Limbs) -> tuple[Whole, Whole, Limbs, Limbs]:
    """Neighbours with the same two places as one; done in the arrays given."""
    last = -1
    for k in range(len(tail)):
        if last >= 0 and tail[last] == tail[k] and head[last] == head[k]:
            low[last], high[last] = add(low[last], high[last], low[k], high[k])
        else:
            last += 1
            tail[last], head[last], low[last], high[last] = tail[k], head[k], low[k], high[k]
    return tail[: last + 1], head[: last + 1], low[: last + 1], high[: last + 1]
