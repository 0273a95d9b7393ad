"""The clusters of account chains: deposit addresses, the services that sweep them, and one key on several chains.

All account chains are one family, since a key joins across them. A family is small beside its chain (only addresses
that something joins), so it is made anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dyepack.cluster import deposit, rates, samekey
from dyepack.cluster.columns import Ints
from dyepack.cluster.components import KNOWN, MADE, NO_ACTOR, Guard, Guarded
from dyepack.cluster.request import Request, version_of
from dyepack.cluster.result import ChainResult, Count, Large
from dyepack.cluster.rows import HELD, strongest_first
from dyepack.model import ClusterMember, Join, JoinDecision
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

PART = "accounts"
SHOWN = 10
Spot = tuple[str, str]
"""An address and its chain: (chain, address)."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One join before it is made."""

    heuristic: str
    chain: str
    block: int
    tx_index: int
    tx_hash: str
    first: str
    second: Spot


def chains(store: Store) -> list[str]:
    """The account chains that have transfers."""
    if not store.parts("transfers"):
        return []
    rows = store.fetch("select distinct chain from transfers order by chain", "transfers")
    return [str(name) for name in rows.column("chain").to_pylist()]


@dataclass(frozen=True)
class Family:
    """What is joined, in numbers: the joins, the addresses they touch in order of appearance, and the outcome."""

    leads: tuple[Lead, ...]
    names: dict[Spot, str]
    number: dict[Spot, int]
    growing: Guarded
    outcome: Ints


def cluster_accounts(store: Store, draft: Draft, chains: Sequence[str], request: Request) -> ChainResult:
    """Cluster the account chains of these names, and put what is found into the draft."""
    leads = _leads(store, draft, chains, request)
    names = _appeared(store, {spot for lead in leads for spot in ((lead.chain, lead.first), lead.second)})
    family = _grow(store, request, leads, names)
    heuristics = strongest_first([name for name in request.rules if name in _HEURISTICS])
    joins = zip(family.leads, family.outcome, strict=True)
    draft.put("joins", PART, [_join(draft.run, lead, int(what)) for lead, what in joins])
    members = _members(draft.run, family, _weakest(family, heuristics))
    draft.put("clusters", PART, members)
    return _result(chains, request, family, members)


_HEURISTICS = (deposit.DEPOSIT, deposit.SWEEP, samekey.NAME)


def _leads(store: Store, draft: Draft, names: Sequence[str], request: Request) -> list[Lead]:
    leads: list[Lead] = []
    found = []
    for chain in names if store.parts("tags") and {deposit.DEPOSIT, deposit.SWEEP} & {*request.rules} else ():
        to_block = (1 << 62) if request.as_of_block is None else request.as_of_block
        deposit.find(store, chain, to_block)
        found.append(deposit.rows(store, chain, draft.run))
        for row in deposit.joins(store).to_pylist():
            if row["heuristic"] in request.rules:
                leads.append(_lead(row, chain, row["first"], (chain, row["second"])))
    empty = TABLES["deposits"].arrow.empty_table()
    draft.put("deposits", PART, pa.concat_tables([empty, *found], promote_options="permissive"))
    if samekey.NAME in request.rules:
        for row in samekey.joins(store, request.as_of_block).to_pylist():
            if row["chain"] in names and row["first_chain"] in names:
                spot = (row["first_chain"], row["address"])
                leads.append(_lead(row | {"heuristic": samekey.NAME}, row["chain"], row["address"], spot))
    return leads


def _lead(row: dict[str, object], chain: str, first: str, second: Spot) -> Lead:
    return Lead(
        str(row["heuristic"]),
        chain,
        int(str(row["block"])),
        int(str(row["tx_index"])),
        str(row["tx_hash"]),
        first,
        second,
    )


def _appeared(store: Store, spots: set[Spot]) -> dict[Spot, str]:
    """These addresses in order of first appearance, each with the name that a cluster bears whose first it is."""
    wanted = pa.table(
        {"chain": [chain for chain, _ in sorted(spots)], "address": [address for _, address in sorted(spots)]},
        schema=pa.schema([("chain", pa.string()), ("address", pa.string())]),
    )
    store.engine.load("cluster_wanted", wanted)
    store.view("transfers")
    rows = store.engine.fetch(
        """select distinct on (chain, address) chain, address, block, tx_index, seq, side, time from (
            select t.chain, t.from_address as address, t.block, t.tx_index, t.seq, 0 as side, t.time from transfers as t
            semi join cluster_wanted as w on t.chain = w.chain and t.from_address = w.address
            union all
            select t.chain, t.to_address, t.block, t.tx_index, t.seq, 1, t.time from transfers as t
            semi join cluster_wanted as w on t.chain = w.chain and t.to_address = w.address) as moves
        order by chain, address, block, tx_index, seq, side"""
    ).to_pylist()
    rows.sort(key=lambda row: (row["time"], row["chain"], row["block"], row["tx_index"], row["seq"], row["side"]))
    return {
        (
            row["chain"],
            row["address"],
        ): f"{row['chain']}:{row['block']}:{row['tx_index']}:{'ft'[row['side']]}{row['seq']}"
        for row in rows
    }


def _grow(store: Store, request: Request, leads: Sequence[Lead], names: dict[Spot, str]) -> Family:
    """Make the joins, or hold them."""
    number = {spot: place for place, spot in enumerate(names)}
    growing = Guarded(Guard(request.large, _actors(store, number)))
    first = np.array([number[lead.chain, lead.first] for lead in leads], np.int64)
    second = np.array([number[lead.second] for lead in leads], np.int64)
    known: list[JoinDecision] = store.records("join_decisions") if store.parts("join_decisions") else []
    choice = {(d.chain, d.tx_hash, d.heuristic, d.first, d.second): 1 if d.passes else -1 for d in known}
    decided = [choice.get((one.chain, one.tx_hash, one.heuristic, one.first, one.second[1]), 0) for one in leads]
    became = growing.add(first, second, np.array(decided, np.int8)).astype(np.int64)
    return Family(tuple(leads), names, number, growing, became)


def _actors(store: Store, number: dict[Spot, int]) -> Ints:
    out = np.full(len(number), NO_ACTOR, np.int64)
    if not store.parts("tags"):
        return out
    rows = store.fetch(
        """select distinct on (t.chain, t.address) t.chain, t.address, t.actor from tags as t
        semi join cluster_wanted as w on t.chain = w.chain and t.address = w.address
        where t.actor is not null order by t.chain, t.address, t.grade desc, t.actor""",
        "tags",
    ).to_pylist()
    names = {name: place for place, name in enumerate(sorted({row["actor"] for row in rows}))}
    for row in rows:
        if (row["chain"], row["address"]) in number:
            out[number[row["chain"], row["address"]]] = names[row["actor"]]
    return out


def _join(run: str, lead: Lead, what: int) -> Join:
    version = version_of(lead.heuristic)
    right, tried, population = rates.figures(lead.heuristic, version)
    return Join(
        run, lead.heuristic, version, lead.chain, lead.block, lead.tx_index, lead.tx_hash, lead.first, *lead.second,
        held=HELD.get(what), right=right, tried=tried, population=population,
    )  # fmt: skip


def _weakest(family: Family, heuristics: tuple[str, ...]) -> dict[int, str]:
    """For each root the weakest heuristic that its cluster needs."""
    roots, out = family.growing.roots(), dict[int, str]()
    for lead, what in zip(family.leads, family.outcome, strict=True):
        if what == MADE:
            root = int(roots[family.number[lead.second]])
            out[root] = max(out.get(root, heuristics[0]), lead.heuristic, key=heuristics.index)
    return out


def _members(run: str, family: Family, weakest: dict[int, str]) -> list[ClusterMember]:
    roots, names = family.growing.roots().astype(np.int64), [*family.names.values()]
    sizes = np.bincount(roots, minlength=len(roots))
    out = []
    for place, (chain, address) in enumerate(family.names):
        root = int(roots[place])
        if sizes[root] < 2:
            continue
        right, tried, population = rates.figures(weakest[root], version_of(weakest[root]))
        member = ClusterMember(
            run, chain, address, names[root], int(sizes[root]), weakest[root], right, tried, population
        )
        out.append(member)
    return out


def _result(chains: Sequence[str], request: Request, family: Family, members: Sequence[ClusterMember]) -> ChainResult:
    counts = []
    for name in sorted({lead.heuristic for lead in family.leads}):
        joins = zip(family.leads, family.outcome, strict=True)
        of = [int(what) for lead, what in joins if lead.heuristic == name]
        counts.append(Count(name, len(of), of.count(MADE), sum(what not in (MADE, KNOWN) for what in of)))
    firsts = {member.cluster: member for member in reversed(members)}
    top = sorted(firsts.values(), key=lambda member: (-member.members, member.cluster))[:SHOWN]
    return ChainResult(
        chains=tuple(chains),
        as_of_block=request.as_of_block,
        continued_from=None,
        addresses=len(family.names),
        coinjoins={},
        left_out=(),
        counts=tuple(counts),
        clusters=len(firsts),
        clustered=len(members),
        largest=tuple(Large(one.cluster, one.members, one.address, one.heuristic) for one in top),
    )
