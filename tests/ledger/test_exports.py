"""Exports: the same rows in every form, exact, and harmless in a spreadsheet."""

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given

from dyepack import __version__
from dyepack.amounts import USD, parse
from dyepack.cli import run
from dyepack.errors import InputError, StoreError
from dyepack.ledger import Ledger, load_ledger, totals
from dyepack.ledger.exports import EXPORTS, as_csv, as_json, description, totals_export, write
from tests.ledger.strategies import ledgers

NEWS = dt.date(2023, 9, 14)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


@pytest.mark.parametrize("name", EXPORTS)
def test_one_table_in_three_forms(ledger: Ledger, name: str, tmp_path: Path):
    export = EXPORTS[name](ledger, totals(ledger, actor="dprk", as_of=NEWS))
    assert export.rows
    told = json.loads(as_json(export))
    assert (told["rule"][:3], told["as_of"], told["dyepack"]) == ("R2:", "2023-09-14", __version__)
    read = list(csv.DictReader(io.StringIO(as_csv(export))))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in told["rows"]] == read
    write(export, tmp_path / "t.parquet", "parquet")
    table = pq.read_table(tmp_path / "t.parquet")
    assert table.schema.metadata[b"rule"].startswith(b"R2: ")
    for exact, text in zip(table.to_pylist(), told["rows"], strict=True):
        for column, value in exact.items():
            same = Decimal(text[column]) if isinstance(value, Decimal) else text[column]
            assert (value.isoformat() if isinstance(value, dt.date) else value) == same


def test_thefts_add_up_to_their_total(ledger: Ledger):
    found = totals(ledger, actor="dprk")
    rows = json.loads(as_json(EXPORTS["incidents"](ledger, found)))["rows"]
    assert sum(parse(row["usd"], USD.decimals) for row in rows if row["usd"]) == found.held.usd
    years = json.loads(as_json(EXPORTS["totals"](ledger, found)))["rows"]
    assert sum(parse(row["held_usd"], USD.decimals) for row in years) == found.held.usd


def test_claims_of_an_as_of_day_were_said_by_then(ledger: Ledger):
    rows = json.loads(as_json(EXPORTS["claims"](ledger, totals(ledger, actor="dprk", as_of=NEWS))))["rows"]
    assert {row["measure"] for row in rows} >= {"loss", "attribution"}
    assert all((row["published"] or row["retrieved"]) <= "2023-09-14" for row in rows)
    assert all(row["source_url"] and row["by"] for row in rows)


@given(ledgers())
def test_amounts_lose_no_digit(ledger: Ledger):
    found = totals(ledger)
    rows = json.loads(as_json(totals_export(ledger, found)))["rows"]
    assert [parse(row["held_usd"], USD.decimals) for row in rows] == [year.held.usd for year in found.years]


def test_cells_that_a_spreadsheet_would_run_are_text(ledger: Ledger):
    coinex = replace(ledger.incident("2023-09-12-coinex"), victim='=HYPERLINK("http://x")')
    one = Ledger(ledger.sources, (coinex,), ledger.losses[coinex.incident], ledger.attributed[coinex.incident])
    (row,) = csv.DictReader(io.StringIO(as_csv(EXPORTS["incidents"](one, totals(one)))))
    assert row["victim"] == '\'=HYPERLINK("http://x")'


def test_the_description_says_what_a_stranger_must_know(ledger: Ledger):
    told = json.loads(description(EXPORTS["incidents"](ledger, totals(ledger, actor="dprk", as_of=NEWS))))
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert "R2: confirmed by a government" in told["description"]
    assert "As of 2023-09-14" in told["description"]
    assert told["license"].startswith("https://www.apache.org/")
    assert {each["name"]: each.get("unitText") for each in told["variableMeasured"]}["usd"] == "US dollar"
    assert any(source.startswith("FBI: https://") for source in told["citation"])
    assert {each["encodingFormat"] for each in told["distribution"]} >= {"text/csv", "application/json"}
    assert told["temporalCoverage"] == "2017/2023"


def test_an_empty_table_is_a_table(tmp_path: Path):
    export = totals_export(Ledger(), totals(Ledger()))
    write(export, tmp_path / "t.parquet", "parquet")
    assert pq.read_table(tmp_path / "t.parquet").num_rows == 0
    assert as_csv(export).count("\n") == 1
    assert json.loads(description(export))["temporalCoverage"] is None


def test_what_cannot_be_written(tmp_path: Path):
    export = totals_export(Ledger(), totals(Ledger()))
    with pytest.raises(InputError, match="one of csv, parquet, json, jsonld"):
        write(export, tmp_path / "x", "xlsx")
    for form in ("csv", "parquet"):
        with pytest.raises(StoreError, match="cannot write"):
            write(export, tmp_path / "none" / "x", form)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert run(["export", "totals", "--actor", "dprk", "--rule", "R1", "--out", "t.csv"]) == 0
    assert capsys.readouterr().out == "11 rows of totals as csv: t.csv\n"
    assert (tmp_path / "t.csv").read_text().splitlines()[-1].split(",")[-3:] == ["R1", "", __version__]
    assert run(["export", "claims", "--actor", "nobody", "--out", "t.csv"]) == 1
    assert "actors in the ledger" in capsys.readouterr().err


def test_the_name_of_the_file_says_the_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert run(["export", "totals", "--out", "t.parquet"]) == 0
    assert pq.read_table(tmp_path / "t.parquet").num_rows == 16
    assert run(["export", "totals", "--out", "t.txt", "--format", "csv"]) == 0
    capsys.readouterr()
    for asked, says in (
        ("--out x.parquet --format csv", "--format csv would write csv into x.parquet"),
        ("--out x", "expected a file that ends in .csv, .parquet, .json, .jsonld, or --format; got 'x'"),
        ("--out x.csv --as-of 2999-01-01", "heard nothing after 2026-08-31"),
    ):
        assert run(["export", "totals", *asked.split()]) == 1
        assert says in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.parquet", "t.txt"]
