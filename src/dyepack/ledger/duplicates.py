"""Pairs of incidents that may be one theft, with the reasons for and against; merging them is a person's work.

A theft is reported under several names, on several days and once per chain. What speaks for one theft: the same victim
once names are folded, days close together, amounts that agree, a shared transaction, a shared address of the thief. No
single one of them is enough, except a transaction: a victim can be robbed twice, and thieves share launderers.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger.book import Ledger
from dyepack.ledger.claims import figures
from dyepack.ledger.load import gather
from dyepack.ledger.proposal import folded
from dyepack.model import Incident, Reject

WINDOW = 31
"""Days between two reports of one theft, at most."""
NEAR = 7
ALIKE = 0.85
"""From this likeness (0 to 1, difflib's ratio) on, two folded names count as one; half of it is a hint."""
LARGE = 10**13
"""Ten million dollars: two thefts as large, as near and as equal in amount are rare enough to look at."""
LAUNDERERS = 3
"""An address of this many incidents is a launderer's, or a list's habit, and speaks for nothing."""
_USUAL = frozenset(
    """app bridge capital chain crypto dao defi dex exchange fi finance game games global inc io labs lend lending ltd
    market markets money network org pay pool pools protocol swap token trade v1 v2 v3 vault vaults xyz com the
    """.split()  # noqa: SIM905 (forty words, one to a line, would be a page)
)
"""Words that half of all names have."""
_DATES = re.compile(
    r"\d+|theft|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(tember)?|oct(ober)?|(nov|dec)(ember)?"
)
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
_SHORT = {1: (3, 4), 2: (4, 5, 6, 7, 8)}
"""Of how many letters a name is that is known by its first and last letter, or by two at each end."""
_STEPS = tuple(accumulate(range(450), lambda step, _: 10 * step // 9 + 1, initial=1))
"""Amounts in steps of a ninth and a little, to beyond 10**20."""
_THIEVES = ("thief", "attacker", "attack-contract")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two incidents that may be one: why, and what speaks for two thefts."""

    slugs: tuple[str, str]
    reasons: tuple[str, ...]
    against: tuple[str, ...]

    def other(self, slug: str) -> str:
        """The other one."""
        return self.slugs[slug == self.slugs[0]]

    def as_json(self) -> dict[str, Any]:
        """The two slugs and both lists."""
        return {"incidents": list(self.slugs), "reasons": list(self.reasons), "against": list(self.against)}


@dataclass(frozen=True, slots=True)
class _Trail:
    """What an incident can be recognised by; its days as numbers, its name without spaces, and the letters in that.

    `letters` has a bit for each letter, and may have one for two: names have no more in common than it says. `telling`
    are the amounts of at least three digits that count.
    """

    incident: Incident
    first: int
    last: int
    name: str
    letters: int
    amounts: tuple[int, ...]
    telling: frozenset[int]
    transactions: frozenset[str]
    addresses: frozenset[str]
    lists: Mapping[str, str]


def pairs(ledger: Ledger) -> tuple[Pair, ...]:
    """All pairs that may be one theft, in order of time; those with a reason to doubt come too, and say it."""
    trails = sorted(_trails(ledger), key=lambda trail: (trail.incident.first_day, trail.incident.incident))
    places = _candidates(trails)
    found = {(one, other): pair for one, other in places if (pair := _compared(trails[one], trails[other]))}
    return tuple(found[places] for places in sorted(found))


def _candidates(trails: Sequence[_Trail]) -> Iterator[tuple[int, int]]:
    """Pairs of places that share one of their keys within its days: every pair that may be one theft, and few others.

    Trails come in order of their first day, so that one that is too old under a key is so for all that follow.
    """
    live: dict[tuple[str, object], list[int]] = {}
    last = [trail.last for trail in trails]
    for place, trail in enumerate(trails):
        found: set[int] = set()
        for key in set(_keys(trail)):
            since = trail.first - (1 if key[0] == "usd" else WINDOW)
            near = [n for n in live.get(key, ()) if last[n] >= since]
            found.update(near)
            live[key] = [*near, place]
        yield from ((n, place) for n in found)


def _keys(trail: _Trail) -> Iterator[tuple[str, object]]:
    """What two reports of one theft have in common: a transaction, an address, an amount's step, a piece of the name.

    Two amounts within a tenth lie on one step or on neighbours, and each stands on its own and the next. Two names that
    count as one share three letters in a row or, if short, both ends: of their n letters together at most 0.15 n are in
    one name only, and they cut what is common into at most one piece more. For names of 3 to 8 letters that leaves a
    few cases without a common piece of three, and each of them has its cuts inside.
    """
    yield from (("tx", each) for each in trail.transactions)
    yield from (("address", each) for each in trail.addresses)
    yield from (("usd", bisect(_STEPS, usd) + more) for usd in trail.amounts for more in (0, 1))
    name = trail.name
    if name:
        yield "name", name
        yield from (("piece", name[at : at + 3]) for at in range(len(name) - 2))
        yield from (("ends", (name[:n], name[-n:])) for n in (1, 2) if len(name) in _SHORT[n])


def _compared(one: _Trail, other: _Trail) -> Pair | None:
    days = max(other.first - one.last, 0)
    amount = _same_amount(one, other)
    transactions, addresses = one.transactions & other.transactions, one.addresses & other.addresses
    if not (transactions or amount or days <= NEAR):
        return None
    equal = amount and days <= 1
    large = equal and min(one.amounts[-1], other.amounts[-1]) >= LARGE
    least = ALIKE / 2 if equal or (addresses and days <= NEAR) else ALIKE
    if not (transactions or large or _alike(one, other, least)):
        return None
    same_name = _alike(one, other, ALIKE)
    reasons = [
        f"victims {one.incident.victim!r} and {other.incident.victim!r} fold alike" if same_name else "",
        "the same day" if not days else f"{days} day{'s' * (days > 1)} apart",
        {"same": "a figure in common", "near": "amounts within a tenth", "": ""}[amount],
        f"{len(transactions)} transaction(s) in common" if transactions else "",
        f"{len(addresses)} address(es) of the thief in common" if addresses else "",
    ]
    return Pair(
        (one.incident.incident, other.incident.incident), tuple(filter(None, reasons)), tuple(_against(one, other))
    )


def _against(one: _Trail, other: _Trail) -> Iterator[str]:
    both = sorted(name for name in one.lists.keys() & other.lists.keys() if one.lists[name] != other.lists[name])
    if both:
        yield f"{', '.join(both)} lists both, each in a row of its own"
    here, there = set(one.incident.chains), set(other.incident.chains)
    if here and there and not here & there:
        yield f"on other chains ({', '.join(sorted(here))}; {', '.join(sorted(there))})"
    if one.incident.incident_class != other.incident.incident_class:
        yield f"of other classes ({one.incident.incident_class}; {other.incident.incident_class})"


def _trails(ledger: Ledger) -> Iterator[_Trail]:
    addresses = _gathered((c.incident, c.address) for c in ledger.addresses if c.role.startswith(_THIEVES))
    spread = _gathered((address, slug) for slug, found in addresses.items() for address in found)
    transactions = _gathered((claim.incident, claim.tx_hash.lower()) for claim in ledger.transactions)
    for incident in ledger.incidents:
        slug = incident.incident
        named = frozenset(each for each in addresses.get(slug, ()) if len(spread[each]) < LAUNDERERS)
        sources = [ledger.by_source[source] for source in incident.sources if source in ledger.by_source]
        lists = {source.name: f"{source.url} {source.part}" for source in sources if source.running}
        days = incident.first_day.toordinal(), incident.last_day.toordinal()
        amounts = tuple(filter(None, figures(ledger.losses.get(slug, ()))))
        telling = frozenset(usd for usd in amounts if len(str(usd).rstrip("0")) >= 3)
        spent = frozenset(transactions.get(slug, ()))
        yield _Trail(incident, *days, *_name(incident.victim), amounts, telling, spent, named, lists)


def _gathered(pairs_: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for key, value in pairs_:
        out.setdefault(key, set()).add(value)
    return out


@lru_cache(maxsize=4096)
def _name(victim: str) -> tuple[str, int]:
    """The telling words of a name as one, and its letters: without brackets, usual words and bare dates."""
    words = [word for word in folded(_BRACKETS.sub(" ", victim)).split("-") if not _DATES.fullmatch(word)]
    name = "".join(word for word in words if word not in _USUAL) or "".join(words)
    letters = 0
    for letter in name:
        letters |= 1 << (ord(letter) & 63)
    return name, letters


def _alike(one: _Trail, other: _Trail, least: float) -> bool:
    """Whether two names are alike enough, from 0 to 1; a name of four letters or more within the other is alike.

    Most pairs are told apart by the letters that only one of them has, which can match nothing.
    """
    left, right = one.name, other.name
    if not left or not right:
        return False
    if left == right or (min(len(left), len(right)) > 3 and (left in right or right in left)):
        return True
    most = min(
        len(left) - (one.letters & ~other.letters).bit_count(), len(right) - (other.letters & ~one.letters).bit_count()
    )
    whole = len(left) + len(right)
    return 2.0 * most / whole >= least and 2.0 * matched(left, right) / whole >= least


def matched(left: str, right: str) -> int:
    """How many letters two names have in common in order: the longest piece, and what is left and right of it so too.

    That is what difflib's `ratio` counts (Ratcliff and Obershelp 1988), in a third of the time where names are short.
    """
    for size in range(min(len(left), len(right)), 0, -1):
        for at in range(len(left) - size + 1):
            there = right.find(left[at : at + size])
            if there >= 0:
                rest = matched(left[:at], right[:there]) if at and there else 0
                return size + rest + matched(left[at + size :], right[there + size :])
    return 0


def _same_amount(one: _Trail, other: _Trail) -> str:
    """`same`: a figure with at least three digits that count in common; `near`: two figures within a tenth."""
    if one.telling & other.telling:
        return "same"
    for here in one.amounts:
        for there in other.amounts:
            if 9 * here <= 10 * there and 9 * there <= 10 * here:
                return "near"
    return ""


def beside(ledger: Ledger, path: Path) -> tuple[Pair, ...]:
    """The pairs that one incident file makes with a ledger; if its slug is in the ledger, the file stands in for it.

    Raises:
        InputError: the file cannot be read as an incident.
    """
    from dyepack.ledger.reading import file_records  # noqa: PLC0415 (YAML and pydantic)

    records = list(file_records(path, path.name, {}))
    for reject in (record for record in records if isinstance(record, Reject)):
        field = f"{reject.field}: " if reject.field else ""
        raise InputError(f"{reject.source}:{reject.line or ''}: {field}{reject.reason}")
    slug = path.stem
    kept: list[Any] = [*ledger.incidents, *ledger.amounts, *ledger.addresses, *ledger.transactions]
    old = [record for record in kept if record.incident != slug]
    both = gather([*ledger.sources, *old, *records])
    return tuple(pair for pair in pairs(both) if slug in pair.slugs)
