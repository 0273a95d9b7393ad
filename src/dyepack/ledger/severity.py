"""How large a theft is, given that it is large: families of distributions, their posteriors, and which fits best.

Sizes are doubles in millions of dollars, from FLOOR up: they feed likelihoods and never a sum of money. Each family
lays a flat prior over a grid of its parameters, so that its posterior is a table of weights: no optimiser can fail,
small samples keep their uncertainty, and leaving a year out is a subtraction.

A family is chosen by the probability that it gave to each year's thefts from those of all other years (leave one year
out, joint log predictive density). That comparison, and the lognormal as the rival that a Pareto tail has to beat, are
after Clauset, Shalizi and Newman, "Power-law distributions in empirical data" (SIAM Review 51, 2009); the generalised
Pareto distribution above a threshold after Coles, "An Introduction to Statistical Modeling of Extreme Values" (2001).
Akaike's criterion is printed beside it for the families that have a density of few parameters.

Misleads: all thefts are taken as drawn alike and independently, in every year; beyond the largest theft seen, every
family is an extrapolation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FLOOR = 10**12
"""Thefts below a million dollars are left out: they add about a hundredth of the money, and most were never written
down in the early years."""

IMPOSSIBLE = -1e5
"""The log density of what a distribution rules out: finite, so that it can be added and taken away again."""

Array = npt.NDArray[np.float64]


class Family(Protocol):
    """A family of distributions over sizes of at least 1 (million dollars).

    `rows` gives each size a row of statistics that add up over thefts; everything else is computed from their sums.
    """

    @property
    def name(self) -> str:
        """What it is called."""

    def rows(self, sizes: Array) -> Array:
        """Additive statistics, one row per size."""

    def evidence(self, total: Array) -> float:
        """The log of the prior predictive density of all sizes behind these sums."""

    def aic(self, total: Array, /) -> float | None:
        """Akaike's criterion; None for a family that is not of few parameters."""

    def draws(self, total: Array, rng: np.random.Generator, number: int) -> Array:
        """Parameters drawn from the posterior, one row each."""

    def survival(self, draws: Array, sizes: Array) -> Array:
        """The probability that a theft is at least so large: a row per draw, a column per size."""


@dataclass(frozen=True)
class GridFamily:
    """A family with a density and few parameters, laid on a grid: `grid` has a row per point, a column per parameter.

    `log_density(sizes, grid)` is a matrix, a row per size and a column per grid point; `tail(sizes, draws)` likewise,
    turned round.
    """

    name: str
    grid: Array
    log_density: Callable[[Array, Array], Array]
    tail: Callable[[Array, Array], Array]

    def rows(self, sizes: Array) -> Array:
        """The log density of each size at each point of the grid."""
        return self.log_density(sizes, self.grid)

    def evidence(self, total: Array) -> float:
        """The mean likelihood over the grid, which is the flat prior's; as a logarithm."""
        top = float(total.max())
        return top + float(np.log(np.exp(total - top).mean()))

    def aic(self, total: Array, /) -> float | None:
        """Twice the number of parameters less twice the largest log likelihood on the grid."""
        return 2.0 * int(self.grid.shape[1]) - 2.0 * float(total.max())

    def draws(self, total: Array, rng: np.random.Generator, number: int) -> Array:
        """Points of the grid by their posterior weights, by systematic sampling: evenly spread, one random start."""
        weights = np.exp(total - total.max()).cumsum()
        ticks = (np.arange(number) + rng.random()) / number * weights[-1]
        chosen = np.minimum(np.searchsorted(weights, ticks), len(weights) - 1)
        return rng.permutation(self.grid[chosen])

    def survival(self, draws: Array, sizes: Array) -> Array:
        """One down to 1 million dollars, the family's tail above."""
        return np.where(sizes <= 1.0, 1.0, self.tail(np.maximum(sizes, 1.0), draws))


@dataclass(frozen=True)
class SplicedFamily:
    """What was seen below a threshold, a generalised Pareto tail above it.

    The body is a histogram over `edges`, flat on a log scale within each class, with Jeffreys' half a theft per class
    as prior; the last edge is the threshold, above which `excess` describes what is beyond. A row of statistics holds
    the classes, the excess' grid, and the log density within classes.
    """

    name: str
    edges: Array
    excess: GridFamily

    def rows(self, sizes: Array) -> Array:
        """Class counts, the tail's log densities, and the part of the density that no parameter touches."""
        threshold, place = self.edges[-1], np.searchsorted(self.edges, sizes, side="right") - 1
        counts = np.eye(len(self.edges))[place]
        above = sizes >= threshold
        tail = np.zeros((len(sizes), len(self.excess.grid)))
        tail[above] = self.excess.rows(sizes[above] - threshold)
        widths = np.append(np.diff(np.log(self.edges)), 1.0)
        within = np.where(above, 0.0, -np.log(sizes) - np.log(widths[place]))
        return np.hstack([counts, tail, within[:, None]])

    def evidence(self, total: Array) -> float:
        """Pólya's urn over the classes, the excess' mean likelihood, and the density within classes."""
        from scipy.special import gammaln  # noqa: PLC0415 (half a second that only the outlook should pay)

        counts, tail, within = self._split(total)
        prior = np.full(len(counts), 0.5)
        urn = (
            gammaln(prior.sum()) - gammaln(prior.sum() + counts.sum()) + (gammaln(prior + counts) - gammaln(0.5)).sum()
        )
        return float(urn) + self.excess.evidence(tail) + within

    def aic(self, _total: Array, /) -> float | None:
        """None: a histogram has as many parameters as somebody gave it classes."""
        return None

    def draws(self, total: Array, rng: np.random.Generator, number: int) -> Array:
        """Class probabilities from the Dirichlet posterior beside points of the excess' grid."""
        counts, tail, _ = self._split(total)
        return np.hstack([rng.dirichlet(counts + 0.5, number), self.excess.draws(tail, rng, number)])

    def survival(self, draws: Array, sizes: Array) -> Array:
        """Falling evenly in log size within a class, and as the excess does above the threshold."""
        classes = len(self.edges)
        above = np.cumsum(draws[:, classes - 1 :: -1], axis=1)[:, ::-1]  # probability of this class or a higher one
        logs, edges = np.log(np.maximum(sizes, 1.0)), np.log(self.edges)
        place = np.clip(np.searchsorted(edges, logs, side="right") - 1, 0, classes - 2)
        part = np.clip((logs - edges[place]) / np.diff(edges)[place], 0.0, 1.0)
        body = above[:, place] - draws[:, :classes][:, place] * part
        beyond = np.maximum(sizes - self.edges[-1], 0.0)
        tail = draws[:, classes - 1 : classes] * self.excess.tail(beyond, draws[:, classes:])
        return np.where(sizes < self.edges[-1], body, tail)

    def _split(self, total: Array) -> tuple[Array, Array, float]:
        classes = len(self.edges)
        return total[:classes], total[classes:-1], float(total[-1])


def _product(*axes: Array) -> Array:
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def lognormal() -> GridFamily:
    """Lognormal, cut off below a million dollars; the parameters are mean and deviation of the log size."""
    from scipy.special import log_ndtr  # noqa: PLC0415

    def log_density(sizes: Array, grid: Array) -> Array:
        logs, mean, deviation = np.log(sizes)[:, None], grid[:, 0], grid[:, 1]
        free = -np.log(deviation) - 0.5 * np.log(2 * np.pi) - log_ndtr(mean / deviation)
        found: Array = free - 0.5 * ((logs - mean) / deviation) ** 2 - logs
        return found

    def tail(sizes: Array, draws: Array) -> Array:
        mean, deviation = draws[:, :1], draws[:, 1:]
        found: Array = np.exp(log_ndtr((mean - np.log(sizes)) / deviation) - log_ndtr(mean / deviation))
        return found

    return GridFamily("lognormal", _product(np.linspace(-6, 6, 61), np.linspace(0.4, 4.0, 46)), log_density, tail)


def pareto() -> GridFamily:
    """A power law from a million dollars up; its parameter is the exponent of the survival function."""

    def log_density(sizes: Array, grid: Array) -> Array:
        found: Array = np.log(grid[:, 0]) - np.outer(np.log(sizes), grid[:, 0] + 1.0)
        return found

    def tail(sizes: Array, draws: Array) -> Array:
        found: Array = np.exp(-np.log(sizes) * draws[:, :1])
        return found

    return GridFamily("Pareto", np.geomspace(0.05, 5.0, 400)[:, None], log_density, tail)


def generalised_pareto(start: float) -> GridFamily:
    """Generalised Pareto for the excess over `start`; the parameters are shape and scale.

    The grid of shapes leaves out zero itself, where the formula needs a limit; its neighbours are as good.
    """

    def log_density(sizes: Array, grid: Array) -> Array:
        shape, scale = grid[:, 0], grid[:, 1]
        reach = (sizes - start)[:, None] * (shape / scale) + 1.0
        inside = reach > 0
        found = -np.log(scale) - (1.0 / shape + 1.0) * np.log(np.where(inside, reach, 1.0))
        return np.where(inside, found, IMPOSSIBLE)

    def tail(sizes: Array, draws: Array) -> Array:
        shape, scale = draws[:, :1], draws[:, 1:]
        reach = np.maximum((sizes - start) * (shape / scale) + 1.0, 0.0)
        found: Array = np.where(reach > 0, np.exp(-np.log(np.where(reach > 0, reach, 1.0)) / shape), 0.0)
        return found

    grid = _product(np.linspace(-0.4, 2.0, 48), np.geomspace(0.5, 500.0, 48))
    return GridFamily("generalised Pareto", grid, log_density, tail)


def spliced(threshold: int) -> SplicedFamily:
    """The body as seen up to this many million dollars, a generalised Pareto tail above."""
    edges = [float(edge) for edge in (1, 2, 5, 10, 20, 50) if edge <= threshold]
    return SplicedFamily(
        f"empirical to ${threshold} M, then generalised Pareto", np.array(edges), generalised_pareto(0.0)
    )


def families() -> tuple[Family, ...]:
    """All families that are compared."""
    return lognormal(), pareto(), generalised_pareto(1.0), spliced(10), spliced(20), spliced(50)


@dataclass(frozen=True)
class Candidate:
    """A family with the thefts it learns from: the actor's `own`, or those of `all`."""

    family: Family
    learns_from: str
    log_score: float
    aic: float | None
    total: Array

    def as_json(self) -> dict[str, Any]:
        """Its name and scores."""
        return {
            "family": self.family.name,
            "learns_from": self.learns_from,
            "held_out_log_score": round(self.log_score, 3),
            "aic": None if self.aic is None else round(self.aic, 2),
        }


@dataclass(frozen=True)
class Sizes:
    """Sizes of thefts with their years, and which of them are the actor's own, ready to be fitted up to any day.

    Sizes are rounded to a hundredth of their logarithm, finer than any two sources agree, so that each family computes
    its statistics once for some hundred sizes, however many thefts there are.
    """

    sizes: Array
    years: npt.NDArray[np.int64]
    own: npt.NDArray[np.bool_]

    @cached_property
    def _levels(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        levels, places = np.unique(np.rint(np.log(self.sizes) * 100).astype(np.int64), return_inverse=True)
        return levels, places

    @cached_property
    def _rows(self) -> tuple[tuple[Family, Array], ...]:
        sizes = np.exp(self._levels[0] / 100)
        return tuple((family, family.rows(sizes)) for family in families())

    def candidates(self, until: npt.NDArray[np.bool_]) -> list[Candidate]:
        """All families learnt from the thefts of this mask, best first, scored on the actor's own."""
        years = np.unique(self.years[until & self.own])
        own = [self._sums(until & self.own & (self.years == year)) for year in years]
        others = [self._sums(until & ~self.own & (self.years == year)) for year in years]
        rest = self._sums(until & ~self.own)
        found = []
        for index, (family, rows) in enumerate(self._rows):
            mine, theirs = (np.stack([sums[index] for sums in each]) for each in (own, others))
            nothing = np.zeros(rows.shape[1])
            found.append(_candidate(family, "own", mine, np.zeros_like(mine), nothing))
            if not self.own[until].all():
                found.append(_candidate(family, "all", mine, theirs, rest[index]))
        return sorted(found, key=lambda candidate: (-candidate.log_score, candidate.family.name, candidate.learns_from))

    @cached_property
    def _known_sums(self) -> dict[bytes, tuple[Array, ...]]:
        return {}

    def _sums(self, mask: npt.NDArray[np.bool_]) -> tuple[Array, ...]:
        """Each family's statistics summed over these thefts; kept, for a year that is over is asked for again."""
        key = np.packbits(mask).tobytes()
        if key not in self._known_sums:
            levels, places = self._levels
            counts = np.bincount(places[mask], minlength=len(levels)).astype(float)
            seen = counts > 0
            self._known_sums[key] = tuple(counts[seen] @ rows[seen] for _, rows in self._rows)
        return self._known_sums[key]


def _candidate(family: Family, learns_from: str, own: Array, others: Array, rest: Array) -> Candidate:
    """Leave one year out: how probable the actor's thefts of each year are, given what other years teach."""
    total = own.sum(axis=0) + rest
    score = 0.0
    for year in range(len(own)):
        taught = total - own[year] - others[year]
        score += family.evidence(taught + own[year]) - family.evidence(taught)
    return Candidate(family, learns_from, score, family.aic(total), total)
