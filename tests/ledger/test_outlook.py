"""The outlook and its backtest: scores by hand, what must hold of any chance, the same answer twice, bad questions."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.ledger import Ledger, load_ledger
from dyepack.ledger.backtest import MODEL, RULES, Backtest, Case, backtest, past_days
from dyepack.ledger.baselines import YearSums, baselines, wilson
from dyepack.ledger.counted import Scope, counted
from dyepack.ledger.forecast import History
from dyepack.ledger.outlook import outlook
from tests.ledger.drawn import MILLION, drawn

DPRK = Scope("dprk", "R1")
YEARS = range(2014, 2024)


def steady(seed: int = 1) -> Ledger:
    """Ten years of thefts, some twelve a year, of a heavy-tailed size; every third is the actor's."""
    rng = np.random.default_rng(seed)
    lines = []
    for year in YEARS:
        for number in range(rng.poisson(12)):
            day = dt.date(year, 1, 1) + dt.timedelta(int(rng.integers(365)))
            size = round(float((1 - rng.random()) ** -1.0), 2)
            lines.append(f"{day} v{number} {min(size, 5000)} {'dprk' if number % 3 == 0 else '-'}")
    return drawn("\n".join(sorted(set(lines))))


LEDGER = steady()
DAY = dt.date(2022, 6, 30)
HISTORY = History.of(LEDGER, DPRK)


def test_simple_rules_by_hand():
    sums = YearSums(
        counted(drawn("2020-02-01 a 10\n2020-09-01 b 50\n2021-10-01 c 20\n2022-03-01 d 30\n2022-11-01 e 900"), Scope())
    )
    found = baselines(sums, dt.date(2022, 6, 30), 30 * MILLION, 60 * MILLION)
    assert (found.passed, found.years) == (1, 2)  # the rest of 2020 brought 50, of 2021 only 20; 30 are missing
    assert found.last_year == 20 * MILLION
    assert found.scaled == 30 * MILLION * 365 // 181
    assert found.chances() == {
        "climatology": 0.5,
        "last-year": 0.0,
        "so-far-scaled": 1.0,
        "coin-toss": 0.5,
    }
    assert baselines(sums, DAY, 70 * MILLION, 60 * MILLION).chances() == dict.fromkeys(RULES, 1.0)
    assert (sums.whole(2020), sums.after(dt.date(2020, 6, 30))) == (60 * MILLION, 50 * MILLION)
    assert (sums.up_to(dt.date(2020, 2, 1)), sums.up_to(dt.date(2020, 1, 31)), sums.whole(1999)) == (10 * MILLION, 0, 0)


def test_wilson_by_hand():
    low, high = wilson(1, 10, z=1.96)
    assert (low, high) == pytest.approx((0.01788, 0.40415), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def case(year: int, chance: float, total: int) -> Case:
    simple = {"climatology": 0.25, "last-year": 0.0, "so-far-scaled": 1.0, "coin-toss": 0.5}
    return Case(dt.date(year, 6, 30), 100, 10, total, {MODEL: chance, **simple})


def test_scores_by_hand():
    found = Backtest(HISTORY, (case(2020, 0.9, 100), case(2020, 0.2, 99), case(2021, 0.4, 150)))
    scores = {score.name: score for score in found.scores()}
    assert scores[MODEL].brier == pytest.approx(float((Fraction(1, 100) + Fraction(4, 100) + Fraction(36, 100)) / 3))
    assert scores[MODEL].log_score == pytest.approx(-(log(0.9) + log(0.8) + log(0.4)) / 3)
    assert scores["coin-toss"].brier == 0.25
    assert scores["climatology"].brier == pytest.approx((0.75**2 + 0.25**2 + 0.75**2) / 3)
    assert scores["last-year"].log_score == pytest.approx(-(2 * log(0.01) + log(0.99)) / 3)
    assert scores["last-year"].margin[0] == pytest.approx(2 / 3 - scores[MODEL].brier)
    assert scores[MODEL].margin == (0.0, 0.0, 0.0)
    low, high = scores["coin-toss"].margin[1:]  # of two years, one or the other may be drawn twice
    assert (low, high) == pytest.approx((0.25 - 0.36, 0.25 - 0.025))
    assert (found.best(), found.years) == (MODEL, [2020, 2021])


def test_a_model_that_is_no_better_is_said_to_be_none():
    found = Backtest(HISTORY, tuple(case(2018 + n, 0.9, 50) for n in range(6)))
    assert found.best() == "last-year"
    assert "does not beat climatology, last-year and coin-toss" in found.verdict()
    assert "over 6 cases of 6 years (none came true)" in found.verdict()
    assert "it does better than so-far-scaled, over too few years with an event" in found.verdict()
    assert Backtest(HISTORY, ()).best() is None
    assert "no past year" in Backtest(HISTORY, ()).verdict()


@pytest.mark.parametrize(("years", "events", "enough"), [(8, 5, True), (8, 4, False), (7, 5, False)])
def test_the_model_beats_a_rule_only_over_years_and_events_enough(years: int, events: int, enough: bool):
    happened = [n < events for n in range(years)]
    found = Backtest(
        HISTORY, tuple(case(2018 + n, 0.9 if h else 0.1, 100 if h else 50) for n, h in enumerate(happened))
    )
    assert found.enough is enough
    assert f"({events} came true, in {events} years)" in found.verdict()
    assert ("beats climatology" in found.verdict()) is enough
    assert ("over too few years with an event to tell it from chance" in found.verdict()) is (events < 5)
    assert ("over too few years to tell it from chance" in found.verdict()) is (years < 8)


def test_what_came_true_is_told_by_threshold():
    lower, higher = case(2020, 0.5, 150), replace(case(2021, 0.5, 150), threshold=200)
    told = Backtest(HISTORY, (lower, lower, higher)).as_json()
    assert told["events"] == {"cases": 3, "came_true": 2, "years_with_event": [2020]}
    assert [(each["threshold"], each["cases"], each["came_true"]) for each in told["thresholds"]] == [
        ("100", 2, 2),
        ("200", 1, 0),
    ]


def test_calibration_counts_every_case_once():
    found = Backtest(
        HISTORY, tuple(case(2018, chance, 100 if chance > 0.5 else 50) for chance in (0, 0.04, 0.3, 0.96, 1))
    )
    bins = found.calibration()
    assert [(b.low, b.cases, b.passed) for b in bins] == [(0.0, 2, 0), (0.2, 1, 0), (0.95, 2, 2)]
    assert bins[0].mean == pytest.approx(0.02)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 4000), min_size=2, max_size=2, unique=True), st.integers(0, 150))
def test_more_missing_and_fewer_days_are_less_likely(missing: list[int], later: int):
    forecast = HISTORY.forecast(DAY)
    near, far = (forecast.passing(each * MILLION) for each in sorted(missing))
    assert near.mean >= far.mean - 2e-3
    assert 0 <= far.low <= far.mean <= 1
    assert far.mean <= forecast.passing(max(missing) * MILLION).high + 1e-12
    waiting = replace(forecast, day=DAY + dt.timedelta(later))
    assert waiting.passing(min(missing) * MILLION).mean <= near.mean + 1e-9
    assert forecast.single(max(missing) * MILLION).mean <= far.mean + 5e-3


def test_the_last_day_decides():
    forecast = HISTORY.forecast(dt.date(2022, 12, 31))
    assert forecast.passing(1).mean == 0.0
    assert forecast.passing(0).mean == 1.0


def test_what_comes_after_the_day_is_not_looked_at():
    later = drawn("2022-07-01 huge 4000 dprk\n2022-12-01 more 4000 dprk\n2023-06-01 last 1 dprk")
    more = Ledger(
        incidents=(*LEDGER.incidents, *later.incidents),
        amounts=(*LEDGER.amounts, *later.amounts),
        attributions=(*LEDGER.attributions, *later.attributions),
    )
    asked = [outlook(each, 500 * MILLION, scope=DPRK, day=DAY).as_json() for each in (LEDGER, more)]
    assert asked[0] == asked[1]


def test_the_answer_is_the_same_twice_and_starts_from_each_clock():
    found = outlook(LEDGER, 500 * MILLION, scope=DPRK, day=DAY, given=400 * MILLION)
    assert found.as_json() == outlook(LEDGER, 500 * MILLION, scope=DPRK, day=DAY, given=400 * MILLION).as_json()
    assert [standing.clock for standing in found.standings] == ["known", "held", "given"]
    assert found.leading.missing == 100 * MILLION
    assert found.leading.chance.mean > found.standing("held").chance.mean
    model = found.as_json()["model"]
    assert model["interval"][0] < model["probability"] < model["interval"][1]


def test_a_passed_threshold_is_certain():
    found = outlook(LEDGER, 10 * MILLION, scope=Scope(), day=dt.date(2022, 11, 30))
    assert found.leading.passed
    told = found.as_json()
    assert (told["probability"], told["model"]["probability"], told["interval_over_models"]) == (1.0, 1.0, [1.0, 1.0])


@pytest.mark.parametrize("name", [MODEL, *RULES])
def test_the_probability_is_of_what_the_answer_goes_by(name: str):
    found = outlook(LEDGER, 500 * MILLION, scope=DPRK, day=DAY)
    chances = {each: float(each == name) for each in (MODEL, *RULES)}
    perfect = Case(DAY, 100, 10, 150, chances)
    told = replace(found, record=Backtest(HISTORY, (perfect,))).as_json()
    assert told["goes_by"] == name
    assert told["probability"] == round(found.leading.chance_by(name), 4)
    assert told["model"]["probability"] == round(found.leading.chance.mean, 4)
    assert told["baseline"]["name"] == "climatology"
    if name in (MODEL, "climatology"):
        assert told["interval"][0] <= told["probability"] <= told["interval"][1]
    else:
        assert told["interval"] is None


def test_the_interval_over_models_holds_each_candidate():
    found = outlook(LEDGER, 500 * MILLION, scope=DPRK, day=DAY)
    low, high = found.as_json()["interval_over_models"]
    chances = (found.leading.chance, *found.others)
    assert len(chances) == 12
    assert low == round(min(each.low for each in chances), 4)
    assert high == round(max(each.high for each in chances), 4)
    assert low < found.leading.chance.low
    assert high > found.leading.chance.high


def test_distance_and_return_period():
    found = outlook(LEDGER, 500 * MILLION, scope=DPRK, day=DAY)
    past = [theft for theft in counted(LEDGER, DPRK) if theft.last_day <= DAY]
    missing = found.leading.missing
    assert len(found.leading.as_large) == sum((theft.usd or 0) >= missing for theft in past)
    ten = found.returns[0]
    assert ten.seen == sum((theft.usd or 0) >= 10 * MILLION for theft in past)
    middle, low, high = ten.model
    assert low < middle < high
    assert low < ten.record_years / ten.seen < high  # the model and the plain count agree on what has been seen often


def test_the_record_is_of_years_before_the_day():
    found = outlook(LEDGER, 500 * MILLION, scope=DPRK, day=DAY)
    assert found.record.years == [2018, 2019, 2020, 2021]
    assert all(case.so_far < case.threshold for case in found.record.cases)


def test_on_data_that_the_model_describes_it_beats_a_coin_and_is_calibrated():
    found = backtest(History.of(steady(4), Scope()), past_days(2023), [n * MILLION for n in (50, 100, 200, 400)])
    scores = {score.name: score for score in found.scores()}
    assert scores[MODEL].brier < scores["coin-toss"].brier
    assert scores[MODEL].brier <= min(scores["last-year"].brier, scores["so-far-scaled"].brier)
    expected = sum(case.chances[MODEL] for case in found.cases)
    happened = sum(case.passed for case in found.cases)
    assert abs(expected - happened) < 0.2 * len(found.cases)


def test_a_day_with_too_little_before_it_is_left_out_and_named():
    ledger = drawn("2018-02-01 a 5 dprk\n2019-01-01 b 6 dprk\n2019-02-01 c 7 dprk\n2020-01-01 d 8 dprk")
    found = backtest(History.of(ledger, DPRK), past_days(2019))
    assert {c.day for c in found.cases} == {dt.date(2019, *day) for day in ((3, 31), (6, 30), (9, 14), (11, 30))}
    assert len(found.skipped) == 4
    assert "up to 2018-03-31 the ledger holds 1 of these thefts" in found.skipped[0]


@pytest.mark.parametrize(
    ("threshold", "more", "message"),
    [
        (1, {}, r"expected a threshold of at least that"),
        (500 * MILLION, {"day": dt.date(2031, 1, 1)}, "expected an as-of day up to then, got 2031-01-01"),
        (500 * MILLION, {"day": dt.date(2001, 1, 1)}, "first theft is of 2014"),
        (500 * MILLION, {"day": dt.date(2014, 1, 20)}, "too few to learn from"),
        (500 * MILLION, {"scope": Scope("nobody")}, "nobody attributes"),
    ],
)
def test_what_cannot_be_answered(threshold: int, more: dict, message: str):
    with pytest.raises(InputError, match=message):
        outlook(LEDGER, threshold, **{"scope": DPRK, "day": DAY, **more})


def test_before_the_first_claim_nothing_is_known_and_all_is_held():
    found = outlook(load_ledger(), 10**15, scope=Scope(), day=dt.date(2018, 6, 30))
    assert found.standing("known").so_far == 0
    assert found.standing("held").so_far > 0
    assert found.first_claim
    assert found.first_claim > found.day


def test_the_shipped_ledger_on_the_day_of_the_news():
    found = outlook(load_ledger(), 10**15, scope=Scope("dprk", "R2"), day=dt.date(2023, 9, 14))
    told = found.as_json()
    assert told["standings"]["held"]["so_far"] == "292650000000000"
    assert 0.005 < told["probability"] < 0.12
    assert told["baseline"]["passed"] == 0
    assert told["goes_by"] == MODEL
    assert {"known", "held"} == set(told["standings"])
