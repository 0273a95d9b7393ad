"""The bounds page: its example by hand and its table of a real theft, read from the page and asked again."""

import re

import pytest

from dyepack.cli import run
from dyepack.trace.bounds import bounds
from dyepack.trace.boundtext import at_least, at_most
from dyepack.trace.methods import CONSERVING, METHODS
from dyepack.workspace import Workspace
from tests.conftest import ROOT
from tests.trace.drawing import moves
from tests.trace.test_bounds import _questions, laid_out, spot
from tests.trace.test_walk import FIVE, at, plan, walk

PAGE = (ROOT / "docs" / "explanation" / "bounds.md").read_text("utf-8")
EXAMPLE = PAGE[PAGE.index("## An example by hand") : PAGE.index("## Money of unknown origin")]
REAL = PAGE[PAGE.index("## What came out on a real theft") :]
CASE = ROOT / "cases" / "2022-06-23-harmony"
GROUPS = {
    "wherever following ended": "stopped",
    "tagged services": "service",
    "where the analyst stopped": "analyst",
    "addresses without a tag": "held",
}


def rows(text):
    """The rows of a page's table by their first cell, each by its heading."""
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line[:2] == "| "]
    heads, *cells = lines
    return {row[0]: dict(zip(heads, row, strict=True)) for row in cells}


def test_the_example_is_what_the_bounds_and_the_rules_find():
    (drawing,) = re.findall(r"```text\n(.*?)\n```", EXAMPLE)
    assert drawing == FIVE
    planned = plan(moves(drawing), {"thief": "theft"})
    laid = laid_out(planned)
    walked = {name: at(walk(planned, METHODS[name]), "theft") for name in CONSERVING}
    for places, row in rows(EXAMPLE).items():
        named = places.split(", ")
        (bound,) = bounds(laid.network, _questions(laid, [spot(laid, *named)], "theft"))
        assert (str(bound.least), str(bound.most)) == (row["at least"], row["at most"])
        for method, brought in walked.items():
            assert sum(brought.get(name, 0) for name in named) == int(row[method])


@pytest.fixture(scope="module")
def harmony(tmp_path_factory):
    with Workspace.open(tmp_path_factory.mktemp("case") / "w", create=True) as workspace:
        case = workspace.load_case(CASE)
        yield workspace.trace(case.request()), workspace.bounds(case.request())


def test_the_table_of_the_real_theft_is_what_comes_out(harmony):
    traced, told = harmony
    by_name = {one.name: one for one in told.bounds if one.kind != "name"}
    for where, row in rows(REAL).items():
        one, asset = by_name[GROUPS[where]], told.assets["USD"]
        assert (row["at least"], row["at most"]) == (at_least(one.least, asset), at_most(one.most, asset))
        for method in CONSERVING:
            here = [place.amounts[method] for place in traced.places if place.address in one.addresses]
            brought = sum(here)
            assert row[method] == f"${brought / 10**12:.1f} M"
            assert one.least <= brought <= one.most


def test_between_53_8_and_68_5_million_is_at_the_terminals_whatever_the_rule(harmony):
    _, told = harmony
    stopped = next(one for one in told.bounds if one.name == "stopped")
    assert (stopped.seeded, stopped.exact, len(stopped.addresses)) == (70_525_147_270_000, True, 11)
    assert (stopped.least, stopped.most) == (53_810_173_180_000, 68_454_846_350_000)
    once = next(one for one in told.alternative if one.name == "stopped")
    assert stopped.least < once.least < once.most < stopped.most


def test_every_rule_is_inside_at_every_group_and_under_both_readings(harmony):
    traced, told = harmony
    for found, places in ((told.bounds, traced.places), (told.alternative, traced.alternative.places)):
        assert found
        for one in found:
            for method in CONSERVING:
                brought = sum(place.amounts[method] for place in places if place.address in one.addresses)
                assert one.least <= brought <= one.most <= one.most_if_unknown <= one.balance


def test_the_services_by_fifo_are_within_a_thousandth_of_the_least(harmony):
    """As the page says of a defendant."""
    traced, told = harmony
    services = next(one for one in told.bounds if one.name == "service")
    fifo = sum(place.amounts["fifo"] for place in traced.places if place.reason == "service")
    assert fifo - services.least < services.least // 1000


def test_the_commands_of_the_page_work(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    workspace = ["--workspace", str(tmp_path / "w")]
    assert run([*workspace, "ingest", "case", str(CASE)]) == 0
    commands = re.findall(r"^dyepack (bounds .*)$", PAGE, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert run([*workspace, *command.split()]) == 0
