"""Loads files of public lakes and exporters on the engine: tokens, native coins and fees as columns, not rows.

What a file holds is told by its columns: those of ethereum-etl (and of the lakes made with it) or of cryo; CSV, JSON
and bytes are brought into one form first. Calls and events are in separate files, so inside a transaction calls come
first, then events: `seq` is 0 for the fee, 1 for the value, from 2 on for calls, from 1,000,000 on for events. What a
block makes itself stands after its last transaction. Where events themselves are there they are taken, and transfers
that somebody made of them are not; only events say that wrapped coins were made or destroyed.

A column of amounts in floating point has lost digits, and its file is refused.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from dyepack import ceilings, chains
from dyepack.amounts import LIMIT
from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.ingest.accounts_check import show as show_table
from dyepack.ingest.evm import multitoken, prepared
from dyepack.ingest.evm.datasets import Dataset, datasets, listed, times
from dyepack.ingest.evm.doubled import leave_out
from dyepack.ingest.evm.forms import DATASETS
from dyepack.ingest.evm.lakesql import places, prepare, queries, receipt_columns, show
from dyepack.ingest.evm.networks import TRON, ZERO, Network, by_chain
from dyepack.ingest.evm.records import NOBODY_SAID, Left
from dyepack.ingest.files import resettle
from dyepack.ingest.tron.fields import NOBODY, trc10
from dyepack.model import AssetRow, Freeze, Reject
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

VERB = "ingest files"
_MOST_REJECTS = 1000


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
class Asked:
    """All rows of a lake as one query; it is asked a few times, each time for few columns, rather than held."""

    query: str
    params: Mapping[str, Any]
    source: str = ""
    bad: str = ""
    """Which rows cannot be kept."""

    def of(self, columns: str, where: str) -> str:
        """A query for these columns of some of the rows."""
        return f"select {columns} from ({self.query}) as lake_rows where {where}"


_LACKING = "amount is null or time is null or from_address is null or to_address is null"


def _bad(chain: str) -> str:
    """Which rows cannot be kept: they lack something, or say more of an asset than was ever issued."""
    most = ceilings.in_base_units(assets.native(chain), assets.listed(chain))
    each = " ".join(f"when '{name}' then cast('{limit}' as decimal(38, 0))" for name, limit in most.items())
    return f"{_LACKING} or amount > case asset {each} else cast('{LIMIT - 1}' as decimal(38, 0)) end"


def load_lake(store: Store, paths: Sequence[Path], chain: str, said: str | None = None) -> LoadedLake:
    """Load files, or folders of them, as one part named by their content; `said` is the dataset of all of them.

    Raises:
        SourceError: a file cannot be read.
        InputError: a dataset that is not known or could be another, that lacks one that it needs, or is there already.
    """
    name = chains.chain(chain).name
    network = TRON if name == TRON.chain else by_chain(name)
    if said is not None and said not in DATASETS:
        raise InputError(f"expected --as with one of {', '.join(DATASETS)}, got {said!r}")
    with TemporaryDirectory(prefix="dyepack-") as folder:
        return _loaded(store, listed(paths), prepared.Preparing(Path(folder), network, said))


def _loaded(store: Store, files: Sequence[Path], preparing: prepared.Preparing) -> LoadedLake:
    chain = preparing.network.chain
    names = _names(files)
    for path in files:
        preparing.add(path, names[path])
    found = datasets(preparing.files)
    if not found:
        explorer = "; what an explorer's API answers is loaded by asking it: dyepack ingest explorer ADDRESS"
        raise InputError(f"expected rows in {', '.join(names.values())}, found none"[:400] + explorer)
    hashes = {names[path]: _digest(path) for path in files}
    part = sha256(f"lake {chain} {sorted(hashes.items())}".encode()).hexdigest()[:16]
    source = f"lake@{part[:8]}"
    with store.run(VERB, {"chain": chain, "datasets": sorted(found)}, files=hashes) as draft:
        show(store, found)
        beyond = leave_out(store, found, preparing)
        for lacks, row in prepare(store, found):
            left = Left("status", f"{row.get('transaction_hash', row.get('hash'))}: {lacks}", str(row)[:2000])
            preparing.refused.append(prepared.Refused(preparing.sources[row["lake_file"]], row["lake_row"], left))
        preparing.refused.sort(key=lambda one: (one.source, one.line or 0))
        query = " union all ".join(queries(found, preparing.network)).format(
            fold="trim" if chain == TRON.chain else "lower"
        )
        asked = Asked(query, _params(query, chain, source), source, _bad(chain))
        _new(store, asked, source)
        rows = draft.put_query("transfers", part, asked.of("*", f"not ({asked.bad})"), **asked.params)
        draft.put("assets", part, _assets(store, chain, asked))
        if preparing.noted:
            draft.put("freezes", part, _freezes(preparing, times(found), source))
        _note(store, draft, part, (preparing, asked, found))
        blocks = _blocks(draft, part, found, {"chain": chain, "source": source})
        refused, reasons = _refuse(store, draft, asked)
        for one in preparing.refused:
            draft.reject(
                Reject(draft.run, "ingest", one.source, one.line, one.left.field, one.left.reason, one.left.what)
            )
        kinds = store.engine.fetch(asked.of("kind, count(*) as n", f"not ({asked.bad}) group by kind"), **asked.params)
    resettle(store)
    multitoken.reread(store)
    counts = Counter(dict(zip(kinds.column("kind").to_pylist(), kinds.column("n").to_pylist(), strict=True)))
    more = [f"{one.source}:{one.line or '-'}: {one.left.field}: {one.left.reason}" for one in preparing.refused]
    return LoadedLake(
        draft.run,
        chain,
        {name: len(one.files) for name, one in sorted(found.items())},
        rows,
        dict(sorted(counts.items())),
        blocks,
        refused + len(more) + beyond,
        dict(sorted((name, n) for name, n in preparing.passed.items() if n)),
        (*reasons, *more)[:5],
        (*_warnings(found, preparing.network), *_unread(preparing)),
    )


def _names(files: Sequence[Path]) -> dict[Path, str]:
    """What each file is called: its name, with the folders above it where files share a name."""
    count = Counter(path.name for path in files)
    near = Counter("/".join(path.parts[-2:]) for path in files)

    def named(path: Path) -> str:
        if count[path.name] == 1:
            return path.name
        return "/".join(path.parts[-2:]) if near["/".join(path.parts[-2:])] == 1 else path.as_posix()

    return {path: named(path) for path in files}


def _unread(preparing: prepared.Preparing) -> Iterator[str]:
    """The columns that nothing was read from, once for each dataset."""
    for name, columns in sorted(preparing.unread.items()):
        if columns:
            yield f"{name}: nothing was read from {', '.join(sorted(columns))}"[:600]


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
    paid = receipt_columns(found) if "transactions" in found else {}
    if "gas_used" not in paid:
        said.append("no gas used: what transactions paid to be included is missing")
    elif network.l1_fee and "l1_fee" not in paid:
        said.append(f"no l1_fee, which {network.chain} adds to every fee: fees are unknown, and refused one by one")
    if not {"traces", "native_transfers"} & found.keys():
        said.append("no calls: what contracts paid in the native coin is missing")
    elif network.sealed and not ("traces" in found and places(found)):
        said.append("no rewards: traces have them, and their place needs the hashes of blocks and their transactions")
    return said


def _new(store: Store, asked: Asked, source: str) -> None:
    """Refuse what another lake or node gave: it would count twice. What lists say is put after it.

    Raises:
        InputError: some of it is there.
    """
    if not store.parts("transfers"):
        return
    store.view("transfers")
    show_table(store, "listed_movements")
    found = store.engine.fetch(
        f"select count(distinct t.tx_hash) as n, min(t.source) as source from transfers t join ({asked.query}) l"
        " on l.chain = t.chain and l.tx_hash = t.tx_hash"
        " where t.source <> $source and t.source not in (select source from listed_movements)",
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
    seen = set[tuple[str, int]]()
    for row, one in preparing.noted:
        here = row["transaction_hash"], one.log
        if here not in seen and (time := when.get(row["block_number"])) is not None:
            seen.add(here)
            place = (row["block_number"], time, row["transaction_hash"], row["transaction_index"])
            asset = f"{chain}:{one.token}"
            yield Freeze(chain, *place, one.log, asset, one.address, one.what, one.amount, one.event, source)


def _note(store: Store, draft: Draft, part: str, of: tuple[prepared.Preparing, Asked, Mapping[str, Dataset]]) -> None:
    """What of the files could not be read and may have moved value, and what explains a destruction of tokens."""
    preparing, asked, found = of
    network, table = preparing.network, TABLES["notes"]
    store.engine.load("lake_noted", table.rows(preparing.notes))
    columns = ", ".join(one.name for one in table.columns if one.name != "source")
    parts = [
        f"select {columns} from lake_noted",
        f"select {_UNREAD} from ({asked.query}) as lake_rows where {asked.bad}",
    ]
    if "token_events" in found and network.wrapped:
        parts.append(
            f"select {_UNWRAPPED} from ({asked.query}) as lake_rows"
            f" where kind = 'burn' and asset = '{network.chain}:{network.wrapped}'"
        )
    query = f"select {columns}, '{asked.source}' as source from ({' union all '.join(parts)}) as n"
    if store.engine.fetch(f"select 1 as one from ({query}) as m limit 1", **asked.params).num_rows:
        draft.put_query("notes", part, query, **asked.params)


_EMPTY = "cast(null as varchar)"
_UNREAD = (
    "chain, block, tx_hash, case when kind = 'fee' then 'fee' else 'movement' end as what,"
    f" {_EMPTY} as contract, from_address, to_address, 'refused at load' as says"
)
_UNWRAPPED = (
    "chain, block, tx_hash, 'redemption' as what, substr(asset, length(chain) + 2) as contract,"
    f" {_EMPTY} as from_address, {_EMPTY} as to_address, 'Withdrawal' as says"
)
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


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _params(query: str, chain: str, source: str) -> dict[str, Any]:
    """The values of the names that a query has: engines refuse others."""
    native = assets.native(chain).asset
    zero = NOBODY if chain == TRON.chain else ZERO
    known = {"chain": chain, "native": native, "zero": zero, "nobody": NOBODY_SAID, "source": source}
    return {name: value for name, value in known.items() if f"${name}" in query}


def _assets(store: Store, chain: str, asked: Asked) -> list[AssetRow]:
    rows = store.engine.fetch(asked.of("distinct asset", f"not ({asked.bad})"), **asked.params)
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
    count = int(store.engine.fetch(asked.of("count(*) as n", asked.bad), **asked.params).column("n")[0].as_py())
    if not count:
        return 0, ()
    few = f"{asked.bad} order by block, tx_hash, seq limit {_MOST_REJECTS}"
    columns = "chain, block, tx_hash, seq, kind, asset, amount, time, from_address, to_address, source"
    reasons = []
    for row in store.engine.fetch(asked.of(columns, few), **asked.params).to_pylist():
        field = next((name for name in _EXPECTED if row[name] is None), "amount")
        what = f"{row['tx_hash']}: {_lacking(row, field)}"
        draft.reject(Reject(draft.run, "ingest", row["source"], None, field, what, str(row)))
        reasons.append(f"block {row['block']}, {what}")
    return count, tuple(reasons[:5])


def _lacking(row: Mapping[str, Any], field: str) -> str:
    """What is wrong with a field of a row that was refused."""
    if row[field] is not None:
        chain, _, contract = row["asset"].rpartition(":")
        asset = assets.recognise(chain, "", contract, 0).row if chain else assets.native(row["chain"])
        return ceilings.over(asset, int(row["amount"])) or _EXPECTED[field]
    return _UNPAID if field == "amount" and row["kind"] == "fee" else _EXPECTED[field]


_UNPAID = "the data lacks a part of the fee (gas_used, a price of gas, l1_fee or what blobs cost): it is unknown"
_EXPECTED = {
    "amount": "expected an amount of at most 38 digits",
    "time": "no time of its block",
    "from_address": "expected an address of who pays",
    "to_address": "expected an address of who is paid",
}
