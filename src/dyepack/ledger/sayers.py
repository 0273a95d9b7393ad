"""Who attributes thefts: what kind of speaker, from which countries, read from `sayers.toml`."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from dyepack.ledger import tomlform

_FILE = Path(__file__).with_name("sayers.toml")
UNKNOWN = "country not given"


@dataclass(frozen=True, slots=True)
class Sayer:
    """One or several names under which somebody attributes thefts."""

    names: Annotated[tuple[str, ...], "as claims give them"]
    kind: Literal["government", "international", "firm", "person", "project", "press", "victim"]
    countries: Annotated[tuple[str, ...], "where it is at home; none: it does not say"] = ()
    url: Annotated[str | None, "where that was read"] = None
    judgement: Annotated[str | None, "why, where no page was read"] = None

    def __post_init__(self) -> None:
        """Refuse who has no name, and what nobody grounds."""
        if not self.names or not (self.url or self.judgement):
            raise ValueError(f"{self.names}: expected a name, and `url`, or `judgement` where it is our own")


@dataclass(frozen=True, slots=True)
class SayersFile:
    """`sayers.toml`."""

    sayers: tuple[Sayer, ...]


@dataclass(frozen=True)
class Sayers:
    """The speakers, ready to be asked."""

    form: SayersFile

    @cached_property
    def by_name(self) -> dict[str, Sayer]:
        """Speakers by each of their names."""
        return {name: sayer for sayer in self.form.sayers for name in sayer.names}

    def countries(self, by: str) -> tuple[str, ...]:
        """The countries of a speaker; several for a joint statement, `UNKNOWN` where nobody says."""
        sayer = self.by_name.get(by)
        return (UNKNOWN,) if sayer is None or not sayer.countries else sayer.countries


@cache
def sayers() -> Sayers:
    """The speakers that ship with dyepack."""
    return Sayers(tomlform.read(_FILE, SayersFile, _FILE.name))
