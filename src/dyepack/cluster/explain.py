"""Why two addresses are in one cluster: the shortest chain of transactions that joins them; and what holds without one.

Both read the table `joins`, so they say what the last run of `cluster` did. Joins that were held are not followed.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dyepack.addresses import normalise
from dyepack.chains import CHAINS
from dyepack.cluster import rates
from dyepack.cluster.components import Components
from dyepack.cluster.request import VERSIONS
from dyepack.errors import AmbiguousChain, InputError, InvalidAddress
from dyepack.model import ClusterMember, Join
from dyepack.schema import TABLES
from dyepack.store import Store

Spot = tuple[str, str]
"""Chain and address."""
SHOWN = 10
CHECKED = ("ethereum", "bitcoin", "tron")
"""Chains whose addresses carry a checksum: one that is right there is an address, though nothing of it is clustered."""
SHORTEST = 25
"""No address of a chain has fewer letters."""


@dataclass(frozen=True, slots=True)
class Step:
    """One join of the chain: from an address to the next one."""

    here: Spot
    there: Spot
    join: Join

    def as_json(self) -> dict[str, object]:
        """As a JSON object, with the measured figure of the heuristic."""
        join = self.join
        return {
            "from": self.here[1],
            "to": self.there[1],
            "chain": join.chain,
            "to_chain": self.there[0],
            "heuristic": join.heuristic,
            "version": join.version,
            "block": join.block,
            "tx_hash": join.tx_hash,
            "precision": rates.as_json(rates.precision(join.heuristic, join.version)),
        }


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: their clusters, the chain where it is one, and held joins between them where it is two."""

    first: Spot
    second: Spot
    clusters: tuple[str | None, str | None]
    steps: tuple[Step, ...]
    held: tuple[Join, ...]

    @property
    def together(self) -> bool:
        """Whether one cluster has both."""
        return self.first == self.second or (self.clusters[0] is not None and self.clusters[0] == self.clusters[1])

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "first": {"chain": self.first[0], "address": self.first[1], "cluster": self.clusters[0]},
            "second": {"chain": self.second[0], "address": self.second[1], "cluster": self.clusters[1]},
            "together": self.together,
            "steps": [step.as_json() for step in self.steps],
            "held": [{"heuristic": join.heuristic, "tx_hash": join.tx_hash, "reason": join.held} for join in self.held],
        }


@dataclass(frozen=True, slots=True)
class Split:
    """A cluster that falls apart: how large it was, and its pieces: size, and the first of its addresses in order."""

    cluster: str
    members: int
    pieces: tuple[tuple[int, str], ...]

    def as_json(self) -> dict[str, object]:
        """As a JSON object; of the pieces the largest."""
        shown = [{"members": size, "an_address": address} for size, address in self.pieces[:SHOWN]]
        return {"cluster": self.cluster, "members": self.members, "pieces": len(self.pieces), "largest_pieces": shown}


def why(store: Store, first: Spot, second: Spot) -> Why:
    """The shortest chain of joins between two addresses.

    Raises:
        MissingTable: nothing was clustered.
    """
    rows = store.fetch(
        "select chain, address, cluster from clusters where address = $first or address = $second",
        "clusters",
        first=first[1],
        second=second[1],
    ).to_pylist()
    cluster_of = {(row["chain"], row["address"]): str(row["cluster"]) for row in rows}
    clusters = cluster_of.get(first), cluster_of.get(second)
    if first == second or clusters[0] is None or clusters[0] != clusters[1]:
        return Why(first, second, clusters, (), _held_between(store, first, second, clusters))
    return Why(first, second, clusters, tuple(_shortest(_of_cluster(store, clusters[0]), first, second)), ())


def find_spot(store: Store, address: str, chain: str | None) -> Spot:
    """An address as the clusters have it, with its chain; capitals of a checksum do not matter.

    `bsc:0x…` says the chain too.

    Raises:
        AmbiguousChain: it is on several chains.
        InputError: two chains are named.
        InvalidAddress: a letter of it is wrong, by the checksum that addresses have.
    """
    named, _, rest = address.partition(":")
    if rest and named in CHAINS:
        if chain not in (None, named):
            raise InputError(f"expected {rest} on one chain, got {named} and {chain}")
        chain, address = named, rest
    rows = store.fetch(
        """select chain, address from clusters where (address = $given or address = $lower)
            and coalesce($chain, chain) = chain order by chain, address""",
        "clusters",
        given=address,
        lower=address.lower(),
        chain=chain,
    )
    known = [(str(row["chain"]), str(row["address"])) for row in rows.to_pylist()]
    found = [spot for spot in known if spot[1] == address] or known
    if not any(spot[1] == address for spot in known):
        _check(address, [chain] if chain else [*_clustered(store), *CHECKED])
    if len(found) > 1:
        raise AmbiguousChain(f"{address} is", [name for name, _ in found])
    return found[0] if found else (chain or "", address)


def _clustered(store: Store) -> list[str]:
    """The chains that have clusters."""
    rows = store.fetch("select distinct chain from clusters order by chain", "clusters")
    return [str(name) for name in rows.column("chain").to_pylist()]


def _check(address: str, chains: Sequence[str]) -> None:
    """Refuse what is as long as an address, and is none on any of these chains, those that it may mean first."""
    wrong: list[InvalidAddress] = []
    for chain in chains if len(address) >= SHORTEST else ():
        try:
            normalise(address, chain)
        except InvalidAddress as error:
            wrong.append(error)
        else:
            return
    if wrong:
        raise next((error for error in wrong if "checksum" in str(error)), wrong[0])


def _of_cluster(store: Store, cluster: str) -> list[Join]:
    """The joins that were made inside a cluster, in chain order."""
    rows = store.fetch(
        """select j.* from joins as j
        semi join (select chain, address from clusters where cluster = $cluster) as m
            on j.second_chain = m.chain and j.second = m.address
        where j.held is null order by j.chain, j.block, j.tx_index, j.heuristic, j.second""",
        "joins",
        "clusters",
        cluster=cluster,
    )
    return list(TABLES["joins"].records(rows))


def _shortest(joins: Sequence[Join], first: Spot, second: Spot) -> list[Step]:
    """Breadth first, from transaction to transaction: all addresses of one are one step apart."""
    groups: dict[tuple[str, str, str], dict[Spot, Join]] = defaultdict(dict)
    around: dict[Spot, list[tuple[str, str, str]]] = defaultdict(list)
    for join in joins:
        key = (join.chain, join.tx_hash, join.heuristic)
        for spot in ((join.chain, join.first), (join.second_chain, join.second)):
            if spot not in groups[key]:
                groups[key][spot] = join
                around[spot].append(key)
    came: dict[Spot, Step] = {}
    queue, seen = deque([first]), set[tuple[str, str, str]]()
    while queue and second not in came:
        here = queue.popleft()
        for key in around[here]:
            if key in seen:
                continue
            seen.add(key)
            for there, join in groups[key].items():
                if there not in came and there != first:
                    came[there] = Step(here, there, join)
                    queue.append(there)
    steps, spot = list[Step](), second
    while spot != first:
        steps.append(came[spot])
        spot = came[spot].here
    return steps[::-1]


def _held_between(store: Store, first: Spot, second: Spot, clusters: tuple[str | None, str | None]) -> tuple[Join, ...]:
    """Joins that were held, and would have joined the clusters of the two, or the two themselves."""
    rows = store.fetch(
        """select j.* from joins as j
        left join clusters as a on j.chain = a.chain and j.first = a.address
        left join clusters as b on j.second_chain = b.chain and j.second = b.address
        where j.held is not null and (
            (coalesce(a.cluster, j.first) = $one and coalesce(b.cluster, j.second) = $other)
            or (coalesce(a.cluster, j.first) = $other and coalesce(b.cluster, j.second) = $one))
        order by j.chain, j.block, j.tx_index, j.heuristic, j.second""",
        "joins",
        "clusters",
        one=clusters[0] or first[1],
        other=clusters[1] or second[1],
    )
    return tuple(TABLES["joins"].records(rows))


def without(store: Store, what: str) -> tuple[Split, ...]:
    """Which clusters fall apart without one transaction, or without one heuristic; the largest first.

    Raises:
        MissingTable: nothing was clustered.
        InputError: it joined nothing.
    """
    by_heuristic = what.split(":", 1)[0] in VERSIONS
    column = "heuristic" if by_heuristic else "tx_hash"
    touched = store.fetch(
        f"""select distinct c.cluster from joins as j
        join clusters as c on j.second_chain = c.chain and j.second = c.address
        where j.held is null and {_is(f"j.{column}")} order by c.cluster""",
        "joins",
        "clusters",
        what=what,
    )
    if not touched.num_rows:
        raise InputError(
            f"{what} joined nothing in the last run; expected a transaction or a heuristic of the table joins"
        )
    store.engine.load("cluster_touched", touched)
    rows = store.engine.fetch(
        f"""select c.cluster, c.chain, c.address, j.chain as first_chain, j.first,
            j.held is null and not ({_is(f"j.{column}")}) as kept
        from joins as j join clusters as c on j.second_chain = c.chain and j.second = c.address
        semi join cluster_touched as t on c.cluster = t.cluster where j.held is null""",
        what=what,
    )
    return _splits(_members(store), rows.to_pylist())


def _is(column: str) -> str:
    """A condition: this transaction or heuristic, or a combination of change rules by its first word."""
    return f"({column} = $what or starts_with({column}, $what || ':'))"


def _members(store: Store) -> list[ClusterMember]:
    rows = store.engine.fetch(
        "select c.* from clusters as c semi join cluster_touched as t on c.cluster = t.cluster order by chain, address"
    )
    return list(TABLES["clusters"].records(rows))


def _splits(members: Iterable[ClusterMember], rows: Sequence[dict[str, object]]) -> tuple[Split, ...]:
    listed = list(members)
    number = {(member.chain, member.address): place for place, member in enumerate(listed)}
    kept = [row for row in rows if row["kept"]]
    first = np.array([number[str(row["first_chain"]), str(row["first"])] for row in kept], np.int64)
    second = np.array([number[str(row["chain"]), str(row["address"])] for row in kept], np.int64)
    parts = Components(len(listed))
    parts.add_pairs(first, second)
    pieces: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for member, root in zip(listed, parts.roots().tolist(), strict=True):
        pieces[member.cluster][root].append(member.address)
    splits = [
        Split(
            cluster,
            sum(map(len, of.values())),
            tuple(sorted(((len(piece), piece[0]) for piece in of.values()), key=lambda one: (-one[0], one[1]))),
        )
        for cluster, of in pieces.items()
        if len(of) > 1
    ]
    return tuple(sorted(splits, key=lambda split: (-split.members, split.cluster)))
