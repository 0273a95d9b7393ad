"""Which chain blocks are of: what they say themselves, and never a default."""

import json
from pathlib import Path
from typing import Any

import pytest

from dyepack.cli import run
from dyepack.ingest.bitcoin.network import COIN, network
from dyepack.ingest.bitcoin.whose import COMMITMENT
from tests.ingest.chainfiles import block, coinbase, write
from tests.ingest.fake import fake

PAID = b"\x76\xa9\x14" + b"\7" * 20 + b"\x88\xac"
LATE = 300_000_000
"""Seconds after the first time that blocks have here: the year 2020."""
LITECOIN = "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2"


def one(later: int = 0, *, commits: bool = False) -> list[bytes]:
    """A first block."""
    outs = [(50 * COIN, PAID), *([(0, COMMITMENT + bytes(32))] if commits else [])]
    return [block(bytes(32), [coinbase(0, outs)], nonce=later)]


def planned(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The chain that would be loaded, or the refusal."""
    capsys.readouterr()
    code = run(["ingest", "bitcoin", *words, "--confirmations", "0", "--dry-run", "--json"])
    told = capsys.readouterr()
    assert code in (0, 1), told.err
    return ("", told.err) if code else (json.loads(told.out)["chain"], "")


@pytest.mark.parametrize("key", [b"", b"hidden!!"])
@pytest.mark.parametrize("name", ["litecoin", "dogecoin", "bitcoin"])
def test_the_mark_of_files_says_their_chain(
    name: str, key: bytes, tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "b", one(), key=key, magic=network(name).magic)
    assert planned(["--blocks-dir", "b"], capsys) == (name, "")
    assert planned(["--blocks-dir", "b", "--chain", name], capsys) == (name, "")
    other = "dogecoin" if name == "litecoin" else "litecoin"
    assert (
        f"are of {name}, by their mark; got --chain {other}"
        in planned(["--blocks-dir", "b", "--chain", other], capsys)[1]
    )


def test_blocks_of_bitcoin_and_bitcoin_cash_are_told_by_witnesses(
    tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "segwit", one(LATE, commits=True))
    write(tmp_path / "either", one(LATE))
    assert planned(["--blocks-dir", "segwit"], capsys) == ("bitcoin", "")
    said = planned(["--blocks-dir", "either"], capsys)[1]
    assert "may be on bitcoin, bitcoin_cash; choose one with --chain bitcoin or --chain bitcoin_cash" in said
    for name in ("bitcoin", "bitcoin_cash"):
        assert planned(["--blocks-dir", "either", "--chain", name], capsys) == (name, "")
    said = planned(["--blocks-dir", "segwit", "--chain", "bitcoin_cash"], capsys)[1]
    assert "commit to witnesses, as only Bitcoin's do; got --chain bitcoin_cash" in said


@pytest.mark.parametrize("way", ["--rpc", "--rest"])
def test_the_first_block_of_a_node_says_its_chain(
    way: str, tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with fake(one()) as node:
        assert "of no chain that is known here: say which it is of with --chain" in planned([way, node.url], capsys)[1]
        assert planned([way, node.url, "--chain", "dogecoin"], capsys) == ("dogecoin", "")
        first = {"getblockhash": {"result": LITECOIN}, "/rest/blockhashbyheight/0.json": {"blockhash": LITECOIN}}
        node.change = first.get
        assert planned([way, node.url], capsys) == ("litecoin", "")
        said = planned([way, node.url, "--chain", "bitcoin"], capsys)[1]
        assert "is a node of litecoin, by its first block; got --chain bitcoin" in said
    assert list(tmp_path.iterdir()) == []
