"""Tags of one's own: written one by one, kept in a part that no list ever touches."""

from dataclasses import replace

from dyepack.errors import InputError
from dyepack.model import Tag
from dyepack.store import Store
from dyepack.tags.statement import Statement, tags

OWN = "own"
"""The part, and the pack that these tags name."""


def add(store: Store, said: Statement) -> tuple[Tag, ...]:
    """Add a tag of one's own; one for each concept.

    Raises:
        InputError: no name, no address of that chain, no such grade or day.
    """
    made = {tag.tag: tag for tag in tags(replace(said, pack=OWN))}
    before = {tag.tag: tag for tag in own(store)}
    _write(store, {"add": sorted(made)}, {**before, **made})
    return tuple(made.values())


def remove(store: Store, number: str) -> Tag:
    """Take away one of one's own tags, by its id or the beginning of it.

    Raises:
        InputError: none, or several, begin like this.
    """
    before = {tag.tag: tag for tag in own(store)}
    found = [tag for name, tag in before.items() if name.startswith(number)]
    if len(found) != 1:
        raise InputError(f"expected the beginning of one tag of your own, got {number!r}: {len(found)} begin so")
    del before[found[0].tag]
    _write(store, {"remove": found[0].tag}, before)
    return found[0]


def own(store: Store) -> list[Tag]:
    """One's own tags."""
    return [tag for tag in store.records("tags") if tag.pack == OWN] if OWN in store.parts("tags") else []


def _write(store: Store, said: dict[str, object], kept: dict[str, Tag]) -> None:
    with store.run("tag", {**said, "kept": sorted(kept)}) as draft:
        draft.put("tags", OWN, kept.values())
