"""Sums per year under a rule, as of a day: against a slow twin, and what must hold of any ledger."""

import datetime as dt
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import InputError, UnknownIncident
from dyepack.ledger import RULES, Ledger, Sum, known_by, totals
from dyepack.model import AttributionClaim, Incident
from tests.ledger.strategies import DAYS, ledgers

DAY = dt.date(2022, 6, 30)


def actor_is_known(ledger: Ledger) -> bool:
    return any(claim.actor == "dprk" for claim in ledger.attributions)


def twin(ledger: Ledger, rule: str | None, day: dt.date | None) -> dict[int, tuple[Fraction, int]]:
    """Sum and count per year, claim by claim, with nothing shared with the code but the records."""
    out: dict[int, tuple[Fraction, int]] = {}
    for theft in ledger.incidents:
        if theft.incident_class != "theft" or (day and theft.last_day > day):
            continue
        until = day or dt.date.max
        said = [a for a in ledger.attributions if a.incident == theft.incident and a.known_by and a.known_by <= until]
        paid = [a for a in ledger.amounts if a.incident == theft.incident and a.known_by and a.known_by <= until]
        if rule is None:
            if day and not said and not paid:
                continue
        else:
            grades = {(a.confidence, a.by) for a in said if a.actor == "dprk"}
            confirmed = any(grade == "confirmed" for grade, _ in grades)
            assessed = {by for grade, by in grades if grade == "assessed"}
            denied = any(a.actor in ("not-dprk", "insider") for a in said)
            inside = {
                "R1": confirmed,
                "R2": confirmed or bool(assessed - {"Tayvano", "dn-institute (tag)"}),
                "R3": (confirmed or bool(assessed)) and (not denied or confirmed or "UN PoE" in assessed),
                "R4": bool(grades),
            }[rule]
            if not inside:
                continue
        figures = [Fraction(a.usd) for a in paid if a.kind in (None, "value-at-theft")]
        parts: dict[object, Fraction] = {}
        for a in paid:
            if a.kind == "component":
                parts[a.by, a.known_by] = parts.get((a.by, a.known_by), Fraction(0)) + a.usd
        figures += parts.values()
        year = theft.first_day.year
        usd, count = out.get(year, (Fraction(0), 0))
        out[year] = (usd + (median(figures) if figures else 0), count + 1)
    return out


@given(ledgers().filter(actor_is_known), st.sampled_from([*RULES]), st.none() | DAYS)
def test_totals_agree_with_the_twin(ledger: Ledger, rule: str, day: dt.date | None):
    found = totals(ledger, actor="dprk", rule=rule, as_of=day)
    for name, expected in (("known", twin(ledger, rule, day)), ("all_known", twin(ledger, None, day))):
        got = {y.year: (Fraction(getattr(y, name).usd), getattr(y, name).incidents) for y in found.years}
        years = {y.year for y in found.years}
        inside = {year: sums for year, sums in expected.items() if year in years}
        assert {year: sums for year, sums in got.items() if sums[1]} == inside
        assert name != "known" or inside == expected
    held = {y.year: y.held for y in found.years}
    until = tuple(i for i in ledger.incidents if day is None or i.last_day <= day)
    today = twin(Ledger(incidents=until, amounts=ledger.amounts, attributions=ledger.attributions), rule, None)
    assert {year: (Fraction(s.usd), s.incidents) for year, s in held.items() if s.incidents} == today


@given(ledgers().filter(actor_is_known), st.sampled_from([*RULES]), st.none() | DAYS)
def test_years_add_up_and_ranges_hold(ledger: Ledger, rule: str, day: dt.date | None):
    found = totals(ledger, actor="dprk", rule=rule, as_of=day)
    for name in ("known", "held"):
        whole: Sum = getattr(found, name)
        years = [getattr(year, name) for year in found.years]
        for field in ("usd", "low", "high", "incidents", "without_amount"):
            assert getattr(whole, field) == sum(getattr(year, field) for year in years)
        assert whole.low <= whole.usd <= whole.high
        assert whole.incidents == len(whole.slugs) >= whole.without_amount
    assert set(found.known.slugs) <= set(found.all_known.slugs)
    assert set(found.held.slugs) <= set(found.all_held.slugs)
    assert day is not None or (found.known, found.all_known) == (found.held, found.all_held)


@given(ledgers(), DAYS, DAYS)
def test_what_is_known_never_shrinks(ledger: Ledger, one: dt.date, other: dt.date):
    early, late = sorted((one, other))
    for claims in (ledger.amounts, ledger.attributions):
        assert set(known_by(claims, early)) <= set(known_by(claims, late)) <= set(claims)
    before, after = totals(ledger, as_of=early), totals(ledger, as_of=late)
    assert set(before.known.slugs) <= set(after.known.slugs)
    assert set(before.known.slugs) <= set(before.held.slugs)


@given(ledgers().filter(actor_is_known), DAYS)
def test_rules_one_two_and_four_include_each_other(ledger: Ledger, day: dt.date):
    sums = {rule: set(totals(ledger, actor="dprk", rule=rule, as_of=day).known.slugs) for rule in RULES}
    assert sums["R1"] <= sums["R2"] <= sums["R4"]
    assert sums["R1"] <= sums["R3"] <= sums["R4"]


def theft(slug: str, date: str, first: dt.date, last: dt.date) -> Incident:
    return Incident(slug, date, first, last, "victim", "cex", "theft", "unknown", (), None, (), ())


def test_a_theft_dated_to_the_year_is_not_yet_there_within_that_year():
    ledger = Ledger(incidents=(theft("2023-x", "2023", dt.date(2023, 1, 1), dt.date(2023, 12, 31)),))
    assert totals(ledger, as_of=dt.date(2023, 9, 14)).held.incidents == 0
    assert totals(ledger, as_of=dt.date(2023, 12, 31)).held.incidents == 1


def test_a_theft_on_new_years_eve_counts_once_and_in_its_own_year():
    eve = dt.date(2023, 12, 31)
    ledger = Ledger(incidents=(theft("2023-12-31-x", "2023-12-31", eve, eve),))
    assert [(y.year, y.held.incidents) for y in totals(ledger).years] == [(2023, 1)]


def test_an_attributed_theft_without_an_amount_is_counted_and_said_so():
    day = dt.date(2023, 1, 1)
    who = AttributionClaim("", "x", "dprk", None, "confirmed", "FBI", "s", "2023-01-01", None, day)
    ledger = Ledger(incidents=(theft("x", "2023-01-01", day, day),), attributions=(who,))
    found = totals(ledger, actor="dprk", rule="R1").held
    assert found == Sum(0, 0, 0, 1, 1, ("x",))
    assert found.share_of(Sum()) is None


def test_what_cannot_be_asked():
    day = dt.date(2023, 1, 1)
    freeze = Incident("f", "2023-01-01", day, day, "v", "cex", "freeze", "unknown", (), None, (), ())
    who = AttributionClaim("", "f", "dprk", None, "confirmed", "FBI", "s", "2023-01-01", None, day)
    ledger = Ledger(incidents=(freeze,), attributions=(who,))
    with pytest.raises(InputError, match="'nobody'; actors in the ledger: dprk"):
        totals(ledger, actor="nobody")
    with pytest.raises(InputError, match="R1, R2, R3, R4"):
        totals(ledger, actor="dprk", rule="R9")
    with pytest.raises(UnknownIncident, match="no incident 'g'"):
        totals(ledger, slugs=("g",))
    with pytest.raises(InputError, match="class 'freeze'"):
        totals(ledger, slugs=("f",))
