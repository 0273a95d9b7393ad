"""Will the year's total pass a threshold? The model's chance, the simple rules beside it, and how both have fared.

The standing, what is counted so far, has two clocks as every sum of the ledger; the model learns from what is held (see
`forecast`). Where a simple rule has had a better Brier score over the years before, the answer goes by that rule.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.backtest import MODEL, THRESHOLDS, Backtest, backtest, past_days
from dyepack.ledger.baselines import Baselines, baselines
from dyepack.ledger.book import Ledger
from dyepack.ledger.counted import Scope, Theft, check_day, counted, first_heard, in_days, last_theft, usd_of
from dyepack.ledger.forecast import Chance, Forecast, History
from dyepack.ledger.lateness import Lateness, lateness
from dyepack.ledger.severity import FLOOR


@dataclass(frozen=True, slots=True)
class Standing:
    """What is counted so far, in micro-dollars, by a clock or as `given`, and what follows from it.

    `chance` is the model's, `single` that one theft brings all that is missing. `as_large` are the scope's past thefts
    of at least what is missing, `as_large_of_all` everybody's.
    """

    clock: str
    so_far: int
    missing: int
    chance: Chance
    single: Chance
    simple: Baselines
    as_large: tuple[Theft, ...]
    as_large_of_all: tuple[Theft, ...]

    @property
    def passed(self) -> bool:
        """Whether the threshold is passed already."""
        return self.missing <= 0

    def chance_by(self, name: str) -> float:
        """The chance by the model or by one of the simple rules."""
        return self.chance.mean if name == MODEL else self.simple.chances()[name]

    def interval_by(self, name: str) -> list[float] | None:
        """Its 90 % interval: the model's, or climatology's by Wilson; the other rules have none."""
        if name == MODEL:
            return self.chance.interval()
        rule = self.simple.as_json()[name]
        return [rule["low"], rule["high"]] if "low" in rule else None

    def as_json(self) -> dict[str, Any]:
        """Amounts as decimal strings of micro-dollars."""
        return {
            "so_far": str(self.so_far),
            "missing": str(max(self.missing, 0)),
            "passed": self.passed,
            "model": {"probability": round(self.chance.mean, 4), "interval": self.chance.interval()},
            "by_one_theft": self.single.as_json(),
            "baselines": self.simple.as_json(),
            "thefts_as_large_as_missing": [theft.as_json() for theft in self.as_large],
            "of_everybody": [theft.as_json() for theft in self.as_large_of_all],
        }


@dataclass(frozen=True, slots=True)
class Return:
    """How often a theft of this size comes: as counted, and as the model has it, both in years with 90 % intervals."""

    size: int
    seen: int
    record_years: float
    model: tuple[float, float, float]

    def as_json(self) -> dict[str, Any]:
        """Years, rounded to a tenth."""
        middle, low, high = (round(each, 1) for each in self.model)
        return {
            "size": str(self.size),
            "text": millions(self.size),
            "seen": self.seen,
            "in_years": round(self.record_years, 1),
            "model_years_between": middle,
            "interval": [low, high],
        }


@dataclass(frozen=True)
class Outlook:
    """The whole answer. `standings` are by what was known, by what is held, and by a given figure if there is one.

    `others` has the chance by the leading standing under each family of sizes that was not chosen.
    """

    scope: Scope
    day: dt.date
    threshold: int
    standings: tuple[Standing, ...]
    forecast: Forecast
    others: tuple[Chance, ...]
    learnt_from: int
    returns: tuple[Return, ...]
    late: Lateness
    first_claim: dt.date | None
    record: Backtest

    @cached_property
    def goes_by(self) -> str:
        """What the answer goes by: the simple rule that had a better record, or else the model."""
        return self.record.best() or MODEL

    def standing(self, clock: str) -> Standing:
        """The standing by this clock."""
        return next(standing for standing in self.standings if standing.clock == clock)

    @property
    def leading(self) -> Standing:
        """The standing that the answer leads with: the given one, else the held."""
        return self.standings[-1]

    @property
    def over_models(self) -> Chance:
        """The model's chance, with the least and the most that the 90 % intervals of all candidates reach."""
        chances = (self.leading.chance, *self.others)
        return Chance(chances[0].mean, min(each.low for each in chances), max(each.high for each in chances))

    def as_json(self) -> dict[str, Any]:
        """The answer by the leading standing first, then everything it rests on."""
        lead = self.leading
        return {
            **self.scope.as_json(),
            "as_of": self.day.isoformat(),
            "year": self.day.year,
            "threshold": str(self.threshold),
            "unit": "micro-dollars",
            "counted": lead.clock,
            "goes_by": self.goes_by,
            "probability": round(lead.chance_by(self.goes_by), 4),
            "interval": lead.interval_by(self.goes_by),
            "interval_level": 0.9,
            "interval_over_models": self.over_models.interval(),
            "baseline": {"name": "climatology", **lead.simple.as_json()["climatology"]},
            "days_left": self.forecast.days_left,
            "standings": {standing.clock: standing.as_json() for standing in self.standings},
            "model": {
                **lead.as_json()["model"],
                **self.forecast.as_json(),
                "thefts": self.learnt_from,
                "floor": str(FLOOR),
            },
            "alternatives": [
                {**candidate.as_json(), **chance.as_json()}
                for candidate, chance in zip(self.forecast.candidates[1:], self.others, strict=True)
            ],
            "return_periods": [each.as_json() for each in self.returns],
            "reporting_delay": self.late.as_json(),
            "first_claim": self.first_claim.isoformat() if self.first_claim else None,
            "record": {key: value for key, value in self.record.as_json().items() if key != "cases"},
            "hindsight": HINDSIGHT,
        }


HINDSIGHT = (
    "The model and the simple rules learn from thefts up to the day as the ledger holds them now: they do not know "
    "what came later, but they know which thefts of before were found out, and attributed, only later."
)


def outlook(
    ledger: Ledger,
    threshold: int,
    *,
    scope: Scope,
    day: dt.date | None = None,
    given: int | None = None,
) -> Outlook:
    """The chance that the year of this day passes a threshold; without a day, as of the ledger's latest theft.

    `given` is a sum so far that somebody else states, in micro-dollars, beside the ledger's own.

    Raises:
        InputError: a threshold below the floor, a day of which the ledger cannot speak, too few thefts, no such actor.
    """
    if threshold < FLOOR:
        raise InputError(
            f"the outlook counts thefts of at least {millions(FLOOR)}; expected a threshold of at least that, "
            f"got {millions(threshold)}"
        )
    day = day or last_theft(ledger)
    check_day(ledger, day)
    history = History.of(ledger, scope)
    forecast = history.forecast(day)
    sums = {
        "known": usd_of(in_days(counted(ledger, scope, day), day.year, day)),
        "held": history.sums.up_to(day),
        **({} if given is None else {"given": given}),
    }
    standings = tuple(_standing(history, forecast, clock, so_far, threshold) for clock, so_far in sums.items())
    return Outlook(
        scope,
        day,
        threshold,
        standings,
        forecast,
        tuple(forecast.passing(standings[-1].missing, by=other) for other in forecast.candidates[1:]),
        len(history.large(day)),
        _returns(history, forecast, max(standings[-1].missing, 0)),
        lateness(ledger, scope, day),
        first_heard(ledger),
        backtest(history, past_days(day.year - 1), sorted({*THRESHOLDS, threshold})),
    )


def _standing(history: History, forecast: Forecast, clock: str, so_far: int, threshold: int) -> Standing:
    missing = threshold - so_far
    return Standing(
        clock,
        so_far,
        missing,
        forecast.passing(missing),
        forecast.single(missing) if missing > 0 else Chance(1.0, 1.0, 1.0),
        baselines(history.sums, forecast.day, so_far, threshold),
        _as_large(history.own, forecast.day, missing),
        _as_large(history.everybody, forecast.day, missing),
    )


def _as_large(thefts: tuple[Theft, ...], day: dt.date, size: int) -> tuple[Theft, ...]:
    """The thefts of at least this size up to the day, largest first."""
    found = [theft for theft in thefts if theft.last_day <= day and theft.usd is not None and theft.usd >= size > 0]
    return tuple(sorted(found, key=lambda theft: (-(theft.usd or 0), theft.slug)))


def _returns(history: History, forecast: Forecast, missing: int) -> tuple[Return, ...]:
    """Return periods of round sizes, and of what is missing."""
    thefts = history.large(forecast.day)
    years = (forecast.day - thefts[0].last_day).days / 365.25
    sizes = sorted({10 * FLOOR, 100 * FLOOR, 500 * FLOOR, 1000 * FLOOR, max(missing, FLOOR)})
    seen = {size: sum((theft.usd or 0) >= size for theft in thefts) for size in sizes}
    return tuple(Return(size, seen[size], years, forecast.years_between(size)) for size in sizes)
