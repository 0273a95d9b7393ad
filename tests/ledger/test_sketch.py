"""The charts drawn here, mark by mark against the renderer's drawing of the same specification."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from dyepack.ledger import RULES, Ledger, charts, load_ledger, totals
from dyepack.ledger.chart_marks import Seen
from dyepack.ledger.picture import rendered, svg
from dyepack.ledger.sketch import Unknown, passes, powers, sketch, ticks
from tests.ledger.strategies import ledgers
from tests.ledger.test_large import generated

NEWS = dt.date(2023, 9, 14)
NS = "{http://www.w3.org/2000/svg}"
Mark = tuple[Any, ...]
CHARTS: dict[str, Callable[[Ledger], dict[str, Any]]] = {
    "everybody's": lambda ledger: charts.totals_chart(ledger, totals(ledger)),
    "an actor's": lambda ledger: charts.totals_chart(ledger, totals(ledger, actor="dprk", rule="R3"), charts.DARK),
    "as of a day": lambda ledger: charts.totals_chart(ledger, totals(ledger, actor="dprk", as_of=NEWS)),
    "log": lambda ledger: charts.totals_chart(ledger, totals(ledger), charts.LIGHT, Seen(log=True, ranges=False)),
    "others": lambda ledger: charts.totals_chart(
        ledger, totals(ledger, actor="dprk", as_of=NEWS), charts.LIGHT, Seen(publisher="Chainalysis"), others=True
    ),
    "others, log": lambda ledger: charts.totals_chart(
        ledger, totals(ledger, actor="dprk", as_of=NEWS), charts.DARK, Seen(log=True), others=True
    ),
    "rules, log": lambda ledger: charts.against_chart(
        ledger, {n: totals(ledger, actor="dprk", rule=n) for n in RULES}, charts.LIGHT, Seen(log=True)
    ),
    "rules": lambda ledger: charts.against_chart(ledger, {n: totals(ledger, actor="dprk", rule=n) for n in RULES}),
    "concentration": lambda ledger: charts.concentration_chart(ledger, totals(ledger)),
    "both clocks": lambda ledger: charts.concentration_chart(ledger, totals(ledger, actor="dprk", as_of=NEWS)),
}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def ours(drawn: str) -> list[list[Mark]]:
    """The marks by layer, as places and sizes in the plot."""
    plot = ET.fromstring(drawn).find(f"{NS}g[@transform]")
    assert plot is not None
    return [[mark(each) for each in layer.iter() if each is not layer] for layer in _layers(plot, "layer-")]


def theirs(drawn: str) -> list[list[Mark]]:
    layers = _layers(ET.fromstring(drawn), "concat_0_layer_")
    return [[mark(each) for each in layer.iter() if each is not layer] for layer in layers]


def _layers(root: ET.Element, name: str) -> Iterator[ET.Element]:
    found = {}
    for group in root.iter(f"{NS}g"):
        if match := re.search(rf"\b{name}(\d+)", group.get("class", "")):
            found[int(match[1])] = group
    return (found[number] for number in sorted(found))


def mark(each: ET.Element) -> Mark:
    """What kind of mark it is, its corners or ends, and its words."""
    kind, at = each.tag.removeprefix(NS), each.get("transform", "translate(0,0)")
    dx, dy = map(float, re.findall(r"-?[\d.]+", at)[:2])
    x, y, wide, high, x2, y2, cx, cy = (
        float(each.get(name, 0)) for name in ("x", "y", "width", "height", "x2", "y2", "cx", "cy")
    )
    path = each.get("d", "")
    if kind == "text":
        return "text", x + dx, y + dy, each.text
    if kind == "circle" or "A" in path:
        return "dot", cx + dx, cy + dy
    if kind in ("rect", "line", "path"):
        ends = {"rect": [(x, y), (x + wide, y + high)], "line": [(dx, dy), (dx + x2, dy + y2)]}
        return "path", *sorted_ends(*(ends[kind] if kind in ends else corners(path)))
    return ("",)


def sorted_ends(*places: tuple[float, float]) -> tuple[float, ...]:
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def corners(path: str) -> list[tuple[float, float]]:
    x = y = 0.0
    out = []
    for letter, numbers in re.findall(r"([MLHVhv])([-\d.,e]*)", path):
        values = [float(number) for number in numbers.split(",")]
        x = values[0] if letter in "MLH" else x + values[0] if letter == "h" else x
        y = values[-1] if letter in "MLV" else y + values[0] if letter == "v" else y
        out.append((x, y))
    return out


def compare(spec: dict[str, Any]) -> int:
    """Hold our drawing against the renderer's; returns how many marks were compared."""
    number = 0
    for here, there in zip(ours(sketch(spec)), theirs(rendered(spec)), strict=True):
        kept = [each for each in here if each[0]]
        told = [each for each in there if each[0] and each[-1] not in ("", None)]
        assert len(kept) == len(told)
        for one, other in zip(kept, told, strict=True):
            assert one[0] == other[0]
            assert one[1:3] == pytest.approx(other[1:3], abs=0.1)
            assert one[3:] == (other[3:] if one[0] == "text" else pytest.approx(other[3:], abs=0.1))
        number += len(kept)
    return number


@pytest.mark.parametrize("name", CHARTS)
def test_every_mark_stands_where_the_renderer_puts_it(ledger: Ledger, name: str):
    assert compare(CHARTS[name](ledger)) > 40


def test_large_ledgers_too():
    large = generated(3000)
    assert compare(charts.concentration_chart(large, totals(large))) > 300
    assert compare(charts.totals_chart(large, totals(large, as_of=NEWS))) > 40


@settings(max_examples=20)
@given(ledgers())
def test_any_ledger_has_a_picture_of_well_formed_xml(some: Ledger):
    for spec in (charts.totals_chart(some, totals(some)), charts.concentration_chart(some, totals(some))):
        try:
            ET.fromstring(sketch(spec))
        except Unknown:
            assert ET.fromstring(svg(spec)).tag == f"{NS}svg"


@pytest.mark.parametrize("name", CHARTS)
def test_axes_say_the_same(ledger: Ledger, name: str):
    """The labels of both axes, in order; the renderer leaves out what would overlap, and nothing does."""
    spec = CHARTS[name](ledger)
    axes = ET.fromstring(sketch(spec)).find(f".//{NS}g[@class='axes']")
    assert axes is not None
    here = sorted(each.text for each in axes.iter(f"{NS}text") if each.text)
    there = ET.fromstring(rendered(spec)).iter(f"{NS}g")
    labels = [g for g in there if re.search(r"role-axis-(label|title)", g.get("class", ""))]
    shown = [each for group in labels for each in group.iter(f"{NS}text") if each.get("opacity") != "0"]
    assert here == sorted(each.text for each in shown if each.text)


def test_everything_around_the_marks_stands_in_the_picture(ledger: Ledger):
    spec = CHARTS["as of a day"](ledger)
    text = [each.text for each in ET.fromstring(sketch(spec)).iter(f"{NS}text")]
    for line in (spec["title"]["text"], *spec["title"]["subtitle"], *spec["vconcat"][1]["mark"]["text"]):
        assert line in text


@pytest.mark.parametrize(
    "change",
    [
        {"mark": {"type": "area", "color": "#000"}},
        {"mark": {"type": "bar", "cornerRadius": 3}},
        {"transform": [{"filter": "datum.usd < 3"}]},
        {"projection": {}},
    ],
)
def test_what_is_not_known_here_is_left_to_the_renderer(ledger: Ledger, change: dict[str, Any]):
    spec = json.loads(json.dumps(CHARTS["everybody's"](ledger)))
    spec["vconcat"][0]["layer"][0] |= change
    with pytest.raises(Unknown):
        sketch(spec)


def test_tests_of_rows():
    row = {"kind": "bar", "high": 3, "sign": "", "latest": False}
    assert passes("(datum.kind == 'part' || datum.kind == 'bar') && datum.high > 0", row)
    assert not passes("datum.kind == 'bar' && datum.sign != ''", row)
    assert not passes("datum.latest", row)


def test_round_steps():
    assert ticks(1768, 6) == [200 * n for n in range(9)]
    assert [round(each, 9) for each in ticks(1, 9)] == [round(n / 10, 9) for n in range(11)]
    assert [value for value, text in powers(23, 5) if text] == [1, 2, 3, 4, 10, 20]
    assert [text for _, text in powers(20_000, 5) if text] == ["1", "10", "100", "1k", "10k"]
    for few_or_many in (3, 10**6):
        with pytest.raises(Unknown):
            list(powers(few_or_many, 5))
