"""One question, one answer: page, report, terminal and API are held against each other, figure by figure.

For the case that ships and for one that chance drew, of each on two days; and for the ledger on a day and today.
"""

import html
import json
import re

import pytest

from dyepack.amounts import Asset, spoken
from dyepack.cli import run
from dyepack.ledger import load_ledger
from dyepack.report.figures import percent, short, span
from dyepack.report.html import render
from dyepack.workspace import Workspace
from tests.web.pages import flows
from tests.web.pages.house import CASE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]
DAYS = {CASE: ("2023-01-14", "2023-02-17"), flows.GENERATED: ("2023-01-14", "2023-01-15")}
NAMES = {
    "fifo": "FIFO",
    "lifo": "LIFO",
    "haircut": "Haircut",
    "clean_first": "Clean first",
    "taint_first": "Taint first",
}


def plain(text):
    return " ".join(text.split())


@pytest.fixture
def says(home, capsys):
    def says(*words):
        capsys.readouterr()
        assert run(["-w", str(home), *words]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return says


def asked(page, path):
    return page.evaluate(f"fetch('/api/{path}').then((a) => a.json())")


def report_of(home, run_id, folder):
    """The report of a trace that was made, its text on one line."""
    with Workspace.open(home) as workspace:
        result = workspace.trace(workspace.again(run_id).request, unlisted=True)
        told = workspace.report(folder / "report.html", result=result).read_text("utf-8")
    return plain(html.unescape(re.sub("<[^>]+>", " ", told)))


@pytest.mark.parametrize("case", DAYS)
def test_where_the_money_is(opened, home, says, tmp_path, case):
    terminal = json.loads(says("trace", "--again", case, "--json"))
    with opened(f"/runs/{case}") as page:
        api, graph = asked(page, f"runs/{case}"), asked(page, f"runs/{case}/graph")
        sentence = plain(page.locator("h1").inner_text())
        shown = {
            plain(row.locator(".what").inner_text()).strip("“◆ "): row.locator("svg").get_attribute("aria-label")
            for row in page.locator(".ends li").all()
        }
    for name in ("headlines", "became", "destinations", "small", "methods"):
        assert terminal[name] == api[name]
    asset = Asset(**next(iter(terminal["assets"].values())))
    reached = next(one for one in api["became"] if one["end"] == "service")
    low, high = int(reached["low"]), int(reached["high"])
    headline = plain(api["headlines"][case])
    assert plain(f"{spoken(low, high, asset)} came to tagged services") in headline
    assert headline in plain(says("trace", "--again", case))
    assert sentence == plain(graph["sentence"])
    least, most = (plain(spoken(amount, amount, asset)) for amount in (low, high))
    assert f"between {least} and {most} had reached" in sentence
    report = report_of(home, api["run"], tmp_path)
    for end in (one for one in graph["places"] if one["side"] == "end"):
        bar = next(label for name, label in shown.items() if end["name"].partition(" (")[0] in name)
        exact = {
            name: int(re.sub(r"\D", "", text))
            for name, text in re.findall(r"([A-Z][\w ]*?) ([\d\u2009]+)(?:\.\d+)? ", bar)
        }
        assert exact == {NAMES[name]: int(amount) // 10**asset.decimals for name, amount in end["by_method"].items()}
        if end["kind"] == "service":
            assert plain(span(int(end["low"]), int(end["high"]), asset)) in report
    for method, sheets in ((name, one) for name, one in terminal["methods"].items() if one["conserved"]):
        (mine,) = (sheet for sheet in sheets["sheets"] if sheet["origin"] == case)
        ends = [one for one in graph["places"] if one["side"] == "end"]
        there = sum(int(one["by_method"].get(method, 0)) for one in ends if one["kind"] == "service")
        assert there == int(mine["stopped"]["service"])
        assert sum(int(one["by_method"].get(method, 0)) for one in ends) == int(mine["seeded"])


@pytest.mark.parametrize(("case", "day"), [(case, day) for case, days in DAYS.items() for day in days])
def test_where_it_was_on_a_day(opened, says, case, day):
    told = json.loads(says("balance", case, "--at", day, "--method", "all", "--json"))["methods"]
    lines = {
        method: {(one["line"], one["name"] or ""): int(one["amount"]) for one in sheets["sheets"][0]["lines"]}
        for method, sheets in told.items()
    }
    with opened(f"/runs/{case}/balance?day={day}") as page:
        api = asked(page, f"runs/{case}/areas")
        page.get_by_text("the rows add up to it").wait_for()
        headline = plain(page.locator("h1").inner_text())
        copied = [
            cell.get_attribute("data-copy") for cell in page.locator(".balance tbody td:nth-child(2) .figure").all()
        ]
        ranges = [cell.get_attribute("title") for cell in page.locator(".balance tbody td:nth-child(4)").all()]
    at, asset = api["days"].index(day), Asset(**api["assets"][0])
    gone = [sum(of.values()) - of.get(("held", ""), 0) for of in lines.values()]
    assert api["gone"][at] == {"low": str(min(gone)), "high": str(max(gone))}
    for area in api["areas"]:
        for method, amounts in area["amounts"].items():
            own = {(one["line"], one["name"]) for one in api["areas"]}
            mine = lines[method].get((area["line"], area["name"]), 0)
            if area["name"] == "others":
                mine = sum(amount for key, amount in lines[method].items() if key not in own and key[0] == area["line"])
            assert int(amounts[at]) == mine
    rows = [area for area in api["areas"] if area["range"][at]["high"] != "0"]
    first = api["methods"][0]
    assert copied == [area["amounts"][first][at] for area in rows]
    whole = 10**asset.decimals
    for title, area in zip(ranges, rows, strict=True):
        ends = [int(re.sub(r"\D", "", part.partition(".")[0])) for part in title.split(" to ")]
        assert ends == [int(area["range"][at][end]) // whole for end in ("low", "high")]
    assert headline.startswith(f"On {day}, of ")
    if asset.id == "USD" and min(gone) != max(gone):
        assert plain(f"between {short(min(gone))} and {short(max(gone))} had left") in headline
    text = says("balance", case, "--at", day)
    assert all(f"{name} " in text for _, name in lines[first] if name)


@pytest.mark.parametrize("day", ["2022-12-31", "2023-09-14", None])
def test_how_much_by_whom(opened, says, day):
    when = ["--as-of", day] if day else []
    terminal = json.loads(says("totals", "--actor", "dprk", "--json", *when))
    with opened(f"/?as_of={day}" if day else "/") as page:
        api = asked(page, f"totals?actor=dprk{f'&as_of={day}' if day else ''}")
        headline, lead = (plain(page.locator(at).first.inner_text()) for at in ("h1", ".lead"))
        copied = page.locator("h1 .figure").get_attribute("data-copy")
        bars = {
            bar.get_attribute("data-year"): bar.get_attribute("data-copy")
            for bar in page.locator(".chart").first.locator("a.year").all()
        }
        page.locator("[aria-labelledby=base] .lead").wait_for()
        change = plain(page.locator("[aria-labelledby=base]").inner_text())
        compared = asked(page, f"compare?actor=dprk{f'&as_of={day}' if day else ''}")
    basis = "known" if day else "held"
    assert compared[basis] == json.loads(says("compare", "--actor", "dprk", "--json", *when))[basis]
    assert plain(short(int(compared[basis]["this"]["usd"]))) in change
    assert ("As known on" in change) is bool(day)
    sums = {str(year["year"]): year[basis]["usd"] for year in api["years"]}
    assert {name: terminal[name] for name in ("known", "held", "share_held", "years")} == {
        name: api[name] for name in ("known", "held", "share_held", "years")
    }
    assert copied == api[basis]["usd"]
    assert {year: usd for year, usd in bars.items() if usd != "0"} == {y: u for y, u in sums.items() if u != "0"}
    share = plain(percent(int(api["held"]["usd"]), int(api["all_held"]["usd"])))
    assert f"{share} of all that the ledger holds" in (lead if day else headline)
    if day is None:
        report = plain(re.sub("<[^>]+>", "", render(load_ledger())))
        assert f"{share} of all that the ledger holds" in report
    for year in api["years"]:
        if int(year[basis]["usd"]):
            line = next(
                one
                for one in says("totals", "--actor", "dprk", *when).splitlines()
                if one.startswith(str(year["year"]))
            )
            assert short(int(year[basis]["usd"])).removeprefix("$").removesuffix(" M") in line.replace(
                "\u2009", " "
            ).replace(" ", "\u2009")
