"""What every engine must do, to the digit: each case runs on DuckDB and on Spark Connect, and gives the same rows."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dyepack.engine.base import Engine
from dyepack.errors import EngineError

AMOUNT = pa.decimal128(38, 0)
MOST = 10**38 - 1
ODD = 9_007_199_254_740_993  # 2**53 + 1: the first integer that a double cannot hold
SCHEMA = pa.schema(
    [
        pa.field("key", pa.int64(), nullable=False),
        pa.field("amount", AMOUNT),
        pa.field("time", pa.timestamp("us", tz="UTC")),
        pa.field("day", pa.date32()),
        pa.field("chains", pa.list_(pa.string())),
        pa.field("note", pa.string()),
        pa.field("seen", pa.bool_()),
    ]
)
TIME = datetime(2023, 1, 13, 23, 59, 59, 999_999, UTC)
ROWS = [
    (1, MOST, TIME, date(2022, 6, 23), ["ethereum", "bitcoin"], "it's — «ok»", True),
    (2, ODD, datetime(1969, 12, 31, 23, 59, 59, 1, UTC), date(1, 1, 1), [], "", False),
    (3, -ODD, None, None, None, None, None),
]


def table(rows: list[tuple], schema: pa.Schema = SCHEMA) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    return pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def plain(rows: pa.Table) -> list[tuple]:
    return [tuple(row.values()) for row in rows.to_pylist()]


def answer(engine: Engine, query: str, **params: Any) -> list[tuple]:
    return plain(engine.fetch(query, **params))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.parquet"
    pq.write_table(table(ROWS), path)
    return str(path)


class TestDigits:
    """Amounts, times and lists come back as they went in, whichever way they go."""

    def test_view(self, engine: Engine, file: str) -> None:
        engine.view("t", [file], SCHEMA)
        assert answer(engine, "select * from t order by key") == ROWS

    def test_view_of_several_files(self, engine: Engine, tmp_path: Path) -> None:
        files = [str(tmp_path / f"{row[0]}.parquet") for row in ROWS]
        for path, row in zip(files, ROWS, strict=True):
            pq.write_table(table([row]), path)
        engine.view("t", files, SCHEMA)
        assert answer(engine, "select * from t order by key") == ROWS

    def test_load(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        assert answer(engine, "select * from t order by key") == ROWS

    def test_keep(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        engine.keep("kept", "select * from t")
        assert answer(engine, "select * from kept order by key") == ROWS

    def test_write(self, engine: Engine, tmp_path: Path) -> None:
        engine.load("t", table(ROWS))
        path = tmp_path / "out.parquet"
        assert engine.write("select * from t order by key", str(path), SCHEMA) == len(ROWS)
        read = pq.read_table(path)
        assert read.schema == SCHEMA
        assert plain(read) == ROWS

    def test_written_bytes_are_the_same_each_time(self, engine: Engine, tmp_path: Path) -> None:
        engine.load("t", table(ROWS))
        paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
        for path in paths:
            engine.write("select * from t order by key", str(path), SCHEMA)
        assert paths[0].read_bytes() == paths[1].read_bytes()

    def test_sum_of_amounts(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        query = "select cast(sum(amount) as decimal(38, 0)) as s from t where key <> $left_out"
        assert answer(engine, query, left_out=1) == [(0,)]
        assert answer(engine, query, left_out=2) == [(MOST - ODD,)]

    def test_sum_of_integers(self, engine: Engine) -> None:
        engine.load("n", pa.table({"n": pa.array([ODD, 0], pa.int64())}))
        assert answer(engine, "select cast(sum(cast(n as decimal(38, 0))) as decimal(38, 0)) as s from n") == [(ODD,)]

    def test_written_sum_keeps_its_last_digit(self, engine: Engine, tmp_path: Path) -> None:
        engine.load("n", pa.table({"n": pa.array([ODD, 0], pa.int64())}))
        path = tmp_path / "sum.parquet"
        engine.write("select sum(n) as s from n", str(path), pa.schema([pa.field("s", AMOUNT)]))
        assert plain(pq.read_table(path)) == [(ODD,)]

    def test_integers_meet_amounts(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        query = "select key from t where amount > cast($least as decimal(38, 0)) order by key"
        assert answer(engine, query, least=ODD - 1) == [(1,), (2,)]
        assert answer(engine, query, least=ODD) == [(1,)]
        assert answer(engine, query, least=MOST - 1) == [(1,)]


class TestEmpty:
    def test_view_of_no_files(self, engine: Engine) -> None:
        engine.view("t", [], SCHEMA)
        found = engine.fetch("select * from t")
        assert (found.num_rows, found.column_names) == (0, SCHEMA.names)
        assert answer(engine, "select count(*) as n, sum(amount) as s from t") == [(0, None)]

    def test_kept_nothing_is_still_a_table(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        engine.keep("kept", "select * from t where key > 3")
        assert answer(engine, "select count(*) as n from kept") == [(0,)]
        assert engine.fetch("select * from kept").column_names == SCHEMA.names

    def test_written_nothing_keeps_the_schema(self, engine: Engine, tmp_path: Path) -> None:
        engine.load("t", table([]))
        path = tmp_path / "none.parquet"
        assert engine.write("select * from t", str(path), SCHEMA) == 0
        assert pq.read_schema(path) == SCHEMA


class TestNames:
    def test_a_name_may_change_what_it_shows(self, engine: Engine, file: str) -> None:
        engine.view("t", [file], SCHEMA)
        engine.load("t", pa.table({"n": [1]}))
        assert answer(engine, "select n from t") == [(1,)]
        engine.keep("t", "select n + 1 as n from t")
        assert answer(engine, "select n from t") == [(2,)]
        engine.keep("t", "select n + 1 as n from t")
        assert answer(engine, "select n from t") == [(3,)]
        engine.view("t", [file], SCHEMA)
        assert answer(engine, "select count(*) as n from t") == [(3,)]

    @pytest.mark.parametrize("folder", ["a b", "year=2023", "o'clock", "x[1]", "50%25", "é{1,2}", "a*"])
    def test_paths_are_names_and_not_patterns(self, engine: Engine, tmp_path: Path, folder: str) -> None:
        for name in (folder, "x1"):
            (tmp_path / name).mkdir()
        path = tmp_path / folder / "rows.parquet"
        engine.load("t", table(ROWS))
        engine.write("select * from t order by key", str(path), SCHEMA)
        engine.view("v", [str(path)], SCHEMA)
        assert answer(engine, "select * from v order by key") == ROWS


class TestParameters:
    @pytest.mark.parametrize("value", [0, ODD, "it's", "$x :y", True, TIME, date(2023, 1, 1), None, ["a", "b'"]])
    def test_values_travel_as_they_are(self, engine: Engine, value: object) -> None:
        assert answer(engine, "select $value as v", value=value) == [(value,)]

    def test_an_integer_beyond_64_bits(self, engine: Engine) -> None:
        assert answer(engine, "select cast($value as decimal(38, 0)) as v", value=MOST) == [(MOST,)]

    def test_keep_and_write_take_them_too(self, engine: Engine, tmp_path: Path) -> None:
        engine.load("t", table(ROWS))
        engine.keep("kept", "select * from t where key < $most", most=3)
        path = tmp_path / "out.parquet"
        query = "select key from kept where note = $note and $note <> ''"
        assert engine.write(query, str(path), pa.schema([("key", pa.int64())]), note=ROWS[0][5]) == 1


class TestTime:
    def test_days_and_texts_are_of_utc(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        query = "select cast(time as date) as d, cast(date_trunc('day', time) as date) as e from t where key = 1"
        assert answer(engine, query) == [(date(2023, 1, 13), date(2023, 1, 13))]

    def test_times_compare_with_parameters(self, engine: Engine) -> None:
        engine.load("t", table(ROWS))
        assert answer(engine, "select key from t where time >= $since", since=TIME) == [(1,)]


class TestRefusals:
    def test_an_error_carries_the_query(self, engine: Engine) -> None:
        query = "select nowhere\nfrom (select 1 as here) as t"
        with pytest.raises(EngineError) as caught:
            engine.fetch(query)
        assert caught.value.sql == query
        assert "nowhere" in str(caught.value)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        "query", ["select 1 +", "select cast('x' as decimal(38, 0)) as v", "select * from no_such"]
    )
    def test_each_call_refuses(self, engine: Engine, tmp_path: Path, query: str) -> None:
        with pytest.raises(EngineError):
            engine.fetch(query)
        with pytest.raises(EngineError):
            engine.keep("kept", query)
        with pytest.raises(EngineError):
            engine.write(query, str(tmp_path / "x.parquet"), pa.schema([("v", AMOUNT)]))

    def test_more_than_38_digits(self, engine: Engine) -> None:
        engine.load("t", pa.table({"a": pa.array([MOST, 1], AMOUNT)}))
        with pytest.raises(EngineError):
            engine.fetch("select sum(a) as s from t")

    def test_a_double_is_not_an_amount(self, engine: Engine, tmp_path: Path) -> None:
        query = "select cast(9007199254740993 as double) as amount"
        with pytest.raises(EngineError, match="lost digits"):
            engine.write(query, str(tmp_path / "x.parquet"), pa.schema([("amount", AMOUNT)]))

    def test_empty_values_where_there_must_be_one(self, engine: Engine, tmp_path: Path) -> None:
        schema = pa.schema([pa.field("key", pa.int64(), nullable=False)])
        with pytest.raises(EngineError, match="'key': 1 of 1 values are empty"):
            engine.write("select cast(null as bigint) as key", str(tmp_path / "x.parquet"), schema)

    def test_a_missing_column(self, engine: Engine, tmp_path: Path) -> None:
        with pytest.raises(EngineError, match="missing: amount"):
            engine.write("select 1 as key", str(tmp_path / "x.parquet"), pa.schema([("amount", AMOUNT)]))


# a→b→c→d, d→b (a ring), e→f apart, g→g
EDGES = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("e", "f"), ("g", "g")]


def test_keep_in_a_loop(engine: Engine) -> None:
    """Which places can be reached from which, each found once, from the newest alone (semi-naive)."""
    engine.load("links", pa.table({"a": [a for a, _ in EDGES], "b": [b for _, b in EDGES]}))
    engine.keep("reached", "select distinct a, b from links")
    engine.keep("newest", "select a, b from reached")
    turns = 0
    while answer(engine, "select count(*) as n from newest") != [(0,)]:
        step = "select distinct n.a, l.b from newest as n join links as l on n.b = l.a"
        engine.keep("newest", f"select a, b from ({step}) as s anti join reached as r using (a, b)")
        engine.keep("reached", "select a, b from reached union all select a, b from newest")
        turns += 1
    assert set(answer(engine, "select a, b from reached")) == closure(EDGES)
    assert turns == 3


def closure(pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The plain twin: join everything with everything until nothing is new."""
    found = set(pairs)
    while (more := found | {(a, d) for a, b in found for c, d in found if b == c}) != found:
        found = more
    return found
