"""The commands, on a drawn chain."""

import json
from pathlib import Path

import pytest

from dyepack.cli import run
from dyepack.store import Store
from tests.cluster.drawn import tx, write

CHAIN = """
1 ab: A=1 B=1 -> X=2
2 cd: C=1 D=1 -> X=2
3 all: A=1 C=1 E=1 -> X=3
"""


@pytest.fixture
def workspace(tmp_path: Path) -> str:
    with Store.open(tmp_path / "w", create=True) as store:
        write(store, CHAIN)
    return str(tmp_path / "w")


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run([*arguments]) == code
    out, err = capsys.readouterr()
    return out or err


def test_from_clustering_to_a_decision(workspace: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    do = ("-w", workspace, "cluster")
    text = said(capsys, *do, "--large", "2")
    assert "bitcoin up to block 3: 5 of 6 addresses in 2 clusters" in text
    assert "1 join held for review" in text
    (result,) = json.loads(said(capsys, *do, "--large", "2", "--json"))["results"]
    assert (result["clusters"], result["held"], result["continued_from_block"]) == (2, 1, 3)
    assert result["heuristics"][0]["precision"]["tried"] > 1_000

    assert "Nothing joins them" in said(capsys, *do, "why", "A", "C", code=3)
    assert tx("all") in said(capsys, *do, "review")
    assert "expected the name of who decides" in said(capsys, *do, "review", "--pass", tx("all"), code=1)
    assert "held joins pass (1), says me" in said(capsys, *do, "review", "--pass", tx("all"), "--by", "me")
    said(capsys, *do, "--large", "2")
    steps = json.loads(said(capsys, *do, "why", "B", "D", "--json"))["steps"]
    assert [step["tx_hash"] for step in steps] == [tx("ab"), tx("all"), tx("cd")]
    assert "Without cospend, 1 cluster would fall apart" in said(capsys, *do, "without", "cospend")
    assert json.loads(said(capsys, *do, "without", tx("all"), "--json"))["splits"][0]["pieces"] == 3
    assert "5 addresses of bitcoin, clusters: 1" in said(capsys, *do, "export", "--out", str(tmp_path / "x.csv"))
    assert "the same clusters" in said(capsys, *do, "check")


def test_as_of_a_block(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    (result,) = json.loads(said(capsys, "-w", workspace, "cluster", "--as-of-block", "1", "--json"))["results"]
    assert (result["as_of_block"], result["clusters"]) == (1, 1)


def test_wrong_use_is_one_line(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    do = ("-w", workspace, "cluster")
    assert "expected a heuristic among" in said(capsys, *do, "--rules", "cospent", code=1)
    assert "expected a whole number" in said(capsys, *do, "--as-of-block", "-1", code=2)
    assert "expected --pass or --refuse, got both" in said(
        capsys, *do, "review", "--pass", "a", "--refuse", "b", code=2
    )
    assert "make it with: dyepack cluster" in said(capsys, *do, "review", code=1)


def test_coinjoins_of_the_workspace_and_links(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(said(capsys, "-w", workspace, "coinjoins", "--json"))
    assert (answer["transactions"], answer["none"]) == (3, 3)
    assert "0 of 3 transactions look joint" in said(capsys, "-w", workspace, "coinjoins")
    assert "1 interpretation; entropy 0.000 bits" in said(capsys, "-w", workspace, "coinjoins", "--links", tx("all"))


def test_a_file_without_transactions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.txt").write_text("nothing\n")
    text = said(capsys, "coinjoins", str(tmp_path / "x.txt"), code=1)
    assert "line 1 refused: expected txid:::block" in text
