"""What would have addressed a theft: vectors mapped to remedies, each with its evidence, read from `remedies.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from dyepack.ledger.files import Form, Text, Url, Word
from dyepack.ledger.mistakes import checked
from dyepack.model import Incident
from dyepack.yamltext import read

_FILE = Path(__file__).with_name("remedies.yaml")


class Evidence(Form):
    """A source for a mapping, in our words."""

    by: Annotated[Text, Field(description="who says so")]
    says: Annotated[Text, Field(description="what it says")]
    url: Annotated[Url, Field(description="where it was read")]


class Addressed(Form):
    """One vector, what would have addressed it, and why anybody should believe so."""

    vector: Annotated[Word, Field(description="as incident files give it")]
    victims: Annotated[tuple[Word, ...], Field(description="victim types it holds for; left out: all others")] = ()
    remedies: Annotated[tuple[Word, ...], Field(description="each of which would have addressed it, by itself")] = ()
    evidence: Annotated[tuple[Evidence, ...], Field(description="sources")] = ()
    judgement: Annotated[Text | None, Field(description="our own view, where no source carries it")] = None
    limits: Annotated[Text, Field(description="where the mapping misleads")]

    @model_validator(mode="after")
    def _grounded(self) -> "Addressed":
        if not (self.evidence or self.judgement):
            raise ValueError("expected `evidence`, or `judgement` where it is our own")
        return self


class RemediesFile(Form):
    """`remedies.yaml`."""

    inferred: Annotated[Text, Field(description="how notes begin on thefts whose vector nobody stated")]
    remedies: Annotated[dict[Word, Text], Field(description="each remedy: what is to be done")]
    mapping: Annotated[tuple[Addressed, ...], Field(description="the first that fits a theft holds")]


@dataclass(frozen=True)
class Remedies:
    """The mapping, ready to be asked."""

    form: RemediesFile

    def entry(self, theft: Incident) -> Addressed | None:
        """The mapping that holds for this theft; None where its vector is not in the file."""
        same = (entry for entry in self.form.mapping if entry.vector == theft.vector)
        return next((entry for entry in same if not entry.victims or theft.victim_type in entry.victims), None)

    def of(self, theft: Incident) -> tuple[str, ...]:
        """What would have addressed this theft; nothing where that cannot be said."""
        entry = self.entry(theft)
        return () if entry is None else entry.remedies

    def inferred(self, theft: Incident) -> bool:
        """Whether the theft's vector was inferred from a cluster of thefts, and not stated of this one."""
        return (theft.notes or "").startswith(self.form.inferred)


@cache
def remedies() -> Remedies:
    """The mapping that ships with dyepack."""
    return Remedies(checked(read(_FILE, _FILE.name), RemediesFile))
