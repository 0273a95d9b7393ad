"""Loads tag files into the table `tags`: a file loaded again replaces what it said before."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dyepack.errors import InputError
from dyepack.model import Reject, Tag
from dyepack.store import Draft, Store
from dyepack.tags.csvtags import CsvTags, Layout
from dyepack.tags.statement import Refused, tags
from dyepack.tags.tagpack import TagPack

STAGE = "tags"


@dataclass(frozen=True, slots=True)
class LoadedTags:
    """What became of a tag file: tags loaded, said twice, refused (with the first reasons), and fields nobody read."""

    run: str
    file: str
    pack: str
    tags: int
    repeated: int
    rejected: int
    reasons: tuple[str, ...]
    unread: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return asdict(self)


def load_tags(store: Store, paths: Iterable[Path | str], layout: Layout | None = None) -> tuple[LoadedTags, ...]:
    """Load TagPacks (`.yaml`, `.yml`) and CSV files; a bad tag is refused with the reason, the rest loads.

    Raises:
        SourceError, RecordError, InputError: a file is no tag file; those before it are loaded, none of it is.
    """
    return tuple(_load(store, Path(path), layout or Layout()) for path in paths)


def _load(store: Store, path: Path, layout: Layout) -> LoadedTags:
    pack = _pack(path, layout)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    said = {"file": path.name, **asdict(layout)} if isinstance(pack, CsvTags) else {"file": path.name}
    with store.run("load-tags", said, files={path.name: digest}) as draft:
        found, repeated = _read(pack, path.name, draft)
        draft.put("tags", _part(path), found.values())
    return LoadedTags(
        run=draft.run,
        file=path.name,
        pack=pack.title,
        tags=len(found),
        repeated=repeated,
        rejected=len(draft.rejects),
        reasons=tuple(f"{path.name}:{reject.line}: {reject.field}: {reject.reason}" for reject in draft.rejects[:5]),
        unread=tuple(pack.unread()),
    )


def _pack(path: Path, layout: Layout) -> TagPack | CsvTags:
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return TagPack(path)
    if suffix == ".csv":
        return CsvTags(path, layout)
    raise InputError(f"{path.name}: expected a TagPack (.yaml) or a CSV file (.csv)")


def _read(pack: TagPack | CsvTags, name: str, draft: Draft) -> tuple[dict[str, Tag], int]:
    found: dict[str, Tag] = {}
    repeated = 0
    for line, text, said in pack:
        try:
            if isinstance(said, Refused):
                raise said
            for tag in tags(said):
                repeated += tag.tag in found
                found[tag.tag] = tag
        except Refused as refused:
            draft.reject(Reject(draft.run, STAGE, name, line, refused.field, refused.reason, text))
    return found, repeated


def _part(path: Path) -> str:
    """A name that any file system takes, different for different file names."""
    plain = re.sub(r"[^a-z0-9._-]", "_", path.name.lower())[:80].lstrip("._-") or "tags"
    return plain if plain == path.name else f"{plain}-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"
