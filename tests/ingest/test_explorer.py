"""Explorers: paged, polite, patient, kept; served on loopback from lists that are drawn or of real transactions."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dyepack import cli
from dyepack.errors import SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.evm import decode, recorded
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.explorer.answers import LIST, Answers
from dyepack.ingest.explorer.asker import Asker, Key
from dyepack.ingest.explorer.etherscan import Etherscan
from dyepack.ingest.explorer.load import LoadedAddresses, load_addresses
from dyepack.ingest.explorer.shown import Span
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.loopback import Quick, answering
from tests.ingest.test_evm import TOKEN, A, B, C

Question = Mapping[str, str]
Answer = Callable[[Question], Any]
HASHES = [f"0x{n:064x}" for n in range(1, 9)]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """An explorer on loopback that answers by this function; bytes are sent as they are, a number is a status."""

    with answering(lambda _, asked: answer(asked)) as url:
        yield f"{url}/api"


class Lists:
    """An explorer with these rows, in pages, as Etherscan and Blockscout show them."""

    def __init__(self, **lists: list[dict[str, str]]) -> None:
        self.lists, self.asked = lists, list[Question]()
        self.node: dict[str, Any] = {
            "eth_blockNumber": "0x7d0",
            "eth_getTransactionByHash": {"transactionIndex": "0x7"},
        }
        self.node["eth_getBlockByNumber"] = {"number": "0x790", "hash": "0x" + "e" * 64}

    def __call__(self, asked: Question) -> Any:
        self.asked.append(asked)
        if asked["module"] == "proxy":
            return {"jsonrpc": "2.0", "id": 1, "result": self.node[asked["action"]]}
        rows = [
            row
            for row in self.lists.get(asked["action"], ())
            if asked["address"] in (row["from"], row["to"])
            and int(asked["startblock"]) <= int(row["blockNumber"]) <= int(asked["endblock"])
        ]
        start = (int(asked["page"]) - 1) * int(asked["offset"])
        rows = sorted(rows, key=lambda row: int(row["blockNumber"]))[:: -1 if asked["sort"] == "desc" else 1]
        page = rows[start : start + int(asked["offset"])]
        if not page:
            return {"status": "0", "message": "No transactions found", "result": []}
        return {"status": "1", "message": "OK", "result": page}


def own(number: int, payer: str = A, payee: str = B, **more: str) -> dict[str, str]:
    row = {"blockNumber": str(number), "timeStamp": str(1_600_000_000 + number), "hash": HASHES[number % 8]}
    row |= {"from": payer, "to": payee, "value": "5", "transactionIndex": "1", "gasUsed": "21000", "gasPrice": "2"}
    return {**row, "isError": "0", "contractAddress": "", **more}


def token(number: int, payer: str = A, payee: str = B, **more: str) -> dict[str, str]:
    named = {"contractAddress": TOKEN, "tokenSymbol": "MINE", "tokenDecimal": "4", "value": "7"}
    return {**own(number, payer, payee), **named, **more}


def call(number: int, payer: str = C, payee: str = A, **more: str) -> dict[str, str]:
    row = own(number, payer, payee, type="call", value="3")
    return {**{k: v for k, v in row.items() if k not in ("transactionIndex", "gasPrice")}, **more}


def asker(url: str, folder: Path, **more: Any) -> Asker:
    made = Asker(url, Answers(folder), rate=1000.0, **more)
    made.clock = Quick()
    return made


def load(tmp_path: Path, source: Asker, *addresses: str, page: int = 1000, window: int = 10_000) -> LoadedAddresses:
    explorer = Etherscan(source, by_chain("ethereum"))
    explorer.page, explorer.window = page, window
    with Store.open(tmp_path / "ws", create=True) as store:
        return load_addresses(store, explorer, source.answers, addresses, Span())


def rows(tmp_path: Path, table: str = "transfers") -> list[Any]:
    with Store.open(tmp_path / "ws") as store:
        return store.records(table)


def test_three_lists_become_the_movements_of_each_transaction(tmp_path: Path) -> None:
    lists = Lists(txlist=[own(1)], txlistinternal=[call(1)], tokentx=[token(1), token(1)])
    with served(lists) as url:
        load(tmp_path, asker(url, tmp_path / "answers"), A)
    found = rows(tmp_path)
    assert [(row.seq, row.kind, row.amount, row.tx_index) for row in found] == [
        (0, "fee", 42000, 1),
        (1, "native", 5, 1),
        (2, "internal", 3, 1),
        (3, "token", 7, 1),
        (4, "token", 7, 1),
    ]
    assert [(row.symbol, row.decimals, row.verified) for row in rows(tmp_path, "assets")][1:] == [("MINE", 4, False)]


def test_a_decoy_token_and_a_failed_transaction_are_known_as_such(tmp_path: Path) -> None:
    lists = Lists(
        txlist=[own(1, isError="1")], tokentx=[token(2, tokenSymbol="USDС"), token(3, value="0", contractAddress=C)]
    )
    with served(lists) as url:
        loaded = load(tmp_path, asker(url, tmp_path / "answers"), A)
    assert loaded.kinds == {"fee": 1, "token": 2}
    assert loaded.flagged == {"decoy-token": 1, "zero-value": 1}


def test_pieces_that_stand_among_tokens_take_nothing_away_from_their_transaction(tmp_path: Path) -> None:
    """As Blockscout's code writes them: ERC-721 an id alone, ERC-1155 an id and a `tokenValue`, others nothing."""
    plain = {k: v for k, v in token(1, logIndex="1").items() if k != "value"}
    kinds = [{"tokenID": "9"}, {"tokenID": "4", "tokenValue": "30"}, {"tokenID": "5", "tokenValue": "1"}, {}]
    listed = [{**plain, "tokenDecimal": "", "logIndex": str(2 + n), **more} for n, more in enumerate(kinds)]
    with served(Lists(txlist=[own(1)], tokentx=[token(1, logIndex="1"), *listed])) as url:
        loaded = load(tmp_path, asker(url, tmp_path / "kept"), A)
    assert loaded.refused == {"value": 1}
    assert [(row.asset.rpartition(":")[2][-3:], row.amount, row.flag) for row in rows(tmp_path)[2:]] == [
        (TOKEN[-3:], 7, None),
        (f"{TOKEN[-1]}/4", 30, None),
        (f"{TOKEN[-1]}/5", 1, "erc1155-piece"),
    ]


def test_movements_between_two_of_the_addresses_count_once(tmp_path: Path) -> None:
    lists = Lists(txlist=[own(1)], tokentx=[token(1), token(1)])
    with served(lists) as url:
        loaded = load(tmp_path, asker(url, tmp_path / "answers"), A, B)
    assert loaded.kinds == {"fee": 1, "native": 1, "token": 2}


@pytest.mark.parametrize(("page", "window"), [(2, 4), (1, 3), (5, 5), (1000, 10_000)])
def test_any_number_of_rows_comes_whole_through_pages_and_windows(tmp_path: Path, page: int, window: int) -> None:
    lists = Lists(tokentx=[token(n // 2, value=str(n)) for n in range(2, 16)])
    with served(lists) as url:
        load(tmp_path, asker(url, tmp_path / "answers"), A, page=page, window=window)
    assert Counter(row.amount for row in rows(tmp_path)) == Counter(range(2, 16))


def test_a_block_with_more_rows_than_are_shown_is_said(tmp_path: Path) -> None:
    lists = Lists(tokentx=[token(1, value=str(n)) for n in range(9)])
    with served(lists) as url, pytest.raises(SourceError, match="more rows than the explorer shows"):
        load(tmp_path, asker(url, tmp_path / "answers"), A, page=2, window=4)


def test_the_place_of_an_internal_call_is_asked_for(tmp_path: Path) -> None:
    lists = Lists(txlistinternal=[call(1)])
    with served(lists) as url:
        load(tmp_path, asker(url, tmp_path / "answers"), A)
    assert [row.tx_index for row in rows(tmp_path)] == [7]


def test_a_case_replays_without_the_network_to_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    with served(Lists(txlist=[own(1)], tokentx=[token(2)])) as url:
        first = load(tmp_path, asker(url, folder, key=Key("apikey", "s3cret")), A)
        with Store.open(tmp_path / "ws") as store:
            parts = store.parts("transfers")
    again = load(tmp_path / "again", asker(url, folder, offline=True), A)
    with Store.open(tmp_path / "again" / "ws") as store:
        assert store.parts("transfers") == parts
    assert (again.answers, again.asked) == (first.answers, 0)
    with pytest.raises(SourceError, match="not among the kept answers"):
        load(tmp_path / "other", asker(url, folder, offline=True), B)


def test_a_key_is_sent_and_never_kept(tmp_path: Path) -> None:
    lists = Lists(txlist=[own(1)])
    with served(lists) as url:
        load(tmp_path, asker(url, tmp_path / "answers", key=Key("apikey", "s3cret")), A)
    assert {asked["apikey"] for asked in lists.asked} == {"s3cret"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"s3cret" in path.read_bytes() for path in files)


def test_a_changed_answer_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    with served(Lists(txlist=[own(1)])) as url:
        load(tmp_path, asker(url, folder), A)
    for path in folder.glob("*/*.json"):
        path.write_bytes(path.read_bytes().replace(b'"5"', b'"6"'))
    with pytest.raises(SourceMismatch, match="was changed after it was kept"):
        load(tmp_path / "again", asker(url, folder, offline=True), A)


def test_half_of_a_last_line_is_asked_again_and_another_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    with served(Lists(txlist=[own(1)])) as url:
        load(tmp_path, asker(url, folder), A)
    path = folder / LIST
    lines = path.read_bytes()
    path.write_bytes(lines + b'{"question": "htt')
    assert len(list(Answers(folder))) == 9
    Answers(folder).add("one more", b"{}")
    assert len(list(Answers(folder))) == 10
    path.write_bytes(b"nonsense\n" + lines)
    with pytest.raises(SourceMismatch, match=r"answers\.jsonl:1"):
        Answers(folder)


def test_a_busy_explorer_is_asked_again_and_its_plea_is_not_kept(tmp_path: Path) -> None:
    lists, turns = Lists(txlist=[own(1)]), Counter[str]()

    def busy(asked: Question) -> Any:
        turns["asked"] += 1
        if turns["asked"] == 1:
            return {"status": "0", "message": "NOTOK", "result": "Max rate limit reached"}
        return 503 if turns["asked"] == 2 else lists(asked)

    with served(busy) as url:
        assert load(tmp_path, asker(url, tmp_path / "answers"), A).rows == 2
    assert not any(b"limit" in path.read_bytes() for path in (tmp_path / "answers").rglob("*.json"))


@pytest.mark.parametrize(
    "said",
    [
        b"<html>",
        b"",
        b"[1]",
        b"\xff",
        {"status": "0", "message": "NOTOK", "result": "Invalid API Key"},
        {"status": "1", "message": "OK", "result": "many"},
        {"status": "1", "message": "OK", "result": [1]},
        {"message": "OK"},
    ],
)
def test_what_is_no_answer_changes_nothing(tmp_path: Path, said: Any) -> None:
    with served(lambda _: said) as url, pytest.raises((SourceMismatch, SourceUnavailable)) as caught:
        load(tmp_path, asker(url, tmp_path / "answers"), A)
    assert "\n" not in str(caught.value)
    with Store.open(tmp_path / "ws") as store:
        assert not store.parts("transfers")


def test_an_explorer_that_is_not_there_is_given_up(tmp_path: Path) -> None:
    with served(Lists()) as url:
        pass
    with pytest.raises(SourceUnavailable, match="does not answer"):
        load(tmp_path, asker(url, tmp_path / "answers"), A)


def test_a_row_that_cannot_be_read_refuses_its_transaction_alone(tmp_path: Path) -> None:
    lists = Lists(txlist=[own(1), own(2, value="-5")], tokentx=[token(3, contractAddress="0x1")])
    with served(lists) as url:
        loaded = load(tmp_path, asker(url, tmp_path / "answers"), A)
    assert (loaded.transactions, loaded.refused) == (1, {"transaction": 2})
    with Store.open(tmp_path / "ws") as store:
        assert {one.what for one in store.records("notes")} == {"movement"}, "a trace that passes there says so"
        assert {one.from_address for one in store.records("notes")} >= {own(2)["from"]}


def test_the_command_asks_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(Lists(txlist=[own(1)])) as url:
        start = [
            "-w",
            str(tmp_path / "ws"),
            "ingest",
            "explorer",
            A,
            "--chain",
            "eth",
            "--url",
            url,
            "--answers",
            str(tmp_path / "kept"),
        ]
        assert cli.run([*start, "--rate", "100"]) == 0
    assert "2 movements of 1 transactions that touch 1 addresses loaded" in capsys.readouterr().out
    assert cli.run([*start, "--offline", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"fee": 1, "native": 1}
    assert cli.run(["ingest", "explorer", A, "--chain", "eth", "--kind", "blockscout"]) == 1


def test_a_dry_run_tells_what_a_run_then_begins_by_asking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists, kept = Lists(txlist=[own(1)], txlistinternal=[call(2)]), tmp_path / "kept"
    with served(lists) as url:
        start = [
            "-w",
            str(tmp_path / "ws"),
            "ingest",
            "explorer",
            A,
            B,
            "--chain",
            "eth",
            "--url",
            url,
            "--rate",
            "100",
            "--from",
            "1",
        ]
        start += ["--answers", str(kept)]
        assert cli.run([*start, "--dry-run", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (lists.asked, list(tmp_path.iterdir())) == ([], [])
        assert told["tables"]["transfers"]["amount"] == "decimal128(38, 0)"
        assert cli.run(start) == 0
    planned = [one["question"].replace("{hash}", HASHES[2]) for one in told["questions"]]
    planned = [one.replace("tag={number}", "tag=0x790").replace("{number}", "1936") for one in planned]
    asked = [one.question for one in Answers(kept)]
    assert sorted(planned) == [one for one in asked if not one.endswith(" again")]
    assert len(asked) == len(planned) + 1
    capsys.readouterr()
    assert cli.run([*start, "--dry-run"]) == 0
    assert "1 of the first 15 answers are kept already" in capsys.readouterr().out


def real() -> Iterator[tuple[dict[str, Any], Any]]:
    with gzip.open(shared("data", "evm", "transactions-with-receipts.jsonl.gz")) as file:
        for text in file:
            raw = json.loads(text)
            if raw["chain_id"] == 1 and raw["timestamp"] and raw["internal"] is not None:
                yield raw, recorded.read(text, None).txs[0]


def test_real_transactions_by_their_lists_give_what_their_receipts_give(tmp_path: Path) -> None:
    """The lists of the busiest sender, made from real records; wrapped coins aside, which token lists leave away."""
    every = list(real())
    who = Counter(tx.sender for _, tx in every).most_common(1)[0][0]
    lists = Lists(txlist=[], txlistinternal=[], tokentx=[])
    lists.node["eth_blockNumber"] = hex(10**8)
    wanted: Counter[tuple[str, str, str, str, int]] = Counter()
    for raw, tx in every:
        if tx.sender != who:
            continue
        when = {"blockNumber": str(tx.head.number), "timeStamp": str(raw["timestamp"]), "hash": tx.hash}
        when |= {"transactionIndex": str(tx.index)}
        price = str(int(raw["receipt"]["effectiveGasPrice"], 16))
        paid = {"gasUsed": str(int(raw["receipt"]["gasUsed"], 16)), "gasPrice": price}
        to = {"to": tx.to or "", "contractAddress": tx.created or ""}
        lists.lists["txlist"].append(
            {**when, **paid, **to, "from": tx.sender, "value": str(tx.value), "isError": str(int(not tx.ok))}
        )
        lists.lists["txlistinternal"] += [{**one, **when} for one in raw["internal"] if who in (one["from"], one["to"])]
        for log in tx.logs:
            if log.topics[:1] == (TRANSFER,) and len(log.topics) == 3:
                ends = {"from": "0x" + log.topics[1][26:], "to": "0x" + log.topics[2][26:]}
                more = {"contractAddress": log.contract, "tokenSymbol": "?", "tokenDecimal": "18"}
                if who in ends.values():
                    lists.lists["tokentx"].append({**when, **paid, **ends, **more, "value": str(int(log.data, 16))})
        wrapped = by_chain("ethereum").wrapped
        for move in decode.decode(tx).moves:
            if who in (move.payer, move.payee) and not (move.token == wrapped and move.kind in ("mint", "burn")):
                wanted[tx.hash, move.kind, move.payer, move.payee, move.amount] += 1
    with served(lists) as url:
        load(tmp_path, asker(url, tmp_path / "answers"), who)
    assert Counter((r.tx_hash, r.kind, r.from_address, r.to_address, r.amount) for r in rows(tmp_path)) == wanted
    assert len(wanted) > 20


def test_addresses_asked_for_one_after_the_other_are_one_history(tmp_path: Path) -> None:
    """As they are when asked for at once: a payment between them is in the lists of both."""
    lists = Lists(txlist=[own(1), own(2, B, C)], txlistinternal=[call(3, B, A), call(3, B, A)], tokentx=[token(1)])
    found = []
    with served(lists) as url:
        for name, questions in (("once", [[A, B]]), ("apart", [[A], [B]]), ("turned", [[B], [A]])):
            for addresses in questions:
                load(tmp_path / name, asker(url, tmp_path / name / "answers"), *addresses)
            kept = rows(tmp_path / name)
            found.append([(row.tx_hash, row.tx_index, row.seq, row.kind, row.amount, row.index) for row in kept])
    assert len(found[0]) == 7
    assert found[0] == found[1] == found[2]
