"""Puts the lists of a workspace together: which rows are one movement, and where each stands.

A movement is what the chain calls it: chain, transaction hash, and the number of its event or the address of its call
(`index`). Rows with that are one movement wherever they stand; a list that numbers calls in its own way (`step 3`) is
held against the addresses of others by how many there are. So are rows of which the lists themselves number the
place in the transaction (`seq`) and that are equal. Rows with neither count as often as they stand in the one list that
has most of them: a transfer between two addresses is in the lists of both. How many more there would be if each were a
movement of its own is kept in `others`. What a node gave of a transaction goes before what lists say of the same, and
it knows who got the fee.

A place follows from all rows of a block: the transaction's where a list says it and no other transaction claims it;
else worked out (`ordering`), and said to be so. Nothing here depends on the order of files or rows, or their names.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.engine.base import Engine
from dyepack.ingest.ordering import Flow, in_order
from dyepack.schema import TABLES

PART = "lists"
"""The part of `transfers` that follows from `listed_movements`."""
_SAME = "chain, tx_hash, from_address, to_address, asset, amount, family"
_MERGED = f"""
with told as (
    select l.*, case when l.kind in ('fee', 'reward') then l.kind else 'moved' end as family,
        case when l.index is not null then 0 when l.seq is not null then 1 else 2 end as class,
        case when l.index like 'step %' then 1 else 0 end as steps
    from ingest_lists l
), counted as (
    select *, case class
            when 0 then dense_rank() over (partition by {_SAME}, class, steps order by index)
            when 1 then dense_rank() over (partition by {_SAME}, class order by seq)
            else row_number() over (partition by {_SAME}, class, source order by line, number) end as nth
    from told
), picked as (
    select *, row_number() over (partition by {_SAME}, nth order by class, seq, kind, source, line, number) as pick,
        min(class) over (partition by {_SAME}) as best, count(*) over (partition by {_SAME}) as rows,
        max(nth) over (partition by {_SAME}) as most, min(seq) over (partition by {_SAME}, nth) as place,
        min(block) over (partition by chain, tx_hash) as at, max(time) over (partition by chain, tx_hash) as moment,
        min(tx_index) over (partition by chain, tx_hash) as low,
        max(tx_index) over (partition by chain, tx_hash) as high
    from counted
)
select p.chain, p.at as block, p.moment as time, p.tx_hash, p.low, p.high, p.place as seq, p.index, p.kind,
    p.from_address, p.to_address, p.asset, p.amount, p.flag, p.source, p.nth,
    case when p.nth = 1 and p.best = 2 then p.rows - p.most else 0 end as others
from picked p
where p.pick = 1 and not exists (
    select 1 from ingest_nodes n
    where n.chain = p.chain and n.tx_hash = p.tx_hash and n.from_address = p.from_address
        and n.to_address = p.to_address and n.asset = p.asset and n.amount = p.amount
) and not exists (
    select 1 from (select distinct chain, tx_hash, 'fee' as kind from ingest_nodes) f
    where f.chain = p.chain and f.tx_hash = p.tx_hash and f.kind = p.kind
)
order by p.chain, p.at, p.tx_hash, p.kind, p.from_address, p.to_address, p.asset, p.amount, p.index, p.place, p.nth
"""
_NODES = """
select t.chain, t.block, t.tx_hash, t.tx_index, t.seq, t.from_address, t.to_address, t.asset, t.amount
from transfers t
join (select distinct chain, block from ingest_lists) b on b.chain = t.chain and b.block = t.block
where not exists (select 1 from ingest_sources s where s.source = t.source)
"""
_PHASES = {"fee": 0, "native": 1, "internal": 2, "reward": 4}
_TOKENS = 3
_LAST = 2**62


def merged(engine: Engine, lists: pa.Table, nodes: pa.Table) -> pa.Table:
    """The rows of `transfers` that these lists come to, beside what nodes gave of the same blocks."""
    engine.load("ingest_lists", lists)
    engine.load("ingest_nodes", nodes)
    rows = engine.fetch(_MERGED)
    there = _Elsewhere.of(nodes)
    seqs, indices, placed = _places(rows, there)
    columns = {name: rows.column(name) for name in TABLES["transfers"].arrow.names if name in rows.column_names}
    columns |= {"seq": pa.array(seqs, pa.int64()), "tx_index": pa.array(indices, pa.int64())}
    columns["placed"] = pa.array(placed, pa.bool_())
    schema = TABLES["transfers"].arrow
    return pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema)


def given_elsewhere(engine: Engine, lists: pa.Table) -> pa.Table:
    """What nodes gave of the blocks that these lists speak of; the engine must show `transfers`."""
    engine.load("ingest_lists", lists)
    engine.load("ingest_sources", pa.table({"source": lists.column("source").unique()}))
    return engine.fetch(_NODES)


def nothing_elsewhere() -> pa.Table:
    """No rows of nodes, in their form."""
    names = ("chain", "block", "tx_hash", "tx_index", "seq", "from_address", "to_address", "asset", "amount")
    schema = TABLES["transfers"].arrow
    return pa.schema([schema.field(name) for name in names]).empty_table()


@dataclass(slots=True)
class _Elsewhere:
    """Of blocks, the places that nodes gave to transactions, and the last place inside each."""

    places: dict[tuple[str, int], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    last: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: pa.Table) -> "_Elsewhere":
        found = cls()
        for row in nodes.select(["chain", "block", "tx_hash", "tx_index", "seq"]).to_pylist():
            found.places[row["chain"], row["block"]][row["tx_hash"]] = row["tx_index"]
            name = row["chain"], row["tx_hash"]
            found.last[name] = max(row["seq"], found.last.get(name, -1))
        return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """The columns of movements that their places follow from."""

    chain: Sequence[str]
    block: Sequence[int]
    tx_hash: Sequence[str]
    low: Sequence[int | None]
    high: Sequence[int | None]
    seq: Sequence[int | None]
    index: Sequence[str | None]
    kind: Sequence[str]
    from_address: Sequence[str]
    to_address: Sequence[str]
    asset: Sequence[str]
    flag: Sequence[str | None]

    def flow(self, places: Iterable[int]) -> Flow:
        """What these movements pay from and to; what is made comes from nobody, what is gone goes to nobody."""
        followed = [at for at in places if self.flag[at] is None]
        gives = {(self.from_address[at], self.asset[at]) for at in followed if self.kind[at] not in ("mint", "reward")}
        takes = {(self.to_address[at], self.asset[at]) for at in followed if self.kind[at] not in ("burn", "fee")}
        return Flow(frozenset(gives), frozenset(takes))


def _places(table: pa.Table, there: _Elsewhere) -> tuple[list[int], list[int], list[bool]]:
    """Of each movement its place in the transaction, the transaction's in the block, and whether a source says that."""
    rows = _Rows(*(table.column(name).to_pylist() for name in _Rows.__dataclass_fields__))
    seqs, indices, placed = ([0] * table.num_rows, [0] * table.num_rows, [False] * table.num_rows)
    blocks: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(dict)
    for at, (chain, block, name) in enumerate(zip(rows.chain, rows.block, rows.tx_hash, strict=True)):
        blocks[chain, block].setdefault(name, []).append(at)
    for key, transactions in blocks.items():
        taken = there.places.get(key, {})
        for name, (index, said) in _indices(rows, key[0], transactions, taken).items():
            for at, seq in _seqs(rows, transactions[name], there.last.get((key[0], name), -1) + 1):
                seqs[at], indices[at], placed[at] = seq, index, said
    return seqs, indices, placed


def _indices(
    rows: _Rows, chain: str, transactions: Mapping[str, Sequence[int]], taken: Mapping[str, int]
) -> dict[str, tuple[int, bool]]:
    """The place of each transaction of a block, and whether the sources say where it stands."""
    claims = {name: taken.get(name, _claim(rows, places)) for name, places in transactions.items()}
    said = [*claims.values(), *(place for name, place in taken.items() if name not in claims)]
    sure = {name: place for name, place in claims.items() if place is not None and said.count(place) == 1}
    if len(sure) == len(transactions):
        return {name: (place, True) for name, place in sure.items()}
    names = sorted(transactions)
    known = [
        (names.index(one), names.index(other)) for one, other in pairwise(sorted(sure, key=lambda name: sure[name]))
    ]
    by_events = _by_events(rows, chain, names, transactions)
    order = in_order([rows.flow(transactions[name]) for name in names], [*known, *by_events])
    used, last, found = {*taken.values(), *sure.values()}, -1, dict[str, tuple[int, bool]]()
    for place in order:
        name = names[place]
        if name not in sure:
            last += 1
            while last in used:
                last += 1
        last = sure.get(name, last)
        used.add(last)
        found[name] = last, name in sure or bool(by_events)
    return found


def _claim(rows: _Rows, places: Sequence[int]) -> int | None:
    """The place in the block that lists give a transaction; none where they do not, or contradict each other."""
    low, high = rows.low[places[0]], rows.high[places[0]]
    return low if low == high else None


def _by_events(
    rows: _Rows, chain: str, names: Sequence[str], transactions: Mapping[str, Sequence[int]]
) -> list[tuple[int, int]]:
    """The order of transactions by the numbers of their events, which run through a block of an EVM chain."""
    if chains.chain(chain).addresses != "evm":
        return []
    spans = []
    for place, name in enumerate(names):
        numbers = [int(text[4:]) for at in transactions[name] if (text := rows.index[at] or "").startswith("log ")]
        if not numbers:
            return []
        spans.append((min(numbers), max(numbers), place))
    spans.sort()
    apart = all(one[1] < other[0] for one, other in pairwise(spans))
    return [(one[2], other[2]) for one, other in pairwise(spans)] if apart else []


def _seqs(rows: _Rows, places: Sequence[int], first: int) -> Iterable[tuple[int, int]]:
    """The place of each movement in its transaction, from the first free one on: as lists say, else worked out."""
    said = [seq for at in places if (seq := rows.seq[at]) is not None]
    if len(said) == len(places) == len(set(said)) and first == 0:
        return [(at, rows.seq[at] or 0) for at in places]
    if len(said) == len(set(said)) and first == 0:
        first = max(said, default=-1) + 1
        kept = [(at, rows.seq[at] or 0) for at in places if rows.seq[at] is not None]
        free = [at for at in places if rows.seq[at] is None]
    else:
        kept, free = [], list(places)
    return [*kept, *((at, first + number) for number, at in enumerate(_worked_out(rows, free)))]


def _worked_out(rows: _Rows, places: Sequence[int]) -> list[int]:
    """Fee, value, calls, tokens; within these by the chain's own names, then what says none, money before it leaves."""
    named = sorted((at for at in places if rows.index[at] is not None), key=lambda at: (*_name(rows.index[at]), at))
    free = sorted(
        (at for at in places if rows.index[at] is None), key=lambda at: (_phase(rows, at), _said(rows, at), at)
    )
    order = in_order([rows.flow([at]) for at in free])
    return sorted([*named, *(free[place] for place in order)], key=lambda at: _phase(rows, at))


def _phase(rows: _Rows, at: int) -> int:
    name = rows.index[at] or ""
    return 0 if name.startswith(("fee", "mint")) else _PHASES.get(rows.kind[at], _TOKENS)


def _said(rows: _Rows, at: int) -> int:
    """A place that a list gives and that cannot stand still says what comes before what."""
    seq = rows.seq[at]
    return _LAST if seq is None else seq


def _name(text: str | None) -> tuple[str, tuple[int, ...], str]:
    """What the chain calls a movement, so that numbers compare as numbers."""
    word, _, numbers = (text or "").partition(" ")
    steps = numbers.split(".")
    if all(step.isascii() and step.isdecimal() for step in steps):
        return word, tuple(map(int, steps)), ""
    return word, (), numbers


def listed(rows: Iterable[Any]) -> pa.Table:
    """Movements of lists as a table."""
    return TABLES["listed_movements"].rows(list(rows))
