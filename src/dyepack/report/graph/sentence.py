"""What a view of a trace answers in one sentence: of how much, how much had reached whom, as a range over the rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dyepack.amounts import Asset, spoken
from dyepack.trace.headline import ENDS

NAMED = ("service", "mixer", "bridge")
"""Ends that are somebody's by name; those of no known owner are never said in one breath with them."""
OTHERWISE = ("frozen", "behaviour", "pooled", "analyst")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """An end that is drawn: what it is, what it is called, and how much comes to it by method."""

    kind: str
    name: str
    amounts: Sequence[int]
    unknown: Sequence[int]
    """Of that, money of unknown origin."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of one asset: how much by method, and its ends; `mixed` where money of unknown origin is in it."""

    asset: Asset
    whole: Sequence[int]
    ends: Sequence[Reached]
    mixed: bool


def sentence(drawn: Drawn | None) -> str:
    """The sentence; `None` where nothing is drawn."""
    if drawn is None:
        return "Nothing of it is drawn under these filters."
    mixed = "stolen money and money of unknown origin, together " if drawn.mixed else ""
    clauses = [_reached(drawn), *(_otherwise(drawn, kind) for kind in OTHERWISE)]
    return f"Of {mixed}{_range(drawn.whole, drawn.asset)}, {'; '.join(filter(None, clauses))}."


def _reached(drawn: Drawn) -> str:
    ends = sorted((one for one in drawn.ends if one.kind in NAMED), key=lambda one: (-max(one.amounts), one.name))
    if not ends:
        return "none had reached a tagged service, a mixer or a bridge"
    sums = _sums(one.amounts for one in ends)
    names = list(dict.fromkeys(one.name for one in ends))
    low, high = (spoken(amount, amount, drawn.asset) for amount in (min(sums), max(sums)))
    amount, rules = (high, "") if low == high else (f"between {low} and {high}", f", by any of {len(sums)} rules")
    unknown = _sums(one.unknown for one in ends)
    of_it = f" ({_range(unknown, drawn.asset)} of it of unknown origin)" if max(unknown) else ""
    return f"{amount} had reached {_listed(names)}{of_it}{rules}"


def _otherwise(drawn: Drawn, kind: str) -> str:
    """Ends that nobody is named for, a clause for each kind of them."""
    sums = _sums(one.amounts for one in drawn.ends if one.kind == kind)
    return f"{_range(sums, drawn.asset)} {ENDS[kind]}" if max(sums, default=0) else ""


def _sums(parts: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*parts, strict=True)]


def _range(amounts: Sequence[int], asset: Asset) -> str:
    return spoken(min(amounts), max(amounts), asset)


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMED:
        return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
