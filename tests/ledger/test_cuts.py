"""Cuts: parts that add up exactly, against a slow reading of the YAML files, and on small ledgers out of thin air."""

import csv
import datetime as dt
import io
import json
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.cli.cuts import By
from dyepack.errors import InputError
from dyepack.ledger import RULES, Ledger, load_ledger, shipped
from dyepack.ledger.cuts import BY, NONE, SEVERAL, Question, cut
from dyepack.ledger.delays import FIRST, delays, halves
from dyepack.ledger.recovered import recovered
from dyepack.ledger.remedies import remedies
from dyepack.ledger.sayers import UNKNOWN, sayers
from dyepack.model import AmountClaim, AttributionClaim, Incident
from tests.ledger.strategies import DAYS, ledgers

DAY = dt.date(2023, 9, 4)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, Any]]:
    """The thefts as anybody reads them: YAML, and nothing of ours."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    paths = [path for path in shipped().rglob("*-*.yaml") if path.parent != shipped()]
    read = {path.stem: yaml.load(path.read_text(encoding="utf-8"), loader) for path in paths}
    return {slug: form for slug, form in read.items() if form.get("class", "theft") == "theft"}


def middle(form: dict[str, Any]) -> Fraction:
    """The median of a file's comparable losses, in dollars."""
    plain: list[Fraction] = []
    parts: dict[Any, Fraction] = defaultdict(Fraction)
    for loss in form.get("losses") or ():
        source = form["sources"][loss["source"]]
        if loss.get("covers"):
            continue
        usd = Fraction(str(loss["usd"]))
        if loss.get("kind") == "component":
            when = loss if "published" in loss or "retrieved" in loss else source
            said = str(when.get("published") or when.get("retrieved"))
            parts[loss.get("by") or source["name"], said] += usd
        elif loss.get("kind") in (None, "value-at-theft"):
            plain.append(usd)
    figures = [*plain, *parts.values()]
    return Fraction(median(figures)) if figures else Fraction(0)


# ── against the files


@pytest.mark.parametrize(
    ("by", "key"), [("vector", "vector"), ("victim-type", "victim_type"), ("chain", "chains"), ("year", "date")]
)
def test_parts_are_what_the_files_say(ledger: Ledger, files: dict[str, dict[str, Any]], by: str, key: str):
    sums: dict[str, Fraction] = defaultdict(Fraction)
    thefts: Counter[str] = Counter()
    among: dict[str, Fraction] = defaultdict(Fraction)
    for form in files.values():
        given_ = form.get(key) or []
        values = given_ if isinstance(given_, list) else [str(given_)[:4] if key == "date" else given_]
        place = SEVERAL if len(values) > 1 else values[0] if values else NONE
        sums[place] += middle(form)
        thefts[place] += 1
        for value in set(values):
            among[value] += middle(form)
    found = cut(ledger, Question(by))
    assert {p.name: p.held.alone.incidents for p in found.parts if p.held.alone.incidents} == thefts
    for part in found.parts:
        assert abs(part.held.alone.usd - sums[part.name] * 10**6) <= part.held.alone.incidents  # half micros, rounded
        if part.name not in (NONE, SEVERAL):
            assert abs(part.held.among.usd - among[part.name] * 10**6) <= part.held.among.incidents


def test_what_came_back_is_what_the_files_say(ledger: Ledger, files: dict[str, dict[str, Any]]):
    back = Fraction(0)
    for form in files.values():
        claims = [Fraction(str(claim["usd"])) for claim in form.get("returned") or ()]
        if claims:
            back += min(Fraction(median(claims)), middle(form))
    found = cut(ledger, Question("returned"))
    assert found.held.returned == back * 10**6
    assert found.held.net == found.held.alone.usd - found.held.returned
    assert sum(part.held.returned for part in found.parts) == found.held.returned


# ── what holds of any cut


def conserved(ledger: Ledger, question: Question) -> None:
    found = cut(ledger, question)
    for clock in ("known", "held"):
        whole, parts = getattr(found, clock), [getattr(part, clock) for part in found.parts]
        for name in ("usd", "low", "high", "incidents", "without_amount"):
            assert getattr(whole.alone, name) == sum(getattr(part.alone, name) for part in parts)
        slugs = [slug for part in parts for slug in part.alone.slugs]
        assert sorted(slugs) == sorted(whole.alone.slugs)
        assert whole.returned == sum(part.returned for part in parts)
        for part in parts:
            assert set(part.alone.slugs) <= set(part.among.slugs) <= set(whole.alone.slugs)
            assert 0 <= part.returned <= part.alone.usd
    for part in found.parts:
        assert sum(each.usd for each in part.years.values()) == part.held.alone.usd


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("rule", [*RULES])
def test_the_parts_of_the_shipped_ledger_add_up(ledger: Ledger, by: str, rule: str):
    conserved(ledger, Question(by, "dprk", rule, None, dt.date(2023, 9, 14)))
    conserved(ledger, Question(by, None, rule, 2023))


@given(ledgers(), st.sampled_from(BY), st.sampled_from([*RULES]), st.none() | DAYS)
def test_the_parts_of_any_ledger_add_up(some: Ledger, by: str, rule: str, day: dt.date | None):
    conserved(some, Question(by, None, rule, None, day))


# ── small ledgers, drawn


def theft(slug: str, chains: tuple[str, ...] = (), victim_type: str = "cex", vector: str = "phishing") -> Incident:
    return Incident(slug, "2023-09-04", DAY, DAY, "v", victim_type, "theft", vector, chains, None, (), ())


def lost(slug: str, usd: int, measure: Any = "loss") -> AmountClaim:
    return AmountClaim(f"{slug}{measure}", slug, measure, usd, None, (), "x", "s", "2023-09-05", None, DAY)


def named(slug: str, by: str, published: str | None, grade: Any = "assessed", actor: str = "dprk") -> AttributionClaim:
    claim = f"{slug}{by}{published}{grade}"
    day = dt.date(2023, 9, 30) if published is None else None
    retrieved = None if published else "2026-05"
    return AttributionClaim(claim, slug, actor, None, grade, by, "s", published, retrieved, day)


def test_a_theft_on_two_chains_counts_once_and_is_among_both():
    some = Ledger(
        incidents=(theft("a", ("ethereum",)), theft("b", ("ethereum", "bsc")), theft("c")),
        amounts=(lost("a", 10), lost("b", 20), lost("c", 40)),
    )
    parts = {part.name: part.held for part in cut(some, Question("chain")).parts}
    assert {name: (part.alone.usd, part.among.usd) for name, part in parts.items()} == {
        "ethereum": (10, 30),
        "bsc": (0, 20),
        SEVERAL: (20, 20),
        NONE: (40, 40),
    }
    assert [*parts] == ["ethereum", "bsc", NONE, SEVERAL]


def test_more_came_back_than_was_taken_is_no_negative_net():
    some = Ledger(incidents=(theft("a"),), amounts=(lost("a", 10), lost("a", 12, "returned")))
    found = cut(some, Question("returned"))
    assert (found.held.returned, found.held.net) == (10, 0)
    assert [part.name for part in found.parts] == ["nine tenths or more"]


def test_disputed_claims_and_denials_name_nobody():
    claims = (named("a", "FBI", "2023-09-06", "disputed"), named("a", "X", "2023-09-06", actor="not-dprk"))
    some = Ledger(incidents=(theft("a"),), attributions=claims)
    assert [part.name for part in cut(some, Question("attributed-by", rule="R4")).parts] == [NONE]


def test_delays_are_over_dated_claims_alone():
    said = (
        named("a", "FBI", "2023-09-06"),  # two days
        named("a", "Tayvano", None),
        named("b", "FBI", "2023-09-09"),  # five
        named("b", "Elliptic", "2023-09"),  # within the month: 0 to 26
        named("c", "Tayvano", None),
        named("d", "FBI", "2023-09-01"),  # before the theft
    )
    some = Ledger(incidents=tuple(theft(slug) for slug in "abcd"), attributions=said)
    rows = {row.by: row for row in delays(some, Question("attributed-by", "dprk", "R4"))}
    fbi = rows["FBI"]
    assert (fbi.thefts, fbi.undated, fbi.median, fbi.shortest, fbi.longest) == (2, 0, (7, 7), 2, 5)
    assert fbi.before == ("d",)
    assert (rows["Elliptic"].median, rows["Elliptic"].shortest, rows["Elliptic"].longest) == ((0, 52), 0, 26)
    assert (rows["Tayvano"].thefts, rows["Tayvano"].undated, rows["Tayvano"].median) == (0, 2, None)
    first = rows[FIRST]
    assert (first.thefts, first.undated, first.median) == (2, 1, (2, 7))
    assert halves(7) == "3.5"
    assert delays(some, Question("attributed-by", "dprk", "R1")) == ()


# ── the data files


def test_every_vector_of_the_ledger_is_mapped_and_every_remedy_used(ledger: Ledger):
    mapping = remedies()
    thefts = [i for i in ledger.incidents if i.incident_class == "theft"]
    assert {t.vector for t in thefts if mapping.entry(t) is None} == set()
    used = {name for entry in mapping.form.mapping for name in entry.remedies}
    assert used == set(mapping.form.remedies)
    assert sum(map(mapping.inferred, thefts)) == 193
    person, firm = theft("a", (), "individual", "social-engineering"), theft("a", (), "cex", "social-engineering")
    assert (mapping.of(person), mapping.of(firm)) == (("own-caution",), ("staff-training", "signing-procedure"))
    assert mapping.of(theft("a", (), "cex", "unheard-of")) == ()


def test_every_speaker_of_the_ledger_is_in_the_file(ledger: Ledger):
    assert {claim.by for claim in ledger.attributions} - set(sayers().by_name) == set()
    assert sayers().countries("US/ROK (joint statement)") == ("US", "South Korea")
    assert sayers().countries("Tayvano") == sayers().countries("nobody we know") == (UNKNOWN,)


def test_what_was_frozen_is_listed_with_its_day(ledger: Ledger):
    found = recovered(ledger, ("2022-03-23-ronin", "2023-09-04-stake", "2023-03-13-euler-finance"))
    assert [claim.incident for claim in found.returned] == ["2023-03-13-euler-finance"]
    assert [(claim.when, claim.incidents) for claim in found.stopped] == [
        ("2022-04-22", ("2022-03-23-ronin",)),
        ("2023-09", ("2023-09-04-stake",)),
    ]


# ── the command


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(capsys: pytest.CaptureFixture[str], line: str, code: int = 0) -> str:
    assert run(line.split()) == code
    out, err = capsys.readouterr()
    assert (err if code == 0 else out) == ""
    return out or err


def test_the_choices_at_the_prompt_are_all_there_are():
    assert tuple(By) == BY


@pytest.mark.parametrize("by", BY)
def test_every_cut_prints(capsys: pytest.CaptureFixture[str], by: str):
    rows = list(csv.DictReader(io.StringIO(asked(capsys, f"cuts --by {by} --year 2023 --csv"))))
    found = json.loads(asked(capsys, f"cuts --by {by} --year 2023 --json"))
    held = [row for row in rows if row["clock"] == "held"]
    assert sum(Fraction(row["usd"]) for row in held) * 10**6 == int(found["held"]["alone"]["usd"])
    assert "The parts add up to the whole." in asked(capsys, f"cuts --by {by} --year 2023")
    assert "2023" in asked(capsys, f"cuts --by {by} --year 2023 --over-time")


def test_remedies_come_with_their_evidence(capsys: pytest.CaptureFixture[str]):
    shown = asked(capsys, "cuts --by remedy")
    assert "Our judgement:" in shown
    assert "<https://" in shown
    assert "inferred from a cluster" in shown
    found = json.loads(asked(capsys, "cuts --by remedy --json"))
    assert all(entry["evidence"] or entry["judgement"] for entry in found["mapping"]["mapping"])


def test_what_came_back_leads_only_where_it_was_asked_for(capsys: pytest.CaptureFixture[str]):
    lead = asked(capsys, "cuts --by vector --actor dprk --rule R1").partition("\n")
    assert "1\N{THIN SPACE}705.0" not in lead[0]
    assert "net of that claim" in lead[2]
    lead = asked(capsys, "cuts --by returned --actor dprk --rule R1").partition("\n")
    assert lead[0].endswith("M of it are said to have been returned by the thief or made good by others.")
    assert "DefiLlama does not tell the two apart" in lead[2]
    assert "may contradict the return: 2024-05-31-dmm-bitcoin, 2025-02-21-bybit." in lead[2]
    found = json.loads(asked(capsys, "cuts --by returned --actor dprk --rule R1 --json"))
    assert found["statements"]["may_be_contradicted"] == ["2024-05-31-dmm-bitcoin", "2025-02-21-bybit"]
    head = asked(capsys, "cuts --by returned --csv").partition("\n")[0]
    assert head.strip().endswith("returned_or_made_good_usd,net_of_that_claim_usd")


def test_both_clocks_are_shown_with_a_day(capsys: pytest.CaptureFixture[str]):
    shown = asked(capsys, "cuts --by attributed-by --actor dprk --as-of 2023-09-14")
    assert "known $M" in shown
    assert "held $M" in shown
    assert "undated: thefts that a running database names" in shown


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("cuts --by vector --year 1999", "no theft of 1999; its thefts are of 2011–2026"),
        ("cuts --by vector --actor nobody", "actors in the ledger"),
        ("cuts --by vector --as-of yesterday", "expected a date as YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_cut(capsys: pytest.CaptureFixture[str], line: str, says: str):
    assert says in asked(capsys, line, 1)


def test_an_unknown_cut_is_named(ledger: Ledger):
    with pytest.raises(InputError, match="one of actor, group"):
        cut(ledger, Question("weather"))
    with pytest.raises(InputError, match="it holds no theft"):
        cut(Ledger(), Question("vector", year=2023))


def test_the_json_says_as_the_table_does_that_others_may_have_made_it_good(capsys: pytest.CaptureFixture[str]):
    found = json.loads(asked(capsys, "cuts --by returned --json"))
    held = found["held"]
    assert int(held["returned_or_made_good"]) > 0
    assert int(held["net_of_that_claim"]) == int(held["alone"]["usd"]) - int(held["returned_or_made_good"])
    assert found["statements"]["returned_or_made_good"]
    assert {"returned", "net", "net_text"} & {*held, *found["parts"][0]["held"], *found["statements"]} == set()


def test_before_the_first_claim_nothing_is_known_and_that_is_an_answer(capsys: pytest.CaptureFixture[str]):
    assert "$0.0 M in 0 thefts were known on 2018-01-01" in asked(capsys, "cuts --by vector --as-of 2018-01-01")


def test_a_day_of_which_the_ledger_cannot_speak_is_refused(capsys: pytest.CaptureFixture[str]):
    assert "first theft is of 2011-10-05" in asked(capsys, "cuts --by vector --as-of 2009-01-01", 1)
    assert "heard nothing after 2026-08-31" in asked(capsys, "cuts --by vector --as-of 2999-01-01", 1)
