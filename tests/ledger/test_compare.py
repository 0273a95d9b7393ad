"""Years side by side: each figure worked by hand on a dozen thefts, and what must hold of any ledger."""

import datetime as dt
from itertools import accumulate

import pytest
from hypothesis import given

from dyepack.errors import InputError
from dyepack.ledger import Ledger, totals
from dyepack.ledger.compare import Comparison, compare
from dyepack.ledger.counted import Scope, check_day, counted, same_day
from dyepack.ledger.lateness import lateness
from tests.ledger.drawn import MILLION, drawn
from tests.ledger.strategies import DAYS, ledgers

LEDGER = drawn("""
    2021-05-01 a 10
    2021-07-01 b 300 dprk
    2022-03-01 c 600 dprk 2022-04-01
    2022-08-31 d 20
    2022-09-30 e 30
    2022-12-01 f 50 dprk 2023-11-01
    2023-01-10 g 100 dprk
    2023-06-01 h 40 dprk
    2023-08-31 i 60 dprk
    2023-08-31 j - dprk
    2023-12-24 k 5
""")
DAY = dt.date(2023, 8, 31)
DPRK = Scope("dprk", "R1")


def asked(ledger: Ledger = LEDGER, scope: Scope = DPRK, **more) -> Comparison:
    return compare(ledger, scope=scope, **more)


def test_a_part_is_compared_with_the_same_part_and_with_the_whole():
    found = asked(as_of=DAY)
    side = found.held
    assert (found.partial, side.this.until, side.same_days.until) == (True, DAY, dt.date(2022, 8, 31))
    assert [p.usd // MILLION for p in (side.this, side.same_days, side.year_before)] == [200, 600, 650]
    told = side.as_json()
    assert told["change_against_same_days"] == pytest.approx(-2 / 3, abs=1e-6)
    assert told["change_against_whole_year"] == pytest.approx(-450 / 650, abs=1e-6)


def test_known_and_held_differ_by_what_was_said_later():
    found = asked(as_of=DAY)
    assert found.known
    assert found.known.year_before.usd == 600 * MILLION
    assert found.held.year_before.usd == 650 * MILLION
    assert asked(as_of=dt.date(2022, 3, 15)).known.this.usd == 0  # type: ignore[union-attr]


def test_the_base_is_looked_at():
    side = asked(as_of=DAY).held
    base = side.year_before
    assert (base.largest.slug, base.without_largest // MILLION) == ("2022-03-01-c", 50)  # type: ignore[union-attr]
    assert base.as_json()["share_largest"] == pytest.approx(600 / 650, abs=1e-6)
    assert side.as_json()["change_against_whole_year_without_largest"] == pytest.approx(1.0)
    assert (side.base_rank.place, side.base_rank.of, side.base_rank.highest) == (1, 2, 2022)
    assert (side.rank.place, side.rank.of) == (3, 3)
    assert (side.rank_same_days.place, side.rank_same_days.highest) == (3, 2022)


def test_median_and_concentration():
    this = asked(as_of=DAY).held.this
    assert [theft.slug[-1] for theft in this.thefts] == ["g", "i", "h", "j"]
    assert (this.median, this.half, this.top(2)) == (60 * MILLION, 1, 160 * MILLION)
    assert this.as_json()["without_amount"] == 1
    assert asked(as_of=dt.date(2023, 7, 1)).held.this.median == 70 * MILLION


def test_time_since_the_last_of_a_size():
    hundred, none = asked(as_of=DAY, sizes=(100 * MILLION, 601 * MILLION)).held.since
    assert (hundred.thefts, hundred.last.slug, hundred.days) == (3, "2023-01-10-g", 233)  # type: ignore[union-attr]
    assert hundred.longest_wait == (dt.date(2023, 1, 10) - dt.date(2022, 3, 1)).days
    assert (none.last, none.days, none.thefts) == (None, None, 0)


def test_the_share_has_a_range_over_the_rules():
    found = {each.rule: each for each in asked(as_of=DAY).shares}
    assert set(found) == {"R1", "R2", "R3", "R4"}
    assert found["R1"].as_json()["share_held"] == 1.0
    assert asked(scope=Scope(), as_of=DAY).shares == ()


def test_a_whole_year_without_a_day():
    found = asked(scope=Scope(), year=2022)
    assert (found.partial, found.known) == (False, None)
    assert found.held.this.usd == 700 * MILLION
    assert found.held.same_days.usd == found.held.year_before.usd == 310 * MILLION


def test_without_anything_asked_the_latest_theft_is_the_day():
    assert asked(scope=Scope()).until == dt.date(2023, 12, 24)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"year": 2019}, "no theft in 2019 up to 2023-12-24; years with thefts: 2021, 2022, 2023"),
        ({"year": 2024, "as_of": DAY}, "no theft in 2024"),
        ({"as_of": dt.date(2031, 1, 1)}, "nothing after 2023-12-24; expected an as-of day up to then, got 2031-01-01"),
        ({"as_of": dt.date(2001, 1, 1)}, "first theft is of 2021-05-01"),
        ({"scope": Scope("nobody")}, "nobody attributes an incident to 'nobody'"),
        ({"scope": Scope("dprk", "R9")}, "expected a counting rule"),
    ],
)
def test_what_cannot_be_answered(more: dict, message: str):
    with pytest.raises(InputError, match=message):
        asked(**more)


def test_an_empty_ledger_says_so():
    with pytest.raises(InputError, match="holds no theft"):
        asked(Ledger(), scope=Scope())


def test_a_leap_day_has_a_same_day():
    assert same_day(dt.date(2024, 2, 29), 2023) == dt.date(2023, 2, 28)
    assert same_day(dt.date(2024, 2, 29), 2020) == dt.date(2020, 2, 28)
    check_day(LEDGER, DAY)


def test_lateness_counts_days_until_the_rule_was_met():
    late = lateness(LEDGER, DPRK, dt.date(2022, 12, 31))
    assert (late.thefts, late.median, late.ninth_decile, late.undated) == (3, 31, 335, 0)


def actor_is_known(ledger: Ledger) -> bool:
    return any(c.actor == "dprk" for c in ledger.attributions) and bool(counted(ledger, Scope()))


@given(ledgers().filter(actor_is_known), DAYS)
def test_sums_are_those_of_totals(ledger: Ledger, day: dt.date):
    try:
        found = asked(ledger, as_of=day)
    except InputError:
        assert not [
            theft for theft in counted(ledger, Scope()) if theft.last_day <= day and theft.year == day.year
        ] or (day > max(theft.last_day for theft in counted(ledger, Scope())))
        return
    by_year = {year.year: year for year in totals(ledger, actor="dprk", rule="R1", as_of=day).years}
    year = by_year.get(day.year)
    assert found.known
    assert found.held.this.usd == (year.held.usd if year else 0)
    assert found.known.this.usd == (year.known.usd if year else 0)


@given(ledgers().filter(actor_is_known))
def test_half_is_half(ledger: Ledger):
    this = asked(ledger, scope=Scope()).held.this
    amounts = sorted((theft.usd or 0 for theft in this.sized), reverse=True)
    slow = next((n for n, s in enumerate(accumulate(amounts), 1) if sum(amounts) and 2 * s >= sum(amounts)), 0)
    assert this.half == slow
    assert this.usd == this.without_largest + (amounts[0] if amounts else 0)
