"""TRON: what its transactions move, and a node on loopback that serves blocks of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack import cli
from dyepack.addresses import normalise
from dyepack.errors import InputError, SourceError, SourceMismatch
from dyepack.ingest.evm.chainload import Asked, load_chain
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.records import Decoded
from dyepack.ingest.patience import Patience
from dyepack.ingest.tron import records
from dyepack.ingest.tron.api import TronApi
from dyepack.ingest.tron.decode import decode
from dyepack.ingest.tron.fields import NOBODY, address
from dyepack.ingest.tron.header import block_id
from dyepack.store import Store
from tests.ingest.loopback import Quiet, listening

A, B, C = (f"41{letter * 40}" for letter in "abc")
USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
USDT_HEX = "a614f803b6fd780986a42c78ec9c7f77e6ded13c"
SPEAKS = {address: normalise(address, "tron") for address in (A, B, C)}
NAMES = dict(zip(SPEAKS.values(), "abc", strict=True))


def tx(kind: str, number: int = 1, **value: Any) -> dict[str, Any]:
    contract = {"type": kind, "parameter": {"value": {"owner_address": A, **value}, "type_url": ""}}
    return {"txID": f"{number:064x}", "raw_data": {"contract": [contract]}, "ret": [{"contractRet": "SUCCESS"}]}


def info(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"{number:064x}", **more}


def word(address: str) -> str:
    return address[2:].rjust(64, "0")


def transfer(payer: str, payee: str, amount: int, contract: str = USDT_HEX) -> dict[str, Any]:
    return {"address": contract, "topics": [TRANSFER[2:], word(payer), word(payee)], "data": f"{amount:064x}"}


def decoded(sent: Mapping[str, Any], record: Mapping[str, Any] | None = None) -> Decoded:
    return decode(records.transaction(sent), records.record(record or info()))


def told(sent: Mapping[str, Any], record: Mapping[str, Any] | None = None) -> list[str]:
    moves = decoded(sent, record).moves
    return [f"{m.kind} {NAMES.get(m.payer, m.payer)} {NAMES.get(m.payee, m.payee)} {m.amount} {m.token}" for m in moves]


def test_nobody_is_twenty_zero_bytes() -> None:
    assert normalise("41" + "0" * 40, "tron") == NOBODY
    assert address(USDT_HEX, "") == address("41" + USDT_HEX, "") == USDT


def test_payments_of_trx_and_of_both_kinds_of_tokens() -> None:
    assert told(tx("TransferContract", to_address=B, amount=5)) == ["native a b 5 None"]
    named = tx("TransferAssetContract", to_address=B, amount=5, asset_name=b"1002000".hex())
    assert told(named) == ["token a b 5 1002000"]
    call = tx("TriggerSmartContract", contract_address=C, call_value=2, data="a9059cbb")
    assert told(call, info(log=[transfer(A, B, 7)], fee=9)) == [
        "fee a unknown 9 None",
        "native a c 2 None",
        f"token a b 7 {USDT}",
    ]


def test_a_call_may_carry_a_token_of_the_chains_own() -> None:
    assert told(tx("TriggerSmartContract", contract_address=C, call_token_value=3, token_id=1002000)) == [
        "token a c 3 1002000"
    ]


def test_internal_calls_move_trx_and_tokens_unless_rejected() -> None:
    def inner(payer: str, payee: str, amount: int, **more: Any) -> dict[str, Any]:
        worth = [{"callValue": amount}] if amount else [{}]
        ends = {"caller_address": payer, "transferTo_address": payee}
        return {**ends, "callValueInfo": worth, "note": b"call".hex(), **more}

    record = info(internal_transactions=[inner(C, B, 4), inner(C, A, 6, rejected=True), inner(C, B, 0)])
    record["internal_transactions"][0]["callValueInfo"].append({"callValue": 8, "tokenId": "1002000"})
    assert told(tx("TriggerSmartContract", contract_address=C), record) == [
        "internal c b 4 None",
        "token c b 8 1002000",
    ]


def test_a_failed_call_costs_its_fee_and_moves_nothing() -> None:
    failed = {**tx("TriggerSmartContract", contract_address=C, call_value=5), "ret": [{"contractRet": "REVERT"}]}
    assert told(failed, info(fee=3, log=[transfer(A, B, 7)])) == ["fee a unknown 3 None"]


def test_tokens_made_and_destroyed_and_pieces_of_collections() -> None:
    nobody = "41" + "0" * 40
    piece = {**transfer(A, B, 1), "topics": [TRANSFER[2:], word(A), word(B), "1".rjust(64, "0")], "data": ""}
    out = decoded(
        tx("TriggerSmartContract", contract_address=C),
        info(log=[transfer(nobody, A, 1), transfer(A, nobody, 2), piece]),
    )
    assert [move.kind for move in out.moves] == ["mint", "burn"]
    assert out.passed["piece of a collection"] == 1


def test_freezing_and_voting_move_nothing_and_claimed_rewards_do() -> None:
    assert told(tx("FreezeBalanceV2Contract", frozen_balance=5)) == []
    assert told(tx("WithdrawBalanceContract"), info(withdraw_amount=4)) == [f"reward {NOBODY} a 4 None"]


@pytest.mark.parametrize(
    ("sent", "record"),
    [
        (tx("TransferContract", to_address="41zz", amount=5), None),
        (tx("TransferContract", to_address=B, amount=-5), None),
        (tx("TransferAssetContract", to_address=B, amount=5, asset_name="z" * 33), None),
        ({**tx("TransferContract"), "raw_data": {"contract": []}}, None),
        (tx("TransferContract", to_address=B, amount=5), info(2)),
    ],
)
def test_what_is_malformed_is_refused(sent: dict[str, Any], record: dict[str, Any] | None) -> None:
    with pytest.raises(InputError):
        decoded(sent, record)


def identity(raw: Mapping[str, Any]) -> str:
    """A block's id, from the bytes of its header written one after the other."""
    out = b""
    for tag, name in ((0x08, "timestamp"), (0x12, "txTrieRoot"), (0x1A, "parentHash"), (0x38, "number"),
                      (0x4A, "witness_address"), (0x50, "version"), (0x5A, "accountStateRoot")):  # fmt: skip
        value = raw.get(name)
        if isinstance(value, str):
            out += bytes([tag, len(value) // 2]) + bytes.fromhex(value)
        elif value:
            groups = [value >> shift & 127 for shift in range(0, value.bit_length(), 7)]
            out += bytes([tag, *(one | 128 for one in groups[:-1]), groups[-1]])
    return f"{raw.get('number', 0):016x}" + sha256(out).hexdigest()[16:]


PUBLISHED = [
    (
        "000000000035e1c0f60afaa8387fd17fd9b84fe4381265ff084d739f814558ea",
        "9d98f6cbbde8302774ab87c003831333e132c89e00009cb1f7da35e1e59ae8ca",
        "41d1dbde8b8f71b48655bec4f6bb532a0142b88bc0",
        "000000000035e1bfb3b6f244e5316ce408aa8cea4c348eabe2545247f5a4600c",
        (3_531_200, 3, 1_540_545_240_000),
    ),
    (
        "0000000001d6f49ebf6a4ff33cc1c1607145c48dc701fbd7ce00f410131e14f8",
        "3739bc2a844d642506e8faf39d4012320ec1cf87899e1744e02b8d7f9ed2da3f",
        "41f29f57614a6b201729473c837e1d2879e9f90b8e",
        "0000000001d6f49d0479eee63b80207fb66d24c1b7d50e2c89e0fd492861f508",
        (30_864_542, 21, 1_623_055_917_000),
    ),
    (
        "0000000003b6b891043be54ac0ae1ef579fad5e6e1732cb0ac4237a873b8453e",
        "7cb6ddff8ada79c91baf6667cc8ead757b39205a8dc8ae097298dbb0587bddb7",
        "4114f2c09d3de3fe82a71960da65d4935a30b24e1f",
        "0000000003b6b890d8e1d886520dcad1820f4313a435ad593a80c549ea883054",
        (62_306_449, 30, 1_717_563_117_000),
    ),
]
"""Headers of the main chain as its API's documentation and users print them: id, root, maker, the block before."""


@pytest.mark.parametrize(("name", "root", "maker", "before", "numbers"), PUBLISHED)
def test_the_id_of_a_published_block_follows_from_its_header(
    name: str, root: str, maker: str, before: str, numbers: tuple[int, int, int]
) -> None:
    raw: dict[str, Any] = {"txTrieRoot": root, "witness_address": maker, "parentHash": before}
    raw |= dict(zip(("number", "version", "timestamp"), numbers, strict=True))
    assert block_id(raw) == identity(raw) == name
    for field in raw:
        other = (
            raw[field] + 1
            if isinstance(raw[field], int)
            else "00" + raw[field][2:]
            if field != "parentHash"
            else "11" * 32
        )
        assert block_id({**raw, field: other}) != name
    for wrong in (
        {"new": 1},
        {"number": -1},
        {"number": True},
        {"txTrieRoot": "zz"},
        {"txTrieRoot": 5},
        {"version": "1"},
    ):
        with pytest.raises(InputError, match="header"):
            block_id({**raw, **wrong})


class Node:
    """A TRON node with two transactions in each block; `change` may alter an answer."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.change = lambda path, said: said
        self.url = ""

    @cache  # noqa: B019 (a few blocks of a node that lives for one test)
    def header(self, number: int) -> dict[str, Any]:
        raw = {"number": number, "parentHash": self.hash(number - 1) if number else "0" * 64, "txTrieRoot": "e" * 64}
        return {**raw, "timestamp": 1_700_000_000_000 + 3000 * number, "witness_address": A, "version": 30}

    def hash(self, number: int) -> str:
        return identity(self.header(number))

    def answer(self, path: str, asked: Mapping[str, Any]) -> Any:
        number = self.length - 1 if path == "/wallet/getnowblock" else int(asked["num"])
        if path == "/wallet/gettransactioninfobyblocknum":
            return [info(2 * number, fee=1), info(2 * number + 1, log=[transfer(A, B, number)])]
        sent = [
            tx("TransferContract", 2 * number, to_address=B, amount=10),
            tx("TriggerSmartContract", 2 * number + 1, contract_address=C),
        ]
        return {"blockID": self.hash(number), "block_header": {"raw_data": self.header(number)}, "transactions": sent}


@contextmanager
def served(node: Node) -> Iterator[Node]:
    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say({})

        def do_POST(self) -> None:
            self.say(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def say(self, asked: Any) -> None:
            said = node.change(self.path, node.answer(self.path, asked))
            self.give(said if isinstance(said, bytes) else json.dumps(said).encode())

    with listening(Handler) as port:
        node.url = f"http://127.0.0.1:{port}"
        yield node


QUICK = Patience(seconds=2.0, attempts=2, pause=0.01)


def test_blocks_are_loaded_in_order_with_usdt_as_a_listed_token(tmp_path: Path) -> None:
    with served(Node(6)) as node, Store.open(tmp_path / "ws", create=True) as store:
        loaded = load_chain(store, TronApi(node.url, QUICK), Asked(1, confirmations=0, chunk=3))
        assert (loaded.blocks, loaded.kinds) == (5, {"fee": 5, "native": 5, "token": 5})
        assert {row.asset: row.verified for row in store.records("assets")} == {"TRX": True, f"tron:{USDT}": True}
        first = store.records("transfers")[:3]
        assert [(r.tx_index, r.seq, r.kind, r.amount) for r in first] == [
            (0, 0, "fee", 1),
            (0, 1, "native", 10),
            (1, 0, "token", 1),
        ]
        assert load_chain(store, TronApi(node.url, QUICK), Asked(1, confirmations=0, chunk=3)).there == 5


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/wallet/getblockbynum", b"<html>"),
        ("/wallet/getblockbynum", {}),
        ("/wallet/getblockbynum", {"Error": "class java.lang.NullPointerException"}),
        ("/wallet/getblockbynum", {"blockID": "0" * 64, "block_header": {"raw_data": {"number": 1}}}),
        ("/wallet/gettransactioninfobyblocknum", []),
        ("/wallet/gettransactioninfobyblocknum", {"x": 1}),
        ("/wallet/getnowblock", []),
        ("/wallet/getblockbynum", {"blockID": f"{1:016x}" + "d" * 48, "block_header": {"raw_data": {"number": 1}}}),
    ],
)
def test_a_node_that_answers_wrongly_is_refused(tmp_path: Path, path: str, said: Any) -> None:
    with served(Node(6)) as node, Store.open(tmp_path / "ws", create=True) as store:
        node.change = lambda asked, right: said if asked == path else right
        with pytest.raises((SourceMismatch, SourceError)) as caught:
            load_chain(store, TronApi(node.url, QUICK), Asked(1, confirmations=0))
        assert "\n" not in str(caught.value)
        assert not store.parts("transfers")


def test_one_bad_transaction_is_refused_and_the_rest_loads(tmp_path: Path) -> None:
    def bad(path: str, said: Any) -> Any:
        if path == "/wallet/getblockbynum" and said["blockID"].startswith(f"{2:016x}"):
            said["transactions"][0]["raw_data"]["contract"][0]["parameter"]["value"]["amount"] = -1
        return said

    with served(Node(4)) as node, Store.open(tmp_path / "ws", create=True) as store:
        node.change = bad
        loaded = load_chain(store, TronApi(node.url, QUICK), Asked(1, confirmations=0))
    assert (loaded.refused, loaded.kinds["native"]) == ({"transaction": 1}, 2)


def test_the_command_loads_tron(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(Node(6)) as node:
        where = ["-w", str(tmp_path / "ws"), "ingest", "tron", "--api", node.url, "--from", "1", "--confirmations", "0"]
        assert cli.run([*where, "--dry-run"]) == 0
        assert cli.run([*where, "--json"]) == 0
    assert '"native": 5' in capsys.readouterr().out


JUNK: st.SearchStrategy[Any] = st.sampled_from([None, "", -1, 2**70, True, [], {}, "\x00", 1.5, "41" + "f" * 40])


@given(st.data())
def test_any_part_of_a_transaction_replaced_is_decoded_or_refused(data: st.DataObject) -> None:
    def broken(value: Any) -> Any:
        if isinstance(value, dict) and value:
            key = data.draw(st.sampled_from(sorted(value)))
            return {**value, key: broken(value[key])}
        if isinstance(value, list) and value:
            return [broken(value[0]), *value[1:]]
        return data.draw(JUNK)

    record = info(fee=1, log=[transfer(A, B, 7)], internal_transactions=[])
    try:
        out = decoded(broken(tx("TriggerSmartContract", contract_address=C, call_value=2)), broken(record))
    except InputError:
        return
    assert all(move.amount >= 0 for move in out.moves)
