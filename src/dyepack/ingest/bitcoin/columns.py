"""Parsed blocks as the four tables of an output chain, built from buffers: no row is ever a Python object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.machine.compiled import Array
from dyepack.ingest.machine.scripts import KINDS
from dyepack.ingest.machine.strings import WIDEST, print_addresses, print_ids
from dyepack.ingest.machine.undo import Spent
from dyepack.ingest.machine.wire import Parsed
from dyepack.schema import AMOUNT, TABLES

Tables = Mapping[str, pa.Table]
_TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Where:
    """Of each parsed block, its height and the name of what it came from."""

    heights: Sequence[int]
    sources: Sequence[str]


def tables(parsed: Parsed, spent: Spent, network: Network, where: Where) -> Tables:
    """The rows of blocks, transactions, inputs and outputs, in key order where the blocks are."""
    heights = np.asarray(where.heights, np.int64)
    source = pa.array(where.sources, pa.string())
    tx_hash, tx_block = print_array(parsed.tx_id), heights[parsed.tx_block]
    tx_time = _times(parsed.time[parsed.tx_block])
    coinbase = parsed.tx_index == 0
    columns = {
        "blocks": {
            "block": heights,
            "hash": ids(parsed.hash),
            "previous": nullable(ids(parsed.previous), np.asarray(parsed.previous.any(axis=1))),
            "time": _times(parsed.time),
            "transactions": np.bincount(parsed.tx_block, minlength=len(heights)),
            "root": ids(parsed.root),
            "source": source,
        },
        "transactions": {
            "block": tx_block,
            "time": tx_time,
            "tx_index": parsed.tx_index,
            "tx_hash": fixed(tx_hash),
            "coinbase": coinbase,
            "inputs": parsed.tx_inputs,
            "outputs": parsed.tx_outputs,
            "fee": amounts(*fees(parsed, spent)),
            "source": source.take(pa.array(parsed.tx_block)),
        },
        "inputs": {
            "block": tx_block[parsed.in_tx],
            "tx_index": parsed.tx_index[parsed.in_tx],
            "tx_hash": fixed(tx_hash[parsed.in_tx]),
            "index": parsed.in_index,
            "spent_hash": ids(parsed.in_id),
            "spent_index": parsed.in_place,
            "address": addresses(spent.kind, spent.place, network),
            "amount": amounts(spent.amount, spent.amount >= 0),
        },
        "outputs": {
            "block": tx_block[parsed.out_tx],
            "tx_index": parsed.tx_index[parsed.out_tx],
            "tx_hash": fixed(tx_hash[parsed.out_tx]),
            "index": parsed.out_index,
            "script": pa.array(KINDS, pa.string()).take(pa.array(parsed.out_kind)),
            "address": addresses(parsed.out_kind, parsed.out_place, network),
            "amount": amounts(parsed.out_amount, np.ones(len(parsed.out_amount), bool)),
        },
    }
    return {name: table(name, network.name, found) for name, found in columns.items()}


def table(name: str, chain: str, columns: Mapping[str, Array | pa.Array]) -> pa.Table:
    """Columns as a table of its schema, all of one chain."""
    schema = TABLES[name].arrow
    rows = len(next(iter(columns.values())))
    arrays = [
        pa.repeat(pa.scalar(chain), rows) if field.name == "chain" else pa.array(columns[field.name]).cast(field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def fees(parsed: Parsed, spent: Spent) -> tuple[Array, Array]:
    """What each transaction leaves, and where that is known: of no coinbase, and of none with an unknown input."""
    known = spent.amount >= 0
    count = len(parsed.tx_id)
    if not len(parsed.in_tx):
        return np.zeros(count, np.int64), np.zeros(count, bool)
    paid_in, unknown = np.zeros(count, np.int64), np.zeros(count, np.int64)
    first = np.flatnonzero(np.diff(parsed.in_tx, prepend=-1))
    payers = parsed.in_tx[first]
    paid_in[payers] = np.add.reduceat(np.where(known, spent.amount, 0), first)
    unknown[payers] = np.add.reduceat(~known, first, dtype=np.int64)
    return paid_in - parsed.tx_paid, (parsed.tx_index > 0) & (unknown == 0)


def print_array(raw: Array) -> Array:
    """Ids as text, in an array of 64 letters a row."""
    out = np.empty((len(raw), 64), np.uint8)
    print_ids(raw, out)
    return out


def ids(raw: Array) -> pa.Array:
    """Ids as Arrow text."""
    return fixed(print_array(raw))


def fixed(letters: Array) -> pa.Array:
    """Rows of equally many letters as Arrow text."""
    rows, width = letters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters)))


def nullable(values: pa.Array, known: Array) -> pa.Array:
    """The same values, empty where they are not known."""
    valid, missing = _bits(known)
    return pa.Array.from_buffers(values.type, len(values), [valid, *values.buffers()[1:]], missing)


def amounts(values: Array, known: Array) -> pa.Array:
    """64-bit amounts as decimals of 38 digits, empty where they are not known."""
    wide = np.empty((len(values), 2), np.int64)
    wide[:, 0], wide[:, 1] = values, values >> 63
    valid, missing = _bits(known)
    return pa.Array.from_buffers(AMOUNT, len(values), [valid, pa.py_buffer(wide)], missing)


def addresses(kinds: Array, places: Array, network: Network) -> pa.Array:
    """Addresses as Arrow text; empty where a script has none."""
    offsets = np.zeros(len(kinds) + 1, np.int32)
    letters = np.empty(len(kinds) * WIDEST, np.uint8)
    end = print_addresses(kinds, places, network.style, offsets, letters)
    valid, missing = _bits(np.diff(offsets) > 0)
    text = pa.py_buffer(letters[:end].copy())
    return pa.StringArray.from_buffers(len(kinds), pa.py_buffer(offsets), text, valid, missing)


def _bits(known: Array) -> tuple[pa.Buffer | None, int]:
    missing = int(len(known) - np.count_nonzero(known))
    return (pa.py_buffer(np.packbits(known, bitorder="little")) if missing else None), missing


def _times(seconds: Array) -> pa.Array:
    return pa.array(seconds.astype(np.int64) * 1_000_000).cast(_TIME)
