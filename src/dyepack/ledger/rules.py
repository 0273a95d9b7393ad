"""The counting rules: which incidents are an actor's, by what was said of them.

Each rule is a function of the attribution claims about one incident. None of them is right: they are the answers of
readers who trust differently, and a total is only worth quoting together with its rule.
"""

from collections.abc import Callable, Sequence

from dyepack.errors import InputError
from dyepack.model import AttributionClaim

ONE_ANALYST = ("Tayvano", "dn-")
"""Running lists of one person or project; R2 does not let them alone make a theft somebody's."""

RULES = {
    "R1": "confirmed by a government",
    "R2": "confirmed by a government, or assessed by anybody but the two running lists Tayvano and dn-institute",
    "R3": "confirmed or assessed by anybody; but not if somebody denies it or blames an insider, "
    "unless a government confirms it or the UN panel assesses it",
    "R4": "named by anybody, suspicions and disputed claims included",
}


def counts(rule: str, actor: str, claims: Sequence[AttributionClaim]) -> bool:
    """Whether an incident with these attributions is the actor's under the rule.

    Raises:
        InputError: no such rule.
    """
    return _rule(rule)(actor, claims)


def _rule(name: str) -> Callable[[str, Sequence[AttributionClaim]], bool]:
    try:
        return {"R1": _r1, "R2": _r2, "R3": _r3, "R4": _r4}[name]
    except KeyError:
        raise InputError(f"expected a counting rule, one of {', '.join(RULES)}, got {name!r}") from None


def _r1(actor: str, claims: Sequence[AttributionClaim]) -> bool:
    return any(claim.confidence == "confirmed" for claim in claims if claim.actor == actor)


def _r2(actor: str, claims: Sequence[AttributionClaim]) -> bool:
    assessed = (c for c in claims if c.actor == actor and c.confidence == "assessed")
    return _r1(actor, claims) or any(not claim.by.startswith(ONE_ANALYST) for claim in assessed)


def _r3(actor: str, claims: Sequence[AttributionClaim]) -> bool:
    if not any(c.actor == actor and c.confidence in ("confirmed", "assessed") for c in claims):
        return False
    denials = {f"not-{actor}", "insider"} - {actor}
    denied = any(claim.actor in denials for claim in claims)
    panel = (c for c in claims if c.actor == actor and c.by.startswith("UN PoE"))
    return not denied or _r1(actor, claims) or any(claim.confidence == "assessed" for claim in panel)


def _r4(actor: str, claims: Sequence[AttributionClaim]) -> bool:
    return any(claim.actor == actor for claim in claims)
