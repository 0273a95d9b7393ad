"""Numbers as people, lakes and nodes write them: each loader takes a text exactly, or refuses it with itself."""

import csv
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dyepack import amounts
from dyepack.errors import DyepackError, InvalidAmount
from dyepack.ingest import Reading, load_movements, load_openings
from dyepack.ingest.bitcoin.loadfiles import load_files
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.rpc import satoshi
from dyepack.ingest.evm import events, shapes
from dyepack.ingest.evm.lake import load_lake
from dyepack.ingest.evm.load import load_evm
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.records import Decoded
from dyepack.ingest.machine.wire import MOST
from dyepack.store import Store
from tests.conftest import attempted
from tests.ingest.test_evm import A, B, transfer
from tests.ingest.test_evm_load import other, save, with_logs
from tests.ingest.test_exports import coinbase

LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
DIGITS = st.text("0123456789", min_size=1, max_size=45)
TEXTS = st.one_of(
    DIGITS,
    st.builds("{}.{}".format, DIGITS, DIGITS),
    st.builds("{}{}{}".format, DIGITS, st.sampled_from("eE_,. '+-٣０²\xa0\t"), DIGITS),
    st.builds("{}{}".format, st.sampled_from(["-", "+", " ", "0x", "0X", "0b", "$", "."]), DIGITS),
    st.builds("{}{}".format, DIGITS, st.sampled_from([" ", "n", "L", "_", ".", "e5", "\xa0", "０"])),
    st.builds(hex, st.integers(0, 2**257)),
    st.sampled_from(["", "0", "NaN", "Infinity", "null", "true", "1_000", "1.5", "9.63e+20", "0x00_00", "0x8000 "]),
    st.text(LETTERS, max_size=12),
)
Load = Callable[[Store, Path, Sequence[str]], None]


WORD = {"events": 66}
"""Where a number has so many letters, and any other has none."""


def exact(text: str, places: int) -> int | None:
    """What a text says, by its letters alone."""
    if places == 0 and re.fullmatch("0x[0-9a-fA-F]+", text):
        return int(text, 16)
    form = "[0-9]+" if places == 0 else r"[0-9]+\.?[0-9]*|\.[0-9]+"
    whole, _, part = text.partition(".")
    if not re.fullmatch(form, text) or len(part) > places:
        return None
    return int(whole + part.ljust(places, "0") or "0")


def table(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def movements(store: Store, folder: Path, texts: Sequence[str], *, base: bool) -> None:
    rows = [(f"0x{n:064x}", A, B, text, n, "2023-01-13") for n, text in enumerate(texts)]
    path = table(folder / "m.csv", ("tx_hash", "from", "to", "amount", "block", "time"), rows)
    load_movements(store, path, Reading("ethereum", base_units=base))


def openings(store: Store, folder: Path, texts: Sequence[str]) -> None:
    rows = [(f"0x{n:040x}", text, n) for n, text in enumerate(texts)]
    load_openings(store, table(folder / "o.csv", ("address", "amount", "block"), rows), Reading("ethereum"))


def receipts(store: Store, folder: Path, texts: Sequence[str]) -> None:
    load_evm(store, [save(folder / "t.jsonl", *(sent(other(n), text) for n, text in enumerate(texts)))])


def sent(made: dict[str, Any], value: str) -> dict[str, Any]:
    return {**made, "tx": {**made["tx"], "value": value}}


def logs(store: Store, folder: Path, texts: Sequence[str]) -> None:
    lines = [with_logs(other(n), transfer(A, B, 0)._replace(data=text)) for n, text in enumerate(texts)]
    load_evm(store, [save(folder / "t.jsonl", *(sent(one, "0x0") for one in lines))])


def coins(kind: str) -> Load:
    def load(store: Store, folder: Path, texts: Sequence[str]) -> None:
        rows = [coinbase(f"{n:064x}", n, text) for n, text in enumerate(texts)]
        path = folder / f"x.{kind}"
        if kind == "parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        elif kind == "csv":
            cells = [[json.dumps(v) if isinstance(v, list) else v for v in row.values()] for row in rows]
            table(path, list(rows[0]), cells)
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        load_files(store, [path], network("bitcoin"))

    return load


def lake(kind: str) -> Load:
    """Transactions of ethereum-etl, whose amounts are text in all three."""

    def load(store: Store, folder: Path, texts: Sequence[str]) -> None:
        same = {"transaction_index": 0, "from_address": A, "to_address": B, "gas_price": 1, "receipt_gas_used": 21_000}
        same |= {"receipt_status": 1, "block_timestamp": 1_600_000_000}
        rows = [{"hash": f"0x{n:064x}", "block_number": n, "value": text, **same} for n, text in enumerate(texts)]
        path = folder / f"x.{kind}"
        if kind == "parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        elif kind == "csv":
            table(path, list(rows[0]), [list(row.values()) for row in rows])
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        load_lake(store, [path], "ethereum")

    return load


def moved(store: Store) -> dict[int, int]:
    rows = store.records("transfers") if store.parts("transfers") else []
    return {row.block: row.amount for row in rows if row.kind != "fee"}


def made(store: Store) -> dict[int, int]:
    rows = store.records("outputs") if store.parts("outputs") else []
    return {row.block: row.amount for row in rows}


def opened(store: Store) -> dict[int, int]:
    return {row.block: row.amount for row in store.records("openings")}


LOADERS: dict[str, tuple[Load, Callable[[Store], dict[int, int]], int]] = {
    "movements in whole units": (partial(movements, base=False), moved, 18),
    "movements in base units": (partial(movements, base=True), moved, 0),
    "openings": (openings, opened, 18),
    "transactions with receipts": (receipts, moved, 0),
    "events": (logs, moved, 0),
    "lakes in Parquet": (lake("parquet"), moved, 0),
    "lakes in CSV": (lake("csv"), moved, 0),
    "lakes in JSON": (lake("json"), moved, 0),
    "exports of coins in JSON": (coins("json"), made, 0),
    "exports of coins in CSV": (coins("csv"), made, 0),
    "lakes of coins": (coins("parquet"), made, 0),
}


@pytest.mark.parametrize("name", LOADERS)
@settings(max_examples=8)
@given(st.lists(TEXTS, min_size=1, max_size=40))
@example(["9.6301936323e+20", "1.5", "5e-1", "1_000", "-5", "1000", " 5 ", "0x10", "５", "1" * 39, "0x" + "f" * 64])
def test_a_text_loads_exactly_or_is_refused_with_itself(name: str, texts: list[str]) -> None:
    attempted("texts that stand for amounts, through each loader", len(texts))
    load, loaded, places = LOADERS[name]
    with TemporaryDirectory() as folder, Store.open(Path(folder, "ws"), create=True) as store:
        load(store, Path(folder), texts)
        found = loaded(store)
        refused = [f"{row.reason} {row.row}" for row in store.records("rejects")] if store.parts("rejects") else []
    for number, text in enumerate(texts):
        said = exact(text, places)
        if number in found:
            assert found[number] == said, text
        elif said != 0 or name == "events":
            quotes = {repr(text), json.dumps(text), str(said)}
            assert any(quote in reason for quote in quotes for reason in refused), (text, refused)


@given(TEXTS)
def test_the_reader_agrees_with_the_letters(text: str) -> None:
    for places, read in ((0, amounts.base_units), (6, lambda value: amounts.parse(value, 6))):
        said = exact(text, places)
        if said is not None and said < amounts.LIMIT:
            assert read(text) == said
        else:
            with pytest.raises(InvalidAmount, match=re.escape(repr(text))):
                read(text)


@pytest.mark.parametrize("value", [True, -1, 1.0, float("nan"), None, [], Decimal("1.5"), Decimal("NaN"), Decimal(-1)])
def test_what_is_no_number_of_base_units(value: object) -> None:
    with pytest.raises(InvalidAmount, match="whole number"):
        amounts.base_units(value)


def test_decimals_of_databases_are_taken_where_they_are_whole() -> None:
    assert amounts.base_units(Decimal("1234567890123456789.000000000")) == 1234567890123456789
    assert amounts.base_units(Decimal("9" * 38 + ".00")) == 10**38 - 1


def test_separators_of_thousands_are_read_only_where_a_form_has_them() -> None:
    assert amounts.parse("1,234,567.5", 6, grouped=True) == 1_234_567_500_000
    for text in ("1,234", "12,34", "1,2345", "1,234,", ",123", "1,234.5,6"):
        with pytest.raises(InvalidAmount):
            amounts.parse(text, 6, grouped=text not in ("1,234",))


def word_of(text: str) -> int | None:
    """The amount of a Transfer with this data; what is refused is an error here, as it is a reject elsewhere."""
    out = Decoded()
    moves = events.moved([transfer(A, B, 0)._replace(data=text)], by_chain("ethereum"), out)
    if out.left:
        raise InvalidAmount(out.left[0].reason + out.left[0].what)
    return moves[0][1].amount


READERS: dict[str, tuple[Callable[[str], int | None], int, int]] = {
    "a node of Bitcoin": (lambda text: satoshi(text, "x"), 8, MOST),
    "a node of an account chain": (lambda text: shapes.number(text, "x"), 0, 2**256),
    "an event": (word_of, 0, 2**256),
}


@pytest.mark.parametrize("name", READERS)
@given(st.one_of(TEXTS, st.builds("0x{}".format, st.text("0123456789abcdef _", min_size=63, max_size=65))))
def test_a_field_of_an_answer_is_read_exactly_or_refused_with_itself(name: str, text: str) -> None:
    read, places, limit = READERS[name]
    said = exact(text, places)
    if said is not None and said < min(limit, 10**38 if places else limit) and (name != "an event" or len(text) == 66):
        assert read(text) == said
    else:
        with pytest.raises(DyepackError, match=re.escape(repr(text)[:40])):
            read(text)


def test_a_price_is_rounded_and_said_so_but_never_read_loosely() -> None:
    assert [amounts.rounded(text, 6) for text in ("1.2345675", "1.2345665", "0.0000005")] == [1234568, 1234566, 0]
    with pytest.raises(InvalidAmount):
        amounts.rounded("1e3", 6)
