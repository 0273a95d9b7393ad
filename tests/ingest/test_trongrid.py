"""TronGrid: whole lists by fingerprints, each transaction read from its block and record; servers that misbehave."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dyepack import cli
from dyepack.addresses import normalise
from dyepack.errors import SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.asker import Asker, Key
from dyepack.ingest.explorer.load import LoadedAddresses, load_addresses
from dyepack.ingest.explorer.shown import Span
from dyepack.ingest.explorer.trongrid import TronGrid
from dyepack.store import Store
from tests.ingest.loopback import Quick, Quiet, listening
from tests.ingest.test_tron import USDT, A, B, C, identity, info, transfer, tx, word

WHO = normalise(A, "tron")
Change = Callable[[str, Any], Any]


def inside(payer: str, payee: str, amount: int) -> dict[str, Any]:
    ends = {"caller_address": payer, "transferTo_address": payee, "note": b"call".hex()}
    return {**ends, "callValueInfo": [{"callValue": amount}]}


class Grid:
    """Blocks of transactions, each with its record; lists are made of them as TronGrid makes them."""

    def __init__(self, blocks: Mapping[int, list[tuple[dict[str, Any], dict[str, Any]]]], tip: int = 100) -> None:
        self.blocks, self.tip = blocks, tip
        self.change: Change = lambda _, said: said
        self.asked: list[tuple[str, Any]] = []
        self.keys: set[str | None] = set()
        self.slow, self.cut, self.busy = 0.0, 0, 0
        self.url = ""

    def block(self, number: int) -> dict[str, Any]:
        raw = {"number": number, "timestamp": 1_700_000_000_000 + 3000 * number, "parentHash": "0" * 64}
        sent = [tx for tx, _ in self.blocks.get(number, ())]
        return {"blockID": identity(raw), "block_header": {"raw_data": raw}, "transactions": sent}

    def answer(self, path: str, asked: Mapping[str, Any]) -> Any:
        if path == "/wallet/getnowblock":
            return self.block(self.tip)
        if path == "/walletsolidity/getblockbynum":
            return self.block(asked["num"])
        if path == "/walletsolidity/gettransactioninfobyid":
            every = [(number, record) for number, rows in self.blocks.items() for _, record in rows]
            return next(({**record, "blockNumber": n} for n, record in every if record["id"] == asked["value"]), {})
        rows = [*self.listed(path.endswith("/trc20"), asked)]
        start, size = int(asked.get("fingerprint", "p0")[1:]), int(asked["limit"])
        meta = {"fingerprint": f"p{start + size}"} if start + size < len(rows) else {}
        return {"success": True, "data": rows[start : start + size], "meta": {"page_size": size, **meta}}

    def listed(self, tokens: bool, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for number, rows in sorted(self.blocks.items()):
            when = self.block(number)["block_header"]["raw_data"]["timestamp"]
            if not int(asked.get("min_timestamp", 0)) <= when <= int(asked["max_timestamp"]):
                continue
            for sent, record in rows:
                yield from self.tokens(sent, record) if tokens else self.plain(sent, record, number)

    def plain(self, sent: dict[str, Any], record: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
        value = sent["raw_data"]["contract"][0]["parameter"]["value"]
        if A in (value["owner_address"], value.get("to_address")):
            yield {**sent, "blockNumber": number}
        for one in record.get("internal_transactions", ()):
            ends = {"from_address": one["caller_address"], "to_address": one["transferTo_address"]}
            if A in ends.values():
                yield {"internal_tx_id": "f" * 64, "tx_id": sent["txID"], "data": {"rejected": False}, **ends}

    def tokens(self, sent: dict[str, Any], record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for log in record.get("log", ()):
            ends = [normalise("41" + one[-40:], "tron") for one in log["topics"][1:3]]
            if WHO in ends:
                token = {"symbol": "USDT", "address": normalise("41" + log["address"], "tron"), "decimals": 6}
                said = {"transaction_id": sent["txID"], "token_info": token, "type": "Transfer"}
                yield {**said, "from": ends[0], "to": ends[1], "value": str(int(log["data"] or "0", 16))}


@contextmanager
def served(grid: Grid) -> Iterator[Grid]:
    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.reply(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

        def do_POST(self) -> None:
            self.reply(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def reply(self, path: str, asked: Any) -> None:
            grid.asked.append((path, asked))
            grid.keys.add(self.headers["TRON-PRO-API-KEY"])
            time.sleep(grid.slow)
            if grid.busy > 0:
                grid.busy -= 1
                self.send_error(429)
                return
            said = grid.change(path, grid.answer(path, asked))
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send(body, grid)

    with listening(Handler) as port:
        grid.url = f"http://127.0.0.1:{port}"
        yield grid


def drawn() -> Grid:
    """TRX, TRC-10, TRC-20 and an internal call, among transactions of others; two of ours are in block 12."""
    other = tx("TransferContract", 90, to_address=C, amount=1)
    other["raw_data"]["contract"][0]["parameter"]["value"]["owner_address"] = B
    call = tx("TriggerSmartContract", 4, contract_address=C)
    call["raw_data"]["contract"][0]["parameter"]["value"]["owner_address"] = B
    return Grid(
        {
            10: [(other, info(90)), (tx("TransferContract", 1, to_address=B, amount=5), info(1, fee=2))],
            12: [
                (tx("TransferAssetContract", 2, to_address=B, amount=6, asset_name=b"1002000".hex()), info(2)),
                (
                    tx("TriggerSmartContract", 3, contract_address=C),
                    info(3, log=[transfer(A, B, 7), transfer(B, C, 1)]),
                ),
            ],
            20: [(call, info(4, log=[transfer(C, A, 8)], internal_transactions=[inside(C, A, 9)]))],
            90: [(tx("TransferContract", 5, to_address=B, amount=50), info(5))],
        }
    )


def asker(grid: Grid, folder: Path, **more: Any) -> Asker:
    made = Asker(grid.url, Answers(folder / "answers"), rate=1000.0, **more)
    made.clock = Quick()
    return made


def load(
    folder: Path, source: Asker, *, page: int = 200, into: str = "ws", span: Span | None = None
) -> LoadedAddresses:
    explorer = TronGrid(source)
    explorer.page = page
    with Store.open(folder / into, create=True) as store:
        return load_addresses(store, explorer, source.answers, [WHO], span or Span())


def told(folder: Path, into: str = "ws") -> list[tuple[Any, ...]]:
    with Store.open(folder / into) as store:
        return [(r.block, r.tx_index, r.seq, r.kind, r.asset, r.amount) for r in store.records("transfers")]


WANTED = [
    (10, 1, 0, "fee", "TRX", 2),
    (10, 1, 1, "native", "TRX", 5),
    (12, 0, 0, "token", "tron:1002000", 6),
    (12, 1, 0, "token", f"tron:{USDT}", 7),
    (12, 1, 1, "token", f"tron:{USDT}", 1),
    (20, 0, 0, "internal", "TRX", 9),
    (20, 0, 1, "token", f"tron:{USDT}", 8),
]


@pytest.mark.parametrize("page", [1, 2, 200])
def test_all_four_kinds_come_whole_behind_the_margin(tmp_path: Path, page: int) -> None:
    """Block 90 is ten blocks from the tip, and TRON's margin is nineteen."""
    with served(drawn()) as grid:
        loaded = load(tmp_path, asker(grid, tmp_path), page=page)
    assert told(tmp_path) == WANTED
    assert (loaded.transactions, loaded.refused) == (4, {})


def test_a_span_is_asked_for_by_time(tmp_path: Path) -> None:
    with served(drawn()) as grid:
        load(tmp_path, asker(grid, tmp_path), span=Span(11, 95, 0))
        assert {row[0] for row in told(tmp_path)} == {12, 20, 90}
        lists = [asked for path, asked in grid.asked if "/transactions" in path]
        assert {int(asked["min_timestamp"]) for asked in lists} == {1_700_000_033_000}


def test_a_case_replays_without_the_network_and_without_the_key(tmp_path: Path) -> None:
    with served(drawn()) as grid:
        first = load(tmp_path, asker(grid, tmp_path, key=Key("TRON-PRO-API-KEY", "s3cret", header=True)))
        assert grid.keys == {"s3cret"}
    again = load(tmp_path, asker(grid, tmp_path, offline=True), into="again")
    assert (again.answers, again.asked) == (first.answers, 0)
    assert told(tmp_path, "again") == WANTED
    assert not any(b"s3cret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_slow_busy_and_cut_off_answers_come_in_the_end(tmp_path: Path) -> None:
    with served(drawn()) as grid:
        grid.slow, grid.busy, grid.cut = 0.01, 1, 1
        load(tmp_path, asker(grid, tmp_path))
    assert told(tmp_path) == WANTED


LISTS, TOKENS = f"/v1/accounts/{WHO}/transactions", f"/v1/accounts/{WHO}/transactions/trc20"
RECORD, BLOCK, TIP = "/walletsolidity/gettransactioninfobyid", "/walletsolidity/getblockbynum", "/wallet/getnowblock"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (LISTS, b"<html>"),
        (LISTS, b""),
        (LISTS, {"success": False, "error": "Invalid address"}),
        (LISTS, {"success": True, "data": [{"txID": "zz"}]}),
        (LISTS, {"success": True, "data": [5]}),
        (LISTS, {"success": True, "data": [{"txID": "1" * 64}], "meta": {"fingerprint": "again"}}),
        (TOKENS, {"success": True, "data": [{"type": "Transfer"}]}),
        (TOKENS, b"[" * 100_000),
        (RECORD, b'{"id": 5}'),
        (RECORD, {}),
        (BLOCK, {"Error": "class org.tron.core.exception.StoreException"}),
        (BLOCK, {"blockID": "0" * 64, "block_header": {"raw_data": {"number": 1}}}),
        (TIP, []),
        (TIP, b"\xff"),
    ],
)
def test_what_is_no_answer_changes_nothing(tmp_path: Path, path: str, said: Any) -> None:
    with served(drawn()) as grid:
        grid.change = lambda asked, right: said if asked == path else right
        with pytest.raises((SourceMismatch, SourceUnavailable)) as caught:
            load(tmp_path, asker(grid, tmp_path))
    assert "\n" not in str(caught.value)
    with Store.open(tmp_path / "ws") as store:
        assert not store.parts("transfers")


def lied(path: str, change: Callable[[Any], Any]) -> Change:
    def answer(asked: str, said: Any) -> Any:
        said = json.loads(json.dumps(said))
        if asked == path:
            change(said)
        return said

    return answer


@pytest.mark.parametrize(
    "lie",
    [
        lied(TOKENS, lambda said: said["data"][0].update(value="70")),
        lied(TOKENS, lambda said: said["data"][0].update(value="-7")),
        lied(TOKENS, lambda said: said["data"][0].update(to=normalise(C, "tron"))),
        lied(TOKENS, lambda said: said["data"][0].update(token_info=None)),
        lied(RECORD, lambda said: said["id"].endswith("3") and said.update(log=[])),
        lied(RECORD, lambda said: said["id"].endswith("3") and said.update(blockNumber=10)),
        lied(RECORD, lambda said: said["id"].endswith("3") and said.update(id="0" * 64)),
        lied(BLOCK, lambda said: said["transactions"][1:] and said["transactions"].pop() and None),
    ],
)
def test_a_lie_refuses_the_transaction_that_it_is_about(tmp_path: Path, lie: Change) -> None:
    with served(drawn()) as grid:
        grid.change = lie
        loaded = load(tmp_path, asker(grid, tmp_path))
    assert loaded.refused["transaction"] >= 1
    assert {row[:2] for row in told(tmp_path)} == {row[:2] for row in WANTED} - {(12, 1)} - (
        {(10, 1)} if loaded.refused["transaction"] == 2 else set()
    )


def test_pieces_of_collections_in_the_list_of_tokens_are_no_lie(tmp_path: Path) -> None:
    grid = drawn()
    _, record = grid.blocks[12][1]
    piece = {**transfer(A, B, 1), "topics": [*transfer(A, B, 1)["topics"], word("41" + "1" * 40)], "address": "c" * 40}
    record["log"] = [*record["log"], piece]
    with served(grid):
        assert load(tmp_path, asker(grid, tmp_path)).refused == {}
    assert told(tmp_path) == WANTED


def test_a_refusing_server_says_why(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not among the kept answers"):
        load(tmp_path, asker(drawn_at("http://127.0.0.1:9"), tmp_path, offline=True))


def drawn_at(url: str) -> Grid:
    grid = drawn()
    grid.url = url
    return grid


def test_the_command_asks_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(drawn()) as grid:
        start = ["-w", str(tmp_path / "ws"), "ingest", "explorer", WHO, "--chain", "tron", "--url", grid.url]
        start += ["--answers", str(tmp_path / "kept")]
        assert cli.run([*start, "--rate", "1000"]) == 0
    assert "tron: 7 movements of 4 transactions that touch 1 addresses loaded" in capsys.readouterr().out
    new = ["-w", str(tmp_path / "new"), *start[2:5], *start[7:], "--offline"]
    assert cli.run([*new, "--dry-run"]) == cli.run(new) == 0, "the form of the address says the chain"
    capsys.readouterr()
    assert cli.run([*start, "--offline", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"fee": 1, "internal": 1, "native": 1, "token": 4}
    assert (
        cli.run(["ingest", "explorer", A, "--chain", "eth", "--kind", "trongrid", "--url", "http://127.0.0.1:9"]) == 1
    )
    assert "TronGrid speaks of tron" in capsys.readouterr().err
