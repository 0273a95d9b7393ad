"""Claims about one amount, set side by side: which of them can be compared, and their low, median and high."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dyepack.model import AmountClaim

PLAIN = (None, "value-at-theft")


@dataclass(frozen=True, slots=True)
class Summary:
    """What comparable claims say, in micro-dollars; `claims` is how many there are."""

    low: int
    median: int
    high: int
    claims: int


def comparable(claim: AmountClaim, kinds: Collection[str | None] = PLAIN) -> bool:
    """Whether the claim states this one theft's whole amount at its price on the day, or is of another of these kinds.

    Out are face values of minted tokens, later prices, parts and misread figures, and one figure for several thefts.
    """
    return claim.kind in kinds and not claim.covers


def figures(claims: Iterable[AmountClaim], kinds: Collection[str | None] = PLAIN) -> list[int]:
    """The comparable figures, sorted: comparable claims, and sums of the parts that one source books separately."""
    plain: list[int] = []
    parts: dict[tuple[str, object], int] = {}
    for claim in claims:
        if claim.covers:
            continue
        if claim.kind in kinds:
            plain.append(claim.usd)
        elif claim.kind == "component":
            key = (claim.by, claim.known_by)
            parts[key] = parts.get(key, 0) + claim.usd
    plain += parts.values()
    plain.sort()
    return plain


def summary(claims: Iterable[AmountClaim], kinds: Collection[str | None] = PLAIN) -> Summary | None:
    """Low, median and high of the comparable figures; None where there is none.

    The median of an even number is the mean of the two in the middle, a half micro-dollar rounded to even.
    """
    found = figures(claims, kinds)
    if not found:
        return None
    if len(found) == 1:
        return Summary(found[0], found[0], found[0], 1)
    middle = len(found) // 2
    if len(found) % 2:
        median = found[middle]
    else:
        median, half = divmod(found[middle - 1] + found[middle], 2)
        median += half and median % 2
    return Summary(found[0], median, found[-1], len(found))
