"""What every reader of tag files gives, and how the statements of an authority's list are worded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from dyepack.tags.codes import Place
from dyepack.tags.statement import Refused, Statement

Said = tuple[int | None, str, Statement | Refused]
"""Line, text as it came, and the statement or the reason why there is none."""
DATED = "authority_data"


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself: its format, its title, and for a list which one it is and of what day.

    `scope` is the currency code that it is confined to. A `dated` list must have an edition, from the file or from
    who loads it: only so is it known when an address was listed, and when no longer. Where a file is not `complete`,
    what it lacks may be listed all the same; `notes` are what a reader must know.
    """

    form: str
    title: str
    list_name: str | None = None
    edition: date | None = None
    scope: str = ""
    dated: bool = False
    complete: bool = True
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """One file of tags."""

    head: Head

    def __iter__(self) -> Iterator[Said]:
        """Its statements, and what is none."""

    def unread(self) -> list[str]:
        """Names of fields that nothing was read from."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A publisher of sanctions lists: the name that its list has here, and where it publishes it."""

    list_name: str
    publisher: str
    url: str
    licence: str | None = None

    def listed(self, name: str, place: Place, concept: str = "sanction") -> Statement:
        """The statement that this address is on the list."""
        return Statement(
            pack=self.list_name,
            chain=place.chain,
            address=place.address,
            name=name,
            concepts=(concept,),
            confidence=DATED,
            creator=self.publisher,
            source=self.url,
            licence=self.licence,
            code=place.code,
        )


OFAC = Authority(
    "ofac", "US Treasury, OFAC", "https://www.treasury.gov/ofac/downloads", "public domain (US government)"
)
EU = Authority("eu", "European Union", "https://data.europa.eu/data/datasets/consolidated-list-of-sanctions")
UK = Authority("uk", "UK OFSI", "https://www.gov.uk/government/publications/the-uk-sanctions-list")
UN = Authority("un", "UN Security Council", "https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list")
NBCTF = Authority("nbctf", "Israel, NBCTF", "https://nbctf.mod.gov.il")
AUTHORITIES = {one.list_name: one for one in (OFAC, EU, UK, UN, NBCTF)}
