"""Why and without, on drawn chains; what was held, and what people decide."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dyepack.cluster import Request
from dyepack.cluster.explain import Why, find_spot, why, without
from dyepack.cluster.review import Choice, decide, held
from dyepack.cluster.run import cluster
from dyepack.errors import InputError
from dyepack.model import Tag
from dyepack.store import Store
from tests.cluster.drawn import tx, write

DAY = date(2024, 1, 1)
# A to H by one long way (A-B, B-C, C-H) and one short (A-H through two inputs of `short`).
LONG = """
1 ab: A=1 B=1 -> X=2
2 bc: B=1 C=1 -> X=2
3 ch: C=1 H=1 -> X=2
"""
SHORT = "4 short: G=1 A=1 H=1 -> X=3\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as made:
        yield made


def asked(store: Store, first: str, second: str) -> Why:
    return why(store, find_spot(store, first, None), find_spot(store, second, None))


def way(answer: Why) -> list[str]:
    return [f"{step.here[1]}{step.there[1]}" for step in answer.steps]


def test_the_shortest_chain(store: Store) -> None:
    write(store, LONG)
    cluster(store, Request())
    answer = asked(store, "A", "H")
    assert way(answer) == ["AB", "BC", "CH"]
    assert [step.join.tx_hash for step in answer.steps] == [tx("ab"), tx("bc"), tx("ch")]
    write(store, LONG + SHORT)
    cluster(store, Request())
    assert way(asked(store, "A", "H")) == ["AH"]
    assert way(asked(store, "H", "A")) == ["HA"]
    assert asked(store, "A", "A").together


def test_what_nothing_joins(store: Store) -> None:
    write(store, LONG + "5 other: Y=1 Z=1 -> X=2\n")
    cluster(store, Request())
    answer = asked(store, "A", "Z")
    assert (answer.together, answer.steps) == (False, ())
    assert asked(store, "A", "nobody").clusters == ("bitcoin:1:0:i0", None)


def test_without_a_transaction(store: Store) -> None:
    write(store, LONG)
    cluster(store, Request())
    (split,) = without(store, tx("bc"))
    assert (split.members, split.pieces) == (4, ((2, "A"), (2, "C")))
    write(store, LONG + SHORT)
    cluster(store, Request())
    assert without(store, tx("bc")) == ()
    (split,) = without(store, tx("short"))
    assert split.pieces == ((4, "A"), (1, "G"))


def test_without_a_heuristic(store: Store) -> None:
    write(store, LONG + "5 pay: P=50 Q=50 -> R=70 S=29\n")
    cluster(store, Request(rules=("cospend", "change:optimal")))
    by_change, by_any_change = without(store, "change:optimal"), without(store, "change")
    assert by_change == by_any_change
    assert [split.pieces for split in by_change] == [((2, "P"), (1, "S"))]
    assert [split.members for split in without(store, "cospend")] == [4, 3]


def test_without_what_joined_nothing(store: Store) -> None:
    write(store, LONG)
    cluster(store, Request())
    for what in (tx("nothing"), "sweep"):
        with pytest.raises(InputError, match="joined nothing in the last run"):
            without(store, what)


TWO = """
1 ab: A=1 B=1 -> X=2
2 cd: C=1 D=1 -> X=2
3 all: A=1 C=1 E=1 -> X=3
"""


def test_a_join_of_two_large_clusters_is_held_until_somebody_decides(store: Store) -> None:
    write(store, TWO)
    request = Request(large=2)
    cluster(store, request)
    (waiting,) = held(store)
    assert (waiting.join.tx_hash, waiting.join.held, waiting.first.members, waiting.second.members) == (
        tx("all"), "large", 3, 2,
    )  # fmt: skip
    assert not asked(store, "A", "C").together
    assert [join.tx_hash for join in asked(store, "A", "C").held] == [tx("all")]

    decide(store, Choice(tx("all"), passes=True, by="an analyst", said=DAY))
    assert not asked(store, "A", "C").together  # until the next run
    cluster(store, request)
    assert way(asked(store, "B", "D")) == ["BA", "AC", "CD"]
    assert held(store) == ()


def test_a_refusal_stays_refused_and_can_be_turned_round(store: Store) -> None:
    write(store, TWO)
    request = Request(large=2)
    cluster(store, request)
    decide(store, Choice(tx("all"), passes=False, by="an analyst", said=DAY, note="an exchange"))
    assert cluster(store, request).chains[0].continued_from is None
    (refused,) = held(store)
    assert (refused.join.held, refused.decision and refused.decision.note) == ("refused", "an exchange")
    cluster(store, Request(large=9))
    assert not asked(store, "A", "C").together
    decide(store, Choice(tx("all"), passes=True, by="another", said=DAY))
    cluster(store, request)
    assert asked(store, "A", "C").together
    (decision,) = store.records("join_decisions")
    assert (decision.by, decision.passes) == ("another", True)


def test_actors_on_both_sides_are_named(store: Store) -> None:
    write(store, TWO)
    said = ("ownership", 100, "pack", None, None, None, None, None, None)
    with store.run("load-tags", {}) as draft:
        draft.put("tags", "p", [Tag(n, "bitcoin", n, n, f"actor-{n}", None, *said) for n in ("B", "D")])
    cluster(store, Request())
    (waiting,) = held(store)
    assert (waiting.join.held, waiting.first.actors, waiting.second.actors) == ("actors", ("actor-B",), ("actor-D",))


def test_decisions_about_nothing(store: Store) -> None:
    write(store, TWO)
    cluster(store, Request())
    with pytest.raises(InputError, match=r"no join of transaction .* is held"):
        decide(store, Choice(tx("all"), passes=True, by="me", said=DAY))
    with pytest.raises(InputError, match="say it with --by"):
        decide(store, Choice(tx("all"), passes=True, by=" ", said=DAY))


def test_an_address_on_two_chains(store: Store) -> None:
    write(store, LONG)
    write(store, LONG, chain="litecoin", part="ltc")
    cluster(store, Request())
    with pytest.raises(InputError, match="is on bitcoin, litecoin; choose one with --chain bitcoin or"):
        find_spot(store, "A", None)
    assert find_spot(store, "A", "litecoin") == ("litecoin", "A")


def test_an_address_in_the_capitals_of_its_checksum(store: Store) -> None:
    write(store, "1 ab: 0xab=1 0xcd=1 -> X=2\n", chain="litecoin")
    cluster(store, Request())
    assert find_spot(store, "0xAb", None) == ("litecoin", "0xab")
    assert asked(store, "0xAB", "0xCd").together
