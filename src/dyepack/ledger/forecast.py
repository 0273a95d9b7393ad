"""What the thefts up to a day say about the rest of its year: arrivals and sizes fitted together.

The thefts are those that the ledger *holds* today, up to the day. What was *known* on a day long past would be nearly
nothing, for the databases that most of them come from were first read years later. So a forecast as of an old day does
not know what came later, but it does know which of the thefts before it have been found out, and whose they are, since.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.arrivals import Arrivals, arrivals
from dyepack.ledger.baselines import YearSums
from dyepack.ledger.book import Ledger
from dyepack.ledger.compound import chance_to_reach
from dyepack.ledger.counted import Scope, Theft, counted
from dyepack.ledger.severity import FLOOR, Array, Candidate, Sizes

SEED = 1921
FEWEST = 3
"""With fewer thefts than this there is nothing to learn from."""
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability with the interval in which 90 % of the draws of the parameters put it."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: Array) -> "Chance":
        """From the probability under each draw."""
        low, high = np.quantile(draws, (0.05, 0.95))
        return cls(float(draws.mean()), float(low), float(high))

    def interval(self) -> list[float]:
        """From and to, rounded to four decimals."""
        return [round(self.low, 4), round(self.high, 4)]

    def as_json(self) -> dict[str, float]:
        """Rounded where more digits would say nothing."""
        return {"chance": round(self.mean, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass(frozen=True)
class Forecast:
    """The fitted model on one day: how many thefts, how large; `candidates` has the sizes' families, best first."""

    day: dt.date
    arrivals: Arrivals
    candidates: tuple[Candidate, ...]

    @property
    def days_left(self) -> int:
        """Days of the year after the day."""
        return (self.day.replace(month=12, day=31) - self.day).days

    def passing(self, missing: int, *, by: Candidate | None = None, draws: int = DRAWS) -> Chance:
        """The chance that the rest of the year brings this many micro-dollars; `by` another family than the best."""
        if missing <= 0:
            return Chance(1.0, 1.0, 1.0)
        if self.days_left == 0:
            return Chance(0.0, 0.0, 0.0)
        sampled = self._sampled(by or self.candidates[0], draws)
        return Chance.of(chance_to_reach(missing / FLOOR, sampled.means, sampled.survival))

    def single(self, size: int) -> Chance:
        """The chance that the rest of the year brings one theft that is alone at least so large."""
        sampled = self._sampled(self.candidates[0], DRAWS)
        return Chance.of(-np.expm1(-sampled.means * sampled.survival(np.array([size / FLOOR]))[:, 0]))

    def years_between(self, size: int) -> tuple[float, float, float]:
        """The return period of thefts at least so large, in years: median, and where 90 % of the draws lie."""
        sampled = self._sampled(self.candidates[0], DRAWS)
        per_day = sampled.means / max(self.days_left, 1) * sampled.survival(np.array([size / FLOOR]))[:, 0]
        low, middle, high = 1.0 / (365.25 * np.quantile(per_day, (0.95, 0.5, 0.05)).clip(1e-12))
        return float(middle), float(low), float(high)

    def _sampled(self, candidate: Candidate, number: int) -> "_Sampled":
        """Draws of the parameters, the same for every question that is asked of this forecast."""
        rng = np.random.default_rng(SEED)
        means = self.arrivals.means(max(self.days_left, 1), rng, number)
        return _Sampled(candidate, means, candidate.family.draws(candidate.total, rng, number))

    def as_json(self) -> dict[str, Any]:
        """The model chosen."""
        return {
            "clock": "held",
            "arrivals": self.arrivals.as_json(),
            "severity": self.candidates[0].as_json(),
        }


@dataclass(frozen=True)
class _Sampled:
    candidate: Candidate
    means: Array
    parameters: Array

    def survival(self, sizes: Array) -> Array:
        return self.candidate.family.survival(self.parameters, sizes)


@dataclass(frozen=True)
class History:
    """The thefts that a scope holds today, ready for forecasts as of any day; `everybody` has all thefts held."""

    scope: Scope
    own: tuple[Theft, ...]
    everybody: tuple[Theft, ...]

    @classmethod
    def of(cls, ledger: Ledger, scope: Scope) -> "History":
        """The history of this scope in a ledger.

        Raises:
            InputError: no such actor, no such rule.
        """
        own = counted(ledger, scope)
        return cls(scope, own, own if scope.actor is None else counted(ledger, Scope()))

    def forecast(self, day: dt.date) -> Forecast:
        """The model as of a day.

        Raises:
            InputError: too few thefts up to this day.
        """
        until = np.array([theft.last_day <= day for theft in self._large], dtype=bool)
        days = [theft.last_day for theft in self.large(day)]
        if len(days) < FEWEST:
            raise InputError(
                f"up to {day} the ledger holds {len(days)} of these thefts of at least {millions(FLOOR)}, too few to "
                f"learn from; expected at least {FEWEST}{self._since()}"
            )
        return Forecast(day, arrivals(days, day), tuple(self._sizes.candidates(until)))

    def large(self, day: dt.date) -> tuple[Theft, ...]:
        """The scope's thefts up to a day that the model learns from."""
        return tuple(t for t in self.own if t.last_day <= day and t.usd is not None and t.usd >= FLOOR)

    def _since(self) -> str:
        enough = self.large(dt.date.max)[FEWEST - 1 : FEWEST]
        return "".join(f", which it holds from {theft.last_day} on" for theft in enough)

    @cached_property
    def sums(self) -> YearSums:
        """What the scope's years brought."""
        return YearSums(self.own)

    @cached_property
    def _large(self) -> tuple[Theft, ...]:
        return tuple(theft for theft in self.everybody if theft.usd is not None and theft.usd >= FLOOR)

    @cached_property
    def _sizes(self) -> Sizes:
        own = {theft.slug for theft in self.own}
        sizes = np.array([(theft.usd or 0) / FLOOR for theft in self._large])
        years = np.array([theft.year for theft in self._large], dtype=np.int64)
        return Sizes(sizes, years, np.array([theft.slug in own for theft in self._large], dtype=bool))
