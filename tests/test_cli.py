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
