"""Deposit addresses, sweeps and keys on account chains, on drawn movements."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dyepack.cluster import Request, rates
from dyepack.cluster.deposit import MOST_PAID, WITHIN
from dyepack.cluster.explain import find_spot, why
from dyepack.cluster.run import cluster
from dyepack.errors import InputError
from dyepack.model import Tag, Transfer
from dyepack.store import Store

ETHER = 10**18
FEE = ETHER // 1_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as made:
        yield made


def move(store: Store, text: str, chain: str = "ethereum") -> None:
    """Draw movements: `block from to amount [asset [kind]]`, one a line; HOT is a tagged exchange."""
    rows = []
    for n, line in enumerate(filter(str.strip, text.splitlines())):
        block, payer, payee, amount, *rest = line.split()
        asset, kind = [*rest, *("ETH", "native")[len(rest) :]]
        time = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=int(block))
        ends: Any = (kind, payer, payee, asset, int(amount), None, "drawn")
        rows.append(Transfer(chain, int(block), time, f"{chain}-{n}", n, 0, *ends))
    with store.run("ingest", {"chain": chain, "text": text}) as draft:
        draft.put("transfers", chain, rows)
    said = ("ownership", 100, "pack", None, None, None, None, None, None)
    tags = [Tag(f"{chain}{n}", chain, n, n, n.lower(), "exchange", *said) for n in ("HOT", "HEAT")]
    with store.run("load-tags", {"chain": chain}) as draft:
        draft.put("tags", chain, tags)


def groups(store: Store) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in store.records("clusters"):
        found.setdefault(row.cluster, set()).add(row.address)
    return {frozenset(members) for members in found.values()}


def test_who_pays_into_one_deposit_address_is_joined_and_the_address_is_the_services(store: Store) -> None:
    move(store, f"""
    1 alice dep {ETHER}
    2 dep HOT {ETHER - FEE}
    3 alice2 dep {2 * ETHER}
    4 dep HOT {2 * ETHER - FEE}
    5 bob other {ETHER}
    6 other HOT {ETHER - FEE}
    """)  # fmt: skip
    cluster(store, Request())
    assert groups(store) == {frozenset({"alice", "alice2"}), frozenset({"dep", "other", "HOT"})}
    found = [
        (row.address, row.sender, row.received, row.swept, row.service, row.actor) for row in store.records("deposits")
    ]
    assert found[0] == ("dep", "alice", ETHER, ETHER - FEE, "HOT", "hot")
    figures = {(row.right, row.tried, row.population) for row in store.records("deposits")}
    assert figures == {rates.figures("deposit addresses", 1)} != {(None, None, None)}
    answer = why(store, find_spot(store, "alice", None), find_spot(store, "alice2", None))
    assert [(step.join.heuristic, step.join.tx_hash) for step in answer.steps] == [("deposit", "ethereum-2")]


def test_tokens_go_on_in_full(store: Store) -> None:
    move(store, "1 a dep 500 T token\n2 dep HOT 500 T token\n3 b not 500 T token\n4 not HOT 499 T token\n")
    cluster(store, Request())
    assert [row.address for row in store.records("deposits")] == ["dep"]


@pytest.mark.parametrize(
    "text",
    [
        f"1 a dep {ETHER}\n{2 + WITHIN} dep HOT {ETHER - FEE}",  # too late
        f"1 a dep {ETHER}\n2 dep HOT {ETHER // 2}",  # not all of it
        f"1 a dep {ETHER}\n2 dep HOT {ETHER - FEE}\n3 dep friend {FEE // 2}",  # pays others too
        f"1 a dep {ETHER}\n2 dep HOT {ETHER - FEE}\n3 a dep {ETHER}\n4 dep HEAT {ETHER - FEE}",  # pays two services
        f"2 a dep {ETHER}\n1 dep HOT {ETHER - FEE}",  # went before it came
        f"1 HEAT dep {ETHER}\n2 dep HOT {ETHER - FEE}",  # from a service to another
    ],
)
def test_not_a_deposit_address(store: Store, text: str) -> None:
    move(store, text)
    cluster(store, Request())
    assert store.records("deposits") == []
    assert groups(store) == set()


def test_who_pays_into_many_is_taken_for_a_service(store: Store) -> None:
    lines = [f"{n + 1} many dep{n} {ETHER}\n{n + 1} dep{n} HOT {ETHER - FEE}" for n in range(MOST_PAID + 1)]
    move(store, "\n".join([*lines, f"90 alice dep0 {ETHER}", f"91 dep0 HOT {ETHER - FEE}"]))
    cluster(store, Request())
    assert all("alice" not in group for group in groups(store))


def test_one_key_that_tags_give_to_two_actors_is_held(store: Store) -> None:
    move(store, "1 key a 5")
    move(store, "5 key b 5", chain="bsc")
    said = ("ownership", 100, "pack", None, None, None, None, None, None)
    with store.run("load-tags", {"more": True}) as draft:
        draft.put("tags", "more", [Tag(chain, chain, "key", "k", chain, None, *said) for chain in ("ethereum", "bsc")])
    (result,) = cluster(store, Request()).chains
    assert groups(store) == set()
    assert [(count.heuristic, count.made, count.held) for count in result.counts] == [("same-key", 0, 1)]


def test_one_key_on_two_chains_only_where_it_signed(store: Store) -> None:
    move(store, "1 key a 5\n2 contract a 5 ETH internal\n3 a taker 5")
    move(store, "5 key b 5\n6 contract b 5 BNB internal\n7 b taker 5\n8 z a 5", chain="bsc")
    move(store, "9 key b 5", chain="tron")
    cluster(store, Request())
    found = {(row.chain, row.address, row.members) for row in store.records("clusters")}
    assert found == {("ethereum", "key", 2), ("bsc", "key", 2)}
    (join,) = store.records("joins")
    assert (join.heuristic, join.chain, join.second_chain, join.tried) == ("same-key", "bsc", "ethereum", None)
    answer = why(store, find_spot(store, "ethereum:key", None), find_spot(store, "bsc:KEY", None))
    assert [(step.here[0], step.there[0], step.join.heuristic) for step in answer.steps] == [
        ("ethereum", "bsc", "same-key")
    ]
    assert answer.as_json()["steps"][0]["precision"] == "unknown"  # type: ignore[index]
    with pytest.raises(InputError, match="say which: bsc:key"):
        find_spot(store, "key", None)
    with pytest.raises(InputError, match="got bsc and ethereum"):
        find_spot(store, "bsc:key", "ethereum")


def test_as_of_a_block(store: Store) -> None:
    move(store, f"1 a dep {ETHER}\n2 dep HOT {ETHER - FEE}\n8 b dep {ETHER}\n9 dep HOT {ETHER - FEE}")
    cluster(store, Request(as_of_block=5))
    assert groups(store) == {frozenset({"dep", "HOT"})}
