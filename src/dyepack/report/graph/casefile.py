"""A case file: how one person looked at a run, for another to see the same.

It holds the run with the hashes of what it read, the view (rule, fold, filters), and what a person added: notes,
colours, kept ways. It holds no amounts: these follow from the run, which whoever opens the file has to have made too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from dyepack.errors import InputError
from dyepack.store import Store
from dyepack.trace import recorded

FORM, VERSION = "dyepack-case", 1
COLOURS = ("amber", "lime", "cyan", "indigo", "rose", "slate")
MOST_NOTES, MOST_WAYS, LONGEST, LARGEST = 2_000, 200, 4_000, 2_000_000
_MANY = ("open", "hide", "asset", "source", "way")
_ONCE = ("method", "level", "periods", "from", "to", "least", "focus", "back", "forward", "bait", "eye", "sel")


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote at a place (its lane) or a link, and the colour that they gave it."""

    of: str
    on: str
    text: str = ""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Links that a person keeps together as a way of the money, in order."""

    name: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The whole file. `inputs` are the hashes of what the run read."""

    title: str
    run: str
    version: str
    inputs: Mapping[str, Any]
    incidents: tuple[str, ...]
    view: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    ways: tuple[Way, ...] = ()
    by: str = ""

    def as_json(self) -> dict[str, Any]:
        """The file's one form."""
        return {"form": FORM, "form_version": VERSION, **asdict(self)}


def read(told: Any) -> CaseFile:
    """A case file from what JSON said.

    Raises:
        InputError: it is none, of another version, or a part of it is not as it should be; says which part.
    """
    if not isinstance(told, Mapping) or told.get("form") != FORM:
        raise InputError(f'expected a case file, which says "form": "{FORM}", got something else')
    if told.get("form_version") != VERSION:
        raise InputError(
            f"expected form_version {VERSION}, got {told.get('form_version')!r}: written by another version"
        )
    if len(json.dumps(told)) > LARGEST:
        raise InputError(f"expected a case file of at most {LARGEST} bytes")
    incidents = _list(told, "incidents", 100)
    inputs = told.get("inputs")
    if not isinstance(inputs, Mapping):
        raise InputError("inputs: expected an object of hashes, as the run has it")
    return CaseFile(
        _text(told, "title", 200),
        _text(told, "run", 64, least=1),
        _text(told, "version", 40),
        dict(inputs),
        tuple(_text({"incidents": one}, "incidents", 200) for one in incidents),
        _view(told.get("view", {})),
        tuple(_note(one, n) for n, one in enumerate(_list(told, "notes", MOST_NOTES))),
        tuple(_way(one, n) for n, one in enumerate(_list(told, "ways", MOST_WAYS))),
        _text(told, "by", 200),
    )


def check(store: Store, case: CaseFile) -> None:
    """Hold a case file against the workspace: the run has to be there, and to have read the same.

    Raises:
        InputError: no such run here, or one that read something else.
    """
    runs = {row.run: row for row in store.records("runs") if row.verb == recorded.VERB}
    row = runs.get(case.run)
    if row is None:
        there = ", ".join(list(runs)[-3:]) or "none"
        raise InputError(
            f"the case file is of run {case.run}, which is not in this workspace (there: {there}); load the same tables"
            f" and trace {', '.join(case.incidents) or 'the same'} with the same version of dyepack"
        )
    if json.loads(row.inputs) != case.inputs:
        raise InputError(f"run {case.run} read other tables here than the case file says; it was changed by hand")


def of_run(store: Store, run: str, said: Mapping[str, Any]) -> CaseFile:
    """A new case file of a run: what a person added, with the hashes that the workspace has."""
    told = recorded.find(store, run)
    row = next(row for row in store.records("runs") if row.run == told.run)
    whole = {
        "title": "",
        "by": "",
        "notes": [],
        "ways": [],
        "view": {},
        **{name: said[name] for name in ("title", "by", "notes", "ways", "view") if name in said},
        "form": FORM,
        "form_version": VERSION,
        "run": told.run,
        "version": row.version,
        "inputs": json.loads(row.inputs),
        "incidents": list(told.incidents),
    }
    return read(whole)


def _text(told: Mapping[str, Any], name: str, most: int, *, least: int = 0) -> str:
    value = told.get(name, "")
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise InputError(f"{name}: expected a text of {least} to {most} letters, got {str(value)[:40]!r}")
    return value


def _list(told: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    value = told.get(name, [])
    if not isinstance(value, list | tuple) or len(value) > most:
        raise InputError(f"{name}: expected a list of at most {most}")
    return value


def _view(told: Any) -> dict[str, Any]:
    if not isinstance(told, Mapping):
        raise InputError("view: expected an object of parameters")
    found: dict[str, Any] = {}
    for name, value in sorted(told.items()):
        if name in _MANY and isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            found[name] = list(value)
        elif name in _ONCE and isinstance(value, str):
            found[name] = value
        else:
            raise InputError(f"view.{name}: expected one of {', '.join((*_ONCE, *_MANY))} with a text, or texts")
    return found


def _note(told: Any, number: int) -> Note:
    where = f"notes[{number}]"
    if not isinstance(told, Mapping) or told.get("on") not in ("place", "link"):
        raise InputError(f"{where}: expected of, on (place or link), text and colour")
    colour = told.get("colour")
    if colour is not None and colour not in COLOURS:
        raise InputError(f"{where}.colour: expected one of {', '.join(COLOURS)}, got {str(colour)[:40]!r}")
    return Note(_text(told, "of", 400, least=1), told["on"], _text(told, "text", LONGEST), colour)


def _way(told: Any, number: int) -> Way:
    if not isinstance(told, Mapping):
        raise InputError(f"ways[{number}]: expected a name and links")
    links = _list(told, "links", 2_000)
    return Way(_text(told, "name", 200), tuple(_text({"links": one}, "links", 80, least=1) for one in links))
