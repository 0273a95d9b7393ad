"""What each kind of TRON's transactions and calls moves, and that one of no known kind spoils nothing beside itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack import cli
from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.ingest.tron import kinds, own, records
from dyepack.ingest.tron.decode import decode
from dyepack.ingest.tron.fields import NOBODY, token
from dyepack.store import Store
from tests.conftest import ROOT
from tests.ingest.test_tron import NAMES, SPEAKS, A, B, C, Node, decoded, info, served, told, tx

BTT = b"1002000".hex()
ORDERS = [f"{n:064x}" for n in (11, 12, 13)]


def inner(note: str | None, payer: str = C, payee: str | None = B, amount: int = 5, **more: Any) -> dict[str, Any]:
    """A call inside, as a node writes it: the note in hex, no target where there is none."""
    said = {"hash": "9" * 64, "caller_address": payer, "callValueInfo": [{"callValue": amount}] if amount else [{}]}
    said |= {} if payee is None else {"transferTo_address": payee}
    return {**said, **({} if note is None else {"note": note.encode().hex()}), **more}


def called(*calls: dict[str, Any]) -> list[str]:
    return told(tx("TriggerSmartContract", contract_address=C), info(internal_transactions=list(calls)))


class Told:
    """What a node knows beside its blocks."""

    def pair(self, exchange: int) -> tuple[object, object]:
        return {7: ("5f", BTT), 8: (BTT, b"1002001".hex())}[exchange]

    def rate(self, key: str) -> tuple[int, int]:
        return {"1002000": (3, 2)}[key]


def with_facts(sent: Mapping[str, Any], record: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    moves = decode(records.transaction(sent), records.record(record), Told()).moves
    return [
        (NAMES.get(m.payer, m.payer), NAMES.get(m.payee, m.payee), m.amount, m.token or "TRX", m.kind) for m in moves
    ]


@pytest.mark.parametrize("note", sorted(kinds.IDLE))
def test_a_call_that_shows_what_was_frozen_lent_or_voted_moves_nothing(note: str) -> None:
    assert called(inner(note, amount=2_200_000_000)) == []
    assert called(inner(note, payee=None, amount=0)) == []


def test_calls_that_move_what_they_show() -> None:
    assert called(inner("call"), inner("create"), inner("suicide")) == ["internal c b 5 None"] * 3
    assert called(inner("call", callValueInfo=[{"callValue": 5, "tokenId": "1002000"}])) == ["token c b 5 1002000"]
    assert called(inner("call", callValueInfo=[{"callValue": 5, "tokenId": BTT}])) == ["token c b 5 1002000"]
    assert called(inner("call", payee=C)) == []


def test_what_votes_earned_comes_to_the_contract_that_takes_it() -> None:
    assert called(inner("withdrawReward", payee=C, amount=9)) == [f"reward {NOBODY} c 9 None"]
    assert called(inner("withdrawReward", payee=C, amount=0)) == []


def test_a_destroyed_contract_that_names_itself_is_left_out_by_name() -> None:
    out = decoded(tx("TriggerSmartContract", contract_address=C), info(internal_transactions=[inner("suicide", B)]))
    assert (out.moves, ["heir" in left.reason for left in out.left]) == ([], [True])


@pytest.mark.parametrize(
    "call",
    [
        inner("lendForever"),
        inner("lendForever", amount=0),
        inner(None),
        inner("call", payee=None),
        inner("call", caller_address=None),
        inner("call", callValueInfo=[{"callValue": "5"}]),
        inner("call", callValueInfo=[{"callValue": -5}]),
        inner("call", callValueInfo=[{"callValue": 5, "tokenId": "\x00"}]),
        {**inner("call"), "note": 5},
        inner("call", rejected="no"),
    ],
)
def test_a_call_of_no_known_form_refuses_its_transaction(call: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        called(call)


@pytest.mark.parametrize("kind", sorted(kinds.STAYS))
def test_contracts_that_move_nothing_to_another(kind: str) -> None:
    value: dict[str, Any] = {
        "frozen_balance": 5,
        "balance": 5,
        "receiver_address": B,
        "account_address": B,
        "resource": "ENERGY",
    }
    out = decoded(tx(kind, **value), info(fee=3, unfreeze_amount=5, withdraw_expire_amount=5))
    assert [(move.kind, move.amount) for move in out.moves] == [("fee", 3)]
    assert out.passed[f"{kind} moves nothing to another"] == 1


@pytest.mark.parametrize(
    "kind", ["ShieldedTransferContract", "VoteAssetContract", "CustomContract", "Lend2Contract", ""]
)
def test_a_contract_of_no_known_kind_is_refused(kind: str) -> None:
    with pytest.raises(InputError, match="not known"):
        decoded(tx(kind, amount=5, to_address=B))


def test_every_kind_of_the_protocol_is_on_the_page_with_what_it_moves() -> None:
    page = (ROOT / "docs/reference/account-formats.md").read_text(encoding="utf-8")
    section = page.partition("## What TRON's transactions move")[2].partition("\n## ")[0]
    names = [one.removesuffix("Contract") for one in kinds.STAYS | own.MOVES]
    assert [one for one in names if f"`{one}`" not in section] == []
    assert not kinds.STAYS & own.MOVES


def test_a_token_is_issued_to_its_issuer_and_sold_for_trx() -> None:
    issue = tx("AssetIssueContract", name=b"Mine".hex(), total_supply=1000, frozen_supply=[{"frozen_amount": 10}])
    assert told(issue, info(assetIssueID="1002000")) == [f"mint {NOBODY} a 1000 1002000"]
    bought = tx("ParticipateAssetIssueContract", to_address=B, asset_name=BTT, amount=7)
    assert with_facts(bought, info()) == [("a", "b", 7, "TRX", "native"), ("b", "a", 10, "1002000", "token")]
    out = decoded(bought)
    assert ([(m.kind, m.amount) for m in out.moves], len(out.left)) == ([("native", 7)], 1)


@pytest.mark.parametrize("trx", ["_", "5f"])
def test_what_goes_through_an_exchange_of_the_chains_own(trx: str) -> None:
    made: dict[str, Any] = {
        "first_token_id": trx,
        "first_token_balance": 5,
        "second_token_id": BTT,
        "second_token_balance": 6,
    }
    assert with_facts(tx("ExchangeCreateContract", **made), info(exchange_id=7)) == [
        ("a", "exchange:7", 5, "TRX", "native"),
        ("a", "exchange:7", 6, "1002000", "token"),
    ]
    given: dict[str, Any] = {"exchange_id": 7, "token_id": trx, "quant": 5}
    assert with_facts(tx("ExchangeInjectContract", **given), info(exchange_inject_another_amount=6)) == [
        ("a", "exchange:7", 5, "TRX", "native"),
        ("a", "exchange:7", 6, "1002000", "token"),
    ]
    assert with_facts(tx("ExchangeWithdrawContract", **given), info(exchange_withdraw_another_amount=6)) == [
        ("exchange:7", "a", 5, "TRX", "native"),
        ("exchange:7", "a", 6, "1002000", "token"),
    ]
    traded = tx("ExchangeTransactionContract", **given, expected=1)
    assert with_facts(traded, info(exchange_received_amount=6)) == [
        ("a", "exchange:7", 5, "TRX", "native"),
        ("exchange:7", "a", 6, "1002000", "token"),
    ]
    out = decoded(traded, info(exchange_received_amount=6))
    assert ([m.amount for m in out.moves], "6 of the other token" in out.left[0].reason) == ([5], True)


def test_an_order_of_the_market_its_fills_and_its_end() -> None:
    sold: dict[str, Any] = {
        "sell_token_id": "5f",
        "sell_token_quantity": 100,
        "buy_token_id": BTT,
        "buy_token_quantity": 50,
    }
    fills = [
        {"makerOrderId": ORDERS[1], "takerOrderId": ORDERS[0], "fillSellQuantity": 40, "fillBuyQuantity": 25},
        {"makerOrderId": ORDERS[2], "takerOrderId": ORDERS[0], "fillSellQuantity": 10, "fillBuyQuantity": 5},
    ]
    mine, *others = (f"order:{one}" for one in ORDERS)
    assert with_facts(tx("MarketSellAssetContract", **sold), info(orderId=ORDERS[0], orderDetails=fills)) == [
        ("a", mine, 100, "TRX", "native"),
        (mine, others[0], 40, "TRX", "native"),
        (others[0], "a", 25, "1002000", "token"),
        (mine, others[1], 10, "TRX", "native"),
        (others[1], "a", 5, "1002000", "token"),
    ]
    out = decoded(tx("MarketCancelOrderContract", order_id=ORDERS[0]))
    assert (out.moves, [ORDERS[0] in left.reason for left in out.left]) == ([], [True])


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (1002000, "1002000"),
        ("1002000", "1002000"),
        (BTT, "1002000"),
        (b"BitTorrent".hex(), "name:BitTorrent"),
        ("BitTorrent", "name:BitTorrent"),
        (b"123".hex(), "name:123"),
        (b"0999999".hex(), "name:0999999"),
    ],
)
def test_a_token_is_known_by_its_number_else_by_its_name(said: object, key: str) -> None:
    assert token(said, "") == key


@pytest.mark.parametrize(
    "said", [None, "", True, 0, 999, -1002000, 1.5, "a b", "x" * 33, [], "١٠٠٢٠٠٠", b"\n".hex() * 3]
)
def test_what_is_no_name_of_a_token_is_refused(said: object) -> None:
    with pytest.raises(InputError):
        token(said, "")


@given(st.from_regex(r"\A[!-~]{1,32}\Z"))
def test_a_name_in_hex_is_that_name_whatever_it_is(name: str) -> None:
    assert token(name.encode().hex(), "") in {name, f"name:{name}"}


@pytest.mark.parametrize(
    ("end", "record", "moves"),
    [
        ([{"contractRet": "SUCCESS"}], info(), 1),
        ([{"ret": "SUCESS"}], info(), 1),
        ([{"contractRet": "OUT_OF_ENERGY"}], info(result="FAILED", receipt={"result": "OUT_OF_ENERGY"}), 0),
        ([], info(result="FAILED"), 0),
        ([], info(receipt={"result": "REVERT"}), 0),
        ([{"contractRet": "LOOKS_FINE"}], info(), None),
        ([{"contractRet": "SUCCESS"}], info(result="FAILED"), None),
        ([{"contractRet": "SUCCESS"}], info(receipt={"result": "REVERT"}), None),
    ],
)
def test_how_it_ended(end: list[Any], record: dict[str, Any], moves: int | None) -> None:
    sent = {**tx("TransferContract", to_address=B, amount=5), "ret": end}
    if moves is None:
        with pytest.raises(InputError, match="ret"):
            decoded(sent, record)
    else:
        assert len(decoded(sent, record).moves) == moves


# Through the command


Sent = tuple[dict[str, Any], dict[str, Any]]


class Drawn(Node):
    """A node with these transactions, each with its record, in blocks 1 and on."""

    def __init__(self, blocks: Sequence[Sequence[Sent]]) -> None:
        super().__init__(len(blocks) + 1)
        self.drawn = [[], *blocks]

    def answer(self, path: str, asked: Mapping[str, Any]) -> Any:
        if path == "/wallet/getexchangebyid":
            return {"exchange_id": asked["id"], "first_token_id": "5f", "second_token_id": BTT}
        if path == "/wallet/getassetissuebyid":
            return {"id": asked["value"], "num": 3, "trx_num": 2}
        number = self.length - 1 if path == "/wallet/getnowblock" else int(asked["num"])
        if path == "/wallet/gettransactioninfobyblocknum":
            return [record for _, record in self.drawn[number]]
        head = {"blockID": self.hash(number), "block_header": {"raw_data": self.header(number)}}
        return {**head, "transactions": [sent for sent, _ in self.drawn[number]]}


def sent_by(owner: str, kind: str, number: int, **value: Any) -> dict[str, Any]:
    return tx(kind, number, **{**value, "owner_address": owner})


def loaded(tmp_path: Path, blocks: Sequence[Sequence[Sent]], capsys: pytest.CaptureFixture[str]) -> str:
    with served(Drawn(blocks)) as node:
        where = ["-w", str(tmp_path / "ws"), "ingest", "tron", "--api", node.url, "--from", "1", "--confirmations", "0"]
        assert cli.run(where) == 0
    return capsys.readouterr().out


def rows(tmp_path: Path) -> list[tuple[str, str, str, int]]:
    with Store.open(tmp_path / "ws") as store:
        every = store.records("transfers")
    return [
        (NAMES.get(r.from_address, r.from_address), NAMES.get(r.to_address, r.to_address), r.asset, r.amount)
        for r in every
    ]


def reasons(tmp_path: Path) -> list[str]:
    with Store.open(tmp_path / "ws") as store:
        return [one.reason for one in store.records("rejects")]


def test_stolen_trx_whose_resources_are_lent_to_a_stranger_stay_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thief puts 3,000 TRX into a contract of his, which freezes 2,200 and lends the energy to a stranger."""
    lent = [
        inner("freezeBalanceV2ForEnergy", payee=C, amount=2_200_000_000),
        inner("delegateResourceOfEnergy", payee="41" + "d" * 40, amount=2_200_000_000),
        inner("voteWitness", payee=None, amount=0, extra='{"votes": []}'),
    ]
    loaded(
        tmp_path,
        [
            [(sent_by(B, "TransferContract", 1, to_address=A, amount=3_000_000_000), info(1))],
            [(tx("TriggerSmartContract", 2, contract_address=C, call_value=3_000_000_000), info(2))],
            [(tx("TriggerSmartContract", 3, contract_address=C), info(3, internal_transactions=lent))],
        ],
        capsys,
    )
    assert rows(tmp_path) == [("b", "a", "TRX", 3_000_000_000), ("a", "c", "TRX", 3_000_000_000)]
    seeds = tmp_path / "seeds.csv"
    seeds.write_text(f"chain,address,tx_hash,asset\ntron,{SPEAKS[A]},{1:064x},TRX\n")
    trace = ["-w", str(tmp_path / "ws"), "trace", "x-case", "--unlisted", "--seeds", str(seeds), "--json"]
    assert cli.run(trace) == 0
    said = capsys.readouterr().out
    assert SPEAKS[C] in said
    assert normalise("41" + "d" * 40, "tron") not in said


def test_a_form_that_nobody_foresaw_refuses_its_transaction_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = [(tx("TransferContract", n, to_address=B, amount=n), info(n)) for n in range(1, 8)]
    odd: list[Sent] = [
        (tx("LendForeverContract", 20, amount=5), info(20)),
        (tx("TransferContract", 21, to_address=B, amount="5"), info(21)),
        ({**tx("TransferContract", 22), "raw_data": {"contract": "none"}}, info(22)),
        (tx("TransferContract", 23, to_address=B, amount=5), {**info(23), "log": 7}),
        ({**tx("TransferContract", 24), "txID": 24}, info(24)),
        (tx("TriggerSmartContract", 25, contract_address=C), info(25, internal_transactions=[inner("lendForever")])),
        (tx("ExchangeTransactionContract", 26, exchange_id=7, token_id="5f", quant=1), info(26)),
    ]
    loaded(tmp_path, [[one for pair in zip(odd, fine, strict=True) for one in pair]], capsys)
    assert [amount for *_, amount in rows(tmp_path)] == [1, 2, 3, 4, 5, 6, 1, 7]
    said = reasons(tmp_path)
    assert len(said) == 6
    for name in (*(f"{n:064x}" for n in (20, 21, 22, 23, 25)), "transaction 8 of block 1"):
        assert sum(one.startswith(name) for one in said) == 1


def test_what_moves_trx_beside_payments_is_booked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traded: dict[str, Any] = {"exchange_id": 7, "token_id": "5f", "quant": 50, "expected": 1}
    issued = sent_by(B, "AssetIssueContract", 1, name=b"Mine".hex(), total_supply=1000)
    old = sent_by(B, "TransferAssetContract", 2, to_address=A, asset_name=b"Mine".hex(), amount=4)
    block = [
        (issued, info(1, assetIssueID="1002000")),
        (old, info(2)),
        (tx("ParticipateAssetIssueContract", 3, to_address=B, asset_name=BTT, amount=7), info(3)),
        (tx("ExchangeTransactionContract", 4, **traded), info(4, exchange_received_amount=6)),
        (
            tx("TriggerSmartContract", 5, contract_address=C),
            info(5, internal_transactions=[inner("withdrawReward", C, C)]),
        ),
    ]
    loaded(tmp_path, [block], capsys)
    assert rows(tmp_path) == [
        (NOBODY, "b", "tron:1002000", 1000),
        ("b", "a", "tron:name:Mine", 4),
        ("a", "b", "TRX", 7),
        ("b", "a", "tron:1002000", 10),
        ("a", "exchange:7", "TRX", 50),
        ("exchange:7", "a", "tron:1002000", 6),
        (NOBODY, "c", "TRX", 5),
    ]
    assert reasons(tmp_path) == []
