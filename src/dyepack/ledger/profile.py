"""A counting rule as data: whose word makes a theft somebody's, and whose figure it counts with.

The four rules R1–R4 (`rules.py`) and the profiles of publishers (`publishers/`) are both made of this; `tally.py` adds
up under it. Names are matched by their beginning, since a source may say more than its name (`FBI / DC3 / Japan NPA`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated

from dyepack.model import AmountClaim, AttributionClaim


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose attributions, and with which confidence; what is left out means any."""

    grades: Annotated[tuple[str, ...], "with which confidence; left out: any"] = ()
    by: Annotated[tuple[str, ...], "beginnings of names; left out: anybody"] = ()
    but: Annotated[tuple[str, ...], "beginnings of names that do not count"] = ()

    def spoke(self, actors: Collection[str], claims: Iterable[AttributionClaim]) -> bool:
        """Whether one of these claims names one of these actors, in this voice."""
        return any(claim.actor in actors and self._says(claim) for claim in claims)

    def _says(self, claim: AttributionClaim) -> bool:
        return (
            (not self.grades or claim.confidence in self.grades)
            and (not self.by or claim.by.startswith(self.by))
            and not (self.but and claim.by.startswith(self.but))
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """When an incident is an actor's: a voice names the actor, and no voice that may deny it says otherwise.

    A denial is an attribution to `not-ACTOR` or to `insider`. Where the publisher lists its thefts itself (`named`, by
    slug), these count and no others.
    """

    counts: Annotated[tuple[Voice, ...], "the actor's, if one of these names the actor"] = ()
    denied: Annotated[tuple[Voice, ...], "but not, if one of these denies it"] = ()
    despite: Annotated[tuple[Voice, ...], "unless one of these names the actor all the same"] = ()
    named: Annotated[tuple[str, ...], "slugs of the thefts that the publisher lists itself"] = ()

    def takes(self, slug: str, actor: str, claims: Collection[AttributionClaim]) -> bool:
        """Whether the incident is the actor's, by its name or by these claims about it."""
        return slug in self.named if self.named else self.says(actor, claims)

    def says(self, actor: str, claims: Collection[AttributionClaim]) -> bool:
        """Whether an incident with these attributions is the actor's."""
        if not any(voice.spoke((actor,), claims) for voice in self.counts):
            return False
        denials = {f"not-{actor}", "insider"} - {actor}
        denied = any(voice.spoke(denials, claims) for voice in self.denied)
        return not denied or any(voice.spoke((actor,), claims) for voice in self.despite)


@dataclass(frozen=True, slots=True)
class Profile:
    """How somebody counts. The default is how dyepack counts: thefts, each at the median, gross, on its own day."""

    whose: Annotated[Whose, "when an incident is the actor's; of no account where everybody's thefts count"] = Whose()
    classes: Annotated[tuple[str, ...], "classes of incidents that count; left out altogether: any"] = ("theft",)
    without: Annotated[tuple[str, ...], "types of victims that do not count"] = ()
    own: Annotated[tuple[str, ...], "beginnings of the names under which it gives its own figures: these go first"] = ()
    listed: Annotated[bool, "whether only incidents count of which it gives a figure of its own"] = False
    face_value: Annotated[bool, "whether its own figures count at the face value of minted tokens"] = False
    median: Annotated[bool, "whether the median of all claims stands in where it gives no figure of its own"] = True
    net: Annotated[bool, "whether what came back is taken off"] = False
    announced: Annotated[bool, "whether the day of the news decides the year, instead of the day of the theft"] = False

    def speaks(self, claim: AmountClaim) -> bool:
        """Whether this is a figure of the publisher's own that it can be held to count with."""
        kinds = (None, "value-at-theft", "component", *(("face-value",) if self.face_value else ()))
        return bool(self.own) and claim.by.startswith(self.own) and claim.kind in kinds
