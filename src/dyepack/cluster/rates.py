"""How often a rule was right: the figures that ship, made by `python3 dev accuracy`, beside whatever the rule makes.

A figure is counted, not estimated: right, of how many tried, on which population. What was never measured is unknown,
and says so; nothing is guessed from a rule that is like it.
"""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from io import StringIO
from math import sqrt
from typing import Final, Literal

Measure = Literal[
    "precision",
    "recall",
    "false positives",
    "not joined",
    "left undecided",
    "precision as labelled",
    "precision, undecided as wrong",
]
BESIDE: dict[Measure, str] = {
    "precision as labelled": "as_labelled",
    "precision, undecided as wrong": "undecided_as_wrong",
}
"""What stands beside a precision after review, so that who does not share the review can see what it changed."""
FILE = "error_rates.csv"
HEADER = ("heuristic", "version", "measure", "population", "right", "tried", "real", "period")
TEST_CHAIN: Final = "test chain"
Z = 1.959963984540054
"""For intervals that hold the true share 95 times of 100."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure. Of false positives, `right` counts the negatives that were called nevertheless.

    `period` says when the transactions were made: a month as 2024-03, from one to another, or `TEST_CHAIN`.
    """

    heuristic: str
    version: int
    measure: Measure
    population: str
    right: int
    tried: int
    real: bool
    period: str = ""

    @property
    def caveat(self) -> str:
        """What must stand beside the figure: that it is of generated data, of a test chain, of one month, of a time."""
        if not self.real:
            return "generated data"
        if self.period == TEST_CHAIN:
            return "a test chain, not mainnet"
        return f"one month only, {self.period}" if len(self.period) == len("2024-03") else self.period

    @property
    def where(self) -> str:
        """The population with its caveat, as it is said wherever the figure is."""
        return f"{self.population} [{self.caveat}]" if self.caveat else self.population

    @property
    def share(self) -> float:
        """The measured share."""
        return self.right / self.tried if self.tried else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval around it."""
        return wilson(self.right, self.tried)


def wilson(right: int, tried: int) -> tuple[float, float]:
    """Between which shares the true one lies, 95 times of 100 (Wilson 1927); any where nothing was tried."""
    if tried <= 0:
        return 0.0, 1.0
    share, weight = right / tried, Z * Z / tried
    middle = (share + weight / 2) / (1 + weight)
    half = Z * sqrt(share * (1 - share) / tried + weight / (4 * tried)) / (1 + weight)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return (0.0 if right == 0 else low), (1.0 if right == tried else high)


@cache
def shipped() -> tuple[Rate, ...]:
    """All figures that ship."""
    with files(__package__).joinpath(FILE).open(encoding="utf-8") as file:
        return read(file)


def digest() -> str:
    """What identifies the figures that ship: rows that carry them are others with other figures."""
    return sha256(written(shipped()).encode()).hexdigest()[:16]


def read(lines: Iterable[str]) -> tuple[Rate, ...]:
    """Figures from CSV."""
    return tuple(
        Rate(
            row["heuristic"],
            int(row["version"]),
            row["measure"],  # type: ignore[arg-type]
            row["population"],
            int(row["right"]),
            int(row["tried"]),
            row["real"] == "yes",
            row["period"],
        )
        for row in csv.DictReader(lines)
    )


def written(rates: Iterable[Rate]) -> str:
    """Figures as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for rate in rates:
        *cells, real, period = astuple(rate)
        writer.writerow([*cells, "yes" if real else "no", period])
    return text.getvalue()


def precision(heuristic: str, version: int) -> Rate | None:
    """How often what this version of a heuristic says is right; none where that was never measured.

    Real data come before generated, and of several populations the one on which it did worst speaks.
    """
    known = [
        rate
        for rate in shipped()
        if (rate.heuristic, rate.version, rate.measure) == (heuristic, version, "precision") and rate.tried
    ]
    best = [rate for rate in known if rate.real] or known
    return min(best, key=lambda rate: (rate.share, -rate.tried), default=None)


def figures(heuristic: str, version: int) -> tuple[int | None, int | None, str | None]:
    """The precision of a heuristic as tables have it: right, tried, population; all empty where it is unknown."""
    rate = precision(heuristic, version)
    return (None, None, None) if rate is None else (rate.right, rate.tried, rate.where)


def told(rate: Rate | None) -> str:
    """A figure in words, with its interval."""
    if rate is None:
        return "unknown"
    return f"{share(rate)} ({between(rate)}; {rate.right:,} of {rate.tried:,}: {rate.where})"


def share(rate: Rate) -> str:
    """The measured share in words; what was always so is not put as a hundred of a hundred, which nobody measured."""
    if not rate.tried:
        return "unknown"
    return "all" if rate.right == rate.tried else percent(rate.share)


def between(rate: Rate) -> str:
    """The interval in words."""
    if not rate.tried:
        return "unknown"
    low, high = rate.interval
    return f"{percent(low)} or more" if high >= 1 else f"{percent(low)} to {percent(high)}"


def as_json(rate: Rate | None) -> dict[str, object] | str:
    """A figure as JSON: `unknown` where there is none."""
    if rate is None:
        return "unknown"
    beside = {
        BESIDE[other.measure]: _json(other)
        for other in shipped()
        if rate.measure == "precision"
        and other.measure in BESIDE
        and (other.heuristic, other.version, other.real) == (rate.heuristic, rate.version, rate.real)
    }
    return _json(rate) | beside


def _json(rate: Rate) -> dict[str, object]:
    low, high = rate.interval
    return {
        "measure": rate.measure,
        "right": rate.right,
        "tried": rate.tried,
        "share": round(rate.share, 6),
        "interval": [round(low, 6), round(high, 6)],
        "population": rate.where,
        "real": rate.real,
        "said": told(rate),
    }


def percent(share: float) -> str:
    """A share as people write it; below one it is never rounded up to it."""
    return f"{min(100 * share, 99.99):.2f} %"
