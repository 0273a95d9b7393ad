"""Indirect exposure: where the money that came to an address began, some steps behind those that paid it.

It is a source of funds (`trace.sources`) that is only looked at: the same slice against the stream of money and the
same exact walk, with the addresses at which the ledger names a thief as places where money begins, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dyepack.about.moves import Spot
from dyepack.errors import InputError
from dyepack.ledger import Ledger
from dyepack.store import Store
from dyepack.store.loaded import chain_meant
from dyepack.trace.request import Budget, Request, SeedSpec, Stop
from dyepack.trace.sources import Origin, Sources, looked

METHODS = ("haircut", "fifo", "lifo", "clean_first", "taint_first")
MOST_HOPS = 12
BUDGET = Budget(movements=100_000, addresses=20_000)
"""What one look may cost; farther goes `dyepack trace --backward`, which has no hops and a budget of its own."""
THEFT = "theft"
RULE = (
    "indirect exposure: what came to this address, taken back along the movements of this workspace to where it begins:"
    " at a tagged service, mixer or bridge, at a thief's address (of the ledger, or where a recorded trace starts), or"
    " where the movements or the steps end. The amount is by haircut (a payment carries what its payer holds, in"
    " proportion); low and high are over all rules that conserve. Amounts of one asset add up to all that came in"
)
_SEEDS = "select distinct origin, address from seeds where chain = $chain order by origin, address"
_REASONS = {"budget": "cut", "before the data": "cut"}


@dataclass(frozen=True, slots=True)
class Look:
    """How far to look: one step is who paid the address itself."""

    steps: int = 4
    budget: Budget = BUDGET


def indirect(store: Store, ledger: Ledger, spot: Spot, look: Look) -> dict[str, Any]:
    """Where the money of an address on one chain began, by what is said of these places, the largest sums first.

    Raises:
        InputError: nothing was paid to it there.
    """
    chain = chain_meant(store, spot.chain, (spot.address,))
    spot = Spot(spot.address, chain)
    specs = (SeedSpec("", chain, spot.address),)
    asked = Request((), specs, _thieves(store, ledger, chain), METHODS, chain, look.budget)
    try:
        found = looked(store, asked, look.steps - 1)
    except InputError:
        if not any(store.parts(table) for table in ("transfers", "outputs")):
            raise
        return _told(spot, look, None)
    return _told(spot, look, found)


def _thieves(store: Store, ledger: Ledger, chain: str) -> tuple[Stop, ...]:
    """Where money is stolen: it is not asked whose it was before."""
    named: dict[str, set[str]] = {}
    for claim in ledger.addresses:
        if claim.chain == chain and claim.role == "thief":
            named.setdefault(claim.address, set()).add(claim.incident)
    slugs = {incident.incident for incident in ledger.incidents}
    for row in store.fetch(_SEEDS, "seeds", chain=chain).to_pylist() if store.parts("seeds") else ():
        if row["origin"] in slugs:  # a source of funds has addresses as origins
            named.setdefault(row["address"], set()).add(row["origin"])
    return tuple(
        Stop(address, THEFT, ", ".join(sorted(slugs)), concept=THEFT) for address, slugs in sorted(named.items())
    )


def _told(spot: Spot, look: Look, found: Sources | None) -> dict[str, Any]:
    head = {"address": spot.address, "chain": spot.chain, "rule": RULE, "steps": look.steps, "methods": [*METHODS]}
    if found is None:
        return {**head, "steps_made": 0, "movements": 0, "cut": 0, "received": [], "rows": []}
    received = [{"asset": asset, "amount": str(amount)} for (_, asset), amount in found.received.items()]
    size = {"steps_made": found.hops + 1, "movements": found.movements, "cut": found.cut}
    return {**head, **size, "received": received, "rows": _rows(found)}


def _rows(found: Sources) -> list[dict[str, Any]]:
    """A row for each asset and word that is said of where its money began."""
    groups: dict[tuple[str, str, str, str], list[Origin]] = {}
    for origin in found.origins:
        groups.setdefault((origin.asset, *_word(origin)), []).append(origin)
    whole = {asset: amount for (_, asset), amount in found.received.items()}
    rows = [_row(key, origins, whole) for key, origins in groups.items()]
    return sorted(rows, key=lambda row: (row["asset"], -int(row["amount"]), row["reason"], row["name"] or ""))


def _word(origin: Origin) -> tuple[str, str, str]:
    return _REASONS.get(origin.reason, origin.reason), origin.concept or "", origin.name or ""


def _row(key: tuple[str, str, str, str], origins: Sequence[Origin], whole: Mapping[str, int]) -> dict[str, Any]:
    asset, reason, concept, name = key
    sums = [sum(origin.amounts[method] for origin in origins) for method in METHODS]
    largest = max(origins, key=lambda origin: (origin.amounts[METHODS[0]], origin.address))
    return {
        "asset": asset,
        "reason": reason,
        "concept": concept or None,
        "name": name or None,
        "addresses": len(origins),
        "largest": largest.address,
        "amount": str(sums[0]),
        "low": str(min(sums)),
        "high": str(max(sums)),
        "share": round(sums[0] / whole[asset], 6) if whole.get(asset) else None,
    }
