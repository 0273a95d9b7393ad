"""The commands that follow money, as a person types them."""

import json
import re
import shlex
import shutil

import pytest

from dyepack.cli import run
from tests.conftest import ROOT

CASE = ROOT / "cases" / "2022-06-23-harmony"
GUIDE = (ROOT / "docs" / "how-to" / "trace-a-theft.md").read_text("utf-8")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_guide_works_as_it_is_written(here, capsys):
    for name, content in re.findall(r"```csv (\S+)\n(.*?)```", GUIDE, re.DOTALL):
        (here / name).write_text(content, "utf-8")
    commands = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 4
    for command in commands:
        capsys.readouterr()
        words = shlex.split(command)
        assert words[0] == "dyepack"
        assert run(words[1:]) == 0, command
    told = json.loads(capsys.readouterr().out)
    assert told["methods"]["fifo"]["conserved"] is True
    assert [(place["name"], place["amounts"]) for place in told["destinations"] if place["reason"] == "service"] == [
        ("Some Exchange", {"fifo": "99500000000000000000"})
    ]
    assert told["deposits"][0]["deposit"].endswith("dd")
    assert run(["trace", "2023-04-08-my-case", "--unlisted", "--seeds", "seeds.csv", "--json"]) == 0
    amounts = json.loads(capsys.readouterr().out)["destinations"][0]["amounts"]
    ((low, high),) = re.findall(r"rest ([\d.]+) to ([\d.]+) of the", GUIDE)
    told = [int(amounts[method]) / 10**18 for method in amounts if method != "poison"]
    assert [f"{min(told):.1f}", f"{max(told):.1f}"] == [low, high]
    capsys.readouterr()
    (command,) = re.findall(r"`dyepack (bounds [^`]*)`", GUIDE)
    assert run([*shlex.split(command), "--at", "Some Exchange", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["bounds"]
    ((least, most),) = re.findall(r"at least ([\d.]+) and at most ([\d.]+) ether are at Some Exchange", GUIDE)
    assert [f"{int(one[end]) / 10**18:.1f}" for end in ("least", "most")] == [least, most]


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case") / "w"
    assert run(["--workspace", str(folder), "ingest", "case", str(CASE)]) == 0
    return ["--workspace", str(folder)]


def test_the_bundled_case_is_traced_and_adds_up(case, capsys):
    assert run([*case, "trace", "--case", str(CASE), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name for name, method in told["methods"].items() if method["conserved"]} == {
        "fifo", "lifo", "haircut", "clean_first", "taint_first"
    }  # fmt: skip
    assert set(told["methods"]) - {"poison"} == {name for name in told["methods"] if told["methods"][name]["conserved"]}
    assert len([place for place in told["destinations"] if place["reason"] == "service"]) == 10


def test_the_table_says_the_range_and_what_is_unknown(case, capsys):
    assert run([*case, "trace", "2022-06-23-harmony", "--case", str(CASE)]) == 0
    out = capsys.readouterr().out
    assert (
        "2022-06-23-harmony: of $70.5 M, $48.6–53.3 M came to tagged services, $5.8–14.5 M came to where the analyst"
        in out
    )
    assert "78 accounts pay out $46.1 M more than the data shows coming in" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["2022-06-23-harmny", "--case", str(CASE)], "did you mean 2022-06-23-harmony"),
        (
            ["2022-06-23-harmony", "--case", str(CASE), "--method", "lilo"],
            "there are: fifo, lifo, haircut, clean_first,",
        ),
        (["2022-06-23-harmony", "--case", "nowhere"], "nowhere/case.yaml: cannot be read"),
        (["2022-06-23-harmony", "--seeds", "nowhere.csv"], "cannot read nowhere.csv"),
        (
            ["2022-06-23-harmony", "--case", str(CASE), "--chain", "tron"],
            "no seed is given for 2022-06-23-harmony on tron",
        ),
        (["2022-06-23-harmony", "--case", str(CASE), "--chain", "moon"], "unknown chain 'moon'"),
        ([], "expected an incident to trace"),
        (["--seeds", "seeds.csv"], "seeds.csv: of which incident are these seeds?"),
    ],
)
def test_a_trace_that_cannot_be_is_one_line_on_stderr(case, here, capsys, arguments, reason):
    (here / "seeds.csv").write_text("address\n0x00000000000000000000000000000000000000ee\n")
    assert run([*case, "trace", *arguments]) == 1
    told = capsys.readouterr()
    assert reason in told.err
    assert told.err.count("\n") == 1
    assert not told.out


def test_a_case_that_is_broken_says_where(case, here, capsys):
    broken = here / "broken"
    shutil.copytree(CASE, broken)
    text = (broken / "case.yaml").read_text("utf-8")
    for change, reason in (
        (text.replace("0xc7a2dd0d", "0xc7a2dd0"), "case.yaml: seeds: expected an address in each"),
        (text.replace("reason: analyst", "reason: whim"), "case.yaml: reason: expected one of analyst"),
        (text.replace("title:", "titel:"), "case.yaml: title: expected a value"),
        ("[", "case.yaml:2: expected YAML"),
        ("- a", "case.yaml: expected a map"),
    ):
        (broken / "case.yaml").write_text(change, "utf-8")
        assert run([*case, "trace", "--case", str(broken)]) == 1
        assert reason in capsys.readouterr().err


def test_a_file_of_which_nothing_loads_is_an_error(here, capsys):
    (here / "m.csv").write_text("tx_hash,from,to,amount,block,time\nx,y,z,-1,0,0\n")
    assert run(["ingest", "movements", "m.csv", "--chain", "ethereum"]) == 1
    assert "m.csv:2: tx_hash: expected 64 hex digits" in capsys.readouterr().out


def test_what_was_loaded_is_told_as_json_too(here, capsys):
    (here / "t.csv").write_text("address,name,concept\n0x00000000000000000000000000000000000000ee,X,exchange\n")
    assert run(["load-tags", "t.csv", "--chain", "ethereum", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["tags"] == 1
    (here / "t.csv").write_text("address,name,concept\n0x00000000000000000000000000000000000000ee,X,exchnge\n")
    assert run(["load-tags", "t.csv", "--chain", "ethereum"]) == 0
    assert "did you mean exchange?" in " ".join(capsys.readouterr().out.split())
    (here / "o.csv").write_text("address,amount,block\n0x00000000000000000000000000000000000000ee,1,5\n")
    assert run(["ingest", "openings", "o.csv", "--chain", "ethereum", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1
