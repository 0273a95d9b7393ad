"""Nothing from outside takes more memory or time than its limit allows; a case stays in its folder."""

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dyepack import cli
from dyepack.csvrows import MAX_COLUMNS, MAX_LINE, CsvFile
from dyepack.errors import DyepackError, RecordError
from dyepack.ingest import parquet
from dyepack.lines import document, lines, within
from dyepack.tags import xmltext
from dyepack.trace import read_case

A, B = "0x" + "a" * 40, "0x" + "b" * 40


def test_a_line_that_is_too_long_is_passed_over_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.txt.gz"
    path.write_bytes(gzip.compress(b"one\n" + b"x" * 3_000_000 + b"\nthree\n" + b"y" * 11))
    assert list(lines(path, 10)) == [(1, b"one\n"), (2, None), (3, b"three\n"), (4, None)]
    assert [number for number, _ in lines(path, 3_000_001)] == [1, 2, 3, 4]
    with pytest.raises(RecordError, match="at most 10 bytes"):
        document(path, 10)


def test_pipes_devices_and_folders_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(RecordError, match="expected a regular file"):
            next(lines(path))


def test_a_header_of_a_million_columns_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(map(str, range(1_000_000))) + "\n1\n")
    with pytest.raises(RecordError, match=r"wide\.csv:1: expected lines of at most"):
        CsvFile(path)
    path.write_text("," * 1_000_000 + "\n1\n")
    with pytest.raises(RecordError, match=f"expected at most {MAX_COLUMNS:,} columns, got 1,000,001"):
        CsvFile(path)
    for chain in ("ethereum", "bitcoin"):
        assert cli.run(["-w", str(tmp_path / "w"), "ingest", "files", str(path), "--chain", chain]) == 1
        assert "columns, got" in capsys.readouterr().err
    names = [str(number) for number in range(2_000)]
    wide = tmp_path / "wide.parquet"
    pq.write_table(pa.table({name: [1] for name in names}), wide)
    for chain in ("ethereum", "bitcoin"):
        assert (
            cli.run(["-w", str(tmp_path / "w"), "ingest", "files", str(tmp_path / "wide.parquet"), "--chain", chain])
            == 1
        )
        assert "columns, got 2,000" in capsys.readouterr().err


def test_a_cell_without_an_end_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text('a,b\n1,"' + ("x" * 1000 + "\n") * (MAX_LINE // 900))
    with pytest.raises(RecordError, match="field larger than field limit"):
        list(CsvFile(path))


def test_a_row_in_another_encoding_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes("a,b\n1,caf\xe9\n2,ok\n".encode("latin-1") + "3,é\n".encode())
    rows = [(row.cells["a"], row.problem) for row in CsvFile(path)]
    assert rows == [("1", "expected text in UTF-8, got another encoding"), ("2", None), ("3", None)]


@pytest.mark.parametrize(
    "text",
    [
        "<a><b>" + "x" * 1_100_000 + "</b></a>",
        "<a><b c='" + "x" * 1_200_000,
        "<a><b>" + "<c/>" * 100_002 + "</b></a>",
        "<a>" * 65,
    ],
)
def test_xml_has_bounds_on_texts_tags_parts_and_depth(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.xml"
    path.write_text(text)
    with pytest.raises(RecordError, match="at most"):
        list(xmltext.elements(path, "b"))


CASE = f"""
incident: x-case
title: A case
chain: ethereum
about: nothing
unit: ETH
movements: {{movements}}
seeds: [{{{{address: "{A}"}}}}]
"""


def case(folder: Path, movements: str) -> Path:
    folder.mkdir()
    (folder / "case.yaml").write_text(CASE.format(movements=movements))
    (folder / "m.csv").write_text("tx_hash,from,to,amount,block,time\n")
    return folder


@pytest.mark.parametrize(
    "name", ["../secret.txt", "{top}/secret.txt", "/dev/zero", "link", "pipe", "nothing.csv", ".", "m.csv/x", '"a\\0b"']
)
def test_a_case_names_regular_files_of_its_folder_and_an_error_shows_no_other(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("the secret\n")
    folder = case(tmp_path / "case", name.format(top=tmp_path))
    (folder / "link").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(folder / "pipe")
    with pytest.raises(DyepackError, match="movements: expected a regular file inside the folder") as caught:
        read_case(folder)
    assert "the secret" not in str(caught.value)


def test_a_case_that_is_a_link_to_another_file_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the secret: [\n")
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.yaml").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(RecordError, match="expected a regular file inside the folder"):
        read_case(tmp_path / "case")


def test_a_case_in_order_is_read(tmp_path: Path) -> None:
    folder = case(tmp_path / "case", "m.csv")
    assert read_case(folder).movements == folder / "m.csv" == within(folder, "m.csv", "movements")


def test_a_parquet_of_some_kilobytes_that_stands_for_gigabytes_is_read_in_pieces_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One text that every row points at: 300 megabytes of 300 rows; and one that is longer than any real cell."""
    path, kept = tmp_path / "t.parquet", list[int]()
    for letters in (1_000_000, 70_000_000):
        value = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), pa.array(["7" * letters]))
        rows = {
            "hash": pa.array(range(300)),
            "value": value,
            "block_number": pa.array(range(300)),
            "topics": pa.array([["a"]] * 300),
        }
        rows |= {
            name: pa.array(range(300)) for name in ("transaction_index", "gas_price", "from_address", "to_address")
        }
        pq.write_table(pa.table(rows), path, compression="zstd", store_schema=False)
        assert path.stat().st_size < 100_000 + letters // 100
        if letters == 1_000_000:
            for piece in parquet.batches(path, ["value", "topics"], 50_000):
                assert piece.nbytes <= parquet.MOST_IN_A_PIECE + 10_000
                kept += [len(cell) for cell in piece.column("topics").to_pylist()]
    assert kept == [1] * 300
    assert cli.run(["-w", str(tmp_path / "w"), "ingest", "files", str(path), "--chain", "ethereum"]) == 1
    assert "t.parquet: expected cells of at most 64,000,000 bytes, got one of 70,000,000" in capsys.readouterr().err


def test_texts_inside_of_lists_of_records_are_bounded_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that every input of a lake of Bitcoin points at."""
    path = tmp_path / "t.parquet"
    for letters in (1_000_000, 70_000_000):
        script = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), pa.array(["7" * letters]))
        index = pa.array(range(300))
        inputs = pa.ListArray.from_arrays(
            pa.array(range(301), pa.int32()), pa.StructArray.from_arrays([index, script], ["index", "script_asm"])
        )
        pq.write_table(
            pa.table({"hash": index, "block_number": index, "inputs": inputs}),
            path,
            compression="zstd",
            store_schema=False,
        )
        assert path.stat().st_size < 100_000 + letters // 100
        if letters == 1_000_000:
            pieces = [(piece.num_rows, piece.nbytes) for piece in parquet.batches(path, ["hash", "inputs"], 50_000)]
            assert sum(rows for rows, _ in pieces) == 300
            assert max(size for _, size in pieces) <= parquet.MOST_IN_A_PIECE + 10_000
    assert cli.run(["-w", str(tmp_path / "w"), "ingest", "files", str(path), "--chain", "bitcoin"]) == 1
    assert "t.parquet: expected cells of at most 64,000,000 bytes, got one of 70,000,000" in capsys.readouterr().err
