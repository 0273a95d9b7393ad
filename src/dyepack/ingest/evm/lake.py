"""Loads files of public lakes and exporters on the engine: tokens, native coins and fees as columns, not rows.

What a file holds is told by its columns: those of ethereum-etl (and of the lakes made with it) or of cryo; CSV, JSON
and bytes are brought into one form first. Calls and events are in separate files, so inside a transaction calls come
first, then events: `seq` is 0 for the fee, 1 for the value, from 2 on for calls, from 1,000,000 on for events. Where
events themselves are there they are taken, and transfers that somebody made of them are not; only events say that
wrapped coins were made or destroyed.

A column of amounts in floating point has lost digits, and its file is refused.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from dyepack.ingest.evm import prepared
from dyepack.ingest.evm.networks import TRON, ZERO, Network, by_chain
from dyepack.ingest.evm.records import NOBODY_SAID
from dyepack.ingest.places import SUFFIXES, kind_of
from dyepack.ingest.tron.api import trc10
from dyepack.ingest.tron.decode import NOBODY
from dyepack.model import AssetRow, Freeze, Reject
from dyepack.store import Draft, Store

VERB = "ingest files"
SEQ_EVENTS = 1_000_000
_MOST_REJECTS = 1000
_ENDS = ("from_address", "to_address")
SHAPES: Mapping[str, tuple[str, ...]] = {
    "token_events": ("block_number", "transaction_index", "log_index", "transaction_hash", "contract", "kind", *_ENDS),
    "receipts": ("transaction_hash", "gas_used", "status"),
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
    """What became of a lake: rows by kind, blocks, how many were refused, and what the files cannot show."""

    run: str
    chain: str
    datasets: Mapping[str, int]
    rows: int
    kinds: Mapping[str, int]
    blocks: int
    refused: int
    passed: Mapping[str, int]
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

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


_BAD = "amount is null or time is null or from_address is null or to_address is null"


def load_lake(store: Store, paths: Sequence[Path], chain: str) -> LoadedLake:
    """Load files, or folders of them, as one part named by their content.

    Raises:
        SourceError: a file cannot be read.
        InputError: a dataset that is not known, one that another needs is missing, or what is there already.
    """
    name = chains.chain(chain).name
    network = TRON if name == TRON.chain else by_chain(name)
    with TemporaryDirectory(prefix="dyepack-") as folder:
        return _loaded(store, listed(paths), prepared.Preparing(Path(folder), network))


def _loaded(store: Store, files: Sequence[Path], preparing: prepared.Preparing) -> LoadedLake:
    chain = preparing.network.chain
    for path in files:
        preparing.add(path)
    found = datasets(preparing.files)
    hashes = {path.name: _digest(path) for path in files}
    part = sha256(f"lake {chain} {sorted(hashes.items())}".encode()).hexdigest()[:16]
    source = f"lake@{part[:8]}"
    with store.run(VERB, {"chain": chain, "datasets": sorted(found)}, files=hashes) as draft:
        _show(store, found)
        query = " union all ".join(_queries(found)).format(fold="trim" if chain == TRON.chain else "lower")
        asked = Asked(query, _params(query, chain, source))
        _new(store, asked, source)
        rows = draft.put_query("transfers", part, asked.of("*", f"not ({_BAD})"), **asked.params)
        draft.put("assets", part, _assets(store, chain, asked))
        if preparing.noted:
            draft.put("freezes", part, _freezes(preparing, times(found), source))
        blocks = _blocks(draft, part, found, {"chain": chain, "source": source})
        refused, reasons = _refuse(store, draft, asked)
        for one in preparing.refused:
            draft.reject(
                Reject(draft.run, "ingest", one.source, one.line, one.left.field, one.left.reason, one.left.what)
            )
        kinds = store.engine.fetch(asked.of("kind, count(*) as n", f"not ({_BAD}) group by kind"), **asked.params)
    counts = Counter(dict(zip(kinds.column("kind").to_pylist(), kinds.column("n").to_pylist(), strict=True)))
    more = [f"{one.source}:{one.line or '-'}: {one.left.field}: {one.left.reason}" for one in preparing.refused]
    return LoadedLake(
        draft.run,
        chain,
        {name: len(one.files) for name, one in sorted(found.items())},
        rows,
        dict(sorted(counts.items())),
        blocks,
        refused + len(more),
        dict(sorted((name, n) for name, n in preparing.passed.items() if n)),
        (*reasons, *more)[:5],
        tuple(_warnings(found, preparing.network)),
    )


def listed(paths: Sequence[Path]) -> list[Path]:
    """The files that these paths name or hold.

    Raises:
        InputError: none.
    """
    held = {
        one
        for path in paths
        for one in ([path] if path.is_file() else path.rglob("*"))
        if kind_of(one.name) and one.is_file()
    }
    if not held:
        raise InputError(
            f"expected {', '.join(SUFFIXES)} (also .gz), found none in {', '.join(map(str, paths)) or 'nothing'}"
        )
    return sorted(held)


def shape(columns: Sequence[str]) -> str | None:
    """The dataset that columns are of; none where it is not known."""
    have = {*columns}
    if {"transaction_hash", "nonce", "gas_price", "success"} <= have:
        return "transactions"
    if (name := prepared.named(columns)) == "logs":
        return name
    return next((known for known, wanted in SHAPES.items() if {*wanted} <= have), name)


def _warnings(found: Mapping[str, Dataset], network: Network) -> Sequence[str]:
    """What these files cannot show."""
    said = []
    tokens = {"token_events", "erc20_transfers", "token_transfers"} & found.keys()
    if "token_events" in tokens and len(tokens) > 1:
        said.append("transfers were taken from events; the files of transfers that were made of them were left away")
    if not tokens:
        said.append("no events or token transfers: movements of tokens are missing")
    elif "token_events" not in tokens and network.wrapped:
        said.append("no events: that wrapped coins were made or destroyed (Deposit, Withdrawal) is missing")
    if not {"traces", "native_transfers"} & found.keys():
        said.append("no calls: what contracts paid in the native coin is missing")
    return said


def _new(store: Store, asked: Asked, source: str) -> None:
    """Refuse what another part of the workspace has: it would count twice.

    Raises:
        InputError: some of it is there.
    """
    if not store.parts("transfers"):
        return
    store.view("transfers")
    found = store.engine.fetch(
        f"select count(distinct t.tx_hash) as n, min(t.source) as source from transfers t join ({asked.query}) l"
        " on l.chain = t.chain and l.tx_hash = t.tx_hash where t.source <> $source",
        **{"source": source, **asked.params},
    ).to_pylist()[0]
    if found["n"]:
        raise InputError(
            f"{found['n']} of its transactions are in the workspace already, from {found['source']}; load what is"
            " missing only, or begin another workspace"
        )


def _freezes(preparing: prepared.Preparing, moments: pa.Table, source: str) -> Iterator[Freeze]:
    """What issuers did to addresses; of blocks without a time, whose movements are refused, nothing."""
    when = dict(zip(moments.column("block").to_pylist(), moments.column("time").to_pylist(), strict=True))
    chain = preparing.network.chain
    for row, one in preparing.noted:
        if (time := when.get(row["block_number"])) is not None:
            place = (row["block_number"], time, str(row["transaction_hash"]).lower(), row["transaction_index"])
            asset = f"{chain}:{one.token}"
            yield Freeze(chain, *place, one.log, asset, one.address, one.what, one.amount, one.event, source)


_HEADERS = """
select $chain as chain, cast(number as bigint) as block, lower(hash) as hash, lower(parent_hash) as previous,
    t.time as time, cast(transaction_count as bigint) as transactions, lower(transactions_root) as root,
    $source as source
from lake_blocks b join lake_times t on t.block = cast(b.number as bigint)
"""


def _blocks(draft: Draft, part: str, found: Mapping[str, Dataset], said: Mapping[str, str]) -> int:
    """The blocks, where the files say of each its hash, the one before, and how many transactions it has."""
    one = found.get("blocks")
    if one is None or not all(map(one.has, ("number", "hash", "parent_hash", "transaction_count"))):
        return 0
    query = (
        _HEADERS
        if one.has("transactions_root")
        else _HEADERS.replace("lower(transactions_root)", "cast(null as varchar)")
    )
    return draft.put_query("blocks", part, query, **said)


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
        name = shape(schema.names)
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
        store.engine.view(f"lake_{name}", [str(path) for path in one.files], one.schema)
    store.engine.load("lake_times", times(found))
    if "traces" in found:
        _told(
            store, "traces", f"({_CALLS}) and (t.status is null or t.transaction_hash is null)", "their status or hash"
        )
        store.engine.load("lake_order", _order(store))
    elif "transactions" in found and "native_transfers" not in found:
        _told(store, *_silent(found), "whether they failed (before Byzantium receipts do not): add traces")


def _told(store: Store, name: str, where: str, what: str) -> None:
    """Refuse rows that do not say what decides whether they count.

    Raises:
        InputError: there are some.
    """
    count = store.engine.fetch(f"select count(*) as n from lake_{name} t where {where}").column("n")[0].as_py()
    if count:
        raise InputError(f"{count} {name} do not say {what}")


def _silent(found: Mapping[str, Dataset]) -> tuple[str, str]:
    """Which transactions say no status, though they carry a value."""
    one = found["transactions"]
    worth = f"coalesce(try_cast(t.{one.value()} as decimal(38, 0)), 1) > 0"
    if "receipts" in found:
        return (
            "transactions",
            f"{worth} and t.hash not in (select transaction_hash from lake_receipts where status >= 0)",
        )
    return "transactions", f"{worth} and t.receipt_status is null" if one.has("receipt_status") else "false"


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
    zero = NOBODY if chain == TRON.chain else ZERO
    known = {"chain": chain, "native": native, "zero": zero, "nobody": NOBODY_SAID, "source": source}
    return {name: value for name, value in known.items() if f"${name}" in query}


def _queries(found: Mapping[str, Dataset]) -> list[str]:
    """One query for each dataset that moves something.

    Raises:
        InputError: a dataset is missing that another needs.
    """
    made = []
    events = found.get("token_events")
    if events:
        made.append(_select(_TOKEN | {"asset": "t.contract", "kind": "t.kind"}, events, "lake_token_events t"))
    if not events and (one := found.get("erc20_transfers")):
        made.append(_select(_TOKEN | {"asset": "{fold}(t.erc20)"}, one, "lake_erc20_transfers t"))
    if not events and (one := found.get("token_transfers")):
        if "transactions" not in found:
            raise InputError("token_transfers do not say the place of a transaction in its block: add the transactions")
        place = "lake_token_transfers t join lake_transactions x on x.hash = t.transaction_hash"
        made.append(_select(_TOKEN | {"asset": "{fold}(t.token_address)", "index": "x.transaction_index"}, one, place))
    if one := found.get("native_transfers"):
        made.append(_select(_NATIVE, one, "lake_native_transfers t", "t.transaction_hash is not null"))
    if one := found.get("traces"):
        made.append(
            _select(_TRACE, one, "lake_traces t join lake_order o on o.path = coalesce(t.trace_address, '')", _MOVING)
        )
    if "transactions" in found:
        made += _sent(found, traced="traces" in found or "native_transfers" in found)
    if not made:
        raise InputError(f"nothing in these files moves money: found {', '.join(sorted(found))}")
    return made


def _sent(found: Mapping[str, Dataset], *, traced: bool) -> list[str]:
    """Fees, and values where no calls give them; from receipts what transactions themselves do not say.

    Raises:
        InputError: without calls, nothing says whether a transaction failed.
    """
    one, receipts = found["transactions"], found.get("receipts")
    source = "lake_transactions t" + (" left join lake_receipts r on r.transaction_hash = t.hash" if receipts else "")
    if receipts:
        said = {name: f"r.{name}" for name in _RECEIPT if receipts.has(name)}
    else:
        said = {name: f"t.receipt_{name}" for name in _RECEIPT if one.has(f"receipt_{name}")}
    made = []
    if "gas_used" in said:
        price = ", ".join(
            f"try_cast({name} as decimal(38, 0))" for name in (said.get("effective_gas_price"), "t.gas_price") if name
        )
        paid = f"try_cast({said['gas_used']} as decimal(38, 0)) * coalesce({price})"
        made.append(_select(_FEE | {"amount": paid}, one, source))
    if not traced and "status" not in said:
        raise InputError(f"{one.files[0].name}: nothing says which transactions failed: add traces, or receipts")
    if not traced:
        payee = f"coalesce(t.to_address, {said.get('contract_address', 'null')})"
        made.append(_select(_VALUE | {"payee": f"{{fold}}({payee})"}, one, source, f"{said['status']} = 1"))
    return made


_RECEIPT = ("gas_used", "effective_gas_price", "status", "contract_address")
_BASE = {
    "hash": "t.transaction_hash",
    "index": "t.transaction_index",
    "payer": "{fold}(t.from_address)",
    "payee": "{fold}(t.to_address)",
}
_TOKEN = _BASE | {
    "seq": f"{SEQ_EVENTS} + cast(t.log_index as bigint)",
    "kind": "case when {fold}(t.from_address) = $zero then 'mint' when {fold}(t.to_address) = $zero then 'burn'"
    " else 'token' end",
}
_RANK = "row_number() over (partition by t.block_number, t.transaction_index order by "
_NATIVE = _BASE | {"seq": _RANK + "t.transfer_index)", "kind": "'native'"}
_TRACE = _BASE | {
    "seq": _RANK + "o.place)",
    "kind": "case when coalesce(t.trace_address, '') = '' then 'native' else 'internal' end",
}
_CALLS = "t.trace_type in ('call', 'create', 'suicide') and coalesce(t.call_type, 'call') = 'call'"
_MOVING = f"t.status = 1 and t.transaction_hash is not null and {_CALLS}"
_VALUE = _BASE | {"hash": "t.hash", "seq": "1", "kind": "'native'"}
_FEE = _BASE | {
    "hash": "t.hash",
    "seq": "0",
    "kind": "'fee'",
    "payee": "$nobody",
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
        if contract in (numbered := trc10([contract])):
            found.append(numbered[contract].row)
        else:
            found.append(assets.recognise(chain, "", contract, 0).row if contract else assets.native(chain))
    return found


def _refuse(store: Store, draft: Draft, asked: Asked) -> tuple[int, tuple[str, ...]]:
    """Rows without an amount that fits or without a time; all counted, the first thousand kept."""
    count = int(store.engine.fetch(asked.of("count(*) as n", _BAD), **asked.params).column("n")[0].as_py())
    if not count:
        return 0, ()
    few = f"{_BAD} order by block, tx_hash, seq limit {_MOST_REJECTS}"
    columns = "block, tx_hash, seq, asset, amount, time, from_address, to_address, source"
    reasons = []
    for row in store.engine.fetch(asked.of(columns, few), **asked.params).to_pylist():
        field = next(name for name in _EXPECTED if row[name] is None)
        what = f"{row['tx_hash']}: {_EXPECTED[field]}"
        draft.reject(Reject(draft.run, "ingest", row["source"], None, field, what, str(row)))
        reasons.append(f"block {row['block']}, {what}")
    return count, tuple(reasons[:5])


_EXPECTED = {
    "amount": "expected an amount of at most 38 digits",
    "time": "no time of its block",
    "from_address": "expected an address of who pays",
    "to_address": "expected an address of who is paid",
}
