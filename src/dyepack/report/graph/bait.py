"""Movements that nobody followed (address poisoning, decoys, dust of no value) beside the places that they touch.

Bait carries nothing, so it has no ribbon: it is a mark between two drawn places, or between one and somebody outside,
with the movements that it stands for. An address that has several places is meant at the one of that time.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from dyepack.errors import InputError
from dyepack.report.fold import END, REST, START
from dyepack.report.graph.asked import Choice, Question, chosen
from dyepack.report.graph.lanes import Folding
from dyepack.report.graph.rows import Flagged, Told
from dyepack.report.graph.scene import Scene
from dyepack.report.graph.view import View, view

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """Bait from one place to another; one of them is nobody's where that is not drawn."""

    id: str
    source: str | None
    target: str | None
    rows: tuple[Flagged, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object, without the rows."""
        flags: dict[str, int] = defaultdict(int)
        for row in self.rows:
            flags[row.flag] += 1
        outside = {row.from_address if self.source is None else row.to_address for row in self.rows}
        return {
            "id": self.id,
            "from": self.source,
            "to": self.target,
            "movements": len(self.rows),
            "flags": dict(sorted(flags.items())),
            "outside": 0 if None not in (self.source, self.target) else len(outside),
            "first": _time(min(row.time for row in self.rows)),
            "last": _time(max(row.time for row in self.rows)),
        }


def marks(told: Told, folds: Folding, scene: Scene, seen: tuple[View, Choice]) -> list[Mark]:
    """The bait that touches what is drawn, in the chosen time; those with most movements first."""
    shown, choice = seen
    places = _places(folds, scene, shown)
    found: dict[tuple[str | None, str | None], list[Flagged]] = defaultdict(list)
    for row in told.flagged:
        if (choice.first and row.time < choice.first) or (choice.last and row.time > choice.last):
            continue
        ends = tuple(_at(places.get(address), row.time) for address in (row.from_address, row.to_address))
        if ends != (None, None):
            found[ends[0], ends[1]].append(row)
    listed = [Mark(_id(*ends), *ends, tuple(rows)) for ends, rows in found.items()]
    return sorted(listed, key=lambda mark: (-len(mark.rows), mark.id))


def bait_rows(
    told: Told, question: Question, ready: tuple[Scene, Folding], mark: str | None = None
) -> list[dict[str, Any]]:
    """The movements of one mark of a view, or of all of them, in chain order.

    Raises:
        InputError: this view has no such mark.
    """
    scene, folds = ready
    choice = chosen(told, question)
    every = marks(told, folds, scene, (view(scene, folds, choice, told.methods), choice))
    if mark is not None and mark not in {one.id for one in every}:
        raise InputError(f"this view has no bait {mark!r}: ask with the parameters of the graph that has it")
    rows = [row for one in every if mark in (None, one.id) for row in one.rows]
    rows.sort(key=lambda row: (row.block, row.tx_index, row.seq))
    return [{**row.as_json(), "time": _time(row.time)} for row in rows]


Spots = tuple[list[datetime], list[str]]
"""The places of one address by when each begins."""


def _places(folds: Folding, scene: Scene, shown: View) -> Mapping[str, Spots]:
    found: dict[str, dict[datetime, str]] = defaultdict(dict)
    for number in shown.places:
        place = folds.folded.places[number]
        if place.spot == START or place.lane.startswith(REST):
            continue  # who still has money stands where it was paid
        begins = _LAST if place.spot == END else folds.folded.periods[place.spot[0]][0]
        for account in place.accounts:
            found[scene.holdings[account].address].setdefault(begins, shown.ids[number])
    return {address: (sorted(spots), [spots[at] for at in sorted(spots)]) for address, spots in found.items()}


def _at(spots: Spots | None, time: datetime) -> str | None:
    """The place of that time: the last that had begun, else the first; an end where there is no other."""
    if spots is None:
        return None
    begins, names = spots
    return names[max(bisect_right(begins, time) - 1, 0)]


def _id(source: str | None, target: str | None) -> str:
    return "b" + sha256(f"{source} {target}".encode()).hexdigest()[:12]


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def counts(flagged: Sequence[Flagged]) -> Mapping[str, int]:
    """Movements of bait, by the addresses that they touch."""
    found: dict[str, int] = defaultdict(int)
    for address in _touched(flagged):
        found[address] += 1
    return found


def _touched(flagged: Sequence[Flagged]) -> Iterator[str]:
    for row in flagged:
        yield from {row.from_address, row.to_address}
