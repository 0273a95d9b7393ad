"""Deposit addresses, sweeps and keys on account chains, on drawn movements."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dyepack.cli import run
from dyepack.cluster import Request, rates
from dyepack.cluster.deposit import MOST_PAID, WITHIN
from dyepack.cluster.explain import find_spot, why
from dyepack.cluster.run import cluster
from dyepack.errors import InputError
from dyepack.model import Tag, Transfer
from dyepack.store import Store
from tests.cluster.drawn import write

ETHER = 10**18
FEE = ETHER // 1_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as made:
        yield made


def move(store: Store, text: str, chain: str = "ethereum") -> None:
    """Draw movements: `block from to amount [asset [kind [index]]]`, one a line; HOT is a tagged exchange."""
    rows = []
    for n, line in enumerate(filter(str.strip, text.splitlines())):
        block, payer, payee, amount, *rest = line.split()
        asset, kind, index = [*rest, *("ETH", "native", "call")[len(rest) :]]
        time = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=int(block))
        ends: Any = (kind, payer, payee, asset, int(amount), None, "drawn")
        rows.append(replace(Transfer(chain, int(block), time, f"{chain}-{n}", n, 0, *ends), index=index))
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
    move(store, "1 key a 5\n2 contract a 5 ETH internal call-0\n3 a taker 5\n4 guessed a 5 ETH native call-0")
    more = "6 contract b 5 BNB internal call-0\n7 b taker 5\n8 z a 5\n9 guessed b 5 BNB native call-0"
    move(store, f"5 key b 5\n{more}", chain="bsc")
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
    with pytest.raises(InputError, match=r"is on bsc, ethereum; choose one with --chain bsc or --chain ethereum"):
        find_spot(store, "key", None)
    with pytest.raises(InputError, match="got bsc and ethereum"):
        find_spot(store, "bsc:key", "ethereum")


def test_as_of_a_block(store: Store) -> None:
    move(store, f"1 a dep {ETHER}\n2 dep HOT {ETHER - FEE}\n8 b dep {ETHER}\n9 dep HOT {ETHER - FEE}")
    cluster(store, Request(as_of_block=5))
    assert groups(store) == {frozenset({"dep", "HOT"})}


KEY, OTHER = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x" + "22" * 20
ROWS = "tx_hash,block,time,from,to,amount,asset,kind\n"


def row(digit: str, payer: str, kind: str = "") -> str:
    return f"0x{digit * 64},{digit},2024-01-01T00:00:0{digit}Z,{payer},0x{'33' * 20},1,,{kind}\n"


@pytest.mark.parametrize(("kind", "joined"), [("", 0), ("internal", 0), ("fee", 1)])
def test_a_list_of_calls_whose_kind_was_guessed_is_no_signature(
    kind: str, joined: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list of internal calls without a column of kinds loads as native; through the commands it joins nobody."""
    do = ["-w", str(tmp_path / "w")]
    header = ROWS if kind else ROWS.replace(",kind", "")
    for chain, digits in (("ethereum", "12"), ("bsc", "34")):
        text = header + "".join(row(d, KEY, kind) if kind else row(d, KEY)[:-2] + "\n" for d in digits)
        (tmp_path / f"{chain}.csv").write_text(text)
        assert run([*do, "ingest", "movements", str(tmp_path / f"{chain}.csv"), "--chain", chain]) == 0
    capsys.readouterr()
    assert run([*do, "cluster", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["clusters"] == joined
    if joined:
        right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        assert run([*do, "cluster", "why", f"ethereum:{right}", f"bsc:{right}"]) == 0
        capsys.readouterr()
        for wrong in (right.replace("Ae", "AE", 1), f"ethereum:{right.replace('Ae', 'AE', 1)}"):
            assert run([*do, "cluster", "why", wrong, f"bsc:{right}"]) == 1
            assert "checksum (EIP-55)" in capsys.readouterr().err


def test_why_refuses_an_address_of_bitcoin_with_a_wrong_letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, other = "bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew", "bc1qa24tsgchvuxsaccp8vrnkfd85hrcpafg20kmjw"
    with Store.open(tmp_path / "w", create=True) as made:
        write(made, f"1 both: {right}=5 {other}=6 -> X=11")
    do = ["-w", str(tmp_path / "w"), "cluster"]
    assert run(do) == 0
    assert run([*do, "why", right, other]) == 0
    capsys.readouterr()
    assert run([*do, "why", right.replace("604", "605"), other]) == 1
    assert "checksum" in capsys.readouterr().err
