"""Error rates: intervals, the figures that ship, and the page."""

import csv
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accuracy import habits, measure
from bench.accuracy.__main__ import data, figures
from bench.accuracy.habits import PRIVATE, Economy
from bench.accuracy.labelled import mainnet
from bench.accuracy.reviewed import review
from dyepack.cluster import rates
from dyepack.cluster.coinjoin import RULES
from dyepack.cluster.rates import Rate, precision, read, shipped, told, wilson, written
from dyepack.cluster.rates_page import page, reference
from dyepack.cluster.request import VERSIONS
from tests.conftest import ROOT, shared


def test_wilson_as_in_the_literature() -> None:
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    known = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for counted, interval in known.items():
        assert wilson(*counted) == pytest.approx(interval, abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda tried: st.tuples(st.integers(0, tried), st.just(tried))))
def test_an_interval_holds_its_share_and_mirrors(counted: tuple[int, int]) -> None:
    right, tried = counted
    low, high = wilson(right, tried)
    assert 0 <= low <= right / tried <= high <= 1
    assert wilson(tried - right, tried) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.97])
def test_an_interval_holds_the_true_share_about_95_times_of_100(share: float) -> None:
    tried = 200
    holds = sum(
        comb(tried, right) * share**right * (1 - share) ** (tried - right)
        for right in range(tried + 1)
        if wilson(right, tried)[0] <= share <= wilson(right, tried)[1]
    )
    assert 0.92 < holds < 0.985


def test_nothing_tried_is_nothing_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert told(precision("same-key", 2)) == "unknown"
    assert rates.as_json(None) == "unknown"


def test_the_worst_real_population_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Rate("x", 1, "precision", "made up", 1, 10, False)
    good, bad = (Rate("x", 1, "precision", f"real {n}", n, 10, True) for n in (9, 8))
    monkeypatch.setattr(rates, "shipped", lambda: (made, good, bad, Rate("x", 1, "recall", "real", 0, 10, True)))
    assert precision("x", 1) == bad
    assert precision("x", 2) is None
    monkeypatch.setattr(rates, "shipped", lambda: (made,))
    assert precision("x", 1) == made


def test_what_ships_can_be_read_and_is_of_these_rules() -> None:
    assert read(written(shipped()).splitlines()) == shipped()
    versions = {rule.name: rule.version for rule in RULES} | VERSIONS
    for rate in shipped():
        name = rate.heuristic.split(":")[0]
        assert rate.version == versions.get(name, 1), f"{name} has a new version: run python3 dev accuracy"
        assert 0 <= rate.right <= rate.tried


def test_the_page_is_what_ships() -> None:
    assert (ROOT / "docs/reference/error-rates.md").read_text(encoding="utf-8") == reference()


def test_goals_on_the_labelled_sets() -> None:
    """At least 99.5 % found and right for Whirlpool and Wasabi 1 after review, at most 0.1 % wrong; see the page."""
    of = {(rate.heuristic, rate.measure, rate.population): rate for rate in shipped() if rate.real}
    for (rule, what, population), rate in of.items():
        if rule in ("whirlpool-mix", "wasabi1") and "after review" in population and what in ("recall", "precision"):
            assert rate.share >= 0.995
        if (
            rule in ("whirlpool-mix", "wasabi1")
            and what == "false positives"
            and "Tx0 and post-mix as" not in population
        ):
            assert rate.share <= 0.001
    assert of["whirlpool-mix", "recall", "Samourai, March 2024: mixes as labelled"].share >= 0.995


def test_every_label_that_the_review_does_not_share_is_listed_with_what_shows_it() -> None:
    """The list makes up for the whole difference between the figures as labelled and those after review."""
    with files("dyepack.cluster").joinpath("reviewed_labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(len(row["tx_hash"]) == 64 and row["seen"] for row in rows)
    assert len({row["tx_hash"] for row in rows}) == len(rows)
    assert {(row["review"] == "mix") == bool(row["other_tx"]) for row in rows} == {True}
    of = {(rate.heuristic, rate.measure, rate.population.split(": ")[-1]): rate for rate in shipped() if rate.real}
    counted = Counter((row["set"], row["review"]) for row in rows)
    labelled, reviewed = (of["whirlpool-mix", "recall", f"mixes {which}"] for which in ("as labelled", "after review"))
    assert counted["whirlpool", "mix"] == reviewed.tried - labelled.tried
    worst = of["whirlpool-mix", "precision, undecided as wrong", "all after review"]
    assert counted["whirlpool", "undecided"] == worst.tried - worst.right
    wasabi = [rate.tried for key, rate in of.items() if key[:2] == ("wasabi1", "recall")]
    assert counted["wasabi1", "not of this coordinator"] == max(wasabi) - min(wasabi)


def test_beside_a_figure_after_review_stands_the_one_as_labelled() -> None:
    said = rates.as_json(precision("whirlpool-mix", 2))
    assert isinstance(said, dict)
    assert (said["right"], said["tried"]) == (1532, 1532)
    for name, right in (("as_labelled", 1403), ("undecided_as_wrong", 1532)):
        beside = said[name]
        assert isinstance(beside, dict)
        assert (beside["right"], beside["tried"]) == (right, 1730)
    assert "as_labelled" not in rates.as_json(precision("cospend", 1))


def test_owners_are_made_up_the_same_way_each_time() -> None:
    one, two = (Economy(PRIVATE, 3).run(300) for _ in range(2))
    assert one == two
    assert one != Economy(PRIVATE, 4).run(300)


def test_made_up_money_is_conserved_and_spent_once() -> None:
    spent = set[int]()
    for made in Economy(PRIVATE, 5).run(2_000):
        if made.ins:
            assert sum(coin.amount for coin in made.outs) <= sum(coin.amount for coin in made.ins) + 10_000
        assert len({id(coin) for coin in made.ins}) == len(made.ins)
        assert not spent & {id(coin) for coin in made.ins}
        spent |= {id(coin) for coin in made.ins}
        assert made.change is None or made.outs[made.change].owner in made.owners
        assert all(coin.amount > 0 for coin in made.outs)


def test_kinds_that_are_called_joint_have_several_owners() -> None:
    for made in Economy(PRIVATE, 6).run(1_000):
        if made.kind in habits.JOINT | {"payjoin"}:
            assert len(made.owners) > 1, made.kind
        elif made.ins:
            assert len(made.owners) == 1, made.kind


def test_a_caveat_stands_beside_each_figure_and_nothing_is_a_hundred_percent() -> None:
    """Of one month, of a test chain, of generated data: in words, in JSON, in tables, and on the page."""
    seen = set()
    for rate in shipped():
        seen.add(rate.caveat)
        assert rate.caveat in told(rate)
        said = rates.as_json(rate)
        assert isinstance(said, dict)
        assert rate.caveat in str(said["population"])
        assert said["said"] == told(rate)
        assert "100.00 %" not in told(rate)
    assert {"generated data", "a test chain, not mainnet", "one month only, 2024-03"} <= seen
    assert "2018-09 to 2018-10" in seen
    assert "100.00" not in reference()
    _, _, population = rates.figures("cospend", 1)
    assert population == "owners who also make coinjoins and payjoins: joins [generated data]"
    near = Rate("x", 1, "recall", "y", 99_999, 100_000, True, "2020-01")
    assert told(near) == "99.99 % (99.99 % to 99.99 %; 99,999 of 100,000: y [one month only, 2020-01])"
    assert told(Rate("x", 1, "recall", "y", 9, 9, False)) == "all (70.09 % or more; 9 of 9: y [generated data])"


def test_goals_for_coinjoins() -> None:
    """Every reviewed coinjoin is found or at least not joined, no payout is called joint: see the page."""
    for rate in shipped():
        reviewed = rate.real and "labelled" not in rate.population
        if rate.measure == "not joined" or (reviewed and rate.measure == "recall"):
            assert rate.share >= 0.995, rate
        if rate.measure == "precision" and rate.heuristic == "joinmarket":
            assert rate.share >= 0.98, rate
        if rate.heuristic == "any joint rule" and "look like rounds" in rate.population:
            assert rate.right == 0, rate


def test_what_the_review_of_wasabi_rests_on() -> None:
    """No spending crosses the line that the review draws; inside it, nearly all rounds spend from each other."""
    sets = mainnet(shared("data", "bitcoin", "coinjoin"))
    after = review(sets)
    spends = {tx: {spent for spent, _ in line.spends} for tx, line in sets.wasabi.items()}
    assert not any(spends[tx] & after.wasabi1 for tx in after.not_wasabi1)
    assert not any(spends[tx] & after.not_wasabi1 for tx in after.wasabi1)
    assert sum(bool(spends[tx] & after.wasabi1) for tx in after.wasabi1) / len(after.wasabi1) > 0.95
    assert after.not_wasabi1 >= sets.wasabi.keys() & sets.not_wasabi1


def test_what_the_review_of_whirlpool_calls_a_mix_is_taken_up_by_one() -> None:
    sets = mainnet(shared("data", "bitcoin", "coinjoin"))
    after = review(sets)
    assert after.mixes >= sets.mixes.keys()
    taken = {spent for tx in after.mixes for spent, _ in sets.every[tx].spends}
    assert after.mixes - sets.mixes.keys() <= taken
    assert not after.undecided & (after.mixes | after.tx0s | after.samourai_after)


@pytest.mark.slow
def test_the_figures_that_ship_are_what_is_measured() -> None:
    """What `python3 dev accuracy` prints; page and file are compared by its own --check."""
    shared("data", "bitcoin", "coinjoin")
    done = subprocess.run(
        [sys.executable, "-m", "bench.accuracy", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    counted = [f"{rate.right:,} of {rate.tried:,}" for rate in shipped()]
    assert [line for line, text in zip(done.stdout.splitlines()[1:], counted, strict=True) if text not in line] == []
    assert page(shipped()) == reference()


def test_without_labelled_data_the_figures_that_ship_stand_for_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYEPACK_SHARED", str(tmp_path))
    monkeypatch.setattr(measure, "SIZE", 300)
    assert data() is None
    found = figures(None)
    assert [rate for rate in found if rate.real] == [rate for rate in shipped() if rate.real]
    ours, theirs = (
        {(rate.heuristic, rate.measure) for rate in rates_ if not rate.real} for rates_ in (found, shipped())
    )
    assert ours <= theirs
    assert ("cospend", "precision") in ours
