"""Lists put together: however they are cut, ordered and named, they load to the tables of one list with all rows."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.ingest import Reading, load_lists, load_movements
from dyepack.ingest.ordering import Flow, in_order
from dyepack.schema import TABLES
from dyepack.store import Store

HEADER = "tx_hash,from,to,amount,block,time,token,kind"
NAMES = tuple("0x" + letter * 40 for letter in "abcd")
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
WAYS = {"log_index": "index", "tx_index,seq": "place", "": "nothing"}
MOVES = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(1, 3),
        st.sampled_from(["", USDC]),
    ),
    min_size=1,
    max_size=9,
)


def tx(number: int) -> str:
    return f"0x{number:064x}"


def lines(moves: list[tuple], way: str) -> list[str]:
    """The rows of a list: transactions 1 to 5 are in the blocks 1 and 2."""
    made = []
    for number, (name, payer, payee, amount, token) in enumerate(moves):
        block = 1 + name % 2
        more = {"log_index": f",{number}", "tx_index,seq": f",{name},{number}", "": ""}[way]
        made.append(f"{tx(name)},{payer},{payee},{amount},{block},{1_700_000_000 + block},{token},{more}")
    return made


def write(folder: Path, name: str, rows: list[str], way: str) -> Path:
    path = folder / name
    path.write_text("\n".join([f"{HEADER}{',' if way else ''}{way}", *rows]) + "\n", "utf-8")
    return path


def tables(store: Store) -> list[tuple]:
    """All movements, without the names of the lists that they stand in."""
    names = [name for name in TABLES["transfers"].arrow.names if name != "source"]
    return [tuple(str(getattr(row, name)) for name in names) for row in store.records("transfers")]


@st.composite
def cuts(draw: Any, rows: int) -> list[list[int]]:
    """Any cutting of so many rows into pieces, in any order, with rows in more than one of them."""
    pieces: list[list[int]] = [[] for _ in range(draw(st.integers(1, 4)))]
    for row in draw(st.permutations(range(rows))):
        for piece in draw(st.sets(st.integers(0, len(pieces) - 1), min_size=1, max_size=2)):
            pieces[piece].append(row)
    return [piece for piece in draw(st.permutations(pieces)) if piece]


@pytest.mark.parametrize("way", ["log_index", "tx_index,seq"])
@settings(max_examples=20)
@given(data=st.data(), moves=MOVES)
def test_any_cutting_of_rows_with_an_index_gives_the_tables_of_one_list(way, data, moves):
    rows = lines(moves, way)
    pieces = data.draw(cuts(len(rows)))
    apart = data.draw(st.booleans())
    with TemporaryDirectory() as name:
        folder = Path(name)
        one = write(folder, "all.csv", rows, way)
        many = [write(folder, f"{n}.csv", [rows[at] for at in piece], way) for n, piece in enumerate(pieces)]
        with Store.open(folder / "one", create=True) as store:
            load_movements(store, one, Reading("ethereum", base_units=True))
            whole = tables(store)
        with Store.open(folder / "many", create=True) as store:
            for paths in [[path] for path in many] if apart else [many]:
                load_lists(store, paths, Reading("ethereum", base_units=True))
            assert tables(store) == whole
            assert sum(row.others for row in store.records("transfers")) == 0


@settings(max_examples=20)
@given(data=st.data(), moves=MOVES)
def test_without_an_index_rows_count_as_often_as_in_the_list_that_has_most(data, moves):
    """A plain count beside it: of each row the most that one list has."""
    rows = lines(moves, "")
    pieces = data.draw(cuts(len(rows)))
    with TemporaryDirectory() as name, Store.open(Path(name) / "w", create=True) as store:
        listed = [[rows[at] for at in piece] for piece in pieces]
        paths = [write(Path(name), f"{n}.csv", each, "") for n, each in enumerate(listed)]
        load_lists(store, paths, Reading("ethereum", base_units=True))
        found = store.records("transfers")
    wanted = {row: max(each.count(row) for each in listed) for row in rows}
    assert len(found) == sum(wanted.values())
    every = {row: sum(each.count(row) for each in {tuple(one): one for one in listed}.values()) for row in rows}
    assert sum(row.others for row in found) == sum(every[row] - wanted[row] for row in every)


@settings(max_examples=30)
@given(MOVES)
def test_two_transactions_never_have_one_place(moves):
    """Not even where lists claim one place for both."""
    rows = [
        f"{line},7,{number}" for number, line in enumerate(line.rsplit(",", 1)[0] + "," for line in lines(moves, ""))
    ]
    with TemporaryDirectory() as name, Store.open(Path(name) / "w", create=True) as store:
        path = write(Path(name), "m.csv", rows, "tx_index,seq")
        load_movements(store, path, Reading("ethereum", base_units=True))
        found = store.records("transfers")
    places = {(row.block, row.tx_index): row.tx_hash for row in found}
    assert len(places) == len({(row.block, row.tx_hash) for row in found})
    assert len({(row.block, row.tx_index, row.seq) for row in found}) == len(found)


def paying(payer: str, payee: str) -> Flow:
    return Flow(frozenset({(payer, "ETH")}), frozenset({(payee, "ETH")}))


def test_money_comes_before_it_leaves():
    flows = [paying("c", "d"), paying("b", "c"), paying("a", "b")]
    assert in_order(flows) == [2, 1, 0]
    assert in_order(flows, [(0, 2)]) == [0, 2, 1]
    assert sorted(in_order([paying("a", "b"), paying("b", "a")])) == [0, 1]


# ── through the commands


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


A, B, C, E = ("0x" + f"{n:040x}" for n in (0xA, 0xB, 0xC, 0xE))
NATIVE = [f"{tx(1)},{E},{A},100,1,1700000012,,native", f"{tx(9)},{NAMES[0]},{NAMES[1]},3,5,1700000060,,native"]
NATIVE += [f"{tx(5)},{A},{B},80,5,1700000060,,native"]
TOKENS = [f"{tx(5)},{B},{A},4000,5,1700000060,{USDC},token", f"{tx(6)},{A},{C},4000,6,1700000072,{USDC},token"]


@pytest.mark.parametrize("order", [("native", "tokens"), ("tokens", "native"), ("all",)])
def test_legs_of_one_swap_in_two_files_are_one_swap(here, capsys, order):
    for name, rows in (("native", NATIVE), ("tokens", TOKENS), ("all", NATIVE + TOKENS)):
        write(here, f"{name}.csv", rows, "")
    (here / "s.csv").write_text(f"address,tx_hash\n{A},{tx(1)}\n", "utf-8")
    for name in order:
        assert run(["-w", "w", "ingest", "movements", f"{name}.csv", "--chain", "ethereum", "--base-units"]) == 0
    capsys.readouterr()
    assert run(["-w", "w", "trace", "x-case", "--unlisted", "--seeds", "s.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    ends = {(one["address"], one["asset"]): one["high"] for one in told["destinations"]}
    assert ends[A, "ETH"] == "20"
    assert ends[C, f"ethereum:{USDC}"] == "4000"
    assert run(["-w", "w", "ingest", "check", "--fail-on", "any"]) == 0


def test_places_that_collide_fail_the_check(here, capsys):
    row = f"{E},{A},100,1,1700000012,,native,0,0"
    for name in (1, 2):
        write(here, f"{name}.csv", [f"{tx(name)},{row}"], "tx_index,seq")
        assert run(["-w", "w", "ingest", "movements", f"{name}.csv", "--chain", "ethereum", "--base-units"]) == 0
    capsys.readouterr()
    assert run(["-w", "w", "ingest", "check", "--fail-on", "any"]) == 3
    assert "their order is not known" in capsys.readouterr().out


def test_equal_rows_in_two_files_are_said_and_an_index_settles_them(here, capsys):
    for name in "ab":
        row = f"{tx(1)},{E},{A},100,1,1700000012,,native"
        write(here, f"{name}.csv", [row, row.replace(tx(1), tx(ord(name)))], "")
    assert run(["-w", "w", "ingest", "movements", "a.csv", "b.csv", "--chain", "ethereum", "--base-units"]) == 0
    assert "1 of its movements stand in other lists too" in capsys.readouterr().out
    with Store.open(here / "w") as store:
        assert [row.others for row in store.records("transfers")].count(1) == 1
    for name in "ab":
        write(here, f"{name}.csv", [f"{tx(1)},{E},{A},100,1,1700000012,{USDC},token,4"], "log_index")
    assert run(["-w", "v", "ingest", "movements", "a.csv", "b.csv", "--chain", "ethereum", "--base-units"]) == 0
    assert "other lists" not in capsys.readouterr().out
    with Store.open(here / "v") as store:
        assert [row.index for row in store.records("transfers")] == ["log 4"]
