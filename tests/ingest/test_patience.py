"""Sources that are not ready, in every dress: refused for haste, behind, cut off. Nobody waits in these tests."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dyepack import cli
from dyepack.cli.ingest_explorer import RATES, Kind
from dyepack.errors import SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.evm.live import LiveChain
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.rpc import Rpc
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.asker import Asker
from dyepack.ingest.explorer.etherscan import Etherscan
from dyepack.ingest.explorer.load import load_addresses
from dyepack.ingest.explorer.shown import Span
from dyepack.ingest.http import Endpoint
from dyepack.ingest.patience import Patience, named_seconds, patiently
from dyepack.ingest.ranges import Range
from dyepack.ingest.tron.api import TronApi
from dyepack.store import Store
from tests.ingest.evmnode import Chain, FakeNode
from tests.ingest.evmnode import served as node_served
from tests.ingest.loopback import Quick, answering
from tests.ingest.test_evm import A
from tests.ingest.test_explorer import Lists, call, own, token
from tests.ingest.test_tron import Node
from tests.ingest.test_tron import served as tron_served

BAN = 30.0
LONG = {"status": "0", "message": "NOTOK", "result": "Max calls per sec rate limit reached (3/sec)"}
HASTE = {
    "429": 429,
    "429 with a JSON body": (429, {"message": "Too many requests"}),
    "403": 403,
    "403 with words": (403, {"success": False, "error": "The key exceeds the frequency limit(15)"}),
    "503": 503,
    "520 of who stands before it": 520,
    "a sentence in a 200": LONG,
    "another sentence": {**LONG, "result": "Max rate limit reached, please use API Key for higher rate limit"},
    "a busy one": {**LONG, "result": "Unexpected error, timeout or server too busy. Please try again later"},
    "wrong keys, in a row": {**LONG, "result": "Too many invalid api key attempts, please try again later"},
    "a sentence of another form": {"error": "too many requests"},
    "a page": b"<html>Just a moment...</html>",
    "half of a body": b'{"status":"1","message":"OK","resu',
    "nothing at all": b"",
}
BEHIND = {
    "status 2": {"status": "2", "message": "Some internal transactions have not yet been processed", "result": []},
    "status 2 with rows": {"status": "2", "message": "OK", "result": [own(1)]},
    "a result without rows": {"status": "1", "message": "OK", "result": []},
    "words of its own": {"status": "0", "message": "Indexing in progress", "result": []},
    "words for nothing": {"status": "0", "message": "No data", "result": None},
    "words in the result": {"status": "1", "message": "OK", "result": "the index is behind"},
    "no list of transactions": {"status": "0", "message": "No logs found", "result": []},
}


def explorer(url: str, folder: Path) -> tuple[Etherscan, Asker]:
    asker = Asker(url, Answers(folder / "kept"), rate=1000.0)
    asker.clock = Quick()
    return Etherscan(asker, by_chain("ethereum")), asker


def slept(asker: Asker) -> list[float]:
    assert isinstance(asker.clock, Quick)
    return [one for one in asker.clock.slept if one >= 0.1]


def load(folder: Path, source: Etherscan, asker: Asker, *addresses: str, span: Span | None = None) -> Any:
    with Store.open(folder / "ws", create=True) as store:
        return load_addresses(store, source, asker.answers, addresses or (A,), span or Span())


def moved(folder: Path) -> list[tuple[int, int]]:
    with Store.open(folder / "ws") as store:
        return [(row.block, row.amount) for row in store.records("transfers")]


def first(lists: Lists, said: Any, times: int, which: Callable[[Mapping[str, str]], bool]) -> Callable[..., Any]:
    """Answers so to each question of these, so often, before it answers right."""
    asked = Counter[str]()

    def answer(_: str, question: Mapping[str, str]) -> Any:
        asked[json.dumps(question, sort_keys=True)] += 1
        late = which(question) and asked[json.dumps(question, sort_keys=True)] <= times
        return said if late else lists(question)

    return answer


def lists_only(question: Mapping[str, str]) -> bool:
    return question["module"] == "account"


def kept(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "kept").glob("*/*.json")]


@pytest.mark.parametrize("dress", HASTE)
def test_a_refusal_for_haste_is_waited_for_in_every_dress(tmp_path: Path, dress: str) -> None:
    lists = Lists(txlist=[own(1)], txlistinternal=[call(2)], tokentx=[token(3)])
    with answering(first(lists, HASTE[dress], 2, lambda _: True)) as url:
        source, asker = explorer(url, tmp_path)
        load(tmp_path, source, asker)
    assert {block for block, _ in moved(tmp_path)} == {1, 2, 3}
    assert set(slept(asker)) >= {0.5, 1.0}


@pytest.mark.parametrize("dress", HASTE)
def test_it_is_waited_for_longer_than_bans_last_and_then_given_up(tmp_path: Path, dress: str) -> None:
    with answering(lambda *_: HASTE[dress]) as url:
        source, asker = explorer(url, tmp_path)
        with pytest.raises(SourceUnavailable) as caught:
            load(tmp_path, source, asker)
    assert sum(slept(asker)) > 60
    assert max(slept(asker)) > BAN
    assert "\n" not in str(caught.value)
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("exceeds the frequency limit(30), and the query server is suspended for 30s", 30),
        ("request rate exceeded the allowed_rps(3), and the query server is suspended for 27 s.", 27),
        ("Too many requests", 0),
        ("block 30 s of nothing", 0),
    ],
)
def test_a_ban_that_says_how_long_it_lasts_is_waited_out(tmp_path: Path, text: str, seconds: int) -> None:
    assert named_seconds(text) == seconds
    lists = Lists(txlist=[own(1)])
    with answering(first(lists, {"status": "0", "message": text, "result": None}, 1, lambda q: "page" in q)) as url:
        source, asker = explorer(url, tmp_path)
        load(tmp_path, source, asker)
    assert (max(slept(asker)) >= BAN - 3) == (seconds > 0)


def test_a_server_that_wants_more_time_than_anybody_has_is_left(tmp_path: Path) -> None:
    clock = Quick()

    def away() -> None:
        raise SourceUnavailable("come back tomorrow", 86_400)

    with pytest.raises(SourceUnavailable, match="tomorrow"):
        patiently(away, Patience(), clock)
    assert clock.slept == []


@pytest.mark.parametrize("dress", BEHIND)
def test_a_list_that_is_not_called_complete_is_no_list(tmp_path: Path, dress: str) -> None:
    lists = Lists(txlist=[own(1)], txlistinternal=[call(2)], tokentx=[token(3)])
    with answering(first(lists, BEHIND[dress], 3, lists_only)) as url:
        source, asker = explorer(url, tmp_path)
        load(tmp_path, source, asker)
    assert {block for block, _ in moved(tmp_path)} == {1, 2, 3}
    said = json.dumps(BEHIND[dress]).encode()
    assert said not in kept(tmp_path)
    with answering(first(lists, BEHIND[dress], 10**6, lists_only)) as url:
        source, asker = explorer(url, tmp_path / "never")
        with pytest.raises(SourceUnavailable, match="again later"):
            load(tmp_path / "never", source, asker)
    assert 60 < sum(slept(asker)) < 200
    assert said not in kept(tmp_path / "never")


@pytest.mark.parametrize("most", [2, 3, 7])
def test_a_list_that_is_cut_at_a_lower_limit_than_was_asked_for_comes_whole(tmp_path: Path, most: int) -> None:
    lists = Lists(tokentx=[token(n, value=str(n), hash=f"0x{n:064x}") for n in range(2, 20)])
    cut: Callable[..., Any] = lambda _, q: _cut(lists(q), most)  # noqa: E731
    with answering(cut) as url:
        source, asker = explorer(url, tmp_path)
        load(tmp_path, source, asker)
    assert [amount for _, amount in moved(tmp_path)] == list(range(2, 20))


def _cut(said: Any, most: int) -> Any:
    return {**said, "result": said["result"][:most]} if isinstance(said["result"], list) else said


def test_a_block_that_is_cut_is_refused(tmp_path: Path) -> None:
    lists = Lists(tokentx=[token(n // 5, value=str(n)) for n in range(10, 25)])
    with answering(lambda _, q: _cut(lists(q), 3)) as url:
        source, asker = explorer(url, tmp_path)
        with pytest.raises(SourceError, match="not whole yet"):
            load(tmp_path, source, asker)
    assert not any(b"tokenSymbol" in answer for answer in kept(tmp_path))


def test_lists_end_behind_the_tip(tmp_path: Path) -> None:
    """The tip is block 2,000, and Ethereum's margin 64."""
    lists = Lists(txlist=[own(1936), own(1937)])
    with answering(lambda _, q: lists(q)) as url:
        load(tmp_path, *explorer(url, tmp_path))
        assert {block for block, _ in moved(tmp_path)} == {1936}
        load(tmp_path, *explorer(url, tmp_path / "none"), span=Span(confirmations=0))
    assert {block for block, _ in moved(tmp_path)} == {1936, 1937}
    assert {int(q["endblock"]) for q in lists.asked if q["module"] == "account"} == {1936, 2000}


def test_blockscout_is_asked_at_its_own_node_where_it_has_no_proxy(tmp_path: Path) -> None:
    lists = Lists(txlist=[own(1)], txlistinternal=[call(2)])

    def answer(path: str, question: Mapping[str, Any]) -> Any:
        if path.endswith("/eth-rpc"):
            return {"jsonrpc": "2.0", "id": 1, "result": lists.node[question["method"]]}
        if question["module"] == "proxy":
            return {"message": "Unknown module", "result": None, "status": "0"}
        return lists(question)

    with answering(answer) as url:
        _, asker = explorer(f"{url}/api", tmp_path)
        load(tmp_path, Etherscan(asker, by_chain("ethereum"), numbered=False), asker)
    assert {block for block, _ in moved(tmp_path)} == {1, 2}
    assert slept(asker) == []


def test_lists_whose_blocks_have_two_hashes_are_asked_anew(tmp_path: Path) -> None:
    lists = Lists(txlist=[own(1, blockHash="0x" + "1" * 64)], tokentx=[token(1, blockHash="0x" + "2" * 64)])
    with answering(lambda _, q: lists(q)) as url:
        source, asker = explorer(url, tmp_path)
        with pytest.raises(SourceUnavailable, match="changed 3 times"):
            load(tmp_path, source, asker)
    assert not any(b"tokenSymbol" in answer for answer in kept(tmp_path))


def test_without_the_hash_of_a_block_the_ends_of_the_lists_are_looked_at_again(tmp_path: Path) -> None:
    lists, turns = Lists(txlist=[own(1)]), Counter[str]()
    lists.node["eth_getBlockByNumber"] = {}

    def answer(_: str, question: Mapping[str, str]) -> Any:
        said = lists(question)
        turns[question["action"]] += 1
        if question["action"] == "txlist" and turns["txlist"] == 2:
            lists.lists["txlist"] = [own(1, value="6")]
        return said

    with answering(answer) as url:
        load(tmp_path, *explorer(url, tmp_path))
    assert (1, 6) in moved(tmp_path)


def test_a_key_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with answering(lambda *_: {"status": "0", "message": "NOTOK", "result": "Invalid API Key"}) as url:
        source, asker = explorer(url, tmp_path)
        with pytest.raises(SourceMismatch, match="Invalid API Key"):
            load(tmp_path, source, asker)
    assert slept(asker) == []


def test_the_rate_is_what_a_caller_without_a_key_is_allowed() -> None:
    assert set(RATES) == set(Kind)
    assert {kind.value: free for kind, (free, _) in RATES.items()} == {
        "etherscan": 0.2,
        "blockscout": 3.0,
        "esplora": 2.0,
        "trongrid": 3.0,
    }


def test_the_command_keeps_to_it_and_waits_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waited = list[float]()
    monkeypatch.setattr("time.sleep", waited.append)
    monkeypatch.delenv("DYEPACK_EXPLORER_KEY", raising=False)
    lists = Lists(txlist=[own(1)])
    with answering(first(lists, (429, {"message": "Too many requests"}), 7, lambda q: q.get("sort") == "desc")) as url:
        start = ["-w", str(tmp_path / "ws"), "ingest", "explorer", A, "--url", url, "--answers", str(tmp_path / "kept")]
        start += ["--chain", "ethereum"]
        assert cli.run(start) == 0
    assert moved(tmp_path) == [(1, 42000), (1, 5)]
    assert max(waited) > BAN
    said = capsys.readouterr().err.splitlines()
    assert "Too many requests" in said[-1] or "answers 429" in said[-1]
    assert said[-1].endswith("asked again in 32 s")
    assert sum(4.5 < one <= 5 for one in waited) > 5


# Nodes


@pytest.mark.parametrize(
    "said",
    [
        {"error": {"code": -32005, "message": "limit exceeded"}},
        {"error": {"code": 429, "message": "compute units"}},
        {"error": {"code": -32000, "message": "Too Many Requests"}},
        {"error": "rate limit"},
    ],
)
def test_a_node_that_asks_to_wait_is_not_taken_for_one_that_cannot(said: Any) -> None:
    """Else a refusal for haste to `trace_block` would end in a load without calls."""
    left, right = [said, [said], said], {"jsonrpc": "2.0", "id": 0, "result": []}
    with answering(lambda *_: left.pop() if left else right) as url:
        assert Rpc(url, Patience(attempts=5, pause=0.0)).ask("trace_block", "0x1") == []


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_getBlockReceipts"])
def test_a_node_whose_index_is_behind_is_asked_again(method: str) -> None:
    turns = Counter[str]()

    def behind(asked: str, result: Any) -> Any:
        turns[asked] += 1
        return None if asked == method and turns[asked] <= 2 else result

    with node_served(FakeNode(Chain(4))) as node:
        live = LiveChain(Rpc(node.url, Patience(attempts=5, pause=0.0)), by_chain("ethereum"))
        right = live.read(Range(1, 2))
        node.faults, turns[method] = [behind], 0
        assert live.read(Range(1, 2)) == right
        turns[method] = -1000
        with pytest.raises(SourceUnavailable, match="ask again later"):
            live.read(Range(1, 2))


def test_a_node_of_tron_whose_records_are_behind_is_asked_again() -> None:
    turns = Counter[str]()

    def behind(path: str, said: Any) -> Any:
        turns[path] += 1
        if "info" in path and turns[path] <= 2:
            return []
        if "blockbynum" in path and turns[path] == 2:
            return {"Error": "the query server is suspended for 1 s, too many requests"}
        return said

    with tron_served(Node(4)) as node:
        node.change = behind
        (block,) = TronApi(node.url, Patience(attempts=5, pause=0.0)).read(Range(1, 1))
    assert len(block.moved) == 2


def test_a_429_with_a_json_body_on_a_post_is_no_answer() -> None:
    said: Iterator[Any] = iter(
        [(429, {"error": "slow down"}), (503, {"error": "busy"}), (500, {"error": "no such call"})]
    )
    with answering(lambda *_: next(said)) as url:
        endpoint = Endpoint(url, clock=Quick())
        assert endpoint.post({"method": "x"}) == b'{"error": "no such call"}'
        endpoint.close()
