"""The manifest, `workspace.json`: which file holds which part of which table. What it does not name does not exist."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dyepack import __version__
from dyepack.errors import SchemaMismatch, StoreError
from dyepack.store import disk

NAME = "workspace.json"
FORMAT = 1
_PART = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a table: its name, the number of its rows and the SHA-256 of its bytes."""

    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was read and found as it was written."""

    tables: int
    parts: int
    rows: int
    bytes: int

    def as_json(self) -> dict[str, int]:
        """The same as a JSON object."""
        return asdict(self)


Tables = Mapping[str, Mapping[str, Part]]
"""Table, then part; both may be names that this version does not know, and are kept."""


def file_name(part: str, sha256: str) -> str:
    """The name of a part's file, which says its content: two contents never share a name."""
    return f"{part}-{sha256[:12]}.parquet"


def checked_part(name: str) -> str:
    """A part's name, if it can be a file's.

    Raises:
        StoreError: it cannot.
    """
    if not _PART.fullmatch(name):
        raise StoreError(f"expected a part's name of at most 100 letters a-z, digits, '.', '_' and '-', got {name!r}")
    return name


def read(folder: Path) -> Tables:
    """The manifest of a workspace.

    Raises:
        StoreError: there is none, or it cannot be read.
        SchemaMismatch: a later version of dyepack wrote it.
    """
    path = folder / NAME
    try:
        with disk.refusals(path, "read"):
            content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is damaged ({error}); put back a copy, or begin in another folder") from error
    if isinstance(content, dict) and isinstance(content.get("format"), int) and content["format"] > FORMAT:
        raise SchemaMismatch(
            f"{folder} was written by dyepack {content.get('dyepack')} in format {content['format']}; this is dyepack"
            f" {__version__}, which reads formats up to {FORMAT}: use that version or a later one"
        )
    try:
        return _tables(content)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{path} is not a manifest of dyepack ({error}); put back a copy, or begin elsewhere"
        ) from error


def _tables(content: dict[str, Any]) -> Tables:
    if content["format"] != FORMAT:
        raise ValueError(f"expected format {FORMAT}, got {content['format']!r}")
    tables = content["tables"].items()
    return {_name(table): {name: _part(name, part) for name, part in parts.items()} for table, parts in tables}


def _name(table: str) -> str:
    if not _PART.fullmatch(table):
        raise ValueError(f"expected a table's name, got {table!r}")
    return table


def _part(name: str, content: dict[str, Any]) -> Part:
    """A manifest may come from a stranger: a file's name follows from its part and hash, and so stays in the folder."""
    part = Part(**content)
    if not (_PART.fullmatch(name) and _HASH.fullmatch(part.sha256) and part.file == file_name(name, part.sha256)):
        raise ValueError(f"expected part, file and hash to agree, got {name!r}: {content}")
    if type(part.rows) is not int or part.rows < 0:
        raise ValueError(f"expected a number of rows, got {part.rows!r} for {name!r}")
    return part


def write(folder: Path, tables: Tables) -> None:
    """Put a new manifest in place of the old one: the one step that changes a workspace.

    Raises:
        StoreError: the disk refuses.
    """
    plain = {table: {name: asdict(part) for name, part in parts.items()} for table, parts in tables.items() if parts}
    content = {"format": FORMAT, "dyepack": __version__, "tables": plain}
    fresh = folder / f"{disk.FRESH}{NAME}"
    with disk.refusals(folder, "write to"):
        fresh.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        disk.sync(folder)  # what the manifest names is there before it
        disk.settle(fresh, folder / NAME)
    with disk.refusals(folder, "make sure of what was just written to"):
        disk.sync(folder)
