"""Change rules: what each names, and when it abstains. Fresh is judged at that time."""

from pathlib import Path

import pytest

from dyepack.cluster import tables
from dyepack.cluster.change import ABSTAIN, Change
from dyepack.cluster.coinjoin import judge
from dyepack.cluster.columns import Columns
from dyepack.cluster.places import Places
from dyepack.errors import InputError
from dyepack.store import Store
from tests.cluster.drawn import columns, write


def named(rules: str, text: str) -> list[int]:
    """The place of the change in each transaction of a drawn chain, or -1."""
    return places(rules, columns(text))


def places(rules: str, batch: Columns) -> list[int]:
    found = Change.of(rules).outputs(batch, judge(batch).apart)
    return [
        int(place - start) if place >= 0 else ABSTAIN for place, start in zip(found, batch.outs.start, strict=False)
    ]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("A=9 -> B/p2pkh=5 C=3", 1),
        ("A=9 -> B=5 C=3", -1),  # both have the payer's type
        ("A=9 -> B/p2pkh=5 C/p2sh=3", -1),  # none has
        ("A=9 B/p2pkh=9 -> C/p2pkh=5 D=3", -1),  # the payer has two types
        ("A=9 -> B=8", -1),  # nothing to choose from
        ("A=9 -> B/op_return=0 C=3", -1),  # a note is no output
        ("A=9 -> B/p2pkh=5 A=3", -1),  # the change went back already
        ("-> B/p2pkh=5 C=3", -1),  # a coinbase has no change
    ],
)
def test_script(line: str, place: int) -> None:
    assert named("script", f"1 a: {line}") == [place]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("A=900000 -> B=300000 C=59977", 1),
        ("A=900000 -> B=123456 C=59977", -1),  # both odd
        ("A=900000 -> B=300000 C=500000", -1),  # both round
        ("A=900000 -> B=301000 C=59977", -1),  # neither round nor odd
        ("A=900000 -> B=300000 C=100000 D=59977", 2),
    ],
)
def test_round(line: str, place: int) -> None:
    assert named("round", f"1 a: {line}") == [place]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("A=50 B=50 -> C=70 D=29", 1),
        ("A=50 -> C=40 D=9", -1),  # one input says nothing
        ("A=50 B=50 -> C=45 D=45", -1),  # two fit
        ("A=50 B=10 -> C=40 D=19", -1),  # none fits
    ],
)
def test_optimal(line: str, place: int) -> None:
    assert named("optimal", f"1 a: {line}") == [place]


def test_fresh_is_judged_at_that_time_not_today(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        write(
            store,
            """
            1 a: -> P=50
            1 b: -> Q=50
            2 c: P=50 -> Q=20 R=29
            3 d: R=29 -> S=9 T=9
            4 e: Q=20 -> T=9 U=9
            5 f: U=9 -> U=8
            """,
        )
        (batch,) = tables.batches(store, Places("bitcoin"), (0, 9))
        assert places("fresh", batch.columns) == [-1, -1, 1, -1, 1, -1]


def test_rules_combine() -> None:
    agree = "1 a: A=50 B=60 -> C/p2pkh=70 D=29"
    other = "1 a: A=50 B=60 -> C/p2pkh=29 D=70"
    alone = "1 a: A=50 B=60 -> C=70 D=29"
    assert [named(rules, agree) for rules in ("script+optimal", "script,optimal")] == [[1], [1]]
    assert [named(rules, other) for rules in ("script+optimal", "script,optimal")] == [[-1], [-1]]
    assert [named(rules, alone) for rules in ("script+optimal", "script,optimal")] == [[-1], [1]]


def test_two_that_disagree_are_not_outvoted_by_a_third() -> None:
    line = "1 a: A=5000000 B=6000000 -> C/p2pkh=29977 D=7000000"
    assert (named("script", line), named("optimal", line), named("round", line)) == ([1], [0], [0])
    assert named("optimal,round,script", line) == [-1]


def test_a_coinjoin_has_no_one_payers_change() -> None:
    amounts = [41_500, 500_000, 231_820]
    ins = " ".join(f"I{n}={amount}" for n, amount in enumerate(amounts))
    outs = "X=40000 Y=40000 Z=40000 P/p2pkh=460002 Q/p2pkh=191822 R=1203"
    assert named("script", f"1 a: {ins} -> {outs}") == [-1]


def test_names() -> None:
    assert Change.of("script+fresh,optimal").name == "change:fresh+script,optimal"
    with pytest.raises(InputError, match="expected change rules among fresh, script, round, optimal"):
        Change.of("peel")
