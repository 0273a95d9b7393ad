"""A node over RPC and REST: the same tables as from its files, and nothing believed that does not add up."""

import copy
from pathlib import Path
from typing import Any

import pytest

from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.bitcoin.load import TABLES, Asked, load_blocks
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.rpc import LiveSource, rest_source, rpc_source, satoshi
from dyepack.ingest.patience import Patience
from dyepack.ingest.ranges import Range
from dyepack.store import Store
from tests.ingest.chainfiles import first_blocks, hash_of, write, write_undo
from tests.ingest.fake import Fake, fake
from tests.ingest.test_blocks import ALL, drawn, load, undos

QUICK = Patience(seconds=5, attempts=3, pause=0.001)
BLOCKS = drawn(8)


def source(node: Fake) -> LiveSource:
    return rpc_source(node.url, network("bitcoin"), QUICK)


def loaded(folder: Path, live: LiveSource, asked: Asked = ALL) -> dict[str, list[dict[str, Any]]]:
    with Store.open(folder / "live", create=True) as store:
        load_blocks(store, live, asked)
        return {name: store.fetch(f"select * from {name} order by all", name).to_pylist() for name in TABLES}


def unsourced(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "source"} for row in rows]


@pytest.mark.parametrize("kind", ["rpc", "rest"])
def test_a_node_gives_what_its_files_give(tmp_path: Path, kind: str):
    write(tmp_path / "blocks", BLOCKS)
    write_undo(tmp_path / "blocks", undos(BLOCKS))
    _, files = load(tmp_path)
    with fake(BLOCKS) as node:
        live = source(node) if kind == "rpc" else rest_source(node.url, network("bitcoin"), QUICK)
        tables = loaded(tmp_path, live)
    for name in TABLES:
        assert unsourced(tables[name]) == unsourced(files[name])
    assert tables["blocks"][0]["source"] == node.url.rpartition("@")[2], "no password is stored"


def test_real_recorded_blocks(tmp_path: Path):
    blocks = first_blocks()[:180]
    with fake(blocks) as node:
        tables = loaded(tmp_path, source(node), Asked(confirmations=0))
    assert tables["inputs"][0]["address"] == "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
    assert len(tables["transactions"]) == 181


def test_a_node_that_knows_no_verbosity_is_asked_for_raw_blocks(tmp_path: Path):
    with fake(BLOCKS) as node:
        node.change = lambda name, answer: _short(answer) if name == "getblock" else answer
        tables = loaded(tmp_path, source(node))
    assert {row["amount"] is None for row in tables["inputs"]} == {False}, "looked up in the workspace"


def _short(answer: Any) -> Any:
    if isinstance(answer["result"], dict):
        answer = copy.deepcopy(answer)
        answer["result"]["tx"] = [one["txid"] for one in answer["result"]["tx"]]
    return answer


def test_a_node_that_stumbles_is_asked_again(tmp_path: Path):
    with fake(BLOCKS) as node:
        node.refuse, node.cut, node.slow = 2, 0, 0.002
        assert len(loaded(tmp_path, source(node), Asked(last=1, confirmations=0))["blocks"]) == 2
        node.cut = 1
        assert len(loaded(tmp_path, source(node), Asked(last=3, confirmations=0))["blocks"]) == 4


def test_a_node_that_is_away(tmp_path: Path):
    with fake(BLOCKS) as node:
        live = source(node)
        node.refuse = 100
        with pytest.raises(SourceUnavailable, match=r"answers 503; try again later"):
            loaded(tmp_path, live)
    with pytest.raises(SourceUnavailable, match=r"does not answer .*What is loaded stays"):
        loaded(tmp_path, live)


def test_a_node_that_is_too_slow(tmp_path: Path):
    with fake(BLOCKS) as node:
        node.slow = 0.3
        with pytest.raises(SourceUnavailable, match="does not answer"):
            loaded(tmp_path, rpc_source(node.url, network("bitcoin"), Patience(0.05, 1, 0.001)))
        node.slow = 0


LIES = {
    "a transaction": lambda block: block["tx"][1].update(hex=block["tx"][1]["hex"][:-1] + "1"),
    "a spent output": lambda block: _more(block["tx"][1]["vin"][0]["prevout"], "value"),
    "a fee": lambda block: _more(block["tx"][1], "fee"),
    "the time": lambda block: block.update(time=block["time"] + 1),
    "the root": lambda block: block.update(merkleroot="00" * 32),
    "the block before": lambda block: block.update(previousblockhash="11" * 32),
    "a count": lambda block: block["tx"].pop(),
    "a script": lambda block: block["tx"][1]["vin"][0]["prevout"]["scriptPubKey"].update(hex="zz"),
    "a number": lambda block: block.update(nonce="many"),
    "a list": lambda block: block["tx"][1].update(vin=None),
    "an amount": lambda block: block["tx"][1]["vin"][0]["prevout"].update(value="much"),
}


def _more(of: dict[str, Any], name: str) -> None:
    of[name] = round(float(of[name]) + 0.5, 8)


@pytest.mark.parametrize("lie", LIES)
def test_a_node_that_lies_about_one_value(tmp_path: Path, lie: str):
    with fake(BLOCKS) as node:
        LIES[lie](node.told[5])
        with pytest.raises((SourceMismatch, SourceError)) as caught:
            loaded(tmp_path, source(node))
        assert "block 5" in str(caught.value)
    with Store.open(tmp_path / "live") as store:
        assert sorted(store.parts("blocks")) == ["bitcoin-000000000-000000001", "bitcoin-000000002-000000003"]


def test_a_miner_that_would_take_more_than_reward_and_fees(tmp_path: Path):
    """The node lies about what was spent, and names no fee: then what the miner took gives it away."""
    with fake(BLOCKS) as node:
        for entry in node.told[5]["tx"][1:]:
            del entry["fee"]
            entry["vin"][0]["prevout"]["value"] = float(entry["vout"][0]["value"])
        with pytest.raises(SourceMismatch, match="block 5: its miner took 5000000010, more than the reward"):
            loaded(tmp_path, source(node))


def test_the_wrong_block(tmp_path: Path):
    with fake(BLOCKS) as node:
        node.told[5] = {**node.told[4], "hash": node.told[5]["hash"]}
        with pytest.raises(SourceMismatch, match=r"block 5: asked for .*, and what came has the hash"):
            loaded(tmp_path, source(node))


@pytest.mark.parametrize(
    "garbage", [b"", b"<html>", b"[]", b"{}", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"result": 7}']
)
def test_garbage(tmp_path: Path, garbage: bytes):
    with fake(BLOCKS) as node:
        node.mangle = lambda _: garbage
        with pytest.raises(SourceError):
            loaded(tmp_path, source(node))


def test_an_error_of_the_node_is_told(tmp_path: Path):
    with fake(BLOCKS) as node:
        node.change = lambda _, __: {"result": None, "error": {"code": -28, "message": "Loading block index"}}
        with pytest.raises(SourceError, match=r"getblockchaininfo: .*Loading block index"):
            loaded(tmp_path, source(node))


def test_a_reorg_between_two_loads_and_within_one(tmp_path: Path):
    other = BLOCKS[:5] + drawn(6, hash_of(BLOCKS[4]), 5, fork=1)
    with fake(BLOCKS) as node:
        loaded(tmp_path, source(node))
        node.serve(other)
        tables = loaded(tmp_path, source(node))
        assert [row["hash"] for row in tables["blocks"]] == [hash_of(one)[::-1].hex() for one in other]
        live = source(node)
        live.span()
        before = node.told[8]["hash"]
        node.change = lambda name, answer: (
            {"result": before} if answer.get("result") == node.told[9]["hash"] else answer
        )
        with pytest.raises(SourceMismatch, match=r"does not follow .*start again|asked for"):
            live.read(Range(8, 9))


def test_it_stays_behind_the_tip(tmp_path: Path):
    with fake(BLOCKS) as node:
        assert len(loaded(tmp_path, source(node), Asked())["blocks"]) == 2, "bitcoin's six, of eight blocks"


@pytest.mark.parametrize("url", ["", "localhost", "ftp://x", "http://"])
def test_what_is_no_url(url: str):
    with pytest.raises(InputError, match="expected a URL like"):
        rpc_source(url, network("bitcoin"))


@pytest.mark.parametrize("value", [None, "1e-8", "0.000000001", "0.1 ", "1_0", -1, True, 10**12])
def test_what_is_no_amount(value: object):
    with pytest.raises(SourceMismatch, match=r"x: .*expected|x: .*decimals"):
        satoshi(value, "x")
