"""What a clustering gives: for each chain how much was joined, by what, and what was held."""

from collections.abc import Mapping
from dataclasses import dataclass

from dyepack.cluster import rates
from dyepack.cluster.request import version_of


@dataclass(frozen=True, slots=True)
class Large:
    """One of the largest clusters."""

    cluster: str
    members: int
    first: str
    heuristic: str

    def as_json(self) -> dict[str, object]:
        """As a JSON object, with the measured figure of the heuristic that holds it."""
        return {
            "cluster": self.cluster,
            "members": self.members,
            "first_address": self.first,
            "weakest_heuristic": self.heuristic,
            "precision": rates.as_json(rates.precision(self.heuristic, version_of(self.heuristic))),
        }


@dataclass(frozen=True, slots=True)
class Count:
    """Joins of one heuristic: how many there are, how many of them joined what was apart, how many were held."""

    heuristic: str
    joins: int
    made: int
    held: int

    def as_json(self) -> dict[str, object]:
        """As a JSON object, with the heuristic's measured figure."""
        figure = rates.as_json(rates.precision(self.heuristic, version_of(self.heuristic)))
        return {
            "heuristic": self.heuristic,
            "joins": self.joins,
            "made": self.made,
            "held": self.held,
            "precision": figure,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Transactions whose inputs co-spend did not join, by verdict: joint, undecided, trade; and their inputs."""

    verdict: str
    transactions: int
    inputs: int


@dataclass(frozen=True, slots=True)
class ChainResult:
    """One chain; `chains` names several where addresses were joined across them."""

    chains: tuple[str, ...]
    as_of_block: int | None
    continued_from: int | None
    addresses: int
    coinjoins: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    counts: tuple[Count, ...]
    clusters: int
    clustered: int
    largest: tuple[Large, ...]

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "chains": list(self.chains),
            "as_of_block": self.as_of_block,
            "continued_from_block": self.continued_from,
            "addresses": self.addresses,
            "coinjoins": dict(self.coinjoins),
            "left_out": {
                one.verdict: {"transactions": one.transactions, "inputs": one.inputs} for one in self.left_out
            },
            "heuristics": [count.as_json() for count in self.counts],
            "clusters": self.clusters,
            "clustered_addresses": self.clustered,
            "held": sum(count.held for count in self.counts),
            "largest": [large.as_json() for large in self.largest],
        }


@dataclass(frozen=True, slots=True)
class ClusterResult:
    """The result of one run."""

    run: str
    chains: tuple[ChainResult, ...]

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {"run": self.run, "results": [each.as_json() for each in self.chains]}
