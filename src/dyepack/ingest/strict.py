"""Columns of Arrow read as strictly as `amounts` reads one number: what is none is empty, and its row has a reason.

A column that is plain as a whole is taken as a whole; in any other each distinct value is read once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.amounts import LIMIT, base_units
from dyepack.errors import InputError

AMOUNT = pa.decimal128(38, 0)
Reasons = dict[int, str]
"""Why rows of a column are refused, by their place."""
_PLAIN = "^[0-9]{1,37}$"


def units(values: pa.Array, most: int = LIMIT - 1) -> tuple[pa.Array, Reasons]:
    """Base units, of at most so many.

    Raises:
        InputError: a column in floating point, which has lost digits.
    """
    if pa.types.is_floating(values.type):
        raise InputError("expected whole amounts as text, integers or decimals, got floating point, which loses digits")
    if not _is_plain(values):
        return by_value(values, lambda value: base_units(value, most), AMOUNT)
    found = values.cast(AMOUNT)
    bounds = pc.min_max(found).as_py()
    if bounds["min"] is not None and (bounds["min"] < 0 or bounds["max"] > most):
        return by_value(values, lambda value: base_units(value, most), AMOUNT)
    return found, {}


def _is_plain(values: pa.Array) -> bool:
    """Whether Arrow's own cast cannot take a value for another."""
    if pa.types.is_string(values.type):
        return bool(pc.all(pc.match_substring_regex(values, _PLAIN), min_count=0).as_py())
    if pa.types.is_decimal(values.type):
        return bool(values.type.scale == 0 and values.type.bit_width == AMOUNT.bit_width)
    return bool(pa.types.is_integer(values.type) or pa.types.is_null(values.type))


def by_value(values: pa.Array, read: Callable[[Any], Any], kind: pa.DataType) -> tuple[pa.Array, Reasons]:
    """A column through a reader of one value, which raises an `InputError` for what it refuses."""
    coded = values.dictionary_encode()
    found, refused = list[Any](), dict[int, str]()
    for code, value in enumerate(coded.dictionary.to_pylist()):
        try:
            found.append(None if value is None else read(value))
        except InputError as error:
            found.append(None)
            refused[code] = str(error)
    codes = coded.indices
    if not refused:
        return pa.array(found, kind).take(codes), {}
    numbers = codes.fill_null(-1).to_numpy()
    rows = np.flatnonzero(np.isin(numbers, list(refused))).tolist()
    return pa.array(found, kind).take(codes), {row: refused[int(numbers[row])] for row in rows}


def texts(values: pa.Array) -> tuple[pa.Array, Reasons]:
    """Text as it is, where all of it is in UTF-8."""
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        return by_value(values.cast(pa.binary()), _decoded, pa.string())
    return values.cast(pa.string()), {}


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"expected text in UTF-8, got {raw[:60]!r}") from None
