"""Statements against the ledger: verdicts, both clocks, what is refused, and the example that ships."""

import datetime as dt
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dyepack import bundled
from dyepack.cli import run
from dyepack.errors import InputError, RecordError, UnknownIncident
from dyepack.ledger import Ledger, load_ledger, summary, totals
from dyepack.ledger.factcheck import Checked, check, factcheck
from dyepack.ledger.spoken import figure
from dyepack.ledger.statement_format import EXAMPLE, reference, schema
from dyepack.ledger.statements import StatementForm
from dyepack.model import AmountClaim, AttributionClaim, Incident, PublishedTotal
from tests.conftest import ROOT
from tests.ledger.strategies import DAYS, ledgers

NEWS = dt.date(2023, 9, 14)
THEFT = dt.date(2023, 9, 4)
M = 10**12


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(ledger: Ledger, says: str | None, of: dict[str, Any], day: dt.date = NEWS, **more: str) -> Checked:
    form = StatementForm.model_validate({"text": "t", "of": of, **({"says": says} if says else {}), **more})
    assert list(form.mistakes()) == []
    return check(ledger, form, day)


def verdict(ledger: Ledger, says: str | None, of: dict[str, Any], day: dt.date = NEWS, **more: str) -> str:
    return checked(ledger, says, of, day, **more).finding.verdict


# ── the news of September 2023

SEED = {
    "have stolen $340.4 million": ("supported", "$340.4 M"),
    "it was $1.65 billion": ("supported", "$1\N{THIN SPACE}650.0 M"),
    "down 79.4 %": ("supported", "-79.4 %"),
    "about 80 % less": ("supported", "-79.4 %"),
    "Stake lost": ("supported", "$40.5 M"),
    "CoinEx lost": ("supported", "$54.5 M"),
    "Together": ("supported", "$95.0 M"),
    "within ten days": ("supported", "8 days"),
    "confirmed it of Stake": ("supported", "yes"),
    "confirmed it of CoinEx": ("not decidable", ""),
    "The two make about 30 %": ("contradicted", "9.9 %"),
    "What does make about 30 %": ("supported", "30.4 %"),
    "short of a billion": ("supported", "$659.6 M"),
    "one large theft away": ("not decidable", "$620.0 M"),
    "one has been as large": ("contradicted", "$620.0 M"),
    "Even without the largest": ("contradicted", "159.6 %"),
    "become safer": ("not decidable", ""),
}


@pytest.fixture(scope="module")
def seed(ledger: Ledger) -> tuple[Checked, ...]:
    return factcheck(ledger, bundled.folder("factchecks") / "2023-09-14.yaml")


@pytest.mark.parametrize("words", SEED)
def test_the_seed_statements(seed: tuple[Checked, ...], words: str):
    (found,) = (each for each in seed if words in each.form.text)
    assert found.finding.verdict == SEED[words][0]
    assert found.finding.answer.startswith(SEED[words][1])


def test_the_seed_has_no_other_statements(seed: tuple[Checked, ...]):
    assert len(seed) == len(SEED)


def test_what_was_known_and_what_is_held_are_kept_apart(seed: tuple[Checked, ...]):
    (found,) = (each for each in seed if "one large theft away" in each.form.text)
    assert found.clock == "known"
    assert found.other is not None
    assert (found.other.verdict, found.other.answer) == ("supported", "$3\N{THIN SPACE}500.0 M")
    assert "hindsight" in found.finding.remarks[1]
    assert "2020-12-28-lubian: 3\N{THIN SPACE}500\N{THIN SPACE}000\N{THIN SPACE}000 dollars" in found.finding.remarks[1]
    assert "Not public until Aug 2025" in found.finding.remarks[2]


def test_a_part_of_a_year_against_a_whole_one_is_remarked(seed: tuple[Checked, ...]):
    (found,) = (each for each in seed if "down 79.4" in each.form.text)
    assert "it compares 257 days of 2023 (to 2023-09-14) with 365 days of 2022" in found.finding.remarks


def test_every_source_has_its_place(ledger: Ledger, seed: tuple[Checked, ...]):
    for each in seed:
        told = each.as_json(ledger)
        assert len(told["sources"]) == len(each.finding.claims)
        assert all({"claim", "source", "url", "known_by"} <= set(source) for source in told["sources"])
        by_then = [source["known_by"] <= "2023-09-14" for source in told["sources"] if each.clock == "known"]
        assert all(by_then)


# ── verdicts on a small ledger


def theft(slug: str = "a", day: dt.date = THEFT) -> Incident:
    return Incident(slug, day.isoformat(), day, day, "v", "cex", "theft", "phishing", (), None, (), ())


def lost(usd: int, said: str = "2023-09-05", slug: str = "a", by: str = "x") -> AmountClaim:
    day = dt.date.fromisoformat(said)
    return AmountClaim(f"{slug}{usd}{by}", slug, "loss", usd * M, None, (), by, "s", said, None, day)


def named(by: str, said: str | None, grade: Any = "assessed", actor: str = "dprk") -> AttributionClaim:
    known = dt.date(2023, 9, 30) if said is None else dt.date.fromisoformat(f"{said}-30"[:10])
    retrieved = None if said else "2023-09"
    return AttributionClaim(f"{by}{said}{actor}", "a", actor, None, grade, by, "s", said, retrieved, known)


OF_A = {"stolen": {"incidents": ["a"]}}


def test_contradictory_claims_leave_it_undecided_between_them():
    some = Ledger(incidents=(theft(),), amounts=(lost(27), lost(70)))
    assert verdict(some, "$48.5 million", OF_A) == "supported"
    found = checked(some, "$60 million", OF_A)
    assert found.finding.verdict == "not decidable"
    assert "the claims leave room for it: $60 million" in found.finding.remarks
    assert verdict(some, "$80 million", OF_A) == "contradicted"
    assert verdict(some, "more than $70 million", OF_A) == "contradicted"
    assert verdict(some, "at least $70 million", OF_A) == "not decidable"


def later(usd: int) -> Ledger:
    """One theft of 50 M known by the news, and one as old that was disclosed two years on."""
    amounts = (lost(50), lost(usd, "2025-08-02", slug="b"))
    return Ledger(incidents=(theft(), theft("b")), amounts=amounts)


@pytest.mark.parametrize("says", ["at least $60 million", "more than $60 million"])
def test_what_was_known_contradicts_no_at_least_and_hindsight_decides_none(says: str):
    found = checked(later(70), says, {"largest": {}}, clock="known")
    assert found.finding.verdict == "not decidable"
    assert any("hindsight" in remark and "is b: 70" in remark for remark in found.finding.remarks)
    assert found.other is not None
    assert found.other.verdict == "supported"
    unasked = checked(later(70), says, {"largest": {}})
    assert (unasked.clock, unasked.finding.verdict) == ("held", "not decidable")
    assert any("is a: 50" in remark for remark in unasked.finding.remarks)
    assert unasked.other is not None
    assert unasked.other.verdict == "not decidable"
    assert verdict(later(70), says, {"largest": {}}, clock="held") == "supported"


def test_what_both_clocks_deny_is_contradicted_and_sums_and_counts_are_only_the_least_known():
    assert verdict(later(55), "at least $60 million", {"largest": {}}, clock="known") == "contradicted"
    assert verdict(later(55), "at least $100 million", {"stolen": {}}, clock="known") == "not decidable"
    assert verdict(later(55), "at least 2 thefts", {"thefts": {}}, clock="known") == "not decidable"
    assert verdict(later(55), "2 thefts", {"thefts": {}}, clock="known") == "contradicted"
    assert verdict(later(55), "at least $60 million", OF_A, clock="known") == "contradicted"


def test_a_claim_published_before_the_theft_is_pointed_out():
    some = Ledger(incidents=(theft(),), amounts=(lost(50, "2023-09-01"),))
    found = checked(some, "$50 million", OF_A).finding
    assert "the claim by x of 2023-09-01 precedes the theft a: a date is wrong" in found.remarks


def test_one_speaker_can_be_asked_alone():
    some = Ledger(incidents=(theft(),), amounts=(lost(27, by="x"), lost(70, by="y"), lost(71, "2023-09-10", by="y")))
    assert verdict(some, "$71 million", {"stolen": {"incidents": ["a"], "by": "y"}}) == "supported"
    assert verdict(some, "$71 million", {"stolen": {"incidents": ["a"], "by": "z"}}) == "not decidable"


def test_a_year_without_data_and_a_day_before_the_first_claim(ledger: Ledger):
    found = checked(ledger, "$5 million", {"stolen": {"actor": "dprk", "year": 1999}}).finding
    assert found.verdict == "not decidable"
    assert "the ledger's thefts are of 2011-" in found.words
    early = checked(ledger, "$5 million", {"stolen": {"actor": "dprk"}}, dt.date(2001, 1, 1)).finding
    assert (early.verdict, "its claims of" in early.words) == ("not decidable", True)


def test_a_day_in_the_future_is_remarked(ledger: Ledger):
    found = checked(ledger, "$41 million", {"stolen": {"incidents": ["2023-09-04-stake"]}}, dt.date(2199, 1, 1)).finding
    assert any("knows nothing that was said after" in remark for remark in found.remarks)


def total(publisher: str, usd: int, said: str, covers: str | None = None) -> PublishedTotal:
    day = dt.date.fromisoformat(said)
    return PublishedTotal(
        f"{publisher}{usd}", publisher, "dprk", 2023, usd * M, None, covers, None, False, "s", said, day
    )


def test_the_latest_edition_known_on_the_day_counts_and_later_ones_are_remarked():
    some = Ledger(totals=(total("P", 300, "2023-06-01"), total("P", 340, "2023-09-01"), total("P", 660, "2024-01-01")))
    of = {"printed": {"publisher": "P", "actor": "dprk", "year": 2023}}
    assert verdict(some, "$300 million", of) == "contradicted"
    assert verdict(some, "$340 million", of) == "supported"
    assert checked(some, "$340 million", of).finding.remarks == (
        "P has printed for the same since: 660.0 M on 2024-01-01",
    )
    assert verdict(some, "$340 million", of, dt.date(2022, 1, 1)) == "not decidable"


def test_without_a_publisher_what_anybody_printed_supports():
    some = Ledger(totals=(total("P", 300, "2023-06-01"), total("Q", 400, "2023-06-01")))
    of = {"printed": {"actor": "dprk", "year": 2023}}
    assert [verdict(some, f"${usd} million", of) for usd in (300, 400, 350, 500)] == [
        "supported",
        "supported",
        "not decidable",
        "contradicted",
    ]


def test_who_was_first_is_decided_by_days_that_do_not_overlap():
    some = Ledger(
        incidents=(theft(),),
        attributions=(named("X", "2023-09-06"), named("Y", "2023-09-08"), named("Z", "2023-09"), named("T", None)),
    )
    of = {"first": {"incident": "a", "actor": "dprk"}}
    day = dt.date(2023, 12, 31)
    assert verdict(some, "Y", of, day) == "contradicted"
    assert verdict(some, "X", of, day) == "not decidable"  # Z may have said it on the first
    assert verdict(some, "N", of, day) == "not decidable"
    without = Ledger(incidents=some.incidents, attributions=(*some.attributions[:2], named("T", None)))
    found = checked(without, "X", of, day).finding
    assert (found.verdict, found.remarks) == ("supported", ("undated, so nobody knows since when: T",))


def test_an_attribution_may_be_denied_but_silence_decides_nothing():
    some = Ledger(incidents=(theft(),), attributions=(named("X", "2023-09-06"), named("D", "2023-09-06", "disputed")))
    of = {"attributed": {"incident": "a", "actor": "dprk"}}
    assert (verdict(some, "yes", of), verdict(some, "no", of)) == ("supported", "contradicted")
    assert verdict(some, "yes", {"attributed": {**of["attributed"], "confidence": "confirmed"}}) == "not decidable"
    denied = Ledger(incidents=(theft(),), attributions=(named("X", "2023-09-06", actor="not-dprk"),))
    assert (verdict(denied, "yes", of), verdict(denied, "no", of)) == ("contradicted", "supported")


def test_counts_changes_and_what_is_missing():
    some = Ledger(
        incidents=(theft("a"), theft("b", dt.date(2022, 1, 1))),
        amounts=(lost(25, slug="a"), lost(100, "2022-01-02", slug="b")),
    )
    this, last = ({"stolen": {"year": year}} for year in (2023, 2022))
    assert verdict(some, "75 % less", {"change": {"before": last, "after": this}}) == "supported"
    assert verdict(some, "$75 million", {"missing": {"of": this, "to": last}}) == "supported"
    assert verdict(some, "2 thefts", {"thefts": {}}) == "supported"
    assert verdict(some, "3 thefts", {"thefts": {}}) == "contradicted"
    assert verdict(some, "20 %", {"share": {"part": this, "whole": {"stolen": {}}}}) == "supported"
    assert verdict(some, "$100 million", {"largest": {}}) == "supported"
    assert verdict(some, "$25 million", {"stolen": {"without": ["b"]}}) == "supported"
    assert verdict(some, "$40 million", OF_A, within="$20 million") == "supported"


@given(ledgers(), DAYS, st.integers(0, 3 * 10**12))
def test_a_verdict_follows_from_the_total_and_its_range(some: Ledger, day: dt.date, dollars: int):
    held = totals(some, as_of=day).held
    found = checked(some, f"${dollars}", {"stolen": {}}, day).finding
    said = figure(f"${dollars}")
    if held.incidents == held.without_amount:
        assert found.verdict == "not decidable"
    elif said.fits(Fraction(held.usd)):
        assert found.verdict == "supported"
    else:
        apart = not said.meets(Fraction(held.low), Fraction(held.high))
        assert found.verdict == ("contradicted" if apart else "not decidable")


def test_the_amount_of_a_theft_is_the_ledgers_own(ledger: Ledger):
    for slug in ("2022-03-23-ronin", "2023-06-02-atomic-wallet"):
        own = summary(ledger.losses[slug])
        assert own is not None
        found = checked(ledger, "$1", {"stolen": {"incidents": [slug]}}, clock="held")
        assert f"{own.median // M}" in found.finding.answer


# ── what is refused


def refused(tmp_path: Path, ledger: Ledger, text: str) -> str:
    path = tmp_path / "f.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        factcheck(ledger, path)
    return str(error.value)


ONE = "as_of: 2023-09-14\nstatements:\n  - text: t\n    says: {says}\n    of: {of}\n"


@pytest.mark.parametrize(
    ("says", "of", "message"),
    [
        ("a lot", "{stolen: {}}", "f.yaml:4: statements.1.says: expected a figure like"),
        ("€55 million", "{stolen: {}}", "f.yaml:4: statements.1.says: expected a figure like"),
        ("€55 million", "{stolen: {}}", "another currency"),
        ("55 million euros", "{stolen: {}}", "another currency"),
        ("40,000 ETH", "{stolen: {}}", "another currency"),
        ("$5 million", "{missing: {of: {stolen: {}}, to: {amount: £1 bn}}}", "another currency"),
        ("$5 million", "{prophecy: {}}", "f.yaml:5: statements.1.of.prophecy: no such key here"),
        ("$5 million", "{stolen: {}, thefts: {}}", "expected exactly one of printed, stolen,"),
        ("$5 million", "{}", "expected exactly one of printed, stolen,"),
        ("30 %", "{stolen: {}}", "`stolen` is counted in usd, and '30 %' in percent"),
        ("maybe", "{attributed: {incident: a, actor: dprk}}", "expected `yes` or `no`, got 'maybe'"),
        ("$5 million", "{missing: {of: {stolen: {}}, to: {amount: 5 %}}}", "expected dollars, got '5 %'"),
        ("5 %", "{share: {part: {stolen: {}}, whole: {thefts: {}}}}", "expected quantities of one unit in `share`"),
        ("$5 million", "{stolen: {rule: R9}}", "R1"),
        ("$5 million", "{stolen: {incidents: [2023-09-04-steak]}}", "did you mean 2023-09-04-stake"),
        ("$5 million", "{stolen: {actor: nobody}}", "f.yaml:3: nobody attributes an incident to 'nobody'"),
        ("$5 million", "{printed: {publisher: Nobody, year: 2023}}", "no figures by 'Nobody'; publishers: CertiK"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, ledger: Ledger, says: str, of: str, message: str):
    assert message in refused(tmp_path, ledger, ONE.format(says=says, of=of))


def test_a_statement_without_a_day_or_a_figure(tmp_path: Path, ledger: Ledger):
    assert "expected the day" in refused(tmp_path, ledger, ONE.format(says="$5", of="{stolen: {}}").partition("\n")[2])
    text = "as_of: 2023-09-14\nstatements:\n  - {text: t, of: {stolen: {}}}\n"
    assert "expected the figure that the statement names" in refused(tmp_path, ledger, text)
    text = ONE.format(says="30 %", of="{share: {part: {stolen: {}}, whole: {stolen: {}}}}") + "    clock: known\n"
    assert "measures the news" in refused(tmp_path, ledger, text)


def test_what_is_missing_is_said_in_our_own_words(tmp_path: Path, ledger: Ledger):
    said = refused(tmp_path, ledger, "as_of: 2023-09-14\nstatements:\n  - text: t\n    says: $5 million\n")
    assert said == "f.yaml:3: statements.1.of: is missing"
    assert "expected at least one statement, got none" in refused(tmp_path, ledger, "statements: []\n")


def test_a_file_that_is_no_yaml_or_not_there(tmp_path: Path, ledger: Ledger):
    path = tmp_path / "f.yaml"
    path.write_text("statements: [", encoding="utf-8")
    with pytest.raises(RecordError, match="expected YAML"):
        factcheck(ledger, path)
    with pytest.raises(InputError, match="a shipped example: 2023-09-14"):
        factcheck(ledger, Path("nothing.yaml"))
    with pytest.raises(UnknownIncident):
        checked(ledger, "yes", {"attributed": {"incident": "x", "actor": "dprk"}})


# ── the command, the format


def test_the_command_and_its_exit_codes(capsys: pytest.CaptureFixture[str]):
    assert run(["factcheck", "2023-09-14", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["supported"], found["contradicted"], found["not decidable"]) == (11, 3, 3)
    assert found["statements"][0]["read_as"] == {"unit": "usd", "low": "340350000000000", "high": "340450000000000"}
    assert run(["factcheck", "2023-09-14", "--fail-on", "contradicted"]) == 3
    shown = capsys.readouterr().out
    assert shown.startswith("17 statements: 11 supported, 3 contradicted, 3 not decidable.")
    assert "CONTRADICTED: The two make about 30 %" in shown
    Path("one.yaml").write_text(ONE.format(says="$340.4 million", of="{printed: {actor: dprk, year: 2023}}"))
    assert run(["factcheck", "one.yaml", "--fail-on", "not-supported"]) == 0
    assert run(["factcheck"]) == run(["factcheck", "one.yaml", "--text", "one.yaml"]) == 1
    assert "expected a FILE of statements, or --text" in capsys.readouterr().err


PAGES = {"factcheck-format.md": reference, "factcheck.schema.json": schema}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_fresh(name: str):
    path = ROOT / "docs" / "reference" / name
    if os.environ.get("DYEPACK_DOCS") == "write":
        path.write_text(PAGES[name](), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == PAGES[name](), "write it with DYEPACK_DOCS=write"


def test_the_schema_accepts_the_example_and_what_ships(tmp_path: Path, ledger: Ledger):
    validator = Draft202012Validator(json.loads(schema()))
    shipped = (bundled.folder("factchecks") / "2023-09-14.yaml").read_text(encoding="utf-8")
    for text in (EXAMPLE, shipped):
        value = json.loads(json.dumps(yaml.safe_load(text), default=str))
        assert [error.message for error in validator.iter_errors(value)] == []
    (tmp_path / "e.yaml").write_text(EXAMPLE, encoding="utf-8")
    assert [each.finding.verdict for each in factcheck(ledger, tmp_path / "e.yaml")] == ["supported", "contradicted"]
    assert [*validator.iter_errors({"statements": [{"text": "t", "of": {"prophecy": {}}}]})]
