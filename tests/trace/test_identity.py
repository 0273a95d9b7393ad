"""Which movements are one transaction, and which one movement, through the commands a person types."""

import json
from dataclasses import replace

import pytest

from dyepack.cli import run
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, trace
from tests.trace.drawing import transfers
from tests.trace.test_converting import ASSETS, THEFT, at

THIEF, A, B = ("0x" + f"{n:040x}" for n in (0xAAAA0, 0xAAAA1, 0xAAAA2))
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def word(text: str) -> str:
    return "0x" + text.removeprefix("0x").rjust(64, "0")


def twice(number: int, payer: str, payee: str) -> str:
    """A transaction with its receipt, in which one payment is there twice, told apart by the number of the event."""
    name, topics = word(f"{number}"), [TRANSFER, word(payer), word(payee)]
    logs = [{"address": USDT, "topics": topics, "data": word("32"), "logIndex": hex(index)} for index in range(2)]
    tx = {"hash": name, "blockNumber": hex(number), "transactionIndex": "0x0", "from": payer, "to": USDT}
    tx |= {"value": "0x0", "gas": "0xf4240", "gasPrice": "0x1", "type": "0x2"}
    receipt = {"transactionHash": name, "gasUsed": "0x5208", "logs": logs, "status": "0x1", "effectiveGasPrice": "0x1"}
    block = {"blockHash": word(f"b{number}")}
    told = {"chain_id": 1, "timestamp": 1_700_000_000 + number, "tx": tx, "receipt": receipt | block, "internal": None}
    return json.dumps(told)


def test_two_equal_payments_with_numbers_of_their_own_are_two_without_a_warning(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.jsonl").write_text(f"{twice(1, THIEF, A)}\n{twice(2, A, B)}\n", "utf-8")
    (tmp_path / "s.csv").write_text(f"address,tx_hash\n{A},{word('1')}\n", "utf-8")
    assert run(["-w", "w", "ingest", "evm", "x.jsonl"]) == 0
    capsys.readouterr()
    assert run(["-w", "w", "trace", "x-case", "--unlisted", "--seeds", "s.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["alternative"] is None
    assert not any("repeat" in warning for warning in told["warnings"])
    assert {place["address"]: place["high"] for place in told["destinations"]} == {B: "100"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_transactions_that_two_sources_put_at_one_place_are_never_netted_as_one(tmp_path, order):
    """Both count their own transactions from 0: the thief's payment in ETH, and a stranger's in T to the thief."""
    parts = [transfers("q 10 -> thief; thief 10 -> b"), transfers("q 1 -> r; s 500 T -> thief")]
    parts[1] = [replace(one, tx_hash=f"other {one.block}") for one in parts[1]]
    with Store.open(tmp_path / "w", create=True) as store:
        for number in order:
            with store.run("ingest movements", {"part": number}) as draft:
                draft.put("transfers", f"part-{number}", parts[number])
                draft.put("assets", "drawn", ASSETS)
        result = trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief", "ETH", tx_hash="t1.0"),)))
    assert store.parts("conversions")[result.run].rows == 0
    assert at(result, "fifo") == {("b", "ETH"): 10}
