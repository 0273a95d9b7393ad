"""The chance that a Poisson number of thefts of random size add up to an amount: Panjer's recursion.

Panjer, "Recursive evaluation of a family of compound distributions" (ASTIN Bulletin 12, 1981): exact for sizes on a
lattice. Sizes are put on the lattice so that their mean is kept (Gerber 1982): the mass at a point is the second
difference of the mean of the size cut off there.
"""

from collections.abc import Callable

import numpy as np

from dyepack.ledger.severity import Array

STEPS = 256
FINE = 4
LARGEST_MEAN = 200.0


def chance_to_reach(gap: float, means: Array, survival: Callable[[Array], Array]) -> Array:
    """The chance, for each draw of the parameters, that the thefts to come add up to `gap` (in millions) at least.

    `means` has the expected number of thefts per draw; `survival(sizes)` a row per draw, a column per size.
    """
    if gap <= 0:
        return np.ones_like(means)
    below: Array = compound(_lattice(gap, survival), means).sum(axis=1)
    return 1.0 - below.clip(0.0, 1.0)


def compound(masses: Array, means: Array) -> Array:
    """The probabilities of sums 0, 1, … of a Poisson number of terms, as far as `masses` reaches, a row per draw.

    `masses` has the probabilities of terms 0, 1, …; a row may sum to less than one, the rest lies beyond. A large mean
    is halved until the recursion cannot underflow, and the result convolved with itself as often.
    """
    halvings = max(0, int(np.ceil(np.log2(max(means.max() / LARGEST_MEAN, 1.0)))))
    weighted = masses * (means / 2**halvings)[:, None] * np.arange(masses.shape[1])
    sums = np.zeros_like(masses)
    sums[:, 0] = np.exp((means / 2**halvings) * (masses[:, 0] - 1.0))
    for total in range(1, masses.shape[1]):
        sums[:, total] = np.einsum("ij,ij->i", weighted[:, 1 : total + 1], sums[:, total - 1 :: -1]) / total
    for _ in range(halvings):
        ahead = np.fft.rfft(sums, 2 * masses.shape[1])
        sums = np.fft.irfft(ahead**2, 2 * masses.shape[1])[:, : masses.shape[1]].clip(0.0)
    return sums


def _lattice(gap: float, survival: Callable[[Array], Array]) -> Array:
    """Probabilities at 0, 1, … STEPS-1 steps of `gap / STEPS`; what is missing lies at `gap` or beyond."""
    fine = np.linspace(0.0, gap * (1 + 1 / STEPS), (STEPS + 1) * FINE + 1)
    tails = survival((fine[1:] + fine[:-1]) / 2)
    cut_means = np.hstack([np.zeros((len(tails), 1)), tails.cumsum(axis=1)[:, FINE - 1 :: FINE]]) / FINE
    steps = np.diff(cut_means, axis=1)
    masses = np.hstack([1.0 - steps[:, :1], steps[:, :-1] - steps[:, 1:]])
    return masses[:, :STEPS].clip(0.0)
