"""A theft that some list reports, as a proposed incident file in our own form, with the list as its source."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9 ._/()+-]*[A-Za-z0-9)]")
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null"})
_MODELINE = "# yaml-language-server: $schema=../../docs/reference/incident.schema.json"


@dataclass(frozen=True, slots=True)
class Listed:
    """The list that reports it: its name, where it is, which row, and when it said so or was read."""

    key: str
    name: str
    url: str | None
    part: str
    published: str | None
    retrieved: str | None


@dataclass(frozen=True, slots=True)
class Attributed:
    """Whom the list names."""

    actor: str
    confidence: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row of a list, restated. Dollars are text, as they will stand in the file; remarks say what was left out."""

    date: str
    victim: str
    listed: Listed
    victim_type: str = "other"
    incident_class: str = "theft"
    vector: str = "unknown"
    chains: tuple[str, ...] = ()
    usd: str | None = None
    returned: str | None = None
    attributed: Attributed | None = None
    references: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The date and the victim, folded to small letters, digits and dashes; ends in a dash where nothing is left."""
        return f"{self.date}-{folded(self.victim)}"

    def text(self, comments: tuple[str, ...] = ()) -> str:
        """The incident file; comments stand at its head."""
        return "".join(f"{line}\n" for line in (_MODELINE, *(f"# {each}" for each in comments), *self._lines()))

    def _lines(self) -> Iterator[str]:
        yield f"date: {_scalar(self.date)}"
        yield f"victim: {_scalar(self.victim)}"
        yield f"victim_type: {_scalar(self.victim_type)}"
        if self.incident_class != "theft":
            yield f"class: {_scalar(self.incident_class)}"
        yield f"vector: {_scalar(self.vector)}"
        if self.chains:
            yield f"chains: [{', '.join(map(_scalar, self.chains))}]"
        yield "sources:"
        yield f"  {self.listed.key}:"
        for name in ("name", "part", "published", "retrieved", "url"):
            value = getattr(self.listed, name)
            if value is not None:
                yield f"    {name}: {_scalar(value)}"
        yield from self._claims()
        if self.references:
            yield "references:"
            yield from (f"  - {_scalar(each)}" for each in self.references)

    def _claims(self) -> Iterator[str]:
        for name, usd in (("losses", self.usd), ("returned", self.returned)):
            if usd is not None:
                yield f"{name}:"
                yield f"  - {{usd: {_scalar(usd)}, source: {self.listed.key}}}"
        if self.attributed is not None:
            by = f", by: {_quoted(self.attributed.by)}" if self.attributed.by else ""
            said = f"confidence: {_scalar(self.attributed.confidence)}, source: {self.listed.key}{by}"
            yield "attributions:"
            yield f"  - {{actor: {_scalar(self.attributed.actor)}, {said}}}"


def folded(name: str) -> str:
    """A name as part of a slug: accents off, small letters and digits, dashes between."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))


def _scalar(text: str) -> str:
    """Text as YAML: bare where nothing in it can be misread, else in double quotes."""
    url = re.fullmatch(r"https?://[^\s\"'#,{}\[\]]+", text)
    number = re.fullmatch(r"\d{4}-\d{2}(-\d{2})?|\d+(\.\d+)?", text, re.ASCII)
    bare = _BARE.fullmatch(text) and text.lower() not in _WORDS and "  " not in text
    return text if url or number or bare else _quoted(text)


def _quoted(text: str | None) -> str:
    return json.dumps(text, ensure_ascii=False)
