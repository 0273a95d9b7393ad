"""The ledger that ships: it loads whole, and the figures that the project quotes come out of it."""

import datetime as dt
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dyepack.addresses import normalise
from dyepack.amounts import tenths
from dyepack.chains import CHAINS
from dyepack.ledger import Ledger, Totals, incident_view, load_ledger, printed, published, shipped, totals
from dyepack.ledger.format import FILES, schema
from tests.conftest import ROOT

MILLION = 10**12
NEWS = dt.date(2023, 9, 14)

# Millions of dollars, rounded as quoted, and incidents: per year under R1, R2, R3.
QUOTED = {
    2016: ("0 (0)", "0 (0)", "1.5 (1)"),
    2017: ("65 (2)", "84 (5)", "86 (9)"),
    2018: ("298 (3)", "330 (4)", "446 (17)"),
    2019: ("51 (3)", "70 (4)", "212 (11)"),
    2020: ("12 (1)", "290 (2)", "317 (13)"),
    2021: ("91 (1)", "91 (1)", "390 (23)"),
    2022: ("750 (3)", "750 (3)", "807 (16)"),
    2023: ("238 (4)", "419 (6)", "594 (23)"),
    2024: ("608 (4)", "773 (23)", "973 (63)"),
    2025: ("1480 (1)", "1639 (11)", "2003 (79)"),
}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def test_everything_loads(ledger: Ledger):
    assert ledger.rejects == ()
    counts = (len(ledger.incidents), len(ledger.amounts), len(ledger.attributions), len(ledger.totals))
    assert counts == (785, 1112 + 21, 394, 121)
    assert len(ledger.laundering) == 47


@pytest.mark.parametrize(("index", "rule"), [(0, "R1"), (1, "R2"), (2, "R3")])
def test_the_yearly_table(ledger: Ledger, index: int, rule: str):
    sums = {year.year: year.held for year in totals(ledger, actor="dprk", rule=rule).years}
    for year, quoted in QUOTED.items():
        text, count = re.fullmatch(r"(\S+) \((\d+)\)", quoted[index]).groups()  # type: ignore[union-attr]
        shown = tenths(sums[year].usd, MILLION) if "." in text else f"{(sums[year].usd + MILLION // 2) // MILLION}"
        assert (year, shown, sums[year].incidents) == (year, text, int(count))


def of_2023(found: Totals) -> str:
    (year,) = (each for each in found.years if each.year == 2023)
    return tenths(year.held.usd, MILLION)


@pytest.mark.parametrize(("rule", "quoted"), [("R1", "238.2"), ("R2", "292.6"), ("R3", "308.1"), ("R4", "325.7")])
def test_2023_up_to_the_news(ledger: Ledger, rule: str, quoted: str):
    assert of_2023(totals(ledger, actor="dprk", rule=rule, as_of=NEWS)) == quoted


def test_all_thefts_of_2023(ledger: Ledger):
    assert of_2023(totals(ledger, as_of=NEWS)) == "962.3"
    assert of_2023(totals(ledger)).replace("\N{THIN SPACE}", "") == "1597.3"


def test_the_two_thefts_of_the_news_and_the_share_that_is_thirty_percent(ledger: Ledger):
    two = totals(ledger, slugs=("2023-09-04-stake", "2023-09-12-coinex"), as_of=NEWS).years[-1]
    assert (two.known.usd, two.held.usd) == (95 * MILLION, 95 * MILLION + MILLION // 2)
    assert tenths(two.held.usd * 100, two.all_held.usd) == "9.9"
    r2 = totals(ledger, actor="dprk", rule="R2", as_of=NEWS).years[-1]
    assert tenths(r2.held.usd * 100, r2.all_held.usd) == "30.4"


def test_what_chainalysis_printed_and_how_it_moved(ledger: Ledger):
    rows = [row for row in printed(published(ledger, series="dprk"), 2023) if row.total.publisher == "Chainalysis"]
    assert [(row.total.published, row.total.usd) for row in rows] == [
        ("2025-12-18", 660 * MILLION),
        ("2024-12-19", 660_500_000 * 10**6),
        ("2024-01-24", 1_000 * MILLION),
        ("2023-09-14", 340_400_000 * 10**6),
    ]
    first = rows[-1]
    assert first.change is not None
    assert first.partial
    assert tenths(-first.change[0] * 100, first.change[1]) == "79.4"
    assert [t.usd for t in published(ledger, series="dprk", year=2023, as_of=NEWS) if t.publisher == "Chainalysis"] == [
        first.total.usd
    ]


def test_the_shared_addresses_of_the_news(ledger: Ledger):
    coinex = {s.address: {c.incident for c in s.elsewhere} for s in incident_view(ledger, "2023-09-12-coinex").shared}
    assert coinex["0x75497999432b8701330fb68058bd21918c02ac59"] == {"2023-09-04-stake"}
    stake = {s.address: {c.incident for c in s.elsewhere} for s in incident_view(ledger, "2023-09-04-stake").shared}
    assert "2023-07-22-alphapo" in stake["0x22be3b0a943b1bc0ea3aec2cb3ef511f3920a98d"]


def test_every_reference_leads_somewhere(ledger: Ledger):
    slugs, sources, moved = set(ledger.by_slug), set(ledger.by_source), {claim.claim for claim in ledger.laundering}
    claims: tuple[Any, ...] = (*ledger.amounts, *ledger.attributions, *ledger.addresses, *ledger.transactions)
    for claim in claims:
        assert claim.incident in slugs
        assert claim.source in sources
    for amount in ledger.amounts:
        assert set(amount.covers) <= slugs
    for address in ledger.addresses:
        assert set(address.also) <= sources
        assert address.laundering in {None, *moved}
        assert normalise(address.address, address.chain) == address.address
    for laundering in ledger.laundering:
        assert set(laundering.incidents) <= slugs
    for incident in ledger.incidents:
        assert set(incident.chains) <= set(CHAINS)
        assert set(incident.sources) <= sources
    assert len(sources) == len(ledger.sources)


@pytest.mark.parametrize("name", FILES)
def test_files_fit_the_schema_that_editors_use_and_point_to_it(name: str):
    validator = Draft202012Validator(yaml.safe_load(schema(name)))
    paths = sorted(shipped().glob("*/*.yaml"))[::20] if name == "incident" else [shipped() / f"{name}.yaml"]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        target = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
        assert target is not None
        assert (path.parent / target[1]).resolve() == ROOT / "docs" / "reference" / f"{name}.schema.json"
        assert list(validator.iter_errors(yaml.load(text, _Core))) == []


class _Core(yaml.SafeLoader):
    """YAML as editors read it: numbers are numbers, dates are text."""


_Core.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
