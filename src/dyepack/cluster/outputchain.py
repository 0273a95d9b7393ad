"""The clusters of one output chain: batch by batch, in chain order, going on from the last run where it can."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dyepack.cluster import cospend, tables
from dyepack.cluster.change import Change
from dyepack.cluster.coinjoin import RULES, SAYS, Says, Verdicts, judge
from dyepack.cluster.components import KNOWN, MADE, NOTHING, Guard, Guarded
from dyepack.cluster.earlier import Earlier
from dyepack.cluster.guard import Actors, decided
from dyepack.cluster.places import Places
from dyepack.cluster.request import Request
from dyepack.cluster.result import ChainResult, Count, Large, LeftOut
from dyepack.cluster.rows import Joins, coinjoin_rows, join_rows, strongest_first
from dyepack.cluster.standing import Standing, Writer, restore
from dyepack.cluster.tables import Batch
from dyepack.store import Draft, Store

SHOWN = 10


@dataclass
class _Tally:
    """What is counted on the way."""

    coinjoins: Counter[str] = field(default_factory=Counter)
    inputs: Counter[str] = field(default_factory=Counter)
    joins: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, store: Store, earlier: Earlier) -> "_Tally":
        """What the kept blocks have."""
        before = earlier.joins(store)
        found = earlier.coinjoins(store)
        counts = [Counter({name: both[n] for name, both in of.items()}) for of in (found, before) for n in range(2)]
        return cls(*counts)

    def add(self, verdicts: Verdicts, joins: Joins, became: npt.NDArray[np.int8]) -> None:
        """Count what a batch has."""
        for place, rule in enumerate(RULES):
            of = verdicts.rule == place
            if many := int(np.count_nonzero(of)):
                self.coinjoins[rule.name] += many
                self.inputs[rule.name] += int(verdicts.inputs[of].sum())
        for kind, name in enumerate(joins.heuristics):
            what = became[joins.heuristic == kind]
            self.joins[name] += len(what)
            self.held[name] += int(np.count_nonzero((what != MADE) & (what != KNOWN)))


def heuristics_of(request: Request) -> tuple[str, ...]:
    """The heuristics of the request that work on output chains, strongest first."""
    asked = [name for name in request.rules if name == cospend.NAME]
    asked += [request.change.name] if request.change else []
    return strongest_first(asked)


def cluster_chain(
    store: Store, draft: Draft, chain: str, request: Request, tell: Callable[[str], None] = lambda _: None
) -> ChainResult:
    """Cluster one chain, and put what is found into the draft."""
    last = tables.last_block(store, chain) or 0
    to_block = last if request.as_of_block is None else min(request.as_of_block, last)
    heuristics, earlier = heuristics_of(request), Earlier.of(store, chain, request, to_block)
    places, actors = Places(chain), Actors.of(store, chain)
    growing = Guarded(Guard(request.large, np.zeros(0, np.int64)))
    if earlier.parts:
        restore(store, places, growing, heuristics, actors)
    before, tally, kept = Standing.of(places, growing), _Tally.of(store, earlier), set(earlier.parts)
    for batch in tables.batches(store, places, (earlier.last + 1, to_block)):
        tell(f"{chain}: blocks {batch.first:,} to {batch.last:,} of {to_block:,}, {len(places):,} addresses")
        growing.grow(actors.at(places.since(len(growing))))
        verdicts = judge(batch.columns)
        joins = _joins(batch, verdicts, heuristics, request.change)
        became = growing.add(joins.first, joins.second, decided(store, places, batch, joins), joins.heuristic)
        tally.add(verdicts, joins, became)
        kept.add(part := f"{chain}-{batch.first:09}-{batch.last:09}")
        draft.put("coinjoins", part, coinjoin_rows(draft.run, chain, batch, verdicts))
        draft.put("joins", part, join_rows(draft.run, places, batch, joins, became))
    for table in ("coinjoins", "joins"):
        for part in store.parts(table):
            if _of_chain(part, chain) and part not in kept:
                draft.drop(table, part)
    tell(f"{chain}: writing the clusters of {len(places):,} addresses")
    now = Standing.of(places, growing)
    Writer(draft.run, places, heuristics, actors).write(draft, store, now, before)
    return _result(places, now, tally, _Asked(heuristics, to_block, earlier.last if earlier.parts else None))


def _of_chain(part: str, chain: str) -> bool:
    return part.rsplit("-", 2)[0] == chain


def _joins(batch: Batch, verdicts: Verdicts, heuristics: tuple[str, ...], change: Change | None) -> Joins:
    parts = []
    for name in heuristics:
        if name == cospend.NAME:
            parts.append(cospend.joins(batch.columns, verdicts.apart))
        elif change is not None:
            parts.append(change.joins(batch.columns, verdicts.apart))
    return Joins.of(heuristics, parts)


@dataclass(frozen=True)
class _Asked:
    """What a result says of how it came about."""

    heuristics: tuple[str, ...]
    to_block: int
    continued: int | None


def _result(places: Places, now: Standing, tally: _Tally, asked: _Asked) -> ChainResult:
    own, sizes = now.own, now.members[now.own].astype(np.int64)
    top = own[np.lexsort((own, -sizes))[:SHOWN]]
    made = np.bincount(now.by[now.by != NOTHING], minlength=len(asked.heuristics))
    counts = [Count(name, tally.joins[name], int(made[n]), tally.held[name]) for n, name in enumerate(asked.heuristics)]
    return ChainResult(
        chains=(places.chain,),
        as_of_block=asked.to_block,
        continued_from=asked.continued,
        addresses=len(places),
        coinjoins=dict(sorted(tally.coinjoins.items())),
        left_out=tuple(_left_out(tally, what) for what in SAYS if what != "one payer"),
        counts=tuple(sorted(counts, key=lambda count: count.heuristic)),
        clusters=len(own),
        clustered=int(sizes.sum()),
        largest=tuple(_large(places, now, int(root), asked.heuristics) for root in top),
    )


def _left_out(tally: _Tally, what: Says) -> LeftOut:
    rules = [rule.name for rule in RULES if rule.verdict == what]
    return LeftOut(what, *(sum(counted[name] for name in rules) for counted in (tally.coinjoins, tally.inputs)))


def _large(places: Places, now: Standing, root: int, heuristics: tuple[str, ...]) -> Large:
    name = str(places.names(np.array([root]))[0])
    return Large(name, int(now.members[root]), str(places.address[root]), heuristics[now.weakest[root]])
