"""Sizes of thefts: densities against scipy's, known parameters found again, the right family chosen."""

import numpy as np
import pytest
from scipy import stats

from dyepack.ledger.severity import (
    Family,
    Sizes,
    SplicedFamily,
    families,
    generalised_pareto,
    lognormal,
    pareto,
    spliced,
)

SIZES = np.array([1.0, 1.5, 3.0, 12.0, 47.0, 200.0, 1500.0])


def posterior_mean(family: Family, sizes: np.ndarray) -> np.ndarray:
    draws = family.draws(family.rows(sizes).sum(axis=0), np.random.default_rng(1), 2000)
    return draws.mean(axis=0)


def test_the_lognormal_is_the_one_of_scipy_cut_off_below():
    family = lognormal()
    mean, deviation = family.grid[2000]
    other = stats.lognorm(deviation, scale=np.exp(mean))
    assert family.rows(SIZES)[:, 2000] == pytest.approx(other.logpdf(SIZES) - other.logsf(1.0))
    assert family.survival(family.grid[2000:2001], SIZES)[0] == pytest.approx(other.sf(SIZES) / other.sf(1.0))


def test_the_generalised_pareto_is_the_one_of_scipy():
    family = generalised_pareto(1.0)
    for point in (300, 1300, 2200):
        shape, scale = family.grid[point]
        other = stats.genpareto(shape, loc=1.0, scale=scale)
        theirs = np.where(np.isfinite(other.logpdf(SIZES)), other.logpdf(SIZES), -1e5)
        assert family.rows(SIZES)[:, point] == pytest.approx(theirs)
        assert family.survival(family.grid[point : point + 1], SIZES)[0] == pytest.approx(other.sf(SIZES))


def test_the_power_law_is_the_one_of_scipy():
    family = pareto()
    other = stats.pareto(family.grid[150, 0])
    assert family.rows(SIZES)[:, 150] == pytest.approx(other.logpdf(SIZES))
    assert family.survival(family.grid[150:151], SIZES)[0] == pytest.approx(other.sf(SIZES))


def test_known_parameters_are_found_again():
    rng = np.random.default_rng(7)
    drawn = stats.lognorm(1.5, scale=np.exp(2.0)).rvs(6000, random_state=rng)
    assert posterior_mean(lognormal(), drawn[drawn >= 1]) == pytest.approx([2.0, 1.5], abs=0.12)
    drawn = stats.genpareto(0.8, loc=1.0, scale=6.0).rvs(6000, random_state=rng)
    assert posterior_mean(generalised_pareto(1.0), drawn) == pytest.approx([0.8, 6.0], rel=0.12)
    assert posterior_mean(pareto(), stats.pareto(0.9).rvs(6000, random_state=rng)) == pytest.approx([0.9], rel=0.05)


def test_few_thefts_leave_more_open_than_many():
    rng, family = np.random.default_rng(3), pareto()
    drawn = stats.pareto(1.0).rvs(400, random_state=rng)
    widths = [
        family.draws(family.rows(drawn[:n]).sum(axis=0), np.random.default_rng(1), 500).std() for n in (5, 40, 400)
    ]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_every_family_falls_from_one_to_nothing(family: Family):
    total = family.rows(SIZES).sum(axis=0)
    draws = family.draws(total, np.random.default_rng(5), 50)
    reach = np.concatenate([[0.0, 1.0], np.geomspace(1.01, 1e7, 200)])
    found = family.survival(draws, reach)
    assert found.shape == (50, 202)
    assert np.all(found[:, :2] == pytest.approx(1.0))
    assert np.all(np.diff(found, axis=1) <= 1e-12)
    assert np.all((found >= 0) & (found <= 1 + 1e-12))
    assert found[:, -1].mean() < 0.15


def test_the_spliced_body_is_what_was_seen():
    family = spliced(10)
    assert isinstance(family, SplicedFamily)
    sizes = np.concatenate([np.full(60, 1.4), np.full(30, 7.0), np.full(10, 40.0)])
    draws = family.draws(family.rows(sizes).sum(axis=0), np.random.default_rng(2), 4000)
    assert family.survival(draws, np.array([2.0, 5.0, 10.0])).mean(axis=0) == pytest.approx([0.4, 0.4, 0.1], abs=0.02)


def test_the_evidence_of_the_spliced_family_is_a_probability():
    """Of one theft: the prior predictive density integrates to one."""
    family = spliced(10)
    logs = np.linspace(0.0, 25.0, 5001)
    densities = [family.evidence(row) for row in family.rows(np.exp(logs))]
    masses = np.exp(np.array(densities) + logs) * (logs[1] - logs[0])
    assert masses[logs < np.log(10)].sum() == pytest.approx(0.75, abs=0.005)  # three classes of four, alike a priori
    assert masses.sum() == pytest.approx(1.0, abs=0.01)


def test_leaving_a_year_out_is_fitting_the_other_years():
    sizes, years = np.array([2.0, 3.0, 50.0, 4.0]), np.array([2020, 2020, 2021, 2022])
    own = np.array([True, True, True, False])
    found = Sizes(sizes, years, own).candidates(np.ones(4, dtype=bool))
    mine = next(one for one in found if one.family.name == "Pareto" and one.learns_from == "own")
    pooled = next(one for one in found if one.family.name == "Pareto" and one.learns_from == "all")
    grid = pareto().grid[:, 0]

    def density(chosen: np.ndarray) -> np.ndarray:
        rounded = np.exp(np.rint(np.log(chosen) * 100) / 100)
        return np.prod(grid[None, :] * rounded[:, None] ** -(grid[None, :] + 1), axis=0)

    def score(train: np.ndarray, test: np.ndarray) -> float:
        return float(np.log((density(train) * density(test)).mean() / density(train).mean()))

    assert mine.log_score == pytest.approx(score(sizes[2:3], sizes[:2]) + score(sizes[:2], sizes[2:3]))
    assert pooled.log_score == pytest.approx(score(sizes[2:], sizes[:2]) + score(sizes[[0, 1, 3]], sizes[2:3]))


@pytest.mark.parametrize(
    ("law", "names"),
    [
        (stats.lognorm(1.2, scale=20.0), {"lognormal"}),
        (stats.pareto(0.9), {"Pareto", "generalised Pareto"}),
    ],
)
def test_the_family_that_made_the_sizes_is_chosen(law, names: set[str]):
    sizes = law.rvs(1500, random_state=np.random.default_rng(11))
    sizes = sizes[sizes >= 1]
    years = np.arange(len(sizes)) % 6
    everyone = np.ones(len(sizes), dtype=bool)
    best = Sizes(sizes, years, everyone).candidates(everyone)
    assert best[0].family.name in names
    assert [one.log_score for one in best] == sorted((one.log_score for one in best), reverse=True)
    by_aic = min((one for one in best if one.aic is not None), key=lambda one: one.aic or 0.0)
    assert by_aic.family.name in names


def test_thefts_after_the_mask_teach_nothing():
    sizes, years = np.array([2.0, 3.0, 50.0]), np.array([2020, 2021, 2022])
    until, own = np.array([True, True, False]), np.ones(3, dtype=bool)
    other = Sizes(np.array([2.0, 3.0, 9999.0]), years, own).candidates(until)
    assert [one.log_score for one in Sizes(sizes, years, own).candidates(until)] == pytest.approx(
        [one.log_score for one in other]
    )
