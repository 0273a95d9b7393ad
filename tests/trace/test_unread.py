"""What could not be read is said where followed money passes; tokens are destroyed for other reasons than burning."""

import json
from pathlib import Path
from typing import Any

import pytest

from dyepack.ingest.evm import events, multitoken, notes
from dyepack.ingest.evm.crossings import CROSSINGS, topic
from dyepack.ingest.evm.records import Log
from tests.conftest import shared
from tests.ingest.test_evm import TOKEN, WETH, A, B, C, D, transfer, word, wrapping
from tests.ingest.test_evm_load import other, with_logs
from tests.ingest.test_lake import blocks
from tests.ingest.test_lake import save as save_lake
from tests.trace.test_burned import Case, ends

ZERO = "0x" + "0" * 40
PAXG = "0x45804880de22913dafe09f4980848ece6ecbaf78"
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
CCTP = topic("DepositForBurn(uint64,address,uint256,address,bytes32,uint32,bytes32,bytes32)")


@pytest.fixture
def case(tmp_path: Path, capsys: Any) -> Case:
    return Case(tmp_path, capsys)


def odd(payer: str, payee: str, contract: str = TOKEN, number: int = 0) -> Log:
    """A Transfer whose parties are in its data, as some old tokens have it."""
    return Log(number, contract, (events.TRANSFER,), word(payer) + word(payee)[2:] + word(100)[2:])


def lines(*logs: list[Log], chain: int = 1) -> str:
    """One transaction to a line, each with these events, sent by a stranger."""
    made = [with_logs(other(n, chain_id=chain), *of) for n, of in enumerate(logs, 1)]
    for one in made:
        one["tx"] |= {"from": D, "to": TOKEN, "value": "0x0"}
    return "".join(json.dumps(one) + "\n" for one in made)


def tx(number: int) -> str:
    return f"0x{number:064x}"


def traced(case: Case, *logs: list[Log], chain: str = "ethereum", number: int = 1) -> dict[str, Any]:
    """The trace of what the first of these transactions brings to A."""
    case.run("ingest", "evm", case.file("x.jsonl", lines(*logs, chain=number)))
    return case.traced(A, tx(1), chain)


def test_a_refused_transfer_is_said_where_followed_money_is_and_nowhere_else(case: Case) -> None:
    said = traced(case, [transfer(C, A, 100)], [odd(A, B)], [odd(C, D)])
    assert said["scope"]["not_followed"] == {"refused-event": 1}
    assert [one for one in said["warnings"] if "1 events that may move tokens were refused at load" in one]
    assert "1 events that may move tokens" in case.run("bounds", *case.seeded)
    assert "1 events that may move tokens" in case.report(A, tx(1))
    assert "refused-event" in case.run("trace", *case.seeded, "--json")


def test_it_is_said_in_a_transaction_that_followed_money_is_in_and_past_it(case: Case) -> None:
    beside = odd(C, D, "0x" + "9" * 40, number=1)
    said = traced(case, [transfer(C, A, 100)], [transfer(A, B, 60), beside], [odd(B, D)])
    assert said["scope"]["not_followed"] == {"refused-event": 2}


def test_nothing_is_said_of_strangers(case: Case) -> None:
    said = traced(case, [transfer(C, A, 100)], [transfer(A, B, 60)], [odd(C, D)])
    assert said["scope"]["not_followed"] == {}
    assert not [one for one in said["warnings"] if "refused" in one]


def test_the_shared_unindexed_transfer(case: Case) -> None:
    folder = shared("cases", "tracing", "21-unindexed-transfer")
    case.run("ingest", "evm", folder / "x.jsonl")
    said = json.loads(case.run("trace", "x-case", "--unlisted", "--seeds", folder / "s.csv", "--json"))
    assert said["scope"]["not_followed"] == {"refused-event": 1}


def test_a_lake_says_the_same(case: Case) -> None:
    folder = case.folder / "lake"
    blocks(folder, 1, 2, 3)
    rows = [
        {
            "block_number": n,
            "transaction_index": 0,
            "transaction_hash": tx(n),
            "log_index": 0,
            "address": log.contract,
            "topics": log.topics,
            "data": log.data,
        }
        for n, log in enumerate((transfer(C, A, 100), odd(A, B), wrapping(events.WITHDRAWAL, C, 5)), 1)
    ]
    save_lake(folder, "logs", rows)
    case.run("ingest", "files", folder, "--chain", "ethereum")
    assert case.traced(A, tx(1))["scope"]["not_followed"] == {"refused-event": 1}


def test_an_unknown_fee_is_said_of_who_paid_it(case: Case) -> None:
    text = lines([transfer(C, A, 100)], [transfer(A, B, 60)], chain=8453)
    case.run("ingest", "evm", case.file("x.jsonl", text))
    assert case.traced(A, tx(1), "base")["scope"]["not_followed"] == {"unknown-fee": 1}


def test_a_row_of_peoples_movements_that_was_refused_is_said(case: Case) -> None:
    head = "block,time,tx_hash,from,to,asset,amount\n"
    rows = [(1, C, A, "100"), (2, A, B, "1e2"), (3, C, D, "x")]
    text = head + "".join(f"{n},2024-01-0{n}T00:00:00Z,{tx(n)},{p},{q},ETH,{v}\n" for n, p, q, v in rows)
    case.run("ingest", "movements", case.file("m.csv", text), "--chain", "ethereum", "--base-units")
    assert case.traced(A, tx(1))["scope"]["not_followed"] == {"refused-movement": 1}


@pytest.mark.parametrize("field", ["value", "gas"])
def test_a_transaction_that_was_refused_whole_is_said_where_followed_money_is(case: Case, field: str) -> None:
    told = [json.loads(line) for line in lines([transfer(C, A, 100)], [], []).splitlines()]
    for one, payer in zip(told[1:], (A, D), strict=True):
        one["tx"] |= {field: "1_000", "from": payer}
    case.run("ingest", "evm", case.file("x.jsonl", "".join(json.dumps(one) + "\n" for one in told)))
    said = case.traced(A, tx(1))
    assert said["scope"]["not_followed"] == {"refused-movement": 1}
    assert [one for one in said["warnings"] if "1 movements were refused at load" in one]


def test_pieces_of_erc1155_are_counted_where_followed_money_is(case: Case) -> None:
    piece = Log(1, TOKEN, (multitoken.SINGLE, word(D), word(A), word(B)), word(7) + word(1)[2:])
    said = traced(case, [transfer(C, A, 100, WETH)], [transfer(A, B, 60, WETH), piece])
    assert said["scope"]["not_followed"] == {"erc1155-piece": 1}
    assert [one for one in said["warnings"] if "1 movements of single pieces" in one]


def test_tokens_that_are_destroyed_with_no_other_reason_are_burned(case: Case) -> None:
    assert ends(traced(case, [transfer(C, A, 100)], [transfer(A, ZERO, 60)])) == {
        ("burned", "burned", "60"),
        ("held", A, "40"),
    }


def test_tokens_that_are_destroyed_on_their_way_to_another_chain_are_not_burned(case: Case) -> None:
    sent = Log(1, "0x" + "9" * 40, (CCTP, word(1), word(TOKEN), word(A)), word(60))
    found = ends(traced(case, [transfer(C, A, 100)], [transfer(A, ZERO, 60), sent], [transfer(A, ZERO, 10)]))
    assert found == {("bridge", "bridge", "60"), ("burned", "burned", "10"), ("held", A, "30")}
    assert "bridge" in case.run("explain", "last", "bridge", "--json")
    bounds = json.loads(case.run("bounds", *case.seeded, "--at", "bridge", "--json"))["bounds"]
    assert [(one["least"], one["most"]) for one in bounds] == [("60", "60")]


def test_unwrapping_without_the_call_that_pays_is_not_burning(case: Case) -> None:
    found = ends(traced(case, [transfer(C, A, 100, WETH)], [wrapping(events.WITHDRAWAL, A, 60)]))
    assert found == {("redeemed", "redeemed", "60"), ("held", A, "40")}
    assert "redeemed" in case.run("balance", "last")


def test_the_wrapped_coin_that_is_sent_to_nobody_is_burned(case: Case) -> None:
    found = ends(traced(case, [transfer(C, A, 100, WETH)], [transfer(A, ZERO, 60, WETH)]))
    assert found == {("burned", "burned", "60"), ("held", A, "40")}


def test_what_a_minter_gives_back_to_circle_is_not_burned(case: Case) -> None:
    said = Log(1, USDC, (notes.BURN, word(A)), word(60))
    found = ends(traced(case, [transfer(C, A, 100, USDC)], [transfer(A, ZERO, 60, USDC), said]))
    assert found == {("redeemed", "redeemed", "60"), ("held", A, "40")}


def test_a_token_that_is_known_to_keep_a_part_is_named_where_followed_money_is_in_it(case: Case) -> None:
    said = traced(case, [transfer(C, A, 100, PAXG)], [transfer(A, B, 60, PAXG)], [transfer(C, D, 5, PAXG)])
    (one,) = [one for one in said["warnings"] if "keep a part" in one]
    assert one.startswith("1 movements")
    assert "PAXG" in one


def test_a_token_of_which_more_left_than_arrived_is_named(case: Case) -> None:
    said = traced(case, [transfer(C, A, 100)], [transfer(A, B, 58), transfer(A, TOKEN, 2, number=1)])
    assert [one for one in said["warnings"] if "in 1 transactions" in one and "left than arrived" in one]
    assert not [one for one in said["warnings"] if "keep a part" in one]


def test_events_of_crossings_are_known_once_each_with_their_source() -> None:
    assert CCTP in CROSSINGS
    assert len({*CROSSINGS}) == len(CROSSINGS) >= 25
    assert all(one.protocol and one.event for one in CROSSINGS.values())
