"""A trace that was made: which run is meant, what it was asked, and the rows that it left in the tables."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dyepack import chains
from dyepack.amounts import Asset
from dyepack.errors import InputError, MissingTable, UnknownRun
from dyepack.model import UNKNOWN, Conversion, Destination, Flow, Run, Seed
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.store.loaded import asset_called

LAST = "last"
VERB = "trace"
POISON = "poison"
TAKEN = ("taken", "taken_new")
"""Kinds of the movements by which a seed took what is stolen from then on."""


@dataclass(frozen=True, slots=True)
class Theft:
    """Money that is stolen from this arrival on; `asset` is empty where every asset that arrives so is meant.

    On an output chain `tx_hash` may be empty: every transaction that pays the address and in which it pays nothing.
    """

    origin: str
    tx_hash: str | None
    address: str
    asset: str | None

    def brings(self, flow: Flow, payers: Mapping[str, Collection[str]]) -> bool:
        """Whether this movement is the theft, rather than what came after it.

        `payers` are the addresses that pay into each transaction of an output chain, as far as the flows show them.
        """
        if flow.kind in TAKEN:
            return flow.origin == self.origin
        return (
            flow.kind == "output"
            and flow.origin == self.origin
            and flow.to_address == self.address
            and self.asset in (None, flow.asset)
            and (flow.tx_hash == self.tx_hash if self.tx_hash else self.address not in payers.get(flow.tx_hash, ()))
        )


def payers_of(flows: Iterable[Flow]) -> dict[str, set[str]]:
    """On an output chain, the addresses that pay into each transaction."""
    found: dict[str, set[str]] = {}
    for flow in flows:
        if flow.kind == "input":
            found.setdefault(flow.tx_hash, set()).add(flow.from_address)
    return found


@dataclass(frozen=True, slots=True)
class Recorded:
    """One run of a trace: its id, what it was asked, and the thefts among its seeds.

    A `backward` run looks for sources of funds: its origins are addresses, and nothing in it is a theft.
    """

    run: str
    incidents: tuple[str, ...]
    chain: str
    methods: tuple[str, ...]
    thefts: tuple[Theft, ...]
    backward: bool = False

    def method(self, name: str | None) -> str:
        """The method of this name, `fifo` where none is named and the run has it.

        Raises:
            InputError: the run has no such method, or it is `poison`, which says how far money reached and no amounts.
        """
        chosen = (name or "").replace("-", "_") or ("fifo" if "fifo" in self.methods else self.methods[0])
        if chosen not in self.methods:
            raise InputError(f"run {self.run} has no method {chosen!r}; it has {', '.join(self.methods)}")
        if chosen == POISON:
            raise InputError("poison says how far stolen money can have reached, not how much: nothing there adds up")
        return chosen


def find(store: Store, asked: str) -> Recorded:
    """The trace that is meant: by its id or the beginning of it, by an incident's slug (its latest trace), or `last`.

    Raises:
        UnknownRun: none, or several, are meant; says which there are.
    """
    every = store.records("runs") if store.parts("runs") else []
    runs = sorted((row for row in every if row.verb == VERB), key=lambda row: row.number)
    if not runs:
        raise MissingTable("flows", VERB)
    told = [_recorded(row) for row in runs]
    if asked == LAST:
        return told[-1]
    of_case = [one for one in told if asked in one.incidents]
    if of_case:
        return of_case[-1]
    begun = [one for one in told if asked and one.run.startswith(asked.lower())]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UnknownRun(f"{asked!r} begins several runs: {', '.join(one.run for one in begun[-5:])}; give more of it")
    there = ", ".join(f"{one.run} ({', '.join(one.incidents)})" for one in told[-3:])
    raise UnknownRun(f"no trace {asked!r}; the latest are {there}, and `last` is the latest of all")


def listed(store: Store) -> list[dict[str, Any]]:
    """Every trace, the latest first: its id, what it was asked, by which version, and when."""
    rows = store.records("runs") if store.parts("runs") else []
    runs = sorted((row for row in rows if row.verb == VERB), key=lambda row: row.number, reverse=True)
    return [_listed(row) for row in runs]


def _listed(row: Run) -> dict[str, Any]:
    told = _recorded(row)
    return {
        "run": told.run,
        "incidents": list(told.incidents),
        "chain": told.chain,
        "methods": list(told.methods),
        "backward": told.backward,
        "past": list(json.loads(row.parameters).get("follow", ())),
        "version": row.version,
        "started": row.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "finished": row.finished.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _recorded(row: Run) -> Recorded:
    said: dict[str, Any] = json.loads(row.parameters)
    chain = str(said.get("chain") or "")
    backward = bool(said.get("backward"))
    of_outputs = bool(chain) and chains.chain(chain).model == "utxo"
    thefts = tuple(
        Theft(seed["incident"], seed.get("tx_hash") or None, seed["address"], seed.get("asset"))
        for seed in said.get("seeds", ())
        if (seed.get("tx_hash") or of_outputs) and not backward
    )
    return Recorded(row.run, tuple(said["incidents"]), chain, tuple(said.get("methods", ())), thefts, backward)


def flows(store: Store, run: str, method: str, origin: str | None = None) -> list[Flow]:
    """What movements carried, in chain order; of one origin where one is named."""
    rows = store.fetch(
        f"""select {_columns("flows")} from flows
            where run = $run and method = $method and ($origin is null or origin = $origin)
            order by chain, block, tx_index, seq, origin""",
        "flows",
        run=run,
        method=method,
        origin=origin,
    )
    return in_order(TABLES["flows"].records(rows))


def in_order(found: list[Flow]) -> list[Flow]:
    """Movements in the order in which money went: who mined a block and was paid its fees pays after all others."""
    mined = {flow.to_address for flow in found if flow.kind == "miner_fee"}
    if mined:
        found.sort(key=lambda flow: (flow.chain, flow.block, flow.from_address in mined, flow.tx_index, flow.seq))
    return found


def destinations(store: Store, run: str, method: str) -> list[Destination]:
    """Where money rests under one method."""
    rows = store.fetch(
        f"""select {_columns("destinations")} from destinations where run = $run and method = $method
            order by origin, chain, asset, address""",
        "destinations",
        run=run,
        method=method,
    )
    return TABLES["destinations"].records(rows)


def seeds(store: Store, run: str) -> list[Seed]:
    """Where money started."""
    rows = store.fetch(
        f"select {_columns('seeds')} from seeds where run = $run order by origin, chain, asset, address",
        "seeds",
        run=run,
    )
    return TABLES["seeds"].records(rows)


def conversions(store: Store, run: str) -> list[Conversion]:
    """Where one asset became another; none where the run followed no conversion."""
    if not store.parts("conversions"):
        return []
    rows = store.fetch(
        f"""select {_columns("conversions")} from conversions where run = $run
            order by chain, block, tx_index, conversion, asset_in, asset_out""",
        "conversions",
        run=run,
    )
    return TABLES["conversions"].records(rows)


def assets(store: Store, used: Sequence[str]) -> dict[str, Asset]:
    """How these assets are counted and called; a chain's own needs no row in the table."""
    found = {chain.symbol: Asset(chain.symbol, chain.symbol, chain.decimals) for chain in chains.CHAINS.values()}
    if store.parts("assets"):
        found |= {row.asset: Asset.called(row.asset, row.symbol, row.decimals) for row in store.records("assets")}
    return {name: found.get(name, Asset.called(name, name, 0)) for name in used}


def origins(places: Sequence[Destination], wanted: str | None, where: str) -> list[str]:
    """The origins to tell of: the one that is asked for, else every incident's that is there.

    Raises:
        InputError: the one that is asked for is not there.
    """
    there = sorted({place.origin for place in places})
    if wanted is not None and wanted not in there:
        raise InputError(f"no money of {wanted!r} {where}; there is some of: {', '.join(there) or 'nothing'}")
    return [wanted] if wanted is not None else [origin for origin in there if origin != UNKNOWN]


def as_asset(found: Mapping[str, Asset], text: str) -> str:
    """The asset that a person means by an id, a contract, or a symbol that one asset alone has.

    Raises:
        InputError: none, or several.
    """
    return asset_called({name: asset.symbol for name, asset in found.items()}, text)


def _columns(table: str) -> str:
    return ", ".join(column.name for column in TABLES[table].columns)
