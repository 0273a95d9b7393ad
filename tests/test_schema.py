"""One record gives its table, its Parquet file and its JSON: what goes in comes out."""

import io
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack import model
from dyepack.errors import RecordError
from dyepack.schema import TABLES, Table, as_json, json_schema, table_of
from tests.strategies import records

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def through_parquet(rows: pa.Table) -> pa.Table:
    file = io.BytesIO()
    pq.write_table(rows, file)
    return pq.read_table(io.BytesIO(file.getvalue()))


@every_table
@settings(max_examples=25)
@given(data=st.data())
def test_records_survive_arrow_and_parquet(table: Table, data: st.DataObject) -> None:
    written = data.draw(st.lists(records(table), max_size=4))
    read = through_parquet(table.rows(written))
    assert read.schema == table.arrow
    assert table.records(read) == written


@every_table
@settings(max_examples=25)
@given(data=st.data())
def test_json_form_is_what_its_schema_says(table: Table, data: st.DataObject) -> None:
    schema = json_schema(table)
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.validate(as_json(data.draw(records(table))), schema, format_checker=checker)


@every_table
@settings(max_examples=10)
@given(data=st.data())
def test_json_schema_refuses_what_is_not_the_form(table: Table, data: st.DataObject) -> None:
    good = as_json(data.draw(records(table)))
    field = data.draw(st.sampled_from(list(good)))
    for bad in ({**good, field: {}}, {k: v for k, v in good.items() if k != field}, {**good, "more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, json_schema(table))


@every_table
def test_keys_are_columns(table: Table) -> None:
    assert set(table.key) <= set(table.arrow.names)


@every_table
def test_every_table_has_one_record(table: Table) -> None:
    assert table_of(table.record) is table


def test_an_amount_in_json_is_text_because_readers_lose_digits() -> None:
    seed = model.Seed("r", "i", "ethereum", "0x1", "ETH", 2**53 + 1, "given")
    assert as_json(seed)["amount"] == "9007199254740993"


@pytest.mark.parametrize("amount", [10**38, -(10**38), 1.5, "1", 1.0])
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    seed = model.Seed("r", "i", "ethereum", "0x1", "ETH", amount, "given")
    with pytest.raises(RecordError, match=r"seeds: amount: expected .*, got"):
        TABLES["seeds"].rows([seed])
