"""Batches of a dataset, checked column by column: what is good in the types of `columns`, and why a row is refused."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dyepack.addresses import normalise
from dyepack.amounts import LIMIT, base_units
from dyepack.errors import InputError
from dyepack.ingest.evm import columns
from dyepack.ingest.evm.columns import COLUMNS, NEEDED, TIME, WHOLE
from dyepack.ingest.moments import EARLIEST, moment
from dyepack.ingest.strict import AMOUNT, Reasons, by_value, texts, units

_ADDRESS, _HASH = "^0x[0-9a-f]{40}$", "^0x[0-9a-f]{64}$"
_PATH = re.compile("(?:[0-9]{1,6}(?:,[0-9]{1,6})*)?")
_ID = re.compile("(?:0x)?[0-9a-fA-F]{64}")
_MOST_GAS, _MOST_PRICE, _MOST_NUMBER = 2**40, 10**24, 2**62
_TRUTH = {"true": 1, "false": 0}
Refusals = dict[int, tuple[str, str]]
"""By the place of a row: the column, and why."""


def checked(rows: pa.Table, dataset: str, chain: str) -> tuple[pa.Table, Refusals]:
    """The columns that are read, in their types, of the good rows; and the others with the first reason.

    Raises:
        InputError: a column of amounts in floating point.
    """
    found: dict[str, pa.Array] = {}
    refused: Refusals = {}
    for name in rows.column_names:
        if name not in COLUMNS[dataset]:
            continue
        values = _whole_column(rows.column(name))
        found[name], reasons = _read(values, name, COLUMNS[dataset][name], chain)
        if name in NEEDED[dataset] and found[name].null_count and not (chain == "tron" and name == "transaction_index"):
            empty = pc.is_null(values).to_pylist()
            reasons |= {at: "expected a value, got none" for at, none in enumerate(empty) if none}
        for at, reason in reasons.items():
            refused.setdefault(at, (name, reason))
    return pa.table(found), refused


def _whole_column(values: pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def _read(values: pa.Array, name: str, kind: pa.DataType, chain: str) -> tuple[pa.Array, Reasons]:
    plain = name.removeprefix("receipt_").removeprefix("own_")
    if kind == TIME:
        return by_value(values, _time, TIME)
    if plain == "status":
        return by_value(values, _status, WHOLE)
    if kind in (AMOUNT, WHOLE):
        return _number(values, plain, kind)
    return _text(values, plain, chain)


def _number(values: pa.Array, name: str, kind: pa.DataType) -> tuple[pa.Array, Reasons]:
    most = _MOST_GAS if name in columns.GAS else _MOST_PRICE if name in columns.PRICES else LIMIT - 1
    try:
        found, reasons = units(values, _MOST_NUMBER if kind == WHOLE else most)
    except InputError as error:
        raise InputError(f"{name}: {error} (with cryo: --u256-types string --hex)") from None
    return found.cast(kind), reasons


def _text(values: pa.Array, name: str, chain: str) -> tuple[pa.Array, Reasons]:
    if name == "topics" and not pa.types.is_string(values.type):
        return values, {}
    if name == "trace_address":
        return by_value(values, _steps, pa.string())
    found, reasons = texts(values)
    if name in columns.ADDRESSES:
        return _ids(found, reasons, _ADDRESS, _address_of(chain))
    if name in columns.HASHES:
        return _ids(found, reasons, _HASH, _id)
    return found, reasons


def _ids(values: pa.Array, reasons: Reasons, form: str, read: Callable[[str], str | None]) -> tuple[pa.Array, Reasons]:
    """Ids that all have this form are taken as they are."""
    if pc.all(pc.match_substring_regex(values, form), min_count=0).as_py():
        return values, reasons
    found, more = by_value(values, read, pa.string())
    return found, reasons | more


def _address_of(chain: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        if not text:
            return None
        return tron_address(text) if chain == "tron" else normalise(text, chain)

    return read


def tron_address(text: str) -> str:
    """An address of TRON, or the number of a token of the chain's own.

    Raises:
        InputError: neither.
    """
    if text.isdecimal() and text.isascii() and len(text) < 10:
        return text
    plain = text.lower().removeprefix("0x")
    return normalise("41" + plain if len(plain) == 40 else text, "tron")


def _id(text: str) -> str | None:
    if not text:
        return None
    if not _ID.fullmatch(text):
        raise InputError(f"expected 64 hex digits, got {text[:100]!r}")
    return text.lower()


def _steps(text: Any) -> str:
    plain = str(text).replace(" ", "")
    if not _PATH.fullmatch(plain):
        raise InputError(f"expected numbers separated by commas, as ethereum-etl writes it, got {text!r:.80}")
    return plain


def _status(value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    said = _TRUTH.get(str(value).lower())
    return base_units(value, 1) if said is None else said


def _time(value: Any) -> datetime:
    if isinstance(value, datetime):
        bare = value.replace(tzinfo=EARLIEST.tzinfo) if value.tzinfo is None else value
        return moment(bare.isoformat()).replace(tzinfo=None)
    return moment(str(value)).replace(tzinfo=None)
