"""The counting rules: which incidents are an actor's, by what was said of them.

None of them is right: they are the answers of readers who trust differently, and a total is only worth quoting together
with its rule. How a publisher counts is written in the same form (`profile.py`).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dyepack.errors import InputError
from dyepack.ledger.profile import Voice, Whose
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
_CONFIRMED = Voice(grades=("confirmed",))
_FORMS: Mapping[str, Whose] = MappingProxyType(
    {
        "R1": Whose(counts=(_CONFIRMED,)),
        "R2": Whose(counts=(_CONFIRMED, Voice(grades=("assessed",), but=ONE_ANALYST))),
        "R3": Whose(
            counts=(Voice(grades=("confirmed", "assessed")),),
            denied=(Voice(),),
            despite=(_CONFIRMED, Voice(grades=("assessed",), by=("UN PoE",))),
        ),
        "R4": Whose(counts=(Voice(),)),
    }
)


def whose(rule: str) -> Whose:
    """The rule of this name as a counting rule's form.

    Raises:
        InputError: no such rule.
    """
    if rule not in _FORMS:
        raise InputError(f"expected a counting rule, one of {', '.join(RULES)}, got {rule!r}")
    return _FORMS[rule]


def counts(rule: str, actor: str, claims: Sequence[AttributionClaim]) -> bool:
    """Whether an incident with these attributions is the actor's under the rule.

    Raises:
        InputError: no such rule.
    """
    return whose(rule).says(actor, claims)
