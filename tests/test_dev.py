"""The set-up in `dev`: when it is due, and what it says when it fails."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

STAMP = "dyepack-setup.json"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that is set up, as far as `dev` can tell without running anything."""
    shutil.copy(ROOT / "dev", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    python = Path(load(tmp_path)["DEV"].program("python"))
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    dev = load(tmp_path)
    dev["write_stamp"](tmp_path / ".venv" / STAMP, dev["fingerprint"](dev["DEV"]))
    return tmp_path


def load(folder: Path) -> dict[str, Any]:
    return runpy.run_path(str(folder / "dev"))


def is_ready(folder: Path) -> bool:
    dev = load(folder)
    return bool(dev["ready"](dev["DEV"]))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_room_that_stands_is_left_alone(checkout: Path) -> None:
    assert is_ready(checkout)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("locks/dev.txt", "duckdb==", "duckdb==9"),
        ("locks/build.txt", "hatchling==", "hatchling==9"),
        ("pyproject.toml", '"rich>=', '"rich>=9'),
        (f".venv/{STAMP}", "{", ""),
    ],
)
def test_a_change_of_what_is_installed_makes_set_up_due(checkout: Path, name: str, old: str, new: str) -> None:
    edit(checkout / name, old, new)
    assert not is_ready(checkout)


def test_a_setting_of_a_tool_does_not(checkout: Path) -> None:
    edit(checkout / "pyproject.toml", "line-length = 120", "line-length = 100")
    assert is_ready(checkout)


def test_set_up_that_was_cut_short_is_due_again(checkout: Path) -> None:
    (checkout / ".venv" / STAMP).unlink()
    assert not is_ready(checkout)


def test_a_room_that_lost_its_python_is_due_again(checkout: Path) -> None:
    python = Path(load(checkout)["DEV"].program("python"))
    python.unlink()
    python.symlink_to(checkout / "gone")
    assert not is_ready(checkout)


def test_a_copied_room_is_due_again(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("copy") / "checkout"
    shutil.copytree(checkout, copy, symlinks=True)
    assert not is_ready(copy)


def test_demo_is_content_with_the_tools_of_development(checkout: Path) -> None:
    dev = load(checkout)
    assert dev["ensure"](dev["RUN"]) == dev["DEV"]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("warning: x\nerror: dns error: failed to lookup", "no connection to the package index"),
        ("noise\nerror: hash mismatch for duckdb\n", "error: hash mismatch for duckdb"),
        ("", "it said nothing"),
    ],
)
def test_a_failure_is_told_in_one_line(output: str, said: str) -> None:
    assert load(ROOT)["gist"](output).startswith(said)


def test_a_step_that_fails_leaves_a_log(checkout: Path) -> None:
    dev = load(checkout)
    with pytest.raises(dev["Failure"], match=r"could not count: error: no abacus .*\.tools/setup\.log"):
        dev["install"]([sys.executable, "-c", "import sys; sys.exit('error: no abacus')"], "count")
    assert (checkout / ".tools" / "setup.log").read_text(encoding="utf-8") == "error: no abacus\n"


@pytest.mark.parametrize("words", [[], ["nonsense"]])
def test_bad_use_is_exit_code_2(words: list[str]) -> None:
    done = subprocess.run([sys.executable, ROOT / "dev", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: python3 dev VERB" in done.stderr


# --- the pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A checkout whose pages are built, as far as `dev` can tell."""
    shutil.copy(ROOT / "dev", tmp_path)
    (tmp_path / "frontend/src").mkdir(parents=True)
    (tmp_path / "frontend/src/main.tsx").write_text("render();\n", encoding="utf-8")
    dev = load(tmp_path)
    dev["STATIC"].mkdir(parents=True)
    dev["write_stamp"](dev["STATIC"] / "build.json", {"made_from": dev["frontend_digest"](), "packed": "0"})
    return tmp_path


def test_pages_are_built_anew_only_when_a_source_changed(pages: Path) -> None:
    assert load(pages)["built"]()
    package = pages / "frontend/node_modules/react/index.js"
    package.parent.mkdir(parents=True)
    package.write_text("", encoding="utf-8")
    assert load(pages)["built"]()
    edit(pages / "frontend/src/main.tsx", "render", "draw")
    assert not load(pages)["built"]()


def test_a_source_that_only_moved_is_a_change(pages: Path) -> None:
    (pages / "frontend/src/main.tsx").rename(pages / "frontend/src/other.tsx")
    assert not load(pages)["built"]()


def test_pages_that_came_without_their_sources_are_served_as_they_are(pages: Path) -> None:
    shutil.rmtree(pages / "frontend")
    assert load(pages)["built"]()
    shutil.rmtree(pages / "src")
    assert not load(pages)["built"]()


@pytest.mark.parametrize(
    ("said", "enough"),
    [("v20.19.0", True), ("v20.18.3", False), ("v21.7.0", False), ("v22.12.0", False), ("v22.13.0", True), ("", False)],
)
def test_which_machine_s_node_will_do(tmp_path: Path, said: str, enough: bool) -> None:
    program = tmp_path / "node"
    program.write_text(f"#!/bin/sh\necho {said}\n", encoding="utf-8")
    program.chmod(0o755)
    assert load(ROOT)["new_enough"](str(program)) is enough
