"""What holds under every rule: the least and the most stolen money that any allocation at all could bring somewhere.

A rule says whose money a payment carries. Whatever it says, no payment carries more stolen money than its amount, and
no holding keeps more than its balance: so under any rule the stolen money is a flow in the network of places in time
(`expanded`), and every such flow is some rule's. The most that can be at a set of places is a maximum flow to it. The
least is what was seeded less the most that can be anywhere else, which is the same as the balance of these places less
the most of all other money that can be there. `docs/explanation/bounds.md` has the argument and an example by hand.

It misleads where the data does: the bounds hold for the movements and the opening balances as they are known.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dyepack.errors import ConservationError
from dyepack.trace.expanded import Drawn, Events, expand, shrink
from dyepack.trace.maxflow import Channels, Limbs, Whole, value
from dyepack.trace.wide import integers, limbs

Numbers = npt.NDArray[np.signedinteger[Any]]
Mask = npt.NDArray[np.bool_]

_BITS = 126
"""Capacities in all may have so many bits; what has more is scaled, and rounded outwards."""


@dataclass(frozen=True, slots=True)
class Openings:
    """Money that enters a network: into which holding, before which movement, of which origin, and how much."""

    holding: Whole
    before: Whole
    origin: Whole
    low: Limbs
    high: Limbs


@dataclass(frozen=True, slots=True)
class Network:
    """One asset's movements in chain order, amounts in two limbs, between holdings numbered from 0.

    On a chain of outputs every output is a holding and every transaction is one too, which is paid by its inputs and
    pays its outputs. Money comes to rest where `ends` says so; such a holding pays nothing. Origins are numbers from 0.
    """

    holdings: int
    origins: int
    payer: Numbers
    payee: Numbers
    low: Limbs
    high: Limbs
    openings: Openings
    ends: Mask


@dataclass(frozen=True, slots=True)
class Question:
    """How much money of these origins is at this set of holdings; money of the `perhaps` origins may be theirs too."""

    of: Collection[int]
    at: Mask
    perhaps: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """Under any rule at least `least` and at most `most` of what was `seeded` is there, of the `balance` there.

    `most_perhaps` is the most if the money that may be theirs too is; the least is the same then. Not `exact` means
    that amounts were scaled and both ends rounded outwards.
    """

    seeded: int
    least: int
    most: int
    most_perhaps: int
    balance: int
    exact: bool


def bounds(
    network: Network, questions: Sequence[Question], told: Callable[[int], None] = lambda _: None
) -> list[Bound]:
    """The least and the most for each question; `told` hears how many are answered.

    Raises:
        ConservationError: a holding pays more than the movements and openings give it.
    """
    seeded = [total(*_of(network.openings, origin)) for origin in range(network.origins)]
    shift = max(0, sum(seeded).bit_length() - _BITS)
    events = _events(network, shift)
    drawn, short = expand(events, network.origins)
    if short >= 0:
        raise ConservationError(f"holding {events.payer[short]} pays more than it has")
    kinds, count = _kinds([question.at for question in questions], network.holdings)
    ends = np.concatenate((kinds, count + np.arange(network.origins)))
    small = shrink(drawn, ends, count + network.origins)
    asked, found = _Asked(small, kinds, count, seeded, shift), []
    for question in questions:
        found.append(_answer(asked, question))
        told(len(found))
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """The network with its holdings put together by kind; behind `kinds` kinds of ends come the origins."""

    drawn: Drawn
    kind: Whole
    kinds: int
    seeded: Sequence[int]
    shift: int


_THERE, _ELSEWHERE, _THEIRS, _PERHAPS, _OTHER = range(5)


def _answer(asked: _Asked, question: Question) -> Bound:

    ends = np.full(asked.kinds + len(asked.seeded), _OTHER)
    ends[: asked.kinds] = _ELSEWHERE
    ends[asked.kind[question.at]] = _THERE
    ends[[asked.kinds + origin for origin in question.perhaps]] = _PERHAPS
    ends[[asked.kinds + origin for origin in question.of]] = _THEIRS
    drawn = shrink(asked.drawn, ends, 5)
    inner, channels = drawn.inner, drawn.channels
    there = channels.head == inner + _THERE
    balance = total(channels.low[there], channels.high[there]) << asked.shift
    seeded = sum(asked.seeded[origin] for origin in question.of)
    most, elsewhere = (value(channels, inner + _THEIRS, inner + end) << asked.shift for end in (_THERE, _ELSEWHERE))
    tail = np.where(channels.tail == inner + _PERHAPS, inner + _THEIRS, channels.tail)
    wide = Channels(channels.places, tail, channels.head, channels.low, channels.high)
    perhaps = value(wide, inner + _THEIRS, inner + _THERE) << asked.shift
    limit = seeded + sum(asked.seeded[origin] for origin in question.perhaps)
    return Bound(
        seeded=seeded,
        least=max(seeded - elsewhere, 0),
        most=min(most, seeded),
        most_perhaps=min(perhaps, limit),
        balance=balance,
        exact=not asked.shift,
    )


def _of(openings: Openings, origin: int) -> tuple[Limbs, Limbs]:
    mine = openings.origin == origin
    return openings.low[mine], openings.high[mine]


def _events(network: Network, shift: int) -> Events:
    """Openings put between the movements, and amounts divided by a power of two."""
    opened = network.openings
    payer = np.insert(network.payer.astype(np.int64), opened.before, -1 - opened.origin)
    payee = np.insert(network.payee.astype(np.int64), opened.before, opened.holding)
    low, high = (
        np.insert(network.low, opened.before, opened.low),
        np.insert(network.high, opened.before, opened.high),
    )
    low, high, odd = _scaled(low, high, shift)
    return Events(payer, payee, low, high, odd, network.ends)


def _scaled(low: Limbs, high: Limbs, shift: int) -> tuple[Limbs, Limbs, Limbs]:
    """Amounts over a power of two, rounded down, and one where that took something away."""
    if not shift:
        return low, high, np.zeros(len(low), np.uint64)
    amounts = integers(low, high)
    odd = np.array([amount & ((1 << shift) - 1) != 0 for amount in amounts], np.uint64)
    return *limbs([amount >> shift for amount in amounts]), odd


def _kinds(sets: Iterable[Mask], holdings: int) -> tuple[Whole, int]:
    """Holdings by kind: two are of one kind when they are in the same of these sets; and how many kinds there are."""
    kind, count = np.zeros(holdings, np.int64), 1 if holdings else 0
    for mask in sets:
        _, kind = np.unique(kind * 2 + mask, return_inverse=True)
        count = int(kind.max()) + 1
    return kind, count


def total(low: Limbs, high: Limbs) -> int:
    """The sum of amounts, however large."""
    return sum(integers(low, high))
