"""Draws a laid-out case: ribbons per strand, places that can be focused, names in the margins, dates on top."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from dyepack.report.flow import Box, Layout, Ribbon
from dyepack.report.fold import END, START, Folded, Place, pauses
from dyepack.report.svg import join, number, spread, tag

LINE = 15.0
LONGEST = 20
SEAM = 0.6
"""How far a band runs under the next one, so that no hairline shows between them."""
LABEL = 2 * LINE + 4


@dataclass(frozen=True, slots=True)
class Captions:
    """What is written: `name` and `detail` of a place, an amount for people, and the class of each strand."""

    title: str
    name: Callable[[Place], str]
    detail: Callable[[Place, int], str]
    amount: Callable[[int], str]
    strands: Sequence[str]
    kinds: Mapping[str, str]


def draw(layout: Layout, folded: Folded, captions: Captions, prefix: str) -> Markup:
    """The picture. Places carry `data-p`, their number; the script walks from place to place along `data-out` and
    `data-in`.
    """
    frame = layout.frame
    return tag(
        "svg",
        _dates(layout, folded),
        tag("g", join(_ribbon(ribbon, layout, folded, captions) for ribbon in layout.ribbons), class_="ribbons"),
        tag("g", join(_places(layout, folded, captions, prefix)), class_="places"),
        _names(layout, folded, captions),
        class_="flow",
        viewBox=f"0 0 {number(frame.width)} {number(frame.height + 6)}",
        role="group",
        aria_label=captions.title,
    )


def _ribbon(ribbon: Ribbon, layout: Layout, folded: Folded, captions: Captions) -> Markup:
    source, target = layout.boxes[ribbon.source], layout.boxes[ribbon.target]
    bands = [
        (strand, _band(source, target, (leave, arrive), amount * layout.scale, layout.frame.place))
        for strand, (amount, leave, arrive) in enumerate(zip(ribbon.amounts, ribbon.leave, ribbon.arrive, strict=True))
        if amount
    ]
    paths = join(tag("path", d=band, class_=f"{captions.strands[strand]}-strand") for strand, band in bands)
    if source.place is None and target.place is None:
        return paths
    starts, ends = ({link[side] for link in ribbon.links} for side in (0, 1))
    towards = (
        " and ".join(captions.name(folded.places[place]) for place in sorted(ends))
        if len(ends) < 3
        else f"{len(ends)} places"
    )
    origin = captions.name(folded.places[min(starts)]) if len(starts) == 1 else f"{len(starts)} places"
    sums = ", ".join(
        f"{captions.amount(amount)} {name}"
        for amount, name in zip(ribbon.amounts, captions.strands, strict=True)
        if amount
    )
    return tag("g", tag("title", f"{origin} → {towards}: {sums}"), paths)


def _band(source: Box, target: Box, ys: tuple[float, float], height: float, wide: float) -> str:
    """A band between two columns; through a passage it runs on to the other side of the column. Relative steps are
    shorter.
    """
    left = source.x + wide
    step, down = target.x - left, ys[1] - ys[0]
    half, thick = number(step / 2), number(height)
    run = f"h{number(wide + SEAM)}v{thick}h{number(-wide - SEAM)}" if target.place is None else f"v{thick}"
    forth = f"c{half} 0 {half} {number(down)} {number(step)} {number(down)}"
    back = f"c-{half} 0-{half} {number(-down)}-{number(step)} {number(-down)}".replace(" -", "-")
    return f"M{number(left)} {number(ys[0])}{forth}{run}{back}z"


def _places(layout: Layout, folded: Folded, captions: Captions, prefix: str) -> list[Markup]:
    outs, ins = _strongest(folded, 0), _strongest(folded, 1)
    drawn = []
    for box in layout.boxes:
        if box.place is None:
            continue
        place = folded.places[box.place]
        kind = captions.kinds.get(place.lane, "") if place.spot in (START, END) else "between"
        height = max(box.height, 2.0)
        rect = tag("rect", x=box.x, y=box.middle - height / 2, width=layout.frame.place, height=height)
        drawn.append(
            tag(
                "g",
                rect,
                class_=f"place {kind}".strip(),
                id=f"{prefix}{box.place}",
                role="button",
                tabindex="0" if box.place == 0 else "-1",
                aria_label=f"{captions.name(place)}: {captions.detail(place, box.amount)}",
                data_p=box.place,
                data_out=outs.get(box.place),
                data_in=ins.get(box.place),
            )
        )
    return drawn


def _strongest(folded: Folded, side: int) -> dict[int, int]:
    """For each place: where most of its money goes (0) or comes from (1)."""
    best: dict[int, tuple[int, int]] = {}
    for ends, link in folded.links.items():
        best[ends[side]] = max(best.get(ends[side], (0, 0)), (sum(link.amounts), ends[1 - side]))
    return {place: other for place, (_, other) in best.items()}


def _names(layout: Layout, folded: Folded, captions: Captions) -> Markup:
    """Names of starts and destinations in the margins, pushed apart so that none overlaps, each with a leader to its
    place.
    """
    frame = layout.frame
    parts: list[Markup] = []
    for spot in (START, END):
        boxes = [b for b in layout.boxes if b.place is not None and folded.places[b.place].spot == spot]
        boxes.sort(key=lambda box: box.middle)
        tops = spread([box.middle - LABEL / 2 for box in boxes], LABEL, (frame.top, frame.height))
        for box, top in zip(boxes, tops, strict=True):
            place = folded.places[box.place or 0]
            left = spot == START
            x = box.x - 14 if left else box.x + frame.place + 14
            edge = box.x if left else box.x + frame.place
            anchor = "end" if left else "start"
            leader = f"M{number(edge)} {number(box.middle)}L{number(x + (4 if left else -4))} {number(top + LINE)}"
            parts += [
                tag("path", d=leader, class_="leader"),
                tag("text", brief(captions.name(place)), x=x, y=top + LINE - 2, text_anchor=anchor, class_="name"),
                tag(
                    "text",
                    captions.detail(place, box.amount),
                    x=x,
                    y=top + 2 * LINE - 2,
                    text_anchor=anchor,
                    class_="detail",
                ),
            ]
    return tag("g", join(parts), class_="names", aria_hidden="true")


def brief(name: str) -> str:
    """A name that fits the margin: without what stands in brackets, and not too long; the tables have it in full."""
    head = name.partition(" (")[0]
    return head if len(head) <= LONGEST else f"{head[: LONGEST - 1]}…"


def _dates(layout: Layout, folded: Folded) -> Markup:
    """The first column of each period carries its day (month and day); a slash marks days on which nothing moved."""
    parts: list[Markup] = []
    breaks = pauses(folded.periods)
    hourly = len({p[0].date() for p in folded.periods}) < 3
    free = 0.0
    for (spot_before, _), (spot, x) in pairwise(zip(layout.spots, layout.xs, strict=True)):
        if spot == END or spot[0] == spot_before[0]:
            continue
        first = folded.periods[spot[0]][0]
        text = f"{first:%d %H}h" if hourly else f"{first:%m-%d}"
        parts.append(tag("path", d=f"M{number(x)} 22V{number(layout.frame.height)}", class_="day"))
        if x >= free:
            parts.append(tag("text", text, x=x, y=16.0))
            free = x + 6.4 * len(text) + 4
        if spot[0] in breaks:
            parts.append(tag("text", "//", x=x - 5, y=16.0, text_anchor="end", class_="pause"))
    return tag("g", join(parts), class_="dates", aria_hidden="true")
