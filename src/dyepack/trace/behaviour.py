"""Addresses without a tag that behave as a service does: a reason to stop, with the share of wrong stops measured.

Two shapes, both over all movements of one chain in the tables:

- *hub*: paid by many and paying many, as an exchange's paying address;
- *sweep*: paid by many that were paid themselves and pay nobody else, as a service that gathers its deposit addresses.

When it misleads: a launderer who gathers what he has split looks like a sweep, and on data of stolen money alone he
is what is found; a service that the data shows only as the receiver of a few payments looks like anybody. So the rule
is off unless asked for (`trace --stop-behaviour`), and `measure` says how often it is wrong on the data at hand,
among addresses that nobody has called a service: some of these may be one, so the share of wrong stops is an upper
bound. The thresholds are chosen by hand, before the shares were measured, but not blind: counts of the same data had
been seen.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import pyarrow as pa

from dyepack.engine.base import Engine

_Z = 1.959964
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From how many payers and payees on an address is a hub, and from how many swept payers on a sweep.

    Swept payers must also be at least half of all payers.
    """

    payers: int = 20
    payees: int = 20
    swept: int = 10


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One address that behaves as a service does, with its evidence."""

    address: str
    shape: str
    payers: int
    payees: int
    swept: int

    @property
    def says(self) -> str:
        """The evidence in a sentence."""
        swept = f", {self.swept} of them paid nobody else" if self.swept else ""
        return f"{self.shape}: paid by {self.payers} addresses{swept}; pays {self.payees}"


def service_like(
    engine: Engine, chain: str, rule: Rule = RULE, among: Collection[str] | None = None
) -> dict[str, Behaviour]:
    """The addresses that behave as a service does, by address; of those in `among` where that is given.

    The engine must show `transfers`.
    """
    if among is None:
        engine.keep(
            "behaviour_among",
            f"""select t.to_address as address from transfers t where {_LOOKED_AT}
                union select t.from_address as address from transfers t where {_LOOKED_AT}""",
            chain=chain,
        )
    else:
        engine.load("behaviour_among", pa.table({"address": pa.array(sorted(set(among)), pa.string())}))
    engine.keep(
        "behaviour_pairs",
        f"""select distinct t.from_address, t.to_address from transfers t
            join behaviour_among a on a.address = t.to_address where {_LOOKED_AT}""",
        chain=chain,
    )
    engine.keep(
        "behaviour_swept",
        f"""select p.address
            from (select t.from_address as address, count(distinct t.to_address) as payees
                  from transfers t
                  join (select distinct from_address from behaviour_pairs) b on b.from_address = t.from_address
                  where {_LOOKED_AT} group by t.from_address) p
            join (select distinct t.to_address as address from transfers t where {_LOOKED_AT}) q
              on q.address = p.address
            where p.payees = 1""",
        chain=chain,
    )
    rows = engine.fetch(
        f"""select i.address, i.payers, coalesce(o.payees, 0) as payees, i.swept
            from (select p.to_address as address, count(*) as payers,
                         count(*) filter (where s.address is not null) as swept
                  from behaviour_pairs p left join behaviour_swept s on s.address = p.from_address
                  group by p.to_address) i
            left join (select t.from_address as address, count(distinct t.to_address) as payees from transfers t
                       join behaviour_among a on a.address = t.from_address
                       where {_LOOKED_AT} group by t.from_address) o on o.address = i.address
            where (i.payers >= $payers and coalesce(o.payees, 0) >= $payees)
               or (i.swept >= $swept and i.swept * 2 >= i.payers)
            order by i.address""",
        chain=chain,
        **asdict(rule),
    ).to_pylist()
    return {row["address"]: _behaviour(row, rule) for row in rows}


_LOOKED_AT = """t.chain = $chain and t.flag is null and t.amount > 0 and t.from_address <> t.to_address
    and t.kind not in ('fee', 'burn', 'mint', 'reward')"""


def _behaviour(row: dict[str, Any], rule: Rule) -> Behaviour:
    hub = row["payers"] >= rule.payers and row["payees"] >= rule.payees
    return Behaviour(row["address"], "hub" if hub else "sweep", row["payers"], row["payees"], row["swept"])


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with the 95 % interval of Wilson (1927): shares, not amounts."""

    found: int
    of: int

    @property
    def share(self) -> float | None:
        """The plain share; nothing of nothing."""
        return self.found / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share may lie if what was looked at is a fair sample."""
        if not self.of:
            return None
        share, spread = self.found / self.of, _Z**2 / self.of
        middle = (share + spread / 2) / (1 + spread)
        half = _Z / (1 + spread) * sqrt(share * (1 - share) / self.of + spread / self.of / 4)
        return max(middle - half, 0.0), min(middle + half, 1.0)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {"found": self.found, "of": self.of, "share": self.share, "interval_95_share": self.interval}


@dataclass(frozen=True, slots=True)
class Measured:
    """How the rule does on the data at hand: services that it finds, and other addresses at which it stops too.

    `movements` counts those into the others, and how many of them go to where it stops.
    """

    chain: str
    rule: Rule
    services: Rate
    others: Rate
    movements: Rate
    wrongly: tuple[Behaviour, ...]
    rightly: tuple[Behaviour, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {
            "chain": self.chain,
            "rule": asdict(self.rule),
            "services_found": self.services.as_json(),
            "others_stopped": self.others.as_json(),
            "movements_into_others_stopped": self.movements.as_json(),
            "says": "others are addresses that nobody called a service: an upper bound of wrong stops",
            "stopped_services": [asdict(one) for one in self.rightly],
            "stopped_others": [asdict(one) for one in self.wrongly],
        }


def measure(engine: Engine, chain: str, services: Iterable[str], rule: Rule = RULE) -> Measured:
    """Hold the rule against the addresses that are known to be services; the engine must show `transfers`."""
    found = service_like(engine, chain, rule)
    there = set(engine.fetch("select address from behaviour_among").column("address").to_pylist())
    known = there & set(services)
    into = _into(engine, chain)
    others = {address: count for address, count in into.items() if address not in known}
    return Measured(
        chain,
        rule,
        Rate(len(known & found.keys()), len(known)),
        Rate(len(found.keys() - known), len(there - known)),
        Rate(sum(count for address, count in others.items() if address in found), sum(others.values())),
        tuple(found[address] for address in sorted(found.keys() - known)),
        tuple(found[address] for address in sorted(known & found.keys())),
    )


def _into(engine: Engine, chain: str) -> dict[str, int]:
    """How many movements go to each address."""
    rows = engine.fetch(
        f"""select t.to_address as address, count(*) as n from transfers t where {_LOOKED_AT}
            group by t.to_address order by t.to_address""",
        chain=chain,
    )
    return dict(zip(rows.column("address").to_pylist(), rows.column("n").to_pylist(), strict=True))
