"""Shapes in the movements of a trace that an investigator has names for; one function each, with the rows that show it.

A pattern describes how money moved. It is not evidence of who moved it or why: exchanges, payrolls and token sales make
the same shapes. No error rate of these rules was measured on cases whose truth is known, so each says `unknown`.
Dust neither extends a pattern nor counts in one. Shares are of amounts and are compared exactly, as whole numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from dyepack.errors import InputError
from dyepack.model import UNKNOWN, Flow
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.carriage import SINKS
from dyepack.trace.dust import is_dust
from dyepack.trace.recorded import Recorded

DAY = timedelta(days=1)
UNMEASURED = "unknown"
RHYTHM = "batch rhythm"
_ON_OUTPUTS = ("input", "output", "fee", "coinbase")
Order = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One shape: its name, where it is, what it says in a sentence, its figures, and the movements that show it."""

    name: str
    chain: str
    where: str
    says: str
    rows: tuple[Flow, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)
    error_rate: str = UNMEASURED


def peel_chains(flows: Sequence[Flow], *, links: int = 3, fifths: int = 4) -> Iterator[Pattern]:
    """A row of places each of which passes most of what it pays on to the next and a little to somebody else.

    At least `links` links; each passes on at least `fifths` fifths. On an output chain a link is a transaction.
    Misleads: change returning to the payer of many small payments looks just so, and so does any shop that pays
    suppliers from its last receipt.
    """
    found = {link.place: link for link in _links(flows, fifths)}
    followed = {link.onward for link in found.values() if link.onward in found}
    for place in sorted(found.keys() - followed):
        chain: list[_Link] = []
        at: str | None = place
        while at in found and (not chain or _order(found[at].passed) > _order(chain[-1].passed)):
            chain.append(found[at])
            at = found[at].onward
        if len(chain) >= links:
            off = sum(flow.amount for link in chain for flow in link.peeled)
            rows = tuple(flow for link in chain for flow in (*link.peeled, link.passed))
            yield Pattern(
                "peel chain",
                rows[0].chain,
                chain[0].passed.from_address,
                f"{len(chain)} hops, each of which pays a little away and passes on the rest",
                rows,
                {"links": len(chain), "asset": rows[0].asset, "peeled": str(off), "left": str(chain[-1].passed.amount)},
            )


def fan_outs(flows: Sequence[Flow], *, least: int = 5, within: timedelta = DAY) -> Iterator[Pattern]:
    """One place that pays many others within a day.

    Misleads: every exchange's paying address, payroll, airdrop and batch payment does this.
    """
    yield from _stars(flows, "fan-out", lambda flow: (flow.from_address, flow.to_address), least, within)


def consolidations(flows: Sequence[Flow], *, least: int = 5, within: timedelta = DAY) -> Iterator[Pattern]:
    """One place that is paid by many others within a day.

    Misleads: a custodian's sweep of its customers' deposit addresses does this, and any popular receiver.
    """
    yield from _stars(flows, "consolidation", lambda flow: (flow.to_address, flow.from_address), least, within)


def round_trips(flows: Sequence[Flow], *, hops: int = 4, searched: int = 100_000) -> Iterator[Pattern]:
    """Money that comes back to where it left, through others, with at least half of it in every movement.

    At most `hops` movements between addresses. Misleads: change is no round trip and is left out, but a loan repaid, a
    refund and a service used twice are. The search ends after `searched` movements looked at, which it says.
    """
    leaving: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        leaving[flow.from_address, flow.asset].append(flow)
    seen: set[tuple[str, ...]] = set()
    budget = [searched]
    for first in (flow for flow in flows if flow.kind not in ("output", *SINKS)):
        way = _back(first, leaving, hops * (2 if first.kind in _ON_OUTPUTS else 1), budget)
        if way is None or (key := tuple(sorted({flow.from_address for flow in way}))) in seen:
            continue
        seen.add(key)
        complete = "" if budget[0] > 0 else "; the search was cut, there may be more"
        yield Pattern(
            "round trip",
            first.chain,
            first.from_address,
            f"comes back after {len(way)} movements and {_span(way[-1].time - way[0].time)}{complete}",
            tuple(way),
            {"asset": first.asset, "left": str(way[0].amount), "came_back": str(way[-1].amount)},
        )


def equal_splits(flows: Sequence[Flow], *, least: int = 3, within: timedelta = DAY) -> Iterator[Pattern]:
    """One place that pays the same amount, to the unit, to several others within a day.

    Misleads: fixed prices, a mixer's denominations and limits of a service make equal amounts too.
    """
    by_amount: dict[tuple[str, str, int], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.kind not in ("input", "fee"):
            by_amount[flow.from_address, flow.asset, flow.moved].append(flow)
    for (payer, asset, amount), paid in sorted(by_amount.items()):
        for rows in _windows(paid, within):
            payees = {flow.to_address for flow in rows}
            if len(payees) >= least:
                says = f"the same amount to {len(payees)} places"
                figures = {"asset": asset, "each": str(amount), "payees": len(payees)}
                yield Pattern("equal splits", rows[0].chain, payer, says, tuple(rows), figures)


def batch_rhythm(flows: Sequence[Flow], *, least: int = 20) -> Iterator[Pattern]:
    """At which hours (UTC) money moved, the quietest eight of them, and how long it lay still between movements.

    Misleads: hours suggest a time zone and no more; software runs at any hour, several people share a task, and a few
    busy days decide. Only transactions count, not the movements in them; fewer than `least` say nothing.
    """
    times = sorted({flow.tx_hash: flow.time for flow in flows}.values())
    if len(times) < least:
        return
    hours = Counter(time.hour for time in times)
    begin = min(range(24), key=lambda hour: (sum(hours[(hour + more) % 24] for more in range(8)), hour))
    quiet = sum(hours[(begin + more) % 24] for more in range(8))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    typical = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    longest = max(gaps)
    yield Pattern(
        RHYTHM,
        flows[0].chain,
        "all places",
        f"{quiet} of {len(times)} transactions between {begin:02}:00 and {(begin + 8) % 24:02}:00 UTC, the quietest"
        f" eight hours; half of the gaps are under {_span(typical)}, the longest is {_span(longest)}",
        tuple(flows),
        {
            "transactions_by_hour_utc": [hours[hour] for hour in range(24)],
            "quiet_from_hour_utc": begin,
            "quiet_transactions": quiet,
            "median_gap_seconds": int(typical.total_seconds()),
            "longest_gap_seconds": int(longest.total_seconds()),
            "gaps_over_six_hours": sum(gap > timedelta(hours=6) for gap in gaps),
        },
    )


PATTERNS: dict[str, Callable[[Sequence[Flow]], Iterator[Pattern]]] = {
    "peel-chain": peel_chains,
    "fan-out": fan_outs,
    "consolidation": consolidations,
    "round-trip": round_trips,
    "equal-splits": equal_splits,
    "batch-rhythm": batch_rhythm,
}


def patterns(flows: Iterable[Flow], wanted: Iterable[str] = PATTERNS) -> list[Pattern]:
    """The patterns of these kinds in the flows of one method, in the order of `PATTERNS`; dust is left out first."""
    kept = sorted((flow for flow in flows if not is_dust(flow.chain, flow.moved)), key=_order)
    asked = set(wanted)
    return [pattern for name, find in PATTERNS.items() if name in asked for pattern in find(kept)]


@dataclass(frozen=True, slots=True)
class _Link:
    """A place, what it passed on and to which place, and what it peeled off."""

    place: str
    onward: str
    passed: Flow
    peeled: tuple[Flow, ...]


def _links(flows: Sequence[Flow], fifths: int) -> Iterator[_Link]:
    spenders = {flow.output: flow.tx_hash for flow in flows if flow.kind == "input"}
    paid: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.kind not in ("input", *SINKS):
            paid[flow.from_address, flow.asset].append(flow)
    for (place, asset), rows in paid.items():
        passed = max(rows, key=lambda flow: flow.amount)
        peeled = tuple(flow for flow in rows if flow is not passed)
        if peeled and passed.amount * 5 >= sum(flow.amount for flow in rows) * fifths:
            onward = spenders.get(passed.output) if passed.kind in _ON_OUTPUTS else passed.to_address
            yield _Link(f"{place} {asset}", f"{onward} {asset}", passed, peeled)


def _stars(
    flows: Sequence[Flow],
    name: str,
    ends: Callable[[Flow], tuple[str, str]],
    least: int,
    within: timedelta,
) -> Iterator[Pattern]:
    around: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.kind not in SINKS:
            around[ends(flow)[0], flow.asset].append(flow)
    for (centre, asset), touching in sorted(around.items()):
        for rows in _windows(touching, within):
            others = {ends(flow)[1] for flow in rows}
            if len(others) >= least:
                says = f"{'pays' if name == 'fan-out' else 'is paid by'} {len(others)} places in {_took(rows)}"
                figures = {"asset": asset, "places": len(others), "amount": str(sum(flow.amount for flow in rows))}
                yield Pattern(name, rows[0].chain, centre, says, tuple(rows), figures)


def _windows(flows: Sequence[Flow], within: timedelta) -> Iterator[list[Flow]]:
    """Movements in order, parted where the first of a part is longer ago than this."""
    part: list[Flow] = []
    for flow in flows:
        if part and flow.time - part[0].time > within:
            yield part
            part = []
        part.append(flow)
    if part:
        yield part


def _back(
    first: Flow, leaving: Mapping[tuple[str, str], Sequence[Flow]], hops: int, budget: list[int]
) -> list[Flow] | None:
    """The first way back to where a movement left, through another address; each movement has half of the first."""
    waiting: list[list[Flow]] = [[first]]
    while waiting and budget[0] > 0:
        way = waiting.pop(0)
        for flow in leaving[way[-1].to_address, first.asset]:
            budget[0] -= 1
            if _order(flow) <= _order(way[-1]) or flow.amount * 2 < first.amount:
                continue
            home = flow.to_address == first.from_address
            if flow.tx_hash == first.tx_hash and (home or flow.kind not in _ON_OUTPUTS):
                continue  # change, or one transaction's own doing
            if home:
                return [*way, flow]
            if len(way) + 1 < hops and flow.to_address not in {one.from_address for one in way}:
                waiting.append([*way, flow])
    return None


def _order(flow: Flow) -> Order:
    return flow.block, flow.tx_index, flow.seq


def _took(rows: Sequence[Flow]) -> str:
    return _span(rows[-1].time - rows[0].time)


def _span(time: timedelta) -> str:
    """A duration for a person."""
    seconds = int(time.total_seconds())
    minutes = seconds // 60
    if seconds < 120:
        return f"{seconds} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 72 else f"{minutes // 1440} d"


def find_patterns(
    store: Store, run: str, method: str | None = None, wanted: Iterable[str] = PATTERNS
) -> tuple[Recorded, str, list[Pattern]]:
    """The run and the method that were meant, and the patterns in what these say of the incidents' money.

    Raises:
        UnknownRun, InputError: no such run, method or pattern.
    """
    asked = list(wanted)
    if unknown := [name for name in asked if name not in PATTERNS]:
        raise InputError(f"no pattern {unknown[0]!r}; there are: {', '.join(PATTERNS)}")
    told = recorded.find(store, run)
    chosen = told.method(method)
    return told, chosen, patterns(movements(recorded.flows(store, told.run, chosen)), asked)


def movements(flows: Iterable[Flow]) -> list[Flow]:
    """One row per movement with what it carries of all incidents together; money of unknown origin is left out."""
    found: dict[tuple[str, int, int, int], Flow] = {}
    for flow in flows:
        key = flow.chain, *_order(flow)
        if flow.origin != UNKNOWN:
            before = found.get(key)
            found[key] = replace(before, amount=before.amount + flow.amount) if before else flow
    return list(found.values())


def as_json(pattern: Pattern) -> dict[str, Any]:
    """A pattern as a JSON object; of each movement what finds it again."""
    return {
        "pattern": pattern.name,
        "chain": pattern.chain,
        "where": pattern.where,
        "says": pattern.says,
        "figures": dict(pattern.figures),
        "error_rate": pattern.error_rate,
        "movements": [_row(flow) for flow in pattern.rows],
    }


def _row(flow: Flow) -> dict[str, Any]:
    time: datetime = flow.time
    return {
        "block": flow.block,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tx_hash": flow.tx_hash,
        "seq": flow.seq,
        "from_address": flow.from_address,
        "to_address": flow.to_address,
        "asset": flow.asset,
        "amount": str(flow.amount),
        "moved": str(flow.moved),
    }
