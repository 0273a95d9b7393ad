"""Transactions with their inputs and outputs nested, as exports and lakes have them, into the four tables.

Where a script is given, kind and address are read from it, as from a raw block; else from what the export says. An
export's own fee is not taken: it is what the outputs leave of the inputs, and empty where one of them is not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.addresses import normalise
from dyepack.errors import InvalidAddress, RecordError
from dyepack.ingest.bitcoin.columns import Tables, addresses, table
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.machine.compiled import Array
from dyepack.ingest.machine.plain import plain
from dyepack.ingest.machine.scripts import KINDS, PLACE, UNKNOWN, classify_all
from dyepack.ingest.machine.strings import read_hex
from dyepack.schema import AMOUNT

_TIME = pa.timestamp("us", tz="UTC")
_SPENT = [("index", pa.int64()), ("hash", pa.string()), ("place", pa.int64())]
_MADE = [("index", pa.int64()), ("script", pa.string()), ("type", pa.string())]
_COIN = [("address", pa.string()), ("value", pa.int64())]
BLOCKS = pa.schema(
    [
        ("block", pa.int64()),
        ("hash", pa.string()),
        ("previous", pa.string()),
        ("time", _TIME),
        ("root", pa.string()),
        ("transactions", pa.int64()),
        ("source", pa.string()),
    ]
)
TRANSACTIONS = pa.schema(
    [
        ("tx_hash", pa.string()),
        ("block", pa.int64()),
        ("block_hash", pa.string()),
        ("time", _TIME),
        ("coinbase", pa.bool_()),
        ("tx_index", pa.int64()),
        ("inputs", pa.list_(pa.struct(_SPENT + _COIN))),
        ("outputs", pa.list_(pa.struct(_MADE + _COIN))),
        ("source", pa.string()),
        ("line", pa.int64()),
    ]
)
"""What every form of export is brought into first; `line` is where a row stood in its file."""
KIND_OF = {
    "pubkey": "p2pk",
    "pubkeyhash": "p2pkh",
    "scripthash": "p2sh",
    "witness_v0_keyhash": "p2wpkh",
    "witness_v0_scripthash": "p2wsh",
    "witness_v1_taproot": "p2tr",
    "witness_unknown": "witness",
    "multisig": "multisig",
    "nulldata": "op_return",
    "nonstandard": "other",
}
"""Names that Bitcoin Core and the exports give to kinds of scripts, and ours."""


@dataclass(slots=True)
class Flat:
    """The tables, and of how many coins the export has an address that is none of the chain."""

    tables: Tables
    odd_addresses: set[str] = field(default_factory=set)


def flatten(transactions: pa.Table, blocks: pa.Table, network: Network) -> Flat:
    """The tables of these transactions, in key order; `blocks` has what is known of theirs, and may be empty.

    Raises:
        RecordError: a script that is no hexadecimal.
    """
    ordered = transactions.sort_by([("block", "ascending"), ("tx_index", "ascending")]).combine_chunks()
    row, spent = _nested(ordered, "inputs")
    made_row, made = _nested(ordered, "outputs")
    odd: set[str] = set()
    of_coins = ordered.select(["block", "tx_index", "tx_hash"])
    kinds, made_address = _made(made, network, odd)
    found = {
        "blocks": _block_columns(ordered, blocks),
        "transactions": {
            **_of(ordered, ("block", "time", "tx_index", "tx_hash", "coinbase", "source")),
            "inputs": np.bincount(row, minlength=len(ordered)),
            "outputs": np.bincount(made_row, minlength=len(ordered)),
            "fee": _fees(ordered, (row, spent.field("value")), (made_row, made.field("value"))),
        },
        "inputs": {
            **_of(of_coins.take(row), of_coins.column_names),
            "index": spent.field("index"),
            "spent_hash": spent.field("hash"),
            "spent_index": spent.field("place"),
            "address": _normal(spent.field("address"), network, odd),
            "amount": spent.field("value").cast(AMOUNT),
        },
        "outputs": {
            **_of(of_coins.take(made_row), of_coins.column_names),
            "index": made.field("index"),
            "script": kinds,
            "address": made_address,
            "amount": made.field("value").cast(AMOUNT),
        },
    }
    return Flat({name: table(name, network.name, columns) for name, columns in found.items()}, odd)


def _of(rows: pa.Table, names: Sequence[str]) -> dict[str, pa.Array]:
    return {
        name: pa.concat_arrays(rows.column(name).chunks or [pa.array([], rows.column(name).type)]) for name in names
    }


def _nested(rows: pa.Table, name: str) -> tuple[Array, pa.StructArray]:
    """The items of a column of lists, and the row of each."""
    chunks = rows.column(name).chunks
    lists = pa.concat_arrays(chunks) if chunks else pa.array([], rows.schema.field(name).type)
    return pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)


def _made(made: pa.StructArray, network: Network, odd: set[str]) -> tuple[pa.Array, pa.Array]:
    """Kind and address of outputs: from the script where there is one."""
    scripts = made.field("script")
    known = scripts.is_valid().to_numpy(zero_copy_only=False)
    kinds, places = np.full(len(scripts), UNKNOWN, np.uint8), np.zeros((len(scripts), PLACE), np.uint8)
    kinds[known], places[known] = _read(scripts.drop_null(), network)
    said = pc.index_in(made.field("type"), pa.array([*KIND_OF])).fill_null(-1).to_numpy()
    codes = np.array([KINDS.index(kind) for kind in KIND_OF.values()] + [UNKNOWN], np.uint8)
    kinds = np.where(known, kinds, codes[said]).astype(np.uint8)
    ours = addresses(np.where(known, kinds, UNKNOWN).astype(np.uint8), places, network)
    address = pc.if_else(pa.array(known), ours, _normal(made.field("address"), network, odd))
    return pa.array(KINDS).take(pa.array(kinds)), address


def owners(scripts: Sequence[str], network: Network) -> list[str | None]:
    """The address of each script in hexadecimal; none where it has none."""
    found: list[str | None] = addresses(*_read(pa.array(scripts, pa.string()), network), network).to_pylist()
    return found


def _read(scripts: pa.Array, network: Network) -> tuple[Array, Array]:
    """The kind of each script, and what an address says of it."""
    data, offsets = _bytes_of(scripts)
    kinds, places = np.zeros(len(scripts), np.uint8), np.zeros((len(scripts), PLACE), np.uint8)
    classify_all(data, offsets, network.rules, kinds, places)
    return kinds, places


def _bytes_of(texts: pa.Array) -> tuple[Array, Array]:
    """Hexadecimal texts as bytes behind each other, and where they are cut."""
    if not len(texts):
        return np.zeros(1, np.uint8), np.zeros(1, np.int64)
    texts = pa.concat_arrays([texts])  # its buffers hold these texts and nothing else
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    sizes = np.diff(offsets)
    joined = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    odd = np.flatnonzero(sizes % 2)
    if len(odd):
        raise RecordError("expected whole bytes of a script in hexadecimal", source=f"{texts[int(odd[0])].as_py():.60}")
    data = np.empty(len(joined) // 2 + 1, np.uint8)
    bad = read_hex(np.frombuffer(bytearray(joined), np.uint8), data)
    if bad >= 0:
        near = joined[max(0, bad - 20) : bad + 20].tobytes().decode(errors="replace")
        raise RecordError("expected a script in hexadecimal", source=near)
    return data, np.append(0, np.cumsum(sizes // 2)).astype(np.int64)


def _normal(given: pa.Array, network: Network, odd: set[str]) -> pa.Array:
    """Addresses as they are stored; what is no address of the chain is left empty, and noted.

    Nearly all are in the form of the tables, which compiled loops see; the others are asked for one by one.
    """
    coded = given.dictionary_encode()
    texts = pa.concat_arrays([coded.dictionary])
    if not len(texts):
        return pa.nulls(len(given), pa.string())
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    kept = np.zeros(len(texts), bool)
    plain(np.frombuffer(bytearray(texts.buffers()[2] or b"\0"), np.uint8), offsets, network.style, kept)
    if not kept.all():
        others = texts.filter(pa.array(~kept)).to_pylist()
        asked = pa.array([_address(one, network, odd) for one in others], pa.string())
        texts = pc.replace_with_mask(texts, pa.array(~kept), asked)
    return texts.take(coded.indices)


def _address(given: str | None, network: Network, odd: set[str]) -> str | None:
    try:
        return None if not given else normalise(given, network.name)
    except InvalidAddress:
        odd.add(str(given))
        return None


def _fees(rows: pa.Table, spent: tuple[Array, pa.Array], made: tuple[Array, pa.Array]) -> pa.Array:
    had, known = _sums(len(rows), *spent)
    paid, _ = _sums(len(rows), *made)
    coinbase = rows.column("coinbase").to_numpy()
    return pa.array(had - paid, mask=~known | coinbase.astype(bool)).cast(AMOUNT)


def _sums(rows: int, row: Array, values: pa.Array) -> tuple[Array, Array]:
    """Sum by row, exactly (no weights of numpy, which are doubles), and whether all values are there."""
    known = values.is_valid().to_numpy(zero_copy_only=False)
    sums = np.zeros(rows, np.int64)
    np.add.at(sums, row, values.fill_null(0).to_numpy())
    return sums, np.bincount(row[~known], minlength=rows) == 0


def _block_columns(rows: pa.Table, blocks: pa.Table) -> Mapping[str, Any]:
    """What is said of each block that has a transaction here; where nothing is, what its first transaction says."""
    counted = rows.group_by("block", use_threads=False).aggregate(
        [("block_hash", "first"), ("time", "first"), ("source", "first"), ("tx_hash", "count")]
    )
    joined = counted.join(blocks.append_column("said", pa.repeat(True, len(blocks))), "block").sort_by("block")
    said = joined.column("said").fill_null(False)

    def either(name: str, other: str) -> pa.Array:
        return pc.coalesce(joined.column(name), joined.column(other)).combine_chunks()

    return {
        "block": joined.column("block").combine_chunks(),
        "hash": either("hash", "block_hash_first"),
        "previous": joined.column("previous").combine_chunks(),
        "time": either("time", "time_first"),
        "transactions": either("transactions", "tx_hash_count"),
        "root": joined.column("root").combine_chunks(),
        "source": pc.if_else(said, joined.column("source"), joined.column("source_first")).combine_chunks(),
    }
