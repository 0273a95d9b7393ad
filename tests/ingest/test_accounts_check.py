"""Movements held against themselves: what is there twice, and who pays what they do not have, by a plain twin too."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.ingest.accounts_check import negative
from dyepack.ingest.check import Report, check
from dyepack.ingest.findings import Finding
from dyepack.model import AssetRow, Block, Opening, Transfer
from dyepack.store import Store

A, B, C = (f"0x{letter * 40}" for letter in "abc")
ZERO = "0x" + "0" * 40
START = datetime(2023, 1, 1, tzinfo=UTC)


def move(block: int, payer: str, payee: str, amount: int, **more: Any) -> Transfer:
    said = {"tx_index": 0, "seq": 0, "kind": "native", "asset": "ETH", "flag": None, "source": "m.csv", **more}
    said.setdefault("tx_hash", f"0x{block * 100 + said['tx_index']:064x}")
    said.setdefault("time", START + timedelta(seconds=12 * block))
    return Transfer(chain="ethereum", block=block, from_address=payer, to_address=payee, amount=amount, **said)


def block(number: int, transactions: int = 1, source: str = "node") -> Block:
    names = f"0x{number:064x}", f"0x{number - 1:064x}"
    return Block("ethereum", number, *names, START, transactions, None, source)


def report(folder: Path, *parts: list[Transfer], blocks: list[Block] | None = None, **more: list[Any]) -> Report:
    with Store.open(folder / "ws", create=True) as store:
        with store.run("test", {}) as draft:
            for number, rows in enumerate(parts):
                draft.put("transfers", f"p{number}", rows)
            for table, records in {"blocks": blocks or [], **more}.items():
                if records:
                    draft.put(table, "p", records)
        [found] = check(store)
    return found


def test_movements_alone_are_checked(tmp_path: Path) -> None:
    found = report(tmp_path, [move(1, ZERO, A, 10, kind="reward"), move(2, A, B, 4), move(2, B, C, 4, seq=1)])
    assert (found.chain, found.blocks, found.movements, found.first, found.last) == ("ethereum", 0, 3, 1, 2)
    assert (found.findings, found.notes) == ((), ())


def test_what_is_there_twice_is_named(tmp_path: Path) -> None:
    other = {"source": "other.csv"}
    found = report(
        tmp_path,
        [move(1, A, B, 1), move(2, A, B, 1), move(3, A, B, 1)],
        [move(1, A, B, 1, **other), move(2, A, B, 1, seq=1, **other)],
        [move(3, A, B, 5, seq=1, tx_hash="0xother"), move(4, A, B, 1, tx_hash=f"0x{300:064x}")],
    )
    texts = [one.text for one in found.findings]
    assert found.counts == {"duplicate": 5}
    assert [one.block for one in found.findings] == [1, 1, 2, 3, 4]
    assert f"place 0 of transaction 0x{100:064x} is there 2 times" in texts
    assert sum("came from m.csv and from other.csv" in text for text in texts) == 2
    assert any("both have place 0" in text for text in texts)
    assert any("is in block 3 too" in text for text in texts)


def test_a_block_has_one_time_and_no_more_transactions_than_it_says(tmp_path: Path) -> None:
    rows = [move(5, A, B, 1), move(5, A, B, 1, tx_index=1, time=START), move(5, ZERO, A, 1, tx_index=2, kind="reward")]
    found = report(tmp_path, rows, blocks=[block(5), block(7)])
    assert found.counts == {"count": 2, "gap": 1}
    assert (found.blocks, found.movements) == (2, 3)


def test_who_pays_more_than_came_in_is_a_note_where_the_beginning_is_not_there(tmp_path: Path) -> None:
    rows = [move(1, A, B, 4), move(2, A, B, 3), move(3, ZERO, A, 100, kind="mint"), move(4, A, C, 1)]
    found = report(tmp_path, rows)
    assert found.findings == ()
    [note] = found.notes
    assert (note.name, note.count) == ("unexplained", 1)
    assert f"{A} 7 base units of ETH by block 2" in note.text


def test_what_is_lacking_of_a_listed_asset_is_said_in_whole_units_too_and_a_decoys_word_is_not_taken(
    tmp_path: Path,
) -> None:
    names = [f"ethereum:{B}", f"ethereum:{C}"]
    listed = AssetRow(names[0], "ethereum", B, "USDT", 6, verified=True, source="list")
    decoy = AssetRow(names[1], "ethereum", C, "USDT", 3, verified=False, source="node")
    rows = [move(1, A, C, 1_500_000, asset=names[0], kind="token"), move(1, A, C, 7, seq=1, asset=names[1])]
    [note] = report(tmp_path, rows, assets=[listed, decoy]).notes
    assert f"{A} 1.5 USDT (1500000 base units of {names[0]}) by block 1" in note.text
    assert f"; {A} 7 base units of {names[1]} by block 1" in note.text


def test_from_the_first_block_on_it_is_an_error(tmp_path: Path) -> None:
    rows = [move(0, ZERO, A, 5, kind="mint"), move(1, A, B, 7), move(1, A, B, 1, seq=1, asset="ethereum:" + C)]
    found = report(tmp_path, rows, blocks=[block(0), block(1)])
    assert [note.count for note in found.notes if note.name == "unexplained"] == [1], "a token may grow by itself"
    assert [(one.kind, one.block) for one in found.findings] == [("negative", 1)]
    assert f"{A} pays 2 base units of ETH that it does not have" in found.findings[0].text


def test_a_known_balance_makes_it_an_error_or_none(tmp_path: Path) -> None:
    """A had 4 at the end of block 1, whatever came before, and pays them; B had 3 at the end of block 0, and pays 4."""
    rows = [move(1, A, C, 9), move(2, A, C, 4), move(2, B, C, 4, seq=1)]
    openings = [Opening("ethereum", A, "ETH", 4, 1, "o"), Opening("ethereum", B, "ETH", 3, 0, "o")]
    found = report(tmp_path, rows, openings=openings)
    assert [(one.kind, one.text.split()[:3]) for one in found.findings] == [("negative", [B, "pays", "1"])]


def test_tokens_that_cannot_be_added_up_are_left_out_and_said(tmp_path: Path) -> None:
    most, name = 10**38 - 1, "ethereum:" + C
    rows = [move(n, A, B, most, asset=name, kind="token") for n in range(3)]
    found = report(tmp_path, [*rows, move(9, B, A, most, asset=name, kind="token", flag="decoy-token")])
    assert (found.findings, [(note.name, note.count) for note in found.notes]) == ((), [("beyond", 1)])


def twin(rows: list[Transfer]) -> dict[str, int]:
    """What each account lacks at its worst: a purse for each, movement by movement."""
    purse: dict[str, int] = defaultdict(int)
    worst: dict[str, int] = defaultdict(int)
    for row in sorted(rows, key=lambda one: (one.block, one.tx_index, one.seq)):
        purse[row.to_address] += row.amount
        purse[row.from_address] -= row.amount
        worst[row.from_address] = min(worst[row.from_address], purse[row.from_address])
    return {who: lacks for who, lacks in worst.items() if lacks < 0}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.sampled_from([A, B, C]), st.integers(0, 9)), max_size=12))
def test_what_accounts_lack_is_what_a_purse_for_each_says(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, str, int]]
) -> None:
    rows = [move(1 + n // 4, *one, tx_index=n // 2 % 2, seq=n % 2) for n, one in enumerate(moves)]
    with Store.open(tmp_path_factory.mktemp("w") / "ws", create=True) as store:
        with store.run("test", {}) as draft:
            draft.put("transfers", "p", rows)
            draft.put("blocks", "p", [block(0)])
            draft.put("openings", "p", [Opening("ethereum", who, "ETH", 0, 0, "o") for who in (A, B, C)])
        found = [one for one in negative(store, "ethereum") if isinstance(one, Finding)]
    lacking = {one.text.split()[0]: -int(one.text.split()[2]) for one in found}
    assert lacking == twin(rows)


def test_the_command_speaks_of_movements_and_leaves_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.csv"
    file.write_text(f"tx_hash,from,to,amount,block,time,tx_index\n0x{1:064x},{A},{B},1,5,2023-01-01,3\n")
    where = ["-w", str(tmp_path / "ws"), "ingest"]
    assert run([*where, "movements", str(file), "--chain", "ethereum"]) == 0
    assert run([*where, "check", "--fail-on", "any"]) == 0
    assert "ethereum: 1 movements from 5 to 5: no error" in capsys.readouterr().out
    again = tmp_path / "again.csv"
    again.write_text(file.read_text() + f"0x{2:064x},{A},{B},1,5,2023-01-01,3\n")
    assert run([*where, "movements", str(again), "--chain", "ethereum"]) == 0
    assert run([*where, "check", "--fail-on", "negative"]) == 0
    capsys.readouterr()
    assert run([*where, "check", "--json", "--fail-on", "duplicate"]) == 3
    [told] = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"duplicate": 1}
    assert [note["count"] for note in told["notes"] if note["name"] == "in several lists"] == [1]
    assert run(["-w", str(tmp_path / "none"), "ingest", "check"]) == 1
