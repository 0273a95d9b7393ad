"""Charts: what they say stands in them, bars are the sums, signs keep apart, and one answer is one picture."""

import datetime as dt
import json
import math
import os
import re
import subprocess
import sys
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.amounts import millions
from dyepack.cli import run
from dyepack.errors import InputError, StoreError
from dyepack.ledger import RULES, Ledger, Sum, charts, load_ledger, picture, printed_marks, totals
from dyepack.ledger.chart_marks import HEIGHT, SIGN, WIDTH
from dyepack.ledger.picture import draw, png, svg
from dyepack.ledger.totals import weights
from dyepack.version import RELEASE
from tests.conftest import ROOT
from tests.ledger.strategies import ledgers

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
NEWS = dt.date(2023, 9, 14)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def rows(spec: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [row for row in spec["vconcat"][0]["data"]["values"] if row.get("kind") in kinds]


def words(spec: dict[str, Any]) -> str:
    """All that is written in the picture around the marks."""
    return " ".join([spec["title"]["text"], *spec["title"]["subtitle"], *spec["vconcat"][1]["mark"]["text"]])


def test_rule_day_sources_and_version_stand_in_the_picture(ledger: Ledger):
    spec = charts.totals_chart(ledger, totals(ledger, actor="dprk", rule="R1", as_of=NEWS))
    for said in ("Rule R1: confirmed by a government", "As of 2023-09-14", "Amounts by", RELEASE, "“C Chainalysis"):
        assert said in words(spec)
    drawn = svg(spec)
    assert "As of 2023-09-14" in drawn
    assert "Rule R1" in drawn
    assert "<script" not in drawn
    assert not re.search(r'(href|src)="http', drawn)


def test_bars_are_the_sums_and_a_part_of_a_year_is_another_form(ledger: Ledger):
    found = totals(ledger, actor="dprk", as_of=NEWS)
    bars = {row["year"]: row for row in rows(charts.totals_chart(ledger, found), "bar", "part")}
    for year in found.years:
        if str(year.year) in bars:
            bar = bars[str(year.year)]
            assert bar["usd"] == round(year.held.usd / 10**12, 3)
            assert (bar["low"], bar["high"]) == (round(year.held.low / 10**12, 3), round(year.held.high / 10**12, 3))
            assert bar["known"] == round(year.known.usd / 10**12, 3)
            assert bar["over"] >= max(bar["known"], bar["usd"])
    assert [row["kind"] for row in bars.values()] == ["bar"] * (len(bars) - 1) + ["part"]
    assert bars["2023"]["until"] == "to 14 Sep"
    whole = charts.totals_chart(ledger, totals(ledger, actor="dprk", as_of=dt.date(2023, 12, 31)))
    assert not rows(whole, "part")


def test_what_was_known_is_drawn_whole_where_it_was_more_than_is_held(ledger: Ledger):
    found = totals(ledger, actor="dprk", as_of=NEWS)
    spec = charts.totals_chart(ledger, found)
    (of_2017,) = (row for row in rows(spec, "bar") if row["year"] == "2017")
    assert (of_2017["known"], of_2017["usd"]) == (93.8, 84.05)
    assert spec["title"]["text"].endswith("– known that day: $259.6 M; held today: $292.6 M")
    tall = max(row["known"] for row in rows(spec, "bar", "part"))
    assert spec["vconcat"][0]["encoding"]["y"]["scale"]["domain"][1] >= tall


def test_a_sign_means_one_publisher_in_all_pictures_of_a_ledger(ledger: Ledger):
    signs: dict[str, set[str]] = {}
    for actor in ("dprk", None):
        for day in (NEWS, dt.date(2022, 3, 1), None):
            spec = charts.totals_chart(ledger, totals(ledger, actor=actor, as_of=day))
            for row in rows(spec, "published"):
                signs.setdefault(row["sign"], set()).add(row["said"].split(", 2")[0])
    signs.pop("", None)
    assert len(signs) > 5
    assert all(len(names) == 1 for names in signs.values())


def test_against_marks_the_part_of_a_year(ledger: Ledger):
    for day, last, says in ((NEWS, "2023", "to 14 Sep"), (None, "2026", "to 31 Aug"), (dt.date(2022, 12, 31), "", "")):
        under = {rule: totals(ledger, actor="dprk", rule=rule, as_of=day) for rule in RULES}
        spec = charts.against_chart(ledger, under)
        assert [(row["year"], row["until"]) for row in rows(spec, "span") if row["until"]] == (
            [(last, says)] * bool(last)
        )
        assert ("Dashed: a part of the year." in words(spec)) is bool(last)
        assert says in svg(spec)


def test_published_figures_are_marks_of_their_day(ledger: Ledger):
    spec = charts.totals_chart(ledger, totals(ledger, actor="dprk", as_of=NEWS))
    said = [row["said"] for row in rows(spec, "published") if row["year"] == "2023"]
    assert said[0] == "Chainalysis, 2023-09-14: $340.4 M"
    now = rows(charts.totals_chart(ledger, totals(ledger, actor="dprk")), "published")
    chainalysis = {
        row["said"]: row["latest"] for row in now if row["year"] == "2023" and row["said"].startswith("Chain")
    }
    assert chainalysis["Chainalysis, 2023-09-14: $340.4 M"] is False
    assert chainalysis["Chainalysis, 2025-12-18: $660.0 M"] is True


def test_against_has_a_tick_for_each_rule(ledger: Ledger):
    under = {rule: totals(ledger, actor="dprk", rule=rule) for rule in RULES}
    spec = charts.against_chart(ledger, under)
    of_2023 = {row["rule"]: row["usd"] for row in rows(spec, "rule") if row["year"] == "2023"}
    assert list(of_2023) == [*RULES]
    assert of_2023["R1"] == 238.15
    (span,) = [row for row in rows(spec, "span") if row["year"] == "2023"]
    assert (span["low"], span["high"]) == (min(of_2023.values()), max(of_2023.values()))


def test_concentration_rises_to_the_whole(ledger: Ledger):
    found = totals(ledger)
    spec = charts.concentration_chart(ledger, found)
    ranked = spec["vconcat"][0]["data"]["values"]
    shares = [row["share"] for row in ranked]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    half = next(row["rank"] for row in ranked if row["share"] >= 0.5)
    number = len(sized(ledger, found.held, None))
    assert ranked[-1]["rank"] == number
    assert spec["title"]["text"].startswith(f"{half} of {number} thefts make half of ")
    steps = [
        (after["share"] - before["share"]) / (after["rank"] - before["rank"]) for before, after in pairwise(ranked)
    ]
    assert all(first >= second - 2e-6 for first, second in pairwise(steps))


def test_dots_that_are_left_out_lie_on_one_that_is_drawn(ledger: Ledger):
    """Every theft, drawn or not, has a drawn dot within half a pixel; and the picture says how many it left out."""
    found = totals(ledger)
    spec = charts.concentration_chart(ledger, found)
    ranked = spec["vconcat"][0]["data"]["values"]
    sizes = sorted(sized(ledger, found.held, None), reverse=True)
    wide = WIDTH / math.log(len(sizes))
    drawn = [(math.log(row["rank"]) * wide, row["share"] * HEIGHT) for row in ranked]
    for rank, sum_ in enumerate(accumulate(sizes), 1):
        x, y = math.log(rank) * wide, sum_ / sum(sizes) * HEIGHT
        assert any(max(abs(x - a), abs(y - b)) <= 0.51 for a, b in drawn)
    hidden = len(sizes) - len(ranked)
    assert hidden > 0
    assert f"Drawn: {len(ranked)} dots; {hidden} more lie" in json.dumps(spec)


def test_rules_as_of_a_day_say_that_they_are_what_is_held(ledger: Ledger):
    then = {rule: totals(ledger, actor="dprk", rule=rule, as_of=NEWS) for rule in RULES}
    now = {rule: totals(ledger, actor="dprk", rule=rule) for rule in RULES}
    assert "Held today of the same days, not what was known that day." in words(charts.against_chart(ledger, then))
    assert "Held today" not in words(charts.against_chart(ledger, now))


def test_concentration_as_of_a_day_has_both_clocks(ledger: Ledger):
    day = NEWS
    found = totals(ledger, actor="dprk", as_of=day)
    spec = charts.concentration_chart(ledger, found)
    then, now = (len(sized(ledger, clock, asked)) for clock, asked in ((found.known, day), (found.held, None)))
    pattern = rf"Half of the sum up to {day} – known that day: \d+ of {then} thefts; held today: \d+ of {now}"
    assert re.fullmatch(pattern, spec["title"]["text"])
    sums = f"Known that day: {millions(found.known.usd)}; held today: {millions(found.held.usd)}."
    assert sums in spec["title"]["subtitle"]
    rows = spec["vconcat"][0]["data"]["values"]
    for kind, clock, asked in (("known", found.known, day), ("held", found.held, None)):
        assert max(row["rank"] for row in rows if row["kind"] == kind) == len(sized(ledger, clock, asked))


def sized(ledger: Ledger, found: Sum, day: dt.date | None) -> list[int]:
    """The amounts of the thefts of a sum; nothing taken is no amount."""
    weighed = weights(ledger, day)
    return [each.median for slug in found.slugs if (each := weighed.get(slug)) and each.median]


marks = st.builds(
    lambda usd, sign: {"usd": usd, "sign": f"“{sign}", "latest": True}, st.floats(0, 100), st.sampled_from("ABCDE")
)


@given(st.lists(marks, max_size=12))
def test_signs_keep_apart_and_in_order(given_: list[dict[str, Any]]):
    least = 100 * SIGN / HEIGHT
    placed = printed_marks.apart(sorted(given_, key=lambda mark: -mark["usd"]), printed_marks.Height(100, 0))
    assert [mark["usd"] for mark in placed] == sorted((mark["usd"] for mark in given_), reverse=True)
    heights = [mark["at"] for mark in placed if mark["sign"]]
    assert all(above - below >= least * 0.999 for above, below in pairwise(heights))
    assert all(height >= least * 0.499 for height in heights)
    assert {mark["sign"] for mark in placed} - {""} == {mark["sign"] for mark in given_}


@given(st.lists(marks, max_size=12))
def test_signs_keep_apart_on_a_logarithmic_scale(given_: list[dict[str, Any]]):
    height = printed_marks.Height(100, 0.1)
    placed = printed_marks.apart(sorted(given_, key=lambda mark: -mark["usd"]), height)
    heights = [height.of(mark["at"]) for mark in placed if mark["sign"]]
    assert all(above - below >= height.sign * 0.99 for above, below in pairwise(heights))
    assert all(0.49 * height.sign <= each for each in heights)


@given(ledgers())
def test_any_ledger_can_be_drawn(ledger: Ledger):
    for spec in (charts.totals_chart(ledger, totals(ledger)), charts.concentration_chart(ledger, totals(ledger))):
        assert json.loads(json.dumps(spec, allow_nan=False)) == spec


def test_one_answer_is_one_picture(ledger: Ledger):
    found = totals(ledger, actor="dprk", as_of=NEWS)
    light, dark = (charts.totals_chart(ledger, found, ink) for ink in (charts.LIGHT, charts.DARK))
    assert svg(light) == svg(light) != svg(dark)
    painted = png(light)
    assert painted == png(light)
    assert painted.startswith(b"\x89PNG")


def test_a_picture_of_nothing():
    spec = charts.totals_chart(Ledger(), totals(Ledger()))
    assert spec["title"]["text"] == "No theft passes"
    assert svg(spec).startswith("<svg")
    assert svg(charts.concentration_chart(Ledger(), totals(Ledger()))).startswith("<svg")


def test_files(ledger: Ledger, tmp_path: Path):
    spec = charts.totals_chart(ledger, totals(ledger))
    draw(spec, tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text()) == spec
    with pytest.raises(InputError, match=r"ends in \.svg, \.png or \.json, got 'x\.gif'"):
        draw(spec, tmp_path / "x.gif")
    with pytest.raises(StoreError, match="cannot write"):
        draw(spec, tmp_path / "none" / "x.json")


def test_a_picture_that_was_drawn_is_taken_from_where_it_is_kept(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = tmp_path / "kept"
    light, dark = (charts.totals_chart(ledger, totals(ledger), ink) for ink in (charts.LIGHT, charts.DARK))
    draw(light, tmp_path / "a.png", kept)
    draw(dark, tmp_path / "b.png", kept)
    assert len(list(kept.iterdir())) == 2
    assert (tmp_path / "a.png").read_bytes() == png(light) != png(dark)
    monkeypatch.setattr(picture, "_renderer", lambda: pytest.fail("drawn again"))
    draw(light, tmp_path / "again.png", kept)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "a.png").read_bytes()
    for path in kept.iterdir():
        path.write_bytes(b"changed")
    with pytest.raises(pytest.fail.Exception, match="drawn again"):
        draw(light, tmp_path / "again.png", kept)


WRITTEN = (
    """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><text y="30" font-family="{}">{}</text></svg>"""
)
PAINTS = """
import hashlib, json, os, sys
from dyepack.ledger.picture import painted
found = [hashlib.sha256(painted(each)).hexdigest() for each in sys.argv[1:]]
print(json.dumps([*found, os.environ.get("FONTCONFIG_FILE")]))
"""


def _painted(*drawings: str, fonts: str | None = None) -> list[str]:
    """What a process of its own paints, which has asked for no fonts before, and what it leaves of its environment."""
    told = {key: value for key, value in os.environ.items() if key != "FONTCONFIG_FILE"}
    command = [sys.executable, "-c", PAINTS, *drawings]
    done = subprocess.run(
        command, env=told | ({"FONTCONFIG_FILE": fonts} if fonts else {}), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


def test_a_picture_is_written_in_the_renderers_font_whatever_fonts_there_are():
    common = "DejaVu Sans, Noto Sans, Cantarell, Ubuntu, Liberation Sans"
    bare = _painted(WRITTEN.format("Liberation Sans", "Lazarus"), WRITTEN.format(common, "Lazarus"))
    assert bare == [bare[0], bare[0], None]
    assert bare[0] != _painted(WRITTEN.format("Liberation Sans", "lazarus"))[0]
    assert _painted(WRITTEN.format(common, "Lazarus"), fonts="/etc/hosts") == [bare[0], "/etc/hosts"]


@pytest.mark.skipif(not DEJAVU.exists(), reason="needs the DejaVu fonts, which have Armenian letters")
def test_a_letter_that_the_renderers_font_lacks_is_written_in_a_font_of_the_machine():
    foreign, none = _painted(WRITTEN.format("Liberation Sans", "\u0531"), WRITTEN.format("Liberation Sans", ""))[:2]
    assert foreign != none


def test_a_folder_that_keeps_nothing_is_no_hindrance(ledger: Ledger, tmp_path: Path):
    (tmp_path / "kept").write_text("a file, not a folder")
    draw(charts.totals_chart(ledger, totals(ledger)), tmp_path / "a.png", tmp_path / "kept")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("totals --out x.gif", "ends in .svg"),
        ("against --out x.svg", "--actor dprk"),
        ("totals --actor russia --out x.svg", "actors in the ledger"),
        ("totals --as-of soon --out x.svg", "expected a date"),
        ("totals --as-of 2999-01-01 --out x.svg", "heard nothing after 2026-08-31"),
        ("totals --as-of 2009-01-01 --out x.svg", "first theft is of 2011-10-05"),
        ("totals --actor dprk --as-of 2012-01-01 --out x.svg", "no theft of dprk under R2 up to 2012-01-01"),
        ("against --actor dprk --as-of 2012-01-01 --out x.svg", "no theft of dprk under R1 or R2"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str, says: str
):
    monkeypatch.chdir(tmp_path)
    assert run(["chart", *arguments.split()]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert list(tmp_path.iterdir()) == []


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    for what in ("totals", "against", "concentration"):
        assert run(["chart", what, "--actor", "dprk", "--out", f"{what}.svg", "--dark"]) == 0
        assert capsys.readouterr().out.endswith(f": {what}.svg\n")
        assert (tmp_path / f"{what}.svg").read_text().startswith("<svg")


def test_the_picture_in_the_documentation_says_what_it_would_say_today(ledger: Ledger):
    spec = charts.totals_chart(ledger, totals(ledger, actor="dprk", as_of=NEWS))
    assert (ROOT / "docs/images/totals-dprk-2023-09-14.svg").read_text(encoding="utf-8") == svg(spec), (
        "draw it again: dyepack chart totals --actor dprk --as-of 2023-09-14"
    )
