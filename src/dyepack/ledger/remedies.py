"""What would have addressed a theft: vectors mapped to remedies, each with its evidence, read from `remedies.toml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from dyepack.ledger import tomlform
from dyepack.model import Incident

_FILE = Path(__file__).with_name("remedies.toml")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source for a mapping, in our words."""

    by: Annotated[str, "who says so"]
    says: Annotated[str, "what it says"]
    url: Annotated[str, "where it was read"]


@dataclass(frozen=True, slots=True)
class Addressed:
    """One vector, what would have addressed it, and why anybody should believe so."""

    vector: Annotated[str, "as incident files give it"]
    limits: Annotated[str, "where the mapping misleads"]
    victims: Annotated[tuple[str, ...], "victim types it holds for; left out: all others"] = ()
    remedies: Annotated[tuple[str, ...], "each of which would have addressed it, by itself"] = ()
    evidence: Annotated[tuple[Evidence, ...], "sources"] = ()
    judgement: Annotated[str | None, "our own view, where no source carries it"] = None

    def __post_init__(self) -> None:
        """Refuse what nobody grounds."""
        if not (self.evidence or self.judgement):
            raise ValueError(f"{self.vector}: expected `evidence`, or `judgement` where it is our own")


@dataclass(frozen=True, slots=True)
class RemediesFile:
    """`remedies.toml`."""

    inferred: Annotated[str, "how notes begin on thefts whose vector nobody stated"]
    remedies: Annotated[dict[str, str], "each remedy: what is to be done"]
    mapping: Annotated[tuple[Addressed, ...], "the first that fits a theft holds"]


@dataclass(frozen=True, slots=True)
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
    return Remedies(tomlform.read(_FILE, RemediesFile, _FILE.name))
