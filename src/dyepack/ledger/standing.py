"""How each claim of a loss stands to the others: near their middle, off it, apart, or replaced by a later word."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dyepack.amounts import tenths
from dyepack.ledger.claims import PLAIN, Summary
from dyepack.model import AmountClaim

Stand = Literal["agrees", "differs", "apart", "replaced"]
_WITHIN = 20
"""A twentieth off the median is still the same figure, rounded or priced at another minute."""
_KINDS = {
    "partial-or-misparsed": "not set beside the others: a part only, or misread",
    "face-value": "not set beside the others: face value of what could not be sold",
    "component": "not set beside the others: one component",
    "later-value": "not set beside the others: at a later price",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one claim stands, in a word and in words."""

    claim: str
    stand: Stand
    says: str


def standings(claims: Sequence[AmountClaim], loss: Summary | None) -> list[Standing]:
    """One for each claim, in their order."""
    last: dict[str, AmountClaim] = {}
    for claim in claims:
        if not claim.kind and (claim.by not in last or _day(claim) > _day(last[claim.by])):
            last[claim.by] = claim
    return [Standing(claim.claim, *_stand(claim, last.get(claim.by), loss)) for claim in claims]


def _stand(claim: AmountClaim, later: AmountClaim | None, loss: Summary | None) -> tuple[Stand, str]:
    """How a claim stands; `later` is the last that its speaker said of the whole."""
    if later and _day(later) > _day(claim):
        return "replaced", f"replaced by its own word of {later.published or later.retrieved or 'later'}"
    if claim.kind not in PLAIN:
        return "apart", _KINDS.get(claim.kind or "", f"not set beside the others: {claim.kind}")
    if claim.covers:
        return "apart", f"speaks of {len(claim.covers)} thefts together"
    if loss is None:
        return "agrees", ""
    off = abs(claim.usd - loss.median)
    if off * _WITHIN <= loss.median:
        return "agrees", "agrees, within a twentieth" if off else "agrees"
    sign = "+" if claim.usd > loss.median else "\N{MINUS SIGN}"
    return "differs", f"{sign}{_percent(off, loss.median)} against the middle"


def _day(claim: AmountClaim) -> dt.date:
    return claim.known_by or dt.date.min


def _percent(part: int, whole: int) -> str:
    return f"{tenths(part * 100, whole)} %" if whole else "more than nothing"
