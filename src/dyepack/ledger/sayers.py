"""Who attributes thefts: what kind of speaker, from which countries, read from `sayers.yaml`."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dyepack.ledger.files import Form, Text, Url
from dyepack.ledger.mistakes import checked
from dyepack.yamltext import read

_FILE = Path(__file__).with_name("sayers.yaml")
UNKNOWN = "country not given"


class Sayer(Form):
    """One or several names under which somebody attributes thefts."""

    names: Annotated[tuple[Text, ...], Field(min_length=1, description="as claims give them")]
    kind: Literal["government", "international", "firm", "person", "project", "press", "victim"]
    countries: Annotated[tuple[Text, ...], Field(description="where it is at home; none: it does not say")] = ()
    url: Annotated[Url | None, Field(description="where that was read")] = None
    judgement: Annotated[Text | None, Field(description="why, where no page was read")] = None

    @model_validator(mode="after")
    def _grounded(self) -> "Sayer":
        if not (self.url or self.judgement):
            raise ValueError("expected `url`, or `judgement` where it is our own")
        return self


class SayersFile(Form):
    """`sayers.yaml`."""

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
    return Sayers(checked(read(_FILE, _FILE.name), SayersFile))
