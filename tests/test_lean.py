"""What a question to the ledger may import. Time is not measured here; what takes time is kept out instead."""

import subprocess
import sys
from pathlib import Path

import pytest

from dyepack.cli import run

HEAVY = {"numpy", "pandas", "scipy", "pydantic", "yaml", "duckdb", "jinja2", "rich", "sqlglot", "vl_convert", "sha3"}
HEAVY |= {"fastapi", "starlette", "uvicorn"}
SHOW = """
import atexit, sys
from dyepack import cli
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
cli.main()
"""
AFTERWARDS = """
from dyepack.cli import lean
lean.begin()
import numpy, pyarrow
print(len(numpy.arange(3)), pyarrow.array([1, None]).sum())
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lean") / "w"
    assert run(["-w", str(folder), "load-ledger"]) == 0
    return folder


def loaded(workspace: Path, command: str) -> tuple[str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW, "-w", str(workspace), *command.split()], capture_output=True, text=True, check=True
    )
    assert "dyepack.workspace" in done.stderr
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize(
    "command",
    [
        "totals --actor dprk",
        "totals --actor dprk --rule R3 --as-of 2023-09-14 --json",
        "incidents --year 2023 --csv",
        "incident 2023-09-12-coinex",
        "totals --publisher chainalysis --as-of 2023-09-14",
        "published --actor dprk",
        "cuts --by vector",
        "cuts --by country --as-of 2023-09-14 --json",
        "cuts --by remedy",
        "compare --actor dprk --as-of 2023-09-14",
        "chart totals --out FOLDER/x.json",
        "chart totals --actor dprk --as-of 2023-09-14 --out FOLDER/x.svg",
        "chart against --actor dprk --out FOLDER/y.svg",
        "chart concentration --out FOLDER/z.svg",
        "ledger duplicates",
    ],
)
def test_a_question_to_a_workspace_imports_nothing_heavy(workspace: Path, command: str):
    out, modules = loaded(workspace, command.replace("FOLDER", str(workspace.parent)))
    assert out
    assert modules & HEAVY == set()


def test_leaving_at_once_does_what_was_registered_and_sends_what_was_written(tmp_path: Path):
    leave = "import atexit; from dyepack.cli import lean; atexit.register(print, 'last'); print('first'); lean.leave(3)"
    with (tmp_path / "out").open("w") as out:
        done = subprocess.run([sys.executable, "-c", leave], stdout=out, check=False)
    assert (done.returncode, (tmp_path / "out").read_text().split()) == (3, ["first", "last"])


def test_numpy_can_still_be_imported_after_the_command_line_has_begun():
    done = subprocess.run([sys.executable, "-c", AFTERWARDS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "1"]


def test_the_table_of_rooms_is_what_the_rooms_register():
    from dyepack.cli import rooms
    from dyepack.cli.app import app

    rooms.register(app)
    names = {each.name for each in app.registered_commands} | {each.name for each in app.registered_groups}
    assert names == {name for commands in rooms.ROOMS.values() for name in commands.split()}


def test_the_workspace_option_is_no_command():
    from dyepack.cli.rooms import words

    assert next(words(["-w", "totals", "--workspace=x", "incidents", "totals"])) == "incidents"
