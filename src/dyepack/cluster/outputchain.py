"""The clusters of one output chain: batch by batch, in chain order, going on from the last run where it can."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dyepack.cluster import cospend, tables
from dyepack.cluster.change import Change
from dyepack.cluster.coinjoin import RULES, Verdicts, judge
from dyepack.cluster.components import KNOWN, MADE, Guard, Guarded
from dyepack.cluster.earlier import Earlier
from dyepack.cluster.guard import actor_numbers, decided
from dyepack.cluster.request import Request
from dyepack.cluster.result import ChainResult, Count, Large
from dyepack.cluster.rows import Joins, JoinWriter, Members, coinjoin_rows, strongest_first
from dyepack.cluster.tables import Batch, Places
from dyepack.store import Draft, Store

SHOWN = 10


@dataclass
class _Tally:
    """What is counted on the way."""

    heuristics: tuple[str, ...]
    coinjoins: Counter[str] = field(default_factory=Counter)
    joins: Counter[tuple[int, int]] = field(default_factory=Counter)
    made: list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.int8]]] = field(default_factory=list)

    def add(self, joins: Joins, became: npt.NDArray[np.int8]) -> None:
        """Count joins by heuristic and by what became of them, and remember who holds what together."""
        for kind in range(len(self.heuristics)):
            for what, count in enumerate(np.bincount(became[joins.heuristic == kind])):
                self.joins[kind, what] += int(count)
        kept = became == MADE
        self.made.append((joins.first[kept].astype(np.uint32), joins.heuristic[kept]))

    def weakest(self, roots: npt.NDArray[np.uint32]) -> npt.NDArray[np.int8]:
        """For each root the weakest of the heuristics that made the joins of its cluster."""
        out = np.zeros(len(roots), np.int8)
        for first, kind in self.made:
            np.maximum.at(out, roots[first], kind)
        return out

    def counts(self) -> tuple[Count, ...]:
        """By heuristic."""
        out = []
        for kind, name in enumerate(self.heuristics):
            by = {what: count for (of, what), count in self.joins.items() if of == kind}
            held = sum(count for what, count in by.items() if what not in (MADE, KNOWN))
            out.append(Count(name, sum(by.values()), by.get(MADE, 0), held))
        return tuple(sorted(out, key=lambda count: count.heuristic))


def heuristics_of(request: Request) -> tuple[str, ...]:
    """The heuristics of the request that work on output chains, strongest first."""
    asked = [name for name in request.rules if name == cospend.NAME]
    asked += [request.change.name] if request.change else []
    return strongest_first(asked)


def cluster_chain(store: Store, draft: Draft, chain: str, request: Request) -> ChainResult:
    """Cluster one chain, and put what is found into the draft."""
    last = tables.last_block(store, chain) or 0
    to_block = last if request.as_of_block is None else min(request.as_of_block, last)
    places = tables.number(store, chain, to_block)
    heuristics = heuristics_of(request)
    earlier = Earlier.of(store, chain, request, to_block)
    tally = _Tally(heuristics)
    growing = Guarded(Guard(request.large, actor_numbers(store, places)))
    earlier.replay(
        store, heuristics, lambda joins, choice: tally.add(joins, growing.add(joins.first, joins.second, choice))
    )
    tally.coinjoins.update(earlier.coinjoins(store))
    writer = JoinWriter(draft.run, places, heuristics)
    span = (earlier.last + 1, to_block)
    kept = set(earlier.parts)
    for batch in tables.batches(store, chain, span):
        part = f"{chain}-{batch.first:09}-{batch.last:09}"
        kept.add(part)
        verdicts = judge(batch.columns)
        tally.coinjoins.update(RULES[n].name for n in verdicts.rule if n >= 0)
        joins = _joins(batch, verdicts, heuristics, request.change)
        became = growing.add(joins.first, joins.second, decided(store, places, batch, joins, heuristics))
        tally.add(joins, became)
        draft.put("coinjoins", part, coinjoin_rows(draft.run, chain, batch, verdicts))
        draft.put("joins", part, writer.rows(batch, joins, became))
    for table in ("coinjoins", "joins"):
        for part in store.parts(table):
            if _of_chain(part, chain) and part not in kept:
                draft.drop(table, part)
    roots = growing.roots()
    members = Members.of(roots, tally.weakest(roots))
    draft.put("clusters", chain, members.rows(draft.run, places, heuristics))
    return _result(places, members, tally, to_block, earlier.last if earlier.parts else None)


def _of_chain(part: str, chain: str) -> bool:
    return part.rsplit("-", 2)[0] == chain


def _joins(batch: Batch, verdicts: Verdicts, heuristics: tuple[str, ...], change: Change | None) -> Joins:
    parts = []
    for name in heuristics:
        if name == cospend.NAME:
            parts.append(cospend.joins(batch.columns, verdicts.joint))
        elif change is not None:
            parts.append(change.joins(batch.columns, verdicts.joint))
    if not parts:
        none = np.zeros(0, np.int64)
        parts = [(none, none, none)]
    return Joins.of(parts)


def _result(places: Places, members: Members, tally: _Tally, to_block: int, continued: int | None) -> ChainResult:
    own, where = np.unique(members.root, return_index=True)
    sizes = members.size[where]
    top = np.lexsort((own, -sizes))[:SHOWN]
    return ChainResult(
        chains=(places.chain,),
        as_of_block=to_block,
        continued_from=continued,
        addresses=len(places),
        coinjoins=dict(sorted(tally.coinjoins.items())),
        counts=tally.counts(),
        clusters=len(own),
        clustered=len(members.numbers),
        largest=tuple(_large(places, members, tally, int(where[n])) for n in top),
    )


def _large(places: Places, members: Members, tally: _Tally, at: int) -> Large:
    root = members.root[at]
    return Large(
        str(places.names(np.array([root]))[0]),
        int(members.size[at]),
        str(places.address[int(root)]),
        tally.heuristics[members.weakest[at]],
    )
