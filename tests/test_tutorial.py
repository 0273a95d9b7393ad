"""The pages are run: every command that one shows prints what it shows.

A block of a page of `docs/` that is fenced as `console` holds commands after `$ `, each followed by what it prints.
With DYEPACK_DOCS=write the outputs on the pages are written anew; look at them before you commit them.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dyepack.cli import run
from tests.conftest import ROOT

PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if "```console" in page.read_text(encoding="utf-8"))
_FILE = re.compile(r"^```\w+ ([\w.-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)  # a file the page's commands read
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[str]:
    """The commands of a block, continued lines joined."""
    joined = block.replace("\\\n", " ")
    yield from (line[2:] for line in joined.splitlines() if line.startswith("$ "))


def refreshed(block: str, answer: Callable[[str], str]) -> str:
    """The block with the commands' answers in place of what stood there."""
    shown = re.split(r"(?m)^(?=\$ )", block)[1:]
    heads = [re.match(r"\$ (?:.*\\\n)*.*\n", part)[0] for part in shown]  # type: ignore[index]
    return "".join(head + answer(command) for head, command in zip(heads, commands(block), strict=True))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_print_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)

    def answer(command: str) -> str:
        program, *arguments = shlex.split(command)
        assert program == "dyepack", f"{page.name} shows {command!r}; pages run dyepack alone"
        code = run(arguments)
        out, err = capsys.readouterr()
        assert (code, err) == (0, ""), command
        return "".join(f"{line.rstrip()}\n" for line in out.splitlines())

    text = page.read_text(encoding="utf-8")
    for name, content in _FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    fresh = _BLOCK.sub(lambda found: f"```console\n{refreshed(found[1], answer)}```", text)
    if os.environ.get("DYEPACK_DOCS") == "write":
        page.write_text(fresh, encoding="utf-8")
    assert fresh == page.read_text(encoding="utf-8"), "look at the outputs and write them with DYEPACK_DOCS=write"


def test_there_is_something_to_run():
    assert PAGES
    shown = [
        command for page in PAGES for block in _BLOCK.findall(page.read_text("utf-8")) for command in commands(block)
    ]
    assert len(shown) >= 5
    assert all(command.startswith("dyepack ") for command in shown)


def test_a_continued_command_and_two_commands_in_a_block():
    block = "$ dyepack a \\\n    --b c\nold\n$ dyepack d\nold\nold\n"
    assert [shlex.split(command) for command in commands(block)] == [["dyepack", "a", "--b", "c"], ["dyepack", "d"]]
    assert refreshed(block, lambda command: f"{len(command)}\n").splitlines()[2:] == ["20", "$ dyepack d", "9"]
