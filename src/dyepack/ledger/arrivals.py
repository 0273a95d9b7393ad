"""How many thefts to expect: a Poisson count whose rate is learnt from past quarters, older ones counting less.

The model is Harvey and Fernandes, "Time series models for count or qualitative observations" (Journal of Business &
Economic Statistics 7, 1989): the rate has a gamma posterior, and between two quarters both its parameters shrink by a
factor, the memory. The next count then is negative binomial, over-dispersed the more, the shorter the memory; with a
memory of 1 the rate is constant, and all over-dispersion comes from not knowing it. The memory is the one under which
the past counts, each predicted from those before it, were most probable.

Misleads: no season, no bursts, and a rate that moves slowly. A group that is caught, or a war, is in no past quarter.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma, log
from typing import Any

import numpy as np

from dyepack.ledger.severity import Array

QUARTER = 91
MEMORIES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)


@dataclass(frozen=True)
class Arrivals:
    """The posterior of the number of thefts per quarter: gamma, with shape `thefts` and rate `quarters`.

    `compared` has each memory with the log probability it gave to the past counts.
    """

    memory: float
    thefts: float
    quarters: float
    compared: tuple[tuple[float, float], ...]

    @property
    def per_year(self) -> float:
        """The expected number of thefts in a year."""
        return self.thefts / self.quarters * 365.25 / QUARTER

    def means(self, days: int, rng: np.random.Generator, number: int) -> Array:
        """Draws of the expected number of thefts in so many days."""
        return rng.gamma(self.thefts, 1.0 / self.quarters, number) * (days / QUARTER)

    def as_json(self) -> dict[str, Any]:
        """The chosen memory, its rate, and all that were compared."""
        constant = self.memory == 1.0
        name = "Poisson, constant rate" if constant else f"negative binomial, memory {self.memory} per quarter"
        return {
            "model": name,
            "thefts_per_year": round(self.per_year, 3),
            "compared": [{"memory": memory, "log_score": round(score, 3)} for memory, score in self.compared],
        }


def arrivals(days: Sequence[dt.date], until: dt.date) -> Arrivals:
    """Learn from thefts on these days, none after `until`; the first quarter with a theft starts the record."""
    counts = quarters(days, until)
    tried = [(memory, *_learn(counts, memory)) for memory in MEMORIES]
    memory, _, thefts, length = max(tried, key=lambda one: (one[1], one[0]))
    # The rate moves on once more before what comes next.
    return Arrivals(memory, memory * thefts, memory * length, tuple((each[0], each[1]) for each in tried))


def quarters(days: Sequence[dt.date], until: dt.date) -> list[int]:
    """Counts per stretch of 91 days, earliest first, the last one ending with `until`."""
    ages = [(until - day).days // QUARTER for day in days]
    counts = [0] * (max(ages) + 1)
    for age in ages:
        counts[-1 - age] += 1
    return counts


def _learn(counts: Sequence[int], memory: float) -> tuple[float, float, float]:
    """Log probability of the counts after the first, and the posterior's shape and rate; Jeffreys' prior at first."""
    thefts, length, score = 0.5 + counts[0], 1.0, 0.0
    for count in counts[1:]:
        thefts, length = memory * thefts, memory * length
        score += lgamma(thefts + count) - lgamma(thefts) - lgamma(count + 1)
        score += thefts * log(length / (length + 1)) - count * log(length + 1)
        thefts, length = thefts + count, length + 1
    return score, thefts, length
