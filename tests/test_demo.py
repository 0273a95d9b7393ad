"""The demo in a folder that is already there: never deletes, never mixes, never breaks another demo."""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dyepack import cli
from dyepack.model import Tag
from dyepack.store import Store, disk
from tests.conftest import ROOT

COMMAND = [sys.executable, "-m", "dyepack", "demo", "--out"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "de mo"
    assert cli.run(["demo", "--out", str(out)]) == 0
    return out


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_twice_gives_the_same_bytes_and_words(made: Path, capsys: pytest.CaptureFixture[str]):
    before = hashes(made)
    assert cli.run(["demo", "--out", str(made)]) == 0
    assert hashes(made) == before
    look = capsys.readouterr().out.partition("Look further: ")[2]
    assert shlex.split(look)[:3] == ["dyepack", "--workspace", str(made / "workspace")]


@pytest.mark.slow
def test_an_earlier_version_of_the_data_is_replaced(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    old = tmp_path / "cases"
    shutil.copytree(ROOT / "cases", old)
    movements = next(old.rglob("movements.csv"))
    movements.write_text("".join(movements.read_text().splitlines(keepends=True)[:-1]))
    with monkeypatch.context() as patch:
        patch.setattr("dyepack.bundled.folder", lambda name: old if name == "cases" else ROOT / name)
        assert cli.run(["demo", "--out", str(tmp_path / "out")]) == 0
    assert cli.run(["demo", "--out", str(tmp_path / "out")]) == 0
    for name in ("transfers", "assets", "tags", "incidents", "amount_claims"):
        assert parts(tmp_path / "out", name) == parts(made, name)


def parts(out: Path, table: str) -> dict:
    with Store.open(out / "workspace") as store:
        return store.parts(table)


def tagged(folder: Path) -> None:
    """A stranger's workspace: tags of his own, loaded from a file of his own."""
    mine = Tag("t", "ethereum", "0x1", "me", None, None, "override", 100, "p", None, None, None, None, None, None)
    with Store.open(folder, create=True) as store, store.run("load-tags", {}, files={"mine.csv": "00"}) as draft:
        draft.put("tags", "mine.csv", [mine])


def own_case(folder: Path) -> None:
    """A stranger's own case, whose files have the names that all cases' files have, not traced yet."""
    case = folder.parent.parent / "case"
    shutil.copytree(next((ROOT / "cases").iterdir()), case)
    file = case / "movements.csv"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-2]))
    assert cli.run(["-w", str(folder), "ingest", "case", str(case)]) == 0


@pytest.mark.parametrize("strange", [tagged, own_case])
def test_a_strangers_workspace_is_left_alone(strange, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    strange(tmp_path / "x" / "workspace")
    capsys.readouterr()
    before = hashes(tmp_path / "x")
    assert cli.run(["demo", "--out", str(tmp_path / "x")]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "holds other things than the demo writes" in err
    assert "--out" in err
    assert hashes(tmp_path / "x") == before


def test_who_writes_is_not_disturbed(made: Path, capsys: pytest.CaptureFixture[str]):
    before = hashes(made)
    with disk.writing(made / "workspace"):
        assert cli.run(["demo", "--out", str(made)]) == 1
    assert capsys.readouterr().err.startswith("dyepack: another process is writing to")
    assert hashes(made) == before


@pytest.mark.slow
def test_two_at_once(tmp_path: Path):
    both = [
        subprocess.Popen([*COMMAND, str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in both]
    assert 0 in [code for _, code in ends]
    for err, code in ends:
        assert (err, code) == ("", 0) or (code == 1 and err.startswith("dyepack: another process is writing to"))
    assert cli.run(["-w", str(tmp_path / "workspace"), "verify"]) == 0
    assert cli.run(["demo", "--out", str(tmp_path)]) == 0


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody who may not write")
def test_a_folder_that_one_may_only_read(made: Path, tmp_path: Path):
    # Who may not write may often not read Python's own files either, so a demo elsewhere imports all of them before.
    code = (
        "import os, sys; from dyepack import cli; cli.run(['demo', '--out', sys.argv.pop()]); sys.stdout.flush();"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); cli.main()"
    )
    folder = Path("/tmp") / f"dyepack-demo-{os.getpid()}"
    shutil.copytree(made, folder)
    try:
        before = hashes(folder)
        command = [sys.executable, "-c", code, "demo", "--out", str(folder), str(tmp_path / "else")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert "cannot write to" in done.stderr
        assert hashes(folder) == before
    finally:
        shutil.rmtree(folder)


def test_verify_at_the_prompt(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copytree(made / "workspace", tmp_path / "w")
    assert cli.run(["-w", str(tmp_path / "w"), "verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bytes"] == sum(path.stat().st_size for path in (tmp_path / "w").glob("tables/*/*"))
    path = next((tmp_path / "w").glob("tables/transfers/*"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for command in (["verify"], ["trace", "--case", str(next((ROOT / "cases").iterdir()))]):
        assert cli.run(["-w", str(tmp_path / "w"), *command]) == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "was changed after it was written; make it again with: dyepack ingest movements" in err
