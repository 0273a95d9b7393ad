"""Names of files and folders that are not UTF-8, and a C locale: each command works, or ends in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dyepack import cli
from dyepack.store import Store
from tests.ingest.test_evm import A, B

ROWS = f"tx_hash,block,time,from,to,amount,asset\n0x{'1' * 64},5,2024-01-01 00:00:00,{A},{B},1,ETH\n"
NAME = os.fsdecode(b"m\xff")


def made(folder: Path, name: str, text: str) -> str:
    path = folder / name
    try:
        path.write_text(text)
    except OSError:
        pytest.skip("this file system has no names that are not UTF-8")
    return str(path)


def test_a_file_whose_name_is_not_utf_8_loads_under_a_name_that_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["-w", str(tmp_path / "ws"), "ingest"]
    assert cli.run([*start, "movements", made(tmp_path, f"{NAME}.csv", ROWS), "--chain", "ethereum"]) == 0
    prices = made(tmp_path, f"p{NAME}.csv", "asset,date,close\nETH,2024-01-05,1\n")
    assert cli.run([*start, "prices", prices, "--source", "us"]) == 0
    assert r"m\xff.csv: 1 movements loaded" in capsys.readouterr().out
    with Store.open(tmp_path / "ws") as store:
        assert (len(store.records("transfers")), len(store.records("prices"))) == (1, 1)


@pytest.mark.parametrize(
    "command",
    [
        ["load-tags", "FILE.csv"],
        ["ingest", "evm", "FILE.csv"],
        ["ingest", "files", "FILE.csv", "--chain", "ethereum"],
        ["-w", NAME, "ingest", "movements", "m.csv", "--chain", "ethereum"],
    ],
)
def test_what_cannot_be_written_down_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made(tmp_path, f"{NAME}.csv", f"address,chain,name\n{A},ethereum,x\n")
    made(tmp_path, "m.csv", ROWS)
    assert cli.run([word.replace("FILE", NAME) for word in command]) == 1
    said = capsys.readouterr().err
    assert (said.count("\n"), said.startswith("dyepack: ")) == (1, True)


def test_a_c_locale_works(tmp_path: Path) -> None:
    path = made(tmp_path, "münzen.csv", ROWS)
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "dyepack", "-w", str(tmp_path / "ws"), "ingest", "movements", path]
    done = subprocess.run([*command, "--chain", "ethereum"], capture_output=True, env=plain, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"m\\u00fcnzen.csv: 1 movements loaded, 0 rows refused\n"
    with Store.open(tmp_path / "ws") as store:
        assert len(store.records("transfers")) == 1
    tags = made(tmp_path, "träger.csv", f"address,chain,name\n{A},ethereum,x\n")
    command = [sys.executable, "-m", "dyepack", "-w", str(tmp_path / "ws"), "load-tags", tags]
    done = subprocess.run(command, capture_output=True, env=plain, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith(b"set PYTHONUTF8=1, or LC_ALL=C.UTF-8\n")
