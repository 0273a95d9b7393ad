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
from typing import Literal

Measure = Literal["precision", "recall", "false positives", "precision as labelled", "precision, undecided as wrong"]
BESIDE: dict[Measure, str] = {
    "precision as labelled": "as_labelled",
    "precision, undecided as wrong": "undecided_as_wrong",
}
"""What stands beside a precision after review, so that who does not share the review can see what it changed."""
FILE = "error_rates.csv"
HEADER = ("heuristic", "version", "measure", "population", "right", "tried", "real")
Z = 1.959963984540054
"""For intervals that hold the true share 95 times of 100."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure. Of false positives, `right` counts the negatives that were called nevertheless."""

    heuristic: str
    version: int
    measure: Measure
    population: str
    right: int
    tried: int
    real: bool

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
        )
        for row in csv.DictReader(lines)
    )


def written(rates: Iterable[Rate]) -> str:
    """Figures as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for rate in rates:
        *cells, real = astuple(rate)
        writer.writerow([*cells, "yes" if real else "no"])
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
    return (None, None, None) if rate is None else (rate.right, rate.tried, rate.population)


def told(rate: Rate | None) -> str:
    """A figure in words, with its interval."""
    if rate is None:
        return "unknown"
    low, high = rate.interval
    counted = f"{rate.right:,} of {rate.tried:,}: {rate.population}"
    return f"{_percent(rate.share)} ({_percent(low)} to {_percent(high)}; {counted})"


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
        "population": rate.population,
        "real": rate.real,
    }


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
