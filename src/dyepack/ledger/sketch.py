"""Draws the ledger's charts as SVG straight from their Vega-Lite specification, in a few milliseconds.

The renderer that the rest is drawn with starts a JavaScript engine first, twice as long as everything else that a chart
needs. This module knows the forms that `chart_marks.py` puts together and no other: at anything it does not know it
stops with `Unknown`, and the renderer draws. Its marks are held against the renderer's in the tests, to a tenth of a
pixel; margins are its own, since it does not measure text.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Any

Spec = Mapping[str, Any]
Place = tuple[float, float]
LEFT, RIGHT, ABOVE, BELOW = 63, 16, 52, 58
"""Margins in pixels: left and right of the plot, above the subtitle's lines and below the plot's axis."""
LINE = 15
_HOLDS = re.compile(r"datum\.(\w+)(?: (==|!=|>) ('\w*'|\d+))?")
_BASE = {"middle": 0.3, "top": 0.79, "bottom": -0.21}
"""How far below its place the line of a text lies, in parts of its size."""
_ANCHOR = {"left": "start", "right": "end", "center": "middle"}
_MARK = set(
    """type xOffset x2Offset width thickness orient color stroke strokeWidth strokeDash fill filled size opacity align
    baseline dx dy fontSize interpolate""".split()  # noqa: SIM905 (twenty words)
)
_CHANNELS = {"x", "y", "x2", "y2", "text", "opacity", "strokeDash"}


class Unknown(Exception):
    """A form that is not drawn here."""


def sketch(spec: Spec) -> str:
    """The chart as SVG.

    Raises:
        Unknown: the specification has something in it that is drawn elsewhere.
    """
    plot, below = spec["vconcat"]
    title, config = spec["title"], spec["config"]
    top = ABOVE + LINE * len(title["subtitle"])
    wide, high = plot["width"], plot["height"]
    width = max(LEFT + wide + RIGHT, 2 * RIGHT + 0.56 * title["fontSize"] * len(title["text"]))
    height = top + high + BELOW + LINE * len(below["mark"]["text"]) + RIGHT
    view = _View(plot, config["axis"])
    head = _lines([title["text"]], (RIGHT, 30), title["fontSize"], title["color"], ' font-weight="bold"')
    under = _lines(title["subtitle"], (RIGHT, 50), title["subtitleFontSize"], title["subtitleColor"])
    key = _lines(
        below["mark"]["text"], (LEFT, top + high + BELOW + 8), below["mark"]["fontSize"], below["mark"]["color"]
    )
    layers = (f'<g class="layer-{number}">{view.layer(each, number)}</g>' for number, each in enumerate(plot["layer"]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" font-family="{escape(config["font"])}" role="img" '
        f'aria-label="{escape(title["text"])}"><rect width="100%" height="100%" fill="{spec["background"]}"/>'
        f'{head}{under}<g transform="translate({LEFT},{top})">{view.axes()}{"".join(layers)}</g>{key}</svg>'
    )


@dataclass(frozen=True)
class _View:
    """The plot: its scales, its axes and its layers."""

    plot: Spec
    axis: Spec
    defs: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    @property
    def high(self) -> float:
        return float(self.plot["height"])

    @property
    def wide(self) -> float:
        return float(self.plot["width"])

    def x(self, value: Any) -> float:
        """Where a year, or a rank on the logarithmic scale, stands."""
        channel = self.plot["encoding"]["x"]
        if channel["type"] == "ordinal":
            years = channel["sort"]
            return self.wide * float(years.index(value) + 0.5) / len(years)
        first, last = map(float, channel["scale"]["domain"])
        return self.wide * math.log(value / first) / math.log(last / first)

    def y(self, value: float) -> float:
        """How far from the top an amount or a share stands."""
        scale = self.plot["encoding"]["y"]["scale"]
        low, high = map(float, scale["domain"])
        if scale.get("type") == "log":
            return self.high * (1 - math.log(value / low) / math.log(high / low))
        return self.high * (1 - (value - low) / (high - low))

    # ── layers

    def layer(self, layer: Spec, number: int) -> str:
        """The marks of one layer."""
        mark, encoding = layer["mark"], {**self.plot["encoding"], **layer.get("encoding", {})}
        if set(mark) - _MARK or set(encoding) - _CHANNELS or set(layer) - {"mark", "encoding", "transform", "data"}:
            raise Unknown(f"layer {number}")
        rows = layer.get("data", self.plot["data"])["values"]
        tests = [each["filter"] for each in layer.get("transform", ())]
        rows = [row for row in rows if all(passes(test, row) for test in tests)]
        if mark["type"] == "line":
            return self.steps(mark, encoding, rows)
        draw = _DRAW.get(mark["type"])
        if draw is None:
            raise Unknown(mark["type"])
        return "".join(draw(self, _Row(self, mark, encoding, row, number)) for row in rows)

    def steps(self, mark: Spec, encoding: Spec, rows: Sequence[Spec]) -> str:
        """A line that keeps its height up to the next place."""
        if mark.get("interpolate") != "step-after":
            raise Unknown("line")
        places = [(self.x(row[encoding["x"]["field"]]), self.y(row[encoding["y"]["field"]])) for row in rows]
        path = "".join(f"H{_n(x)}V{_n(y)}" for _, (x, y) in pairwise(places))
        start = f"M{_n(places[0][0])},{_n(places[0][1])}" if places else ""
        return f'<path d="{start}{path}" fill="none" stroke="{mark["color"]}" stroke-width="{mark["strokeWidth"]}"/>'

    def fill(self, colour: Any, number: int) -> str:
        """A colour, or stripes."""
        if isinstance(colour, str):
            return colour
        name = f"stripes-{number}"
        if name not in self.named:
            self.named.add(name)
            stops = "".join(f'<stop offset="{s["offset"]}" stop-color="{s["color"]}"/>' for s in colour["stops"])
            self.defs.append(f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient>')
        return f"url(#{name})"

    # ── axes

    def axes(self) -> str:
        """Grid, ticks, labels and titles."""
        return f'<g class="axes" fill="{self.axis["labelColor"]}" font-size="10">{self._upright()}{self._along()}</g>'

    def _upright(self) -> str:
        channel = self.plot["encoding"]["y"]
        top = channel["scale"]["domain"][1]
        if "values" in channel["axis"]:
            marks = [(value, f"{value:,.4f}".rstrip("0").rstrip(".")) for value in channel["axis"]["values"]]
            marks = [(value, text.replace(",", "\N{THIN SPACE}")) for value, text in marks]
        elif channel["axis"].get("format") == "%":
            marks = [(value, f"{value * 100:.0f}%") for value in ticks(top, math.ceil(self.high / 40))]
        else:
            marks = [(value, f"{value:,.0f}".replace(",", "\N{THIN SPACE}")) for value in ticks(top, 6)]
        lines = "".join(
            f'<path d="M-5,{_n(self.y(value))}H{_n(self.wide)}" stroke="{self.axis["gridColor"]}"/>'
            f'<text x="-7" y="{_n(self.y(value) + 3)}" text-anchor="end">{text}</text>'
            for value, text in marks
        )
        at = f"translate(-38,{_n(self.high / 2)}) rotate(-90)"
        return f'{lines}<text transform="{at}" text-anchor="middle" font-size="11">{escape(channel["title"])}</text>'

    def _along(self) -> str:
        channel = self.plot["encoding"]["x"]
        domain = (
            f'<path d="M0,{_n(self.high)}V0M0,{_n(self.high)}H{_n(self.wide)}" stroke="{self.axis["domainColor"]}"/>'
        )
        if channel["type"] == "ordinal":
            aside, low = channel["axis"]["labelOffset"], self.high + 14
            return domain + "".join(
                f'<text x="{_n(self.x(year) + aside)}" y="{_n(low)}" text-anchor="middle">{escape(year)}</text>'
                for year in channel["sort"]
            )
        lines = "".join(
            f'<path d="M{_n(self.x(value))},{_n(self.high)}v5" stroke="{self.axis["tickColor"]}"/>'
            f'<text x="{_n(self.x(value))}" y="{_n(self.high + 15)}" text-anchor="middle">{text}</text>'
            for value, text in powers(channel["scale"]["domain"][1], channel["axis"]["tickCount"])
        )
        title = f'<text x="{_n(self.wide / 2)}" y="{_n(self.high + 32)}" text-anchor="middle" font-size="11">'
        return f"{domain}{lines}{title}{escape(channel['title'])}</text>"


@dataclass(frozen=True, slots=True)
class _Row:
    """One row in one layer: where it stands, and how it looks."""

    view: _View
    mark: Spec
    encoding: Spec
    row: Spec
    number: int

    def place(self, second: str = "") -> Place:
        """Where it stands; or where its other end does."""
        x = self.view.x(self.row[self.encoding["x"]["field"]])
        y = self.encoding[f"y{second}"] if f"y{second}" in self.encoding else self.encoding["y"]
        amount = y["datum"] if "datum" in y else self.row[y["field"]]
        aside = self.mark.get(f"x{second}Offset", 0) if f"x{second}" in self.encoding else self.mark.get("xOffset", 0)
        return x + aside, self.view.y(amount)

    def value(self, name: str) -> Any:
        """What a channel with a condition gives; None where there is none."""
        channel = self.encoding.get(name)
        if channel is None:
            return self.mark.get(name)
        condition = channel["condition"]
        return condition["value"] if passes(condition["test"], self.row) else channel["value"]

    @property
    def faint(self) -> str:
        opacity = self.value("opacity")
        return "" if opacity in (None, 1) else f' opacity="{opacity}"'


def _bar(view: _View, row: _Row) -> str:
    (x, y), mark = row.place(), row.mark
    line = f' stroke="{mark["stroke"]}" stroke-width="{mark["strokeWidth"]}"' if "stroke" in mark else ""
    fill = view.fill(mark["color"], row.number)
    wide, tall = _n(mark["width"]), _n(view.high - y)  # as a path: a rectangle without a height has no outline
    defs = f"<defs>{view.defs.pop()}</defs>" if view.defs else ""
    return f'{defs}<path d="M{_n(x - mark["width"] / 2)},{_n(y)}h{wide}v{tall}h-{wide}Z" fill="{fill}"{line}/>'


def _rule(view: _View, row: _Row) -> str:
    dash, mark = row.value("strokeDash"), row.mark
    if row.encoding["x"] is None:
        y = view.y(row.row[row.encoding["y"]["field"]])
        a, b = (0.0, y), (view.wide, y)
    else:
        a, b = row.place(), row.place("2")
    dashes = f' stroke-dasharray="{",".join(map(str, dash))}"' if dash and dash[1] else ""
    line = f'stroke="{mark["color"]}" stroke-width="{mark.get("strokeWidth", 1)}"'
    return f'<path d="M{_n(a[0])},{_n(a[1])}L{_n(b[0])},{_n(b[1])}" {line}{dashes}{row.faint}/>'


def _tick(_: _View, row: _Row) -> str:
    (x, y), wide, thick = row.place(), row.mark["width"], row.mark["thickness"]
    size = f'width="{_n(wide)}" height="{_n(thick)}"'
    return f'<rect x="{_n(x - wide / 2)}" y="{_n(y - thick / 2)}" {size} fill="{row.mark["color"]}"{row.faint}/>'


def _text(_: _View, row: _Row) -> str:
    (x, y), mark = row.place(), row.mark
    said = str(row.row[row.encoding["text"]["field"]])
    y += mark.get("dy", 0) + round(_BASE[mark.get("baseline", "middle")] * mark["fontSize"])
    style = (
        f'text-anchor="{_ANCHOR[mark.get("align", "center")]}" font-size="{mark["fontSize"]}" fill="{mark["color"]}"'
    )
    at = f'x="{_n(x + mark.get("dx", 0))}" y="{_n(y)}"'
    return f"<text {at} {style}{row.faint}>{escape(said)}</text>" if said else ""


def _dot(_: _View, row: _Row) -> str:
    (x, y), mark = row.place(), row.mark
    radius = math.sqrt(mark["size"] / math.pi)
    hollow = "" if mark.get("filled") else f' stroke="{mark["stroke"]}" stroke-width="{mark["strokeWidth"]}"'
    look = f'fill="{mark["color" if mark.get("filled") else "fill"]}"{hollow}'
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" {look}/>'


_DRAW: Mapping[str, Callable[[_View, _Row], str]] = {
    "bar": _bar,
    "rule": _rule,
    "tick": _tick,
    "text": _text,
    "point": _dot,
}


def passes(test: str, row: Spec) -> bool:
    """Whether a row passes a test: comparisons of its fields, joined by `||` in brackets and `&&` around them.

    Raises:
        Unknown: a test of another form.
    """
    return all(any(_holds(one, row) for one in each.strip("()").split(" || ")) for each in test.split(" && "))


def _holds(test: str, row: Spec) -> bool:
    match = _HOLDS.fullmatch(test)
    if match is None:
        raise Unknown(test)
    value, how, other = row.get(match[1]), match[2], (match[3] or "").strip("'")
    if how == ">":
        return value is not None and value > float(other)
    return bool(value) if how is None else (value == other) == (how == "==")


def ticks(top: float, count: int) -> list[float]:
    """Round values from 0 up, about so many: in steps of 1, 2 or 5 and noughts, as d3 has them."""
    power = math.floor(math.log10(top / count))
    rest = top / count / 10.0**power
    step = (
        10 if rest >= math.sqrt(50) else 5 if rest >= math.sqrt(10) else 2 if rest >= math.sqrt(2) else 1
    ) * 10.0**power
    return [number * step for number in range(math.floor(top / step + 1e-9) + 1)]


def powers(last: int, count: int) -> Iterator[tuple[int, str]]:
    """Round numbers from 1 to the last on a logarithmic scale; those with a small first digit have their text.

    Raises:
        Unknown: so few, or so many, that d3 has other rules.
    """
    places = [digit * 10**power for power in range(len(str(last))) for digit in range(1, 10)]
    shown = [value for value in places if value <= last]
    if len(shown) < count or last >= 10**count:
        raise Unknown("logarithmic scale")
    most = max(1, 10 * count / len(shown))
    for value in shown:
        yield value, _short(value) if int(str(value)[0]) <= most else ""


def _short(value: int) -> str:
    return f"{value // 1000}k" if value >= 1000 else str(value)


def _lines(lines: Iterable[str], at: Place, size: float, colour: str, more: str = "") -> str:
    spans = "".join(
        f'<text x="{_n(at[0])}" y="{_n(at[1] + LINE * n)}">{escape(each)}</text>' for n, each in enumerate(lines)
    )
    return f'<g font-size="{size}" fill="{colour}"{more}>{spans}</g>'


def _n(value: float) -> str:
    """A coordinate, with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
