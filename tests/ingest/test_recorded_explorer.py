"""Explorers that misbehave, out of recorded universes: with faults the tables are those of a server without any.

The server is `harness/recorded_explorer.py` of the folder of real data, used as it is; without the folder these skip.
"""

import argparse
import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dyepack.errors import SourceUnavailable
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.asker import Asker
from dyepack.ingest.explorer.esplora import Esplora
from dyepack.ingest.explorer.etherscan import Etherscan
from dyepack.ingest.explorer.load import load_addresses
from dyepack.ingest.explorer.shown import Explorer, Span
from dyepack.ingest.explorer.trongrid import TronGrid
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.loopback import Quick

FORMS = ("etherscan", "blockscout", "esplora", "trongrid")
FAULTS = {
    "asked too fast": ["*:busy=0.3"],
    "429": ["*:http=0.3"],
    "500 to 503": ["*:error=0.3"],
    "half of a body": ["*:cut=0.3"],
    "half of a page": ["*:short=0.4"],
    "a page in another order": ["*:shuffle=0.4"],
    "an index that is behind": ["*:pending=2"],
    "all of it": ["*:busy=0.1", "*:error=0.1", "*:cut=0.1", "*:short=0.2", "*:shuffle=0.2", "*:pending=1"],
}
TABLES = ("transfers", "assets", "transactions", "inputs", "outputs", "blocks", "rejects")
CHAINS = {"esplora": "bitcoin", "trongrid": "tron"}


@dataclass(slots=True)
class Recorded:
    """The server's module, a small generated theft, and what comes of it without faults."""

    server: Any
    universe: Path
    truth: dict[str, Mapping[str, Any]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = str(shared("harness"))
    sys.path.insert(0, folder)
    try:
        theft, make, server = map(import_module, ("generated_theft", "make_universe", "recorded_explorer"))
    finally:
        sys.path.remove(folder)
    universe = tmp_path_factory.mktemp("universe")
    said = argparse.Namespace(seed=3, bystanders=12, hops=2, fan=3, hot_rows=40)
    rows, tags, more = theft.generated(said)
    make.write(universe, rows, tags, **more)
    made = Recorded(server, universe)
    with served(made) as url:
        for form in FORMS:
            made.truth[form] = loaded(form, url, tmp_path_factory.mktemp(form), asked_about(form, universe))
    return made


@contextmanager
def served(recorded: Recorded, *faults: str, after: int = 0, depth: int = 0) -> Iterator[str]:
    said = argparse.Namespace(fault=[*faults], seed="1", log=None, reorg_after=after, reorg_depth=depth)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), recorded.server.handler(recorded.server.Explorer(recorded.universe, said))
    )
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def source(form: str, url: str, folder: Path, **more: Any) -> tuple[Explorer, Asker]:
    paths = {"etherscan": "/v2/api", "trongrid": ""}
    asker = Asker(url + paths.get(form, "/api"), Answers(folder), rate=1000.0, **more)
    asker.clock = Quick()
    if form == "esplora":
        return Esplora(asker, network("bitcoin")), asker
    if form == "trongrid":
        return TronGrid(asker), asker
    return Etherscan(asker, by_chain("ethereum"), numbered=form == "etherscan"), asker


def asked_about(form: str, folder: Path) -> list[str]:
    truth = json.loads((folder / "truth.json").read_text())
    if form in CHAINS:
        return list(truth[CHAINS[form]]["thief"][:3])
    return list(truth["thief"][:4])


def loaded(form: str, url: str, folder: Path, addresses: list[str], **more: Any) -> Mapping[str, Any]:
    """The tables that come of it, and what its clock and its folder say."""
    explorer, asker = source(form, url, folder / "kept", **more)
    folder.mkdir(exist_ok=True)
    with closing(asker), Store.open(folder / "ws", create=True) as store:
        load_addresses(store, explorer, asker.answers, addresses, Span(confirmations=0))
        tables = {name: [_plain(row) for row in store.records(name)] for name in TABLES if store.parts(name)}
    return {"tables": tables, "slept": asker.clock.slept, "answers": asker.answers.digest()}  # type: ignore[attr-defined]


def _plain(row: Any) -> Any:
    return {name: getattr(row, name) for name in row.__slots__ if name not in ("run",)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("form", FORMS)
def test_with_faults_the_tables_are_those_without(tmp_path: Path, recorded: Recorded, form: str, fault: str) -> None:
    truth = recorded.truth
    with served(recorded, *FAULTS[fault]) as url:
        found = loaded(form, url, tmp_path, asked_about(form, recorded.universe))
    assert sum(map(len, truth[form]["tables"].values())) > 5
    assert found["tables"] == truth[form]["tables"]


@pytest.mark.parametrize("after", [2, 7, 16])
@pytest.mark.parametrize("form", FORMS)
def test_a_chain_that_changes_in_the_middle_is_never_mixed(
    tmp_path: Path, recorded: Recorded, form: str, after: int
) -> None:
    """All of it changes: a margin behind the tip would not help."""
    addresses = asked_about(form, recorded.universe)
    with served(recorded, after=1, depth=10**6) as url:
        other = loaded(form, url, tmp_path / "other", addresses)
    assert other["tables"] != recorded.truth[form]["tables"]
    with served(recorded, after=after, depth=10**6) as url:
        found = loaded(form, url, tmp_path / "found", addresses)
    assert found["tables"] == other["tables"]
    again = loaded(form, url, tmp_path / "found", addresses, offline=True)
    assert (again["tables"], again["answers"]) == (found["tables"], found["answers"])


@pytest.mark.parametrize(("form", "mark"), [("blockscout", b'"status": "2"'), ("trongrid", b"{}"), ("etherscan", None)])
def test_what_is_not_indexed_yet_is_refused_in_the_end_and_never_kept(
    tmp_path: Path, recorded: Recorded, form: str, mark: bytes | None
) -> None:
    with served(recorded, "*:pending=1000") as url, pytest.raises(SourceUnavailable, match="again later"):
        loaded(form, url, tmp_path, asked_about(form, recorded.universe))
    kept = [path.read_bytes() for path in (tmp_path / "kept").glob("*/*.json")]
    assert not any(answer == mark if mark == b"{}" else (mark or b'"result": null') in answer for answer in kept)
    with Store.open(tmp_path / "ws") as store:
        assert not store.parts("transfers")
