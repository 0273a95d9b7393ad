"""Loads what an explorer shows of addresses into the tables, and keeps every raw answer beside the workspace.

On an account chain what it shows is a list, as a file of movements is one: all lists of a workspace are put together,
those of several addresses among them, whether they were asked for at once or one after the other. On an output chain a
transaction that the workspace has from elsewhere stays as it is there and is left out here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dyepack.addresses import normalise
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.shown import Explorer, Span, source_of
from dyepack.ingest.files import settle, suffix
from dyepack.model import Reject
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

VERB = "ingest explorer"
STAGE = "ingest"
_ELSEWHERE = """
select distinct t.tx_hash as tx_hash from {table} t join ingest_shown n on n.tx_hash = t.tx_hash
where t.chain = $chain and t.source <> $source
"""


@dataclass(slots=True)
class LoadedAddresses:
    """What became of a question about addresses; `answers` is the hash over all answers that were kept.

    `there` counts transactions that the workspace had from elsewhere: on an account chain they were put together.
    """

    chain: str
    addresses: tuple[str, ...]
    transactions: int
    there: int
    rows: int
    kinds: dict[str, int]
    flagged: dict[str, int]
    refused: dict[str, int]
    asked: int
    answers: str

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def load_addresses(
    store: Store, explorer: Explorer, answers: Answers, addresses: Sequence[str], span: Span
) -> LoadedAddresses:
    """Load all that the explorer shows of these addresses between two blocks, in place of what it gave before.

    Raises:
        InvalidAddress: one is none of the chain's.
        SourceError: the explorer does not answer; nothing was changed, and what it answered is kept.
    """
    chain = explorer.chain
    asked = checked(addresses, chain)
    before = len(list(answers))
    shown = explorer.show(asked, span)
    tables, known = dict(shown.tables), set[str]()

    part = sha256(repr((chain, asked)).encode()).hexdigest()[:16]

    def work(draft: Draft) -> None:
        known.update(_elsewhere(store, shown.tables, chain, part))
        if "transfers" in tables:
            settle(store, draft, [_listed(draft, tables, part)], {part})
        else:
            tables.update(_without(shown.tables, known))
            for name, rows in tables.items():
                draft.put(name, f"explorer-{chain}", rows)
        for of, left in shown.refused:
            reason = f"{of}: {left.reason}"
            draft.reject(Reject(draft.run, STAGE, source_of(chain), None, left.field, reason, left.what))

    said = {"chain": chain, "addresses": asked, "from": span.first, "to": span.last}
    commit(store, Step(VERB, said, {"answers": answers.digest()}), work)
    main = _main(tables)
    kinds = _counted(main.column("kind")) if "kind" in main.column_names else _sizes(tables)
    return LoadedAddresses(
        chain,
        asked,
        pc.count_distinct(main.column("tx_hash")).as_py(),
        len(known),
        sum(kinds.values()),
        kinds,
        _counted(main.column("flag")) if "flag" in main.column_names else {},
        dict(sorted(Counter(left.field for _, left in shown.refused).items())),
        len(list(answers)) - before,
        answers.digest(),
    )


def _listed(draft: Draft, tables: Mapping[str, pa.Table], part: str) -> pa.Table:
    """What was shown as a list: a transaction's place and a movement's name are kept, its place in it is not."""
    moves = tables["transfers"]
    size = moves.num_rows
    columns = {name: moves.column(name) for name in moves.column_names}
    source = f"{moves.column('source')[0].as_py()}{suffix(part)}" if size else ""
    columns |= {
        "seq": pa.nulls(size, pa.int64()),
        "source": pa.array([source] * size, pa.string()),
        "line": pa.array(range(1, size + 1), pa.int64()),
        "number": pa.array([0] * size, pa.int64()),
    }
    schema = TABLES["listed_movements"].arrow
    rows = pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema)
    draft.put("listed_movements", part, rows)
    for name in ("assets", "freezes", "notes"):
        draft.put(name, part, tables[name])
    return rows


def checked(addresses: Sequence[str], chain: str) -> tuple[str, ...]:
    """The addresses, each once and as they are stored.

    Raises:
        InvalidAddress: one is none of the chain's.
    """
    return tuple(sorted({normalise(one, chain) for one in addresses}))


def _main(tables: Mapping[str, pa.Table]) -> pa.Table:
    return tables["transfers"] if "transfers" in tables else tables["transactions"]


def _elsewhere(store: Store, tables: Mapping[str, pa.Table], chain: str, part: str) -> set[str]:
    """The transactions that the workspace has from another source."""
    table = "transfers" if "transfers" in tables else "transactions"
    source = f"{source_of(chain)}{suffix(part)}" if table == "transfers" else source_of(chain)
    if not set(store.parts(table)) - {f"explorer-{chain}"}:
        return set()
    store.view(table)
    store.engine.load("ingest_shown", _main(tables).select(["tx_hash"]))
    found = store.engine.fetch(_ELSEWHERE.format(table=table), chain=chain, source=source)
    return set(found.column("tx_hash").to_pylist())


def _without(tables: Mapping[str, pa.Table], known: set[str]) -> dict[str, pa.Table]:
    """The tables without these transactions, and without blocks that no transaction is left of."""
    gone = pa.array(sorted(known), pa.string())
    left = {
        name: rows.filter(pc.invert(pc.is_in(rows.column("tx_hash"), gone)))
        for name, rows in tables.items()
        if "tx_hash" in rows.column_names
    }
    if "blocks" in tables:
        blocks = tables["blocks"]
        heights = left["transactions"].column("block").combine_chunks()
        left["blocks"] = blocks.filter(pc.is_in(blocks.column("block"), heights))
    return left


def _sizes(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    return {name: tables[name].num_rows for name in ("inputs", "outputs")}


def _counted(column: pa.ChunkedArray) -> dict[str, int]:
    return dict(sorted(Counter(value for value in column.to_pylist() if value is not None).items()))
