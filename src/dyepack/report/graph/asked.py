"""What a person asks of a graph: rule, fold, what is opened and hidden, and which part of the trace."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dyepack import amounts
from dyepack.errors import InputError
from dyepack.model import UNKNOWN
from dyepack.report.graph.rows import Told
from dyepack.trace import recorded

LEVELS = ("auto", "accounts", "hops", "destinations", "one")
"""From every account its own lane to all in one; `auto` is the finest that a screen holds."""
FIRST_OPENED = 12
"""How many accounts of an opened lane come out of it, the largest first; the others stay together."""
MOST_PERIODS = 60
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """One view of one run. The same question of the same run has the same answer, to the byte.

    `opened` names lanes, each with how many of its accounts come out: `service:okex` or `service:okex~24`. A lane of
    rests opened from it is named `…␟others`. `least` is in whole units of the main asset. `focus` is a lane, of which
    `back` and `forward` steps are drawn. With `bait`, movements that nobody followed are drawn as marks.
    """

    run: str
    method: str | None = None
    level: str = "auto"
    periods: int = 0
    opened: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    assets: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    least: str | None = None
    focus: str | None = None
    back: int = 1
    forward: int = 1
    bait: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A question as it was understood, with what it left open filled in."""

    method: str
    level: str
    periods: int
    opened: Mapping[str, int]
    hidden: frozenset[str]
    first: datetime | None
    last: datetime | None
    assets: tuple[str, ...]
    sources: tuple[str, ...]
    least: int
    focus: str | None
    back: int
    forward: int
    bait: bool


def chosen(told: Told, question: Question) -> Choice:
    """What a question means for this run.

    Raises:
        InputError: no such method, level, asset or source; a time, amount or number that cannot be read.
    """
    if question.level not in LEVELS:
        raise InputError(f"expected one of {', '.join(LEVELS)} as the fold, got {question.level!r}")
    if not 0 <= question.periods <= MOST_PERIODS:
        raise InputError(f"expected 1 to {MOST_PERIODS} periods, or 0 to leave it open, got {question.periods}")
    if not (0 <= question.back <= 50 and 0 <= question.forward <= 50):
        raise InputError(f"expected 0 to 50 steps, got {question.back} back and {question.forward} forward")
    assets = tuple(recorded.as_asset(told.assets, name) for name in question.assets) or tuple(told.assets)
    main = told.assets[assets[0]] if assets else None
    first, last = _moment(question.first), _moment(question.last, ends=True)
    if first and last and first > last:
        raise InputError(f"expected a time that ends after it begins, got {question.first} to {question.last}")
    return Choice(
        told.recorded.method(question.method),
        question.level,
        question.periods,
        dict(_opened(token) for token in question.opened),
        frozenset(question.hidden),
        first,
        last,
        assets,
        _sources(told, question.sources),
        amounts.parse(question.least, main.decimals) if question.least and main else 0,
        question.focus,
        question.back,
        question.forward,
        question.bait,
    )


def _sources(told: Told, asked: Sequence[str]) -> tuple[str, ...]:
    """Every theft where none is named; money of unknown origin only where it is."""
    unknown = [name for name in asked if name not in told.origins]
    if unknown:
        raise InputError(f"no money of {unknown[0]!r} in this run; there is some of: {', '.join(told.origins)}")
    thefts = tuple(name for name in told.origins if name != UNKNOWN)
    return tuple(name for name in told.origins if name in asked) or thefts or told.origins


def _opened(token: str) -> tuple[str, int]:
    lane, mark, count = token.rpartition("~")
    if mark and count.isdecimal() and count.isascii() and len(count) < 6:
        return lane, max(int(count), 1)
    return token, FIRST_OPENED


def _moment(text: str | None, *, ends: bool = False) -> datetime | None:
    """A day or a time in UTC; a day ends with its last second."""
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1, seconds=-1) if ends else day
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"expected a day or a time such as 2023-01-13T20:34:11Z, got {text!r}") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else min(found.astimezone(UTC), _LATEST)
