"""What the report says of one traced case: groups of destinations, the balance sheet, movements, and the folded
pictures.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from dyepack.amounts import USD, Asset, tabled
from dyepack.model import UNKNOWN, Destination, Flow
from dyepack.report import fold
from dyepack.report.figures import abbreviated
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.trace.places import shared_name
from dyepack.trace.result import Deposit, Place, Shown, TraceResult, ranged

ByMethod = dict[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Destinations that belong together: one reason and one name; what rests at accounts that nobody named is one
    group.

    `amounts` is by origin, then by method.
    """

    key: str
    reason: str
    name: str
    named: bool
    asset: Asset
    addresses: tuple[str, ...]
    amounts: Mapping[str, ByMethod]
    first: datetime | None
    last: datetime | None

    def of(self, origin: str, method: str) -> int:
        """What one method brings here of one origin."""
        return self.amounts.get(origin, {}).get(method, 0)


@dataclass(slots=True)
class Moved:
    """One movement with what it carried: by origin, then by method."""

    flow: Flow
    carried: dict[str, ByMethod] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True)
class Trace:
    """A traced case as the report shows it; `title` and `about` come from the case's file where there is one."""

    result: TraceResult
    destinations: tuple[Destination, ...]
    moved: tuple[Moved, ...]
    title: str
    about: tuple[str, ...] = ()

    @property
    def methods(self) -> tuple[str, ...]:
        """The rules that ranges are over: one that does not conserve says how far taint reaches, not how much it is."""
        return self.result.ranging

    @property
    def origins(self) -> tuple[str, ...]:
        """The thefts, and unknown money where there is any."""
        unknown = any(seed.origin == UNKNOWN for seed in self.result.seeds)
        return (*self.result.incidents, *([UNKNOWN] if unknown else []))

    @cached_property
    def assets(self) -> tuple[Asset, ...]:
        """Assets in which something was seeded or rests, the one with most movements first."""
        count = defaultdict(int, {d.asset: 0 for d in self.destinations})
        for moved in self.moved:
            count[moved.flow.asset] += 1
        return tuple(self.result.assets[asset] for asset in sorted(count, key=lambda a: (-count[a], a)))

    def seeded(self, origins: Iterable[str], asset: str) -> int:
        """What the trace started from."""
        return sum(seed.amount for seed in self.result.seeds if seed.origin in origins and seed.asset == asset)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Destinations by reason and name, services first, what rests unnamed last; within that, largest first."""
        found: dict[tuple[str, str, str], list[Destination]] = defaultdict(list)
        for one in self.destinations:
            found[one.asset, one.reason, destination(one)].append(one)
        groups = [self._group(key[2], rows) for key, rows in sorted(found.items())]
        order = {reason: index for index, reason in enumerate(REASONS)}
        return tuple(sorted(groups, key=lambda g: (order.get(g.reason, 50), -_most(self.result.incidents, g), g.name)))

    def _group(self, key: str, rows: Sequence[Destination]) -> Group:
        amounts: dict[str, ByMethod] = defaultdict(lambda: dict.fromkeys(self.methods, 0))
        for row in rows:
            amounts[row.origin][row.method] += row.amount
        names = sorted({row.name for row in rows if row.name and row.reason != "held"})
        addresses = tuple(sorted({row.address for row in rows}))
        name = (
            shared_name(names)
            if names
            else f"{len(addresses)} accounts"
            if len(addresses) > 1
            else abbreviated(addresses[0])
        )
        times = [t for row in rows for t in (row.first_time, row.last_time) if t is not None]
        first, last = min(times, default=None), max(times, default=None)
        asset = self.result.assets[rows[0].asset]
        return Group(key, rows[0].reason, name, bool(names), asset, addresses, amounts, first, last)

    @cached_property
    def _shown(self) -> Shown:
        return self.result.shown

    def places(self, group: Group) -> tuple[Place, ...]:
        """The single addresses of a group that are named, those with only money of unknown origin too."""
        wanted = set(group.addresses)
        return tuple(
            p
            for p in self._shown.places
            if p.address in wanted and p.reason == group.reason and p.asset == group.asset.id
        )

    def small(self, group: Group) -> str:
        """How many addresses of a group are not named, what they have in all, and why; empty where there are none."""
        named = {id(place) for place in self._shown.places}
        few = [
            place
            for place in self.result.places
            if place.address in set(group.addresses)
            and (place.reason, place.asset) == (group.reason, group.asset.id)
            and id(place) not in named
        ]
        if not few:
            return ""
        sums = [sum(place.amounts[method] for place in few) for method in self.methods]
        says = self.result.thresholds[few[0].origin, group.asset.id].says(group.asset)
        many = len({place.address for place in few})
        return (
            f"{many} more address{'es' * (many > 1)} with {tabled(min(sums), max(sums), group.asset)} in all: each got"
            f" {says}. They are not named, as anybody can be sent so little; the table destinations has them."
        )

    def deposits(self, group: Group) -> tuple[Deposit, ...]:
        """The addresses that paid a group and are named, largest first."""
        wanted = set(group.addresses)
        found = [d for d in self._shown.deposits if d.address in wanted and d.asset == group.asset.id]
        return tuple(sorted(found, key=lambda d: (-max(ranged(d.amounts)), d.deposit)))

    def folding(self, asset: Asset, method: str) -> fold.Case:
        """The case under one rule, as the picture's folding wants it."""
        strands = self.origins
        movements = [
            fold.Movement(m.flow.time, *self.ends(m), carried)
            for m in self.moved
            if m.flow.asset == asset.id
            and any(carried := tuple(m.carried.get(origin, {}).get(method, 0) for origin in strands))
        ]
        openings: dict[str, list[int]] = defaultdict(lambda: [0] * len(strands))
        for seed in self.result.seeds:
            if seed.asset == asset.id:
                openings[seed.address][strands.index(seed.origin)] += seed.amount
        drawn = self._drawn(asset)
        stops = {
            d.address: key if (key := destination(d)) in drawn else OTHERS
            for d in self.destinations
            if d.reason != fold.REST and d.asset == asset.id
        }
        return fold.Case(movements, {a: tuple(o) for a, o in openings.items()}, stops, strands)

    def ends(self, moved: Moved) -> tuple[str, str]:
        """Payer and payee as a picture has them: all bystanders of an asset are one."""
        flow, few = moved.flow, self.bystanders.get(moved.flow.asset, set())
        one = f"{len(few)} small addresses"
        return (
            one if flow.from_address in few else flow.from_address,
            one if flow.to_address in few else flow.to_address,
        )

    @cached_property
    def bystanders(self) -> Mapping[str, set[str]]:
        """By asset, the addresses that no more than next to nothing ever came to."""
        return {asset.id: self._bystanders(asset) for asset in self.assets}

    def _bystanders(self, asset: Asset) -> set[str]:
        """Addresses that no more than next to nothing of an asset ever came to, so that no picture names them."""
        came: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
        for moved in self.moved:
            if moved.flow.asset == asset.id:
                for origin, by_method in moved.carried.items():
                    for method, amount in by_method.items():
                        came[moved.flow.to_address][origin, method] += amount
        named = {place.address for place in self._shown.places} | {seed.address for seed in self.result.seeds}
        least = self.result.thresholds
        return {
            address
            for address, sums in came.items()
            if address not in named
            and all(
                amount < least[of, asset.id].below for (of, _), amount in sums.items() if of in self.result.incidents
            )
        }

    def _drawn(self, asset: Asset) -> set[str]:
        """Keys of the largest destinations, as many as the margin has room to name."""
        groups = [group for group in self.groups if group.asset == asset and group.reason != fold.REST]
        size = {g.key: max(together([g], self.origins, self.methods).values()) for g in groups}
        largest = sorted(size, key=lambda key: (-size[key], key))
        return set(largest if len(largest) <= MOST_NAMES else largest[: MOST_NAMES - 1])


OTHERS = "others"
MOST_NAMES = 13
"""How many destinations a picture names; the rest are drawn as one."""
REASONS = (
    "service",
    "mixer",
    "bridge",
    "frozen",
    "analyst",
    "pooled",
    "unreached",
    "dust",
    "budget",
    "fees",
    "burned",
    "destroyed",
    "redeemed",
)
"""The order in which reasons are told; `held` comes last."""


def read(store: Store, result: TraceResult, title: str, about: tuple[str, ...] = ()) -> Trace:
    """A trace's rows from the workspace."""
    every: list[Destination] = _rows(store, "destinations", result.run, "method, origin, address, asset, reason")
    destinations = [one for one in every if one.method in result.ranging]
    flows: list[Flow] = _rows(store, "flows", result.run, "block, tx_index, seq, method, origin")
    moved: dict[tuple[int, int, int, str], Moved] = {}
    for flow in (flow for flow in flows if flow.method in result.ranging):
        one = moved.setdefault((flow.block, flow.tx_index, flow.seq, flow.asset), Moved(flow))
        one.carried[flow.origin][flow.method] = flow.amount
    return Trace(result, tuple(destinations), tuple(moved.values()), title, about)


def _rows(store: Store, table: str, run: str, order: str) -> list[Any]:
    found = store.fetch(f"select * from {table} where run = $run order by {order}", table, run=run)
    return TABLES[table].records(found)


def destination(one: Destination) -> str:
    """The key of the group that a destination belongs to."""
    if one.reason == fold.REST:
        return fold.REST
    return f"{one.reason}:{one.actor or one.name or one.address}"


def low_high(amounts: Mapping[str, int]) -> tuple[int, int]:
    """The range over the methods."""
    return min(amounts.values(), default=0), max(amounts.values(), default=0)


def together(groups: Iterable[Group], origins: Iterable[str], methods: Iterable[str]) -> ByMethod:
    """Several groups and origins as one sum per method."""
    listed, wanted = list(groups), list(origins)
    return {method: sum(g.of(origin, method) for g in listed for origin in wanted) for method in methods}


def method_name(method: str) -> str:
    """A rule's name as people write it."""
    return method.upper() if method in ("fifo", "lifo") else method.replace("_", "-")


def unit(asset: Asset) -> str:
    """What the amounts are, in words."""
    return "US dollars as the data gives them" if asset.id == USD.id else asset.symbol


def _most(incidents: Iterable[str], group: Group) -> int:
    return max((sum(group.of(i, m) for i in incidents) for m in next(iter(group.amounts.values()), {})), default=0)
