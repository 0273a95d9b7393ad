"""Gathers from the tables the movements that a trace needs, on the engine.

Forward: from the seeds along every movement that follows money's arrival (by block), up to stops and budget: these
holdings can have stolen money. Backward: whoever paid one of them, and whoever paid those, so that what mixed with
the stolen money has its own history; stops are not gone behind, their money is theirs. Of every holding so gathered,
all movements in and out are taken: the walk over this slice gives its holdings what a walk over all of the data
would.

The loop is Python, each turn is SQL over the newest holdings alone (semi-naive), and its result is held before the
next.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from dyepack.engine.base import Engine
from dyepack.trace.converting import Converter, Event, Settled
from dyepack.trace.moves import Key, Moves, from_rows
from dyepack.trace.near import Near
from dyepack.trace.pools import POOLED, Pools
from dyepack.trace.request import Budget

FORWARD_KINDS = "t.kind not in ('fee', 'burn')"
BACKWARD_KINDS = "t.kind not in ('mint', 'reward')"


@dataclass(frozen=True, eq=False)
class Slice:
    """What a trace looks at.

    `moves` are in chain order. Of their keys, `walked` says which are holdings whose movements are all there, and
    `beyond` which are places that money of the walked ones reaches and that the budget left out. `unseen` counts the
    payers that it left out; `clean` says of which keys, though not walked, the money is known to be untainted. `dust`
    says which keys are outputs too small to follow, `burnt` which are outputs that nobody can ever spend; `conversions`
    are those that touch it; `unclear` counts transactions that trade and whose owner cannot be told; `pooled` are the
    contracts at which it ends because the money of many lies there, and `past` where it went on though it would have
    ended, and as what. `since` says of the holdings that stolen money can have reached from which block on; `loose`
    counts transactions inside which no source says what came first (`inside`).
    """

    moves: Moves
    walked: Any
    beyond: Any
    unseen: int
    hops: int
    not_followed: Mapping[str, int]
    clean: Any = None
    outputs: bool = False
    dust: Any = None
    burnt: Any = None
    conversions: Sequence[Event] = ()
    unclear: int = 0
    pooled: frozenset[str] = frozenset()
    past: tuple[tuple[str, str], ...] = ()
    loose: int = 0
    since: Mapping[Key, int] = field(default_factory=dict)

    @property
    def holdings(self) -> list[Key]:
        """The walked keys."""
        return [key for key, walked in zip(self.moves.keys, self.walked.tolist(), strict=True) if walked]


class Slicer:
    """Gathers one slice of one chain; the engine must show `transfers`, of which `near` finds what a hop reads.

    It holds its state on the engine, under names that are the same for all: an engine has one slicer at a time.
    """

    def __init__(
        self, engine: Engine, chain: str, stops: Collection[str], budget: Budget, near: Near | None = None
    ) -> None:
        self._engine = engine
        self._near = near or Near(engine)
        self._chain = chain
        self._budget = budget
        self._size = 0
        self._movements = 0
        self._turn = 0
        self._converter = Converter(engine, chain)
        self._known: set[str] = set()
        self._pools: Pools | None = None
        self._pooled: set[str] = set()
        self._follow, self._past = set[str](), set[str]()
        self._stops = set(stops)
        self._load_stops()

    def ending(self, seeds: Collection[str], follow: Collection[str] = ()) -> "Slicer":
        """The same, which ends at a pool; a seed is never taken for one, nor who is followed past.

        Which of the latter are pools, the slice says nevertheless.
        """
        self._pools = Pools(self._engine, self._chain, {*seeds, *self._stops})
        self._follow = set(follow)
        return self

    def _load_stops(self) -> None:
        self._engine.load("slice_stops", pa.table({"address": pa.array(sorted(self._stops), pa.string())}))

    def _close(self, front: str) -> bool:
        """Make stops of the pools among these, if that is asked; whether there are any."""
        found = self._pools.among(front, self._converter.plain) if self._pools else set()
        self._past |= found & self._follow
        found -= self._follow
        if found:
            self._pooled |= found
            self._stops |= found
            self._load_stops()
        return bool(found)

    def gather(self, seeds: Mapping[Key, int], settled: Iterable[Settled] = ()) -> Slice:
        """The slice of these holdings, each with the block from which it has stolen money.

        `settled` are the transactions of thefts, which came to be what they are before.
        """
        whose = tuple(settled)
        self._converter.take(whose)
        self._start(seeds)
        hops, whole = self._forward()
        while late := self._converter.late:
            self._again(late, whose)
            self._start(seeds)
            hops, whole = self._forward()
        beyond: list[Key] = [] if whole else self._beyond()
        reached = self._engine.fetch(f"select address, asset, block from {self._reach} order by address, asset")
        since = dict(zip(_listed(reached), reached.column("block").to_pylist(), strict=True))
        unseen = self._backward(beyond)
        keys = self._engine.fetch(f"select address, asset from {self._reach} order by address, asset")
        walked = _listed(keys)
        cut = framed(self._moves(walked), walked, beyond, (unseen, hops), self._flagged())
        cut = replace(cut, conversions=self._converted(walked), unclear=self._converter.unclear)
        return replace(self._with_pools(cut), since=since)

    def _again(self, late: Collection[str], settled: Iterable[Settled]) -> None:
        """Begin once more, with these known to hold traced money: what they paid inside trades was their own."""
        self._known |= {*late}
        self._size = self._movements = 0
        self._converter = Converter(self._engine, self._chain, self._known)
        self._converter.take(settled)

    def against(self, targets: Iterable[str], most: int | None = None) -> Slice:
        """The slice of what came to these addresses: who paid them, who paid those by then, and so on.

        The targets themselves are not walked. With `most`, no more hops than so many are made.
        """
        ends = sorted(set(targets))
        self._engine.load("slice_targets", pa.table({"address": pa.array(ends, pa.string())}))
        self._engine.load("slice_beyond", _holdings({}))
        arrivals = f"""select t.to_address as address, t.asset, max(t.block) as block
            from slice_targets f join {self._near.paid_to("slice_targets f")} t on t.to_address = f.address
            where {_FOLLOWED} and {FORWARD_KINDS} group by t.to_address, t.asset"""
        self._engine.keep("slice_front", arrivals, chain=self._chain)
        self._keep_reach("select address, asset, block from slice_front")
        self._converter.examine("slice_front")
        hops, unseen = self._upstream(most)
        keys = self._engine.fetch(f"select address, asset from {self._reach} order by address, asset")
        reached = _listed(keys)
        walked = [key for key in reached if key.address not in set(ends)]
        cut = framed(self._moves(reached), walked, (), (unseen, hops), self._flagged())
        cut = replace(cut, conversions=self._converted(reached), unclear=self._converter.unclear)
        return self._with_pools(cut)

    def _with_pools(self, cut: Slice) -> Slice:
        """The same with the pools at which it ends, and those that it went past."""
        past = tuple((address, POOLED) for address in sorted(self._past))
        return replace(cut, pooled=frozenset(self._pooled), past=past)

    def _converted(self, reached: Iterable[Key]) -> list[Event]:
        """The conversions that touch these holdings."""
        return [event for event in self._converter.touching(set(reached)) if event.found is not None]

    def _upstream(self, most: int | None) -> tuple[int, int]:
        """Hops made against the stream, and how many payers the budget, or the number of hops, left out."""
        hops = 0
        while True:
            self._engine.keep(
                "slice_fresh",
                f"""select n.address, n.asset, n.block, r.address is null as new
                    from (select e.address, e.asset, max(e.block) as block
                          from ({before_then(self._near)}) e
                          left join slice_stops s on s.address = e.address
                          left join slice_targets g on g.address = e.address
                          where s.address is null and g.address is null
                          group by e.address, e.asset) n
                    left join {self._reach} r on r.address = n.address and r.asset = n.asset
                    where r.address is null or n.block > r.block""",
                chain=self._chain,
            )
            if self._close("slice_fresh"):
                continue
            fresh = self._count("select count(*) as n from slice_fresh")
            if not fresh:
                return hops, 0
            if hops == most or not self._affordable("(select address, asset from slice_fresh where new) f"):
                return hops, fresh
            hops += 1
            self._keep_reach(
                f"""select address, asset, max(block) as block
                    from (select address, asset, block from {self._reach}
                          union all select address, asset, block from slice_fresh) b
                    group by address, asset"""
            )
            self._engine.keep("slice_front", "select address, asset, block from slice_fresh")
            self._converter.examine("slice_front")

    def _start(self, seeds: Mapping[Key, int]) -> None:
        self._engine.load("slice_front", _holdings(seeds))
        if self._close("slice_front"):
            unpooled = {key: block for key, block in seeds.items() if key.address not in self._pooled}
            self._engine.load("slice_front", _holdings(unpooled))
        self._keep_reach("select address, asset, block from slice_front")
        self._affordable("slice_front f")
        self._converter.examine("slice_front")

    def _forward(self) -> tuple[int, bool]:
        """Hops made, and whether nothing was left to reach."""
        hops = 0
        while True:
            self._engine.keep(
                "slice_fresh",
                f"""select n.address, n.asset, n.block, r.address is null as new
                    from (select e.address, e.asset, min(e.block) as block
                          from ({onward("slice_front", self._near)}) e
                          left join slice_stops s on s.address = e.address
                          where s.address is null
                          group by e.address, e.asset) n
                    left join {self._reach} r on r.address = n.address and r.asset = n.asset
                    where r.address is null or n.block < r.block""",
                chain=self._chain,
            )
            if self._close("slice_fresh"):
                continue
            if not self._count("select count(*) as n from slice_fresh"):
                return hops, True
            if not self._affordable("(select address, asset from slice_fresh where new) f"):
                return hops, False
            hops += 1
            self._keep_reach(
                f"""select address, asset, min(block) as block
                    from (select address, asset, block from {self._reach}
                          union all select address, asset, block from slice_fresh) b
                    group by address, asset"""
            )
            self._engine.keep("slice_front", "select address, asset, block from slice_fresh")
            self._converter.examine("slice_front")

    def _backward(self, beyond: Collection[Key]) -> int:
        """Goes to the payers of what was reached, and to theirs; how many were left out when the budget ends it."""
        self._engine.load("slice_beyond", _holdings(dict.fromkeys(beyond, 0)))
        self._engine.keep("slice_front", f"select address, asset, block from {self._reach}")
        while True:
            self._engine.keep(
                "slice_fresh",
                f"""select distinct e.address, e.asset, cast(0 as bigint) as block
                    from ({before(self._near)}) e
                    left join slice_stops s on s.address = e.address
                    left join slice_beyond b on b.address = e.address and b.asset = e.asset
                    left join {self._reach} r on r.address = e.address and r.asset = e.asset
                    where s.address is null and b.address is null and r.address is null""",
                chain=self._chain,
            )
            fresh = self._count("select count(*) as n from slice_fresh")
            if not fresh:
                return len(beyond)
            if not self._affordable("slice_fresh f"):
                return fresh + len(beyond)
            self._keep_reach(
                f"""select address, asset, block from {self._reach}
                    union all select address, asset, block from slice_fresh"""
            )
            self._engine.keep("slice_front", "select address, asset, block from slice_fresh")
            self._converter.examine("slice_front")

    def _affordable(self, fresh: str) -> bool:
        """Whether the budget allows these holdings and the movements that they pay; counts them if so."""
        size = self._size + self._count(f"select count(*) as n from {fresh}")
        movements = self._movements + self._count(
            f"""select count(*) as n from {fresh}
                join {self._near.paid_by(fresh)} t on t.from_address = f.address and t.asset = f.asset
                where {_FOLLOWED}""",
            chain=self._chain,
        )
        if size > self._budget.addresses or movements > self._budget.movements:
            return False
        self._size, self._movements = size, movements
        return True

    def _beyond(self) -> list[Key]:
        rows = self._engine.fetch(
            f"""select distinct e.address, e.asset
                from ({onward(self._reach, self._near)}) e
                left join slice_stops s on s.address = e.address
                left join {self._reach} r on r.address = e.address and r.asset = e.asset
                where s.address is null and r.address is null""",
            chain=self._chain,
        )
        return _listed(rows)

    def _moves(self, walked: Sequence[Key]) -> Moves:
        rows = self._engine.fetch(
            f"""select t.block, t.time, t.tx_index, t.seq, t.tx_hash, t.kind, t.from_address, t.to_address,
                       t.asset, t.amount, t.index is not null as named, t.placed, t.others
                {self._touching()} and {_FOLLOWED} and l.seq is null
                order by t.block, t.tx_index, t.tx_hash, t.seq, t.source, t.from_address, t.to_address,
                         t.asset, t.amount""",
            chain=self._chain,
        )
        made = self._converter.rows(walked)
        if made is None:
            return from_rows(rows)
        both = pa.concat_tables([rows, made], promote_options="default")
        both = both.sort_by([(name, "ascending") for name in ("block", "tx_index", "tx_hash", "seq")])
        return from_rows(both)

    def _flagged(self) -> dict[str, int]:
        """How many flagged movements the slice's addresses pay or are paid; none of them is followed."""
        rows = self._engine.fetch(
            f"""select t.flag as flag, count(*) as n
                from transfers t {self._among()}
                where t.chain = $chain and t.flag is not null
                  and (t.from_address in (select address from {self._reach})
                       or t.to_address in (select address from {self._reach}))
                group by t.flag order by t.flag""",
            chain=self._chain,
        )
        return dict(zip(rows.column("flag").to_pylist(), rows.column("n").to_pylist(), strict=True))

    def _touching(self) -> str:
        return f"""from transfers t {self._among()}
            left join {self._reach} p on p.address = t.from_address and p.asset = t.asset
            left join {self._reach} q on q.address = t.to_address and q.asset = t.asset
            {_LEGS}
            where (p.address is not null or q.address is not null)"""

    def _among(self) -> str:
        """Keeps of the table only movements that touch what is reached, where they can be found without reading it."""
        keys = self._near.either(f"{self._reach} f")
        same = "n.chain = t.chain and n.block = t.block and n.tx_index = t.tx_index and n.seq = t.seq"
        return f"join ({keys}) n on {same}" if keys else ""

    @property
    def _reach(self) -> str:
        return f"slice_reach_{self._turn % 2}"

    def _keep_reach(self, query: str) -> None:
        """Hold the next state of what is reached; it takes turns between two names, as its query reads the last one."""
        self._engine.keep(f"slice_reach_{(self._turn + 1) % 2}", query)
        self._turn += 1

    def _count(self, query: str, **params: Any) -> int:
        return int(self._engine.fetch(query, **params).column("n")[0].as_py())


_FOLLOWED = "t.chain = $chain and t.flag is null and t.amount > 0"
_LEGS = """left join slice_legs l on l.block = t.block and l.tx_index = t.tx_index and l.seq = t.seq
        and l.from_address = t.from_address and l.to_address = t.to_address and l.asset = t.asset"""
"""Two transactions may be said to have one place in a block; who pays whom tells them apart where no hash is read."""


def onward(front: str, near: Near) -> str:
    """Where the money of these holdings can go on to from the block they have it: by movements and by conversions."""
    return f"""select t.to_address as address, t.asset, t.block from {front} f
        join {near.paid_by(f"{front} f")} t on t.from_address = f.address and t.asset = f.asset and t.block >= f.block
        {_LEGS}
        where {_FOLLOWED} and {FORWARD_KINDS} and l.seq is null
        union all
        select c.recipient as address, c.asset_out as asset, c.block from {front} f
        join slice_links c on c.owner = f.address and c.asset_in = f.asset and c.block >= f.block"""


def before_then(near: Near) -> str:
    """Who paid these holdings by the block that is said of each: by movements and by conversions."""
    return f"""select t.from_address as address, t.asset, t.block from slice_front f
        join {near.paid_to("slice_front f")} t on t.to_address = f.address and t.asset = f.asset and t.block <= f.block
        {_LEGS}
        where {_FOLLOWED} and {BACKWARD_KINDS} and l.seq is null
        union all
        select c.owner as address, c.asset_in as asset, c.block from slice_front f
        join slice_links c on c.recipient = f.address and c.asset_out = f.asset and c.block <= f.block"""


def before(near: Near) -> str:
    """Who ever paid these holdings: by movements and by conversions."""
    return f"""select t.from_address as address, t.asset from slice_front f
        join {near.paid_to("slice_front f")} t on t.to_address = f.address and t.asset = f.asset
        {_LEGS}
        where {_FOLLOWED} and {BACKWARD_KINDS} and l.seq is null
        union all
        select c.owner as address, c.asset_in as asset from slice_front f
        join slice_links c on c.recipient = f.address and c.asset_out = f.asset"""


def framed(
    moves: Moves,
    walked: Iterable[Key],
    beyond: Iterable[Key] = (),
    counts: tuple[int, int] = (0, 0),
    not_followed: Mapping[str, int] | None = None,
) -> Slice:
    """A slice of these movements; a holding that is walked and has none gets its place among the keys too.

    What a conversion holds for a moment is always walked.
    """
    followed, cut = dict.fromkeys(walked), set(beyond)
    there = set(moves.keys)
    keys = [*moves.keys, *(key for key in followed if key not in there)]
    return Slice(
        replace(moves, keys=keys),
        np.array([key in followed or key.output != "" for key in keys], np.bool_),
        np.array([key in cut for key in keys], np.bool_),
        counts[0],
        counts[1],
        not_followed or {},
    )


def _listed(rows: pa.Table) -> list[Key]:
    return [Key(*row) for row in zip(rows.column("address").to_pylist(), rows.column("asset").to_pylist(), strict=True)]


def _holdings(blocks: Mapping[Key, int]) -> pa.Table:
    keys = sorted(blocks)
    return pa.table(
        {
            "address": pa.array([key.address for key in keys], pa.string()),
            "asset": pa.array([key.asset for key in keys], pa.string()),
            "block": pa.array([blocks[key] for key in keys], pa.int64()),
        }
    )
