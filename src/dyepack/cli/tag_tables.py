"""How the terminal shows what was loaded, and what is said about addresses."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from dyepack.cli import show as screen

if TYPE_CHECKING:
    from dyepack.model import ActorDecision
    from dyepack.tags import LoadedTags
    from dyepack.tags.actors import ActorView
    from dyepack.tags.export import Written
    from dyepack.tags.lookup import Found, Standing

_HEADERS = ["chain", "name", "what", "actor", "how known", "grade", "from", "to", "holds", "according to"]
_UNREAD = 10
_CSV = ("asked", "address", "chain", "name", "concept", "actor", "canonical_actor", "confidence", "grade", "status")
_CSV_DAYS = ("valid_from", "valid_to", "absent_to", "seen_from", "seen_to", "pack", "source", "inferred")


def loaded(found: Iterable["LoadedTags"], *, json: bool) -> None:
    """What became of tag files."""
    if json:
        return screen.as_json([one.as_json() for one in found])
    for one in found:
        if one.error is not None:
            screen.note(f"{one.file}: nothing of it was loaded: {one.error}")
            continue
        if not (one.statements or one.actors):
            for line in one.reasons:
                screen.note(line)
        day = f", edition of {one.edition}" if one.edition else ""
        count = f"{one.actors:,} actors" if one.form == "ActorPack" else f"{one.statements:,} tags"
        told = f"{one.file} ({one.form}{day}): {count} loaded, {one.rejected:,} refused"
        screen.answer(told + (f"; the list {one.list_name} has {one.tags:,} tags" if day else ""))
        for line in (*(one.reasons if one.statements or one.actors else ()), *one.warnings):
            screen.note(line)
        if one.rejected > len(one.reasons):
            screen.note(f"… and {one.rejected - len(one.reasons):,} more, all in the table rejects")
        if one.unread:
            more = f" and {len(one.unread) - _UNREAD} more" if len(one.unread) > _UNREAD else ""
            screen.note(f"not read: {', '.join(one.unread[:_UNREAD])}{more}")
    return None


def found(answers: Sequence["Found"], when: date | None) -> None:
    """What is said about each address, the best known first."""
    day = f" as of {when}" if when else ""
    for one in answers:
        if not (one.tags or one.inferred):
            screen.answer(f"{one.asked.address}: no tag. That no tag is known does not say what it is.")
            continue
        disagree = f"; they name {len(one.actors)} actors" if len(one.actors) > 1 else ""
        count = f"{len(one.tags)} tag{'' if len(one.tags) == 1 else 's'}"
        screen.answer(f"{one.asked.address}: {count}{day}{disagree}")
        if one.tags:
            screen.table(_HEADERS, [_row(each) for each in one.tags], right=(5,))
        if one.inferred:
            screen.note(
                f"The same key on other chains, so inferred for {one.asked.chain} (a contract may be another's):"
            )
            screen.table(_HEADERS, [_row(each) for each in one.inferred], right=(5,))


def as_csv(answers: Sequence["Found"]) -> None:
    """One row for each tag of each address; an address without any has a row of its own."""
    rows: list[list[object]] = []
    for one in answers:
        for standing, inferred in [*((each, "") for each in one.tags), *((each, "yes") for each in one.inferred)]:
            said = {**standing.as_json(), "asked": one.asked.text, "inferred": inferred}
            rows.append([said[name] for name in (*_CSV, *_CSV_DAYS)])
        if not (one.tags or one.inferred):
            rows.append([one.asked.text, one.asked.address, *[""] * (len(_CSV) + len(_CSV_DAYS) - 2)])
    screen.as_csv((*_CSV, *_CSV_DAYS), rows)


def _row(one: "Standing") -> list[str]:
    tag = one.tag
    actor = one.canonical or tag.actor or ""
    what = tag.concept or ""
    if tag.asset:
        what = f"{what} (the asset {tag.asset})".strip()
    begins = str(tag.valid_from or (f"by {tag.seen_from}" if tag.seen_from else ""))
    source = tag.source or tag.creator or ""
    said_by = f"{tag.pack}: {source}" if source else tag.pack
    return [
        *(tag.chain, tag.name, what, actor, tag.confidence, str(tag.grade)),
        *(begins, str(tag.valid_to or ""), one.status, said_by),
    ]


def actors(views: Sequence["ActorView"]) -> None:
    """Actors, one line each: the id it goes by, and how much is said of it."""
    screen.answer(f"{len(views):,} actors")
    rows = [[one.actor, one.name, one.canonical, ", ".join(_concepts(one)), str(len(one.statements))] for one in views]
    screen.table(["actor", "name", "goes by", "what", "statements"], rows, right=(4,))


def actor(view: "ActorView") -> None:
    """One actor: what it is, who says what of it, what was decided, and what was not followed."""
    also = f", as do {', '.join(view.same)}" if view.same else ""
    screen.answer(f"{view.name} ({view.actor}) goes by {view.canonical}{also}")
    packs = [f"{one.pack}: {', '.join(one.concepts)}{f'; {one.uri}' if one.uri else ''}" for one in view.described]
    for line in packs:
        screen.note(line)
    if view.statements:
        rows = [
            [one.published or "", one.actor, _RELATIONS[one.relation], one.other, one.by, one.source or one.pack]
            for one in view.statements
        ]
        screen.table(["said", "actor", "", "", "by", "source"], rows)
    for held in view.held:
        screen.note(
            f"Not followed: {held.statement.actor} is {held.statement.other}, by {held.statement.by}: {held.reason}."
        )
    if view.decisions:
        screen.table(["decided", "decision", "", "by", "why", "withdrawn"], [_decision(one) for one in view.decisions])


def decided(one: "ActorDecision", view: "ActorView") -> None:
    """What was decided or taken back, and what follows."""
    taken = f"withdrawn by {one.withdrawn_by}" if one.withdrawn else f"decided by {one.by}"
    screen.answer(f"{one.actor} and {one.other} are {_JUDGED[one.judgement]}: {taken} ({one.decision[:8]})")
    also = f" with {', '.join(view.same)}" if view.same else ""
    screen.note(f"{view.actor} goes by {view.canonical}{also}.")


_RELATIONS = {"name": "is also called", "same": "is", "part-of": "is a part of", "different": "is not"}
_JUDGED = {"same": "the same", "different": "not the same"}


def _decision(one: "ActorDecision") -> list[str]:
    taken = f"{one.withdrawn:%Y-%m-%d} by {one.withdrawn_by}" if one.withdrawn else ""
    words = f"{one.actor} and {one.other} are {_JUDGED[one.judgement]}"
    return [f"{one.decided:%Y-%m-%d}", one.decision[:8], words, one.by, one.reason or "", taken]


def _concepts(one: "ActorView") -> list[str]:
    return sorted({concept for each in one.described for concept in each.concepts})


def written(one: "Written", what: str) -> None:
    """What was written into a pack."""
    screen.answer(f"{one.path}: {one.entries:,} {what} written")
    if one.left_out:
        screen.note(f"{one.left_out:,} left out: {one.reason}")
