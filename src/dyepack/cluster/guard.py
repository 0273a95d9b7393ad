"""What the guard against collapse looks at: actors that tags name, and what a person decided about a join."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.cluster.columns import Ints
from dyepack.cluster.components import NO_ACTOR
from dyepack.cluster.rows import Joins
from dyepack.cluster.tables import PLACES, Batch, Places
from dyepack.model import JoinDecision
from dyepack.schema import TABLES
from dyepack.store import Store

_DECISIONS = "join_decisions"


def actor_numbers(store: Store, places: Places) -> Ints:
    """The actor of each address as a number; of several tags that name one, the best known speaks."""
    out = np.full(len(places), NO_ACTOR, np.int64)
    if not store.parts("tags"):
        return out
    rows = store.fetch(
        f"""select distinct on (p.id) p.id, t.actor from tags as t join {PLACES} as p on t.address = p.address
        where t.chain = $chain and t.actor is not null order by p.id, t.grade desc, t.actor""",
        "tags",
        chain=places.chain,
    )
    names, numbers = np.unique(np.array(rows.column("actor").to_pylist(), object), return_inverse=True)
    if len(names):
        out[rows.column("id").to_numpy()] = numbers
    return out


def show_decisions(store: Store) -> None:
    """Show `join_decisions` on the engine, empty where nobody has decided anything."""
    if store.parts(_DECISIONS):
        store.view(_DECISIONS)
    else:
        store.engine.load(_DECISIONS, TABLES[_DECISIONS].arrow.empty_table())


def decided(
    store: Store, places: Places, batch: Batch, joins: Joins, heuristics: tuple[str, ...]
) -> npt.NDArray[np.int8]:
    """For each join of a batch 1 where a person lets it pass, -1 where one refused it, else 0."""
    out = np.zeros(len(joins.tx), np.int8)
    known: list[JoinDecision] = store.records(_DECISIONS) if store.parts(_DECISIONS) else []
    for each in known:
        if each.chain != places.chain or each.heuristic not in heuristics:
            continue
        tx = pc.index(batch.hashes, pa.scalar(each.tx_hash, batch.hashes.type)).as_py()
        if tx < 0:
            continue
        first, second = (
            pc.index(places.address, pa.scalar(a, pa.large_string())).as_py() for a in (each.first, each.second)
        )
        of = (joins.tx == tx) & (joins.heuristic == heuristics.index(each.heuristic))
        out[of & (joins.first == first) & (joins.second == second)] = 1 if each.passes else -1
    return out
