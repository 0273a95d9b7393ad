"""Reads a recorded trace: every movement once, with what it carries of each origin under each method that conserves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from dyepack.amounts import Asset
from dyepack.errors import InputError
from dyepack.model import UNKNOWN, Conversion, Flow, Seed
from dyepack.report.fold import Amounts
from dyepack.schema import uncollected
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.recorded import POISON, Recorded
from dyepack.trace.wide import integers

Tell = Callable[[str], None]
"""Who is told, in a line, how far the making of a graph has come."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = "origin, chain, address, asset, reason, name, actor, concept"
_WHAT = "chain, block, tx_index, seq, kind, from_address, to_address, asset, output, conversion"


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement; `amounts` has a number per strand: by method, within that by origin."""

    chain: str
    block: int
    tx_index: int
    seq: int
    kind: str
    from_address: str
    to_address: str
    asset: str
    output: str | None
    conversion: int | None
    time: datetime
    tx_hash: str
    moved: int
    amounts: Amounts

    def as_flow(self, origin: str) -> Flow:
        """The same as a row of `flows`; of no method, and with the whole movement as its amount."""
        place = (self.chain, self.block, self.time, self.tx_index, self.seq, self.tx_hash, self.kind)
        ends = (self.from_address, self.to_address, self.output, self.conversion, self.asset)
        return Flow("", "", origin, *place, *ends, self.moved, self.moved)


@dataclass(frozen=True, slots=True)
class End:
    """Where money of one origin rests in the end, and why; `amounts` has a number per method."""

    origin: str
    chain: str
    address: str
    asset: str
    reason: str
    name: str | None
    actor: str | None
    concept: str | None
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Flagged:
    """A movement that was loaded and never followed, and why."""

    chain: str
    block: int
    time: datetime
    tx_index: int
    seq: int
    tx_hash: str
    kind: str
    from_address: str
    to_address: str
    asset: str
    amount: int
    flag: str

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**asdict(self), "amount": str(self.amount)}


@dataclass(frozen=True)
class Told:
    """All that a graph is made from: the run, its conserving methods, its origins, movements in order, ends, seeds."""

    recorded: Recorded
    methods: tuple[str, ...]
    origins: tuple[str, ...]
    moved: tuple[Moved, ...]
    ends: tuple[End, ...]
    seeds: tuple[Seed, ...]
    conversions: tuple[Conversion, ...]
    assets: Mapping[str, Asset]
    flagged: tuple[Flagged, ...]

    def strand(self, method: str, origin: str) -> int:
        """The place of one method and origin in `amounts`."""
        return self.methods.index(method) * len(self.origins) + self.origins.index(origin)

    @property
    def strands(self) -> int:
        """How many numbers `amounts` has."""
        return len(self.methods) * len(self.origins)

    @cached_property
    def payers(self) -> Mapping[str, set[str]]:
        """On an output chain, the addresses that pay into each transaction."""
        found: dict[str, set[str]] = {}
        for one in self.moved:
            if one.kind == "input":
                found.setdefault(one.tx_hash, set()).add(one.from_address)
        return found


def read(store: Store, run: str, tell: Tell = lambda _: None) -> Told:
    """The trace that is meant, from the tables.

    Raises:
        UnknownRun, InputError: no such run, or it was made by `poison` alone, under which nothing adds up.
    """
    told = recorded.find(store, run)
    methods = tuple(method for method in told.methods if method != POISON)
    if not methods:
        raise InputError(
            "poison says how far stolen money can have reached, not how much: there are no amounts to draw"
        )
    with uncollected():
        return _read(store, told, methods, tell)


def _read(store: Store, told: Recorded, methods: tuple[str, ...], tell: Tell) -> Told:
    tell("reading where the money rests")
    seeds = recorded.seeds(store, told.run)
    ends = list(_ends(store, told.run, methods))
    there = {seed.origin for seed in seeds} | {end.origin for end in ends}
    origins = (*sorted(there - {UNKNOWN}), *([UNKNOWN] if UNKNOWN in there else []))
    tell("reading the movements")
    moved = tuple(_in_order(list(_moved(store, told.run, [(m, o) for m in methods for o in origins]))))
    used = sorted({one.asset for one in moved} | {seed.asset for seed in seeds} | {end.asset for end in ends})
    return Told(
        told,
        methods,
        origins,
        moved,
        tuple(ends),
        tuple(seeds),
        tuple(recorded.conversions(store, told.run)),
        recorded.assets(store, used),
        tuple(_flagged(store, told, {address for one in moved for address in (one.from_address, one.to_address)})),
    )


def _ends(store: Store, run: str, methods: Sequence[str]) -> Iterator[End]:
    """The run's destinations, once for all methods, in the order of their keys."""
    sums = ", ".join(
        f"cast(coalesce(sum(amount) filter (where method = $method{n}), 0) as decimal(38, 0)) as sum{n}"
        for n in range(len(methods))
    )
    table = store.fetch(
        f"""select {_END}, {sums} from destinations where run = $run and method <> 'poison'
            group by {_END} order by {_END}""",
        "destinations",
        run=run,
        **{f"method{n}": method for n, method in enumerate(methods)},
    )
    names = _END.split(", ")
    words = [table.column(name).to_pylist() for name in names]
    amounts = zip(*(_whole(table.column(f"sum{n}")) for n in range(len(methods))), strict=True)
    for said, sums_ in zip(zip(*words, strict=True), amounts, strict=True):
        row: tuple[Any, ...] = (*said, sums_)
        yield End(*row)


def _moved(store: Store, run: str, strands: Sequence[tuple[str, str]]) -> Iterator[Moved]:
    sums = ", ".join(
        f"cast(coalesce(sum(amount) filter (where method = $method{n} and origin = $origin{n}), 0)"
        f" as decimal(38, 0)) as strand{n}"
        for n in range(len(strands))
    )
    named = {f"method{n}": method for n, (method, _) in enumerate(strands)}
    named |= {f"origin{n}": origin for n, (_, origin) in enumerate(strands)}
    table = store.fetch(
        f"""select {_WHAT}, min(time) as time, min(tx_hash) as tx_hash, max(moved) as moved, {sums}
            from flows where run = $run and method <> 'poison' group by {_WHAT}
            order by {_WHAT}""",
        "flows",
        run=run,
        **named,
    )
    words = zip(*(table.column(name).to_pylist() for name in _WHAT.split(", ")), strict=True)
    told = (_times(table.column("time")), table.column("tx_hash").to_pylist(), _whole(table.column("moved")))
    amounts = zip(*(_whole(table.column(f"strand{n}")) for n in range(len(strands))), strict=True)
    for what, time, tx_hash, moved, cells in zip(words, *told, amounts, strict=True):
        row: tuple[Any, ...] = (*what, time, tx_hash, moved, cells)
        yield Moved(*row)


def _whole(column: pa.ChunkedArray) -> list[int]:
    """Amounts without empty ones as integers, straight from the bytes at rest: no decimal is made of each."""
    found: list[int] = []
    for chunk in column.chunks:
        limbs = np.frombuffer(chunk.buffers()[1], np.uint64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk))]
        found += integers(limbs[0::2], limbs[1::2])
    return found


def _times(column: pa.ChunkedArray) -> list[datetime]:
    """Times in UTC, each made once."""
    numbers = column.cast(pa.int64()).to_pylist()
    made = {number: _EPOCH + timedelta(microseconds=number) for number in set(numbers)}
    return [made[number] for number in numbers]


def _in_order(found: list[Moved]) -> list[Moved]:
    """As `recorded.in_order`: who mined a block and was paid its fees pays after all others."""
    mined = {one.to_address for one in found if one.kind == "miner_fee"}
    found.sort(key=lambda one: (one.chain, one.block, one.from_address in mined, one.tx_index, one.seq))
    return found


def _flagged(store: Store, told: Recorded, ours: set[str]) -> Iterator[Flagged]:
    """Movements that were loaded but never followed, between places of the trace or to one: bait, in chain order."""
    if not store.parts("transfers"):
        return
    names = [field.name for field in fields(Flagged)]
    store.engine.load("graph_addresses", pa.table({"address": pa.array(sorted(ours), pa.string())}))
    table = store.fetch(
        f"""select {", ".join(names)} from transfers
           where chain = $chain and flag is not null
             and (from_address in (select address from graph_addresses)
                  or to_address in (select address from graph_addresses))
           order by block, tx_index, seq""",
        "transfers",
        chain=told.chain,
    )
    cells = {name: table.column(name) for name in names}
    told_ = {"time": _times(cells["time"]), "amount": _whole(cells["amount"])}
    for row in zip(*(told_.get(name) or cells[name].to_pylist() for name in names), strict=True):
        yield Flagged(*row)
