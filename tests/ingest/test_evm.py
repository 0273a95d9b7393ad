"""From EVM transactions to movements: every trap by name, on transactions drawn in the test."""

import json
from dataclasses import replace
from typing import Any

import pytest
import sha3
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.ingest.evm import decode, events, frames, order, parity, recorded
from dyepack.ingest.evm.networks import ARBSYS, ZERO, by_chain, by_id
from dyepack.ingest.evm.records import BlockData, Credit, Decoded, Frame, Gas, Head, Log, Moved, Tx

A, B, C, D, MAKER = (f"0x{letter * 40}" for letter in "abcdf")
TOKEN = "0x" + "7" * 40
ETHEREUM = by_chain("ethereum")
WETH = str(ETHEREUM.wrapped)
HASH = "0x" + "1" * 64
GAS = Gas(limit=100_000, used=50_000, price=3)
HEAD = Head(ETHEREUM, 100, maker=MAKER, base_fee=2)
TX = Tx(HEAD, 0, HASH, A, B, 0, None, ok=True, frames=())


def word(value: int | str) -> str:
    return "0x" + (f"{value:064x}" if isinstance(value, int) else value[2:].rjust(64, "0"))


def transfer(payer: str, payee: str, amount: int, contract: str = TOKEN, number: int = 0) -> Log:
    return Log(number, contract, (events.TRANSFER, word(payer), word(payee)), word(amount))


def wrapping(topic: str, owner: str, amount: int, contract: str = WETH) -> Log:
    return Log(0, contract, (topic, word(owner)), word(amount))


def moves(**changes: Any) -> list[Moved]:
    """The movements of a transaction that pays no fee."""
    return unnamed(decode.decode(replace(TX, gas=Gas(None, 0, 0), **changes)).moves)


def unnamed(found: list[Moved]) -> list[Moved]:
    """Movements without what the chain calls them, which has a test of its own."""
    return [move._replace(name=None) for move in found]


def passed(**changes: Any) -> dict[str, int]:
    return dict(decode.decode(replace(TX, gas=Gas(None, 0, 0), **changes)).passed)


def test_topics_are_the_hashes_of_what_they_stand_for() -> None:
    for text, topic in (
        ("Transfer(address,address,uint256)", events.TRANSFER),
        ("Deposit(address,uint256)", events.DEPOSIT),
        ("Withdrawal(address,uint256)", events.WITHDRAWAL),
    ):
        assert "0x" + sha3.keccak_256(text.encode()).hexdigest() == topic


def test_value_goes_to_the_payee_or_to_the_contract_that_is_made() -> None:
    assert moves(value=5) == [Moved("native", A, B, None, 5)]
    assert moves(value=5, to=None, created=C) == [Moved("native", A, C, None, 5)]
    assert moves(value=0) == []


def test_nothing_moves_in_a_failed_transaction_but_its_fee() -> None:
    out = decode.decode(replace(TX, ok=False, value=5, gas=GAS, logs=(transfer(A, B, 1),)))
    assert {move.kind for move in out.moves} == {"burn", "fee"}
    assert out.passed["failed transaction"] == 1


def test_value_shown_by_delegate_static_and_code_calls_did_not_move() -> None:
    silent = [Frame(kind, A, B, 5) for kind in ("delegatecall", "callcode", "staticcall")]
    assert moves(frames=(*silent, Frame("call", A, B, 7))) == [Moved("internal", A, B, None, 7)]


def test_a_failed_call_and_all_inside_it_moved_nothing() -> None:
    inside = (
        Frame("call", A, B, 1, failed=True, path=(0,)),
        Frame("call", B, C, 2, path=(0, 0)),
        Frame("call", C, D, 3, path=(0, 0, 1)),
        Frame("call", A, D, 4, path=(1,)),
    )
    assert moves(frames=inside) == [Moved("internal", A, D, None, 4)]
    assert passed(frames=inside) == {"failed call": 1, "call inside a failed one": 2}


def test_calls_inside_a_delegate_call_are_real() -> None:
    inside = (Frame("delegatecall", A, B, 5, path=(0,)), Frame("call", A, C, 5, path=(0, 0)))
    assert moves(frames=inside) == [Moved("internal", A, C, None, 5)]


def test_made_contracts_and_self_destruction_move_value() -> None:
    both = (Frame("create2", A, C, 3), Frame("selfdestruct", C, D, 4))
    assert moves(frames=both) == [Moved("internal", A, C, None, 3), Moved("internal", C, D, None, 4)]


def test_self_destruction_in_its_own_favour_and_unknown_kinds_of_call_are_refused() -> None:
    out = decode.decode(replace(TX, gas=GAS, frames=(Frame("selfdestruct", C, C, 4), Frame("teleport", A, B, 1))))
    assert [left.field for left in out.left] == ["to", "type"]
    assert all(move.kind in ("burn", "fee") for move in out.moves)


def test_what_leaves_arbitrum_through_its_own_contract_is_burnt() -> None:
    head = Head(by_chain("arbitrum"), 1)
    assert moves(head=head, frames=(Frame("invalid", ARBSYS, ZERO, 9),)) == [Moved("burn", ARBSYS, ZERO, None, 9)]


def test_three_topics_are_a_token_and_four_a_piece_of_a_collection() -> None:
    four = Log(0, TOKEN, (events.TRANSFER, word(A), word(B), word(1)), "0x")
    assert moves(logs=(transfer(A, B, 5), four)) == [Moved("token", A, B, TOKEN, 5)]
    assert passed(logs=(four,)) == {"ERC-721 transfer": 1}


@pytest.mark.parametrize(
    "log",
    [
        Log(0, TOKEN, (events.TRANSFER,), word(1) * 3),
        Log(0, TOKEN, (events.TRANSFER, word(A), word(B)), "0x"),
        Log(0, TOKEN, (events.TRANSFER, "0x" + "f" * 64, word(B)), word(1)),
        Log(0, WETH, (events.DEPOSIT, word(A), word(B)), word(1)),
    ],
)
def test_a_malformed_event_is_refused_with_the_reason(log: Log) -> None:
    out = decode.decode(replace(TX, gas=Gas(None, 0, 0), logs=(log,)))
    assert not out.moves
    assert [left.field for left in out.left] == ["log"]


def test_tokens_from_and_to_nobody_are_made_and_destroyed() -> None:
    logs = (transfer(ZERO, A, 5), transfer(A, ZERO, 3, number=1))
    assert [move.kind for move in moves(logs=logs)] == ["mint", "burn"]


def test_wrapping_and_unwrapping_make_and_destroy_the_wrapped_coin_for_the_owner() -> None:
    into = moves(value=5, to=WETH, logs=(wrapping(events.DEPOSIT, A, 5),))
    assert into == [Moved("native", A, WETH, None, 5), Moved("mint", ZERO, A, WETH, 5)]
    out = moves(frames=(Frame("call", WETH, A, 5),), logs=(wrapping(events.WITHDRAWAL, A, 5),))
    assert out == [Moved("internal", WETH, A, None, 5), Moved("burn", A, ZERO, WETH, 5)]


def test_deposits_into_other_contracts_make_no_wrapped_coin() -> None:
    assert moves(logs=(wrapping(events.DEPOSIT, A, 5, contract=C),)) == []
    head = Head(by_chain("arbitrum"), 1)
    assert moves(head=head, logs=(wrapping(events.DEPOSIT, A, 5),)) == []


def test_a_chain_whose_coin_is_reported_as_a_token_counts_it_once() -> None:
    network = by_chain("optimism")
    log = transfer(A, B, 5, contract=str(network.native_log))
    assert moves(head=Head(network, 1), value=5, logs=(log,)) == [Moved("native", A, B, None, 5)]


def test_the_base_fee_is_burnt_and_the_rest_goes_to_the_maker() -> None:
    assert unnamed(decode.decode(replace(TX, gas=GAS)).moves) == [
        Moved("burn", A, ZERO, None, 100_000),
        Moved("fee", A, MAKER, None, 50_000),
    ]


def test_a_fee_whose_payee_is_not_in_the_data_goes_to_nobody_named() -> None:
    assert unnamed(decode.decode(replace(TX, head=Head(ETHEREUM, 1), gas=GAS)).moves) == [
        Moved("fee", A, "unknown", None, 150_000)
    ]
    rollup = replace(TX, head=Head(by_chain("base"), 1, maker=MAKER, base_fee=2), gas=replace(GAS, extra=7))
    assert unnamed(decode.decode(rollup).moves) == [Moved("fee", A, "unknown", None, 150_007)]


@pytest.mark.parametrize(
    "gas", [None, replace(GAS, used=1), replace(GAS, used=2**64 - 1), replace(GAS, lacks="its price")]
)
def test_a_fee_that_cannot_be_known_is_refused(gas: Gas | None) -> None:
    out = decode.decode(replace(TX, gas=gas))
    assert not out.moves
    assert [left.field for left in out.left] == ["fee"]


def test_money_of_a_rollups_deposit_is_made_on_arrival_even_where_its_call_fails() -> None:
    head = Head(by_chain("optimism"), 1)
    assert moves(head=head, type=0x7E, minted=5, value=5) == [
        Moved("mint", ZERO, A, None, 5),
        Moved("native", A, B, None, 5),
    ]
    assert moves(head=head, type=0x7E, minted=5, value=5, ok=False) == [Moved("mint", ZERO, A, None, 5)]


def test_before_byzantium_a_transaction_that_used_all_its_gas_may_have_failed() -> None:
    spent = Gas(50_000, 50_000, 0)
    assert [left.field for left in decode.decode(replace(TX, ok=None, value=5, gas=spent)).left] == ["status"]
    assert [m.kind for m in decode.decode(replace(TX, ok=None, value=5, gas=replace(spent, limit=60_000))).moves] == [
        "native"
    ]


def test_calls_and_events_are_merged_at_the_wrapped_coin() -> None:
    """A swap for ether through the wrapped coin: the token goes in before the ether comes out."""
    logs = (transfer(A, B, 9, number=0), transfer(B, C, 5, WETH, 1), wrapping(events.WITHDRAWAL, C, 5))
    calls = (Frame("call", WETH, C, 5), Frame("call", C, A, 5))
    kinds = [(move.kind, move.payer, move.payee) for move in moves(frames=calls, logs=logs)]
    assert kinds == [
        ("token", A, B),
        ("token", B, C),
        ("internal", WETH, C),
        ("burn", C, ZERO),
        ("internal", C, A),
    ]


def test_places_in_the_trace_give_the_true_order() -> None:
    calls = (Frame("call", A, B, 1, place=((0, 1),)), Frame("call", B, C, 2, place=((1, 1),)))
    logs = (transfer(A, B, 3)._replace(place=((1, 0, 0),)), transfer(B, C, 4)._replace(place=((1, 1), (0, 0, 1))))
    assert [move.amount for move in moves(frames=calls, logs=logs)] == [1, 3, 2, 4]


@given(st.lists(st.tuples(st.sampled_from(["in", "out", "call", "log"]), st.integers(1, 3)), max_size=12))
def test_merging_keeps_the_order_of_calls_and_of_events(drawn: list[tuple[str, int]]) -> None:
    calls: list[frames.Placed] = []
    logs: list[events.Placed] = []
    for number, (what, amount) in enumerate(drawn):
        if what in ("in", "out", "call"):
            payer, payee = (C, WETH) if what == "in" else (WETH, C) if what == "out" else (A, B)
            calls.append((Frame("call", payer, payee, amount), Moved("internal", payer, payee, None, amount)))
        if what in ("in", "out", "log"):
            topic = {"in": events.DEPOSIT, "out": events.WITHDRAWAL, "log": events.TRANSFER}[what]
            log = Log(number, WETH, (topic,), "")
            logs += [(log, move) for move in [_wrapped_move(what, amount)]]
    merged = order.merged(calls, logs, WETH)
    assert [move for move in merged if move.token is None] == [move for _, move in calls]
    assert [move for move in merged if move.token is not None] == [move for _, move in logs]


def _wrapped_move(what: str, amount: int) -> Moved:
    if what == "in":
        return Moved("mint", ZERO, C, WETH, amount)
    if what == "out":
        return Moved("burn", C, ZERO, WETH, amount)
    return Moved("token", A, B, WETH, amount)


def test_rewards_come_from_nobody() -> None:
    data = BlockData(HEAD, credits=[Credit("reward", MAKER, 2, "block"), Credit("reward", D, 0, "uncle")])
    assert unnamed(decode.made(data).moves) == [Moved("reward", ZERO, MAKER, None, 2)]


def test_an_amount_of_more_than_38_digits_does_not_fit() -> None:
    assert decode.fits(Moved("token", A, B, TOKEN, 10**38 - 1)) is None
    assert "39" in (decode.fits(Moved("token", A, B, TOKEN, 10**38)) or "")


def line(**changes: Any) -> dict[str, Any]:
    """One recorded transaction as JSON."""
    tx = {"hash": HASH, "blockNumber": "0x1", "transactionIndex": "0x2", "from": A, "to": B, "value": "0x5"}
    receipt = {
        "transactionHash": HASH,
        "blockHash": "0x" + "2" * 64,
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x1",
        "status": "0x1",
        "logs": [],
    }
    return {"chain_id": 1, "timestamp": 1_600_000_000, "tx": tx, "receipt": receipt, "internal": [], **changes}


def test_a_recorded_transaction_is_read() -> None:
    block = recorded.read(json.dumps(line()).encode(), None)
    tx = block.txs[0]
    assert (block.head.number, tx.index, tx.sender, tx.value, tx.ok) == (1, 2, A, 5, True)
    assert block.head.time is not None
    assert block.head.time.year == 2020


def test_internal_calls_of_explorers_go_by_their_index() -> None:
    call = {"from": A, "to": B, "value": "1", "type": "call", "isError": "0"}
    listed = [
        {**call, "index": "12", "value": "3"},
        {**call, "index": "2", "callType": "delegatecall"},
        {**call, "index": "10", "isError": "1"},
        {**call, "index": "11", "type": "create", "to": "", "contractAddress": C, "callType": ""},
    ]
    found = recorded.read(json.dumps(line(internal=listed)).encode(), None).txs[0].frames
    assert found is not None
    assert [(f.type, f.payee, f.amount, f.failed) for f in found] == [
        ("delegatecall", B, 1, False),
        ("call", B, 1, True),
        ("create", C, 1, False),
        ("call", B, 3, False),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": None}, "--chain"),
        ({"chain_id": 987_654_321}, "known EVM chain"),
        ({"tx": {}}, "expected a transaction"),
        ({"timestamp": 2**40}, "seconds since 1970"),
        ({"timestamp": True}, "expected a transaction"),
        ({"internal": [{"from": A, "value": "-1", "type": "call", "to": B}]}, "value"),
        ({"internal": [{"from": A, "value": "1", "type": "call", "to": ""}]}, "to:"),
    ],
)
def test_a_line_of_another_shape_says_what_was_expected(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        recorded.read(json.dumps(line(**changes)).encode(), None)


def test_a_line_of_another_chain_than_the_caller_says_is_refused() -> None:
    with pytest.raises(InputError, match="expected base"):
        recorded.read(json.dumps(line()).encode(), "base")
    assert recorded.read(json.dumps(line(chain_id=None)).encode(), "base").head.network is by_id(8453)


@given(st.binary(max_size=60))
def test_no_bytes_crash_the_readers(noise: bytes) -> None:
    for read in (lambda: recorded.read(noise, None), lambda: parity.read(noise, ETHEREUM)):
        with pytest.raises(InputError):
            read()


def mutate(value: Any, choose: Any) -> Any:
    """The same JSON with one leaf replaced."""
    if isinstance(value, dict) and value:
        key = choose(st.sampled_from(sorted(value)))
        return {**value, key: mutate(value[key], choose)}
    if isinstance(value, list) and value:
        place = choose(st.integers(0, len(value) - 1))
        return [*value[:place], mutate(value[place], choose), *value[place + 1 :]]
    return choose(st.sampled_from([None, "", "0x", "zz", -1, 2**300, True, [], {}, "0x" + "f" * 64, "\x00", 1.5]))


@given(st.data())
def test_a_record_with_any_part_replaced_is_read_or_refused(data: st.DataObject) -> None:
    call = {"from": A, "to": B, "value": "1", "type": "call", "isError": "0"}
    log = {"address": TOKEN, "topics": [events.TRANSFER, word(A), word(B)], "data": word(5), "logIndex": "0x1"}
    whole = line(internal=[call])
    whole["receipt"]["logs"] = [log]
    try:
        block = recorded.read(json.dumps(mutate(whole, data.draw)).encode(), None)
    except InputError:
        return
    assert isinstance(decode.decode(block.txs[0]), Decoded)


def test_every_movement_has_the_name_that_the_chain_gives_it() -> None:
    found = moves_named(value=5, frames=(Frame("call", B, C, 7, path=(0, 2)),), logs=(transfer(A, B, 5, number=12),))
    assert [move.name for move in found] == ["fee burnt", "fee", "call", "call 0.2", "log 12"]


def moves_named(**changes: Any) -> list[Moved]:
    return decode.decode(replace(TX, gas=GAS, **changes)).moves
