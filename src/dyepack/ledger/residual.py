"""What is left between a printed total and a profile's sum, and everything that the ledger holds that would close it.

Nothing here says why a publisher printed what it printed. A change is listed if the sum then agrees with the printed
figure within its rounding, and all that are listed are rivals: the more there are, the less each of them says. What no
change closes is a remainder without a name.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from dyepack.amounts import USD, millions, tenths
from dyepack.ledger.profile import Profile
from dyepack.ledger.rules import RULES, whose
from dyepack.ledger.tally import Entry, Span, Tallies, Tally
from dyepack.model import PublishedTotal

_DOLLAR: int = 10**USD.decimals
PERSONAL = ("individual", "wallet")
"""Types of victims that are people, not services."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a printed figure is held against: a profile over a span of days, for an actor or for everybody."""

    profile: Profile
    actor: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Change:
    """One change after which the profile's sum can agree with the printed figure, as far as claims about it range.

    `kind`: one more theft counts (`in`), one theft less (`out`), one theft counts with another claim of it (`figure`),
    the profile counts otherwise (`switch`), or the list ended on an earlier day (`end`). `usd` is what it moves.
    """

    kind: str
    incident: str | None
    usd: int
    text: str

    def as_json(self) -> dict[str, Any]:
        """The change; what it moves as a decimal string of micro-dollars."""
        return {"kind": self.kind, "incident": self.incident, "usd": str(self.usd), "text": self.text}


@dataclass(frozen=True, slots=True)
class Residual:
    """Printed figure minus profile, in micro-dollars, and what would close it.

    `changes` are single ones, those that come nearest first; `pairs` is how many pairs of thefts would do as well.
    `unpriced` are thefts that count and of which no figure is known. `unnamed` is the least that stays unexplained with
    everything added that the ledger holds of these days: of an actor, all that anybody attributes.
    """

    printed: int
    usd: int
    rounding: int
    changes: tuple[Change, ...]
    pairs: int
    unpriced: tuple[str, ...]
    unnamed: int

    @property
    def state(self) -> str:
        """`exact` to the dollar, `rounding`, or `open`."""
        if abs(self.usd) < _DOLLAR:
            return "exact"
        return "rounding" if abs(self.usd) <= self.rounding else "open"

    @property
    def percent(self) -> str:
        """The residual in per cent of the printed figure, one decimal; empty where that is nothing."""
        return tenths(self.usd * 100, self.printed) if self.printed else ""

    @property
    def text(self) -> str:
        """What explains it, in a sentence or two."""
        if self.state == "exact":
            return "agrees to the dollar"
        if self.state == "rounding":
            return "agrees within its rounding"
        return "; ".join(self._reasons())

    def _reasons(self) -> Iterator[str]:
        if self.changes:
            rivals = len(self.changes) - 1 + self.pairs
            yield f"consistent with: {self.changes[0].text} ({_fit(rivals)})"
        elif self.pairs:
            yield f"no single change fits, {_number(self.pairs, 'pair')} of thefts would"
        elif self.unnamed:
            yield f"at least {dollars(self.unnamed)} without a name, even with all else that the ledger could add"
        else:
            yield f"{dollars(abs(self.usd))} without a name: no theft, no pair of them and no switch fits"
        if len(self.unpriced) == 1 and self.usd > 0:
            yield f"{self.unpriced[0]} counts without a figure and may carry some of it"
        elif self.unpriced and self.usd > 0:
            yield f"the {len(self.unpriced)} thefts that count without a figure may carry some of it"

    def as_json(self) -> dict[str, Any]:
        """Everything; amounts as decimal strings of micro-dollars."""
        return {
            "usd": str(self.usd),
            "text": millions(self.usd),
            "percent": self.percent,
            "rounding": str(self.rounding),
            "state": self.state,
            "explained": self.text,
            "changes": [change.as_json() for change in self.changes],
            "pairs": self.pairs,
            "unpriced": list(self.unpriced),
            "unnamed": str(self.unnamed),
        }


def rounding(usd: int) -> int:
    """Half a unit of the last digit that a figure seems to give, of two digits at least: $50,000 for $340.4 M."""
    digits = str(usd // _DOLLAR)
    zeros = len(digits) - len(digits.rstrip("0"))
    unit: int = 10 ** max(min(zeros, len(digits) - 2), 0)
    return unit * _DOLLAR // 2


def dollars(usd: int) -> str:
    """Micro-dollars for a person: millions, and plain dollars where that would be nearly nothing."""
    return millions(usd) if abs(usd) >= 10**12 else f"${usd // _DOLLAR:,}"


def residual(tallies: Tallies, total: PublishedTotal, asked: Asked, by: dt.date | None = None) -> Residual | None:
    """The residual of a printed figure, by the claims known on a day or by all; None where only a count was printed."""
    if total.usd is None:
        return None
    ours = tallies.of(asked.profile, asked.actor, by).within(asked.span)
    left, slack = total.usd - ours.usd, rounding(total.usd)
    plain = Residual(total.usd, left, slack, (), 0, (), 0)
    if plain.state != "open":
        return plain
    rest = _outside(tallies, asked, ours, by)
    moved = rest if left > 0 else ours.entries
    changes = [
        *_single(moved, left, slack),
        *_figures(tallies, ours, left, slack),
        *_switches(tallies, asked, total.usd, by),
        *_ends(total, ours),
    ]
    changes.sort(key=lambda change: (abs(left - change.usd), change.kind, change.incident or ""))
    unpriced = tuple(entry.incident for entry in ours.on("none"))
    unnamed = max(left - slack - sum(e.high for e in rest), 0)
    return replace(
        plain, changes=tuple(changes), pairs=_pairs(moved, abs(left), slack), unpriced=unpriced, unnamed=unnamed
    )


def _outside(tallies: Tallies, asked: Asked, ours: Tally, by: dt.date | None) -> tuple[Entry, ...]:
    """What the ledger holds of these days beyond the profile: of any class, attributed by anybody."""
    wide = replace(asked.profile, whose=whose("R4"), classes=(), without=(), listed=False, median=True)
    inside = set(ours.slugs)
    found = tallies.of(wide, asked.actor, by).within(asked.span)
    return tuple(entry for entry in found.entries if entry.incident not in inside)


def _single(moved: Sequence[Entry], left: int, slack: int) -> Iterator[Change]:
    sign, kind = (1, "in") if left > 0 else (-1, "out")
    for entry in moved:
        if entry.high and entry.low - slack <= abs(left) <= entry.high + slack:
            said = f"{entry.incident} ({millions(entry.usd)}) counted {'too' if sign > 0 else 'not at all'}"
            yield Change(kind, entry.incident, sign * entry.usd, said)


def _pairs(moved: Sequence[Entry], left: int, slack: int) -> int:
    """How many pairs of thefts range over what is left: those not too large, less those too small (which are both)."""
    priced = [entry for entry in moved if entry.high]
    return _sums(sorted(entry.low for entry in priced), left + slack) - _sums(
        sorted(entry.high for entry in priced), left - slack - 1
    )


def _sums(numbers: Sequence[int], most: int) -> int:
    """How many pairs of these sorted numbers sum to at most so much."""
    alone = sum(2 * number <= most for number in numbers)
    return (sum(bisect_right(numbers, most - number) for number in numbers) - alone) // 2


def _figures(tallies: Tallies, ours: Tally, left: int, slack: int) -> Iterator[Change]:
    """One theft that counts, with another claim about it."""
    for entry in ours.entries:
        seen: set[int] = set()
        for claim in tallies.ledger.losses.get(entry.incident, ()) if entry.basis != "shared" else ():
            moves = claim.usd - entry.usd
            if not claim.covers and moves not in seen and moves and abs(moves - left) <= slack:
                seen.add(moves)
                yield Change(
                    "figure", entry.incident, moves, f"{entry.incident} at {millions(claim.usd)}, as {claim.by} says"
                )


def _switches(tallies: Tallies, asked: Asked, printed: int, by: dt.date | None) -> Iterator[Change]:
    """The profile with one of its choices changed."""
    profile = asked.profile
    ours = tallies.of(profile, asked.actor, by).within(asked.span)
    sums = {
        name: tallies.of(other, asked.actor, by).within(asked.span).usd
        for name, other in _others(profile, asked.actor)
        if other != profile
    }
    sums |= {"every theft at its lowest claim": ours.low, "every theft at its highest claim": ours.high}
    for name, usd in sums.items():
        if usd != ours.usd and abs(printed - usd) <= rounding(printed):
            yield Change("switch", None, usd - ours.usd, name)


def _others(profile: Profile, actor: str | None) -> Iterator[tuple[str, Profile]]:
    yield "what came back taken off", replace(profile, net=not profile.net)
    yield "the day of the news in place of the day of the theft", replace(profile, announced=not profile.announced)
    yield "thefts alone", replace(profile, classes=("theft",))
    yield "rug pulls counted too", replace(profile, classes=("theft", "scam-or-rug"))
    yield "no thefts from persons and their own keys", replace(profile, without=PERSONAL)
    yield "thefts from persons and their own keys counted too", replace(profile, without=())
    yield "medians alone, none of its own figures", replace(profile, own=(), listed=False)
    if actor is not None:
        for rule in RULES:
            yield f"attributions under rule {rule}", replace(profile, whose=whose(rule))


def _ends(total: PublishedTotal, ours: Tally) -> Iterator[Change]:
    """An earlier end of a list that was printed before its year was over."""
    if total.usd is None or total.year is None or total.covers_to or total.known_by >= dt.date(total.year, 12, 31):
        return
    days = sorted(ours.entries, key=lambda entry: entry.last_day)
    sums = list(accumulate(entry.usd for entry in days))
    fits = [
        (entry.last_day, usd)
        for entry, usd in zip(days, sums, strict=True)
        if abs(total.usd - usd) <= rounding(total.usd)
    ]
    if fits:
        day, usd = fits[-1]
        yield Change("end", None, usd - ours.usd, f"a list that ends on {day}")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _fit(rivals: int) -> str:
    if not rivals:
        return "nothing else fits"
    return f"{_number(rivals, 'other change')}, pairs of thefts included, {'fits' if rivals == 1 else 'fit'} too"
