"""What the guard against collapse looks at: actors that tags name, and what a person decided about a join."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.cluster.columns import Ints
from dyepack.cluster.components import NO_ACTOR
from dyepack.cluster.places import Places
from dyepack.cluster.rows import Joins
from dyepack.cluster.tables import Batch
from dyepack.cluster.texts import Flat, Texts
from dyepack.model import JoinDecision
from dyepack.store import Store

_DECISIONS = "join_decisions"


class Actors:
    """The actors that tags name at addresses of a chain, as numbers; of several tags the best known speaks."""

    def __init__(self, names: Sequence[str], addresses: pa.Array, actors: Ints) -> None:
        self.names = tuple(names)
        self._addresses = Texts()
        self._addresses.add(Flat.of(addresses), np.arange(len(addresses)))
        self._actors = np.append(actors, NO_ACTOR)

    @classmethod
    def of(cls, store: Store, chain: str) -> "Actors":
        """From the tags at hand."""
        if not store.parts("tags"):
            return cls((), pa.array([], pa.string()), np.zeros(0, np.int64))
        rows = store.fetch(
            """select distinct on (address) address, actor from tags
            where chain = $chain and actor is not null and address is not null
            order by address, grade desc, actor""",
            "tags",
            chain=chain,
        )
        names, numbers = np.unique(np.array(rows.column("actor").to_pylist(), object), return_inverse=True)
        return cls(names.tolist(), rows.column("address"), numbers.astype(np.int64))

    def at(self, addresses: pa.Array) -> Ints:
        """The actor of each address, or `NO_ACTOR`."""
        if not self.names:
            return np.full(len(addresses), NO_ACTOR, np.int64)
        return np.asarray(self._actors[self._addresses.find(Flat.of(addresses))], np.int64)

    def codes(self, names: pa.ChunkedArray) -> Ints:
        """The numbers of names, `NO_ACTOR` where there is none."""
        places = pc.index_in(names, value_set=pa.array(self.names, pa.string()))
        return np.asarray(pc.fill_null(places.cast(pa.int64()), NO_ACTOR).to_numpy(), np.int64)


def decided(store: Store, places: Places, batch: Batch, joins: Joins) -> npt.NDArray[np.int8]:
    """For each join of a batch 1 where a person lets it pass, -1 where one refused it, else 0."""
    out = np.zeros(len(joins.tx), np.int8)
    known: list[JoinDecision] = store.records(_DECISIONS) if store.parts(_DECISIONS) else []
    for each in known:
        if each.chain != places.chain or each.heuristic not in joins.heuristics:
            continue
        tx = pc.index(batch.hashes, pa.scalar(each.tx_hash, batch.hashes.type)).as_py()
        if tx < 0:
            continue
        first, second = places.find([each.first, each.second])
        of = (joins.tx == tx) & (joins.heuristic == joins.heuristics.index(each.heuristic))
        out[of & (joins.first == first) & (joins.second == second)] = 1 if each.passes else -1
    return out
