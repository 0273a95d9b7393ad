"""Numbers back into rows of the tables `coinjoins` and `joins`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dyepack.cluster import rates
from dyepack.cluster.coinjoin import NONE, RULES, Verdicts
from dyepack.cluster.columns import Ints
from dyepack.cluster.components import ACTORS, LARGE, REFUSED
from dyepack.cluster.places import Places
from dyepack.cluster.request import version_of
from dyepack.cluster.tables import Batch

HELD = {LARGE: "large", ACTORS: "actors", REFUSED: "refused"}


@dataclass(frozen=True)
class Joins:
    """Joins in chain order: transaction (its place in the batch), heuristic (its place in the list), two addresses."""

    heuristics: tuple[str, ...]
    tx: Ints
    heuristic: npt.NDArray[np.int8]
    first: Ints
    second: Ints

    @classmethod
    def of(cls, heuristics: tuple[str, ...], parts: Sequence[tuple[Ints, Ints, Ints]]) -> "Joins":
        """What each heuristic joins, in one order: transaction, then heuristic."""
        none = np.zeros(0, np.int64)
        tx, first, second = (np.concatenate([none, *(part[n] for part in parts)]) for n in range(3))
        kind = np.repeat(np.arange(len(parts), dtype=np.int8), [len(part[0]) for part in parts])
        order = np.argsort(tx, kind="stable")
        return cls(heuristics, tx[order], kind[order], first[order], second[order])


def coinjoin_rows(run: str, chain: str, batch: Batch, verdicts: Verdicts) -> pa.Table:
    """The verdicts of a batch, for the table `coinjoins`."""
    found = np.flatnonzero(verdicts.rule != NONE)
    rule = verdicts.rule[found]
    figures = [rates.figures(each.name, each.version) for each in RULES]
    return pa.table(
        {
            "run": _same(run, len(found)),
            "chain": _same(chain, len(found)),
            "block": batch.columns.block[found],
            "tx_index": batch.columns.tx_index[found],
            "tx_hash": batch.hashes.take(pa.array(found)),
            "rule": pa.array([each.name for each in RULES]).take(pa.array(rule)),
            "version": pa.array([each.version for each in RULES], pa.int64()).take(pa.array(rule)),
            "verdict": pa.array([each.verdict for each in RULES]).take(pa.array(rule)),
            "joint": pa.array([each.joint for each in RULES]).take(pa.array(rule)),
            "inputs": verdicts.inputs[found],
            "parties": verdicts.parties[found],
            "equal": verdicts.equal[found],
            "amount": verdicts.amount[found],
            **_figures(figures, rule),
        }
    )


def join_rows(run: str, places: Places, batch: Batch, joins: Joins, became: npt.NDArray[np.int8]) -> pa.Table:
    """The joins of a batch with what became of each, for the table `joins`."""
    size, kind, address = len(joins.tx), joins.heuristic.astype(np.int64), places.address
    held = [HELD.get(n) for n in range(max(HELD) + 1)]
    versions = [version_of(name) for name in joins.heuristics]
    return pa.table(
        {
            "run": _same(run, size),
            "heuristic": pa.array(joins.heuristics, pa.string()).take(pa.array(kind)),
            "version": pa.array(versions, pa.int64()).take(pa.array(kind)),
            "chain": _same(places.chain, size),
            "block": batch.columns.block[joins.tx],
            "tx_index": batch.columns.tx_index[joins.tx],
            "tx_hash": batch.hashes.take(pa.array(joins.tx)),
            "first": address.take(pa.array(joins.first)),
            "second_chain": _same(places.chain, size),
            "second": address.take(pa.array(joins.second)),
            "held": pa.array(held, pa.string()).take(pa.array(became)),
            **heuristic_figures(joins.heuristics, kind),
        }
    )


def strongest_first(heuristics: Sequence[str]) -> tuple[str, ...]:
    """Heuristics ordered by how often they were right, the unknown last."""
    known = {name: rates.precision(name, version_of(name)) for name in heuristics}
    return tuple(sorted(heuristics, key=lambda name: (1.0 if (rate := known[name]) is None else -rate.share, name)))


def heuristic_figures(heuristics: Sequence[str], which: Ints) -> dict[str, pa.Array]:
    """How often each of these heuristics was right, as three columns."""
    return _figures([rates.figures(name, version_of(name)) for name in heuristics], which)


def _figures(known: Sequence[tuple[int | None, int | None, str | None]], which: Ints) -> dict[str, pa.Array]:
    right, tried, population = zip(*known, strict=True) if known else ((), (), ())
    place = pa.array(which)
    return {
        "right": pa.array(right, pa.int64()).take(place),
        "tried": pa.array(tried, pa.int64()).take(place),
        "population": pa.array(population, pa.string()).take(place),
    }


def _same(text: str, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), size)
