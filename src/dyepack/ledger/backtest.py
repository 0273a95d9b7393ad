"""Would the outlook have been right? The model and the simple rules, asked on past days about years that are over.

A case is a year, a day, a threshold that the year had not passed by that day. Scores: Brier, "Verification of forecasts
expressed in terms of probability" (Monthly Weather Review 78, 1950), the mean squared distance of chance from outcome;
and the log score, for which chances are kept within one and ninety-nine hundredths, or a rule that says "never" would
lose everything once. The cases of one year hang together, so that the uncertainty comes from drawing years anew.

Hindsight: which thefts are held, and whose they are held to be, is today's state for every day of the past.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from dyepack.errors import InputError
from dyepack.ledger.baselines import baselines, wilson
from dyepack.ledger.forecast import SEED, History
from dyepack.ledger.severity import FLOOR

FIRST_YEAR = 2018
DAYS = ((3, 31), (6, 30), (9, 14), (11, 30))
THRESHOLDS = (250 * FLOOR, 500 * FLOOR, 1000 * FLOOR, 2000 * FLOOR)
MODEL = "model"
RULES = ("climatology", "last-year", "so-far-scaled", "coin-toss")
RESAMPLES = 2000
BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
DRAWS = 100
ENOUGH_YEARS, ENOUGH_EVENT_YEARS = 8, 5
"""The model "beats" a rule only over so many years, in so many of which a case came true: with fewer, drawing years
anew draws the same few events again and again, and its interval is too narrow. A convention, set by judgement."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question of the past: what was counted by the day, each forecaster's chance, and what the year came to."""

    day: dt.date
    threshold: int
    so_far: int
    total: int
    chances: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether the year passed the threshold."""
        return self.total >= self.threshold

    def as_json(self) -> dict[str, Any]:
        """Amounts as decimal strings of micro-dollars."""
        return {
            "as_of": self.day.isoformat(),
            "threshold": str(self.threshold),
            "so_far": str(self.so_far),
            "total": str(self.total),
            "passed": self.passed,
            "chances": {name: round(chance, 4) for name, chance in self.chances.items()},
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A forecaster's mean scores, less is better, and how much worse than the model's its Brier score is.

    `margin` is that difference with the interval in which 90 % of resamples of years put it; above zero the model wins.
    """

    name: str
    brier: float
    log_score: float
    margin: tuple[float, float, float]

    def as_json(self) -> dict[str, Any]:
        """Rounded to four decimals."""
        middle, low, high = (round(each, 4) for each in self.margin)
        return {
            "name": self.name,
            "brier": round(self.brier, 4),
            "log_score": round(self.log_score, 4),
            "worse_than_model_by": {"brier": middle, "low": low, "high": high},
        }


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases whose chance the model put between `low` and `high`: how many, the mean chance, how many came true."""

    low: float
    high: float
    cases: int
    mean: float
    passed: int

    def as_json(self) -> dict[str, Any]:
        """With Wilson's interval for the share, as if cases were independent: in truth it is wider."""
        low, high = wilson(self.passed, self.cases)
        return {
            "from": self.low,
            "to": self.high,
            "cases": self.cases,
            "mean_chance": round(self.mean, 4),
            "share_passed": round(self.passed / self.cases, 4),
            "share_low": round(low, 4),
            "share_high": round(high, 4),
        }


@dataclass(frozen=True, slots=True)
class Events:
    """How many cases there are, how many came true, and in which years."""

    cases: int
    came_true: int
    years: tuple[int, ...]

    @classmethod
    def of(cls, cases: Iterable[Case]) -> "Events":
        """Counted."""
        cases = tuple(cases)
        happened = [case.day.year for case in cases if case.passed]
        return cls(len(cases), len(happened), tuple(sorted(set(happened))))

    def sentence(self) -> str:
        """Beside every record: a record of hardly any event says little."""
        return f"{self.came_true} came true, in {_years(len(self.years))}" if self.came_true else "none came true"

    def as_json(self) -> dict[str, Any]:
        """As counted."""
        return {"cases": self.cases, "came_true": self.came_true, "years_with_event": list(self.years)}


@dataclass(frozen=True)
class Backtest:
    """All cases, with what they say about the forecasters."""

    history: History
    cases: tuple[Case, ...]
    skipped: tuple[str, ...] = field(default=())

    @property
    def years(self) -> list[int]:
        """The years that cases are about."""
        return sorted({case.day.year for case in self.cases})

    @property
    def events(self) -> Events:
        """What came true of all cases."""
        return Events.of(self.cases)

    @property
    def enough(self) -> bool:
        """Whether there are years and events enough to tell a better score from chance."""
        return len(self.years) >= ENOUGH_YEARS and len(self.events.years) >= ENOUGH_EVENT_YEARS

    def by_threshold(self) -> dict[int, Events]:
        """What came true at each threshold, in micro-dollars."""
        thresholds = sorted({case.threshold for case in self.cases})
        return {each: Events.of(case for case in self.cases if case.threshold == each) for each in thresholds}

    def scores(self) -> tuple[Score, ...]:
        """The model first, then the simple rules."""
        losses = {name: [(case.chances[name] - case.passed) ** 2 for case in self.cases] for name in (MODEL, *RULES)}
        return tuple(
            Score(
                name,
                float(np.mean(losses[name])),
                float(np.mean([_log_loss(case, name) for case in self.cases])),
                self._margin(np.array(losses[name]) - np.array(losses[MODEL])),
            )
            for name in (MODEL, *RULES)
        )

    def best(self) -> str | None:
        """Whose chance to go by: the model's, unless a simple rule had a better Brier score; None without cases."""
        if not self.cases:
            return None
        return min(self.scores(), key=lambda score: score.brier).name

    def verdict(self) -> str:
        """One sentence on whether the model is worth more than the simple rules."""
        if not self.cases:
            return "no past year to check the model on: neither it nor the simple rules have a record"
        model, *rules = self.scores()
        behind = [rule.name for rule in rules if rule.brier <= model.brier]
        better = [rule.name for rule in rules if rule.name not in behind]
        ahead = [rule.name for rule in rules if rule.name in better and rule.margin[1] > 0 and self.enough]
        level = [name for name in better if name not in ahead]
        said = [
            f"does not beat {_listed(behind)}" if behind else "",
            f"beats {_listed(ahead)}" if ahead else "",
            f"does better than {_listed(level)}, {self._doubt()}" if level else "",
        ]
        over = f"{len(self.cases)} cases of {_years(len(self.years))} ({self.events.sentence()})"
        return f"over {over} the model " + "; it ".join(filter(None, said))

    def _doubt(self) -> str:
        if self.enough:
            return "but not beyond chance"
        few = "years" if len(self.events.years) >= ENOUGH_EVENT_YEARS else "years with an event"
        return f"over too few {few} to tell it from chance"

    def calibration(self, of: str = MODEL) -> tuple[Bin, ...]:
        """A forecaster's chances against what happened, in bins that hold a case."""
        chances = np.array([case.chances[of] for case in self.cases])
        passed = np.array([case.passed for case in self.cases])
        found = []
        for low, high in pairwise(BINS):
            inside = (chances >= low) & ((chances < high) | (high == BINS[-1]))
            if inside.any():
                bin_mean = float(chances[inside].mean())
                found.append(Bin(low, high, int(inside.sum()), bin_mean, int(passed[inside].sum())))
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """The verdict, the scores, the calibration and every case."""
        return {
            **self.history.scope.as_json(),
            "clock": "held",
            "verdict": self.verdict(),
            "best": self.best(),
            "years": self.years,
            "events": self.events.as_json(),
            "enough_to_tell_from_chance": self.enough,
            "thresholds": [{"threshold": str(usd), **each.as_json()} for usd, each in self.by_threshold().items()],
            "scores": [score.as_json() for score in self.scores()] if self.cases else [],
            "calibration": [each.as_json() for each in self.calibration()],
            "calibration_of_rules": {name: [each.as_json() for each in self.calibration(name)] for name in RULES},
            "skipped": list(self.skipped),
            "cases": [case.as_json() for case in self.cases],
        }

    def _margin(self, differences: np.ndarray) -> tuple[float, float, float]:
        """Mean difference and its 90 % interval over years drawn with replacement."""
        years = np.array([case.day.year for case in self.cases])
        sums = np.array([differences[years == year].sum() for year in self.years])
        sizes = np.array([(years == year).sum() for year in self.years])
        drawn = np.random.default_rng(SEED).integers(len(sums), size=(RESAMPLES, len(sums)))
        low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.05, 0.95))
        return float(differences.mean()), float(low), float(high)


def backtest(
    history: History,
    days: Iterable[dt.date],
    thresholds: Sequence[int] = THRESHOLDS,
    tell: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """Ask on each of these days about each threshold that its year had not passed by then."""
    cases: list[Case] = []
    skipped: list[str] = []
    asked = list(days)
    for number, day in enumerate(asked, 1):
        tell(f"asking on {day}, {number} of {len(asked)} days")
        try:
            cases += _cases(history, day, thresholds)
        except InputError as error:
            skipped.append(str(error))
    return Backtest(history, tuple(cases), tuple(skipped))


def past_days(last_year: int, days: Sequence[tuple[int, int]] = DAYS) -> list[dt.date]:
    """These days of every year from 2018 to the last that is over."""
    return [dt.date(year, *day) for year in range(FIRST_YEAR, last_year + 1) for day in days]


def _cases(history: History, day: dt.date, thresholds: Sequence[int]) -> list[Case]:
    forecast = history.forecast(day)
    so_far, total = history.sums.up_to(day), history.sums.whole(day.year)
    cases = []
    for threshold in thresholds:
        if so_far < threshold:
            model = forecast.passing(threshold - so_far, draws=DRAWS).mean
            simple = baselines(history.sums, day, so_far, threshold).chances()
            cases.append(Case(day, threshold, so_far, total, {MODEL: model, **simple}))
    return cases


def _log_loss(case: Case, name: str) -> float:
    chance = min(max(case.chances[name], 0.01), 0.99)
    return -float(np.log(chance if case.passed else 1 - chance))


def _years(number: int) -> str:
    return f"{number} year{'' if number == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
