import re
import subprocess
import sys

import pytest

from dyepack import __version__, cli
from dyepack.cli import show


def test_version(capsys):
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"dyepack {__version__}\n"


def test_no_command_prints_the_help(capsys):
    assert cli.run([]) == 2
    assert "Usage: dyepack" in "".join(capsys.readouterr())


@pytest.mark.parametrize("arguments", [["nonsense"], ["incident"], ["totals", "--rule", "R9"], ["--nonsense"]])
def test_wrong_usage_is_exit_code_2_on_stderr(arguments, capsys):
    assert cli.run(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err


def test_a_workspace_that_is_not_there_is_one_line(tmp_path, capsys):
    assert cli.run(["-w", str(tmp_path / "none"), "trace", "2022-06-23-harmony"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("dyepack: ")
    assert output.err.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_error():
    command = f"{sys.executable} -m dyepack incidents --json | head -c 10"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_names_cannot_steer_the_terminal(capsys):
    show.table(
        ["name"],
        [
            [
                "\x1b[31mred\x07",
            ],
            ["\u202egnp.exe"],
        ],
    )
    show.answer("a\x1b]0;title\x07b")
    show.complain("one\ntwo\x1b[2J")
    output = capsys.readouterr()
    assert "\x1b" not in output.out + output.err
    assert "<U+202E>" in output.out
    assert output.err == "dyepack: one two<U+001B>[2J\n"


def test_cells_that_a_spreadsheet_would_run_are_text(capsys):
    show.as_csv(["name", "n"], [["=1+1", -5], ["@x", 1], ["plain", 2]])
    assert capsys.readouterr().out == "name,n\n'=1+1,-5\n'@x,1\nplain,2\n"


def test_a_wide_table_is_never_cut_when_piped(capsys):
    show.table(["address"], [["0x" + "a" * 200]])
    assert "0x" + "a" * 200 in capsys.readouterr().out


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of so many columns: `show` asks rich, and rich asks these two."""

    def of(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("NO_COLOR", "1")

    return of


ROWS = [["2022", "1\N{THIN SPACE}650.0", "Chainalysis 1\N{THIN SPACE}700.0 → 1\N{THIN SPACE}650.0 · TRM 800.0"]]


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("columns", [20, 40, 50, 80])
def test_on_a_terminal_no_number_is_cut_or_broken_and_nothing_is_left_out(terminal, capsys, columns):
    terminal(columns)
    show.table(["year", "$M", "published by then"], ROWS, right=[1])
    out = plain(capsys.readouterr().out)
    for piece in ("2022", "1\N{THIN SPACE}650.0", "1\N{THIN SPACE}700.0", "Chainalysis", "TRM", "800.0"):
        assert piece in out
    assert "\ue000" not in out


def test_a_last_column_without_room_stands_below(terminal, capsys):
    terminal(36)
    show.table(["year", "$M", "thefts", "published by then"], [[*ROWS[0][:2], "15", ROWS[0][2]]], right=[1, 2])
    lines = [line.split() for line in plain(capsys.readouterr().out).splitlines()]
    assert lines[0] == ["year", "$M", "thefts"]
    assert lines[2] == ["year", "published", "by", "then"]


def test_an_address_keeps_more_than_a_look_alike_can_imitate(terminal):
    text = "0x28c6c06298d514db089934071355e5743bf21d60"
    terminal(80)
    assert show.address(text) == "0x28c6c06298…3bf21d60"
    terminal(120)
    assert show.address(text) == text
