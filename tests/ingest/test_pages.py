"""The how-to of loading a chain: its commands run, on blocks made here and a server that answers as a node does."""

import re
import shlex
from pathlib import Path

import pytest

from dyepack.cli import run
from tests.conftest import ROOT
from tests.ingest.chainfiles import write, write_undo
from tests.ingest.fake import fake
from tests.ingest.test_blocks import drawn, undos
from tests.ingest.test_exports import ROWS, written

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
    assert len(commands) == 9
    with fake(blocks) as node:
        for line in commands:
            url = node.url if "user:" in line else node.url.replace("user:secret@", "")
            words = [re.sub(r"http://\S+:8332", url, word) for word in shlex.split(line)[1:]]
            assert run(words) == 0, line
    out = capsys.readouterr().out
    assert "10 blocks of bitcoin between 0 and 9 would be loaded from blocks" in out
    assert "bitcoin: 10 blocks from 0 to 9: no error" in out
    assert "secret" not in "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
