"""The yearly charts as SVG: bars with their range, before each a narrower one of what had been said by the day, and
publishers' figures as marks.

The script moves the bars when the day or the rule changes; it uses the same arithmetic, `y = base - amount * scale`,
with the base and the scale that are written on the drawing. Marks never move: a published figure appears on its day and
grows faint when its publisher revises it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dyepack.inert import visible as plain
from dyepack.report.figures import exact, grouped, whole
from dyepack.report.svg import join, number, spread, tag
from dyepack.report.thefts import Mark, Thefts

MILLION_USD = 10**12
NICE = (100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000, 50000, 100000)
SIGN_HEIGHT = 11.5
KNOWN = 0.55
"""The width of the bar of what was known, as a part of that of what is held."""


@dataclass(frozen=True, slots=True)
class Size:
    """A drawing's size and margins in pixels, and whether publishers' signs fit beside the bars."""

    width: float
    height: float
    left: float
    bar: float
    signs: bool
    top: float = 22
    bottom: float = 42


WIDE = Size(1080, 380, 58, 36, signs=True)
NARROW = Size(340, 250, 38, 13, signs=False)


@dataclass(frozen=True, slots=True)
class Bar:
    """One year's bar in dollars: pieces as (class, `held` or `known`, from, to), and of what is held range and figure.

    What was known is no part of what is held and may be more, so it is a bar of its own; `over` clears both and the
    range.
    """

    pieces: tuple[tuple[str, str, int, int], ...]
    low: int
    high: int
    top: int

    @property
    def over(self) -> int:
        """The highest of all that is drawn."""
        return max(self.high, *(upper for _, _, _, upper in self.pieces))


def actor_bar(found: Thefts, year: int, rule: str, day: int = -1) -> Bar:
    """The actor's thefts of a year: as held, and by claims known by that day."""
    held, known = found.at(rule, "held", year, day), found.at(rule, "known", year, day)
    pieces = (("actor", "held", 0, held.usd), ("actor", "known", 0, known.usd))
    return Bar(pieces, held.low, held.high, held.usd)


def all_bar(found: Thefts, year: int, rule: str, day: int = -1) -> Bar:
    """All thefts of a year by both clocks, the actor's at the bottom, all others above."""
    held, known = found.at(rule, "held", year, day), found.at(rule, "known", year, day)
    every, said = found.at("all", "held", year, day), found.at("all", "known", year, day)
    pieces = (
        ("actor", "held", 0, held.usd),
        ("others", "held", held.usd, every.usd),
        ("actor", "known", 0, known.usd),
        ("others", "known", known.usd, said.usd),
    )
    return Bar(pieces, every.low, every.high, every.usd)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: `kind` names it for the style sheet and the script, `series` is that of the published figures it
    marks.
    """

    kind: str
    series: str
    title: str

    def bar(self, found: Thefts, year: int, rule: str) -> Bar:
        """One year's bar."""
        return (actor_bar if self.kind == "actor" else all_bar)(found, year, rule)


def draw(chart: Chart, found: Thefts, rule: str, size: Size) -> Markup:
    """The chart as of the last day."""
    step, top = _axis(chart, found)
    base = size.height - size.bottom
    scale = float(f"{(base - size.top) / (top * MILLION_USD):.6e}")
    slot = (size.width - size.left) / max(len(found.years), 1)
    pen = _Pen(size, base, scale, slot)
    years = join(
        _year(chart.bar(found, year, rule), (year, found.until(year)), size.left + slot * index, pen)
        for index, year in enumerate(found.years)
    )
    marks = join(
        _marks([m for m in found.marks[chart.series] if m.total.year == year], size.left + slot * index, pen)
        for index, year in enumerate(found.years)
    )
    return tag(
        "svg",
        _grid(size, step, top, base),
        years,
        marks,
        class_=f"chart {'wide' if size.signs else 'narrow'}",
        viewBox=f"0 0 {number(size.width)} {number(size.height)}",
        role="img",
        aria_label=chart.title,
        data_kind=chart.kind,
        data_base=base,
        data_scale=f"{scale:.6e}",
    )


@dataclass(frozen=True, slots=True)
class _Pen:
    size: Size
    base: float
    scale: float
    slot: float

    @property
    def left(self) -> float:
        """Where the bar begins in its year's slot."""
        return self.slot * (0.06 if self.size.signs else 0.28)

    def y(self, amount: int) -> float:
        return self.base - amount * self.scale


def _axis(chart: Chart, found: Thefts) -> tuple[int, int]:
    """Step and top of the axis in millions: room for every day, rule and mark, so that the scale never changes."""
    which = ["all"] if chart.kind == "all" else list(found.rules)
    highest = [sum_.high for key, steps in found.figures.items() if key[0] in which and key[2] > 0 for _, sum_ in steps]
    highest += [mark.total.usd or 0 for mark in found.marks[chart.series]]
    most = -(-max(highest, default=0) // MILLION_USD) or 1
    step = next((nice for nice in NICE if most <= nice * 6), NICE[-1])
    return step, step * -(-most // step)


def _grid(size: Size, step: int, top: int, base: float) -> Markup:
    room = base - size.top
    lines = []
    for value in range(0, top + 1, step):
        y = base - room * value / top
        lines.append(
            tag(
                "path", d=f"M{number(size.left)} {number(y)}H{number(size.width)}", class_="zero" if not value else None
            )
        )
        text = f"${grouped(value)} M" if value == top and size.signs else grouped(value)
        lines.append(tag("text", text, x=size.left - 6, y=y + 4, text_anchor="end"))
    return tag("g", join(lines), class_="grid", aria_hidden="true")


def _year(bar: Bar, named: tuple[int, str], x: float, pen: _Pen) -> Markup:
    year, until = named
    wide, left = pen.size.bar, x + pen.left
    middle = left + wide / 2
    parts: list[Markup] = []
    for name, kind, start, end in bar.pieces:
        height, width = (end - start) * pen.scale, wide * (KNOWN if kind == "known" else 1)
        place = {"x": middle - width / 2, "width": width, "y": pen.y(start) - height, "height": height}
        parts.append(tag("rect", **place, class_=f"{name} {kind}"))
    cap = wide / 5
    parts.append(
        tag(
            "path",
            d=whisker(middle, pen.y(bar.low), pen.y(bar.high), cap),
            class_="whisker",
            data_x=middle,
            data_cap=cap,
        )
    )
    label = whole(bar.top, MILLION_USD) if bar.top else ""
    if pen.size.signs:
        parts.append(tag("text", label, class_="value", x=middle, y=pen.y(bar.over) - 6, text_anchor="middle"))
    name = str(year) if pen.size.signs else f"’{year % 100:02d}"
    parts.append(tag("text", name, class_="name", x=middle, y=pen.base + 17, text_anchor="middle"))
    parts.append(tag("text", until, class_="until", x=middle, y=pen.base + 32, text_anchor="middle"))
    return tag("g", join(parts), class_="year partial" if until else "year", data_year=year)


def whisker(x: float, low: float, high: float, cap: float) -> str:
    """The path of a range: a line from low to high with a cap at both ends."""
    a, b = number(x - cap), number(x + cap)
    return f"M{a} {number(high)}H{b}M{number(x)} {number(high)}V{number(low)}M{a} {number(low)}H{b}"


def _marks(marks: Sequence[Mark], x: float, pen: _Pen) -> Markup:
    """Ticks beside the bar at their height; signs in a column, pushed apart, each with a line to its tick.

    Editions of one publisher that differ little share a sign: only one of them is ever the latest.
    """
    edge = x + pen.left + pen.size.bar
    order = sorted(marks, key=lambda m: (-(m.total.usd or 0), m.since, m.initial, m.total.claim))
    slots: list[tuple[str, float]] = []
    slot_of: list[int] = []
    for mark in order:
        y = pen.y(mark.total.usd or 0)
        near = (n for n, (sign, at) in enumerate(slots) if sign == mark.initial and abs(at - y) < SIGN_HEIGHT)
        slot_of.append(next(near, len(slots)))
        slots += [(mark.initial, y)] * (slot_of[-1] == len(slots))
    tops = spread([y - SIGN_HEIGHT / 2 for _, y in slots], SIGN_HEIGHT, (0, pen.base - 1))
    return join(
        _mark(mark, edge, pen.y(mark.total.usd or 0), tops[slot] + SIGN_HEIGHT / 2 if pen.size.signs else None)
        for mark, slot in zip(order, slot_of, strict=True)
    )


def _mark(mark: Mark, edge: float, y: float, sign_y: float | None) -> Markup:
    total = mark.total
    said = f"{plain(total.publisher)} on {total.published}: {exact(total.usd or 0)}"
    said += f", up to {total.covers_to}" if total.covers_to else ""
    parts = [tag("title", said), tag("path", d=f"M{number(edge + 1)} {number(y)}h7", class_="tick")]
    if sign_y is not None:
        parts.append(
            tag("path", d=f"M{number(edge + 8)} {number(y)}L{number(edge + 19)} {number(sign_y)}", class_="leader")
        )
        parts.append(tag("text", f"“{mark.initial}", x=edge + 21, y=sign_y + 3.5))
    classes = ["mark", *(["revised"] if mark.revised is not None else []), *(["part"] if total.covers_to else [])]
    return tag("g", join(parts), class_=" ".join(classes), data_since=mark.since, data_revised=mark.revised)


def strip(stolen: Mapping[str, int], most: int) -> Markup:
    """One destination's range over the rules: a line with a dot per rule, on a scale that all destinations share."""
    width, scale = 190.0, 180 / most if most else 0.0
    dots = [5 + amount * scale for amount in stolen.values()]
    parts = [tag("path", d=f"M5 11H{number(width - 5)}", class_="axis")]
    if dots and any(stolen.values()):
        parts.append(
            tag(
                "path",
                d=f"M{number(min(dots))} 11H{number(max(dots))}M{number(min(dots))} 6v10M{number(max(dots))} 6v10",
            )
        )
        parts += [tag("circle", cx=x, cy=11, r=3) for x in dots]
    return tag("svg", join(parts), class_="strip", viewBox="0 0 190 22", aria_hidden="true")
