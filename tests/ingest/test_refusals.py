"""A command that is refused leaves nothing behind: no workspace that was not there, and no other one than there was."""

import gzip
from pathlib import Path

import pytest

from dyepack import cli
from dyepack.store import Store

NOBODY = "http://127.0.0.1:9"
ADDRESS = "0x" + "a" * 40
REFUSED = {
    "movements": ["m.csv", "--chain", "ethereum"],
    "movements of no chain": ["m.csv", "--chain", "moon"],
    "openings": ["m.csv", "--chain", "ethereum"],
    "prices": ["m.csv", "--source", "us"],
    "case": ["."],
    "evm": ["m.csv"],
    "evm from nobody": ["--rpc", NOBODY, "--from", "1"],
    "tron": ["--api", NOBODY, "--from", "1"],
    "bitcoin": ["--rpc", NOBODY],
    "bitcoin files": ["--blocks-dir", "."],
    "files": ["m.csv", "--chain", "ethereum"],
    "files of nothing": ["nothing", "--chain", "ethereum"],
    "files cut off": ["cut.json.gz", "--chain", "ethereum"],
    "explorer": ["0x1"],
    "explorer offline": [ADDRESS, "--offline"],
    "explorer of nobody": [ADDRESS, "--url", "nowhere"],
    "explorer of another kind": [ADDRESS, "--kind", "trongrid"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("m.csv").write_text("this,that\n1,2\n")
    Path("cut.json.gz").write_bytes(gzip.compress(b'{"type": "block"}\n' * 99)[:-9])
    monkeypatch.setattr("time.sleep", lambda _: None)
    return tmp_path


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_load_leaves_no_workspace(here: Path, case: str) -> None:
    before = {path.name for path in here.iterdir()}
    assert cli.run(["ingest", case.split(maxsplit=1)[0], *REFUSED[case]]) not in (0, None)
    assert {path.name for path in here.iterdir()} == before


def test_a_refused_load_leaves_a_folder_that_was_there_and_what_was_in_it(here: Path) -> None:
    folder = here / "ws"
    folder.mkdir()
    (folder / ".keep").touch()
    assert cli.run(["-w", "ws", "ingest", "movements", "m.csv", "--chain", "ethereum"]) == 1
    assert [path.name for path in folder.iterdir()] == [".keep"]


def test_a_workspace_that_was_there_or_that_another_has_open_stays(here: Path) -> None:
    refused = ["-w", "ws", "ingest", "movements", "m.csv", "--chain", "ethereum"]
    Store.open("ws", create=True).close()
    assert cli.run(refused) == 1
    Store.open("ws").close()


def test_one_that_another_has_opened_meanwhile_stays(here: Path) -> None:
    with Store.open("ws", create=True) as first:
        with Store.open("ws"):
            first.abandon()
        Store.open("ws").close()
        first.abandon()
    assert not Path("ws").exists()
