"""How long it takes until a theft counts: the days from theft to the claim that makes it count under a rule."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.counted import Scope, Theft, counted
from dyepack.ledger.rules import counts


@dataclass(frozen=True, slots=True)
class Lateness:
    """Days until half, and until nine in ten, of the thefts with dated claims counted.

    `undated` thefts count only by claims of databases that were read at some time: of them no delay can be told.
    """

    thefts: int
    median: int | None
    ninth_decile: int | None
    undated: int

    def sentence(self) -> str:
        """What it means for the latest months."""
        if self.median is None:
            return "No theft here has a dated claim, so that nothing can be said about how late they are reported."
        return (
            f"Reports come late: of {self.thefts} thefts with dated claims half counted within {self.median} days, "
            f"nine in ten within {self.ninth_decile}; the latest months are incomplete."
        )

    def as_json(self) -> dict[str, Any]:
        """The figures as they are."""
        return {
            "thefts": self.thefts,
            "median_days": self.median,
            "ninth_decile_days": self.ninth_decile,
            "undated": self.undated,
        }


def lateness(ledger: Ledger, scope: Scope, day: dt.date, held: Sequence[Theft] | None = None) -> Lateness:
    """The delays of a scope's thefts up to a day, as held; `held` are these thefts where the caller has them."""
    thefts = [theft for theft in (counted(ledger, scope) if held is None else held) if theft.last_day <= day]
    found = [_days(ledger, scope, theft) for theft in thefts]
    known = sorted(days for days in found if days is not None)
    return Lateness(len(known), _rank(known, 50), _rank(known, 90), len(found) - len(known))


def _days(ledger: Ledger, scope: Scope, theft: Theft) -> int | None:
    """Days until claims with a day of their own first met the rule; without an actor, until any claim."""
    said = [claim for claim in ledger.attributed.get(theft.slug, ()) if claim.published]
    days = {claim.known_by for claim in said if claim.known_by}
    if scope.actor is None:
        days |= {claim.known_by for claim in ledger.losses.get(theft.slug, ()) if claim.published and claim.known_by}
    for day in sorted(days):
        if scope.actor is None or counts(scope.rule, scope.actor, known_by(said, day)):
            return max((day - theft.last_day).days, 0)
    return None


def _rank(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that so many percent of them do not exceed."""
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)] if ordered else None
