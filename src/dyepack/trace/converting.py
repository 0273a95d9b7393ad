"""Conversions in a slice: found in every transaction with several assets that touches what the slice holds.

The movements that a conversion stands for are left out of the slice, and a compound event takes their place: what the
owner gave goes into the transaction, and what came of it goes from the transaction to the recipient, with the same
composition at the recorded rate. Pools and routers never hold traced money.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from dyepack.engine.base import Engine
from dyepack.trace.conversions import Converted, study
from dyepack.trace.moves import Key

OUT = ">"
"""Ends the name of what comes out of a conversion, to tell it from what went in."""
INTO, OUT_OF, ASIDE, GAIN = "conversion_in", "conversion_out", "aside", "gain"
_FOLLOWED = "t.chain = $chain and t.flag is null and t.amount > 0"
_LEG = dict.fromkeys(("block", "tx_index", "seq"), pa.int64()) | dict.fromkeys(
    ("from_address", "to_address", "asset"), pa.string()
)
"""What tells a movement that a conversion replaces from every other one."""


class Row(NamedTuple):
    """One movement of a transaction, as netting reads it."""

    seq: int
    kind: str
    payer: str
    payee: str
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class Event:
    """One conversion where it happened; `seqs` are free places in its transaction, in order, one for each movement.

    `placed` says whether a source tells where the transaction stands in its block.
    """

    block: int
    time: int
    tx_index: int
    tx_hash: str
    number: int
    found: Converted
    seqs: tuple[int, ...]
    placed: bool = True

    @property
    def output(self) -> str:
        """What tells its money apart from that of other conversions of the transaction."""
        return f"{self.tx_hash}/{self.number}"

    @property
    def links(self) -> Iterator[tuple[Key, Key]]:
        """Which holding's money goes on to which."""
        one = self.found
        for asset, _ in one.ins:
            for other, _ in one.outs:
                yield Key(one.owner, asset), Key(one.recipient, other)
        for aside in one.aside:
            yield Key(one.owner, aside.asset), Key(aside.payee, aside.asset)

    @property
    def keys(self) -> set[Key]:
        """The holdings that it touches."""
        outs = {Key(self.found.recipient, asset) for asset, _ in self.found.outs}
        return {key for link in self.links for key in link} | outs

    def moves(self) -> Iterator[tuple[int, str, str, str, str, str, str, int]]:
        """Its movements: (seq, kind, payer, payer's output, payee, payee's output, asset, amount), in order."""
        one, seqs = self.found, iter(self.seqs)
        for asset, amount in one.ins:
            yield next(seqs), INTO, one.owner, "", self.tx_hash, self.output, asset, amount
        for aside in one.aside:
            yield next(seqs), ASIDE, one.owner, "", aside.payee, "", aside.asset, aside.amount
        for asset, amount in one.outs:
            if one.ins:
                yield next(seqs), OUT_OF, self.tx_hash, self.output + OUT, one.recipient, "", asset, amount
            else:
                yield next(seqs), GAIN, "conversion", "", one.recipient, "", asset, amount


class Converter:
    """Looks for conversions as a slice grows; the engine must show `transfers`.

    Holds on the engine `slice_legs`, the movements that conversions replace, and `slice_links`, which holding's money
    goes on to which.
    """

    def __init__(self, engine: Engine, chain: str) -> None:
        self._engine = engine
        self._chain = chain
        self.events: list[Event] = []
        self.unclear = 0
        self._examined: set[tuple[int, str]] = set()
        self._legs: list[dict[str, Any]] = []
        self._plain: set[str] = set()
        self._hold()
        rows = engine.fetch(
            "select count(*) as n from (select distinct asset from transfers where chain = $chain and flag is null) a",
            chain=chain,
        )
        self._possible = bool(rows.column("n")[0].as_py() > 1)

    def examine(self, front: str) -> None:
        """Look at the transactions that touch the holdings of a table on the engine."""
        if not self._possible:
            return
        rows = self._engine.fetch(f"select distinct address from {front} order by address")
        self._plain |= set(rows.column("address").to_pylist())
        before = len(self._legs), len(self.events)
        for rows_of_tx in self._candidates(front):
            self._look(rows_of_tx)
        if before != (len(self._legs), len(self.events)):
            self._hold()

    def _candidates(self, front: str) -> Iterator[list[dict[str, Any]]]:
        touching = f"""select t.block, t.tx_hash from {front} f
            join transfers t on t.from_address = f.address and t.asset = f.asset where {_FOLLOWED}
            union
            select t.block, t.tx_hash from {front} f
            join transfers t on t.to_address = f.address and t.asset = f.asset where {_FOLLOWED}"""
        rows = self._engine.fetch(
            f"""select t.block, t.time, t.tx_index, t.tx_hash, t.seq, t.kind, t.from_address, t.to_address, t.asset,
                       t.amount, t.placed
                from transfers t
                join ({touching}) x on x.block = t.block and x.tx_hash = t.tx_hash
                where {_FOLLOWED}
                order by t.block, t.tx_index, t.tx_hash, t.seq, t.source, t.from_address, t.to_address, t.asset,
                         t.amount""",
            chain=self._chain,
        )
        rows = rows.set_column(1, "time", rows.column("time").cast(pa.int64()))
        yield from _by_transaction(rows.to_pylist())

    def _look(self, rows: Sequence[dict[str, Any]]) -> None:
        at = rows[0]["block"], rows[0]["tx_hash"]
        if at in self._examined or len({row["asset"] for row in rows if row["kind"] != "fee"}) < 2:
            return
        self._examined.add(at)
        moves = [
            Row(r["seq"], r["kind"], r["from_address"], r["to_address"], r["asset"], int(r["amount"])) for r in rows
        ]
        told = study(moves, self._plain)
        self.unclear += bool(told.unclear)
        last = max(move.seq for move in moves)
        gone: set[int] = set()
        for number, found in enumerate(told.conversions):
            places = sorted({*found.legs_in, *found.legs_out, *found.through})
            fresh = [place for place in places if moves[place].seq not in gone]
            self._legs += [{name: rows[place][name] for name in _LEG} for place in fresh]
            taken = [moves[place].seq for place in fresh]
            gone.update(taken)
            needed = len(found.ins) + len(found.outs) + len(found.aside)
            if len(taken) < needed:
                taken = list(range(last + 1, last + 1 + needed))
                last += needed
            self.events.append(
                Event(
                    at[0],
                    rows[0]["time"],
                    rows[0]["tx_index"],
                    at[1],
                    number,
                    found,
                    tuple(taken[-needed:]),
                    all(row["placed"] for row in rows),
                )
            )

    def _hold(self) -> None:
        legs = {name: pa.array([leg[name] for leg in self._legs], kind) for name, kind in _LEG.items()}
        self._engine.load("slice_legs", pa.table(legs))
        links = [(event.block, *payer[:2], *payee[:2]) for event in self.events for payer, payee in event.links]
        names = ("block", "owner", "asset_in", "recipient", "asset_out")
        types = (pa.int64(), *[pa.string()] * 4)
        columns = [pa.array([link[at] for link in links], kind) for at, kind in enumerate(types)]
        self._engine.load("slice_links", pa.table(dict(zip(names, columns, strict=True))))

    def rows(self, walked: Iterable[Key]) -> pa.Table | None:
        """The movements of the conversions that touch these holdings, as the slice's own; None where there are none."""
        there = set(walked)
        made = [(event, *move) for event in self.touching(there) for move in event.moves()]
        if not made:
            return None
        columns = {
            "block": pa.array([event.block for event, *_ in made], pa.int64()),
            "time": pa.array([event.time for event, *_ in made], pa.int64()).cast(pa.timestamp("us", tz="UTC")),
            "tx_index": pa.array([event.tx_index for event, *_ in made], pa.int64()),
            "placed": pa.array([event.placed for event, *_ in made], pa.bool_()),
            "seq": pa.array([row[1] for row in made], pa.int64()),
            "tx_hash": pa.array([event.tx_hash for event, *_ in made], pa.string()),
            "kind": pa.array([row[2] for row in made], pa.string()),
            "from_address": pa.array([row[3] for row in made], pa.string()),
            "from_output": pa.array([row[4] for row in made], pa.string()),
            "to_address": pa.array([row[5] for row in made], pa.string()),
            "to_output": pa.array([row[6] for row in made], pa.string()),
            "asset": pa.array([row[7] for row in made], pa.string()),
            "amount": pa.array([row[8] for row in made], pa.decimal128(38, 0)),
        }
        return pa.table(columns)

    def touching(self, walked: set[Key]) -> list[Event]:
        """The conversions that touch these holdings."""
        return [event for event in self.events if event.keys & walked]


def _by_transaction(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        if group and (row["block"], row["tx_hash"]) != (group[0]["block"], group[0]["tx_hash"]):
            yield group
            group = []
        group.append(row)
    if group:
        yield group
