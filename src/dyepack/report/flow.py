"""Lays a folded case out from left to right in time: pure geometry, no drawing.

Places stand in columns. A link that passes over columns is led through each of them as a *passage*, so that no ribbon
runs through a place; passages to one destination, from one start or into one lane share their way. Order within a
column follows the barycentre method (Sugiyama, Tagawa, Toda 1981); heights are amounts, at one scale for the whole
picture.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dyepack.report.fold import END, START, Folded, Link, Spot, pauses

SWEEPS = 12
NEXT_PERIOD, PAUSE = 1.7, 3.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The room there is, in pixels: outer size, the width of a place, the gap between places of a column, and the side
    margins.
    """

    width: float = 1080
    height: float = 520
    place: float = 9
    gap: float = 7
    left: float = 176
    right: float = 186
    top: float = 34


@dataclass(slots=True)
class Box:
    """A place (its number) or a passage (None) with its column, and, once laid out, where it is drawn."""

    column: int
    place: int | None
    amount: int = 0
    x: float = 0
    y: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        """The y of its centre."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Ribbon:
    """What runs from one box to one in the next column; `leave` and `arrive` are the y of the upper edge of each
    strand.
    """

    source: int
    target: int
    amounts: list[int]
    links: list[tuple[int, int]] = field(default_factory=list)
    leave: list[float] = field(default_factory=list)
    arrive: list[float] = field(default_factory=list)

    @property
    def amount(self) -> int:
        """All strands together."""
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and ribbons with their coordinates.

    `scale` is pixels per base unit, `xs` the left edge of each column, `gap` what keeps the boxes of a column apart.
    """

    frame: Frame
    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]
    spots: tuple[Spot, ...]
    xs: tuple[float, ...]
    scale: float
    gap: float


def layout(folded: Folded, frame: Frame | None = None) -> Layout:
    """The picture's geometry; the same fold gives the same coordinates."""
    frame = frame or Frame()
    spots = tuple(sorted({place.spot for place in folded.places}))
    boxes, ribbons = _layered(folded, spots)
    columns = _ordered(boxes, ribbons, len(spots))
    gap = _gap(columns, frame)
    scale = _scale(columns, boxes, frame.height - frame.top, gap)
    xs = _across(spots, pauses(folded.periods), frame)
    for box in boxes:
        box.height, box.x = box.amount * scale, xs[box.column]
    _down(columns, boxes, ribbons, (frame.top, frame.height, gap))
    _ports(boxes, ribbons, scale)
    return Layout(frame, tuple(boxes), tuple(ribbons), spots, xs, scale, gap)


def _layered(folded: Folded, spots: Sequence[Spot]) -> tuple[list[Box], list[Ribbon]]:
    """Boxes and ribbons between neighbouring columns only; the boxes of places come first, in the places' order."""
    column = {spot: number for number, spot in enumerate(spots)}
    boxes = [Box(column[place.spot], number) for number, place in enumerate(folded.places)]
    passages: dict[tuple[int, tuple[str, object]], int] = {}
    ribbons: dict[tuple[int, int], Ribbon] = {}
    for (source, target), link in folded.links.items():
        way = [source]
        for between in range(boxes[source].column + 1, boxes[target].column):
            key = (between, _company(folded, source, target))
            if key not in passages:
                passages[key] = len(boxes)
                boxes.append(Box(between, None))
            way.append(passages[key])
        way.append(target)
        for a, b in pairwise(way):
            _add(ribbons.setdefault((a, b), Ribbon(a, b, [0] * len(link.amounts))), link, (source, target))
    for ribbon in ribbons.values():
        boxes[ribbon.target].amount += ribbon.amount
    for number, box in enumerate(boxes):
        box.amount = box.amount or sum(r.amount for r in ribbons.values() if r.source == number)
    return boxes, list(ribbons.values())


def _add(ribbon: Ribbon, link: Link, ends: tuple[int, int]) -> None:
    ribbon.amounts = [a + b for a, b in zip(ribbon.amounts, link.amounts, strict=True)]
    ribbon.links.append(ends)


def _company(folded: Folded, source: int, target: int) -> tuple[str, object]:
    """Which passages a link shares its way with."""
    if folded.places[target].spot == END:
        return ("to", target)
    if folded.places[source].spot == START:
        return ("from", source)
    return ("lane", folded.places[target].lane)


def _ordered(boxes: Sequence[Box], ribbons: Sequence[Ribbon], count: int) -> list[list[int]]:
    """Numbers of the boxes of each column, top to bottom: the sweep with the least crossing, weighted by amount."""
    into, out = _neighbours(ribbons)
    columns: list[list[int]] = [[] for _ in range(count)]
    for number, box in enumerate(boxes):
        columns[box.column].append(number)
    best, least = [list(column) for column in columns], crossing(columns, ribbons)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        walk = range(1, count) if forward else range(count - 2, -1, -1)
        for number in walk:
            _sort(columns, number, into if forward else out, number - 1 if forward else number + 1)
        now = crossing(columns, ribbons)
        if now < least:
            best, least = [list(column) for column in columns], now
    return best


def _neighbours(ribbons: Iterable[Ribbon]) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]]:
    into: dict[int, list[tuple[int, int]]] = defaultdict(list)
    out: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for ribbon in ribbons:
        into[ribbon.target].append((ribbon.source, ribbon.amount))
        out[ribbon.source].append((ribbon.target, ribbon.amount))
    return into, out


def _sort(columns: list[list[int]], number: int, near: Mapping[int, Sequence[tuple[int, int]]], beside: int) -> None:
    """Order a column by the amount-weighted mean position of its neighbours; a box without any keeps its place."""
    position = {box: index / max(len(columns[beside]), 1) for index, box in enumerate(columns[beside])}
    own = {box: index / len(columns[number]) for index, box in enumerate(columns[number])}

    def mean(box: int) -> float:
        whole = sum(amount for _, amount in near.get(box, ()))
        return sum(position[other] * amount for other, amount in near[box]) / whole if whole else own[box]

    columns[number].sort(key=lambda box: (mean(box), own[box]))


def crossing(columns: Sequence[Sequence[int]], ribbons: Sequence[Ribbon]) -> int:
    """Over all pairs of ribbons that cross: the smaller of their amounts, summed."""
    position = {box: index for column in columns for index, box in enumerate(column)}
    at = {box: number for number, column in enumerate(columns) for box in column}
    groups: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for ribbon in ribbons:
        groups[at[ribbon.source]].append((position[ribbon.source], position[ribbon.target], ribbon.amount))
    return sum(_crossed(group) for group in groups.values())


MANY = 64
"""From so many ribbons between two columns on, crossings are counted by arrays."""


def _crossed(group: Sequence[tuple[int, int, int]]) -> int:
    if len(group) < MANY:
        return sum(
            min(a[2], b[2])
            for index, a in enumerate(group)
            for b in group[index + 1 :]
            if (a[0] - b[0]) * (a[1] - b[1]) < 0
        )
    import numpy as np  # noqa: PLC0415 (small pictures need none)

    start, end, size = (np.array(column, np.float64) for column in zip(*group, strict=True))
    cross = np.subtract.outer(start, start) * np.subtract.outer(end, end) < 0
    return int((np.minimum.outer(size, size) * cross).sum() / 2)


def _gap(columns: Sequence[Sequence[int]], frame: Frame) -> float:
    """The frame's gap, or less where a column is so full that gaps would take more than a third of its room."""
    most = max(len(column) for column in columns)
    return min(frame.gap, (frame.height - frame.top) / 3 / max(most - 1, 1))


def _scale(columns: Sequence[Sequence[int]], boxes: Sequence[Box], room: float, gap: float) -> float:
    sums = [(sum(boxes[number].amount for number in column), len(column)) for column in columns]
    return min(((room - gap * (count - 1)) / amount for amount, count in sums if amount), default=0.0)


def _across(spots: Sequence[Spot], breaks: Sequence[int], frame: Frame) -> tuple[float, ...]:
    """Columns of one period stand close, periods further apart, and furthest where nothing moved for days."""
    steps = [0.0]
    for before, after in pairwise(spots):
        wide = PAUSE if after[0] in breaks else NEXT_PERIOD
        steps.append(steps[-1] + (1.0 if before[0] == after[0] else wide))
    room = frame.width - frame.left - frame.right - frame.place
    return tuple(frame.left + room * step / (steps[-1] or 1) for step in steps)


def _down(
    columns: Sequence[Sequence[int]], boxes: Sequence[Box], ribbons: Sequence[Ribbon], room: tuple[float, float, float]
) -> None:
    """Stack each column in its order, then let boxes drift to their neighbours' height without overlapping."""
    into, out = _neighbours(ribbons)
    for column in columns:
        _stack([boxes[number] for number in column], room)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            for number in column:
                near = (into if forward else out).get(number) or ()
                whole = sum(amount for _, amount in near)
                if whole:
                    wish = sum(boxes[other].middle * amount for other, amount in near) / whole
                    boxes[number].y = wish - boxes[number].height / 2
            _stack([boxes[number] for number in column], room)


def _stack(column: Sequence[Box], room: tuple[float, float, float]) -> None:
    """Push boxes of a column apart, downwards, then upwards from the bottom edge; the order stays."""
    floor, ceiling, gap = room
    for box in column:
        box.y = max(box.y, floor)
        floor = box.y + box.height + gap
    for box in reversed(column):
        box.y = min(box.y, ceiling - box.height)
        ceiling = box.y - gap


def _ports(boxes: Sequence[Box], ribbons: Sequence[Ribbon], scale: float) -> None:
    """Where each strand leaves and arrives: on a box's edge strand by strand, within a strand in the order of the other
    ends.

    So every box shows the same division on both sides, and a strand runs on unbroken through a passage.
    """
    for end, other, name in (("source", "target", "leave"), ("target", "source", "arrive")):
        groups: dict[int, list[Ribbon]] = defaultdict(list)
        for ribbon in ribbons:
            groups[getattr(ribbon, end)].append(ribbon)
        for number, group in groups.items():
            y = boxes[number].y
            group.sort(key=lambda r, o=other: (boxes[getattr(r, o)].middle, getattr(r, o)))  # type: ignore[misc]
            for strand in range(len(group[0].amounts)):
                for ribbon in group:
                    getattr(ribbon, name).append(y)
                    y += ribbon.amounts[strand] * scale
