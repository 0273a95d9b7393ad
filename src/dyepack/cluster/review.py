"""Joins that were held, and what people decide about them; decisions are kept apart from what follows from the chain.

A decision takes effect at the next run of `cluster`, and can be turned round by deciding again: the later one stands,
and the table of runs keeps when each was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from dyepack.cluster import rates
from dyepack.errors import InputError
from dyepack.model import Join, JoinDecision
from dyepack.schema import TABLES
from dyepack.store import Store

_PART = "decisions"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a held join: the address, its cluster, how large that is, and the actors that tags name in it."""

    address: str
    cluster: str | None
    members: int
    actors: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "address": self.address,
            "cluster": self.cluster,
            "members": self.members,
            "actors": list(self.actors),
        }


@dataclass(frozen=True, slots=True)
class Held:
    """A join that waits for a person, or that one refused."""

    join: Join
    first: Side
    second: Side
    decision: JoinDecision | None

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        decision = self.decision
        return {
            "heuristic": self.join.heuristic,
            "chain": self.join.chain,
            "block": self.join.block,
            "tx_hash": self.join.tx_hash,
            "reason": self.join.held,
            "precision": rates.as_json(rates.precision(self.join.heuristic, self.join.version)),
            "first": self.first.as_json(),
            "second": self.second.as_json(),
            "decision": decision
            and {
                "passes": decision.passes,
                "by": decision.by,
                "said": decision.said.isoformat(),
                "note": decision.note,
            },
        }


def held(store: Store) -> tuple[Held, ...]:
    """Every join that was not made, in chain order, with what stands on its two sides.

    Raises:
        MissingTable: nothing was clustered.
    """
    joins: list[Join] = TABLES["joins"].records(
        store.fetch(
            "select * from joins where held is not null order by chain, block, tx_index, heuristic, second", "joins"
        )
    )
    made = {_of(one): one for one in _decisions(store)}
    sides = _Sides(store)
    return tuple(
        Held(join, sides.of(join.chain, join.first), sides.of(join.second_chain, join.second), made.get(_of_join(join)))
        for join in joins
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decides: about which transaction, whether its held joins pass, who decides, when, and why."""

    tx_hash: str
    passes: bool
    by: str
    said: date
    note: str | None = None


def decide(store: Store, choice: Choice) -> Sequence[JoinDecision]:
    """Record a decision about all joins of a transaction that were held.

    Raises:
        InputError: nobody is named, or no join of this transaction was held.
    """
    if not choice.by.strip():
        raise InputError("expected the name of who decides, got none; say it with --by")
    waiting = [each.join for each in held(store) if each.join.tx_hash == choice.tx_hash]
    if not waiting:
        raise InputError(f"no join of transaction {choice.tx_hash} is held; list them with: dyepack cluster review")
    new = [_decision(join, choice) for join in waiting]
    taken = {one.decision for one in new}
    said = [one for one in _decisions(store) if one.decision not in taken] + new
    parameters = {
        "tx_hash": choice.tx_hash, "passes": choice.passes, "by": choice.by, "said": choice.said, "note": choice.note,
    }  # fmt: skip
    with store.run("cluster review", parameters) as draft:
        draft.put("join_decisions", _PART, said)
    return new


def _decisions(store: Store) -> list[JoinDecision]:
    return store.records("join_decisions") if store.parts("join_decisions") else []


def _decision(join: Join, choice: Choice) -> JoinDecision:
    identity = sha256("\n".join(_of_join(join)).encode()).hexdigest()[:16]
    return JoinDecision(
        identity, join.chain, join.tx_hash, join.heuristic, join.first, join.second,
        choice.passes, choice.by, choice.said, choice.note,
    )  # fmt: skip


def _of(decision: JoinDecision) -> tuple[str, ...]:
    return decision.chain, decision.tx_hash, decision.heuristic, decision.first, decision.second


def _of_join(join: Join) -> tuple[str, ...]:
    return join.chain, join.tx_hash, join.heuristic, join.first, join.second


class _Sides:
    """What is known of addresses: their clusters, and the actors in them."""

    def __init__(self, store: Store) -> None:
        rows = store.fetch(
            """with ends as (
                select chain, first as address from joins where held is not null
                union select second_chain, second from joins where held is not null)
            select e.chain, e.address, c.cluster, c.members from ends as e
            left join clusters as c on e.chain = c.chain and e.address = c.address order by e.chain, e.address""",
            "joins",
            "clusters",
        ).to_pylist()
        self._of = {(row["chain"], row["address"]): (row["cluster"], int(row["members"] or 1)) for row in rows}
        self._actors = _actors(store)

    def of(self, chain: str, address: str) -> Side:
        cluster, members = self._of[chain, address]
        return Side(address, cluster, members, self._actors.get(cluster or f"{chain} {address}", ()))


def _actors(store: Store) -> dict[str, tuple[str, ...]]:
    """The actors that tags name in each cluster, or at an address that is in none."""
    if not store.parts("tags"):
        return {}
    rows = store.fetch(
        """select distinct coalesce(c.cluster, t.chain || ' ' || t.address) as place, t.actor from tags as t
        left join clusters as c on t.chain = c.chain and t.address = c.address
        where t.actor is not null order by place, t.actor""",
        "tags",
        "clusters",
    ).to_pylist()
    out: dict[str, tuple[str, ...]] = {}
    for row in rows:
        out[row["place"]] = (*out.get(row["place"], ()), str(row["actor"]))
    return out
