"""Loads tag files into the tables of this room.

A file without a day replaces what its list said before. An edition of a list, which has a day, is kept beside the
others, and the list's tags are made anew from all of them (`editions`). Lists never touch each other's tags.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dyepack.errors import DyepackError, InputError, RecordError, SourceError
from dyepack.model import Edition, Listing, Reject, Tag
from dyepack.store import Draft, Store
from dyepack.store.names import part_name
from dyepack.tags import actors, editions
from dyepack.tags.actorpack import ActorPack
from dyepack.tags.csvtags import CsvTags, Layout
from dyepack.tags.editions import Read
from dyepack.tags.formats import reader
from dyepack.tags.ofac import FirstLastSeen
from dyepack.tags.own import OWN
from dyepack.tags.reader import AUTHORITIES, Reader
from dyepack.tags.seizures import SeizureOrders
from dyepack.tags.statement import Refused, Statement, concepts, tags

STAGE = "tags"
FIRST_REASONS = 5
_NAMELESS = "?"
_SAID = ("chain", "address", "asset", "code", "concept", "confidence", "actor", "creator", "source", "licence")


@dataclass(frozen=True, slots=True)
class Choice:
    """What who loads a file says of it: which list it is, of which day, and whether to take what looks wrong."""

    list_name: str | None = None
    edition: date | None = None
    accept: bool = False


@dataclass(frozen=True, slots=True)
class LoadedTags:
    """What became of a tag file: tags of its list, statements said twice, refused (with the first reasons).

    `statements` are those of this file, `tags` those of its list after it. `unread` are fields that nobody read.
    `error` is why nothing of the file was loaded, though other files were.
    """

    run: str
    file: str
    form: str
    pack: str
    list_name: str
    edition: date | None
    statements: int
    tags: int
    repeated: int
    rejected: int
    reasons: tuple[str, ...]
    unread: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    actors: int = 0
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**asdict(self), "edition": None if self.edition is None else self.edition.isoformat()}


def load_tags(
    store: Store, paths: Iterable[Path | str], layout: Layout | None = None, choice: Choice | None = None
) -> tuple[LoadedTags, ...]:
    """Load files of tags, of whatever format, in one commit: all that is good in one, what is bad named.

    A bad statement is refused with the reason; so is a file that is none, beside others. Where no file is good, nothing
    has changed.

    Raises:
        SourceError, RecordError: the only file is no tag file.
        InputError: it is none of a known kind, lacks its day, or has shrunk by half and is not accepted; or no file of
            several is good, with the reason of each.
    """
    chosen = choice or Choice()
    opened = [_opened(Path(path), layout or Layout(), chosen) for path in paths]
    good = [one for one in opened if isinstance(one, _Opened)]
    if not good:
        _none_good(opened)
        return ()
    _check_read(good, layout or Layout(), chosen)
    reads = dict.fromkeys(table for one in good for table in one.reads if store.parts(table))
    said = good[0].said if len(opened) == 1 else {"files": [one.said for one in good]}
    with store.run("load-tags", said, reads=[*reads], files={one.path.name: one.digest for one in good}) as draft:
        loading = _Loading(store, draft, chosen)
        done = [loading.tried(one) if isinstance(one, _Opened) else loading.bad(one) for one in opened]
        if all(one.error for one in done):
            _none_good(loading.failed)
    return tuple(replace(one, run=draft.run) for one in done)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file whose kind is known: its reader, the list that it is of, its day."""

    path: Path
    found: Reader | ActorPack
    digest: str
    list_name: str
    day: date | None
    said: Mapping[str, Any]

    @property
    def dated(self) -> bool:
        """Whether it is kept beside other editions."""
        return self.day is not None or isinstance(self.found, FirstLastSeen)

    @property
    def reads(self) -> tuple[str, ...]:
        """The tables that it is put together with."""
        if isinstance(self.found, ActorPack):
            return ("actors", "actor_statements", "actor_decisions")
        return ("listings", "editions") if self.dated else ()


def _check_read(good: Sequence[_Opened], layout: Layout, choice: Choice) -> None:
    """Refuse what is said of files and is read of none of them.

    Raises:
        InputError: columns of a CSV file where there is none; a list or an edition where all are packs of actors.
    """
    names = ", ".join(one.path.name for one in good[:3])
    named = layout.name is not None and any(isinstance(one.found, SeizureOrders) for one in good)
    unnamed = replace(layout, name=None) if named else layout
    if unnamed != Layout() and not any(isinstance(one.found, CsvTags) for one in good):
        raise InputError(
            f"{names}: no CSV file, and says itself what --map, --chain, --concept, --confidence, --name and --source"
            " say of one; load it without them"
        )
    if choice != Choice() and all(isinstance(one.found, ActorPack) for one in good):
        raise InputError(f"{names}: a pack of actors has no list and no edition; load it without them")


@dataclass(frozen=True, slots=True)
class _Failed:
    """A file that cannot be loaded, and why."""

    path: Path
    error: DyepackError


def _opened(path: Path, layout: Layout, choice: Choice) -> _Opened | _Failed:
    try:
        found = reader(path, layout)
        digest = _digest(path)
        if isinstance(found, ActorPack):
            return _Opened(path, found, digest, path.name, None, {"file": path.name})
        list_name = choice.list_name or found.head.list_name or path.name
        if part_name(list_name) == OWN:
            raise InputError(
                f"{OWN!r} is the list of tags of your own (dyepack tag); give {path.name} another name: --list"
            )
        day = _day(found, choice, list_name, path)
    except (InputError, RecordError, SourceError) as error:
        return _Failed(path, error)
    said: dict[str, Any] = {"file": path.name, **(asdict(layout) if isinstance(found, CsvTags | SeizureOrders) else {})}
    said |= {"list": list_name} if list_name != path.name else {}
    said |= {"edition": day} if day else {}
    return _Opened(path, found, digest, list_name, day, said)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _none_good(failed: Sequence[Any]) -> None:
    """Raise why no file is good.

    Raises:
        SourceError, RecordError, InputError: that of the only file, or of each.
    """
    errors = [one.error for one in failed if isinstance(one, _Failed)]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputError("; ".join(map(str, errors)))


class _Loading:
    """Puts one file after the other into one run; what a file that fails has put is taken back."""

    def __init__(self, store: Store, draft: Draft, choice: Choice) -> None:
        self.store, self.draft, self.choice = store, draft, choice
        self.failed: list[_Failed] = []
        self._whole: set[str] = set()
        self._reads: dict[str, list[Read]] = {}
        self._register: actors.Register | None = None

    def tried(self, one: _Opened) -> LoadedTags:
        """What became of a file."""
        changes, rejects = dict(self.draft.changes), len(self.draft.rejects)
        try:
            return self._actors(one) if isinstance(one.found, ActorPack) else self._tags(one, one.found)
        except (InputError, RecordError, SourceError) as error:
            self.draft.changes = changes
            del self.draft.rejects[rejects:]
            return self.bad(_Failed(one.path, error))

    def bad(self, failed: _Failed) -> LoadedTags:
        """A file that is none, named beside the others."""
        self.failed.append(failed)
        error = failed.error
        line, field = (getattr(error, name, None) for name in ("line", "field"))
        self.draft.reject(Reject(self.draft.run, STAGE, failed.path.name, line, field, str(error), ""))
        return LoadedTags(
            run=self.draft.run,
            file=failed.path.name,
            form="",
            pack="",
            list_name="",
            edition=None,
            statements=0,
            tags=0,
            repeated=0,
            rejected=0,
            reasons=(),
            unread=(),
            error=str(error),
        )

    def _tags(self, one: _Opened, found: Reader) -> LoadedTags:
        if not one.dated and one.list_name in self._whole:
            raise InputError(
                f"{one.path.name} would take the place of another file that is being loaded, for both are the list"
                f" {one.list_name!r}; name them apart with --list, or say of which day they are with --edition"
            )
        before = len(self.draft.rejects)
        made = _Made(self.store, self.draft, one.path.name, one.list_name, self.choice)
        if one.dated:
            earlier = self._reads.setdefault(one.list_name, [])
            earlier.append(made.edition(found, one.day, earlier))
        else:
            made.plain(found)
            self._whole.add(one.list_name)
        rejects = self.draft.rejects[before:]
        return LoadedTags(
            run=self.draft.run,
            file=one.path.name,
            form=found.head.form,
            pack=found.head.title,
            list_name=one.list_name,
            edition=one.day,
            statements=made.statements,
            tags=len(made.tags),
            repeated=made.repeated,
            rejected=len(rejects),
            reasons=tuple(_where(reject) for reject in rejects[:FIRST_REASONS]),
            unread=tuple(found.unread()),
            warnings=(*found.head.notes, *_unknown_concepts(made.tags)),
        )

    def _actors(self, one: _Opened) -> LoadedTags:
        assert isinstance(one.found, ActorPack)
        before = len(self.draft.rejects)
        count, held, self._register = actors.put(self.store, self.draft, one.found, one.path.name, self._register)
        rejects = self.draft.rejects[before:]
        return LoadedTags(
            run=self.draft.run,
            file=one.path.name,
            form="ActorPack",
            pack=one.found.title,
            list_name=one.path.name,
            edition=None,
            statements=0,
            tags=0,
            repeated=0,
            rejected=len(rejects),
            reasons=tuple(_where(reject) for reject in rejects[:FIRST_REASONS]),
            unread=tuple(one.found.unread()),
            warnings=held,
            actors=count,
        )


def _where(reject: Reject) -> str:
    place = reject.source if reject.line is None else f"{reject.source}:{reject.line}"
    return f"{place}: {reject.field}: {reject.reason}"


def _day(found: Reader, choice: Choice, list_name: str, path: Path) -> date | None:
    """The day of the edition: what who loads it says, else what the file says."""
    if isinstance(found, FirstLastSeen):
        if list_name not in AUTHORITIES:
            known = ", ".join(AUTHORITIES)
            raise InputError(f"{path.name} does not say which list it is of; name it with --list: {known}")
        return None
    day = choice.edition or found.head.edition
    if found.head.dated and day is None:
        raise InputError(f"{path.name} ({found.head.form}) does not say its day; give it with --edition YYYY-MM-DD")
    return day


class _Made:
    """What one file makes of one list, within one run."""

    def __init__(self, store: Store, draft: Draft, file: str, list_name: str, choice: Choice) -> None:
        self.store, self.draft, self.file, self.list_name, self.choice = store, draft, file, list_name, choice
        self.statements = self.repeated = 0
        self.tags: Sequence[Tag] = ()

    def plain(self, found: Reader) -> None:
        """A file without a day: its statements are the list."""
        if self.store.parts("editions") and any(
            one.list_name == self.list_name for one in self.store.records("editions")
        ):
            raise InputError(f"the list {self.list_name!r} has editions; say of which day {self.file} is: --edition")
        part = part_name(self.list_name)
        before = self.store.parts("tags").get(part)
        made = {tag.tag: tag for tag in self._read(found)}
        self.statements = len(made)
        self._not_shrunk(len(made), before.rows if before else 0, "before")
        self.tags = list(made.values())
        self.draft.put("tags", part, self.tags)

    def edition(self, found: Reader, day: date | None, earlier: Sequence[Read]) -> Read:
        """An edition, or several: kept beside the others, also those of the same run; the tags follow from all."""
        read = self._editions(found, day)
        self.statements = len({row.entry for row in read.rows})
        editions.show(self.store, [*(one for one in earlier if one.part != read.part), read])
        before = editions.before(self.store, read)
        if before is not None:
            self._not_shrunk(self.statements, before[1], f"in its edition of {before[0]}")
        self.draft.put("listings", read.part, read.rows)
        self.draft.put("editions", read.part, read.editions)
        self.tags = list(editions.derived(self.store, self.list_name))
        self.draft.put("tags", part_name(self.list_name), self.tags)
        return read

    def _editions(self, found: Reader, day: date | None) -> Read:
        scope, form = found.head.scope, found.head.form
        part = part_name("@".join(filter(None, (self.list_name, str(day) if day else self.file, scope))))
        rows: dict[tuple[date, str, str], Listing] = {}
        for tag in self._read(found):
            entry = editions.entry_of(tag, by_name=not found.head.dated)
            days = _days(found, tag) if day is None else (day,)
            name = "" if tag.name == _NAMELESS else tag.name
            covers = scope if day else tag.code or ""
            for each in days:
                said_of = {field: getattr(tag, field) for field in _SAID}
                rows[each, entry, name] = Listing(
                    list_name=self.list_name,
                    edition=each,
                    scope=covers,
                    entry=entry,
                    name=name,
                    part=part,
                    stated_from=tag.valid_from,
                    stated_to=tag.valid_to,
                    **said_of,
                )
        made = self._days(found, day, scope, [*rows.values()])
        heads = [
            Edition(self.list_name, *one, part, self.file, form, found.head.complete, count) for one, count in made
        ]
        return Read(self.list_name, part, heads, [*rows.values()])

    def _days(
        self, found: Reader, day: date | None, scope: str, rows: Sequence[Listing]
    ) -> list[tuple[tuple[date, str], int]]:
        """The editions that a file is, with their scope and the number of their statements."""
        counts = Counter((row.edition, row.scope) for row in rows)
        if isinstance(found, FirstLastSeen):
            keys = [(each, code) for code, since in found.since.items() for each in found.days if each >= since]
        else:
            assert day is not None
            keys = [(day, scope)]
        return [(key, counts[key]) for key in sorted(keys)]

    def _read(self, found: Reader) -> Iterator[Tag]:
        """Every tag that the file makes, once; what makes none is rejected."""
        seen: set[str] = set()
        for line, text, said in found:
            try:
                if isinstance(said, Refused):
                    raise said
                for tag in tags(self._worded(found, said)):
                    if tag.tag in seen:
                        self.repeated += 1
                        continue
                    seen.add(tag.tag)
                    yield tag
            except Refused as refused:
                reject = Reject(self.draft.run, STAGE, self.file, line, refused.field, refused.reason, text)
                self.draft.reject(reject)

    def _worded(self, found: Reader, said: Statement) -> Statement:
        """A nameless statement of a dated list gets its name from its other editions; the list says what it means."""
        if not found.head.dated:
            return said
        said = replace(said, name=said.name or _NAMELESS, pack=self.list_name)
        if isinstance(found, FirstLastSeen):
            by = AUTHORITIES[self.list_name].publisher
            return replace(said, creator=by, source=f"first and last seen: {self.file}", licence=None)
        return said

    def _not_shrunk(self, now: int, before: int, when: str) -> None:
        refused = [one for one in self.draft.rejects if one.source == self.file]
        if before and not now and refused:
            raise InputError(
                f"{_where(refused[0])}; all {len(refused)} statements of {self.file} were refused, and the list"
                f" {self.list_name!r} keeps the {before} that it had {when}"
            )
        if before and now * 2 <= before and not self.choice.accept:
            raise InputError(
                f"{self.file} has {now} statements of the list {self.list_name!r}, which had {before} {when};"
                " if that is right, load it with --accept"
            )


def _days(found: Reader, tag: Tag) -> tuple[date, ...]:
    assert isinstance(found, FirstLastSeen)
    assert tag.seen_from is not None
    assert tag.seen_to is not None
    return tuple(each for each in found.days if tag.seen_from <= each <= tag.seen_to)


def _unknown_concepts(found: Iterable[Tag]) -> Iterator[str]:
    """One sentence per concept that is not a known one: perhaps mistyped, and then it stops no trace."""
    counts = Counter(tag.concept for tag in found if tag.concept and tag.concept not in concepts())
    for concept, count in sorted(counts.items()):
        near = get_close_matches(concept.lower(), concepts(), n=1)
        yield (
            f"{count} {'tags have' if count > 1 else 'tag has'} the concept {concept!r}, which is not a known one:"
            f" kept, and no trace stops there{f'; did you mean {near[0]}?' if near else ''}"
        )
