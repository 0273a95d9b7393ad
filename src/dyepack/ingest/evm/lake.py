"""Loads Parquet files of public lakes and exporters on the engine: tokens, native coins and fees as columns, not rows.

What a file holds is told by its columns: those of ethereum-etl (and of the lakes made with it) or of cryo with hex
text. A lake has no events beside token transfers, so wrapped coins are not made or destroyed in it; and calls and
events are in separate files, so inside a transaction calls come first, then events: `seq` is 0 for the fee, 1 for the
value, from 2 on for calls, from 1,000,000 on for events.

A column of amounts in floating point has lost digits, and its file is refused.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack import chains
from dyepack.errors import InputError, SourceError
from dyepack.ingest import assets
from dyepack.ingest.evm.networks import ZERO, Network, by_chain
from dyepack.ingest.evm.records import NOBODY_SAID
from dyepack.model import AssetRow, Reject
from dyepack.store import Draft, Store

VERB = "ingest lake"
SEQ_EVENTS = 1_000_000
_MOST_REJECTS = 1000
_SUFFIXES = (".parquet", ".csv")
_TEXT: tuple[str, ...] = (
    "value",
    "gas_price",
    "trace_address",
    "hash",
    "transaction_hash",
    "from_address",
    "to_address",
    "token_address",
)
_TEXT += ("trace_type", "call_type", "reward_type", "block_hash", "parent_hash", "input", "output", "error")
_WHOLE = ("block_number", "number", "transaction_index", "log_index", "status", "receipt_status", "timestamp")
_ENDS = ("from_address", "to_address")
SHAPES: Mapping[str, tuple[str, ...]] = {
    "erc20_transfers": ("block_number", "transaction_index", "log_index", "transaction_hash", "erc20", *_ENDS),
    "native_transfers": ("block_number", "transaction_index", "transfer_index", "transaction_hash", *_ENDS),
    "token_transfers": ("block_number", "transaction_hash", "log_index", "token_address", *_ENDS, "value"),
    "traces": (
        "block_number",
        "transaction_index",
        "transaction_hash",
        "trace_type",
        "trace_address",
        "status",
        *_ENDS,
    ),
    "transactions": ("hash", "block_number", "transaction_index", *_ENDS, "value", "gas_price"),
    "blocks": ("timestamp",),
}
"""The columns by which a dataset is known, the first that fits; the value's column depends on the exporter."""


@dataclass(frozen=True, slots=True)
class LoadedLake:
    """What became of a lake: rows by kind, and how many were refused."""

    run: str
    chain: str
    datasets: Mapping[str, int]
    rows: int
    kinds: Mapping[str, int]
    refused: int
    reasons: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Dataset:
    """The files of one dataset, and the schema that they share."""

    name: str
    files: tuple[Path, ...]
    schema: pa.Schema

    def has(self, column: str) -> bool:
        """Whether it has a column."""
        return column in self.schema.names

    def value(self) -> str:
        """The column of amounts that has all digits.

        Raises:
            InputError: there is none.
        """
        for name in ("value_string", "value"):
            if self.has(name):
                kind = self.schema.field(name).type
                if pa.types.is_floating(kind) or pa.types.is_binary(kind):
                    break
                return name
        raise InputError(
            f"{self.files[0].name}: expected whole amounts in a column value or value_string, as text or integers;"
            f" it has {', '.join(f'{f.name} {f.type}' for f in self.schema if f.name.startswith('value')) or 'none'}"
            " (with cryo: --u256-types string --hex)"
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """All rows of a lake as one query; it is asked a few times, each time for few columns, rather than held."""

    query: str
    params: Mapping[str, Any]

    def of(self, columns: str, where: str) -> str:
        """A query for these columns of some of the rows."""
        return f"select {columns} from ({self.query}) as lake_rows where {where}"


_BAD = "amount is null or time is null"


def load_lake(store: Store, paths: Sequence[Path], chain: str) -> LoadedLake:
    """Load Parquet files, or folders of them, as one part named by their content.

    Raises:
        SourceError: a file cannot be read.
        InputError: a dataset that is not known, or one that another needs is missing.
    """
    network = by_chain(chains.chain(chain).name)
    with TemporaryDirectory(prefix="dyepack-") as folder:
        return _loaded(store, paths, network, Path(folder))


def _loaded(store: Store, paths: Sequence[Path], network: Network, folder: Path) -> LoadedLake:
    files = listed(paths)
    found = datasets([_parquet(path, folder / f"{number}.parquet") for number, path in enumerate(files)])
    hashes = {path.name: _digest(path) for path in files}
    part = sha256(f"lake {network.chain} {sorted(hashes.items())}".encode()).hexdigest()[:16]
    said = {"chain": network.chain, "datasets": sorted(found)}
    with store.run(VERB, said, files=hashes) as draft:
        _show(store, found)
        query = " union all ".join(_queries(found))
        asked = Asked(query, _params(query, network.chain, f"lake@{part[:8]}"))
        rows = draft.put_query("transfers", part, asked.of("*", f"not ({_BAD})"), **asked.params)
        draft.put("assets", part, _assets(store, network.chain, asked))
        refused, reasons = _refuse(store, draft, asked)
        kinds = store.engine.fetch(asked.of("kind, count(*) as n", f"not ({_BAD}) group by kind"), **asked.params)
    counts = Counter(dict(zip(kinds.column("kind").to_pylist(), kinds.column("n").to_pylist(), strict=True)))
    sizes = {name: len(one.files) for name, one in sorted(found.items())}
    return LoadedLake(draft.run, network.chain, sizes, rows, dict(sorted(counts.items())), refused, reasons)


def listed(paths: Sequence[Path]) -> list[Path]:
    """The files that these paths name or hold.

    Raises:
        InputError: none.
    """
    held = {one for path in paths for one in ([path] if path.is_file() else path.rglob("*")) if one.suffix in _SUFFIXES}
    if not held:
        raise InputError(f"expected Parquet or CSV files, found none in {', '.join(map(str, paths)) or 'nothing'}")
    return sorted(held)


def _parquet(path: Path, place: Path) -> Path:
    """A file as Parquet: a CSV with its amounts, hashes and addresses as text is written to this place.

    Raises:
        SourceError: it cannot be read as CSV.
    """
    if path.suffix == ".parquet":
        return path
    import pyarrow.csv as pc  # noqa: PLC0415 (few have CSV)

    types = dict.fromkeys(_TEXT, pa.string()) | dict.fromkeys(_WHOLE, pa.int64())
    try:
        rows = pc.read_csv(path, convert_options=pc.ConvertOptions(column_types=types, strings_can_be_null=True))
        pq.write_table(rows, place)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(f"cannot read {path} as CSV: {str(error).splitlines()[0]}") from None
    return place


def datasets(paths: Sequence[Path]) -> dict[str, Dataset]:
    """The datasets in these Parquet files, by what their columns say they are.

    Raises:
        SourceError: a file is no Parquet.
        InputError: a file of no known dataset.
    """
    grouped: dict[str, list[Path]] = defaultdict(list)
    schemas: dict[str, pa.Schema] = {}
    for file in paths:
        schema = _schema(file)
        name = next((shape for shape, columns in SHAPES.items() if {*columns} <= {*schema.names}), None)
        if name is None:
            raise InputError(f"{file.name}: no dataset that is known has the columns {', '.join(schema.names)}"[:400])
        if not schemas.setdefault(name, schema).equals(schema):
            raise InputError(f"{file.name}: other columns than the {name} before; load it by itself")
        grouped[name].append(file)
    return {name: Dataset(name, tuple(grouped[name]), schemas[name]) for name in grouped}


def _schema(file: Path) -> pa.Schema:
    try:
        return pq.read_schema(file).remove_metadata()
    except (OSError, pa.ArrowException) as error:
        raise SourceError(f"cannot read {file}: {str(error).splitlines()[0]}") from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _show(store: Store, found: Mapping[str, Dataset]) -> None:
    """The datasets on the engine, with the times of blocks beside them."""
    for name, one in found.items():
        if name != "blocks":
            for column in (*_ENDS, "transaction_hash", "hash", "erc20", "token_address"):
                if one.has(column) and pa.types.is_binary(one.schema.field(column).type):
                    raise InputError(f"{one.files[0].name}: {column} is binary; write it as text (with cryo: --hex)")
            store.engine.view(f"lake_{name}", [str(path) for path in one.files], one.schema)
    store.engine.load("lake_times", times(found))
    if "traces" in found:
        store.engine.load("lake_order", _order(store))


def _order(store: Store) -> pa.Table:
    """The trace addresses that occur, in the order of calls: parents first, and the tenth sibling after the ninth.

    Raises:
        InputError: one is no trace address.
    """
    rows = store.engine.fetch("select distinct coalesce(trace_address, '') as path from lake_traces")
    try:
        paths = sorted(
            rows.column("path").to_pylist(), key=lambda path: [int(step) for step in path.split(",") if step]
        )
    except (ValueError, AttributeError):
        raise InputError("trace_address: expected numbers separated by commas, as ethereum-etl writes it") from None
    return pa.table({"path": pa.array(paths, pa.string()), "place": pa.array(range(len(paths)), pa.int64())})


def times(found: Mapping[str, Dataset]) -> pa.Table:
    """The time of each block, from the blocks or from rows that have one.

    Raises:
        InputError: nothing says when the blocks were.
    """
    if "blocks" in found:
        one = found["blocks"]
        number, time = ("number" if one.has("number") else "block_number"), "timestamp"
    else:
        having = [one for one in found.values() if one.has("block_timestamp")]
        if not having:
            raise InputError("nothing says when blocks were: add the blocks (with their numbers and timestamps)")
        one, number, time = having[0], "block_number", "block_timestamp"
    rows = pa.concat_tables(pq.ParquetFile(path).read(columns=[number, time]) for path in one.files)
    moments = rows.column(time)
    if pa.types.is_integer(moments.type):
        moments = moments.cast(pa.int64()).cast(pa.timestamp("s"))
    moments = moments.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    table = pa.table({"block": rows.column(number).cast(pa.int64()), "time": moments})
    return table.group_by("block").aggregate([("time", "min")]).rename_columns(["block", "time"])


def _params(query: str, chain: str, source: str) -> dict[str, Any]:
    """The values of the names that a query has: engines refuse others."""
    native = assets.native(chain).asset
    known = {"chain": chain, "native": native, "zero": ZERO, "nobody": NOBODY_SAID, "source": source}
    return {name: value for name, value in known.items() if f"${name}" in query}


def _queries(found: Mapping[str, Dataset]) -> list[str]:
    """One query for each dataset that moves something.

    Raises:
        InputError: a dataset is missing that another needs.
    """
    made = []
    if one := found.get("erc20_transfers"):
        made.append(_select(_TOKEN | {"asset": "lower(t.erc20)"}, one, "lake_erc20_transfers t"))
    if one := found.get("token_transfers"):
        if "transactions" not in found:
            raise InputError("token_transfers do not say the place of a transaction in its block: add the transactions")
        place = "lake_token_transfers t join lake_transactions x on x.hash = t.transaction_hash"
        made.append(_select(_TOKEN | {"asset": "lower(t.token_address)", "index": "x.transaction_index"}, one, place))
    if one := found.get("native_transfers"):
        made.append(_select(_NATIVE, one, "lake_native_transfers t", "t.transaction_hash is not null"))
    if one := found.get("traces"):
        made.append(
            _select(_TRACE, one, "lake_traces t join lake_order o on o.path = coalesce(t.trace_address, '')", _MOVING)
        )
    if one := found.get("transactions"):
        made += _sent(one, traced="traces" in found or "native_transfers" in found)
    if not made:
        raise InputError(f"nothing in these files moves money: found {', '.join(sorted(found))}")
    return made


def _sent(one: Dataset, *, traced: bool) -> list[str]:
    """Fees, and values where no calls give them.

    Raises:
        InputError: without calls, nothing says whether a transaction failed.
    """
    made = [_select(_FEE, one, "lake_transactions t")] if one.has("receipt_gas_used") else []
    if not traced and not one.has("receipt_status"):
        raise InputError(f"{one.files[0].name}: nothing says which transactions failed: add traces, or receipt_status")
    if not traced:
        made.append(_select(_VALUE, one, "lake_transactions t", "t.to_address is not null and t.receipt_status = 1"))
    return made


_BASE = {
    "hash": "t.transaction_hash",
    "index": "t.transaction_index",
    "payer": "lower(t.from_address)",
    "payee": "lower(t.to_address)",
}
_TOKEN = _BASE | {
    "seq": f"{SEQ_EVENTS} + cast(t.log_index as bigint)",
    "kind": "case when lower(t.from_address) = $zero then 'mint' when lower(t.to_address) = $zero then 'burn'"
    " else 'token' end",
}
_RANK = "row_number() over (partition by t.block_number, t.transaction_index order by {order})"
_NATIVE = _BASE | {"seq": _RANK.format(order="t.transfer_index"), "kind": "'native'"}
_TRACE = _BASE | {
    "seq": _RANK.format(order="o.place"),
    "kind": "case when coalesce(t.trace_address, '') = '' then 'native' else 'internal' end",
}
_MOVING = (
    "t.status = 1 and t.transaction_hash is not null and t.trace_type in ('call', 'create', 'suicide')"
    " and coalesce(t.call_type, 'call') = 'call' and t.to_address is not null"
)
_VALUE = _BASE | {"hash": "t.hash", "seq": "1", "kind": "'native'"}
_FEE = _BASE | {
    "hash": "t.hash",
    "seq": "0",
    "kind": "'fee'",
    "payee": "$nobody",
    "amount": "try_cast(t.receipt_gas_used as decimal(38, 0)) * try_cast(t.gas_price as decimal(38, 0))",
}


def _select(parts: Mapping[str, str], one: Dataset, source: str, where: str = "true") -> str:
    value = parts.get("amount") or f"try_cast(t.{one.value()} as decimal(38, 0))"
    asset = f"$chain || ':' || {parts['asset']}" if "asset" in parts else "$native"
    empty = "" if "asset" in parts else " and coalesce(amount, 1) > 0"
    return f"""
        select chain, block, time, tx_hash, tx_index, seq, kind, from_address, to_address, asset, amount,
               case when amount = 0 then 'zero-value' end as flag, source
        from (
            select $chain as chain, cast(t.block_number as bigint) as block, b.time as time,
                   lower({parts["hash"]}) as tx_hash, cast({parts["index"]} as bigint) as tx_index,
                   cast({parts["seq"]} as bigint) as seq, {parts["kind"]} as kind, {parts["payer"]} as from_address,
                   {parts["payee"]} as to_address, {asset} as asset, {value} as amount, $source as source
            from {source} left join lake_times b on b.block = cast(t.block_number as bigint)
            where {where}
        ) as made where true{empty}"""


def _assets(store: Store, chain: str, asked: Asked) -> list[AssetRow]:
    rows = store.engine.fetch(asked.of("distinct asset", f"not ({_BAD})"), **asked.params)
    found = []
    for name in sorted(rows.column("asset").to_pylist()):
        contract = name.partition(":")[2]
        found.append(assets.recognise(chain, "", contract, 0).row if contract else assets.native(chain))
    return found


def _refuse(store: Store, draft: Draft, asked: Asked) -> tuple[int, tuple[str, ...]]:
    """Rows without an amount that fits or without a time; all counted, the first thousand kept."""
    count = int(store.engine.fetch(asked.of("count(*) as n", _BAD), **asked.params).column("n")[0].as_py())
    if not count:
        return 0, ()
    few = f"{_BAD} order by block, tx_hash, seq limit {_MOST_REJECTS}"
    rows = store.engine.fetch(asked.of("block, tx_hash, seq, asset, amount, source", few), **asked.params).to_pylist()
    reasons = []
    for row in rows:
        field = "amount" if row["amount"] is None else "time"
        reason = {"amount": "expected an amount of at most 38 digits", "time": "no time of its block"}[field]
        draft.reject(Reject(draft.run, "ingest", row["source"], None, field, f"{row['tx_hash']}: {reason}", str(row)))
        reasons.append(f"block {row['block']}, {row['tx_hash']}: {reason}")
    return count, tuple(reasons[:5])
