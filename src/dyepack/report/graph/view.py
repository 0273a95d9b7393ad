"""What of a fold is drawn: links that are large enough, not hidden by hand, and in focus; of the rest, the sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from dyepack.errors import ConservationError
from dyepack.report.fold import END, START, Folded, Link, Place
from dyepack.report.graph.asked import Choice
from dyepack.report.graph.lanes import Folding
from dyepack.report.graph.scene import Scene

SMALL, BY_HAND, FAR = "smaller than asked for", "hidden by hand", "out of focus"


@dataclass(frozen=True, slots=True)
class Shown:
    """A link of the fold with what it comes to: by method over the chosen sources, and by source under the method."""

    number: tuple[int, int]
    id: str
    link: Link
    asset: str
    by_method: tuple[int, ...]
    by_source: tuple[int, ...]
    amount: int

    @property
    def low(self) -> int:
        """The least over the methods."""
        return min(self.by_method)

    @property
    def high(self) -> int:
        """The most over the methods."""
        return max(self.by_method)


@dataclass(slots=True)
class Sums:
    """What goes into a place and out of it, drawn and hidden, under the method; and the range of what comes in."""

    came: int = 0
    went: int = 0
    hidden_in: int = 0
    hidden_out: int = 0
    rests: int = 0
    kept: int = 0
    by_method: list[int] = field(default_factory=list)
    by_source: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class View:
    """The drawn part of a fold; `hidden` has the sums of the rest by reason and asset, with how many links."""

    links: tuple[Shown, ...]
    places: tuple[int, ...]
    ids: Mapping[int, str]
    sums: Mapping[int, Sums]
    hidden: Mapping[tuple[str, str], tuple[int, int]]


def place_id(place: Place) -> str:
    """The same for the same column and lane: views of one fold can be told apart and found again."""
    period, step = place.spot
    return "p" + sha256(f"{period} {step} {place.lane}".encode()).hexdigest()[:12]


def link_id(source: str, target: str) -> str:
    """Of the places that it joins."""
    return f"{source}-{target}"


def view(scene: Scene, found: Folding, choice: Choice, methods: Sequence[str]) -> View:
    """Decides what is drawn."""
    folded = found.folded
    ids = {number: place_id(place) for number, place in enumerate(folded.places)}
    every = _shown(scene, folded, ids, choice, methods)
    reasons = {one.number: reason for one in every if (reason := _hidden(folded, one, choice, scene))}
    left = [one for one in every if one.number not in reasons]
    if choice.focus is not None:
        near = _near(folded, left, choice)
        reasons |= {one.number: FAR for one in left if one.number not in near}
        left = [one for one in left if one.number in near]
    sums = _sums(folded, every, reasons)
    _check(folded, sums, scene)
    places = sorted({number for one in left for number in one.number})
    hidden: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in every:
        if one.number in reasons and folded.places[one.number[1]].spot == END:
            hidden[reasons[one.number], one.asset][0] += one.amount
        if one.number in reasons:
            hidden[reasons[one.number], one.asset][1] += 1
    told = {key: (amount, count) for key, (amount, count) in sorted(hidden.items())}
    return View(tuple(left), tuple(places), ids, sums, told)


def _shown(scene: Scene, folded: Folded, ids: Mapping[int, str], choice: Choice, methods: Sequence[str]) -> list[Shown]:
    width, at = len(choice.sources), methods.index(choice.method)
    found = []
    for ends, link in folded.links.items():
        by_method = tuple(sum(link.amounts[n : n + width]) for n in range(0, len(link.amounts), width))
        by_source = tuple(link.amounts[at * width : at * width + width])
        name = link_id(ids[ends[0]], ids[ends[1]])
        found.append(Shown(ends, name, link, asset_of(scene, folded, ends), by_method, by_source, by_method[at]))
    return found


def asset_of(scene: Scene, folded: Folded, ends: tuple[int, int]) -> str:
    """The asset of a link: of the holdings at that end of it which is no conversion."""
    source, target = (folded.places[number] for number in ends)
    for place in (source, target):
        if place.spot in (START, END):
            return scene.asset_of(place.lane)
        holding = scene.holdings[min(place.accounts)]
        if not holding.turn:
            return holding.asset
    first = folded.links[ends].movements[0]
    return scene.holdings[scene.case.movements[first].payee].asset


def _hidden(folded: Folded, one: Shown, choice: Choice, scene: Scene) -> str | None:
    lanes = {folded.places[number].lane for number in one.number}
    if lanes & choice.hidden:
        return BY_HAND
    if choice.least:
        main = scene.weights[choice.assets[0]]
        if one.high * scene.weights[one.asset] < choice.least * main:
            return SMALL
    return None


def _near(folded: Folded, links: Iterable[Shown], choice: Choice) -> set[tuple[int, int]]:
    """Links within so many steps of the places of a lane, back and forward."""
    into: dict[int, list[tuple[int, int]]] = defaultdict(list)
    out: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one in links:
        out[one.number[0]].append(one.number)
        into[one.number[1]].append(one.number)
    start = {number for number, place in enumerate(folded.places) if place.lane == choice.focus}
    found: set[tuple[int, int]] = set()
    for steps, ways, side in ((choice.back, into, 0), (choice.forward, out, 1)):
        front, seen = set(start), set(start)
        for _ in range(steps):
            passed = [ends for number in sorted(front) for ends in ways[number]]
            found.update(passed)
            front = {ends[side] for ends in passed} - seen
            seen |= front
    return found


def _sums(folded: Folded, every: Sequence[Shown], reasons: Mapping[tuple[int, int], str]) -> dict[int, Sums]:
    sums = {number: Sums() for number in range(len(folded.places))}
    for one in every:
        source, target = (sums[number] for number in one.number)
        if one.number in reasons:
            source.hidden_out += one.amount
            target.hidden_in += one.amount
        source.went += one.amount
        target.came += one.amount
        if folded.places[one.number[1]].spot == END and not one.link.movements:
            source.rests += one.amount
        _grow(target.by_method, one.by_method)
        _grow(target.by_source, one.by_source)
        if folded.places[one.number[0]].spot == START:
            _grow(source.by_method, one.by_method)
            _grow(source.by_source, one.by_source)
    return sums


def _grow(at: list[int], more: Sequence[int]) -> None:
    if not at:
        at.extend(0 for _ in more)
    for index, amount in enumerate(more):
        at[index] += amount


def _check(folded: Folded, sums: Mapping[int, Sums], scene: Scene) -> None:
    """What comes to a place leaves it, or rests; a conversion makes one asset of another.

    Raises:
        ConservationError: it does not.
    """
    for number, place in enumerate(folded.places):
        one = sums[number]
        if place.spot in (START, END) or one.came == one.went:
            continue
        if not any(scene.holdings[account].turn for account in place.accounts):
            raise ConservationError(f"{one.came} comes to the place {place.lane!r} and {one.went} leaves it")
