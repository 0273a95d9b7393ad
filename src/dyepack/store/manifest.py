"""The manifest, `workspace.json`: which file holds which part of which table. What it does not name does not exist."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dyepack.errors import SchemaMismatch, StoreError
from dyepack.store import disk
from dyepack.version import version

NAME = disk.MANIFEST
FORMAT = 2
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


class Manifest(NamedTuple):
    """The parts of all tables, and how many runs have been committed so far."""

    tables: Tables
    commits: int


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


def read(folder: Path) -> Manifest:
    """The manifest of a workspace.

    Raises:
        StoreError: there is none, or it cannot be read.
        SchemaMismatch: another version of dyepack wrote it.
    """
    path = folder / NAME
    try:
        with disk.refusals(path, "read"):
            content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(content, dict) or not _whole(content):
        raise _damaged(path, "its content is not what its check says")
    if content["format"] != FORMAT:
        raise SchemaMismatch(
            f"{path} was written by dyepack {content.get('dyepack')} in format {content['format']}; this is dyepack"
            f" {version()}, which reads format {FORMAT}: use that version, or load again into another folder"
        )
    try:
        return Manifest(_tables(content), _count(content["commits"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{path} is not a manifest of dyepack ({error}); put back a copy, or begin elsewhere"
        ) from error


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(f"{path} is damaged ({why}); put back a copy, or begin in another folder")


def _whole(content: dict[str, Any]) -> bool:
    """Whether a manifest is what its check says; the first format had none."""
    kind = content.get("format")
    return type(kind) is int and (content.pop("check", None) == _check(content) or (kind == 1 and "tables" in content))


def _check(content: Mapping[str, Any]) -> str:
    """What finds a file that a disk or an editor changed; no seal, for anybody can work it out."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _count(number: object) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(f"expected a number of commits, got {number!r}")
    return number


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


def write(folder: Path, tables: Tables, commits: int) -> None:
    """Put a new manifest in place of the old one: the one step that changes a workspace.

    Raises:
        StoreError: the disk refuses.
    """
    plain = {table: {name: asdict(part) for name, part in parts.items()} for table, parts in tables.items() if parts}
    content = {"format": FORMAT, "dyepack": version(), "commits": commits, "tables": plain}
    content["check"] = _check(content)
    fresh = folder / f"{disk.FRESH}{NAME}"
    with disk.refusals(folder, "write to"):
        fresh.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        disk.sync(folder)  # what the manifest names is there before it
        disk.settle(fresh, folder / NAME)
    with disk.refusals(folder, "make sure of what was just written to"):
        disk.sync(folder)
