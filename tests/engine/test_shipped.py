"""Every SQL statement that dyepack ships runs on every engine, and gives the rows that DuckDB gives.

Nothing is registered: the test runs the rooms' own functions on a workspace, and compares the places in the source that
send SQL with those that were seen to send it. A statement that nothing here reaches is named.
"""

import ast
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import dyepack
from dyepack.cluster import Request as ClusterRequest
from dyepack.cluster import parse_rules
from dyepack.cluster.detect import detect, links_of
from dyepack.cluster.explain import find_spot, why, without
from dyepack.cluster.graphsense import check, export
from dyepack.cluster.request import DEFAULT
from dyepack.cluster.review import Choice as JoinChoice
from dyepack.cluster.review import decide, held
from dyepack.cluster.run import cluster
from dyepack.engine.base import Engine
from dyepack.engine.duckdb import DuckDB
from dyepack.ingest import Reading, load_movements
from dyepack.ingest.check import check as check_chains
from dyepack.ingest.evm.balances import check_balances
from dyepack.ingest.evm.chainload import Asked, load_chain
from dyepack.ingest.evm.lake import load_lake
from dyepack.ingest.evm.live import LiveChain
from dyepack.ingest.evm.load import load_evm
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.rpc import Rpc
from dyepack.model import AddressClaim, Tag
from dyepack.report import case, graph
from dyepack.store import Store
from dyepack.tags import Choice, load_tags
from dyepack.tags.lookup import asked, tags_of
from dyepack.trace import Budget, Request, SeedSpec, Stop, trace
from tests.cluster.drawn import tx, write
from tests.engine import about, following, near, tracing
from tests.ingest import test_evm_load as calls
from tests.ingest import test_lake as made
from tests.ingest import test_lake_credits as made_by_blocks
from tests.ingest import test_lake_forms as forms
from tests.ingest import test_multitoken as ids
from tests.ingest.evmnode import Chain, FakeNode, served

PACKAGE = Path(dyepack.__file__).parent
SENDERS = {"fetch", "keep", "put_query"}
Place = tuple[str, int]
THEFT = "2023-01-01-example"
A, B, C, D, E, F = (f"0x{letter * 40}" for letter in "abcdef")
SERVICE, STRANGER = "0x" + "1" * 40, "0x" + "2" * 40
HEADER = "tx_hash,from,to,amount,block,time"
MOVES = [(A, B, 60), (STRANGER, B, 5), (B, C, 30), (B, D, 30), (C, SERVICE, 10), (D, E, 7), (E, F, 0), (F, D, 2)]


class Witness:
    """An engine that also writes down from where in the package it was sent SQL."""

    def __init__(self, engine: Engine, seen: set[Place]) -> None:
        self._engine = engine
        self._seen = seen
        self.name = engine.name

    def view(self, name: str, files: Sequence[str], schema: pa.Schema) -> None:
        self._engine.view(name, files, schema)

    def load(self, name: str, rows: pa.Table) -> None:
        self._engine.load(name, rows)

    def keep(self, name: str, query: str, **params: Any) -> None:
        self._note()
        self._engine.keep(name, query, **params)

    def write(self, query: str, path: str, schema: pa.Schema, **params: Any) -> int:
        self._note()
        return self._engine.write(query, path, schema, **params)

    def fetch(self, query: str, **params: Any) -> pa.Table:
        self._note()
        return self._engine.fetch(query, **params)

    def close(self) -> None:
        pass

    def _note(self) -> None:
        frame: Any = sys._getframe(2)
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(PACKAGE) and path.relative_to(PACKAGE).parts[0] not in ("engine", "store"):
                self._seen.add((str(path.relative_to(PACKAGE)), frame.f_lineno))
            frame = frame.f_back


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a theft of 60: on to b, parted, 10 of it to a service; a stranger's 5 are mixed in."""
    lines = [f"0x{n:064x},{a},{b},{x},{n},2023-01-{n:02}T00:00:00Z" for n, (a, b, x) in enumerate(MOVES, 1)]
    (tmp_path / "moves.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    with Store.open(tmp_path / "ws", create=True) as store:
        load_movements(store, tmp_path / "moves.csv", READING)
        with store.run("load-ledger", {}) as draft:
            claim = AddressClaim("1", THEFT, "ethereum", A, "thief", None, "s", (), None)
            draft.put("address_claims", "ledger", [claim])
        with store.run("load-tags", {}) as draft:
            said = ("Bank", None, "exchange", "ownership", 100, "pack", None, None, None)
            tag = Tag("1", "ethereum", SERVICE, *said, None, None, date(2023, 1, 1))
            draft.put("tags", "pack", [tag])
    return tmp_path / "ws"


READING = Reading("ethereum", asset="ETH", base_units=True)
Work = Callable[[Store], Any]


def more_movements(store: Store) -> Any:
    """A second file that repeats some of the first, then its next version in its place."""
    path = store.path.parent / "more.csv"
    lines = [f"0x{n:064x},{F},{E},{n},{n},2023-02-01T00:00:00Z" for n in (8, 9)]
    loaded = []
    for number in (1, 2):
        path.write_text("\n".join([HEADER, *lines[:number]]) + "\n")
        loaded.append(load_movements(store, path, READING, replace=number == 2))
    return loaded, store.records("transfers"), store.records("assets")


def transactions(store: Store) -> Any:
    """A transaction, then a file that repeats it; then units of an id of ERC-1155, and later a single one."""
    names = ["hash", "blockNumber", "transactionIndex", "from", "to", "value"]
    sent = dict(zip(names, (f"0x{77:064x}", "0x63", "0x0", A, B, "0x5"), strict=True))
    paid = {
        "transactionHash": sent["hash"],
        "blockHash": f"0x{1:064x}",
        "gasUsed": "0x5208",
        "logs": [],
        "status": "0x1",
    }
    text = json.dumps({"chain_id": 1, "timestamp": 1_700_000_000, "tx": sent, "receipt": paid, "internal": []})
    loaded = []
    for name in ("one.jsonl", "two.jsonl"):
        (store.path.parent / name).write_text(text)
        loaded.append(load_evm(store, [store.path.parent / name]))
    for number, amount in ((201, 5), (202, 1)):
        units = calls.with_logs(calls.other(number), ids.single(7, amount))
        loaded.append(load_evm(store, [calls.save(store.path.parent / f"{number}.jsonl", units)]))
    return loaded, store.records("transfers")


def node_blocks(store: Store) -> Any:
    """Blocks from a node, the next of them after a reorg, and their balances."""
    with served(FakeNode(Chain(6))) as fake:
        found: list[Any] = []
        for chain in (Chain(6), Chain(7, salt=77, fork=4)):
            fake.chain = chain
            node = LiveChain(Rpc(fake.url), by_chain("ethereum"))
            found.append(load_chain(store, node, Asked(1, confirmations=0, chunk=2)).rewound)
        found.append(check_balances(store, Rpc(fake.url), by_chain("ethereum")).differing)
    moved = [(r.block, r.tx_index, r.seq, r.kind, r.asset, r.amount) for r in store.records("transfers")]
    checked = [(report.counts, [note.count for note in report.notes]) for report in check_chains(store)]
    return found, moved, [(row.block, row.hash) for row in store.records("blocks")], checked


def shown(store: Store) -> Any:
    """What an explorer shows of an address, where a node gave some of it before; then a check of both."""
    from dyepack.ingest.bitcoin.load import TABLES, load_blocks
    from dyepack.ingest.bitcoin.load import Asked as Blocks
    from dyepack.ingest.bitcoin.network import network
    from dyepack.ingest.bitcoin.nodefiles import FileSource
    from dyepack.ingest.explorer.esplora import Esplora
    from dyepack.ingest.explorer.load import load_addresses
    from dyepack.ingest.explorer.shown import Span
    from tests.ingest import esplora, test_esplora
    from tests.ingest.chainfiles import write
    from tests.ingest.test_blocks import drawn

    folder = store.path.parent
    write(folder / "some", drawn(6))
    load_blocks(store, FileSource(folder / "some", network("bitcoin")), Blocks(0, 2, confirmations=0))
    with esplora.served(esplora.Explorer(drawn(6), test_esplora.OWNERS)) as state:
        asker = test_esplora.asker(state, folder)
        explorer = Esplora(asker, network("bitcoin"))
        loaded = load_addresses(store, explorer, asker.answers, [test_esplora.MINER], Span(confirmations=0))
    shutil.rmtree(folder / "answers")
    found = [(report.counts, report.notes) for report in check_chains(store)]
    return loaded.transactions, loaded.there, found, [store.records(name) for name in TABLES]


def lake(store: Store) -> Any:
    """A lake of every dataset, with what is refused: a large amount, a row twice, a call without a status, no time."""
    folder = store.path.parent / "lake"
    made.save(folder, "blocks", [{"number": 1, "timestamp": 1_600_000_001, "hash": f"0x{77:064x}"}])
    made.save(folder, "transactions", [made.sent(1, 0), made.sent(1, 1, receipt_status=0)])
    late = {**made.token(0, number=2), "block_number": 9}
    made.save(folder, "token_transfers", [made.token(0), made.token(0, str(2**256 - 1), number=1), late])
    given = made.trace(None), made.trace("0"), made.trace("0"), made.trace("1", status=None)
    calls = [{**one, "reward_type": None} for one in given]
    made.save(folder, "traces", [*calls, made_by_blocks.reward("block", A, "5", block_number=1)])
    base = {"block_number": 1, "transaction_index": 4, "transaction_hash": f"0x{44:064x}"}
    ends = {"from_address": A, "to_address": B, "value_string": "7"}
    made.save(folder, "erc20", [{**base, **ends, "log_index": 9, "erc20": A}])
    made.save(folder, "native", [{**base, **ends, "transfer_index": 0}])
    loaded = load_lake(store, [folder], "ethereum")
    more = store.path.parent / "more"
    head = {"number": 2, "timestamp": 1_600_000_002, "parent_hash": made.NAMES[1], "transaction_count": 1}
    made.save(more, "blocks", [{**head, "hash": f"0x{78:064x}", "transactions_root": made.NAMES[3]}])
    made.save(more, "logs", [{**one, "block_number": 2, "transaction_hash": made.NAMES[19]} for one in forms.LOGS[:3]])
    sent = {name: value for name, value in made.sent(1, 0).items() if not name.startswith("receipt")}
    made.save(more, "transactions", [{**sent, "hash": made.NAMES[19], "block_number": 2}])
    paid = {"transaction_hash": made.NAMES[19], "status": 1, "gas_used": 5, "cumulative_gas_used": 5}
    made.save(more, "receipts", [{**paid, "contract_address": B}])
    credited = [
        made_by_blocks.reward(None, A, "5", trace_type=kind, block_number=2)
        for kind in ("reward", "genesis", "daofork")
    ]
    made.save(more, "traces", [{**one, "from_address": B} for one in credited])
    another = load_lake(store, [more], "ethereum")
    return loaded, another, store.records("transfers"), store.records("blocks")


def traced(request: Request) -> Work:
    """A trace, all that it writes, and what the report reads of it."""

    def work(store: Store) -> Any:
        result = trace(store, request)
        told = case.read(store, result, "title")
        tables = [store.records(table) for table in ("seeds", "flows", "destinations", "balance")]
        drawn = graph.read(store, result.run)
        return result, told.destinations, told.moved, tables, drawn.moved, drawn.flagged

    return work


def editions_of_a_list(store: Store) -> Any:
    """Two editions of a list, the later one first; then what is said of an address that was delisted."""
    folder, loaded = store.path.parent, []
    for day, lines in (("2023-03-01", [F]), ("2023-02-01", [E, F])):
        (folder / "sanctioned_addresses_ETH.txt").write_text("".join(f"{line}\n" for line in lines))
        choice = Choice(edition=date.fromisoformat(day), accept=True)
        loaded.append(load_tags(store, [folder / "sanctioned_addresses_ETH.txt"], choice=choice))
    (folder / "actors.yaml").write_text(ACTORS)
    loaded.append(load_tags(store, [folder / "actors.yaml"]))
    found = tags_of(store, [asked(E), asked(F, "bsc")], date(2023, 2, 2))
    return loaded, found, store.records("tags"), store.records("listings")


ACTORS = "title: a\ncreator: b\nactors:\n- {id: x, label: X, aliases: [y]}\n- {id: y, label: Y}\n"


def blocks(store: Store) -> Any:
    """Blocks from a node's files: looked up, left by a reorg, held against themselves; then an export beside them."""
    from dyepack.ingest.bitcoin.load import TABLES, Asked, load_blocks
    from dyepack.ingest.bitcoin.loadfiles import load_files
    from dyepack.ingest.bitcoin.network import network
    from dyepack.ingest.bitcoin.nodefiles import FileSource
    from dyepack.ingest.check import check
    from tests.ingest.chainfiles import hash_of, write
    from tests.ingest.test_blocks import drawn
    from tests.ingest.test_exports import ROWS, written

    first, folder = drawn(6), store.path.parent / "blocks"
    found: list[Any] = []
    for chain in (first, first[:4] + drawn(4, hash_of(first[3]), 4, fork=1)):
        write(folder, chain)
        found.append(load_blocks(store, FileSource(folder, network("bitcoin")), Asked(confirmations=0, chunk=3)))
        found.append([store.records(name) for name in TABLES])
    export = written(store.path.parent / "export.json", ROWS)
    for _ in range(2):
        found.append(load_files(store, [export], network("litecoin")))
    return found, check(store)


CHAIN = """
1 a: -> A=50
1 b: -> B=50
2 c: A=50 B=50 -> C/p2pkh=70 D=29
3 d: C=70 E=5 -> F=75
4 e: D=29 F=75 A=1 ?=2 -> G=104
4 f: M0=100000 M1=100000 M2=100000 M3=100900 M4=100900 -> M5=100000 M6=100000 M7=100000 M8=100000 M9=100000
5 g: G=104 E=1 -> H=104
"""


def clustered(store: Store) -> Any:
    """Coinjoins, links, clusters and then on from there, held joins, and what explains and exports them."""
    told: list[Any] = []
    said = ("ownership", 100, "pack", None, None, None, None, None, None)
    chain = CHAIN.strip().splitlines()
    request = ClusterRequest(rules=parse_rules([*DEFAULT, "change:script"]), large=2)
    for name, lines in (("one", chain[:4]), ("two", chain[4:])):
        write(store, "\n".join(lines), part=name)
        if name == "one":
            with store.run("load-tags", {"more": 1}) as draft:
                draft.put("tags", "more", [Tag(n, "bitcoin", n, n, n, None, *said) for n in "AF"])
        told.append(cluster(store, request))
    write_key_elsewhere(store)
    decide(store, JoinChoice(held(store)[0].join.tx_hash, passes=True, by="me", said=date(2024, 1, 1)))
    told.append(cluster(store, request))
    asked = [why(store, ("bitcoin", "B"), ("bitcoin", other)) for other in "AC"]
    spots = [find_spot(store, name, None) for name in ("B", "nobody")]
    told += [*asked, spots, without(store, "cospend"), held(store), check_same(store)]
    told += [export(store, "bitcoin", store.path.parent / "x.csv"), (store.path.parent / "x.csv").read_text()]
    told += [links_of(store, tx("c")), detect(store)]
    return told, [store.records(table) for table in ("coinjoins", "joins", "deposits", "clusters")]


def nothing_joined(store: Store) -> Any:
    """Clusters of a chain on which nothing joins two addresses, and their export."""
    write(store, "1 a: -> A=50")
    told = cluster(store, ClusterRequest())
    return told, export(store, "bitcoin", store.path.parent / "x.csv"), (store.path.parent / "x.csv").read_text()


def write_key_elsewhere(store: Store) -> None:
    """One of the movements again on another chain, so that a key is on both."""
    first = store.records("transfers")[0]
    with store.run("ingest movements", {"chain": "bsc"}) as draft:
        draft.put("transfers", "bsc", [replace(first, chain="bsc", asset="BNB")])


def check_same(store: Store) -> list[bool | None]:
    """Whether the engine's own partition, and GraphSense's, is that of the table."""
    answers = check(store)
    assert answers[0].same is True
    return [answer.same for answer in answers]


WORK: dict[str, Work] = {
    "load-tags": editions_of_a_list,
    "ingest blocks": blocks,
    "cluster": clustered,
    "cluster, nothing joined": nothing_joined,
    "ingest movements": more_movements,
    "ingest evm": transactions,
    "ingest evm from a node": node_blocks,
    "ingest lake": lake,
    "ingest explorer": shown,
    "trace from the ledger": traced(Request((THEFT,))),
    "trace from a transaction": traced(Request((THEFT,), (SeedSpec(THEFT, "ethereum", B, tx_hash=f"0x{1:064x}"),))),
    "trace with stops": traced(Request((THEFT,), stops=(Stop(D, "analyst", "d"),))),
    "trace on a budget": traced(Request((THEFT,), budget=Budget(movements=3, addresses=3))),
    **following.WORK,
    "slices by lookups": near.by_lookups,
    **tracing.WORK,
    **about.WORK,
}


ON_REAL_SPARK = ("ingest movements", "trace from the ledger", "trace on a budget")
"""Each statement costs real Spark a second or more, and there are hundreds; Sail runs all of them in every test run."""


def done(work: Work, workspace: Path, engine: Engine) -> Any:
    """What the work gives on a copy of the workspace, in one place for all: a path may be in an answer."""
    copy = workspace.with_name("copy")
    shutil.copytree(workspace, copy)
    try:
        with Store.open(copy, engine) as store:
            return work(store)
    finally:
        shutil.rmtree(copy)


@pytest.mark.parametrize("engine", [pytest.param("spark", marks=pytest.mark.spark)], indirect=True)
def test_same_rows_and_no_statement_left_out(engine: Engine, workspace: Path) -> None:
    """Each work once on DuckDB and once on Spark Connect: what DuckDB gives is what Spark is held against."""
    real = os.environ.get("DYEPACK_SPARK") == "real"
    duckdb, seen = DuckDB(), {"duckdb": set[Place](), engine.name: set[Place]()}
    for verb, work in WORK.items():
        if not real or verb in ON_REAL_SPARK:
            found, expected = (done(work, workspace, Witness(each, seen[each.name])) for each in (engine, duckdb))
            assert found == expected, verb
    duckdb.close()
    assert len(sites()) > 10
    if real:
        return
    for name, places in seen.items():
        missed = [(file, lines.start) for file, lines in sites() if not any((file, line) in places for line in lines)]
        assert not missed, f"SQL that nothing here sends to {name}: add work to WORK that does"


def sites() -> list[tuple[str, range]]:
    """The places in the package, engines and store aside, that send SQL: the statement is what they give first."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE)
        if name.parts[0] in ("engine", "store"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if node.func.attr in SENDERS:
                found.append((str(name), range(node.lineno, (node.end_lineno or node.lineno) + 1)))
    return found
