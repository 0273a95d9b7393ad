"""What only the embedded engine has: threads, 128-bit integers, and no way out of the process."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from dyepack.engine.duckdb import DuckDB
from dyepack.errors import EngineError


@pytest.fixture
def engine():
    made = DuckDB()
    yield made
    made.close()


def test_threads_share_tables_and_not_cursors(engine: DuckDB) -> None:
    engine.load("t", pa.table({"n": list(range(1_000))}))

    def ask(turn: int) -> int:
        engine.keep(f"kept_{turn}", "select n from t where n >= $turn", turn=turn)
        return engine.fetch(f"select count(*) as n from kept_{turn}").column("n")[0].as_py()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(64))) == [1_000 - turn for turn in range(64)]


def test_every_thread_is_in_utc(engine: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "select cast(cast('2023-01-01 00:00:00' as timestamptz) as varchar) as t"
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: engine.fetch(query).to_pylist(), range(4)))
    assert answers == [[{"t": "2023-01-01 00:00:00+00"}]] * 4


@pytest.mark.parametrize("kind", ["hugeint", "uhugeint"])
def test_128_bit_integers_are_decimals_or_refused(engine: DuckDB, kind: str) -> None:
    (row,) = engine.fetch(f"select {10**38 - 1}::{kind} as n").to_pylist()
    assert row == {"n": 10**38 - 1}
    with pytest.raises(EngineError, match=r"DECIMAL\(38,0\)"):
        engine.fetch(f"select {10**38}::{kind} as n")


def test_a_name_never_finds_a_python_variable(engine: DuckDB) -> None:
    secrets = pa.table({"n": [1]})
    with pytest.raises(EngineError, match="secrets"):
        engine.fetch("select * from secrets")
    assert secrets.num_rows == 1


def test_nothing_is_fetched_or_loaded_by_itself(engine: DuckDB) -> None:
    query = "select name, value from duckdb_settings() where name like 'auto%known_extensions' order by name"
    assert [row["value"] for row in engine.fetch(query).to_pylist()] == ["false", "false"]


def test_closing_leaves_no_folder_behind() -> None:
    engine = DuckDB()
    query = "select value from duckdb_settings() where name = 'temp_directory'"
    folder = Path(engine.fetch(query).column("value")[0].as_py())
    assert folder.is_dir()
    engine.close()
    assert not folder.exists()
    with pytest.raises(EngineError):
        engine.fetch("select 1 as n")


def test_what_is_replaced_is_let_go(engine: DuckDB) -> None:
    for turn in range(5):
        engine.keep("t", "select $turn as n", turn=turn)
    engine.load("t", pa.table({"n": [1]}))
    assert engine.fetch("select count(*) as n from duckdb_tables()").to_pylist() == [{"n": 1}]
