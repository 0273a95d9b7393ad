"""The workspace that browser tests look at: the bundled ledger and case, a drawn cluster, and names that mean harm."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from time import sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from dyepack import bundled
from dyepack.cluster.request import Request as ClusterRequest
from dyepack.workspace import Workspace
from tests.cluster.drawn import write
from tests.web.pages import flows

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe"
CASE = "2022-06-23-harmony"
HOSTILE = "2023-01-01-evil"
TAGGED = "0x1111111111111111111111111111111111111111"
"""An address that two tags call different things, one of them hostile."""
JOINED = (
    "13bKZmMtLoCu3o1oUiGsqyCz3yWsbaDkp8",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
)
CHAIN = """
1 ab: {0}/p2pkh=1 {1}/p2pkh=1 -> X/p2pkh=2
2 bc: {1}/p2pkh=1 {2}/p2pkh=1 -> X/p2pkh=2
"""
INCIDENT = """\
date: 2023-01-01
victim: {evil}
victim_type: cex
class: scam-or-rug
vector: unknown
chains: [ethereum]
notes: {evil}
sources:
  one: {{name: {evil}, published: 2023-01-02, url: "https://example.com/x"}}
losses:
  - {{usd: 1000000, source: one, by: {evil}}}
attributions:
  - {{actor: dprk, group: {evil}, confidence: suspected, source: one, by: {evil}}}
addresses:
  - {{chain: ethereum, address: "{tagged}", role: thief, source: one}}
"""
TAGS = """\
title: {evil}
creator: {evil}
lastmod: 2024-01-01
tags:
  - {{label: {evil}, address: "{tagged}", currency: ETH, source: "https://a.example", actor: one, category: exchange}}
  - {{label: Somebody else, address: "{tagged}", currency: ETH, source: "https://example.com/b", actor: other}}
"""


def build(folder: Path, methods: Sequence[str] = ("fifo", "haircut")) -> Path:
    """The workspace, in this folder."""
    quoted = '"' + EVIL.replace("\u202e", "\\u202e") + '"'
    incidents, tags = folder / "incidents", folder / "evil.yaml"
    shutil.copytree(bundled.folder("incidents"), incidents)
    (incidents / f"2023/{HOSTILE}.yaml").write_text(INCIDENT.format(evil=quoted, tagged=TAGGED), encoding="utf-8")
    tags.write_text(TAGS.format(evil=quoted, tagged=TAGGED), encoding="utf-8")
    with Workspace.open(folder / "workspace", create=True) as workspace:
        workspace.load_ledger(incidents)
        case = workspace.load_case(bundled.folder("cases") / CASE)
        workspace.load_tags([tags])
        write(workspace.store, CHAIN.format(*JOINED))
        workspace.cluster(ClusterRequest(chains=("bitcoin",)))
        flows.draw(workspace)
        workspace.trace(case.request(methods))
    return folder / "workspace"


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """The server over a workspace, in a process of its own; its address."""
    command = [executable, "-m", "dyepack", "--workspace", str(workspace), "serve", "--port", "0"]
    with Popen(command, stderr=PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            assert "http://" in line, line
            url = line[line.index("http://") :].split()[0].rstrip("/")
            _answers(url)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _answers(url: str) -> None:
    """Wait until the server that said where it is also answers there."""
    for _ in range(200):
        try:
            with urlopen(f"{url}/api/workspace", timeout=60):
                return
        except URLError:
            sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def weight(page: Any, path: str, only: str = "") -> int:
    """The bytes of all that a page fetches until it stands, as they are sent: script, style and answers."""
    fetched: list[Any] = []
    page.on("requestfinished", lambda request: fetched.append(request))  # noqa: PLW0108 (it wants a function of ours)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return sum(each.sizes()["responseBodySize"] for each in fetched if only in each.url)
