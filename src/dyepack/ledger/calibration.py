"""The calibration of backtests as a picture: what the model said, and how often it came true."""

from collections.abc import Sequence
from typing import Any

from dyepack.ledger.backtest import Backtest


def draw(found: Sequence[Backtest]) -> str:
    """One panel per backtest, as SVG; the dashed line is a forecaster who is right as often as he says."""
    import vl_convert  # noqa: PLC0415 (only who draws needs it)

    return str(vl_convert.vegalite_to_svg({**_FRAME, "hconcat": [_panel(each) for each in found]}))


_FRAME: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "config": {"font": "sans-serif", "view": {"stroke": None}, "axis": {"grid": False}},
}


def _panel(found: Backtest) -> dict[str, Any]:
    scope = found.history.scope
    name = f"{scope.actor}, rule {scope.rule}" if scope.actor else "everybody"
    years = f"{found.years[0]}–{found.years[-1]}" if found.years else "no year"
    record = f"{len(found.cases)} cases, {years}: {found.events.sentence()}; bars: 90 %"
    said, true = _axis("mean_chance", "the model said"), _axis("share_passed", "share that came true")
    bar = {"y": {**true, "field": "share_low"}, "y2": {"field": "share_high"}}
    points = {"x": said, "y": true, "size": {"field": "cases", "type": "quantitative", "title": "cases"}}
    return {
        "title": {
            "text": f"Outlook for {name}",
            "subtitle": [record, "thefts as the ledger holds them now"],
        },
        "width": 260,
        "height": 260,
        "layer": [
            {"data": {"values": [{"p": 0}, {"p": 1}]}, "mark": {"type": "line", "strokeDash": [4, 4], "color": "#888"}}
            | {"encoding": {"x": _axis("p", "the model said"), "y": _axis("p", "share that came true")}},
            {"data": {"values": _rows(found)}, "mark": {"type": "rule", "color": "#B5126B"}}
            | {"encoding": {"x": said, **bar}},
            {"data": {"values": _rows(found)}, "mark": {"type": "circle", "color": "#B5126B", "opacity": 1}}
            | {"encoding": points},
        ],
    }


def _rows(found: Backtest) -> list[dict[str, Any]]:
    return [each.as_json() for each in found.calibration()]


def _axis(field: str, title: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }
