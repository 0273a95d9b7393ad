"""Which movements are one transaction, and which one movement, through the commands a person types."""

import json
from dataclasses import replace

import pytest

from dyepack.cli import run
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, remarks, trace
from dyepack.trace.otherwise import _turned
from dyepack.trace.recorded import find
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


# ── order that no source says, and equal movements of several lists

HEADER = "tx_hash,from,to,amount,block,time"
E, X, Y = ("0x" + f"{n:040x}" for n in (0xE, 0x71, 0x72))


def trace_of(folder, rows, *, header=HEADER, more=()):
    """What a trace says of these lists, from E's payment in transaction 1 on; the run's answer as it is kept too."""
    for name, each in enumerate((rows, *more)):
        (folder / f"{name}.csv").write_text("\n".join([header, *each]) + "\n", "utf-8")
    (folder / "s.csv").write_text(f"address,tx_hash\n{A},{word('1')}\n", "utf-8")
    files = [f"{name}.csv" for name in range(1 + len(more))]
    assert run(["-w", "w", "ingest", "movements", *files, "--chain", "ethereum", "--base-units"]) == 0
    with Store.open(folder / "w") as store:
        specs = (SeedSpec(THEFT, "ethereum", A, tx_hash=word("1")),)
        result = trace(store, Request((THEFT,), specs))
        kept = remarks.read(store, find(store, result.run))
    assert kept
    assert kept["readings"] == result.as_json()["readings"]
    return result


MEET = [f"{word('1')},{E},{A},10,1,1700000001", f"{word('2')},{X},{A},10,2,1700000002"]
MEET += [f"{word('3')},{A},{Y},10,2,1700000002"]
"""A stranger's 10 come to A in the block in which A pays 10 on."""


def test_an_order_that_no_source_says_is_told_with_what_changes_if_it_is_turned(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = trace_of(tmp_path, MEET)
    (reading,) = result.readings
    assert (reading.variant, reading.concerned) == ("turned", 1)
    ends = {(end.address, end.origin): (end.low, end.high, end.other_low, end.other_high) for end in reading.ends}
    assert ends[Y, THEFT] == (0, 10, 10, 10)
    (said,) = [warning for warning in result.warnings if "no source says which transaction came first" in warning]
    assert "in 1 blocks that followed money passes" in said
    assert "figures change" in said


def test_an_order_that_a_source_says_or_that_touches_nothing_stolen_is_not_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    placed = [f"{row},{number}" for number, row in enumerate(MEET)]
    assert trace_of(tmp_path, placed, header=f"{HEADER},tx_index").readings == ()
    apart = [MEET[0], f"{word('2')},{X},{B},10,2,1700000002", MEET[2]]
    (tmp_path / "two").mkdir()
    monkeypatch.chdir(tmp_path / "two")
    assert trace_of(tmp_path / "two", apart).readings == ()


def test_equal_movements_of_two_lists_are_read_both_ways(tmp_path, monkeypatch):
    """A pays Y 6 in one transaction, and the lists of both have it: once or twice."""
    monkeypatch.chdir(tmp_path)
    pays = f"{word('3')},{A},{Y},5,2,1700000002"
    result = trace_of(tmp_path, [MEET[0], pays], more=[[pays, f"{word('4')},{Y},{B},1,3,1700000003"]])
    (reading,) = result.readings
    assert (reading.variant, reading.concerned) == ("each", 1)
    ends = {(end.address, end.reason): (end.high, end.other_high) for end in reading.ends}
    assert ends == {(A, "held"): (5, 0), (Y, "held"): (4, 9)}
    assert any("if each is one of its own 2 figures change" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("names", "placed", "wanted"),
    [
        ([0, 0, 1, 2], [False] * 4, [2, 2, 1, 0]),
        ([0, 1, 2], [True, False, True], [0, 1, 2]),
        ([0, 1, 2], [False, True, True], [2, 0, 1]),
    ],
)
def test_transactions_with_a_place_keep_their_order_when_the_others_are_turned(names, placed, wanted):
    assert _turned(names, placed).tolist() == wanted


def test_bounds_are_given_in_both_orders_and_for_each_reading(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    trace_of(tmp_path, MEET)
    asked = ["-w", "w", "bounds", "x-case", "--unlisted", "--seeds", "s.csv", "--at", Y]
    capsys.readouterr()
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (reading,) = told["readings"]
    assert (reading["variant"], reading["concerned"]) == ("turned", 1)
    assert [(one["least"], one["most"]) for one in (*told["bounds"], *reading["bounds"])] == [("0", "10"), ("10", "10")]
    assert run(asked) == 0
    assert "If the transactions of 1 blocks, whose order no source says, came in the opposite order:" in (
        capsys.readouterr().out
    )


def test_an_order_inside_a_transaction_that_no_source_says_is_told(tmp_path, monkeypatch):
    """Of the two payments of one transaction no list says which came first; with a number of the event it is known."""
    monkeypatch.chdir(tmp_path)
    pays = [f"{word('2')},{A},{X},4,2,1700000002", f"{word('2')},{A},{Y},6,2,1700000002"]
    said = trace_of(tmp_path, [MEET[0], *pays]).warnings
    assert any(warning.startswith("in 1 transactions that followed money passes") for warning in said)
    (tmp_path / "two").mkdir()
    monkeypatch.chdir(tmp_path / "two")
    numbered = [f"{row},{number}" for number, row in enumerate((MEET[0], *pays))]
    said = trace_of(tmp_path / "two", numbered, header=f"{HEADER},seq").warnings
    assert not any("in which order their movements" in warning for warning in said)
