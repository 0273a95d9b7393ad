"""Chain data held against itself: what is whole passes, and each kind of damage is named where it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dyepack.cli import run
from dyepack.ingest.bitcoin.load import TABLES, Asked, load_blocks
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.ingest.check import Report, check
from dyepack.ingest.findings import KINDS
from dyepack.store import Store
from tests.ingest.chainfiles import block, coinbase, hash_of, write
from tests.ingest.test_blocks import ALL, PAID, drawn

PART = "bitcoin-000000000-000000007"
Rows = dict[str, list[Any]]


def workspace(folder: Path, blocks: list[bytes], asked: Asked = ALL) -> Path:
    write(folder / "blocks", blocks)
    with Store.open(folder / "ws", create=True) as store:
        load_blocks(store, FileSource(folder / "blocks", network("bitcoin")), replace(asked, chunk=100))
    return folder / "ws"


def damaged(folder: Path, damage: Callable[[Rows], None]) -> Report:
    """The report on a good chain after somebody changed its rows."""
    path = workspace(folder, drawn(8))
    with Store.open(path) as store:
        rows = {name: store.records(name) for name in TABLES}
        damage(rows)
        with store.run("test", {}) as draft:
            for name, changed in rows.items():
                draft.put(name, PART, changed)
        [report] = check(store)
    return report


def test_a_whole_chain_has_no_error(tmp_path: Path):
    with Store.open(workspace(tmp_path, drawn(8))) as store:
        [report] = check(store, "btc")
    assert (report.blocks, report.first, report.last, report.findings) == (8, 0, 7, ())
    notes = {note.name: note.count for note in report.notes}
    assert notes["supply"] == 8 * 50 * 10**8


def changed(name: str, row: int, **values: Any) -> Callable[[Rows], None]:
    def damage(rows: Rows) -> None:
        rows[name][row] = replace(rows[name][row], **values)

    return damage


def gone(name: str, row: int) -> Callable[[Rows], None]:
    return lambda rows: rows[name].pop(row)


def spent_again(rows: Rows) -> None:
    rows["inputs"][4] = replace(rows["inputs"][4], spent_hash=rows["inputs"][3].spent_hash)


DAMAGE = {
    "gap": (gone("blocks", 3), 3),
    "chain": (changed("blocks", 3, previous="0" * 64), 3),
    "merkle": (changed("blocks", 3, root="0" * 64), 3),
    "duplicate": (lambda rows: changed("transactions", 5, tx_hash=rows["transactions"][3].tx_hash)(rows), 3),
    "count": (gone("outputs", 5), 3),
    "missing": (changed("inputs", 3, spent_hash="0" * 64), 4),
    "spent": (spent_again, 5),
    "balance": (changed("transactions", 6, fee=11), 3),
    "supply": (changed("outputs", 0, amount=50 * 10**8 + 1), 0),
}


OF_ACCOUNTS = ("negative", "replay")
"""Made in `test_accounts_check.py` and `test_evm_node.py`."""


def test_there_is_a_damage_for_each_kind():
    assert [*DAMAGE, *OF_ACCOUNTS] == list(KINDS)


@pytest.mark.parametrize("kind", DAMAGE)
def test_each_kind_of_damage_is_found_where_it_is(tmp_path: Path, kind: str):
    damage, where = DAMAGE[kind]
    report = damaged(tmp_path, damage)
    assert where in [finding.block for finding in report.findings if finding.kind == kind]
    assert report.counts[kind] >= 1


def test_an_amount_that_was_changed_on_both_sides_is_found_where_it_is_spent(tmp_path: Path):
    report = damaged(tmp_path, changed("inputs", 2, amount=1))
    assert {finding.kind for finding in report.findings} == {"missing", "balance"}


def test_a_block_that_takes_less_is_a_note(tmp_path: Path):
    blocks = drawn(2)
    blocks.append(block(hash_of(blocks[-1]), [coinbase(2, [(49 * 10**8, PAID)])]))
    with Store.open(workspace(tmp_path, blocks)) as store:
        [report] = check(store)
    assert report.findings == ()
    assert ("under-claimed", 1) in [(note.name, note.count) for note in report.notes]
    assert any("2 (100000000)" in note.text for note in report.notes)


def test_what_lies_before_the_workspace_is_no_error(tmp_path: Path):
    with Store.open(workspace(tmp_path, drawn(8), Asked(first=3, confirmations=0))) as store:
        [report] = check(store)
    assert report.findings == ()
    assert {"outside": 1, "unknown fee": 1, "unknown input": 1, "unknown supply": 1}.items() <= {
        note.name: note.count for note in report.notes
    }.items()


def test_stale_blocks_are_named(tmp_path: Path):
    blocks = drawn(8)
    stale = drawn(1, hash_of(blocks[2]), 3, fork=1)
    with Store.open(workspace(tmp_path, [*blocks, *stale])) as store:
        [report] = check(store)
    assert any(hash_of(stale[0])[::-1].hex() in note.text for note in report.notes if note.name == "stale")


def test_the_two_ids_that_bitcoin_has_twice(tmp_path: Path):
    """Heights 91722 and 91880, 91812 and 91842: one coinbase each, byte for byte, in two blocks."""
    from dyepack.ingest.bitcoin.outputs_check import KNOWN_TWICE

    assert set(KNOWN_TWICE.values()) == {(91_722, 91_880), (91_812, 91_842)}
    path = workspace(tmp_path, drawn(8))
    twice_there = next(iter(KNOWN_TWICE))
    with Store.open(path) as store:
        rows = {name: store.records(name)[:1] for name in TABLES if name != "inputs"}
        for height in KNOWN_TWICE[twice_there]:
            with store.run("test", {"height": height}) as draft:
                for name, (row,) in rows.items():
                    named = {} if name == "blocks" else {"tx_hash": twice_there}
                    draft.put(name, f"bitcoin-{height:09}-{height:09}", [replace(row, block=height, **named)])
        [report] = check(store)
    assert "duplicate" not in report.counts
    assert ("known duplicate", 1) in [(note.name, note.count) for note in report.notes]


def test_an_output_that_is_there_twice_is_looked_up_once(tmp_path: Path):
    """Two blocks with one coinbase, byte for byte, as the heights above have; then its output is spent."""
    first = drawn(1)[0]
    same = coinbase(0, [(50 * 10**8, PAID)])
    second = block(hash_of(first), [same], nonce=7)
    rest = drawn(3)[1]
    third = block(hash_of(second), [coinbase(2, [(1, PAID)]), rest[81 + len(coinbase(1, [(50 * 10**8 + 10, PAID)])) :]])
    with Store.open(workspace(tmp_path, [first, second, third])) as store:
        assert store.fetch("select count(*) as n from inputs", "inputs").column("n").to_pylist() == [1]
        [made] = store.records("inputs")
        assert made.amount == 50 * 10**8
        [report] = check(store)
    assert report.counts == {"duplicate": 1}


def test_the_command_says_it_and_leaves_with_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = workspace(tmp_path, drawn(8))
    assert run(["-w", str(path), "ingest", "check", "--fail-on", "any"]) == 0
    assert "bitcoin: 8 blocks from 0 to 7: no error" in capsys.readouterr().out
    write(tmp_path / "blocks", drawn(12))
    command = ["-w", str(path), "ingest", "bitcoin", "--blocks-dir", str(tmp_path / "blocks"), "--confirmations", "0"]
    assert run([*command, "--from", "10", "--json"]) == 0
    assert run(["-w", str(path), "ingest", "check", "--fail-on", "merkle"]) == 0
    assert run(["-w", str(path), "ingest", "check", "--json", "--fail-on", "gap"]) == 3
    assert "blocks 8 to 9 are missing" in capsys.readouterr().out


def test_the_dry_run_prints_columns_and_work_and_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "blocks", drawn(12))
    command = ["-w", str(tmp_path / "ws"), "ingest", "bitcoin", "--blocks-dir", str(tmp_path / "blocks"), "--dry-run"]
    assert run(command) == 0
    out, err = capsys.readouterr()
    assert "6 blocks of bitcoin between 0 and 5 would be loaded from blocks, in 1 pieces; 0 are there" in out
    assert "spent_hash" in out
    assert "looking through the block files" in err
    assert not (tmp_path / "ws").exists()
    assert run([*command, "--rpc", "http://x"]) == 1
