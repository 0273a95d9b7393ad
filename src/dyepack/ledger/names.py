"""Names of the ledger in a text: victims with their short forms, actors with theirs, publishers, speakers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from dyepack.ledger.book import Ledger
from dyepack.model import Incident

Kind = Literal["victim", "actor", "publisher"]
COUNTRY = {"North Korea": "dprk", "North Korean": "dprk", "North Koreans": "dprk", "DPRK": "dprk", "Pyongyang": "dprk"}
"""What texts call the actor `dprk`; the names of groups come from the ledger."""
SHORTEST = 4
NO_NAMES = ("unidentified",)
"""What sources put in place of a group's name."""
_WORD = re.compile(r"\w+")
_LAST_WORDS = re.compile(r"\s+(bridge|exchange|network|finance|protocol|wallet|users|token hub|labs)$", re.IGNORECASE)
_DOMAIN = re.compile(r"\.(com|io|fi|finance|org|network)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at its place in a text. For a victim `meant` are all incidents it can be, in order of time."""

    kind: Kind
    text: str
    meant: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Names:
    """The names of one ledger, ready to be looked for."""

    ledger: Ledger

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Every name in the text, in order; of names that begin at one place the longest counts."""
        folded = text.lower() if len(text.lower()) == len(text) else text
        found = (
            mention
            for word in _WORD.finditer(text)
            if text[word.start() - 1 : word.start()] != "-"
            for kind, table in self._tables.items()
            if (mention := table.at(kind, folded if kind == "actor" else text, word))
        )
        return tuple(replace(mention, text=text[mention.start : mention.end]) for mention in found)

    @cached_property
    def _tables(self) -> Mapping[Kind, "_Table"]:
        publishers = {total.publisher: (total.publisher,) for total in self.ledger.totals if not total.derived}
        return {"victim": _Table(self.victims), "actor": _Table(self.actors), "publisher": _Table(publishers)}

    @cached_property
    def victims(self) -> Mapping[str, tuple[str, ...]]:
        """Names of victims and the incidents they can mean."""
        by: dict[str, list[Incident]] = {}
        for incident in self.ledger.incidents:
            for name in set(_short_forms(incident.victim)):
                by.setdefault(name, []).append(incident)
        return {
            name: tuple(each.incident for each in sorted(found, key=lambda i: (i.first_day, i.incident)))
            for name, found in by.items()
        }

    @cached_property
    def actors(self) -> Mapping[str, tuple[str, ...]]:
        """Names of actors and their groups, in small letters: texts write them in many ways."""
        names = {name.lower(): (actor,) for name, actor in COUNTRY.items()}
        for claim in self.ledger.attributions:
            if claim.actor.startswith("not-") or claim.actor == "individual":
                continue
            for part in re.split(r"[/,(]", claim.group or ""):
                word = part.strip(' )"').lower()
                if len(word) >= SHORTEST and word not in NO_NAMES:
                    names[word] = (claim.actor,)
        return names


def _short_forms(victim: str) -> Iterator[str]:
    """The name, its parts before and within brackets, without a domain's ending or a last word like “Bridge”."""
    for part in re.split(r"[(/)]", victim):
        name = part.strip()
        for form in (name, _DOMAIN.sub("", name), _LAST_WORDS.sub("", name)):
            if len(form) >= SHORTEST and form[:1].isupper():
                yield form


@dataclass(frozen=True)
class _Table:
    """Names by their first word: a text is then read once, however many names there are."""

    names: Mapping[str, tuple[str, ...]]

    @cached_property
    def by_word(self) -> Mapping[str, list[str]]:
        """Names that begin with a word, longest first."""
        by: dict[str, list[str]] = {}
        for name in sorted(self.names, key=lambda name: (-len(name), name)):
            if first := _WORD.match(name):
                by.setdefault(first[0], []).append(name)
        return by

    def at(self, kind: Kind, text: str, word: re.Match[str]) -> Mention | None:
        """The longest name that begins with this word of the text."""
        start = word.start()
        for name in self.by_word.get(text[start : word.end()], ()):
            end = start + len(name)
            if text.startswith(name, start) and not re.match(r"[\w-]", text[end : end + 1]):
                return Mention(kind, name, self.names[name], start, end)
        return None
