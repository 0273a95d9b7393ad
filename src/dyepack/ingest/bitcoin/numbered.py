"""The chain of 2009 as researchers publish it: five CSV files in which everything has a number.

`tx_hash` and `tx_height` give number, id and block of each transaction, `adr_hash` number and address; `tx_output` and
`tx_input` have an output's number, which is its transaction's number with its place written behind, and amounts in base
units. Nothing in them says a block's hash or time, or an output's script: these stay empty.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from dyepack.csvrows import CsvFile, Row
from dyepack.errors import RecordError
from dyepack.ingest.bitcoin.exports import Bad, Export, Refusal, digest, whole
from dyepack.ingest.bitcoin.flatten import BLOCKS, TRANSACTIONS
from dyepack.ingest.machine.wire import MOST

FILES = ("adr_hash.csv", "tx_hash.csv", "tx_height.csv", "tx_input.csv", "tx_output.csv")
_DIGITS = 64
Coins = dict[int, dict[int, dict[str, Any]]]
"""By transaction's number, then place."""


def is_numbered(folder: Path) -> bool:
    """Whether a folder has these files."""
    return all((folder / name).exists() for name in FILES)


def read_numbered(folder: Path) -> Export:
    """Read the five files.

    Raises:
        SourceError: one cannot be read.
        RecordError: one is no CSV file, or lacks a column.
    """
    bad: list[Bad] = []
    files = {name: CsvFile(folder / name) for name in FILES}
    ids = _ids(files["tx_hash.csv"], bad)
    heights = _column(files["tx_height.csv"], ("tx_index", "block_index"), bad)
    names = _column(files["adr_hash.csv"], ("adr_index", "adr_hash"), bad)
    made, spent = _outputs(files["tx_output.csv"], names, bad), _inputs(files["tx_input.csv"], ids, names, bad)
    ranks = defaultdict[str, int](int)
    rows = []
    for number in sorted(map(int, ids)):
        block = heights.get(str(number))
        if block is None or number not in made:
            what = "tx_height.csv gives it no block" if block is None else "tx_output.csv gives it no outputs"
            bad.append(Bad("tx_hash.csv", number + 2, "tx_index", f"transaction {number}: {what}", ids[str(number)]))
            continue
        rows.append(
            {
                "tx_hash": ids[str(number)],
                "block": int(block),
                "coinbase": ranks[block] == 0,
                "tx_index": ranks[block],
                "inputs": [*spent.get(number, {}).values()],
                "outputs": [coin for _, coin in sorted(made[number].items())],
                "source": folder.name,
                "line": number + 2,
            }
        )
        ranks[block] += 1
    return Export(pa.Table.from_pylist(rows, schema=TRANSACTIONS), BLOCKS.empty_table(), bad)


def _rows(file: CsvFile, needed: tuple[str, ...]) -> Iterator[Row]:
    for name in needed:
        if name not in file.header:
            raise RecordError(
                f"expected columns {', '.join(needed)}; there are {', '.join(file.header)}", source=file.name
            )
    yield from file


def _column(file: CsvFile, needed: tuple[str, str], bad: list[Bad]) -> dict[str, str]:
    """A file of two columns as a mapping."""
    number, value = needed
    found: dict[str, str] = {}
    for row in _rows(file, needed):
        try:
            key = str(_number(row, number))
            if value == "block_index":
                whole(row.cells, value)
            if key in found:
                raise Refusal(number, f"a second row of {number} {key}")
            found[key] = row.cells[value]
        except Refusal as refused:
            bad.append(Bad(file.name, row.line, refused.field, refused.reason, row.text))
    return found


def _ids(file: CsvFile, bad: list[Bad]) -> dict[str, str]:
    """Numbers and ids.

    The published file has lost the last digit of every id that ends in `b`: 2,052 ids have 63 digits, and of the other
    30,657 not one ends in `b`, where one in sixteen would. So the digit is put back, but only where no whole id has it.
    """
    found = _column(file, ("tx_index", "tx_hash"), bad)
    lost = not any(len(one) == _DIGITS and one.endswith("b") for one in found.values())
    for number, one in list(found.items()):
        try:
            found[number] = digest({"tx_hash": one + "b" * (lost and len(one) == _DIGITS - 1)}, "tx_hash")
        except Refusal as refused:
            bad.append(Bad(file.name, int(number) + 2, refused.field, refused.reason, one))
            del found[number]
    return found


def _outputs(file: CsvFile, names: Mapping[str, str], bad: list[Bad]) -> Coins:
    made = defaultdict[int, dict[int, dict[str, Any]]](dict)
    needed = ("output_index", "tx_index", "adr_index", "output_value")
    for row in _rows(file, needed):
        try:
            transaction = _number(row, "tx_index")
            place = _place(row, transaction)
            if place in made[transaction]:
                raise Refusal(
                    "output_index", f"duplicate: output {place} of transaction {transaction} was there before"
                )
            made[transaction][place] = {"index": place, **_coin(row, "output_value", names)}
        except Refusal as refused:
            bad.append(Bad(file.name, row.line, refused.field, refused.reason, row.text))
    return made


def _inputs(file: CsvFile, ids: Mapping[str, str], names: Mapping[str, str], bad: list[Bad]) -> Coins:
    """Inputs in the order of the file, which is all that says their order."""
    spent = defaultdict[int, dict[int, dict[str, Any]]](dict)
    seen: set[str] = set()
    for row in _rows(file, ("output_index", "tx_index", "adr_index", "input_value", "spent_index")):
        try:
            transaction, source = _number(row, "tx_index"), _number(row, "spent_index")
            if str(source) not in ids:
                raise Refusal("spent_index", f"no transaction has the number {source}")
            if row.cells["output_index"] in seen:
                raise Refusal("output_index", f"duplicate: output {row.cells['output_index']} was spent before")
            seen.add(row.cells["output_index"])
            coin = {"hash": ids[str(source)], "place": _place(row, source), **_coin(row, "input_value", names)}
            spent[transaction][len(spent[transaction])] = {"index": len(spent[transaction]), **coin}
        except Refusal as refused:
            bad.append(Bad(file.name, row.line, refused.field, refused.reason, row.text))
    return spent


def _number(row: Row, name: str) -> int:
    if row.problem:
        raise Refusal("row", row.problem)
    return whole(row.cells, name)


def _place(row: Row, transaction: int) -> int:
    """An output's place: what is written behind the transaction's number (of transaction 0 it is all there is)."""
    text, before = str(_number(row, "output_index")), str(transaction) if transaction else ""
    place = text.removeprefix(before)
    if not text.startswith(before) or not place:
        raise Refusal("output_index", f"expected a number that begins with {transaction}, got {text}")
    return int(place)


def _coin(row: Row, column: str, names: Mapping[str, str]) -> dict[str, Any]:
    value = whole(row.cells, column)
    if value >= MOST:
        raise Refusal(column, f"expected an amount of bitcoin in base units, got {value}")
    return {"address": names.get(row.cells["adr_index"]), "value": value}
