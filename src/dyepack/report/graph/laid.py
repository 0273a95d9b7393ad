"""Where the drawn part of a fold stands: x by time, order by barycentre, each link on a way of its own."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from dyepack.report.flow import Box, Frame, Layout, Ribbon, layout
from dyepack.report.fold import Folded, Link
from dyepack.report.graph.view import View

Ends = tuple[int, int]
STEP, ROW, LEAST_HEIGHT, LEAST_WIDTH = 58, 30, 520, 1080
"""Pixels that a column and a place in a column take, and the least that a picture takes."""


@dataclass(frozen=True, slots=True)
class Spots:
    """Places as (x, y, height), links as points (x, y of the upper edge, …) with a thickness, periods as x."""

    width: float
    height: float
    place: float
    places: Mapping[int, tuple[float, float, float]]
    links: Mapping[Ends, tuple[tuple[float, ...], float]]
    periods: Mapping[int, float]


def laid(folded: Folded, shown: View, weights: Mapping[str, int]) -> Spots:
    """The geometry; the same view gives the same coordinates."""
    number = {old: new for new, old in enumerate(shown.places)}
    links = {
        (number[one.number[0]], number[one.number[1]]): Link([max(one.amount * weights[one.asset], 1)])
        for one in shown.links
    }
    part = Folded(folded.periods, tuple(folded.places[old] for old in shown.places), dict(sorted(links.items())))
    if not part.places:
        return Spots(LEAST_WIDTH, LEAST_HEIGHT, 9, {}, {}, {})
    frame = Frame(
        width=max(LEAST_WIDTH, 420 + STEP * part.columns), height=max(LEAST_HEIGHT, ROW * part.rows), gap=12, place=10
    )
    found = layout(part, frame)
    thick = {ends: link.amounts[0] * found.scale for ends, link in links.items()}
    ways = _ways(found, thick)
    old = dict(enumerate(shown.places))
    return Spots(
        frame.width,
        frame.height,
        frame.place,
        {old[box.place]: (box.x, box.y, box.height) for box in found.boxes if box.place is not None},
        {(old[a], old[b]): (way, thick[a, b]) for (a, b), way in ways.items()},
        _periods(found),
    )


def _periods(found: Layout) -> dict[int, float]:
    """The x of the first column of each period."""
    first: dict[int, float] = {}
    for (period, _), x in zip(found.spots, found.xs, strict=True):
        first.setdefault(period, x)
    return first


def _ways(found: Layout, thick: Mapping[Ends, float]) -> dict[Ends, tuple[float, ...]]:
    """The points of every link: where it leaves, the passages that it runs straight through, where it arrives.

    Links of one ribbon keep their order on the way, so that they never cross within it.
    """
    leaving: dict[int, list[Ribbon]] = defaultdict(list)
    for ribbon in found.ribbons:
        leaving[ribbon.source].append(ribbon)
    points: dict[Ends, list[float]] = {}
    at: dict[Ends, float] = {}
    width = found.frame.place
    for number in sorted(range(len(found.boxes)), key=lambda n: (found.boxes[n].column, n)):
        box = found.boxes[number]
        for ribbon in sorted(leaving[number], key=lambda r: (r.leave[0], r.target)):
            _along(ribbon, (box, found.boxes[ribbon.target]), (points, at), thick, width)
    return {ends: tuple(round(value, 1) for value in way) for ends, way in points.items()}


def _along(
    ribbon: Ribbon,
    boxes: tuple[Box, Box],
    state: tuple[dict[Ends, list[float]], dict[Ends, float]],
    thick: Mapping[Ends, float],
    width: float,
) -> None:
    source, target = boxes
    points, at = state
    order = sorted(ribbon.links, key=lambda ends: (at.get(ends, 0.0), ends[1], ends[0]))
    leave, arrive = ribbon.leave[0], ribbon.arrive[0]
    for ends in order:
        if source.place is not None:
            points[ends] = [source.x + width, leave]
        points[ends] += [target.x, arrive]
        if target.place is None:
            points[ends] += [target.x + width, arrive]
        at[ends] = arrive
        leave, arrive = leave + thick[ends], arrive + thick[ends]
