"""Compound events in a slice: loans and conversions in every transaction that touches what the slice holds.

The movements that they stand for are left out of the slice, and compound events take their place: of a loan, its cost;
of a conversion, what the owner gave goes into the transaction, and what came of it goes from the transaction to the
recipient, with the same composition at the recorded rate. Pools and routers never hold traced money. In the
transaction of a seed what was taken is told apart too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from dyepack.engine.base import Engine
from dyepack.trace.compounds import OUT, Entry, Part, Spot, converted, moved, ordered, seated
from dyepack.trace.conversions import Converted, study
from dyepack.trace.moves import Key
from dyepack.trace.netted import netted
from dyepack.trace.taking import Claim, Purse, Setting, Taken, taken

__all__ = ("OUT", "Converter", "Event", "Row", "Settled", "settle")
_FOLLOWED = "t.chain = $chain and t.flag is null and t.amount > 0"
_LEG = dict.fromkeys(("block", "tx_index", "seq"), pa.int64()) | dict.fromkeys(
    ("from_address", "to_address", "asset"), pa.string()
)
"""What tells a movement that a compound event replaces from every other one."""


class Row(NamedTuple):
    """One movement of a transaction, as netting reads it."""

    seq: int
    kind: str
    payer: str
    payee: str
    asset: str
    amount: int


def as_row(row: Mapping[str, Any]) -> Row:
    """A movement of the table as netting reads it."""
    seq, kind, payer, payee, asset, amount = (row[name] for name in _ROW)
    return Row(seq, kind, payer, payee, asset, int(amount))


_ROW = ("seq", "kind", "from_address", "to_address", "asset", "amount")


@dataclass(frozen=True, slots=True)
class Event:
    """A compound event where it happened: its movements, each with its place in the transaction.

    `found` is the conversion that it is, if it is one, and `number` that of the conversion. A `seeded` event is where
    stolen money starts. `placed` says whether a source tells where the transaction stands in its block, `named` whether
    the chain itself tells its movements apart.
    """

    block: int
    time: int
    tx_index: int
    tx_hash: str
    number: int
    entry: Entry
    seqs: tuple[int, ...]
    seeded: bool = False
    placed: bool = True
    named: bool = False

    @property
    def found(self) -> Converted | None:
        """The conversion that it is."""
        return self.entry.found

    @property
    def links(self) -> Iterator[tuple[Key, Key]]:
        """Which holding's money goes on to which."""
        for payer, payee in self.entry.links:
            yield Key(*payer), Key(*payee)

    @property
    def keys(self) -> set[Key]:
        """The holdings that it touches."""
        return {Key(*holding) for holding in self.entry.holdings}

    def moves(self) -> Iterator[tuple[int, Part]]:
        """Its movements, each with its place."""
        yield from zip(self.seqs, self.entry.parts, strict=True)


@dataclass(frozen=True, slots=True)
class Settled:
    """What one transaction, by block and hash, comes to: compound events, and the movements that they stand for.

    `taken` says what seeds took in it; `unclear` that it trades and that nobody can tell for whom.
    """

    at: tuple[int, str]
    events: tuple[Event, ...]
    legs: tuple[Mapping[str, Any], ...]
    unclear: bool
    taken: Taken | None = None

    @property
    def lending(self) -> set[str]:
        """Who pays in movements that a conversion replaces, and has no part in it: pools, routers, as it seems."""
        parts = {name for event in self.events if (one := event.found) for name in (one.owner, one.recipient)}
        return {leg["from_address"] for leg in self.legs} - parts if parts else set()


def settle(
    rows: Sequence[Mapping[str, Any]],
    plain: set[str],
    claims: Sequence[Claim] = (),
    stops: Iterable[str] = (),
    before: Mapping[tuple[str, str], Purse] | None = None,
) -> Settled:
    """What the movements of one transaction come to, in the order of the chain; `plain` are known to be no pools.

    `before` is what hands of its thefts had when it began.

    Raises:
        InputError: two incidents claim the same money.
    """
    moves = [as_row(row) for row in rows]
    tx_hash = rows[0]["tx_hash"]
    owners = plain.union(*(claim.addresses for claim in claims))
    loans = netted(moves, owners)
    told = study(loans.items, owners)
    legs = {leg for one in told.conversions for leg in (*one.legs_in, *one.legs_out, *one.through)}
    entries = [moved(item) for place, item in enumerate(loans.items) if place not in legs]
    entries += [converted(tx_hash, number, one, loans.items) for number, one in enumerate(told.conversions)]
    line = ordered(entries)
    took = taken(line, claims, Setting(tx_hash, loans.loans, frozenset(stops), before or {})) if claims else None
    return _settled(rows, moves, took.entries if took else line, bool(told.unclear), took)


def _settled(
    rows: Sequence[Mapping[str, Any]], moves: Sequence[Row], line: Sequence[Entry], unclear: bool, took: Taken | None
) -> Settled:
    kept = {entry.item.source for entry in line if entry.item is not None}
    seqs = [move.seq for move in moves]
    free = [seq for place, seq in enumerate(seqs) if place not in kept]
    first = rows[0]
    placed, named = all(row["placed"] for row in rows), all(row["named"] for row in rows)
    events, untouched = [], set()
    for entry, numbers in seated(line, free, max(seqs), seqs):
        source = None if entry.item is None else entry.item.source
        if source is not None and numbers == (seqs[source],) and entry.parts == moved_row(moves[source]):
            untouched.add(source)
            continue
        seeded = took is not None and any(part.kind.startswith("taken") or part.payer.moment for part in entry.parts)
        where = first["block"], first["time"], first["tx_index"], first["tx_hash"]
        events.append(Event(*where, entry.number, entry, numbers, seeded, placed, named))
    legs = tuple({name: row[name] for name in _LEG} for place, row in enumerate(rows) if place not in untouched)
    return Settled((first["block"], first["tx_hash"]), tuple(events), legs, unclear, took)


def moved_row(move: Row) -> tuple[Part, ...]:
    """A movement of the chain as the one part that it is."""
    return (Part(move.kind, Spot(move.payer), Spot(move.payee), move.asset, move.amount),)


class Converter:
    """Settles transactions as a slice grows; the engine must show `transfers`.

    Holds on the engine `slice_legs`, the movements that compound events replace, and `slice_links`, which holding's
    money goes on to which.
    """

    def __init__(self, engine: Engine, chain: str, plain: Iterable[str] = ()) -> None:
        self._engine = engine
        self._chain = chain
        self.events: list[Event] = []
        self.unclear = 0
        self._examined: set[tuple[int, str]] = set()
        self._legs: list[Mapping[str, Any]] = []
        self._plain = {*plain}
        self._passing: set[str] = set()
        self._hold()

    @property
    def plain(self) -> set[str]:
        """The addresses that are known to be no pools: they hold traced money."""
        return set(self._plain)

    @property
    def late(self) -> set[str]:
        """Who was taken for a pool or a router in some transaction, and was found to hold traced money afterwards."""
        return self._passing & self._plain

    def take(self, settled: Iterable[Settled]) -> None:
        """Transactions that were settled elsewhere: those of thefts."""
        for one in settled:
            self._take(one)
        self._hold()

    def examine(self, front: str) -> None:
        """Look at the transactions that touch the holdings of a table on the engine."""
        rows = self._engine.fetch(f"select distinct address from {front} order by address")
        self._plain |= set(rows.column("address").to_pylist())
        before = len(self._legs), len(self.events)
        for rows_of_tx in self._candidates(front):
            if (rows_of_tx[0]["block"], rows_of_tx[0]["tx_hash"]) not in self._examined:
                self._take(one := settle(rows_of_tx, self._plain))
                self._passing |= one.lending - self._plain
        if before != (len(self._legs), len(self.events)):
            self._hold()

    def _take(self, one: Settled) -> None:
        self._examined.add(one.at)
        self.events += one.events
        self._legs += one.legs
        self.unclear += one.unclear

    def _candidates(self, front: str) -> Iterator[list[dict[str, Any]]]:
        """The movements of each transaction that touches these holdings and moves several assets, or one round."""
        touching = f"""select t.block, t.tx_hash from {front} f
            join transfers t on t.from_address = f.address and t.asset = f.asset where {_FOLLOWED}
            union
            select t.block, t.tx_hash from {front} f
            join transfers t on t.to_address = f.address and t.asset = f.asset where {_FOLLOWED}"""
        self._engine.keep("slice_touching", touching, chain=self._chain)
        of_these = "join slice_touching x on x.block = t.block and x.tx_hash = t.tx_hash"
        several = f"""select t.block, t.tx_hash from transfers t {of_these} where {_FOLLOWED} and t.kind <> 'fee'
            group by t.block, t.tx_hash having min(t.asset) <> max(t.asset)
            union
            select t.block, t.tx_hash from transfers t {of_these}
            join transfers u on u.chain = t.chain and u.block = t.block and u.tx_hash = t.tx_hash
                and u.asset = t.asset and u.from_address = t.to_address
            where {_FOLLOWED} and u.flag is null and u.amount > 0 and t.kind <> 'fee' and u.kind <> 'fee'
              and t.seq < u.seq and t.from_address <> t.to_address"""
        rows = self._engine.fetch(
            f"""select t.block, t.time, t.tx_index, t.tx_hash, t.seq, t.kind, t.from_address, t.to_address, t.asset,
                       t.amount, t.placed, t.index is not null as named
                from transfers t
                join ({several}) x on x.block = t.block and x.tx_hash = t.tx_hash
                where {_FOLLOWED}
                order by t.block, t.tx_index, t.tx_hash, t.seq, t.source, t.from_address, t.to_address, t.asset,
                         t.amount""",
            chain=self._chain,
        )
        rows = rows.set_column(1, "time", rows.column("time").cast(pa.int64()))
        yield from by_transaction(rows.to_pylist())

    def _hold(self) -> None:
        legs = {name: pa.array([leg[name] for leg in self._legs], kind) for name, kind in _LEG.items()}
        self._engine.load("slice_legs", pa.table(legs))
        links = [(event.block, *payer[:2], *payee[:2]) for event in self.events for payer, payee in event.links]
        names = ("block", "owner", "asset_in", "recipient", "asset_out")
        kinds = (pa.int64(), *[pa.string()] * 4)
        columns = [pa.array([link[at] for link in links], kind) for at, kind in enumerate(kinds)]
        self._engine.load("slice_links", pa.table(dict(zip(names, columns, strict=True))))

    def rows(self, walked: Iterable[Key]) -> pa.Table | None:
        """The movements of the conversions that touch these holdings, as the slice's own; None where there are none."""
        there = set(walked)
        made = [(event, seq, *part) for event in self.touching(there) for seq, part in event.moves()]
        if not made:
            return None
        columns = {
            "block": pa.array([event.block for event, *_ in made], pa.int64()),
            "time": pa.array([event.time for event, *_ in made], pa.int64()).cast(pa.timestamp("us", tz="UTC")),
            "tx_index": pa.array([event.tx_index for event, *_ in made], pa.int64()),
            "placed": pa.array([event.placed for event, *_ in made], pa.bool_()),
            "named": pa.array([event.named for event, *_ in made], pa.bool_()),
            "seq": pa.array([row[1] for row in made], pa.int64()),
            "tx_hash": pa.array([event.tx_hash for event, *_ in made], pa.string()),
            "kind": pa.array([row[2] for row in made], pa.string()),
            "from_address": pa.array([row[3].address for row in made], pa.string()),
            "from_output": pa.array([row[3].moment for row in made], pa.string()),
            "to_address": pa.array([row[4].address for row in made], pa.string()),
            "to_output": pa.array([row[4].moment for row in made], pa.string()),
            "asset": pa.array([row[5] for row in made], pa.string()),
            "amount": pa.array([row[6] for row in made], pa.decimal128(38, 0)),
        }
        return pa.table(columns)

    def touching(self, walked: set[Key]) -> list[Event]:
        """The events that touch these holdings, and those where stolen money starts."""
        return [event for event in self.events if event.seeded or event.keys & walked]


def by_transaction(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in order, parted by transaction."""
    group: list[dict[str, Any]] = []
    for row in rows:
        if group and (row["block"], row["tx_hash"]) != (group[0]["block"], group[0]["tx_hash"]):
            yield group
            group = []
        group.append(row)
    if group:
        yield group
