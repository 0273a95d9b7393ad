"""What the tables hold about one address: where it is valid, what is said of it, and what it got and paid."""

from collections import defaultdict
from datetime import date
from typing import Any

from dyepack import chains
from dyepack.about.moves import MOVES, Spot, gather, told
from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.store import Store
from dyepack.tags.lookup import IN_FORCE, Found, asked, tags_of

_SUMS = f"""
select chain, asset, direction, count(*) as movements, cast(sum(amount) as decimal(38, 0)) as amount,
    min(time) as first_time, max(time) as last_time
from {MOVES} where flag is null group by chain, asset, direction order by chain, asset, direction
"""
_FLAGGED = f"select flag, count(*) as movements from {MOVES} where flag is not null group by flag order by flag"
_SEEN = """
select distinct run, 'seed' as role from seeds where address = $address
union all
select distinct run, reason as role from destinations where address = $address
union all
select distinct run, 'passed' as role from flows where from_address = $address or to_address = $address
order by run, role
"""


def spot_of(text: str, chain: str | None) -> Spot:
    """The address that a person means, in the form that tables have.

    Raises:
        InvalidAddress, UnknownChain: it is none.
    """
    wanted = asked(text, chain)
    return Spot(wanted.address, wanted.chain)


def chains_of(text: str) -> list[str]:
    """The chains on which this is a valid address, of those whose addresses are checked."""
    found = []
    for name, chain in chains.CHAINS.items():
        if chain.addresses == "unchecked":
            continue
        try:
            normalise(text, name)
        except InputError:
            continue
        found.append(name)
    return found


def about(store: Store, text: str, chain: str | None = None, day: date | None = None) -> dict[str, Any]:
    """All that the tables hold about an address, as a JSON object.

    Raises:
        InvalidAddress, UnknownChain: it is none.
    """
    spot = spot_of(text, chain)
    gather(store, spot)
    sums = told(store.engine.fetch(_SUMS))
    seen = [row for row in sums if row["first_time"]]
    return {
        "asked": text,
        "address": spot.address,
        "chain": spot.chain,
        "valid_on": chains_of(spot.address),
        "seen_on": sorted({row["chain"] for row in sums}),
        "first_time": min((row["first_time"] for row in seen), default=None),
        "last_time": max((row["last_time"] for row in seen), default=None),
        "movements": sum(row["movements"] for row in sums),
        "sums": _by_asset(sums),
        "flagged": told(store.engine.fetch(_FLAGGED)),
        **_said(store, spot, day),
        "runs": _runs(store, spot.address),
    }


def _by_asset(sums: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Received and sent of each asset, side by side."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sums:
        key = row["chain"], row["asset"]
        empty = {"received": "0", "received_in": 0, "sent": "0", "sent_in": 0}
        line = found.setdefault(key, {"chain": key[0], "asset": key[1], **empty})
        side = "received" if row["direction"] == "in" else "sent"
        line[side], line[f"{side}_in"] = row["amount"], row["movements"]
    return list(found.values())


def _said(store: Store, spot: Spot, day: date | None) -> dict[str, Any]:
    """Tags, those of the same key on other chains apart, and whether those in force disagree about whose it is."""
    if not store.parts("tags"):
        return {"tags": [], "inferred": [], "actors": [], "concepts": [], "conflict": False}
    (found,) = tags_of(store, [asked(spot.address, spot.chain)], day)
    concepts = _concepts(found)
    told_ = found.as_json()
    return {
        "tags": told_["tags"],
        "inferred": told_["inferred"],
        "actors": told_["actors"],
        "concepts": concepts,
        "conflict": len(told_["actors"]) > 1,
    }


def _concepts(found: Found) -> list[str]:
    return sorted({one.tag.concept for one in found.tags if one.status == IN_FORCE and one.tag.concept})


def _runs(store: Store, address: str) -> list[dict[str, Any]]:
    """The traces that the address is part of: where money started, came by, or rests."""
    if not all(store.parts(table) for table in ("seeds", "destinations", "flows")):
        return []
    roles: dict[str, set[str]] = defaultdict(set)
    seen = store.fetch(_SEEN, "seeds", "destinations", "flows", address=address)
    for row in seen.to_pylist():
        roles[row["run"]].add(row["role"])
    return [{"run": run, "as": sorted(found)} for run, found in sorted(roles.items())]
