"""Lists of services and names that others publish in forms of their own: DefiLlama, Dune, Etherscan.

What a list calls a kind is turned into a concept by `words.csv`; a word that is not there makes no concept, and is
named when the list is loaded.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from dyepack.errors import InputError, RecordError, SourceError
from dyepack.lines import MAX_LINE, document, names_once
from dyepack.tags import sheet
from dyepack.tags.reader import Head, Said
from dyepack.tags.statement import Refused, Statement

CRAWLED = "web_crawl"


@cache
def words() -> Mapping[str, str]:
    """The concept that others' words for a kind mean."""
    text = files("dyepack.tags").joinpath("words.csv").read_text("utf-8")
    return MappingProxyType({row["word"]: row["concept"] for row in csv.DictReader(text.splitlines())})


class Reserves:
    """DefiLlama's addresses of exchanges, `entity,chain,address`: those that exchanges name for their reserves."""

    HEADER = ("entity", "chain", "address")

    def __init__(self, path: Path) -> None:
        self._path = path
        self.head = Head("DefiLlama exchange addresses", "DefiLlama exchange addresses")

    def __iter__(self) -> Iterator[Said]:
        rows = sheet.lines(self._path)
        next(rows)
        for row in rows:
            if len(row.cells) != len(self.HEADER):
                yield row.number, row.text, Refused("row", f"expected 3 cells, got {len(row.cells)}")
                continue
            name, chain, address = (cell.strip() for cell in row.cells)
            yield (
                row.number,
                row.text,
                Statement(
                    pack=self.head.title,
                    chain=chain,
                    address=address,
                    name=name,
                    concepts=("exchange",),
                    confidence="service_data",
                    creator="DefiLlama",
                    source="https://github.com/DefiLlama/DefiLlama-Adapters",
                    licence="MIT",
                ),
            )

    def unread(self) -> list[str]:
        """Nothing: all three columns are read."""
        return []


class Categories:
    """Dune's names of exchanges and bridges of 2023: `chain,address,name,category`."""

    HEADER = ("chain", "address", "name", "category")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unknown: Counter[str] = Counter()
        self.head = Head("Dune names", "Dune spellbook")

    def __iter__(self) -> Iterator[Said]:
        rows = sheet.lines(self._path)
        next(rows)
        for row in rows:
            if len(row.cells) != len(self.HEADER):
                yield row.number, row.text, Refused("row", f"expected 4 cells, got {len(row.cells)}")
                continue
            chain, address, name, category = (cell.strip() for cell in row.cells)
            yield (
                row.number,
                row.text,
                Statement(
                    pack=self.head.title,
                    chain=chain,
                    address=address,
                    name=name,
                    concepts=_concepts([category], self._unknown),
                    confidence=CRAWLED,
                    creator="Dune",
                    source="https://github.com/duneanalytics/spellbook",
                    licence="MIT",
                ),
            )

    def unread(self) -> list[str]:
        """Words for a kind that mean no concept."""
        return _told(self._unknown)


class Explorer:
    """Names and words of a block explorer: a JSON object of address, and its `name` and `labels`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unknown: Counter[str] = Counter()
        self.head = Head("explorer names", path.stem)
        self._found = _object(path)

    @staticmethod
    def begins(raw: bytes) -> bool:
        """Whether a file begins like one."""
        return raw.lstrip().startswith(b'{"0x')

    def __iter__(self) -> Iterator[Said]:
        for address, told in self._found.items():
            yield None, f"{address}: {told}"[:500], self._statement(address, told)

    def unread(self) -> list[str]:
        """Words that mean no concept, the most frequent first."""
        return _told(self._unknown)

    def _statement(self, address: str, told: Any) -> Statement | Refused:
        if not isinstance(told, dict) or not isinstance(told.get("labels"), list):
            return Refused("labels", "expected an object with a name and labels")
        given = [str(word) for word in told["labels"]]
        return Statement(
            pack=self.head.title,
            chain="ethereum",
            address=address,
            name=str(told.get("name") or "").strip() or ", ".join(given),
            concepts=_concepts(given, self._unknown),
            confidence=CRAWLED,
            creator="Etherscan",
            source="https://etherscan.io/labelcloud",
        )


def _concepts(given: list[str], unknown: Counter[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in given:
        if word in words():
            found[words()[word]] = None
        else:
            unknown[word] += 1
    return tuple(found)


def _told(unknown: Counter[str]) -> list[str]:
    return [f"{word} ({count})" for word, count in sorted(unknown.items(), key=lambda one: (-one[1], one[0]))]


def _object(path: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text := document(path, MAX_LINE), type=dict[str, Any])
        names_once(text)
    except InputError as error:
        raise RecordError(str(error), source=path.name) from None
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise RecordError(f"expected a JSON object of addresses: {error}", source=path.name) from None
    return found
