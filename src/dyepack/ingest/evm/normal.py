"""Batches of other forms as ethereum-etl has them: ids that are bytes, other names, traces of cryo and Dune."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.errors import InputError
from dyepack.ingest.evm.columns import COLUMNS, TEXT, WHOLE
from dyepack.ingest.evm.forms import Form

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_CRYO_TRACES = (
    *("action_type", "action_from", "action_to", "action_value", "action_call_type", "action_reward_type"),
    *("result_address", "trace_address", "transaction_hash", "transaction_position", "transaction_index"),
    *("block_number", "error"),
)
_DUNE_TRACES = ("address", "refund_address")


def read_columns(form: Form, columns: Sequence[str]) -> list[str]:
    """Which of a file's columns are read."""
    if form.exporter == "cryo" and form.dataset == "traces":
        return [name for name in columns if name in _CRYO_TRACES]
    more = _DUNE_TRACES if form.exporter == "Dune" and form.dataset == "traces" else ()
    wanted = {name for name in columns if form.names.get(name, name) in COLUMNS[form.dataset] or name in more}
    renamed = {form.names[name] for name in wanted if name in form.names}
    return [name for name in columns if name in wanted and (name in form.names or name not in renamed)]


def normal(rows: pa.Table, form: Form, name: str) -> pa.Table:
    """A batch of these columns with our names, ids as text; lists of steps and of topics that are text stay so.

    Raises:
        InputError: a form that leaves failed calls away has one.
    """
    for at, column in enumerate(rows.schema):
        if _is_bytes(column.type):
            rows = rows.set_column(at, column.name, hexed(rows.column(at)))
        elif pa.types.is_dictionary(column.type):
            rows = rows.set_column(at, column.name, rows.column(at).cast(column.type.value_type))
    if form.exporter == "cryo" and form.dataset == "traces":
        return _cryo_traces(rows, name)
    rows = rows.rename_columns([form.names.get(column, column) for column in rows.column_names])
    if form.exporter == "Dune" and form.dataset == "traces":
        rows = _dune_traces(rows)
    if "trace_address" in rows.column_names:
        at = rows.schema.get_field_index("trace_address")
        rows = rows.set_column(at, "trace_address", _joined(rows.column(at).combine_chunks()))
    return rows


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _joined(steps: pa.Array) -> pa.Array:
    """Trace addresses as text with commas."""
    if pa.types.is_list(steps.type) or pa.types.is_large_list(steps.type):
        return pc.binary_join(steps.cast(pa.list_(TEXT)), ",")
    if not pa.types.is_string(steps.type):
        return steps
    return pc.replace_substring_regex(steps, r"^\[(.*)\]$", r"\1") if _bracketed(steps) else steps


def _bracketed(steps: pa.Array) -> bool:
    return bool(pc.any(pc.starts_with(steps, "["), min_count=0).as_py())


def _cryo_traces(rows: pa.Table, name: str) -> pa.Table:
    """Cryo leaves calls away that failed, and all below them."""
    if rows.num_rows and "error" in rows.column_names and rows.column("error").null_count < rows.num_rows:
        raise InputError(f"{name}: expected traces as cryo writes them, without calls that failed")
    kind, author = rows.column("action_type"), rows.column("action_from").combine_chunks()
    reward = pc.equal(kind, "reward").combine_chunks()
    payee = rows.column("action_to").combine_chunks()
    if "result_address" in rows.column_names:
        payee = pc.coalesce(payee, rows.column("result_address").combine_chunks())
    index = "transaction_position" if "transaction_position" in rows.column_names else "transaction_index"
    said = {
        "block_number": rows.column("block_number"),
        "transaction_hash": rows.column("transaction_hash"),
        "transaction_index": rows.column(index),
        "from_address": pc.if_else(reward, None, author),
        "to_address": pc.if_else(reward, author, payee),
        "value": rows.column("action_value"),
        "trace_type": kind,
        "call_type": rows.column("action_call_type"),
        "trace_address": pc.replace_substring(rows.column("trace_address"), "_", ","),
        "reward_type": pc.if_else(pc.equal(rows.column("action_reward_type"), "reward"), "block", "uncle"),
        "status": pa.array([1] * rows.num_rows, WHOLE),
    }
    return pa.table(said)


def _dune_traces(rows: pa.Table) -> pa.Table:
    """Dune names a contract that is made or destroyed apart, and says of each call only whether it failed itself."""
    payee = rows.column("to_address")
    for other in _DUNE_TRACES[::-1]:
        if other in rows.column_names:
            payee = pc.coalesce(payee, rows.column(other))
    payer = rows.column("from_address")
    if "address" in rows.column_names:
        destroyed = pc.equal(rows.column("trace_type"), "suicide")
        payer = pc.if_else(destroyed, pc.coalesce(payer, rows.column("address")), payer)
    rows = rows.set_column(rows.schema.get_field_index("to_address"), "to_address", payee)
    rows = rows.set_column(rows.schema.get_field_index("from_address"), "from_address", payer)
    return rows.drop_columns([name for name in _DUNE_TRACES if name in rows.column_names]).append_column(
        "own_status", rows.column("status")
    )


def hexed(values: pa.ChunkedArray) -> pa.Array:
    """Bytes as text in hex, with 0x before it."""
    whole = pa.concat_arrays([chunk.cast(pa.binary()) for chunk in values.chunks] or [pa.array([], pa.binary())])
    sizes = pc.binary_length(whole).fill_null(0).to_numpy()
    raw = np.frombuffer(b"".join(one or b"" for one in whole.to_pylist()), np.uint8)
    letters = np.empty((len(raw), 2), np.uint8)
    letters[:, 0], letters[:, 1] = _DIGITS[raw >> 4], _DIGITS[raw & 15]
    out = np.empty(2 * len(raw) + 2 * len(sizes), np.uint8)
    offsets = np.concatenate([[0], np.cumsum(2 * sizes + 2)]).astype(np.int32)
    mark = np.zeros(len(out), bool)
    mark[offsets[:-1]] = mark[offsets[:-1] + 1] = True
    out[offsets[:-1]], out[offsets[:-1] + 1] = ord("0"), ord("x")
    out[~mark] = letters.reshape(-1)
    text = pa.StringArray.from_buffers(len(sizes), pa.py_buffer(offsets), pa.py_buffer(out))
    return pc.if_else(whole.is_valid(), text, None)
