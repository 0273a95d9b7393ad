"""Rows that stand twice in the files of a lake, as after an upload that was done again: the first is taken.

A row is told by what the chain calls it: a transaction's hash, an event's index, a call's trace address. What a block
gives by itself has no such name: of equal rows as many are taken as the one file has that has most of them.
"""

from collections.abc import Iterator, Mapping, Sequence

from dyepack.ingest.evm.datasets import Dataset
from dyepack.ingest.evm.prepared import Preparing, Refused
from dyepack.ingest.evm.records import Left
from dyepack.store import Store

KEYS: Mapping[str, Sequence[str]] = {
    "blocks": ("number",),
    "transactions": ("hash",),
    "receipts": ("transaction_hash",),
    "token_transfers": ("transaction_hash", "log_index"),
    "erc20_transfers": ("transaction_hash", "log_index"),
    "token_events": ("transaction_hash", "log_index", "part"),
    "native_transfers": ("block_number", "transaction_hash", "transfer_index"),
    "traces": ("transaction_hash", "trace_address"),
}
_FROM = ("lake_file", "lake_row")
_MOST = 1000


def leave_out(store: Store, found: Mapping[str, Dataset], preparing: Preparing) -> int:
    """Leave out what stands again, of the datasets on the engine, and note it; how many more there are than noted."""
    more = 0
    for name, one in found.items():
        keys = [_plain(column) for column in KEYS[name] if one.has(column)]
        columns = [column for column in one.schema.names if column not in _FROM]
        if not _some(store, one, keys):
            continue
        again = _numbered(name, keys, columns)
        count = store.engine.fetch(f"select count(*) as n from ({again}) as t where copy > 1").column("n")[0].as_py()
        if count:
            preparing.refused += _refused(store, name, again, preparing)
            more += max(0, count - _MOST)
            kept = ", ".join((*columns, *_FROM))
            store.engine.keep(f"lake_{name}", f"select {kept} from ({again}) as t where copy = 1")
    return more


def _some(store: Store, one: Dataset, keys: Sequence[str]) -> bool:
    """Whether any row may stand twice: looked at first, for it is cheap, and nearly always the answer is no."""
    named = " where transaction_hash is not null" if one.name == "traces" else ""
    twice = f"select 1 as one from lake_{one.name}{named} group by {', '.join(keys)} having count(*) > 1 limit 1"
    nameless = one.name == "traces" and len(one.files) > 1
    return nameless or bool(store.engine.fetch(twice).num_rows)


def _plain(column: str) -> str:
    return f"coalesce(cast({column} as varchar), '')"


def _numbered(name: str, keys: Sequence[str], columns: Sequence[str]) -> str:
    """The rows, with how many of the same name stood up to each, and what else they say."""
    said = " || '|' || ".join(_plain(column) for column in columns)
    source = f"(select *, {said} as said from lake_{name})"
    by = list(keys)
    if name == "traces":
        source = (
            f"(select *, case when transaction_hash is null then said || '|' || cast(row_number() over"
            f" (partition by said, lake_file order by lake_row) as varchar) else '' end as nameless from {source} as s)"
        )
        by.append("nameless")
    over = f"over (partition by {', '.join(by)} order by lake_file, lake_row)"
    return (
        f"select *, row_number() {over} as copy, first_value(said) {over} as first_said,"
        f" first_value(lake_file) {over} as first_file, first_value(lake_row) {over} as first_row from {source} as r"
    )


def _refused(store: Store, name: str, again: str, preparing: Preparing) -> Iterator[Refused]:
    columns = ", ".join((*KEYS[name], *_FROM, "said", "first_said", "first_file", "first_row"))
    few = f"select {columns} from ({again}) as t where copy > 1 order by lake_file, lake_row limit {_MOST}"
    for row in store.engine.fetch(few).to_pylist():
        where = f"{preparing.sources[row['first_file']]}, row {row['first_row']}"
        named = " ".join(str(row[key]) for key in KEYS[name] if row[key] is not None)
        other = "" if row["said"] == row["first_said"] else ", with other contents"
        reason = f"{named}: stands already in {where}{other}; the first is taken"
        yield Refused(preparing.sources[row["lake_file"]], row["lake_row"], Left("row", reason, row["said"][:2000]))
