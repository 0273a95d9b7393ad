"""What a question to the ledger may import. Time is not measured here; what takes time is kept out instead."""

import subprocess
import sys
from pathlib import Path

import pytest

from dyepack.cli import run

HEAVY = {"numpy", "pandas", "scipy", "pydantic", "yaml", "duckdb", "jinja2", "rich", "sqlglot", "vl_convert", "sha3"}
SHOW = """
import sys
from dyepack import cli
try:
    cli.main()
finally:
    print(*sys.modules, file=sys.stderr)
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
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize(
    "command",
    [
        "totals --actor dprk",
        "totals --actor dprk --rule R3 --as-of 2023-09-14 --json",
        "incidents --year 2023 --csv",
        "incident 2023-09-12-coinex",
        "published --actor dprk",
        "chart totals --out FOLDER/x.json",
    ],
)
def test_a_question_to_a_workspace_imports_nothing_heavy(workspace: Path, command: str):
    out, modules = loaded(workspace, command.replace("FOLDER", str(workspace.parent)))
    assert out
    assert modules & HEAVY == set()


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
