import json
import os
import re
import subprocess
import sys
from pathlib import Path

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
    assert output.err.startswith("dyepack: ")
    assert output.err.count("\n") == 1
    assert re.search(r"; see dyepack( incident| totals)? --help$", output.err.rstrip())


@pytest.mark.parametrize("command", ["incidents", "totals", "published"])
@pytest.mark.parametrize("forms", [["--json", "--csv"], ["--csv", "--json"]])
def test_one_form_at_a_time(command, forms, capsys):
    assert cli.run([command, *forms]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "expected --json or --csv, got both" in output.err
    assert output.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["totals", "--as-of", "２０２３-09-14"],
        ["incidents", "--year", "２０２３"],
        ["trace", "--max-movements", "１"],
    ],
)
def test_digits_are_ascii(arguments, capsys):
    assert cli.run(arguments) in (1, 2)
    output = capsys.readouterr()
    assert output.out == ""
    assert "expected a" in output.err


@pytest.mark.parametrize("arguments", [["--help"], ["totals", "-h"], ["ingest", "--help"]])
def test_help_is_an_answer(arguments, capsys):
    assert cli.run(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: dyepack")


def dyepack(*arguments, **more):
    command = [sys.executable, "-m", "dyepack", *arguments]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **more)


@pytest.mark.parametrize("command", [["totals"], ["incidents", "--json"], ["--help"]])
def test_a_full_disk_takes_no_output(command):
    with Path("/dev/full").open("w") as full:
        done = dyepack(*command, stdout=full)
    assert (done.returncode, done.stderr) == (1, "dyepack: cannot write the output: No space left on device\n")


def test_a_terminal_without_our_characters():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = dyepack("totals", "--actor", "dprk", stdout=subprocess.PIPE, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2013" in done.stdout
    listed = ["published", "--json"]
    plain, escaped = (dyepack(*listed, stdout=subprocess.PIPE, env=env) for env in (None, environment))
    assert json.loads(escaped.stdout) == json.loads(plain.stdout)


def test_nobodys_home_is_one_line(capsys):
    assert cli.run(["-w", "~no-such-user/x", "trace", "a"]) == 1
    assert capsys.readouterr().err.startswith("dyepack: cannot open ~no-such-user/x")


def test_a_file_that_may_not_be_used_is_one_line(tmp_path, capsys):
    assert cli.run(["-w", str(tmp_path / "w"), "ingest", "case", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("moment", ["import", "run"])
def test_ctrl_c_is_one_line(moment):
    """A real SIGINT, while modules are imported or while a command runs."""
    code = """
import os, signal, sys
from dyepack import cli
def strike(frame, event, _):
    here = frame.f_code.co_filename
    if here.endswith("cli/app.py" if moment == "import" else "ledger/totals.py") and event == "call":
        if moment == "import" or frame.f_code.co_name == "totals":
            sys.settrace(None)
            os.kill(os.getpid(), signal.SIGINT)
moment, sys.argv[1:] = sys.argv[1], ["totals"]
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.settrace(strike)
cli.main()
"""
    command = [sys.executable, "-c", code, moment]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "dyepack: stopped\n")


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
