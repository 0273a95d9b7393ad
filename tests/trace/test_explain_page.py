"""The pages about figures, patterns and behaviour: their commands are run, and what they show is what comes out."""

import os
import re
import shlex

import pytest

from dyepack.cli import run
from dyepack.trace.carriage import Network
from dyepack.trace.explain import parts
from tests.conftest import ROOT, shared
from tests.trace.test_behaviour import CASE
from tests.trace.test_explain import drawn, rests, routes, seed

HOW_TO = ROOT / "docs" / "how-to" / "explain-a-figure.md"
PATTERNS = (ROOT / "docs" / "explanation" / "patterns.md").read_text("utf-8")
_PART = re.compile(r"```(csv|sh|text)([^\n]*)\n(.*?)```", re.DOTALL)


def shown(out):
    """What a page shows of an answer: all but remarks, which name the run."""
    return "".join(f"{line.rstrip()}\n" for line in out.splitlines() if not line.startswith(("Run ", "Note: ")))


def test_the_how_to_prints_what_it_shows(tmp_path, monkeypatch, capsys):
    """With DYEPACK_DOCS=write what it shows is written anew; look at it before you commit it."""
    monkeypatch.chdir(tmp_path)
    text = HOW_TO.read_text("utf-8")
    told = ""

    def answered(part):
        nonlocal told
        kind, name, content = part[1], part[2].strip(), part[3]
        if kind == "csv":
            (tmp_path / name).write_text(content, "utf-8")
        elif kind == "sh":
            for command in content.splitlines():
                capsys.readouterr()
                words = shlex.split(command)
                assert words[0] == "dyepack"
                assert run(words[1:]) == 0, command
            told = shown(capsys.readouterr().out)
        else:
            return f"```text\n{told}```"
        return part[0]

    fresh = _PART.sub(answered, text)
    if os.environ.get("DYEPACK_DOCS") == "write":
        HOW_TO.write_text(fresh, "utf-8")
    assert fresh == HOW_TO.read_text("utf-8"), "look at what it shows and write it with DYEPACK_DOCS=write"


FIGURES = (ROOT / "docs" / "explanation" / "figures.md").read_text("utf-8")


def test_the_example_by_hand_comes_out_as_the_page_says():
    (drawing,) = re.findall(r"```text\n(.*?)\n```", FIGURES, re.DOTALL)
    seeds = [seed("p", 5), seed("q", 3)]
    rows = re.findall(r"^\| (\w) \| (\d.*) \|$", FIGURES, re.MULTILINE)
    assert [place for place, _ in rows] == ["x", "y", "x", "y"]
    together = Network(drawn(drawing), seeds)
    for number, (place, told) in enumerate(rows):
        wanted = [(int(amount), way) for amount, way in (one.split(": ") for one in told.split(", "))]
        end = rests(place, sum(amount for amount, _ in wanted))
        network = together if number > 1 else Network(drawn(drawing), seeds)
        (part,) = parts(network, end, end.amount, 0)
        assert routes(part) == wanted


def said(name):
    (row,) = re.findall(rf"^\| {name}[^|]*\|(.*)\|$", PATTERNS, re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


@pytest.mark.parametrize("name", ["Harmony", "Atomic Wallet"])
def test_the_false_stop_shares_on_the_page_are_what_the_command_says(name, tmp_path, capsys):
    folder = ["-w", str(tmp_path / "w")]
    if name == "Harmony":
        assert run([*folder, "ingest", "case", str(CASE)]) == 0
        (tmp_path / "t.csv").write_text("0xbae578f543b036a1934b9bc75e3ac5895d051355\n")
    else:
        data = shared("data", "thefts", "atomic-2023-06")
        columns = "tx_hash=Tx_hash,from=From,to=To,amount=Value_in_USD,block=Block,time=Timestamp"
        loading = ["--chain", "ethereum", "--asset", "USD", "--map", columns]
        assert run([*folder, "ingest", "movements", str(data / "Atomic.csv"), *loading]) == 0
        (tmp_path / "t.csv").write_text((data / "terminal_addresses.csv").read_text())
    capsys.readouterr()
    assert run([*folder, "behaviour", "--services", str(tmp_path / "t.csv")]) == 0
    out = capsys.readouterr().out
    others, movements, services = said(name)
    assert f"stops at {others} addresses" in out
    assert f"and finds {services} that are called one" in out
    assert f"; {movements} go to where it stops." in out
