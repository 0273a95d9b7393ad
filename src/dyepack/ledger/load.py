"""Loads a folder of incident files into a `Ledger`; what cannot be read comes back as rejects, the rest loads.

A file with a mistake is refused as a whole, so that no theft is half read; an address that its chain's rules refuse is
left out alone.
"""

from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from dyepack import bundled
from dyepack.errors import InputError
from dyepack.ledger.book import RECORDS, Ledger
from dyepack.model import Reject, Source


def load_ledger(folder: Path | None = None) -> Ledger:
    """The ledger in this folder, or the one that ships with dyepack.

    Raises:
        InputError: no such folder, or no YAML file in it.
    """
    from dyepack.ledger.reading import file_records  # noqa: PLC0415 (YAML and pydantic; a loaded workspace needs neither)

    folder = shipped() if folder is None else folder
    files = ledger_files(folder)
    taken: dict[str, str] = {}
    return gather(
        record
        for path in files
        for record in file_records(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", taken)
    )


def shipped() -> Path:
    """The folder of the ledger that ships with dyepack."""
    return bundled.folder("incidents")


def fingerprint(folder: Path) -> str:
    """The SHA-256 of a ledger's folder: of the names and contents of its files."""
    whole = sha256()
    for path in ledger_files(folder):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{_digest(path)}\n".encode())
    return whole.hexdigest()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def gather(records: Iterable[Any]) -> Ledger:
    """Records of any kind as a ledger: each once, in key order."""
    found: dict[type[Any], dict[Any, None]] = {kind: {} for kind in (*RECORDS, Reject)}
    for record in records:
        found[type(record)][record] = None
    # A source may be dated in one file and not in another; that it is a running database is then said once for all.
    running = {source.source for source in found[Source] if source.running}
    found[Source] = {source: None for source in found[Source] if source.running or source.source not in running}
    lists = {
        name: sorted(found[kind], key=lambda record: getattr(record, key)) for kind, (name, key) in RECORDS.items()
    }
    return Ledger(**{name: tuple(rows) for name, rows in lists.items()}, rejects=tuple(found[Reject]))


def ledger_files(folder: Path) -> list[Path]:
    """The YAML files of a ledger's folder, in order of their names.

    Raises:
        InputError: no such folder, or no YAML file in it.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        raise InputError(f"expected a folder with incident files (*.yaml), found none in {folder}")
    return files
