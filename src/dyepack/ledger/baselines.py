"""What anybody can say without a model about whether a year will pass a threshold: simple rules."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

from dyepack.ledger.counted import Theft, same_day

Z90 = 1.6448536269514722
"""The normal quantile of a two-sided interval of 90 %."""


@dataclass(frozen=True, slots=True)
class Baselines:
    """Answers to "will the year pass?" from the thefts of the years before and of this one so far.

    Climatology: in `passed` of `years` earlier years, what was taken after the same day would have been enough now.
    Last year: its total, in micro-dollars. Scaled: this year's sum so far, stretched to the whole year.
    And a coin toss: what knows less than a coin knows nothing.
    """

    threshold: int
    missing: int
    passed: int
    years: int
    last_year: int
    scaled: int

    @property
    def climatology(self) -> float:
        """Jeffreys' estimate, half a year added on each side, so that no count says never or always."""
        return 1.0 if self.missing <= 0 else (self.passed + 0.5) / (self.years + 1)

    def chances(self) -> dict[str, float]:
        """Each rule's chance; last year's and the scaled one say yes or no."""
        passed = self.missing <= 0
        return {
            "climatology": self.climatology,
            "last-year": float(passed or self.last_year >= self.threshold),
            "so-far-scaled": float(passed or self.scaled >= self.threshold),
            "coin-toss": 1.0 if passed else 0.5,
        }

    def as_json(self) -> dict[str, Any]:
        """Each rule with what it rests on; amounts as decimal strings of micro-dollars."""
        chances = self.chances()
        low, high = wilson(self.passed, self.years) if self.missing > 0 else (1.0, 1.0)
        return {
            "climatology": {
                "chance": round(self.climatology, 4),
                "low": round(low, 4),
                "high": round(high, 4),
                "passed": self.passed,
                "years": self.years,
            },
            "last-year": {"chance": chances["last-year"], "usd": str(self.last_year)},
            "so-far-scaled": {"chance": chances["so-far-scaled"], "usd": str(self.scaled)},
            "coin-toss": {"chance": chances["coin-toss"]},
        }


class YearSums:
    """Sums of thefts by year, up to any day of it, in micro-dollars."""

    def __init__(self, thefts: Iterable[Theft]) -> None:
        self._days: dict[int, list[dt.date]] = {}
        self._sums: dict[int, list[int]] = {}
        for theft in sorted(thefts, key=lambda theft: theft.last_day):
            sums = self._sums.setdefault(theft.year, [])
            self._days.setdefault(theft.year, []).append(theft.last_day)
            sums.append((sums[-1] if sums else 0) + (theft.usd or 0))

    def up_to(self, day: dt.date) -> int:
        """What the year of this day had brought by it."""
        number = bisect_right(self._days.get(day.year, []), day)
        return self._sums[day.year][number - 1] if number else 0

    def whole(self, year: int) -> int:
        """The year's sum."""
        return self._sums.get(year, [0])[-1]

    def after(self, day: dt.date) -> int:
        """What the year of this day brought after it."""
        return self.whole(day.year) - self.up_to(day)

    def first_year(self, day: dt.date) -> int:
        """The first year with a theft up to this day; the day's own where there is none."""
        return min((year for year, days in self._days.items() if days[0] <= day), default=day.year)


def baselines(sums: YearSums, day: dt.date, so_far: int, threshold: int) -> Baselines:
    """The rules on a day, when this much is counted; what the year brought after the day is not looked at."""
    missing = threshold - so_far
    rests = [sums.after(same_day(day, year)) for year in range(sums.first_year(day), day.year)]
    year_days = day.replace(month=12, day=31).timetuple().tm_yday
    return Baselines(
        threshold,
        missing,
        sum(rest >= missing for rest in rests),
        len(rests),
        sums.whole(day.year - 1),
        so_far * year_days // day.timetuple().tm_yday,
    )


def wilson(hits: int, tries: int, z: float = Z90) -> tuple[float, float]:
    """Wilson's interval for a share: "Probable inference, the law of succession" (JASA 22, 1927)."""
    if tries == 0:
        return 0.0, 1.0
    share, spread = hits / tries, z * z / tries
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / tries + spread / (4 * tries))
    return max(middle - half, 0.0), min(middle + half, 1.0)
