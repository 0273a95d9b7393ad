"""How long after a theft somebody said who did it: over claims that have a day of their own, and no others.

A running database was read on some day and may have named the culprit long before, so its claims have no delay; they
are counted beside as undated. A month or a year leaves a range, and a median over ranges is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dyepack.ledger.book import Ledger
from dyepack.ledger.cuts import Question, Values, asked
from dyepack.ledger.remedies import remedies
from dyepack.ledger.sayers import sayers
from dyepack.model import AttributionClaim, Incident, first_day, last_day

FIRST = "first to say so"
"""The row that counts each theft once, by the claim that came first."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Days from theft to attribution, by one speaker, or by whoever was first.

    `median` is a range of whole or half days, as (low, high) in half days, where dates are no more precise;
    `shortest` and `longest` are the ends of all ranges. `before` names thefts that a claim precedes: a date is wrong.
    """

    by: str
    thefts: int
    undated: int
    median: tuple[int, int] | None
    shortest: int | None
    longest: int | None
    before: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Days; medians as text with a half where there is one."""
        return {
            "by": self.by,
            "thefts": self.thefts,
            "undated": self.undated,
            "median_days": None if self.median is None else [halves(each) for each in self.median],
            "shortest_days": self.shortest,
            "longest_days": self.longest,
            "before_the_theft": list(self.before),
        }


Days = tuple[int, int]


def delays(ledger: Ledger, question: Question) -> tuple[Delay, ...]:
    """Delays of the thefts that are asked for, as held today: whoever was first, then each speaker, most thefts first.

    Raises:
        InputError: as `cut`.
    """
    values = Values(ledger, question, remedies(), sayers())
    held = asked(ledger, question)[1]
    named = {theft: claims for theft in held if (claims := values.naming(theft, question.as_of))}
    by: dict[str, dict[Incident, list[AttributionClaim]]] = {}
    for theft, claims in named.items():
        for claim in claims:
            by.setdefault(claim.by, {}).setdefault(theft, []).append(claim)
    rows = [_delay(name, found) for name, found in by.items()]
    ranked = sorted(rows, key=lambda row: (-row.thefts, -row.undated, row.by))
    return (_delay(FIRST, named), *ranked) if named else ()


def halves(number: int) -> str:
    """Half days as text: `7` is `3.5`."""
    return f"{number // 2}{'.5' if number % 2 else ''}"


def _delay(name: str, claims: dict[Incident, list[AttributionClaim]]) -> Delay:
    spans: list[Days] = []
    before: list[str] = []
    for theft, said in claims.items():
        found = [_span(theft, claim) for claim in said if claim.published]
        fitting = [(max(low, 0), high) for low, high in found if high >= 0]
        if len(fitting) < len(found):
            before.append(theft.incident)
        if fitting:
            spans.append((min(low for low, _ in fitting), min(high for _, high in fitting)))
    undated = sum(not any(claim.published for claim in said) for said in claims.values())
    return Delay(
        name,
        len(spans),
        undated,
        (_median(low for low, _ in spans), _median(high for _, high in spans)) if spans else None,
        min((low for low, _ in spans), default=None),
        max((high for _, high in spans), default=None),
        tuple(sorted(before)),
    )


def _span(theft: Incident, claim: AttributionClaim) -> Days:
    said = claim.published or ""
    return (first_day(said) - theft.last_day).days, (last_day(said) - theft.first_day).days


def _median(days: Iterable[int]) -> int:
    """Twice the median, so that it is whole."""
    found = sorted(days)
    middle = len(found) // 2
    return 2 * found[middle] if len(found) % 2 else found[middle - 1] + found[middle]
