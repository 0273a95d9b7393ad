"""Blocks from a node: checked to the last value; and nodes that are slow, wrong, cut off or change."""

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack import cli
from dyepack.errors import DyepackError, InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.evm import seal, trie
from dyepack.ingest.evm.balances import check_balances, longest
from dyepack.ingest.evm.chainload import Asked, LoadedChain, load_chain
from dyepack.ingest.evm.live import LiveChain, Traces
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.rpc import Rpc
from dyepack.ingest.patience import Patience
from dyepack.ingest.ranges import Range
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.evmnode import LISTED, TOKEN, A, B, Broken, C, Chain, FakeNode, served

QUICK = Patience(seconds=2.0, attempts=3, pause=0.01)
ALL = Asked(first=0, confirmations=0, chunk=4)


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with served(FakeNode(Chain(10))) as fake:
        yield fake


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "ws", create=True) as opened:
        yield opened


@pytest.fixture
def live(node: FakeNode) -> LiveChain:
    return source(node)


def source(fake: FakeNode, traces: Traces = "auto", batch: int = 20, patience: Patience = QUICK) -> LiveChain:
    return LiveChain(Rpc(fake.url, patience, batch), by_chain("ethereum"), traces)


def load(store: Store, fake: FakeNode, asked: Asked = ALL, **how: Any) -> LoadedChain:
    return load_chain(store, source(fake, **how), asked)


def contents(store: Store) -> dict[str, list[Any]]:
    return {name: store.records(name) for name in ("blocks", "transfers", "assets")}


def test_a_chain_is_loaded_and_its_balances_are_the_nodes(store: Store, node: FakeNode) -> None:
    loaded = load(store, node)
    assert (loaded.blocks, loaded.pieces, loaded.transactions, loaded.traces) == (10, 3, 18, "trace_block")
    assert loaded.kinds == {"burn": 18, "fee": 18, "native": 9, "internal": 9, "token": 9}
    held = {A: 10**24, B: 0, C: 0}
    for row in store.records("transfers"):
        if row.asset == "ETH":
            held[row.from_address] = held.get(row.from_address, 0) - row.amount
            held[row.to_address] = held.get(row.to_address, 0) + row.amount
    assert {who: held[who] for who in (A, B, C)} == {who: node.chain.balances[who][-1] for who in (A, B, C)}
    assert [row.previous for row in store.records("blocks")][1:] == [row.hash for row in store.records("blocks")][:-1]


@pytest.mark.parametrize("way", ["callTracer", "no receipts at once", "one at a time"])
def test_every_way_to_ask_gives_the_same_rows(tmp_path: Path, node: FakeNode, way: str) -> None:
    with Store.open(tmp_path / "one", create=True) as first:
        load(first, node)
        plain = contents(first)
    node.unknown = {"callTracer": {"trace_block"}, "no receipts at once": {"eth_getBlockReceipts"}}.get(way, set())
    node.single = way == "one at a time"
    with Store.open(tmp_path / "two", create=True) as second:
        loaded = load(second, node)
        assert contents(second) == plain
    assert loaded.traces == ("callTracer" if way == "callTracer" else "trace_block")


def test_a_node_without_traces_says_so(store: Store, node: FakeNode) -> None:
    node.unknown = {"trace_block", "debug_traceBlockByHash"}
    loaded = load(store, node)
    assert loaded.traces == "none"
    assert loaded.passed["transaction without internal calls in the data"] == 18
    assert "internal" not in loaded.kinds
    with pytest.raises(SourceError, match="trace_block"):
        source(node, "trace_block").read(Range(1, 2))


def test_tokens_are_asked_what_they_are_and_decoys_are_flagged(store: Store, node: FakeNode) -> None:
    """One token is listed; the other calls itself USDC with a Cyrillic letter."""
    loaded = load(store, node)
    rows = {row.asset: row for row in store.records("assets")}
    assert rows[f"ethereum:{LISTED}"].verified
    decoy = rows[f"ethereum:{TOKEN}"]
    assert (decoy.symbol, decoy.decimals, decoy.verified) == ("USDС", 6, False)
    assert "at block 3" in decoy.source
    assert loaded.flagged == {"decoy-token": 5}


def test_a_stopped_load_goes_on_and_ends_with_the_same_bytes(tmp_path: Path, node: FakeNode) -> None:
    with Store.open(tmp_path / "whole", create=True) as whole:
        load(whole, node)
        parts = {name: whole.parts(name) for name in ("blocks", "transfers", "assets")}
    calls = 0

    def cut(method: str, result: Any) -> Any:
        nonlocal calls
        calls += method == "trace_block"
        if calls > 4:
            raise Broken(503, b"")
        return result

    with Store.open(tmp_path / "torn", create=True) as torn:
        node.faults = [cut]
        with pytest.raises(SourceUnavailable):
            load(torn, node)
        assert len(torn.parts("blocks")) == 1
        node.faults = []
        assert load(torn, node).there == 4
        assert {name: torn.parts(name) for name in parts} == parts


def test_the_same_load_again_reads_nothing(store: Store, node: FakeNode) -> None:
    load(store, node)
    node.asked.clear()
    assert load(store, node).blocks == 0
    assert not {"eth_getBlockReceipts", "trace_block"} & set(node.asked)


def test_a_reorg_between_two_loads_takes_back_what_has_left(store: Store, tmp_path: Path, node: FakeNode) -> None:
    load(store, node)
    node.chain = Chain(11, salt=77, fork=6)
    loaded = load(store, node)
    assert (loaded.rewound, loaded.blocks) == (4, 7)
    with Store.open(tmp_path / "fresh", create=True) as fresh:
        load(fresh, node)
        assert contents(fresh) == contents(store)
    left = [row.row for row in store.records("rejects") if row.field == "block"]
    assert [one.split()[0] for one in left] == ["9", "8", "7", "6"]


def test_a_reorg_while_a_piece_is_read_is_noticed(store: Store, node: FakeNode) -> None:
    other = Chain(10, salt=77, fork=2)

    def turn(method: str, result: Any) -> Any:
        if method == "eth_getBlockReceipts":
            node.chain = other
        return result

    node.faults = [turn]
    with pytest.raises(SourceMismatch):
        load(store, node)
    assert not store.parts("transfers")


def test_a_node_of_another_chain_is_refused(node: FakeNode) -> None:
    with pytest.raises(SourceMismatch, match="node of chain 1; base has the id 8453"):
        LiveChain(Rpc(node.url, QUICK), by_chain("base"))


def test_the_last_blocks_may_still_change_and_are_left(store: Store, node: FakeNode) -> None:
    with pytest.raises(InputError, match="the last 64 may still change"):
        load(store, node, Asked(0))
    assert load(store, node, Asked(0, confirmations=7)).last == 2


LIES = [
    ("eth_getBlockByNumber", ("transactions", 0, "value"), "0x1"),
    ("eth_getBlockByNumber", ("transactions", 0, "to"), C),
    ("eth_getBlockByNumber", ("baseFeePerGas",), "0x5"),
    ("eth_getBlockByNumber", ("miner",), C),
    ("eth_getBlockByNumber", ("timestamp",), "0x1"),
    ("eth_getBlockReceipts", (1, "logs", 0, "data"), "0x" + "1".rjust(64, "0")),
    ("eth_getBlockReceipts", (1, "logs", 0, "address"), C),
    ("eth_getBlockReceipts", (0, "status"), "0x0"),
    ("eth_getBlockReceipts", (0, "cumulativeGasUsed"), "0x1"),
    ("eth_getBlockReceipts", (0, "blockHash"), "0x" + "9" * 64),
    ("trace_block", (0, "action", "value"), "0x7"),
    ("trace_block", (0, "action", "from"), C),
    ("trace_block", (0, "blockHash"), "0x" + "9" * 64),
]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return value


@pytest.mark.parametrize(("method", "path", "new"), LIES)
def test_a_node_that_lies_about_one_value_is_found_out(
    store: Store, node: FakeNode, method: str, path: tuple[Any, ...], new: Any
) -> None:
    def lie(asked: str, result: Any) -> Any:
        whole = asked == method and (not isinstance(result, dict) or result["number"] == "0x2")
        return put(result, path, new) if whole and result else result

    node.faults = [lie]
    with pytest.raises(SourceMismatch):
        load(store, node)
    assert not store.parts("transfers")


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[", b"null", b"[]", b'{"id":0}', b"\xff\xfe", b"1e999"])
def test_garbage_is_refused_in_one_line(node: FakeNode, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "handle", lambda _: body)
    with pytest.raises(SourceError) as caught:
        source(node)
    assert "\n" not in str(caught.value)


def test_a_busy_node_is_asked_again(store: Store, node: FakeNode) -> None:
    turns = 0

    def busy(_: str, result: Any) -> Any:
        nonlocal turns
        turns += 1
        if turns in (2, 3):
            raise Broken(429, b"slow down")
        return result

    node.faults = [busy]
    assert load(store, node).blocks == 10


def test_a_connection_that_is_cut_is_tried_again_and_then_given_up(store: Store, node: FakeNode) -> None:
    live = source(node)

    def cut(method: str, result: Any) -> Any:
        raise Broken

    node.faults = [cut]
    with pytest.raises(SourceUnavailable, match="does not answer"):
        load_chain(store, live, ALL)


def test_a_slow_node_is_waited_for_no_longer_than_said(store: Store, node: FakeNode) -> None:
    live = source(node, patience=Patience(seconds=0.1, attempts=2, pause=0.01))

    def slow(_: str, result: Any) -> Any:
        time.sleep(0.4)
        return result

    node.faults = [slow]
    with pytest.raises(SourceUnavailable):
        load_chain(store, live, ALL)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "0x", "0xzz", "-1", 5, -5, 2**300, True, [], {}, "0x" + "f" * 64, "\x00", 1.5]
)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_one_part_of_an_answer_replaced_is_noticed_or_harmless(
    node: FakeNode, live: LiveChain, data: st.DataObject
) -> None:
    """No answer crashes the reader; and what still loads moves the same money."""
    node.faults = []
    plain = live.read(Range(3, 3))[0].data.txs
    target = data.draw(st.sampled_from(["eth_getBlockByNumber", "eth_getBlockReceipts"]))
    junk = data.draw(JUNK)

    def broken(value: Any) -> Any:
        if isinstance(value, dict) and value:
            key = data.draw(st.sampled_from(sorted(value)))
            return {**value, key: broken(value[key])}
        if isinstance(value, list) and value:
            place = data.draw(st.integers(0, len(value) - 1))
            return [*value[:place], broken(value[place]), *value[place + 1 :]]
        return junk

    node.faults = [lambda method, result: broken(result) if method == target else result]
    try:
        found = live.read(Range(3, 3))[0].data.txs
    except DyepackError:
        return
    told = [(tx.hash, tx.sender, tx.to, tx.value, tx.logs, tx.frames, tx.ok) for tx in found]
    assert [(tx.hash, tx.to, tx.value, tx.logs, tx.frames, tx.ok) for tx in plain] == [(t[0], *t[2:]) for t in told]


def test_the_command_loads_from_a_node(tmp_path: Path, node: FakeNode, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-w", str(tmp_path / "ws"), "ingest", "evm", "--rpc", node.url, "--from", "1", "--confirmations", "0"]
    assert cli.run([*where, "--dry-run"]) == 0
    assert "9 blocks of ethereum between 1 and 9 would be loaded" in capsys.readouterr().out
    assert cli.run([*where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"]["native"] == 9
    assert cli.run(where) == 0
    assert "9 blocks were there" in capsys.readouterr().out
    assert cli.run(["-w", str(tmp_path / "ws"), "ingest", "evm"]) == 1


def test_balances_of_the_node_are_what_movements_add_up_to(store: Store, node: FakeNode) -> None:
    load(store, node)
    report = check_balances(store, source(node).rpc, by_chain("ethereum"))
    assert (report.first, report.last, report.differing) == (1, 9, ())
    assert report.agreeing + report.unanswered == report.asked == report.holdings == 8
    node.chain.balances[B][9] += 1
    (differing,) = check_balances(store, source(node).rpc, by_chain("ethereum")).differing
    assert (differing.address, differing.told - differing.tables) == (B, 1)


def test_made_up_calls_are_found_by_balances_alone(store: Store, node: FakeNode) -> None:
    """No root of a header holds the calls; a node that doubles one is only found out by what accounts have."""

    def lie(method: str, result: Any) -> Any:
        return put(result, (1, "action", "value"), "0x1") if method == "trace_block" and result else result

    node.faults = [lie]
    load(store, node)
    node.faults = []
    found = check_balances(store, source(node).rpc, by_chain("ethereum"))
    assert {one.address for one in found.differing if one.asset == "ETH"} == {B, C}


def test_the_longest_run_without_a_gap_is_compared() -> None:
    assert longest([Range(0, 3), Range(4, 5), Range(8, 11), Range(20, 25)]) == Range(0, 5)
    with pytest.raises(InputError, match="no blocks"):
        longest([])


def test_the_check_against_a_node_leaves_with_the_code_that_was_asked_for(
    tmp_path: Path, node: FakeNode, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["-w", str(tmp_path / "ws"), "ingest"]
    assert cli.run([*where, "evm", "--rpc", node.url, "--from", "0", "--confirmations", "0"]) == 0
    ask = [*where, "check", "--node", node.url, "--fail-on", "any"]
    assert cli.run(ask) == 0
    assert "ethereum: 10 blocks and" in capsys.readouterr().out
    node.chain.balances[C][9] += 1
    assert cli.run([*ask, "--json"]) == 3
    assert '"replay": 1' in capsys.readouterr().out
    assert cli.run([*ask, "--chain", "bsc"]) == 1
    assert "the workspace has no movements on bsc yet; there are some on ethereum" in capsys.readouterr().err


# ── the hashes, on real blocks


def test_roots_of_small_trees_are_the_known_ones() -> None:
    assert trie.root([]).hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    assert trie.rlp(b"dog").hex() == "83646f67"
    assert trie.rlp([b"cat", b"dog"]).hex() == "c88363617483646f67"
    assert trie.rlp([[], [[]], [[], [[]]]]).hex() == "c7c0c1c0c3c0c1c0"
    assert trie.rlp(b"\x0f").hex() == "0f"
    assert trie.rlp(b"Lorem ipsum dolor sit amet, consectetur adipisicing elit")[:2].hex() == "b838"


def test_real_transactions_have_the_hashes_that_their_fields_give() -> None:
    """Three do not: their price or signature was changed by whoever recorded them."""
    right = wrong = 0
    with gzip.open(shared("data", "evm", "transactions-with-receipts.jsonl.gz")) as file:
        for text in file:
            tx = json.loads(text)["tx"]
            if int(tx.get("type") or "0x0", 16) in seal.Known:
                same = "0x" + trie.keccak(seal.signed(tx)).hex() == tx["hash"]
                right, wrong = right + same, wrong + (not same)
    assert (right, wrong) == (1151, 3)


def test_a_real_block_is_what_its_hash_commits_to() -> None:
    folder = shared("data", "formats", "ethereum-etl")
    path = folder / "test_export_blocks_job/block_with_logs/web3_response.eth_getBlockByNumber_0x76250_true.json"
    block = json.loads(path.read_text())
    block = block.get("result", block)
    paid = [json.loads(one.read_text()) for one in (folder / "test_export_receipts_job").rglob("web3_response*")]
    paid = sorted((one.get("result", one) for one in paid), key=lambda one: int(one["transactionIndex"], 16))
    seal.check(block, paid, "block 483,920")
    for field, value in (("gasUsed", "0x1"), ("extraData", "0x00"), ("timestamp", "0x0")):
        with pytest.raises(SourceMismatch, match="hash"):
            seal.check({**block, field: value}, paid, "block 483,920")
    paid[0]["logs"][0]["data"] = "0x" + "1".rjust(64, "0")
    with pytest.raises(SourceMismatch, match="receiptsRoot"):
        seal.check(block, paid, "block 483,920")
