"""OpenSanctions: entities as FollowTheMoney JSON lines, and the simple CSV of targets.

An address is an entity of its own (`CryptoWallet`) whose holder is another one of the file. The edition is the last day
on which anything in the file was seen. OpenSanctions is licensed CC BY-NC 4.0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from dyepack.errors import InputError, RecordError
from dyepack.lines import names_once
from dyepack.tags import sheet
from dyepack.tags.codes import Place, in_text, place
from dyepack.tags.reader import Authority, Head, Said
from dyepack.tags.statement import Refused, Statement

OPENSANCTIONS = Authority("opensanctions", "OpenSanctions", "https://www.opensanctions.org", "CC BY-NC 4.0")
SCHEMA = "CryptoWallet"
_CONCEPT_OF_TOPIC = {"sanction": "sanction", "crime.terror": "terrorism", "crime.fraud": "scam", "crime.theft": "abuse"}
_DECODE = msgspec.json.Decoder(dict[str, Any])


class FtmLines:
    """`entities.ftm.json`, `targets.nested.json`: one entity a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: dict[str, str] = {}
        last, bad, entities = "", list[tuple[int, Refused]](), 0
        for number, text in _lines(path):
            entity = self._decoded(text)
            if isinstance(entity, Refused):
                bad += [(number, entity)] * (not bad)
                continue
            entities += 1
            last = max(last, str(entity.get("last_seen") or ""))
            if entity.get("schema") != SCHEMA and isinstance(entity.get("id"), str):
                self._names[entity["id"]] = str(entity.get("caption") or _first(entity, "name"))
        if bad and not entities:
            raise RecordError(bad[0][1].reason, source=path.name, line=bad[0][0])
        self.head = Head("OpenSanctions JSON", "OpenSanctions", OPENSANCTIONS.list_name, _seen(last), dated=True)

    def __iter__(self) -> Iterator[Said]:
        for number, text in _lines(self._path):
            entity = self._decoded(text)
            if isinstance(entity, Refused):
                yield number, text, entity
            elif entity.get("schema") == SCHEMA:
                for address in _texts(entity, "publicKey"):
                    yield number, text, self._said(entity, address)

    def unread(self) -> list[str]:
        """Nothing to name: only addresses are read."""
        return []

    @staticmethod
    def _decoded(text: str) -> dict[str, Any] | Refused:
        try:
            found: dict[str, Any] = _DECODE.decode(text)
            names_once(text.encode())
        except InputError as error:
            return Refused("row", str(error))
        except (msgspec.DecodeError, RecursionError) as error:
            return Refused("row", f"expected one JSON object a line: {error}")
        return found

    def _said(self, entity: Mapping[str, Any], address: str) -> Statement | Refused:
        holder = _first(entity, "holder")
        name = self._names.get(holder, "") or _first(entity, "name")
        concepts = [_CONCEPT_OF_TOPIC[topic] for topic in _texts(entity, "topics") if topic in _CONCEPT_OF_TOPIC]
        found = _placed(_first(entity, "currency"), address)
        if isinstance(found, Refused):
            return found
        datasets = entity.get("datasets")
        dataset = str(datasets[0]) if isinstance(datasets, list) and datasets else ""
        return _listed(name, found, tuple(concepts) or ("sanction",), dataset)


class SimpleCsv:
    """`targets.simple.csv`: one target a row; an address stands as a name or among the identifiers."""

    HEADER = frozenset({"id", "schema", "name", "identifiers", "dataset", "last_seen"})

    def __init__(self, path: Path) -> None:
        self._rows = list(sheet.lines(path))
        self._header = [cell.strip() for cell in self._rows[0].cells]
        last = max((sheet.under(self._header, row).get("last_seen", "") for row in self._rows[1:]), default="")
        self.head = Head("OpenSanctions CSV", "OpenSanctions", OPENSANCTIONS.list_name, _seen(last), dated=True)

    def __iter__(self) -> Iterator[Said]:
        for row in self._rows[1:]:
            cells = sheet.under(self._header, row)
            own = cells.get("schema") == SCHEMA
            text = "\n".join(cells.get(name, "") for name in ("name", "aliases", "identifiers"))
            for _, found in in_text(text if own else cells.get("identifiers", "")):
                name = cells.get("aliases", "") if own else cells.get("name", "")
                yield (
                    row.number,
                    row.text,
                    found
                    if isinstance(found, Refused)
                    else _listed(name, found, ("sanction",), cells.get("dataset", "")),
                )

    def unread(self) -> list[str]:
        """Nothing to name, as above."""
        return []


def _placed(code: str, address: str) -> Place | Refused:
    try:
        if code:
            return place(code, address)
        return next((found for _, found in in_text(address)), Refused("currency", "expected a currency, got none"))
    except Refused as refused:
        return refused


def _listed(name: str, found: Place, concepts: tuple[str, ...], dataset: str) -> Statement:
    said = OPENSANCTIONS.listed(name, found)
    first = dataset.partition(" ")[0]
    source = f"{OPENSANCTIONS.url}/datasets/{first}" if first else OPENSANCTIONS.url
    return replace(said, concepts=concepts, source=source)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, text in enumerate(sheet.texts(path), 1):
        if text.strip():
            yield number, text.rstrip("\n")


def _texts(entity: Mapping[str, Any], name: str) -> list[str]:
    properties = entity.get("properties")
    values = properties.get(name) if isinstance(properties, dict) else None
    found = values if isinstance(values, list) else []
    return [str(one["id"]) if isinstance(one, dict) and "id" in one else str(one) for one in found]


def _first(entity: Mapping[str, Any], name: str) -> str:
    return next(iter(_texts(entity, name)), "")


def _seen(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
