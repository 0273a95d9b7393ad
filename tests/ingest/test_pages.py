"""The how-to of loading a chain: its commands run, on blocks made here and a server that answers as a node does."""

import re
import shlex
from pathlib import Path

import pytest

from dyepack.cli import run
from dyepack.store import Store
from tests.conftest import ROOT
from tests.ingest.chainfiles import write, write_undo
from tests.ingest.fake import fake
from tests.ingest.lakeforms import aws_coins
from tests.ingest.s3 import Bucket, served
from tests.ingest.test_blocks import drawn, undos
from tests.ingest.test_days_page import in_store, packed
from tests.ingest.test_exports import ROWS, coinbase, written

PAGE = ROOT / "docs" / "how-to" / "load-a-chain.md"


def test_the_commands_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    blocks = drawn(16)
    write(tmp_path / "blocks", blocks)
    write_undo(tmp_path / "blocks", undos(blocks))
    (tmp_path / "export").mkdir()
    written(tmp_path / "export" / "x.json", ROWS)
    commands = [
        line
        for part in re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for line in part.splitlines()
    ]
    assert len(commands) == 11
    lake = {
        f"v1.0/btc/{name}/date=2016-08-0{day}/x.parquet": packed(rows)
        for day, row in ((2, coinbase("a" * 64, 1)), (3, coinbase("b" * 64, 2)))
        for name, rows in aws_coins(row).items()
    }
    with fake(blocks) as node, served(Bucket(lake)) as bucket:
        for line in commands:
            if "s3://" in line:
                words = [in_store(word, bucket.url) for word in shlex.split(line)[1:]]
                assert run(["-w", "of-the-lake", *words]) == 0, line
                continue
            url = node.url if "user:" in line else node.url.replace("user:secret@", "")
            words = [re.sub(r"http://\S+:8332", url, word) for word in shlex.split(line)[1:]]
            assert run(words) == 0, line
    out = capsys.readouterr().out
    with Store.open(Path("of-the-lake")) as store:
        assert [(row.block, row.amount) for row in store.records("outputs")] == [(1, 5 * 10**9), (2, 5 * 10**9)]
        assert [row.hash for row in store.records("blocks")] == [f"{1:064x}", f"{2:064x}"]
    assert "10 blocks of bitcoin between 0 and 9 would be loaded from blocks" in out
    assert "bitcoin: 10 blocks from 0 to 9: no error" in out
    assert "secret" not in "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
