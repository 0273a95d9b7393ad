"""The writer: one content has one form, and what does not fit is refused."""

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.engine import parquet

AMOUNT = pa.decimal128(38, 0)
SCHEMA = pa.schema([pa.field("n", pa.int64(), nullable=False), pa.field("amount", AMOUNT)])


def batches(rows: pa.Table, cuts: list[int]) -> list[pa.RecordBatch]:
    edges = sorted({0, rows.num_rows, *cuts})
    return [b for a, z in pairwise(edges) for b in rows.slice(a, z - a).to_batches()]


@settings(max_examples=20)
@given(cuts=st.lists(st.integers(0, 1_000), max_size=6))
def test_the_bytes_do_not_depend_on_how_the_rows_came(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    rows = pa.table({"n": list(range(1_000)), "amount": pa.array([n * 10**30 for n in range(1_000)], AMOUNT)})
    whole, parted = (tmp_path_factory.mktemp("p") / name for name in ("whole", "parted"))
    assert parquet.write(rows.to_batches(), whole, SCHEMA) == 1_000
    assert parquet.write(batches(rows, cuts), parted, SCHEMA) == 1_000
    assert whole.read_bytes() == parted.read_bytes()
    assert pq.read_table(parted).equals(rows.cast(SCHEMA))


def test_every_page_has_a_checksum(tmp_path: Path) -> None:
    rows = pa.table({"n": range(1000), "amount": pa.nulls(1000)}, schema=SCHEMA)
    parquet.write(rows.to_batches(), tmp_path / "p", SCHEMA)
    data = bytearray((tmp_path / "p").read_bytes())
    about = pq.ParquetFile(tmp_path / "p").metadata.row_group(0).column(0)
    data[about.data_page_offset + about.total_compressed_size // 4] ^= 1
    (tmp_path / "p").write_bytes(data)
    with pytest.raises(OSError, match="CRC checksum"):
        pq.ParquetFile(tmp_path / "p", page_checksum_verification=True).read()


@pytest.mark.parametrize("more", [0, 1, -1])
def test_row_groups_are_cut_at_fixed_rows(tmp_path: Path, more: int) -> None:
    count = 2 * parquet.ROW_GROUP + more
    rows = pa.table({"n": pa.array(range(count), pa.int64()), "amount": pa.nulls(count)})
    paths = [tmp_path / "one", tmp_path / "many"]
    parquet.write(rows.to_batches(), paths[0], SCHEMA)
    parquet.write(rows.to_batches(max_chunksize=99_991), paths[1], SCHEMA)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    about = pq.ParquetFile(paths[0]).metadata
    sizes = [about.row_group(n).num_rows for n in range(about.num_row_groups)]
    assert sum(sizes) == count
    assert set(sizes[:-1]) == {parquet.ROW_GROUP}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"n": [1]}, "missing: amount"),
        ({"n": [None], "amount": [1]}, "'n': 1 of 1 values are empty"),
        ({"n": [1], "amount": [1.0]}, "'amount': expected decimal128\\(38, 0\\), got double, which has lost digits"),
        ({"n": ["x"], "amount": [1]}, "'n': expected int64, got string"),
        ({"n": pa.array([2**63], pa.uint64()), "amount": [1]}, "'n': expected int64, got uint64"),
    ],
)
def test_what_does_not_fit_is_refused(columns: dict, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parquet.conform(pa.table(columns), SCHEMA)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_integer_in_the_guise_of_a_decimal(sign: int) -> None:
    """128 bits hold a little more than 38 digits; Arrow does not look."""
    data = (sign * 10**38).to_bytes(16, "little", signed=True)
    wide = pa.Array.from_buffers(pa.decimal128(38, 0), 1, [None, pa.py_buffer(data)])
    for check in (parquet.checked, lambda rows: parquet.conform(rows, rows.schema)):
        with pytest.raises(ValueError, match="'amount': more than 38 digits"):
            check(pa.table({"amount": wide}))


def test_columns_are_found_by_name() -> None:
    rows = pa.table({"more": ["x"], "amount": pa.array([7], pa.int32()), "n": pa.array([1], pa.int8())})
    assert parquet.conform(rows, SCHEMA).to_pylist() == [{"n": 1, "amount": 7}]
