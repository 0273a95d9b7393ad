"""A list of incidents narrowed further and put into an order, for whoever leafs through many."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger.incidents import Line

SORTS = ("date", "-date", "usd", "-usd", "victim", "-victim")
"""By what a list can be ordered; with a dash, from the last to the first."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What else a line has to be, beside passing a `Filter`; None means any.

    `text` is looked for in slug, victim, notes, group and who attributes it, in any case.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    chain: str | None = None
    vector: str | None = None
    min_usd: int | None = None
    max_usd: int | None = None
    text: str | None = None
    sort: str = "date"


def narrow(lines: Iterable[Line], where: Narrow) -> list[Line]:
    """The lines that pass, in the order that is asked for.

    Raises:
        InputError: no such order.
    """
    if where.sort not in SORTS:
        raise InputError(f"expected an order, one of {', '.join(SORTS)}, got {where.sort!r}")
    tests = list(_tests(where))
    found = [line for line in lines if all(test(line) for test in tests)]
    return _ordered(found, where.sort)


def _tests(where: Narrow) -> Iterable[Callable[[Line], bool]]:
    """One test for each thing that is asked for, the cheapest first."""
    if (first := where.first) is not None:
        yield lambda line: line.incident.last_day >= first
    if (last := where.last) is not None:
        yield lambda line: line.incident.first_day <= last
    if (chain := where.chain) is not None:
        yield lambda line: chain in line.incident.chains
    if (vector := where.vector) is not None:
        yield lambda line: line.incident.vector == vector
    if (least := where.min_usd) is not None:
        yield lambda line: line.held is not None and line.held.median >= least
    if (most := where.max_usd) is not None:
        yield lambda line: line.held is not None and line.held.median <= most
    if where.text:
        words = where.text.casefold().split()
        yield lambda line: all(word in _said(line) for word in words)


def _said(line: Line) -> str:
    """All words of a line in which a person may look for one."""
    incident, who = line.incident, line.attribution
    told = (who.actor, who.group or "", who.by) if who else ()
    return " ".join((incident.incident, incident.victim, incident.notes or "", *told)).casefold()


def _ordered(lines: Sequence[Line], sort: str) -> list[Line]:
    """In this order; those without an amount come last in either direction."""
    key, back = sort.removeprefix("-"), sort.startswith("-")
    if key == "usd":
        some = sorted((line for line in lines if line.held), key=_usd, reverse=back)
        return [*some, *(line for line in lines if not line.held)]
    if key == "victim":
        return sorted(lines, key=lambda line: line.incident.victim.casefold(), reverse=back)
    return [*reversed(lines)] if back else [*lines]


def _usd(line: Line) -> Any:
    return line.held.median if line.held else 0
