"""Reads TagPacks, GraphSense's YAML format for tags, in its present and its older forms.

Fields of the header hold for every tag that does not say otherwise. `category` and `abuse` are the older names of
concepts; `network` names the chain, else `currency` does. `is_cluster_definer` says that a tag stands for more than its
address; it is kept, and a tag stays on its address. What the format has no field for (dates of validity, the asset that
a tag speaks of) is read from `context`, JSON in text, where dyepack's own packs have it.
"""

import json
from collections.abc import Iterator
from typing import Any

from dyepack.errors import RecordError
from dyepack.tags.reader import Head, Said
from dyepack.tags.statement import Refused, Statement
from dyepack.yamltext import NOTHING, Document, Map

_TEXTS = ("actor", "confidence", "creator", "source", "valid_from", "valid_to")
CONTEXT = (
    *("valid_from", "valid_to", "licence", "creator", "pack", "subject", "code"),
    *("absent_to", "seen_from", "seen_to"),
)
"""What `context` may have of a tag, beside anything else."""
_WORD = {"true": True, "yes": True, "false": False, "no": False}
FIELDS = frozenset(
    {
        *_TEXTS,
        "title",
        "description",
        "tags",
        "address",
        "label",
        "currency",
        "network",
        "category",
        "abuse",
        "concepts",
    }
    | {"lastmod", "licence", "license", "is_cluster_definer", "context", "asset", "is_public", "header"}
)


class TagPack:
    """One TagPack file: iterating gives line, text and either the statement or the reason why there is none."""

    def __init__(self, document: Document, stem: str) -> None:
        """Check that there are tags.

        Raises:
            RecordError: no TagPack.
        """
        self._document = document
        self._root: Map = document.value
        tags = self._root.get("tags")
        if not isinstance(tags, list) or not tags:
            raise RecordError("expected a list of tags", source=document.source, field="tags")
        self.head = Head("TagPack", _text(self._root, "title") or stem)
        self.entries: list[Any] = tags

    def __iter__(self) -> Iterator[Said]:
        for entry in self.entries:
            if not isinstance(entry, Map):
                yield None, str(entry)[:200], Refused("tags", "expected a map with an address and a label")
                continue
            try:
                yield entry.first, self._document.excerpt(entry), self._statement(entry)
            except Refused as refused:
                yield entry.first, self._document.excerpt(entry), refused

    def unread(self) -> list[str]:
        """Names of fields that this reader does not know."""
        used = set(self._root).union(*(entry for entry in self.entries if isinstance(entry, Map)))
        return sorted(used - FIELDS)

    def _statement(self, entry: Map) -> Statement:
        context = self._context(entry)
        texts = {name: self._inherited(entry, name) or context.get(name) for name in _TEXTS}
        texts["creator"] = context.get("creator") or texts["creator"]
        currency, network = self._inherited(entry, "currency"), self._inherited(entry, "network")
        of_asset = context.get("subject") == "asset"
        return Statement(
            pack=context.get("pack") or self.head.title,
            chain=network or currency or "",
            address=_text(entry, "address") or "",
            name=self._inherited(entry, "label") or "",
            concepts=tuple(dict.fromkeys((*self._concepts(entry), *context.get("concepts", ())))),
            licence=self._inherited(entry, "licence") or self._inherited(entry, "license") or context.get("licence"),
            last_modified=self._inherited(entry, "lastmod"),
            code=context.get("code") or (currency if network and currency != network else None),
            of_asset=of_asset,
            cluster_definer=_WORD.get((self._inherited(entry, "is_cluster_definer") or "").lower()),
            absent_to=context.get("absent_to"),
            seen_from=context.get("seen_from"),
            seen_to=context.get("seen_to"),
            **texts,
        )

    def _context(self, entry: Map) -> dict[str, Any]:
        """What dyepack reads of `context`: texts of its own names, where it is a JSON object in text."""
        value = entry.get("context", self._root.get("context"))
        if not isinstance(value, str) or not value.lstrip().startswith("{"):
            return {}
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            raise Refused("context", f"expected JSON, got {value[:60]!r}") from None
        said: dict[str, Any] = {name: found[name] for name in CONTEXT if isinstance(found.get(name), str)}
        others = found.get("concepts")
        if isinstance(others, list):
            said["concepts"] = [one for one in others if isinstance(one, str)]
        return said

    def _inherited(self, entry: Map, name: str) -> str | None:
        return _text(entry if name in entry else self._root, name)

    def _concepts(self, entry: Map) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in ("concepts", "category", "abuse"):
            place = entry if name in entry else self._root
            value = place.get(name)
            for concept in value if isinstance(value, list) else [value]:
                if concept is not None and not isinstance(concept, str):
                    raise Refused(name, "expected names of concepts")
                if concept is not None and concept not in NOTHING:
                    found[concept.strip()] = None
        return tuple(found)


def _text(place: Map, name: str) -> str | None:
    value = place.get(name)
    if value is None or isinstance(value, str):
        return None if value is None or value.strip() in NOTHING else value.strip()
    raise Refused(name, "expected text, got a list or a map")
