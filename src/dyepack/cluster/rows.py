"""Numbers back into rows of the tables `coinjoins`, `joins` and `clusters`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dyepack.cluster import rates
from dyepack.cluster.coinjoin import NONE, RULES, Verdicts
from dyepack.cluster.columns import Ints
from dyepack.cluster.components import ACTORS, LARGE, REFUSED, Numbers
from dyepack.cluster.request import version_of
from dyepack.cluster.tables import Batch, Places

HELD = {LARGE: "large", ACTORS: "actors", REFUSED: "refused"}


@dataclass(frozen=True)
class Joins:
    """Joins in chain order: transaction (its place in the batch), heuristic (its place in a list), two addresses."""

    tx: Ints
    heuristic: npt.NDArray[np.int8]
    first: Ints
    second: Ints

    @classmethod
    def of(cls, parts: Sequence[tuple[Ints, Ints, Ints]]) -> "Joins":
        """What each heuristic joins, in one order: transaction, then heuristic."""
        tx, first, second = (np.concatenate([part[n] for part in parts]) for n in range(3))
        kind = np.repeat(np.arange(len(parts), dtype=np.int8), [len(part[0]) for part in parts])
        order = np.argsort(tx, kind="stable")
        return cls(tx[order], kind[order], first[order], second[order])


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
            "joint": pa.array([each.joint for each in RULES]).take(pa.array(rule)),
            "parties": verdicts.parties[found],
            "equal": verdicts.equal[found],
            "amount": verdicts.amount[found],
            **_figures(figures, rule),
        }
    )


@dataclass(frozen=True)
class JoinWriter:
    """Makes rows of the table `joins` for one chain and one list of heuristics."""

    run: str
    places: Places
    heuristics: tuple[str, ...]

    def rows(self, batch: Batch, joins: Joins, became: npt.NDArray[np.int8]) -> pa.Table:
        """The joins of a batch, with what became of each."""
        size, chain = len(joins.tx), self.places.chain
        figures = [rates.figures(name, version_of(name)) for name in self.heuristics]
        kind = joins.heuristic.astype(np.int64)
        held = [HELD.get(n) for n in range(max(HELD) + 1)]
        return pa.table(
            {
                "run": _same(self.run, size),
                "heuristic": pa.array(self.heuristics, pa.string()).take(pa.array(kind)),
                "version": pa.array([version_of(name) for name in self.heuristics], pa.int64()).take(pa.array(kind)),
                "chain": _same(chain, size),
                "block": batch.columns.block[joins.tx],
                "tx_index": batch.columns.tx_index[joins.tx],
                "tx_hash": batch.hashes.take(pa.array(joins.tx)),
                "first": self.places.address.take(pa.array(joins.first)),
                "second_chain": _same(chain, size),
                "second": self.places.address.take(pa.array(joins.second)),
                "held": pa.array(held, pa.string()).take(pa.array(became)),
                **_figures(figures, kind),
            }
        )


@dataclass(frozen=True)
class Members:
    """A partition, reduced to its clusters of two and more."""

    numbers: Ints
    root: Ints
    size: Ints
    weakest: Ints

    @classmethod
    def of(cls, roots: Numbers, weakest: npt.NDArray[np.int8]) -> "Members":
        """From the root of each number, and each root's weakest heuristic."""
        sizes = np.bincount(roots, minlength=len(roots)) if len(roots) else np.zeros(0, np.int64)
        numbers = np.flatnonzero(sizes[roots] > 1)
        root = roots[numbers].astype(np.int64)
        return cls(numbers, root, sizes[root], weakest[root].astype(np.int64))

    def rows(self, run: str, places: Places, heuristics: Sequence[str]) -> pa.Table:
        """Rows of the table `clusters`."""
        own, place = np.unique(self.root, return_inverse=True)
        return pa.table(
            {
                "run": _same(run, len(self.numbers)),
                "chain": _same(places.chain, len(self.numbers)),
                "address": places.address.take(pa.array(self.numbers)),
                "cluster": places.names(own).take(pa.array(place)),
                "members": self.size,
                "heuristic": pa.array(heuristics, pa.string()).take(pa.array(self.weakest)),
                **_figures([rates.figures(name, version_of(name)) for name in heuristics], self.weakest),
            }
        )


def strongest_first(heuristics: Sequence[str]) -> tuple[str, ...]:
    """Heuristics ordered by how often they were right, the unknown last."""
    known = {name: rates.precision(name, version_of(name)) for name in heuristics}
    return tuple(sorted(heuristics, key=lambda name: (1.0 if (rate := known[name]) is None else -rate.share, name)))


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
