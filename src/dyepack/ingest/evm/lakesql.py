"""The SQL of each dataset of a lake: what of it moves money, as rows of `transfers`."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from dyepack.errors import InputError
from dyepack.ingest.assets import ID
from dyepack.ingest.evm import daofork
from dyepack.ingest.evm.datasets import Dataset, times
from dyepack.ingest.evm.multitoken import PIECE
from dyepack.ingest.evm.networks import Network
from dyepack.store import Store

SEQ_EVENTS = 1_000_000
Silent = tuple[str, Mapping[str, Any]]
"""What a row does not say, and the row."""


def show(store: Store, found: Mapping[str, Dataset]) -> None:
    """The datasets on the engine, with the times of blocks beside them."""
    for name, one in found.items():
        store.engine.view(f"lake_{name}", [str(path) for path in one.files], one.schema)
    store.engine.load("lake_times", times(found))


def prepare(store: Store, found: Mapping[str, Dataset]) -> Iterator[Silent]:
    """The order of calls; gives the rows that do not say whether they count, each with what it lacks.

    Raises:
        InputError: no row says it.
    """
    if "traces" in found:
        silent = "(t.status is null or t.transaction_hash is null)"
        yield from _silent(store, found["traces"], f"({_CALLS})", silent, "its status or hash")
        store.engine.load("lake_order", _order(store))
    elif "transactions" in found and "native_transfers" not in found and (lacking := _without_status(found)):
        lacks = "whether it failed (before Byzantium receipts do not): add traces"
        yield from _silent(store, found["transactions"], "coalesce(t.value, 1) > 0", lacking, lacks)


def _silent(store: Store, one: Dataset, counted: str, silent: str, what: str) -> Iterator[Silent]:
    columns = ", ".join(f"t.{name}" for name in one.schema.names)
    source = f"lake_{one.name} t where {counted}"
    rows = store.engine.fetch(f"select {columns} from {source} and {silent} order by lake_file, lake_row").to_pylist()
    if rows and len(rows) == store.engine.fetch(f"select count(*) as n from {source}").column("n")[0].as_py():
        raise InputError(f"{len(rows)} {one.name} do not say {what}")
    for row in rows:
        yield f"does not say {what}", row


def _without_status(found: Mapping[str, Dataset]) -> str | None:
    """Which transactions say no status; none where that is looked at elsewhere."""
    if "receipts" in found:
        return "t.hash not in (select transaction_hash from lake_receipts where status >= 0)"
    return "t.receipt_status is null" if found["transactions"].has("receipt_status") else None


def _order(store: Store) -> pa.Table:
    """The trace addresses that occur, in the order of calls: parents first, and the tenth sibling after the ninth."""
    rows = store.engine.fetch("select distinct coalesce(trace_address, '') as path from lake_traces")
    paths = sorted(rows.column("path").to_pylist(), key=lambda path: [int(step) for step in path.split(",") if step])
    return pa.table({"path": pa.array(paths, pa.string()), "place": pa.array(range(len(paths)), pa.int64())})


def queries(found: Mapping[str, Dataset], network: Network) -> list[str]:
    """One query for each dataset that moves something.

    Raises:
        InputError: a dataset is missing that another needs.
    """
    made = []
    events = found.get("token_events")
    if events:
        made.append(_select(_EVENT, "lake_token_events t", _SPOKEN))
    if not events and (one := found.get("erc20_transfers")):
        made.append(_select(_TOKEN | {"asset": "{fold}(t.erc20)"}, "lake_erc20_transfers t"))
    if not events and (one := found.get("token_transfers")):
        if "transactions" not in found:
            raise InputError("token_transfers do not say the place of a transaction in its block: add the transactions")
        place = "lake_token_transfers t join lake_transactions x on x.hash = t.transaction_hash"
        made.append(_select(_TOKEN | {"asset": "{fold}(t.token_address)", "index": "x.transaction_index"}, place))
    if one := found.get("native_transfers"):
        made.append(_select(_NATIVE, "lake_native_transfers t", "t.transaction_hash is not null"))
    if one := found.get("traces"):
        moving = _MOVING + (_UNFALLEN if one.has("own_status") else "")
        made.append(
            _select(_TRACE, "lake_traces t join lake_order o on o.path = coalesce(t.trace_address, '')", moving)
        )
        made += _credited(found)
    if "transactions" in found:
        made += _sent(found, network, traced="traces" in found or "native_transfers" in found)
    if not made:
        raise InputError(f"nothing in these files moves money: found {', '.join(sorted(found))}")
    return made


def places(found: Mapping[str, Dataset]) -> str | None:
    """The hash of each block and how many transactions it has, as a query; none where that is not said."""
    one = found.get("blocks")
    if one is None:
        return None
    number, name = "number", "hash"
    if not one.has(name):
        return None
    if one.has("transaction_count"):
        return _COUNTED.format(number=number, name=name)
    return _COUNTING.format(number=number, name=name) if "transactions" in found else None


def _credited(found: Mapping[str, Dataset]) -> list[str]:
    """What blocks make, in the traces that no transaction has: rewards, what block 0 gave, a fork's decree."""
    where, one = places(found), found["traces"]
    made = [_select(_DECREE, "lake_traces t", "t.trace_type = 'daofork'")]
    if where is not None:
        first = "case when t.reward_type = 'block' then 0 else 1 end, " if one.has("reward_type") else ""
        place = {"seq": f"{_RANK_OF_BLOCK}{first}{{fold}}(t.to_address), t.value) - 1"}
        source = f"lake_traces t join ({where}) k on k.block = cast(t.block_number as bigint)"
        made.append(_select(_CREDIT | place, source, "t.trace_type in ('reward', 'genesis')"))
    return made


def _sent(found: Mapping[str, Dataset], network: Network, *, traced: bool) -> list[str]:
    """Fees, and values where no calls give them; from receipts what transactions themselves do not say.

    Raises:
        InputError: without calls, nothing says whether a transaction failed.
    """
    one, receipts = found["transactions"], found.get("receipts")
    source = "lake_transactions t" + (" left join lake_receipts r on r.transaction_hash = t.hash" if receipts else "")
    said = receipt_columns(found)
    made = []
    if "gas_used" in said:
        made.append(_select(_FEE | {"amount": _paid(said, one, network)}, source))
    if not traced and "status" not in said:
        raise InputError(f"{one.files[0].name}: nothing says which transactions failed: add traces, or receipts")
    if not traced:
        payee = f"coalesce(t.to_address, {said.get('contract_address', 'null')})"
        made.append(_select(_VALUE | {"payee": f"{{fold}}({payee})"}, source, f"{said['status']} = 1"))
    return made


def receipt_columns(found: Mapping[str, Dataset]) -> dict[str, str]:
    """Which fields of receipts the files have, and in which column."""
    one, receipts = found["transactions"], found.get("receipts")
    if receipts:
        return {name: f"r.{name}" for name in _RECEIPT if receipts.has(name)}
    return {name: f"t.receipt_{name}" for name in _RECEIPT if one.has(f"receipt_{name}")}


def _paid(said: Mapping[str, str], one: Dataset, network: Network) -> str:
    """What a transaction paid; nothing, which refuses the row, where a part that it has is not in the data."""
    price = ", ".join(_whole(name) for name in (said.get("effective_gas_price"), "t.gas_price") if name)
    paid = f"{_whole(said['gas_used'])} * coalesce({price}){_blobs(said, one)}"
    if not network.l1_fee:
        return paid
    typed = f" or t.transaction_type = {_DEPOSIT}" if one.has("transaction_type") else ""
    return (
        f"case when lower(t.from_address) = '{_DEPOSITOR}'{typed} then cast(0 as decimal(38, 0))"
        f" else {paid} + {_whole(said.get('l1_fee', 'null'))} end"
    )


def _blobs(said: Mapping[str, str], one: Dataset) -> str:
    """What is paid for blobs: nothing by transactions of another type, unknown where their price is not there."""
    tests = [f"t.transaction_type = {_BLOBS}"] if one.has("transaction_type") else []
    cost = _whole("null")
    if {"blob_gas_used", "blob_gas_price"} <= said.keys():
        cost = f"{_whole(said['blob_gas_used'])} * {_whole(said['blob_gas_price'])}"
        tests.append(f"{said['blob_gas_price']} is not null")
    return f" + case when {' or '.join(tests)} then {cost} else cast(0 as decimal(38, 0)) end" if tests else ""


def _whole(column: str) -> str:
    return f"try_cast({column} as decimal(38, 0))"


_RECEIPT: tuple[str, ...] = ("gas_used", "effective_gas_price", "status", "contract_address")
_RECEIPT += ("l1_fee", "blob_gas_used", "blob_gas_price")
_BLOBS = 3
"""The type of a transaction that brings blobs."""
_DEPOSIT = 0x7E
"""The type of a rollup's deposit: paid for on the layer below."""
_DEPOSITOR = "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001"
"""Who sends the deposit that begins each block of an OP chain."""
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
    "name": "'log ' || cast(t.log_index as varchar)",
}
_EVENT = _TOKEN | {
    "asset": "t.contract",
    "kind": "t.kind",
    "seq": f"{SEQ_EVENTS} * (1 + cast(t.part as bigint)) + cast(t.log_index as bigint)",
    "name": "t.name",
    "flag": f"when made.amount = 1 and made.asset like '%{ID}%'"
    f" and max(made.amount) over (partition by made.asset) <= 1 then '{PIECE}'",
}
_OTHERS = "select 1 from lake_token_events o where o.transaction_hash = t.transaction_hash and o.assets is null"
_SPOKEN = (
    f"t.assets is null or (not exists ({_OTHERS} and o.contract = t.contract)"
    f" and exists ({_OTHERS} and o.contract <> t.contract and o.value = t.assets))"
)
"""Which events say a movement: of a vault's own, those whose shares no Transfer says, and whose assets moved."""
_RANK = "row_number() over (partition by t.block_number, t.transaction_index order by "
_NATIVE = _BASE | {
    "seq": _RANK + "t.transfer_index)",
    "kind": "'native'",
    "name": "'call ' || cast(t.transfer_index as varchar)",
}
_TRACE = _BASE | {
    "seq": _RANK + "o.place)",
    "kind": "case when coalesce(t.trace_address, '') = '' then 'native' else 'internal' end",
    "name": "trim('call ' || replace(coalesce(t.trace_address, ''), ',', '.'))",
}
_CALLS = "t.trace_type in ('call', 'create', 'suicide') and coalesce(t.call_type, 'call') = 'call'"
_MOVING = f"t.status = 1 and t.transaction_hash is not null and {_CALLS}"
_UNFALLEN = """ and not exists (
    select 1 as one from lake_traces p where p.transaction_hash = t.transaction_hash and p.status = 0
    and (coalesce(p.trace_address, '') = '' or t.trace_address like p.trace_address || ',%'))"""
"""A call inside a failed one moved nothing, whatever it says of itself."""
_RANK_OF_BLOCK = "row_number() over (partition by t.block_number order by "
_COUNTED = """
    select cast({number} as bigint) as block, lower({name}) as hash, cast(transaction_count as bigint) as size
    from lake_blocks"""
_COUNTING = """
    select cast(b.{number} as bigint) as block, lower(b.{name}) as hash, coalesce(n.size, 0) as size
    from lake_blocks b left join (
        select cast(block_number as bigint) as block, count(*) as size from lake_transactions group by block_number
    ) n on n.block = cast(b.{number} as bigint)"""
_CREDIT = _BASE | {
    "hash": "k.hash",
    "index": "k.size",
    "kind": "case when t.trace_type = 'genesis' then 'mint' else 'reward' end",
    "payer": "$zero",
    "name": "t.trace_type",
}
_DECREE = _BASE | {
    "hash": f"'{daofork.NAME}'",
    "index": f"({daofork.PLACE})",
    "seq": _RANK_OF_BLOCK + "{fold}(t.from_address)) - 1",
    "kind": "'internal'",
    "name": "'decree ' || {fold}(t.from_address)",
}
_VALUE = _BASE | {"hash": "t.hash", "seq": "1", "kind": "'native'", "name": "'call'"}
_FEE = _BASE | {
    "hash": "t.hash",
    "seq": "0",
    "kind": "'fee'",
    "payee": "$nobody",
    "name": "'fee'",
}


def _select(parts: Mapping[str, str], source: str, where: str = "true") -> str:
    value = parts.get("amount") or "cast(t.value as decimal(38, 0))"
    asset = f"$chain || ':' || {parts['asset']}" if "asset" in parts else "$native"
    empty = "" if "asset" in parts else " and coalesce(amount, 1) > 0"
    return f"""
        select chain, block, time, tx_hash, tx_index, seq, kind, from_address, to_address, asset, amount,
               case when amount = 0 then 'zero-value' {parts.get("flag", "")} end as flag, source,
               name as index, true as placed, cast(0 as bigint) as others
        from (
            select $chain as chain, cast(t.block_number as bigint) as block, b.time as time,
                   lower({parts["hash"]}) as tx_hash, cast({parts["index"]} as bigint) as tx_index,
                   cast({parts["seq"]} as bigint) as seq, {parts["kind"]} as kind, {parts["payer"]} as from_address,
                   {parts["payee"]} as to_address, {asset} as asset, {value} as amount, $source as source,
                   {parts["name"]} as name
            from {source} left join lake_times b on b.block = cast(t.block_number as bigint)
            where {where}
        ) as made where true{empty}"""
