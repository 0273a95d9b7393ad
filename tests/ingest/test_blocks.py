"""Blocks from a node's files into the tables: order, stale blocks, undo data, the key, accidents, real blocks."""

import random
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dyepack.cli import run
from dyepack.errors import InputError, RecordError, SourceError, SourceMismatch, WorkspaceBusy
from dyepack.ingest import ranges
from dyepack.ingest.bitcoin.bestchain import states_height
from dyepack.ingest.bitcoin.load import Asked, Loaded, load_blocks
from dyepack.ingest.bitcoin.network import COIN, network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.ingest.bitcoin.raw import gathered, parse, parse_undo
from dyepack.ingest.ranges import Range
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest import chainfiles
from tests.ingest.chainfiles import block, coinbase, hash_of, transaction, twice, undo, write, write_undo

BITCOIN = network("bitcoin")
PAID = b"\x76\xa9\x14" + bytes(20) + b"\x88\xac"
OTHER = b"\xa9\x14" + b"\1" * 20 + b"\x87"
ALL = Asked(confirmations=0, chunk=2)


def drawn(length: int = 6, previous: bytes = bytes(32), first: int = 0, *, fork: int = 0) -> list[bytes]:
    """A chain in which each block from the third on spends the coinbase before it, leaving a fee of 10."""
    blocks: list[bytes] = []
    for height in range(first, first + length):
        reward = coinbase(height, [(50 * COIN + (10 if height > first else 0), PAID)])
        body = [reward]
        if blocks:
            spent = blocks[-1][81 : 81 + len(reward)]
            body.append(transaction([(twice(_coinbase_of(blocks[-1])), 0, b"")], [(_reward(blocks[-1]) - 10, OTHER)]))
            assert spent
        blocks.append(block(previous, body, nonce=height + 1000 * fork))
        previous = hash_of(blocks[-1])
    return blocks


def _coinbase_of(raw: bytes) -> bytes:
    """The first transaction, whose only output pays `PAID`."""
    end = raw.index(PAID) + len(PAID) + 4
    return raw[81:end]


def _reward(raw: bytes) -> int:
    at = raw.index(PAID) - 9
    return int.from_bytes(raw[at : at + 8], "little")


def undos(blocks: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Undo records as a node writes them: none for the first block."""
    return [(hash_of(before), undo([[(_reward(before), PAID)]])) for before, _ in pairwise(blocks)]


def load(folder: Path, asked: Asked = ALL, **source: Any) -> tuple[Loaded, dict[str, list[dict[str, Any]]]]:
    with Store.open(folder / "ws", create=True) as store:
        done = load_blocks(store, FileSource(folder / "blocks", BITCOIN, **source), asked)
        tables = ("blocks", "transactions", "inputs", "outputs", "rejects")
        return done, {name: store.fetch(f"select * from {name} order by all", name).to_pylist() for name in tables}


def test_blocks_in_any_order_hidden_by_a_key_become_a_chain(tmp_path: Path):
    blocks = drawn()
    mixed = random.Random(2).sample(blocks, len(blocks))
    write(tmp_path / "blocks", mixed[:4], key=b"\x9a\0\1\xff\x7f\x80\x33\x11")
    write(tmp_path / "blocks", mixed[4:], name="00001", key=b"\x9a\0\1\xff\x7f\x80\x33\x11")
    done, tables = load(tmp_path)
    assert (done.blocks, done.transactions, done.inputs, done.pieces) == (6, 11, 5, 3)
    assert [row["hash"] for row in tables["blocks"]] == [hash_of(one)[::-1].hex() for one in blocks]
    assert [row["previous"] for row in tables["blocks"]][1:] == [row["hash"] for row in tables["blocks"]][:-1]
    assert tables["blocks"][0]["previous"] is None
    assert {row["fee"] for row in tables["transactions"]} == {None, Decimal(10)}, "looked up among the outputs"
    assert (done.resolved, done.unknown) == (5, 0)


def test_what_was_spent_comes_from_undo_data(tmp_path: Path):
    key, blocks = bytes(range(1, 9)), drawn()
    write(tmp_path / "blocks", blocks, key=key)
    write_undo(tmp_path / "blocks", reversed(undos(blocks)), key=key)
    asked = Asked(first=3, confirmations=0)  # the outputs that are spent are not all in the workspace
    done, tables = load(tmp_path, asked)
    assert (done.resolved, done.unknown, done.refused) == (0, 0, [])
    assert {row["amount"] for row in tables["inputs"]} == {Decimal(50 * COIN + 10)}
    assert {row["address"] for row in tables["inputs"]} == {"1111111111111111111114oLvT2"}
    assert {row["fee"] for row in tables["transactions"]} == {None, Decimal(10)}


def test_without_undo_data_what_is_not_known_is_left_empty_and_counted(tmp_path: Path):
    write(tmp_path / "blocks", drawn())
    done, tables = load(tmp_path, Asked(first=3, confirmations=0))
    assert (done.resolved, done.unknown) == (2, 1)
    first = tables["inputs"][0]
    assert (first["block"], first["amount"], first["address"]) == (3, None, None)


def test_undo_data_with_a_wrong_checksum_is_reported_and_not_used(tmp_path: Path):
    blocks = drawn()
    write(tmp_path / "blocks", blocks)
    records = undos(blocks)
    write_undo(tmp_path / "blocks", [(b"\7" * 32, records[0][1]), *records[1:]])
    done, _ = load(tmp_path, Asked(first=1, confirmations=0))
    assert done.unknown == 1
    assert [one.reason for one in done.refused] == ["an undo record whose checksum fits no block of its file"]


def test_stale_blocks_are_left_out_and_reported(tmp_path: Path):
    blocks = drawn()
    stale = drawn(1, hash_of(blocks[2]), 3, fork=1)
    write(tmp_path / "blocks", [*stale, *blocks])
    done, tables = load(tmp_path)
    assert done.blocks == 6
    [one] = tables["rejects"]
    assert one["row"] == hash_of(stale[0])[::-1].hex()
    assert one["reason"] == "stale: not on the best chain, at height 3"


def test_the_chain_with_more_work_wins_though_it_is_shorter(tmp_path: Path):
    blocks = drawn(3)
    heavy = block(hash_of(blocks[0]), [coinbase(1, [(1, PAID)])], bits=0x1D00FFFF)
    write(tmp_path / "blocks", [*blocks, heavy])
    done, tables = load(tmp_path)
    assert [row["hash"] for row in tables["blocks"]] == [hash_of(one)[::-1].hex() for one in (blocks[0], heavy)]
    assert sorted(one.row for one in done.refused) == sorted(hash_of(one)[::-1].hex() for one in blocks[1:])


def test_a_pruned_folder_is_placed_by_the_height_its_blocks_state(tmp_path: Path):
    write(tmp_path / "blocks", drawn(4, b"\7" * 32, 700_000))
    _, tables = load(tmp_path)
    assert [row["block"] for row in tables["blocks"]] == [700_000, 700_001, 700_002, 700_003]


def test_a_height_that_cannot_be_told_is_asked_for(tmp_path: Path):
    blocks = drawn(3, b"\7" * 32, 5)
    write(tmp_path / "blocks", blocks)
    with pytest.raises(InputError, match=r"cannot tell the height of the first block in these files.*--base"):
        load(tmp_path)
    _, tables = load(tmp_path, base=5)
    assert [row["block"] for row in tables["blocks"]] == [5, 6, 7]


def test_a_block_of_version_1_states_no_height_whatever_its_coinbase_looks_like(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its coinbase begins with four bytes that read as 700,000: the miner's own, not a height."""
    first = block(b"\7" * 32, [coinbase(700_000, [(50 * COIN, PAID)])], version=1)
    second = block(hash_of(first), [coinbase(1, [(50 * COIN, PAID)])], version=1)
    write(tmp_path / "blocks", [first, second])
    do = ["-w", str(tmp_path / "w"), "ingest", "bitcoin", "--blocks-dir", str(tmp_path / "blocks")]
    do += ["--confirmations", "0"]
    assert run(do) == 1
    assert "give it with --base" in capsys.readouterr().err
    assert run([*do, "--base", "150000", "--json"]) == 0
    capsys.readouterr()
    with Store.open(tmp_path / "w") as store:
        assert sorted(row.block for row in store.records("blocks")) == [150_000, 150_001]


def test_a_base_that_is_not_so_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    do = ["-w", str(tmp_path / "w"), "ingest", "bitcoin", "--confirmations", "0", "--blocks-dir"]
    write(tmp_path / "pruned", drawn(3, b"\7" * 32, 700_000))
    assert run([*do, str(tmp_path / "pruned"), "--base", "5"]) == 1
    assert "the files say 700000, got 5" in capsys.readouterr().err
    assert run([*do, str(tmp_path / "pruned"), "--base", "700000"]) == 0
    write(tmp_path / "whole", drawn(3))
    capsys.readouterr()
    assert run([*do, str(tmp_path / "whole"), "--base", "5"]) == 1
    assert "begin at the beginning of the chain, got 5" in capsys.readouterr().err
    node = ["-w", str(tmp_path / "w"), "ingest", "bitcoin", "--rest", "http://127.0.0.1:1", "--base", "5"]
    assert run(node) != 0
    assert "--base belongs to --blocks-dir" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "merged", "states"),
    [
        (1, False, False), (2, False, True), (4, False, True), (0x20000000, False, True), (0x3FFFE000, False, True),
        (0x00620101, True, False), (0x00620102, True, True), (0x00620004, True, True), (1, True, False),
    ],
)  # fmt: skip
def test_which_versions_state_a_height(version: int, merged: bool, states: bool) -> None:
    assert states_height(version.to_bytes(4, "little"), merged) is states


def test_what_is_no_block_is_skipped_and_reported(tmp_path: Path):
    blocks = drawn(4)
    write(tmp_path / "blocks", blocks)
    path = tmp_path / "blocks" / "blk00000.dat"
    data = path.read_bytes()
    cut = data.index(chainfiles.MAGIC, 10)
    path.write_bytes(data[:cut] + b"garbage" + data[cut:] + bytes(100) + chainfiles.MAGIC + b"\xff\xff\0\0" + b"xx")
    done, tables = load(tmp_path)
    assert done.blocks == 4
    assert [one.reason for one in done.refused] == [
        "7 bytes that are no block",
        "cut off: a record of 65535 bytes of which 2 are there",
        "6 bytes that are no block",
    ]
    assert len(tables["rejects"]) == 3


def test_a_block_that_lies_there_twice_is_loaded_once(tmp_path: Path):
    blocks = drawn(4)
    write(tmp_path / "blocks", [*blocks, blocks[2], blocks[0]])
    done, tables = load(tmp_path)
    assert done.blocks == len(tables["blocks"]) == 4
    assert [one.reason for one in done.refused] == ["2 blocks are in the files a second time"]


def test_a_hole_in_the_files_is_left_a_hole(tmp_path: Path):
    """Two stretches that state their heights, and between them a block that is not there."""
    blocks = drawn(9, b"\7" * 32, 700_000)
    write(tmp_path / "blocks", [*blocks[5:], *blocks[:4]])
    with pytest.raises(InputError, match="block 700004 is not in blocks: the files have a hole there"):
        load(tmp_path)
    done, tables = load(tmp_path, Asked(first=700_005, confirmations=0))
    assert [row["block"] for row in tables["blocks"]] == [*range(700_000, 700_004), *range(700_005, 700_009)]
    assert done.blocks == 4


def test_a_changed_block_stops_the_load_where_it_is(tmp_path: Path):
    blocks = drawn(6)
    bad = blocks[4].replace(PAID, OTHER + b"\0\0", 1)
    write(tmp_path / "blocks", [*blocks[:4], bad, blocks[5]])
    with pytest.raises(SourceMismatch, match=r"blk00000.dat@\d+: the header says Merkle root [0-9a-f]{64}"):
        load(tmp_path)
    with Store.open(tmp_path / "ws") as store:
        assert ranges.loaded(store, "bitcoin") == [Range(0, 1), Range(2, 3)]


@pytest.mark.parametrize("files", [{}, {"blk00000.dat": b"\0" * 400}, {"blk00000.dat": b""}])
def test_a_folder_without_blocks(tmp_path: Path, files: dict[str, bytes]):
    (tmp_path / "blocks").mkdir()
    for name, data in files.items():
        (tmp_path / "blocks" / name).write_bytes(data)
    with pytest.raises(SourceError, match=r"expected a node's block files|no block of bitcoin in"):
        load(tmp_path)


def test_a_folder_of_another_chain(tmp_path: Path):
    write(tmp_path / "blocks", drawn(2), magic=bytes.fromhex("fbc0b6db"))
    with pytest.raises(SourceMismatch, match=r"is it another chain's, or is xor.dat of these files missing"):
        load(tmp_path)


def test_a_range_that_is_not_there(tmp_path: Path):
    write(tmp_path / "blocks", drawn(3))
    with pytest.raises(InputError, match="has blocks 0 to 2, and 2 is 0 behind its tip; asked were 0 to 7"):
        load(tmp_path, Asked(last=7, confirmations=0))
    with pytest.raises(InputError, match="of which the last 6 may still change"):
        load(tmp_path, Asked())


def test_a_load_goes_on_where_another_ended_and_does_nothing_twice(tmp_path: Path):
    write(tmp_path / "blocks", drawn(9))
    load(tmp_path, Asked(first=2, last=4, confirmations=0, chunk=2))
    done, tables = load(tmp_path)
    assert (done.there, done.blocks, done.pieces) == (3, 6, 4)
    assert [row["block"] for row in tables["blocks"]] == list(range(9))
    again, _ = load(tmp_path)
    assert (again.blocks, again.there) == (0, 9)


def test_a_reorg_rewinds_exactly(tmp_path: Path):
    blocks = drawn(7)
    write(tmp_path / "blocks", blocks)
    load(tmp_path)
    other = blocks[:4] + drawn(5, hash_of(blocks[3]), 4, fork=1)
    write(tmp_path / "blocks", [*blocks, *other[4:]])
    done, tables = load(tmp_path)
    assert done.rewound == 3
    left = [row["row"] for row in tables["rejects"] if row["reason"].startswith("left the best chain in a reorg")]
    assert left == [f"{height} {hash_of(blocks[height])[::-1].hex()}" for height in (4, 5, 6)]
    assert [row["hash"] for row in tables["blocks"]] == [hash_of(one)[::-1].hex() for one in other]
    (tmp_path / "fresh").mkdir()
    write(tmp_path / "fresh" / "blocks", other)
    _, fresh = load(tmp_path / "fresh")
    for name in ("blocks", "transactions", "inputs", "outputs"):
        assert tables[name] == fresh[name]


def test_a_source_of_another_chain_is_no_reorg(tmp_path: Path):
    write(tmp_path / "blocks", drawn(120))
    load(tmp_path, Asked(confirmations=0))
    write(tmp_path / "blocks", drawn(125, fork=1))
    with pytest.raises(SourceMismatch, match="differ in all of the 101 blocks up to 119"):
        load(tmp_path, Asked(confirmations=0))


def test_real_blocks_read_to_the_last_byte():
    names = [("bcoin", "block300025.raw"), ("bcoin", "block426884.raw"), ("bcoin", "block482683.raw")]
    names += [("bcoin", "block928848.raw")]
    folder = shared("data", "bitcoin", "blocks")
    names += [("btcd", path.name) for path in sorted(folder.glob("btcd/*.blk"))]
    names += [("rust-bitcoin", path.name) for path in sorted(folder.glob("rust-bitcoin/*.raw"))]
    blocks = [chainfiles.recorded(*name) for name in names] + chainfiles.first_blocks()
    blocks.append(chainfiles.recorded("btcd", "277647.dat.bz2")[8:])
    parsed = parse(gathered(blocks, [str(n) for n in range(len(blocks))]), BITCOIN)
    assert [bytes(one) for one in parsed.hash] == [hash_of(raw) for raw in blocks]
    assert len(names) == 7
    for raw in blocks[:7]:
        with pytest.raises(RecordError, match="cut off"):
            parse(gathered([raw[:-1]], ["x"]), BITCOIN)
        with pytest.raises(RecordError, match=f"bytes left over behind its last transaction, at byte {len(raw)} of it"):
            parse(gathered([raw + b"\0"], ["x"]), BITCOIN)


def bcoin_coins(data: bytes) -> list[chainfiles.Coin]:
    """bcoin's own undo files: amount, then script, of every output that was spent."""
    coins, at = [], 0
    while at < len(data):
        amount, size = int.from_bytes(data[at : at + 8], "little"), data[at + 8]
        at += 9
        if size == 0xFD:
            size, at = int.from_bytes(data[at : at + 2], "little"), at + 2
        coins.append((amount, data[at : at + size]))
        at += size
    return coins


@pytest.mark.parametrize(("name", "height"), [("block300025", 300_025), ("block928848", None)])
def test_fees_of_real_blocks_add_up_to_what_their_miner_took(name: str, height: int | None):
    raw, coins = (
        chainfiles.recorded("bcoin", f"{name}.raw"),
        bcoin_coins(chainfiles.recorded("bcoin", f"{name}-undo.raw")),
    )
    parsed = parse(gathered([raw], [name]), BITCOIN)
    counts, at, spent = parsed.tx_inputs[1:].tolist(), 0, []
    for count in counts:
        spent.append(coins[at : at + count])
        at += count
    assert at == len(coins)
    found = parse_undo(parsed, [undo(spent)], BITCOIN, [name])
    assert found.amount.tolist() == [amount for amount, _ in coins]
    fees = sum(found.amount.tolist()) - sum(parsed.tx_paid[1:].tolist())
    took = int(parsed.tx_paid[0])
    reward = BITCOIN.reward(height) if height else took - fees
    assert took == reward + fees
    assert fees > 0


def test_a_nodes_own_short_forms_of_real_outputs():
    """btcd keeps outputs in the short forms of undo data: those that block 277647 spent, by their place."""
    raw, store = chainfiles.recorded("btcd", "277647.dat.bz2")[8:], chainfiles.recorded("btcd", "277647.utxostore.bz2")
    kept, at = {}, 0
    while at < len(store):
        size = int.from_bytes(store[at + 36 : at + 40], "little")
        kept[store[at : at + 36]] = store[at + 40 : at + 40 + size]
        at += 40 + size
    parsed = parse(gathered([raw], ["277647"]), BITCOIN)
    here = {bytes(one): row for row, one in enumerate(parsed.tx_id)}
    firsts = [int(row) for row in parsed.out_tx.searchsorted(range(len(here)))]
    short, row = chainfiles.compact(len(here) - 1), 0
    for count in parsed.tx_inputs[1:].tolist():
        short += chainfiles.compact(count)
        for _ in range(count):
            spent, place = bytes(parsed.in_id[row]), int(parsed.in_place[row])
            if spent in here:
                made = firsts[here[spent]] + place
                amount = int(parsed.out_amount[made])
                short += b"\2\0" + chainfiles.varint(chainfiles.short_amount(amount)) + b"\x06"
            else:
                entry = kept[spent + place.to_bytes(4, "little")]
                code = next(i for i, byte in enumerate(entry) if byte < 0x80) + 1
                short += b"\2\0" + entry[code:]
            row += 1
    spent_all = parse_undo(parsed, [short], BITCOIN, ["277647"])
    fees = sum(spent_all.amount.tolist()) - sum(parsed.tx_paid[1:].tolist())
    assert int(parsed.tx_paid[0]) == BITCOIN.reward(277_647) + fees


def test_two_processes_on_one_range(tmp_path: Path):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from dyepack.ingest.ranges import Range, alone\n"
        "with alone(Path(sys.argv[1]), 'bitcoin', Range(10, 20)): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        busy = "another process is loading blocks of bitcoin between 20 and 30"
        with pytest.raises(WorkspaceBusy, match=busy), ranges.alone(tmp_path, "bitcoin", Range(20, 30)):
            pass
        with ranges.alone(tmp_path, "bitcoin", Range(21, 30)), ranges.alone(tmp_path, "litecoin", Range(10, 20)):
            pass
        other.communicate()
    with ranges.alone(tmp_path, "bitcoin", Range(20, 30)):
        pass


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], [(3, 4), (5, 9), (10, 12)]),
        ([(5, 6)], [(3, 4), (7, 9), (10, 12)]),
        ([(0, 20)], []),
        ([(0, 3), (12, 14)], [(4, 4), (5, 9), (10, 11)]),
    ],
)
def test_pieces_are_cut_at_the_same_places(there: list[tuple[int, int]], expected: list[tuple[int, int]]):
    found = ranges.pieces(Range(3, 12), 5, [Range(*one) for one in there])
    assert list(found) == [Range(*one) for one in expected]
