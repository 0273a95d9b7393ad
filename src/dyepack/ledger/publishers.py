"""How publishers count: a profile for each of them, read from `publishers/`, one TOML file per publisher.

A profile is what can be said of a publisher's counting from what it has printed, never its own method, which most do
not publish: `grounds` says what each choice rests on. A `reading` says what one of its editions counts differently.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from dyepack import bundled
from dyepack.errors import InputError, RecordError
from dyepack.ledger import tomlform
from dyepack.ledger.profile import Profile
from dyepack.ledger.rules import whose
from dyepack.ledger.tally import Span
from dyepack.model import PublishedTotal, first_day, last_day


@dataclass(frozen=True, slots=True)
class Reading:
    """How a figure, or all figures of an edition, are to be read where the figure's own fields do not say it."""

    edition: Annotated[str, "the edition's day, as in the published totals"]
    why: Annotated[str, "what it says of itself"]
    series: Annotated[str | None, "only figures of this series"] = None
    since: Annotated[str | None, "the first day it counts"] = None
    until: Annotated[str | None, "the last day it counts"] = None
    without: Annotated[tuple[str, ...], "types of victims that it does not count"] = ()

    def fits(self, total: PublishedTotal) -> bool:
        """Whether it speaks of this figure."""
        return self.edition == total.published and self.series in (None, total.series)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Somebody who prints totals, and how it seems to count."""

    name: Annotated[str, "as in the published totals"]
    about: Annotated[str, "how it counts, in a sentence"]
    grounds: Annotated[tuple[str, ...], "what the choices rest on"]
    short: Annotated[str | None, "what it is called at the prompt, where that is not its name"] = None
    also: Annotated[tuple[str, ...], "further names that its figures stand under"] = ()
    rule: Annotated[str | None, "the counting rule that says whose theft it is, instead of `counting.whose`"] = None
    counting: Annotated[Profile, "see the profile's own keys"] = Profile()  # noqa: RUF009 (frozen)
    readings: Annotated[tuple[Reading, ...], "editions that count differently"] = ()

    @property
    def called(self) -> str:
        """What people call it."""
        return self.short or self.name

    @property
    def profile(self) -> Profile:
        """How it counts."""
        return replace(self.counting, whose=whose(self.rule)) if self.rule else self.counting

    def printed(self, total: PublishedTotal) -> bool:
        """Whether the figure is this publisher's."""
        return total.publisher in (self.name, *self.also)

    def reading(self, total: PublishedTotal) -> tuple[Span, Profile, str | None]:
        """The days that a figure of this publisher counts, how it counts them, and why it is read so.

        A figure for a year counts that year, a cumulative one everything up to then; neither counts days after it was
        printed, or after the day to which it says it counts.
        """
        found = next((each for each in self.readings if each.fits(total)), None)
        year = Span() if total.year is None else Span.of_year(total.year)
        first = date.min if total.series.endswith("-cumulative") else year.first
        ends = [year.last, total.known_by, *([last_day(total.covers_to)] if total.covers_to else [])]
        if found is None:
            return Span(first, min(ends)), self.profile, None
        first = first_day(found.since) if found.since else first
        ends += [last_day(found.until)] if found.until else []
        profile = replace(self.profile, without=(*self.profile.without, *found.without))
        return Span(first, min(ends)), profile, found.why


@cache
def publishers(folder: Path | None = None) -> tuple[Publisher, ...]:
    """The publishers in this folder of profiles, or those that ship with dyepack, by name.

    Raises:
        RecordError: a file that is no profile; says what in it is wrong.
    """
    paths = sorted((folder or bundled.folder("publishers")).glob("*.toml"))
    return tuple(sorted(map(_publisher, paths), key=lambda each: each.name.lower()))


def shipped(name: str) -> Publisher:
    """The shipped profile of this name; where its file is called so, the others are not read.

    Raises:
        InputError: as `publisher`.
        RecordError: as `publishers`.
    """
    path = bundled.folder("publishers") / f"{'-'.join(name.lower().split())}.toml"
    if re.fullmatch(r"[a-z0-9-]+", path.stem) and path.is_file():
        found = _publisher(path)
        if name.lower() in _names(found):
            return found
    return publisher(name, publishers())


def publisher(name: str, known: Iterable[Publisher]) -> Publisher:
    """The publisher of this name, however it is capitalised.

    Raises:
        InputError: nobody of that name; lists those that there are.
    """
    known = tuple(known)
    for each in known:
        if name.lower() in _names(each):
            return each
    names = ", ".join(f"{each.called!r}" if " " in each.called else each.called for each in known)
    raise InputError(f"no profile of a publisher {name!r}; publishers: {names}")


def _names(who: Publisher) -> set[str]:
    return {alias.lower() for alias in (who.name, who.called, *who.also)}


def _publisher(path: Path) -> Publisher:
    source = f"publishers/{path.name}"
    made = tomlform.read(path, Publisher, source)
    try:
        if made.rule:
            whose(made.rule)
    except InputError as error:
        raise RecordError(str(error), source=source) from None
    return made
