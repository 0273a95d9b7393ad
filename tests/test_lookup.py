"""Lookups: they find what reading the table finds, and follow from the parts, whatever happens to their files."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.model import Transfer
from dyepack.store import Store, disk, lookup

TIME = datetime(2023, 1, 1, tzinfo=UTC)
COLUMNS = ("from_address", "to_address")
ADDRESSES = st.text("abzé0x", max_size=9) | st.sampled_from(["a" * 70, "a" * 70 + "b", "\N{SNOWMAN}" * 40])
MOVES = st.lists(st.tuples(ADDRESSES, ADDRESSES, st.integers(0, 10**38 - 1), st.booleans()), max_size=12)


def transfer(block: int, payer: str, payee: str, amount: int = 1, *, flagged: bool = False) -> Transfer:
    flag = "zero-value" if flagged else None
    return Transfer("ethereum", block, TIME, f"tx{block}", 0, 0, "native", payer, payee, "ETH", amount, flag, "test")


def put(store: Store, part: str, rows: list[Transfer]) -> None:
    with store.run("ingest movements", {"part": part, "rows": len(rows)}) as draft:
        draft.put("transfers", part, rows)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("lookups/*/*"))


def by_reading(store: Store, column: str, values: set[str]) -> list[tuple]:
    """The plain twin: read every row, keep those of these values."""
    names = lookup.columns("transfers")
    return sorted(
        tuple(str(getattr(row, name)) for name in names)
        for row in store.records("transfers")
        if getattr(row, column) in values
    )


def by_lookup(store: Store, column: str, values: set[str], at_most: int = 1000) -> list[tuple] | None:
    found = store.lookup("transfers", column, from_rows=0)
    assert found is not None
    rows = found.find(sorted(values), at_most)
    if rows is None:
        return None
    listed = [row for row in rows.to_pylist() if row[column] in values]
    return sorted(tuple(str(value) for value in row.values()) for row in listed)


@settings(max_examples=12, deadline=None)
@given(MOVES, MOVES, st.sets(ADDRESSES, max_size=6))
def test_it_finds_what_reading_finds(tmp_path_factory, first, second, more) -> None:
    folder = tmp_path_factory.mktemp("ws")
    with Store.open(folder, create=True) as store:
        for name, moves in (("a", first), ("b", second)):
            put(store, name, [transfer(n, a, b, x, flagged=f) for n, (a, b, x, f) in enumerate(moves)])
        if not first and not second:
            assert store.lookup("transfers", "from_address", from_rows=0) is None
            return
        wanted = more | {a for a, *_ in first[:3]} | {b for _, b, *_ in second[:3]}
        for column in COLUMNS:
            assert by_lookup(store, column, wanted) == by_reading(store, column, wanted)


def test_several_segments_of_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of three row groups, two of them ordered together."""
    from dyepack.engine import parquet

    monkeypatch.setattr(parquet, "ROW_GROUP", 4)
    monkeypatch.setattr(lookup, "SEGMENT", 2)
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(n, f"p{n % 3}", f"q{n % 5}") for n in range(11)])
        for column, wanted in zip(COLUMNS, ({"p1", "p2", "none"}, {"q0"}), strict=True):
            assert by_lookup(store, column, wanted) == by_reading(store, column, wanted)
        assert len([*lookup._segments(files(tmp_path)[0])]) == 2


def test_too_many_rows_are_for_reading_the_table(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(n, "hub", f"q{n}") for n in range(5)])
        assert by_lookup(store, "from_address", {"hub"}, at_most=4) is None
        assert len(by_lookup(store, "from_address", {"hub"}, at_most=5) or ()) == 5


def test_a_small_table_has_none(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(1, "a", "b")])
        assert store.lookup("transfers", "from_address") is None
        assert not files(tmp_path)


def test_rows_that_wait_for_a_lookup_are_told_beforehand(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(1, "a", "b"), transfer(2, "b", "c")])
        assert store.without_lookup("transfers") == 0
        assert store.without_lookup("transfers", from_rows=3) == 0
        assert store.without_lookup("transfers", from_rows=2) == 2
        store.lookup("transfers", "from_address", from_rows=0)
        assert store.without_lookup("transfers", from_rows=2) == 0
        put(store, "b", [transfer(3, "a", "b")])
        assert store.without_lookup("transfers", from_rows=2) == 1


def test_what_is_damaged_or_missing_is_made_again(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(n, f"p{n % 3}", "q") for n in range(9)])
        whole = by_lookup(store, "from_address", {"p1"})
    (file,) = files(tmp_path)
    content = file.read_bytes()
    for damage in (content[:-40], content[:100] + b"!" + content[101:], b"", None):
        file.unlink() if damage is None else file.write_bytes(damage)
        with Store.open(tmp_path) as store:
            assert by_lookup(store, "from_address", {"p1"}) == whole
        assert file.read_bytes() == content


def test_a_part_that_changed_is_looked_up_in_its_new_rows(tmp_path: Path) -> None:
    """What its former lookup said is of no interest, and its file goes with the next verb that writes."""
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(1, "a", "b"), transfer(2, "a", "c")])
        assert len(by_lookup(store, "from_address", {"a"}) or ()) == 2
        before = files(tmp_path)
        put(store, "a", [transfer(1, "a", "b")])
        assert len(by_lookup(store, "from_address", {"a"}) or ()) == 1
    assert len(files(tmp_path)) == 1
    assert files(tmp_path) != before


def test_a_kill_while_it_is_made_leaves_what_the_next_one_clears(tmp_path: Path) -> None:
    """The workspace never says that a lookup is there; so it is whole, or it is made."""
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(n, f"p{n % 3}", "q") for n in range(9)])
    child = os.fork()
    if child == 0:
        sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event == "os.rename" else None)
        Store.open(tmp_path).lookup("transfers", "from_address", from_rows=0)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    (left,) = files(tmp_path)
    assert left.name.endswith(disk.FRESH)
    with Store.open(tmp_path) as store:
        store.verify()
        assert by_lookup(store, "from_address", {"p1"}) == by_reading(store, "from_address", {"p1"})
        put(store, "b", [transfer(20, "a", "b")])
        assert not left.exists()
        assert len(files(tmp_path)) == 1


def test_a_folder_that_takes_nothing_is_read(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put(store, "a", [transfer(1, "a", "b")])
        (tmp_path / "lookups").write_text("in the way")
        assert store.lookup("transfers", "from_address", from_rows=0) is None


def test_the_hash_is_the_same_everywhere() -> None:
    values = pa.array(["", "a", "0x" + "1" * 40, "b" * 70, "b" * 64])
    together = lookup.hashed(values).tolist()
    assert together == [int(lookup.hashed(pa.array([value.as_py()]))[0]) for value in values]
    assert together[3] == together[4] != together[2]
