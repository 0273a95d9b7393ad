"""Large ledgers out of thin air: the same number gives the same ledger, whatever machine makes it.

Shaped like the shipped one: one claim in five rests on a named actor, a theft has one to four claims about its amount,
sizes have a heavy tail, and every tenth claim is of a kind that cannot be set beside others.
"""

import datetime as dt
from random import Random

from dyepack.ledger import Ledger
from dyepack.model import AmountClaim, AttributionClaim, Incident, Source

FIRST = dt.date(2011, 1, 1)
DAYS = (dt.date(2026, 1, 1) - FIRST).days
LISTS = ("DefiLlama", "dn-institute (tag)", "Tayvano")
SAYERS = (*LISTS, "FBI", "Elliptic", "Chainalysis", "TRM", "UN PoE")


def generated(number: int, seed: int = 1) -> Ledger:
    """A ledger of so many incidents, with its records in key order."""
    random = Random(seed)
    sources = [
        Source(f"s{n:02d}", name, f"https://list-{n}.net/", None, name in LISTS) for n, name in enumerate(SAYERS)
    ]
    incidents, amounts, attributions = list[Incident](), list[AmountClaim](), list[AttributionClaim]()
    for n in range(number):
        day = FIRST + dt.timedelta(random.randrange(DAYS))
        slug = f"{day}-victim-{n:06d}"
        kind = "theft" if random.random() < 0.93 else "scam-or-rug"
        told = (_name(n), random.choice(("defi", "cex", "bridge")), kind, "unknown", ("ethereum",), None)
        incidents.append(Incident(slug, day.isoformat(), day, day, *told, (f"s{n % len(SAYERS):02d}",), ()))
        size = int(10**10 * random.paretovariate(0.6))
        for _ in range(random.choice((1, 1, 1, 2, 4))):
            by, said = random.randrange(len(SAYERS)), day + dt.timedelta(random.randrange(400))
            usd = min(size * random.randrange(80, 121) // 100, 10**16) // 10_000 * 10_000
            kind_ = "face-value" if random.random() < 0.1 else None
            claim = (slug, "loss", usd, kind_, (), SAYERS[by], f"s{by:02d}", said.isoformat(), None, said)
            amounts.append(AmountClaim(f"a{len(amounts):07d}", *claim))
        if random.random() < 0.2:
            by, said = random.randrange(len(SAYERS)), day + dt.timedelta(random.randrange(400))
            grade = "confirmed" if SAYERS[by] == "FBI" else random.choice(("assessed", "suspected"))
            who = random.choice(("dprk", "dprk", "dprk", "insider", "not-dprk"))
            name = f"c{len(attributions):07d}"
            claimed = (slug, who, None, grade, SAYERS[by], f"s{by:02d}", said.isoformat(), None, said)
            attributions.append(AttributionClaim(name, *claimed))
    in_order = sorted(incidents, key=lambda incident: incident.incident)
    return Ledger(tuple(sources), tuple(in_order), tuple(amounts), tuple(attributions))


def _name(number: int) -> str:
    """A name of its own that can be spoken: four syllables, each one of a hundred."""
    mixed = number * 7_368_787 % 100**4
    pairs = (mixed // 100**place % 100 for place in range(4))
    return "".join("bcdfghklmnprstvwzjxq"[pair // 5] + "aeiou"[pair % 5] for pair in pairs).title()
