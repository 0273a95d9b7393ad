"""Esplora: whole lists, each transaction held against its id and its block; servers that are slow, wrong, cut off."""

import bz2
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dyepack import cli
from dyepack.errors import InputError, SourceError, SourceUnavailable
from dyepack.ingest.bitcoin.flatten import owners
from dyepack.ingest.bitcoin.load import TABLES, Asked, load_blocks
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.ingest.check import check
from dyepack.ingest.explorer import esplora
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.asker import Asker
from dyepack.ingest.explorer.load import LoadedAddresses, load_addresses
from dyepack.ingest.explorer.shown import Span
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.chainfiles import write
from tests.ingest.esplora import Bytes, Explorer, header, path, served, transactions
from tests.ingest.loopback import Quick
from tests.ingest.test_blocks import OTHER, PAID, drawn

MINER, PAYEE = (str(one) for one in owners([PAID.hex(), OTHER.hex()], network("bitcoin")))
OWNERS = {MINER: PAID, PAYEE: OTHER}
NOW = Span(confirmations=0)


def asker(state: Explorer, folder: Path, **more: Any) -> Asker:
    made = Asker(state.url, Answers(folder / "answers"), rate=1000.0, **more)
    made.clock = Quick()
    return made


def load(folder: Path, source: Asker, *addresses: str, span: Span = NOW, into: str = "ws") -> LoadedAddresses:
    explorer = esplora.Esplora(source, network("bitcoin"))
    with Store.open(folder / into, create=True) as store:
        return load_addresses(store, explorer, source.answers, addresses or (MINER,), span)


def rows(folder: Path, name: str, into: str = "ws") -> list[Any]:
    with Store.open(folder / into) as store:
        return store.records(name)


@pytest.mark.parametrize("page", [1, 3, 25])
def test_pages_of_any_size_give_what_the_blocks_themselves_give(tmp_path: Path, page: int) -> None:
    """Every transaction touches the miner, so the explorer must show the chain as its block files do."""
    blocks = drawn(6)
    with served(Explorer(blocks, OWNERS, page)) as state:
        loaded = load(tmp_path, asker(state, tmp_path))
    assert (loaded.transactions, loaded.kinds, loaded.refused) == (11, {"inputs": 5, "outputs": 11}, {})
    write(tmp_path / "blocks", blocks)
    with Store.open(tmp_path / "node", create=True) as store:
        load_blocks(store, FileSource(tmp_path / "blocks", network("bitcoin")), Asked(confirmations=0))
    for name in TABLES:
        shown, true = (
            [{f: getattr(row, f) for f in row.__slots__ if f != "source"} for row in rows(tmp_path, name, into)]
            for into in ("ws", "node")
        )
        assert shown == true, name


def test_only_what_is_behind_the_margin_and_in_the_span_is_shown(tmp_path: Path) -> None:
    with served(Explorer(drawn(12), OWNERS, 2)) as state:
        load(tmp_path, asker(state, tmp_path), span=Span(3))
        assert [row.block for row in rows(tmp_path, "blocks")] == [3, 4, 5], "six confirmations below block 11"
        asked = [where for where in state.asked if "/txs/chain" in where]
        assert len(asked) == 10, "lists are newest first, and it stops where the span begins"
        with pytest.raises(InputError, match="nothing to ask for between 7 and 9"):
            load(tmp_path, asker(state, tmp_path), span=Span(7, 9))


def test_two_addresses_of_one_transaction_show_it_once(tmp_path: Path) -> None:
    with served(Explorer(drawn(5), OWNERS)) as state:
        assert load(tmp_path, asker(state, tmp_path), MINER, PAYEE).transactions == 9
        only = load(tmp_path, asker(state, tmp_path), PAYEE)
    assert (only.transactions, {row.coinbase for row in rows(tmp_path, "transactions")}) == (4, {False})
    assert [row.address for row in rows(tmp_path, "inputs")] == [MINER] * 4


def test_a_case_replays_without_the_network_to_the_same_bytes(tmp_path: Path) -> None:
    with served(Explorer(drawn(5), OWNERS, 2)) as state:
        first = load(tmp_path, asker(state, tmp_path))
    again = load(tmp_path, asker(state, tmp_path, offline=True), into="again")
    assert (again.answers, again.asked, again.rows) == (first.answers, 0, first.rows)
    with Store.open(tmp_path / "ws") as one, Store.open(tmp_path / "again") as other:
        for name in TABLES:
            assert one.parts(name) == other.parts(name)


def test_slow_busy_and_cut_off_answers_come_in_the_end(tmp_path: Path) -> None:
    with served(Explorer(drawn(5), OWNERS)) as state:
        state.slow, state.busy, state.cut = 0.01, 1, 1
        assert load(tmp_path, asker(state, tmp_path)).transactions == 9
        state.busy = 99
        with pytest.raises(SourceUnavailable):
            load(tmp_path / "other", asker(state, tmp_path / "other"))


def lists(change: Callable[[list[Any]], Any]) -> Callable[[str, Any], Any]:
    return lambda where, said: change(said) if "/txs/chain" in where else said


def nonsense(said: bytes, at: str = "/txs/chain") -> Callable[[str, Any], Any]:
    return lambda where, true: said if at in where else true


@pytest.mark.parametrize(
    "change",
    [
        nonsense(b"<html>"),
        nonsense(b"Invalid hex string"),
        nonsense(b"{}"),
        nonsense(b'[{"txid": 5}]'),
        nonsense(b"[" * 100_000),
        nonsense(b"\xff\xfe"),
        nonsense(b"0" * 32, "/blocks/tip"),
        nonsense(b"soon", "/blocks/tip"),
        nonsense(b'{"chain_stats": {}}', "/address/" + MINER),
        lists(lambda said: said[:-1] if len(said) > 1 else []),
        lists(lambda said: said[::-1]),
        lists(lambda said: [*said, *said]),
        lists(lambda said: [{**tx, "status": {"confirmed": False}} for tx in said]),
    ],
)
def test_what_is_no_list_changes_nothing(tmp_path: Path, change: Callable[[str, Any], Any]) -> None:
    with served(Explorer(drawn(5), OWNERS)) as state:
        state.change = change
        with pytest.raises((SourceError, InputError)) as caught:
            load(tmp_path, asker(state, tmp_path))
    assert "\n" not in str(caught.value)
    with Store.open(tmp_path / "ws") as store:
        assert not store.parts("transactions")


def test_a_list_that_never_ends_is_left(tmp_path: Path) -> None:
    state = Explorer(drawn(5), OWNERS)
    state.change = lists(lambda _: state.of(MINER)[:3])
    with served(state), pytest.raises(SourceUnavailable, match="each once"):
        load(tmp_path, asker(state, tmp_path))


def lied(name: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[str, Any], Any]:
    """A server that lies about one thing of the payment in block 3."""

    def answer(where: str, said: Any) -> Any:
        said = json.loads(json.dumps(said))
        lists = said if name == "tx" and "/txs/chain" in where else []
        meant = [tx for tx in lists if tx["status"]["block_height"] == 3 and not tx["vin"][0]["is_coinbase"]]
        if name == "path" and "/merkle-proof" in where:
            meant = [said] * (said["block_height"] == 3 and said["pos"] == 1)
        if name == "block" and where.startswith("/block/"):
            meant = [said] * (said["height"] == 3)
        for one in meant:
            change(one)
        return said

    return answer


@pytest.mark.parametrize(
    ("lie", "refused"),
    [
        (lied("tx", lambda tx: tx["vout"][0].update(value=tx["vout"][0]["value"] - 1)), 1),
        (lied("tx", lambda tx: tx["vout"][0].update(scriptpubkey=PAID.hex())), 1),
        (lied("tx", lambda tx: tx["vout"][0].update(scriptpubkey="zz")), 1),
        (lied("tx", lambda tx: tx["vin"][0].update(txid="0" * 64)), 1),
        (lied("tx", lambda tx: tx["vin"][0].update(txid="0")), 1),
        (lied("tx", lambda tx: tx["vin"][0]["prevout"].update(value=1)), 1),
        (lied("tx", lambda tx: tx["vin"][0].update(prevout=None)), 1),
        (lied("tx", lambda tx: tx.update(fee=11)), 1),
        (lied("tx", lambda tx: tx.update(version=2**40)), 1),
        (lied("path", lambda said: said.update(pos=0)), 1),
        (lied("path", lambda said: said.update(pos=3)), 1),
        (lied("path", lambda said: said.update(merkle=[])), 1),
        (lied("block", lambda said: said.update(timestamp=1)), 2),
        (lied("block", lambda said: said.update(merkle_root="0" * 64)), 2),
        (lied("block", lambda said: said.update(height=4)), 2),
    ],
)
def test_a_lie_about_one_value_refuses_what_it_is_about(
    tmp_path: Path, lie: Callable[[str, Any], Any], refused: int
) -> None:
    with served(Explorer(drawn(5), OWNERS)) as state:
        state.change = lie
        loaded = load(tmp_path, asker(state, tmp_path))
    assert (loaded.transactions, loaded.refused) == (9 - refused, {"transaction": refused})
    assert len(rows(tmp_path, "rejects")) == refused


def test_what_a_node_gave_stays_and_counts_once(tmp_path: Path) -> None:
    blocks = drawn(6)
    write(tmp_path / "blocks", blocks)
    with Store.open(tmp_path / "ws", create=True) as store:
        load_blocks(store, FileSource(tmp_path / "blocks", network("bitcoin")), Asked(0, 2, confirmations=0))
    with served(Explorer(blocks, OWNERS)) as state:
        loaded = load(tmp_path, asker(state, tmp_path))
    assert (loaded.there, loaded.transactions) == (5, 6)
    assert [row.block for row in rows(tmp_path, "blocks")] == [0, 1, 2, 3, 4, 5]
    with Store.open(tmp_path / "ws") as store:
        [report] = check(store)
    assert report.findings == ()


def test_the_check_of_a_slice_asks_for_nothing_that_a_slice_cannot_have(tmp_path: Path) -> None:
    """The payee's transactions: no coinbases, so neither counts, roots nor supply; but each adds up."""
    with served(Explorer(drawn(9), OWNERS)) as state:
        load(tmp_path, asker(state, tmp_path), PAYEE, span=Span(2, 2, 0))
        load(tmp_path, asker(state, tmp_path), PAYEE, span=Span(2, 5, 0))
    with Store.open(tmp_path / "ws") as store:
        [report] = check(store)
        assert report.findings == ()
        assert ("slice", 4) in [(note.name, note.count) for note in report.notes]


def test_the_command_asks_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(Explorer(drawn(9), OWNERS)) as state:
        start = ["-w", str(tmp_path / "ws"), "ingest", "explorer", PAYEE, "--chain", "btc", "--url", state.url]
        start += ["--answers", str(tmp_path / "kept")]
        assert cli.run([*start, "--rate", "1000"]) == 0
    assert "4 inputs and outputs of 2 transactions that touch 1 addresses loaded" in capsys.readouterr().out
    assert cli.run([*start, "--offline", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"inputs": 2, "outputs": 2}
    assert cli.run(["ingest", "explorer", MINER, "--chain", "dogecoin"]) == 1
    assert "expected --url" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "bcoin/block300025.raw",
        "bcoin/block482683.raw",
        "rust-bitcoin/mainnet_block_000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae.raw",
    ],
)
def test_real_transactions_and_headers_have_their_ids(name: str) -> None:
    """With and without witnesses: from what an explorer would list to the id, the root and the hash of the block."""
    raw = shared("data", "bitcoin", "blocks", *name.split("/")).read_bytes()
    found = transactions(raw, {})
    head = msgspec.convert(header(raw, 1, len(found)), esplora.Header)
    assert esplora.hashed(head)[::-1].hex() == head.id
    ids = [tx["txid"] for tx in found]
    for place, tx in list(enumerate(found))[:: max(1, len(found) // 60)]:
        told = msgspec.convert({**tx, "status": {"confirmed": True}}, esplora.Listed)
        txid = esplora.identity(told)
        assert txid[::-1].hex() == tx["txid"]
        way = esplora.Path(path(ids, place), place, 1)
        assert esplora.led(txid, way)[::-1].hex() == head.merkle_root


def test_an_early_real_chain_through_an_explorer(tmp_path: Path) -> None:
    """Blocks 1 to 256 of Bitcoin; the owner of the output that block 170 spends, paid to keys in the open."""
    data = bz2.decompress(shared("data", "bitcoin", "blocks", "btcd", "blocks1-256.bz2").read_bytes())
    at, blocks = Bytes(data), list[bytes]()
    while at.at < len(data):
        at.take(4)
        blocks.append(at.take(at.number(4)))
    state = Explorer([blocks[0], *blocks] if blocks[0][4:36] != bytes(32) else blocks, {})
    owner = next(tx["vin"][0]["prevout"]["scriptpubkey"] for tx in state.txs if tx["vin"][0]["prevout"])
    [address] = owners([owner], network("bitcoin"))
    state.owners[str(address)] = bytes.fromhex(owner)
    with served(state):
        loaded = load(tmp_path, asker(state, tmp_path), str(address))
    assert loaded.refused == {}
    assert loaded.transactions >= 5
    paid = {row.tx_hash: row.fee for row in rows(tmp_path, "transactions") if not row.coinbase}
    assert paid["f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"] == 0
    with pytest.raises(SourceError):
        load(tmp_path, asker(state, tmp_path / "none", offline=True), str(address))
