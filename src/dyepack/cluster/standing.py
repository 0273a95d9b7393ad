"""How the addresses of an output chain stand after a run, and into rows: the tables `clusters` and `appearances`.

Both are cut into parts by number, so that a chain of any length is written piece by piece, and a part in which nothing
has changed since the last run is left as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.cluster.columns import SCRIPTS, UNKNOWN, Codes, Flags, Ints
from dyepack.cluster.components import NOTHING, Guarded, Numbers
from dyepack.cluster.guard import Actors
from dyepack.cluster.places import Places, place
from dyepack.cluster.rows import heuristic_figures
from dyepack.store import Draft, Store

PART = 1 << 20
"""Numbers to a part."""
_TABLES = ("clusters", "appearances")


@dataclass(frozen=True)
class Standing:
    """For each number its root, the heuristic that joined it, and what its cluster and its outputs show."""

    root: Numbers
    by: Codes
    script: Codes
    actor: npt.NDArray[np.int32]

    @classmethod
    def of(cls, places: Places, growing: Guarded) -> "Standing":
        """As it is now; what comes later does not change it."""
        return cls(growing.roots().copy(), growing.by.copy(), places.script.copy(), growing.actors())

    def __len__(self) -> int:
        return len(self.root)

    @cached_property
    def members(self) -> Numbers:
        """Of each root how many addresses its cluster has, 0 of others."""
        return np.bincount(self.root, minlength=len(self)).astype(np.uint32)

    @cached_property
    def weakest(self) -> Codes:
        """Of each root the weakest of the heuristics that made the joins of its cluster."""
        out = np.full(len(self), NOTHING, np.int8)
        joined = self.by != NOTHING
        np.maximum.at(out, self.root[joined], self.by[joined])
        return out

    @cached_property
    def own(self) -> Ints:
        """The roots of clusters of two and more."""
        return np.flatnonzero(self.members > 1)

    def differs(self, before: "Standing", part: slice) -> bool:
        """Whether any row of this part is another than before."""
        if part.stop > len(before):
            return True
        root = self.root[part]
        return not (
            np.array_equal(root, before.root[part])
            and np.array_equal(self.by[part], before.by[part])
            and np.array_equal(self.script[part], before.script[part])
            and np.array_equal(self.actor[part], before.actor[part])
            and np.array_equal(self.members[root], before.members[root])
            and np.array_equal(self.weakest[root], before.weakest[root])
        )


@dataclass(frozen=True)
class Writer:
    """Makes the rows of one chain and one list of heuristics."""

    run: str
    places: Places
    heuristics: tuple[str, ...]
    actors: Actors

    def write(self, draft: Draft, store: Store, now: Standing, before: Standing) -> None:
        """Put what has changed into the draft, and take away what is no longer there."""
        kept = set()
        for part in _parts(len(now)):
            kept.add(name := f"{self.places.chain}-{part.start:012}")
            if now.differs(before, part):
                draft.put("clusters", name, self._clusters(now, part))
                draft.put("appearances", name, self._appearances(now, part))
        for table in _TABLES:
            for name in store.parts(table):
                if _of_chain(name, self.places.chain) and name not in kept:
                    draft.drop(table, name)
        for table in _TABLES if not kept else ():
            draft.put(table, f"{self.places.chain}-{0:012}", [])

    def _clusters(self, now: Standing, part: slice) -> pa.Table:
        here = np.flatnonzero(now.members[now.root[part]] > 1)
        root = now.root[part][here].astype(np.int64)
        own, place = np.unique(root, return_inverse=True)
        kind = now.weakest[root].astype(np.int64)
        return pa.table(
            {
                "run": pa.repeat(self.run, len(here)),
                "chain": pa.repeat(self.places.chain, len(here)),
                "address": self.places.address.take(pa.array(here + part.start)),
                "cluster": self.places.names(own).take(pa.array(place)),
                "members": now.members[root].astype(np.int64),
                "heuristic": _named(self.heuristics, kind),
                **heuristic_figures(self.heuristics, kind),
            }
        )

    def _appearances(self, now: Standing, part: slice) -> pa.Table:
        size = part.stop - part.start
        block, tx_index, side, index = self.places.spots(part)
        return pa.table(
            {
                "run": pa.repeat(self.run, size),
                "chain": pa.repeat(self.places.chain, size),
                "number": np.arange(part.start, part.stop),
                "address": self.places.address.slice(part.start, size),
                "block": block,
                "tx_index": tx_index,
                "output": side == 1,
                "index": index,
                "script": _named(SCRIPTS, now.script[part]),
                "first": now.root[part].astype(np.int64),
                "heuristic": _named(self.heuristics, now.by[part]),
                "actor": _named(self.actors.names, now.actor[part]),
            }
        )


def restore(store: Store, places: Places, growing: Guarded, heuristics: tuple[str, ...], actors: Actors) -> None:
    """Let addresses stand as the table `appearances` says, part by part."""
    roots, bys = [np.zeros(0, np.uint32)], [np.zeros(0, np.int8)]
    for rows in _stored(store, places.chain):
        spots, script = rows.column("place").to_numpy(), _codes(rows.column("script"), SCRIPTS)
        places.restore(rows.column("address"), np.asarray(spots, np.int64), script)
        growing.grow(actors.codes(rows.column("actor")))
        roots.append(rows.column("first").to_numpy().astype(np.uint32))
        bys.append(_codes(rows.column("heuristic"), heuristics))
    growing.resume(np.concatenate(roots), np.concatenate(bys))


def _stored(store: Store, chain: str) -> Iterator[pa.Table]:
    store.view("appearances")
    for name in sorted(store.parts("appearances")):
        if _of_chain(name, chain):
            first = int(name.rsplit("-", 1)[1])
            yield store.engine.fetch(
                f"""select address, case when output then {place(1, '"index"')} else {place(0, '"index"')} end as place,
                    script, first, heuristic, actor from appearances
                where chain = $chain and number between $first and $last order by number""",
                chain=chain,
                first=first,
                last=first + PART - 1,
            )


def _of_chain(part: str, chain: str) -> bool:
    return part.rsplit("-", 1)[0] == chain


def _parts(size: int) -> Iterator[slice]:
    for first in range(0, size, PART):
        yield slice(first, min(size, first + PART))


def _named(names: tuple[str, ...], codes: Codes | Ints | npt.NDArray[np.int32]) -> pa.Array:
    """Codes as names, none where a code is below nought."""
    none: Flags = codes < 0
    return pa.array(names, pa.string()).take(pa.array(codes.astype(np.int64), mask=none))


def _codes(names: pa.ChunkedArray, known: tuple[str, ...]) -> Codes:
    places = pc.index_in(names, value_set=pa.array(known, pa.string()))
    return np.asarray(pc.fill_null(places.cast(pa.int8()), UNKNOWN).to_numpy(), np.int8)
