"""Loads tag files into the table `tags`: a file loaded again replaces what it said before."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dyepack.errors import InputError
from dyepack.model import Reject, Tag
from dyepack.store import Draft, Store
from dyepack.store.names import part_name
from dyepack.tags.csvtags import CsvTags, Layout
from dyepack.tags.statement import Refused, concepts, tags
from dyepack.tags.tagpack import TagPack

STAGE = "tags"


@dataclass(frozen=True, slots=True)
class LoadedTags:
    """What became of a tag file: tags loaded, said twice, refused (with the first reasons), and what to know of it.

    `unread` are fields that nobody read.
    """

    run: str
    file: str
    pack: str
    tags: int
    repeated: int
    rejected: int
    reasons: tuple[str, ...]
    unread: tuple[str, ...]
    warnings: tuple[str, ...] = ()

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
        draft.put("tags", part_name(path.name), found.values())
    return LoadedTags(
        run=draft.run,
        file=path.name,
        pack=pack.title,
        tags=len(found),
        repeated=repeated,
        rejected=len(draft.rejects),
        reasons=tuple(f"{path.name}:{reject.line}: {reject.field}: {reject.reason}" for reject in draft.rejects[:5]),
        unread=tuple(pack.unread()),
        warnings=tuple(_unknown_concepts(found.values())),
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


def _unknown_concepts(found: Iterable[Tag]) -> Iterator[str]:
    """One sentence per concept that is not a known one: perhaps mistyped, and then it stops no trace."""
    counts = Counter(tag.concept for tag in found if tag.concept and tag.concept not in concepts())
    for concept, count in sorted(counts.items()):
        near = get_close_matches(concept.lower(), concepts(), n=1)
        yield (
            f"{count} {'tags have' if count > 1 else 'tag has'} the concept {concept!r}, which is not a known one:"
            f" kept, and no trace stops there{f'; did you mean {near[0]}?' if near else ''}"
        )
