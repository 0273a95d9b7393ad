"""The marks, scales and frame that the ledger's charts are put together from, as pieces of Vega-Lite.

Every mark draws the rows of one `kind`: bar, part, span, rule, published, held, known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.21.json"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH, HEIGHT, SLOT = 760, 330, 68
"""In pixels; `SLOT` is what one year needs for its bar and its signs."""
BAR, KNOWN, SIGN = 26, 16, 11
"""The width of a bar, of what was known inside it, and the least distance of two signs, in pixels."""
ASIDE = -8
"""Bars stand left of their year's middle, so that the published figures find room on the right."""
THIN = "\N{THIN SPACE}"
SHARE: Spec = {
    "field": "share",
    "type": "quantitative",
    "title": "share of the sum",
    "axis": {"format": "%"},
    "scale": {"domain": [0, 1]},
}


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one theme; `dye` is for stolen money and for nothing else."""

    paper: str
    text: str
    quiet: str
    line: str
    dye: str
    pale: str
    others: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a chart somebody looks at: which years and thefts, whose printed figures, on which scale.

    `only` says in words which thefts `slugs` are; it stands in the picture.
    """

    years: tuple[int | None, int | None] = (None, None)
    slugs: Collection[str] | None = None
    only: str = ""
    publisher: str | None = None
    log: bool = False
    ranges: bool = True


LIGHT = Ink("#ffffff", "#1c1a20", "#5f5a66", "#d9d5de", "#b5126b", "#e8b4d0", "#dddae0")
DARK = Ink("#17151a", "#f1eef4", "#aaa4b3", "#3c3743", "#ff6ab0", "#7a2b55", "#34313b")


def bar_marks(ink: Ink, *, known: bool) -> list[Spec]:
    """Bars with their figure on top; with `known` pale ones, and before them narrower ones of what had been said.

    What was known is no part of what is held: its bar ends below or above the pale one's.
    """
    stripes = {"gradient": "linear", "x1": 0, "y1": 0, "x2": 0, "y2": 1, "stops": _stripes(ink.dye, ink.pale)}
    bar = {"type": "bar", "xOffset": ASIDE}
    held = {**bar, "width": BAR, "stroke": ink.dye, "strokeWidth": 1}
    of = _rows("bar", "part")
    layers = [{**of, "mark": {**held, "color": ink.pale}}] if known else []
    for kind, colour in (("bar", ink.dye), ("part", stripes)):
        full = {**bar, "width": KNOWN} if known else held
        layers.append({**_rows(kind), "mark": {**full, "color": colour}})
        if known:
            layers[-1]["encoding"] = {"y": _amount("known")}
    value = {"type": "text", "xOffset": ASIDE + BAR / 2, "fontSize": 10, "align": "right", "dy": -6, "color": ink.text}
    figures = {**of, "mark": value, "encoding": {"text": {"field": "text"}, "y": _amount("over")}}
    return [*layers, figures, _until(ink, "part")]


def whole_marks(ink: Ink) -> list[Spec]:
    """Behind the bars, those of everybody: what is seen of one above an actor's is all others'."""
    mark = {"type": "bar", "xOffset": ASIDE, "width": BAR, "stroke": ink.quiet, "strokeWidth": 1, "color": ink.others}
    return [{**_rows("bar", "part"), "mark": mark, "encoding": {"y": _amount("whole")}}]


def whisker_marks(ink: Ink) -> list[Spec]:
    """The range of a bar: a line with a cap at both ends."""
    of = _rows("bar", "part", where="datum.high > 0")
    line = {"type": "rule", "xOffset": ASIDE, "color": ink.text, "strokeWidth": 1}
    cap = {"type": "tick", "width": 9, "thickness": 1, "xOffset": ASIDE, "color": ink.text, "orient": "horizontal"}
    ends = [{**of, "mark": cap, "encoding": {"y": _amount(end)}} for end in ("low", "high")]
    return [{**of, "mark": line, "encoding": {"y": _amount("low"), "y2": {"field": "high"}}}, *ends]


def span_marks(ink: Ink) -> list[Spec]:
    """The range over the rules: an upright line, dashed for a part of a year, and a tick for each rule."""
    line = {"type": "rule", "xOffset": ASIDE, "color": ink.dye, "strokeWidth": 2}
    dash = {"condition": {"test": "datum.until != ''", "value": [4, 3]}, "value": [1, 0]}
    tick = {"type": "tick", "width": 15, "thickness": 2, "xOffset": ASIDE, "color": ink.dye, "orient": "horizontal"}
    ends = {"y": _amount("low"), "y2": {"field": "high"}, "strokeDash": dash}
    return [{**_rows("span"), "mark": line, "encoding": ends}, {**_rows("rule"), "mark": tick}, _until(ink, "span")]


def published_marks(ink: Ink) -> list[Spec]:
    """Published figures: a tick at the figure, and a line to the publisher's sign; faint where revised since."""
    faint = {"condition": {"test": "datum.latest", "value": 1}, "value": 0.45}
    signed = _rows("published", where="datum.sign != ''")
    tick = {"type": "tick", "width": 7, "thickness": 1.5, "xOffset": 10, "color": ink.text, "orient": "horizontal"}
    lead = {"type": "rule", "xOffset": 14, "x2Offset": 20, "strokeWidth": 0.7, "color": ink.text}
    sign = {"type": "text", "align": "left", "xOffset": 21, "fontSize": 10, "color": ink.text}
    to = {"x2": {"field": "year"}, "y2": {"field": "at"}, "opacity": faint}
    return [
        {**_rows("published"), "mark": tick, "encoding": {"opacity": faint}},
        {**signed, "mark": lead, "encoding": to},
        {**signed, "mark": sign, "encoding": {"y": _amount("at"), "text": {"field": "sign"}, "opacity": faint}},
    ]


def ranked_marks(ink: Ink, *, known: bool) -> list[Spec]:
    """Steps and dots from the largest theft down, the first few named, and a dashed line at one half.

    With `known` quiet steps and hollow dots before them, of what had been said.
    """
    named = {"type": "text", "align": "left", "dx": 10, "color": ink.text, "fontSize": 11}
    steps = {"type": "line", "strokeWidth": 1.5, "interpolate": "step-after"}
    dots = {"type": "point", "size": 26, "opacity": 1}
    then: list[Spec] = [
        {**_rows("known"), "mark": {**steps, "strokeWidth": 1, "color": ink.quiet}},
        {**_rows("known"), "mark": {**dots, "fill": ink.paper, "stroke": ink.quiet, "strokeWidth": 1}},
    ]
    return [
        *(then if known else ()),
        {**_rows("held"), "mark": {**steps, "color": ink.dye}},
        {**_rows("held"), "mark": {**dots, "filled": True, "color": ink.dye}},
        {
            "transform": [{"filter": "datum.name != ''"}],
            "mark": named,
            "encoding": {"y": _amount("at"), "text": {"field": "name"}},
        },
        {
            "data": {"values": [{"share": 0.5}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": ink.quiet},
            "encoding": {"x": None, "y": SHARE},
        },
    ]


def years(shown: Sequence[int]) -> Spec:
    """The scale of years."""
    axis = {"labelAngle": 0, "title": None, "ticks": False, "labelOffset": ASIDE, "labelPadding": 6, "grid": False}
    return {"field": "year", "type": "ordinal", "axis": axis, "sort": [str(year) for year in shown]}


def dollars(field: str, top: float, floor: float = 0) -> Spec:
    """The scale of amounts, in millions, with a little room above the highest; with a floor, logarithmic from there."""
    if floor:
        end = max(top * 1.3, floor * 10)
        values = [each for power in range(16) if (each := round(floor * 10**power, 4)) <= end]
        axis: Spec = {"labelExpr": f"replace(format(datum.value, ',~f'), ',', '{THIN}')", "values": values}
        scale: Spec = {"type": "log", "domain": [floor, end], "nice": False}
        return {**_amount(field), "scale": scale, "title": "millions of US dollars, logarithmic", "axis": axis}
    axis = {"labelExpr": f"replace(format(datum.value, ',d'), ',', '{THIN}')", "tickCount": 6}
    scale = {"domain": [0, top * 1.04 or 1], "nice": False, "zero": True}
    return {**_amount(field), "scale": scale, "title": "millions of US dollars", "axis": axis}


def ranks(number: int) -> Spec:
    """The logarithmic scale of thefts, from the largest."""
    scale = {"type": "log", "domain": [1, max(number, 2)]}
    axis = {"format": "~s", "tickCount": 5, "grid": False}
    return {"field": "rank", "type": "quantitative", "scale": scale, "title": "thefts, the largest first", "axis": axis}


def frame(title: str, under: Sequence[str], key: Sequence[str], ink: Ink, *, slots: int = 0) -> Spec:
    """An empty view under the sentence, the rule and the day, and above the lines that explain its forms."""
    width = max(WIDTH, slots * SLOT)
    lines = [line for each in key if each for line in _wrapped(each.strip(), width * 18 // 100)]
    words = {"type": "text", "align": "left", "baseline": "top", "x": 0, "lineHeight": 15}
    told = {**words, "text": lines, "fontSize": 10.5, "color": ink.quiet}
    below = {"mark": told, "data": {"values": [{}]}, "width": width, "height": 15 * len(lines)}
    small = {"subtitleColor": ink.quiet, "subtitleFontSize": 11, "subtitleLineHeight": 15, "subtitlePadding": 6}
    above = {"subtitle": [line for each in under for line in _wrapped(each, width * 17 // 100)], **small}
    axis = dict.fromkeys(("gridColor", "domainColor", "tickColor"), ink.line)
    axis |= dict.fromkeys(("labelColor", "titleColor"), ink.quiet) | {"titleFontWeight": "normal"}
    return {
        "$schema": SCHEMA,
        "background": ink.paper,
        "padding": 16,
        "title": {"text": title, "color": ink.text, "fontSize": 16, "anchor": "start", "offset": 14, **above},
        "vconcat": [{"width": width, "height": HEIGHT}, below],
        "config": {"font": FONT, "view": {"stroke": None}, "axis": axis, "concat": {"spacing": 10}},
    }


def _until(ink: Ink, kind: str) -> Spec:
    """Under a part of a year, the day up to which it counts."""
    small = {"type": "text", "xOffset": ASIDE, "fontSize": 10, "dy": 20, "color": ink.quiet, "baseline": "top"}
    return {**_rows(kind), "mark": small, "encoding": {"text": {"field": "until"}, "y": _amount("floor")}}


def _rows(*kinds: str, where: str = "") -> Spec:
    """Only the rows of these kinds."""
    of = " || ".join(f"datum.kind == '{kind}'" for kind in kinds)
    return {"transform": [{"filter": f"({of}) && {where}" if where else of}]}


def _amount(field: str) -> Spec:
    return {"field": field, "type": "quantitative"}


def _stripes(one: str, other: str, number: int = 12) -> list[Spec]:
    colours = [one if index % 2 else other for index in range(number)]
    ends = [(index / number, (index + 1) / number) for index in range(number)]
    return [{"offset": at, "color": colour} for colour, both in zip(colours, ends, strict=True) for at in both]


def _wrapped(text: str, most: int) -> list[str]:
    """Lines of at most so many letters, broken between words."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines
