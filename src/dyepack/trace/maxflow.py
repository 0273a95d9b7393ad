"""The value of a largest flow in a network of channels, exact for capacities that add up to less than 2^127.

Push-relabel with the highest place first, gaps and global relabelling (Goldberg and Tarjan 1988; Cherkassky and
Goldberg 1997), its first phase alone: the value is known when nothing more can reach the sink, and what stays behind
need not be carried back. Chosen over augmenting paths because a busy account is a path of many thousand places, and
over libraries because theirs have capacities of 32 or 64 bits; docs/explanation/bounds.md has the measurements.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dyepack.compiled import compiled
from dyepack.trace.wide import add, less, sub

Whole = npt.NDArray[np.int64]
Limbs = npt.NDArray[np.uint64]


_RARELY = 6
"""Heights are computed anew after this many times the number of places and channels of work (as in `h_prf`)."""


@dataclass(frozen=True, slots=True)
class Channels:
    """A network: channel number k carries at most an amount from `tail[k]` to `head[k]`; places are numbered from 0."""

    places: int
    tail: Whole
    head: Whole
    low: Limbs
    high: Limbs


def value(channels: Channels, source: int, sink: int) -> int:
    """The most that can flow from one place to another.

    It is sought backwards. What stolen money can reach is wide and where it began is narrow: pushed back from where it
    may be, what cannot have come from there is cut off early; forty times as fast where accounts pay one another.
    """
    if not len(channels.tail):
        return 0
    slots = _slots(channels.places, channels.head, channels.tail, channels.low, channels.high)
    low, high = _run(_Net(*slots), channels.places, sink, source)
    return int(low) + (int(high) << 64)


class _Net(NamedTuple):
    """Two slots per channel, forth and back, those of one place side by side; limbs are what still fits through."""

    first: Whole
    head: Whole
    back: Whole
    low: Limbs
    high: Limbs


class _Work(NamedTuple):
    """Of every place: height, the slot to try next, excess, and its neighbours in the two lists of its height."""

    height: Whole
    current: Whole
    low: Limbs
    high: Limbs
    up: Whole
    down: Whole
    next: Whole
    level: Whole
    active: Whole
    tally: Whole


_TOP, _DONE, _HIGHEST = 0, 1, 2
"""In `tally`: the highest height with an active place, work since the last relabelling, the highest height in use."""


@compiled
def _slots(places: int, tail: Whole, head: Whole, low: Limbs, high: Limbs) -> tuple[Whole, Whole, Whole, Limbs, Limbs]:
    first = np.zeros(places + 1, np.int64)
    for k in range(len(tail)):
        first[tail[k] + 1] += 1
        first[head[k] + 1] += 1
    for place in range(places):
        first[place + 1] += first[place]
    free = first[:-1].copy()
    count = 2 * len(tail)
    to, back = np.empty(count, np.int64), np.empty(count, np.int64)
    room, room_high = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    for k in range(len(tail)):
        forth, return_ = free[tail[k]], free[head[k]]
        free[tail[k]] += 1
        if tail[k] == head[k]:
            return_ += 1
        free[head[k]] += 1
        to[forth], to[return_] = head[k], tail[k]
        back[forth], back[return_] = return_, forth
        room[forth], room_high[forth] = low[k], high[k]
    return first, to, back, room, room_high


@compiled
def _run(net: _Net, places: int, source: int, sink: int) -> tuple[np.uint64, np.uint64]:
    work = _Work(
        np.zeros(places, np.int64),
        net.first[:-1].copy(),
        np.zeros(places, np.uint64),
        np.zeros(places, np.uint64),
        np.empty(places, np.int64),
        np.empty(places, np.int64),
        np.empty(places, np.int64),
        np.empty(places + 1, np.int64),
        np.empty(places + 1, np.int64),
        np.zeros(3, np.int64),
    )
    for slot in range(net.first[source], net.first[source + 1]):
        _move(net, work, slot, net.low[slot], net.high[slot])
    _relabel_all(net, work, source, sink)
    tally, enough = work.tally, _RARELY * places + len(net.head) // 2
    while tally[_TOP] > 0:
        place = work.active[tally[_TOP]]
        if place < 0:
            tally[_TOP] -= 1
            continue
        work.active[tally[_TOP]] = work.next[place]
        _discharge(net, work, place, sink)
        if tally[_DONE] > enough:
            _relabel_all(net, work, source, sink)
    return work.low[sink], work.high[sink]


@compiled
def _move(net: _Net, work: _Work, slot: int, low: np.uint64, high: np.uint64) -> None:
    """Move an amount through a slot; the excess of its place is the caller's affair."""
    back, to = net.back[slot], net.head[slot]
    net.low[slot], net.high[slot] = sub(net.low[slot], net.high[slot], low, high)
    net.low[back], net.high[back] = add(net.low[back], net.high[back], low, high)
    work.low[to], work.high[to] = add(work.low[to], work.high[to], low, high)


@compiled
def _discharge(net: _Net, work: _Work, place: int, sink: int) -> None:
    """Push all that a place has too much down, lifting it as often as need be, or find that the sink is out of
    reach.
    """
    dead = len(work.height)
    while True:
        for slot in range(work.current[place], net.first[place + 1]):
            to = net.head[slot]
            if (net.low[slot] or net.high[slot]) and work.height[place] == work.height[to] + 1:
                _push(net, work, place, slot, sink)
                if not (work.low[place] or work.high[place]):
                    work.current[place] = slot
                    return
        _lift(net, work, place)
        if work.height[place] >= dead:
            return


@compiled
def _push(net: _Net, work: _Work, place: int, slot: int, sink: int) -> None:
    low, high, to = work.low[place], work.high[place], net.head[slot]
    if less(net.low[slot], net.high[slot], low, high):
        low, high = net.low[slot], net.high[slot]
    was_idle = not (work.low[to] or work.high[to])
    _move(net, work, slot, low, high)
    work.low[place], work.high[place] = sub(work.low[place], work.high[place], low, high)
    if was_idle and to != sink:
        _activate(work, to)


@compiled
def _activate(work: _Work, place: int) -> None:
    height = work.height[place]
    work.next[place] = work.active[height]
    work.active[height] = place
    work.tally[_TOP] = max(work.tally[_TOP], height)


@compiled
def _lift(net: _Net, work: _Work, place: int) -> None:
    """Lift a place to just above its lowest neighbour; where it leaves a gap, all above are cut off from the sink."""
    dead = len(work.height)
    old, lowest, slot_there = work.height[place], dead, -1
    for slot in range(net.first[place], net.first[place + 1]):
        if (net.low[slot] or net.high[slot]) and work.height[net.head[slot]] < lowest:
            lowest, slot_there = work.height[net.head[slot]], slot
    work.tally[_DONE] += 12 + net.first[place + 1] - net.first[place]
    _leave(work, place)
    if work.level[old] < 0:
        _cut_off(work, old)
        work.height[place] = dead
    elif lowest + 1 >= dead:
        work.height[place] = dead
    else:
        work.height[place], work.current[place] = lowest + 1, slot_there
        _enter(work, place)


@compiled
def _cut_off(work: _Work, gap: int) -> None:
    dead = len(work.height)
    for height in range(gap + 1, work.tally[_HIGHEST] + 1):
        place = work.level[height]
        while place >= 0:
            work.height[place] = dead
            place = work.up[place]
        work.level[height] = -1
    work.tally[_HIGHEST] = gap


@compiled
def _enter(work: _Work, place: int) -> None:
    """Put a place into the list of its height."""
    height = work.height[place]
    first = work.level[height]
    work.up[place], work.down[place] = first, -1
    if first >= 0:
        work.down[first] = place
    work.level[height] = place
    work.tally[_HIGHEST] = max(work.tally[_HIGHEST], height)


@compiled
def _leave(work: _Work, place: int) -> None:
    up, down = work.up[place], work.down[place]
    if down >= 0:
        work.up[down] = up
    else:
        work.level[work.height[place]] = up
    if up >= 0:
        work.down[up] = down


@compiled
def _relabel_all(net: _Net, work: _Work, source: int, sink: int) -> None:
    """Set every height to the distance from the sink, and the lists anew; what cannot reach it is left out."""
    dead = len(work.height)
    work.height[:], work.level[:], work.active[:], work.tally[:] = dead, -1, -1, 0
    queue = np.empty(dead, np.int64)
    queue[0], filled, done = sink, 1, 0
    work.height[sink] = 0
    while done < filled:
        place = queue[done]
        done += 1
        for slot in range(net.first[place], net.first[place + 1]):
            one, forth = net.head[slot], net.back[slot]
            if work.height[one] == dead and one != source and (net.low[forth] or net.high[forth]):
                work.height[one] = work.height[place] + 1
                queue[filled] = one
                filled += 1
    for at in range(1, filled):
        place = queue[at]
        work.current[place] = net.first[place]
        _enter(work, place)
        if work.low[place] or work.high[place]:
            _activate(work, place)
