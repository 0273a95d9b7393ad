"""The page on getting the days around a theft: every command on it runs, against servers on loopback."""

import re
import shlex
from pathlib import Path

import pytest

from dyepack import cli
from tests.conftest import ROOT
from tests.ingest import test_lake as made
from tests.ingest.esplora import Explorer
from tests.ingest.esplora import served as coins_served
from tests.ingest.evmnode import Chain, FakeNode
from tests.ingest.evmnode import served as node_served
from tests.ingest.test_blocks import drawn
from tests.ingest.test_esplora import MINER, OWNERS
from tests.ingest.test_explorer import Lists, own
from tests.ingest.test_explorer import served as explorer_served
from tests.ingest.test_tron import B, info, tx
from tests.ingest.test_tron import Node as TronServer
from tests.ingest.test_tron import served as tron_served
from tests.ingest.test_trongrid import WHO, Grid
from tests.ingest.test_trongrid import served as grid_served

PAGE = (ROOT / "docs" / "how-to" / "get-the-days-around-a-theft.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if "dyepack" in line
] + re.findall(r"`(dyepack ingest tron [^`]+)`", PAGE)


def arguments(line: str, urls: dict[str, str]) -> list[str]:
    """A command of the page with small blocks and the servers of the test, confirmations aside."""
    line = line.partition("dyepack ")[2]
    for told, small in {
        "15012600": "1",
        "15019000": "9",
        "51000000": "1",
        "51100000": "5",
        "420000": "1",
        "430000": "9",
        " N ": " 1 ",
        " M": " 5",
        **urls,
    }.items():
        line = line.replace(told, small)
    return shlex.split(line)


def test_every_command_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda _: None)
    made.blocks(tmp_path / "lake", 1)
    made.save(tmp_path / "lake", "transactions", [made.sent(1, 0)])
    thief = re.findall(r"0x[0-9a-f]{40}", PAGE)[0]
    lists = Lists(txlist=[own(1, thief)])
    with (
        node_served(FakeNode(Chain(200))) as fake,
        tron_served(TronServer(40)) as tron,
        explorer_served(lists) as explorer,
        grid_served(Grid({n: [(tx("TransferContract", n, to_address=B, amount=5), info(n))] for n in (2, 3)})) as grid,
        coins_served(Explorer(drawn(15), OWNERS)) as coins,
    ):
        explorers = {"ethereum": (explorer, thief), "tron": (grid.url, WHO), "bitcoin": (coins.url, MINER)}
        urls = {"http://127.0.0.1:8545": fake.url, "https://api.trongrid.io": tron.url}
        for line in COMMANDS:
            words = arguments(line, urls)
            if words[1] == "explorer":
                chain = words[words.index("--chain") + 1]
                url, address = explorers[chain]
                words = ["ingest", "explorer", address, *words[3:], "--url", url]
            assert cli.run(["-w", f"ws-{words[1] if words[1] in ('explorer', 'lake') else 'node'}", *words]) == 0, line
    assert len(COMMANDS) >= 9
    assert Path("case/answers/answers.jsonl").exists()
    assert "0 differ" in capsys.readouterr().out
