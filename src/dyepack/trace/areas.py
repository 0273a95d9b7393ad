"""The balance sheets of a run as areas over time that add up: a series for each line and name, small names together.

Between the days on which something moved a sheet stays as it was. Ranges are over the methods that are asked for.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from dyepack.amounts import Asset
from dyepack.errors import InputError
from dyepack.trace.balance import SMALL, Balance
from dyepack.trace.sheets import HELD, Sheet
from dyepack.trace.sheets import Line as SheetLine

ORDER = (
    "returned", "frozen", "destroyed", "service", "behaviour", "pooled", "analyst", "mixer", "bridge", "converted",
    "fees", "burned", "redeemed", "dust", SMALL, "unreached", "budget", "stolen", HELD,
)  # fmt: skip
"""From what is safe at the bottom to what is still held at the top."""
MOST = 9
"""Names that are told for themselves; of each line the others are one."""
OTHERS = "others"
Line = tuple[str, str]
"""A line of a sheet and the name on it; without one the name is empty."""


@dataclass(frozen=True, slots=True)
class Area:
    """One series: what a line had at the end of each day, by method."""

    line: str
    name: str
    amounts: Mapping[str, Sequence[int]]

    def range(self, day: int) -> tuple[int, int]:
        """The least and the most on a day over the methods."""
        return _range(self.amounts, day)

    @property
    def most(self) -> int:
        """The most that it ever has."""
        return max((amount for amounts in self.amounts.values() for amount in amounts), default=0)


@dataclass(frozen=True, slots=True)
class Areas:
    """The series of one asset of some origins; on each day they add up to `whole`."""

    days: Sequence[date]
    areas: Sequence[Area]
    whole: Mapping[str, Sequence[int]]

    @property
    def gone(self) -> dict[str, list[int]]:
        """What had left the accounts that held it, by method and day."""
        held = [area for area in self.areas if area.line == HELD]
        return {
            method: [amount - sum(area.amounts[method][day] for area in held) for day, amount in enumerate(amounts)]
            for method, amounts in self.whole.items()
        }

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units."""
        gone, days = self.gone, range(len(self.days))
        return {
            "days": [day.isoformat() for day in self.days],
            "whole": _texts(self.whole),
            "gone": [_pair(_range(gone, day)) for day in days],
            "areas": [
                {
                    "key": key(area.line, area.name),
                    "line": area.line,
                    "name": area.name,
                    "amounts": _texts(area.amounts),
                    "range": [_pair(area.range(day)) for day in days],
                }
                for area in self.areas
            ],
        }


def key(line: str, name: str) -> str:
    """What a series goes by."""
    return f"{line}\t{name}"


def areas(answers: Sequence[Balance], asset: str, origins: Collection[str]) -> Areas:
    """The series of one asset, from balances over time by several methods."""
    sheets = {
        answer.method: [day for day in answer.days if day.asset == asset and day.origin in origins]
        for answer in answers
    }
    by_method = {answer.method: answer for answer in answers}
    days = sorted({sheet.day for mine in sheets.values() for sheet in mine})
    found: dict[Line, dict[str, list[int]]] = {}
    for method, mine in sheets.items():
        for origin in sorted(origins):
            told = [(sheet.day, _lines(by_method[method], sheet)) for sheet in mine if sheet.origin == origin]
            _fill(found, (method, tuple(sheets)), days, told)
    made = [Area(*line, amounts) for line, amounts in found.items()]
    whole = {method: [sum(area.amounts[method][n] for area in made) for n in range(len(days))] for method in sheets}
    return Areas(days, _few(made), whole)


def _fill(
    found: dict[Line, dict[str, list[int]]],
    of: tuple[str, Sequence[str]],
    days: Sequence[date],
    sheets: Sequence[tuple[date, Mapping[Line, int]]],
) -> None:
    """Add one origin's sheets of a method to the series, each day what the last sheet up to it says."""
    method, methods = of
    at, now = 0, dict[Line, int]()
    for number, day in enumerate(days):
        while at < len(sheets) and sheets[at][0] <= day:
            now, at = dict(sheets[at][1]), at + 1
        for line, amount in now.items():
            series = found.setdefault(line, {each: [0] * len(days) for each in methods})
            series[method][number] += amount


def _lines(answer: Balance, sheet: Sheet) -> dict[Line, int]:
    """The lines of a sheet, those that got too little to be named as one; as the balance sheet itself has them."""
    found: dict[Line, int] = defaultdict(int)
    few = set(answer.few(sheet))
    for line, amount in sheet.lines.items():
        found[_called(line, few)] += amount
    return found


def _called(line: SheetLine, few: Collection[SheetLine]) -> Line:
    return (SMALL, "") if line in few else (line[0], line[1] or "")


def _few(made: Sequence[Area]) -> list[Area]:
    """The largest names for themselves, of each line the others together; from the bottom to the top."""
    largest = {id(area) for area in sorted(made, key=lambda area: (-area.most, area.line, area.name))[:MOST]}
    together: dict[Line, list[Area]] = {}
    for area in made:
        alone = not area.name or id(area) in largest
        together.setdefault((area.line, area.name if alone else OTHERS), []).append(area)
    found = [Area(*line, _sums(parts)) for line, parts in together.items()]
    return sorted(found, key=lambda area: (_rank(area.line), -area.most, area.name))


def _sums(parts: Sequence[Area]) -> dict[str, list[int]]:
    return {
        method: [sum(column) for column in zip(*(part.amounts[method] for part in parts), strict=True)]
        for method in parts[0].amounts
    }


def _rank(line: str) -> float:
    return ORDER.index(line) if line in ORDER else len(ORDER) - 1.5


def worth(answer: Balance, asset: str, origins: Collection[str], told: Areas) -> dict[str, dict[str, str | None]]:
    """What each series was worth at the moment of a balance, on each basis; null where a part has no price."""
    own = {(area.line, area.name) for area in told.areas}
    found: dict[str, dict[str, list[int | None]]] = {}
    for sheet in (one for one in answer.sheets if one.asset == asset and one.origin in origins):
        few = set(answer.few(sheet))
        for each in sheet.lines:
            line, name = _called(each, few)
            at = found.setdefault(key(line, name if (line, name) in own else OTHERS), {})
            for basis, value in answer.values[sheet.origin, asset, each].items():
                at.setdefault(basis, []).append(value)
    return {name: {basis: _sum(values) for basis, values in by.items()} for name, by in found.items()}


def _sum(values: Sequence[int | None]) -> str | None:
    return None if None in values else str(sum(value for value in values if value is not None))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart of a run: the areas of one asset and of some origins, and what else there is to choose from."""

    run: str
    assets: Sequence[Asset]
    origins: Sequence[str]
    asset: Asset | None
    of: Sequence[str]
    areas: Areas

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {
            "run": self.run,
            "methods": list(self.areas.whole),
            "assets": [asdict(asset) for asset in self.assets],
            "origins": list(self.origins),
            "asset": self.asset and self.asset.id,
            "of": list(self.of),
            **self.areas.as_json(),
        }

    def left_under_any_rule(self, bounds: Mapping[str, Any] | None) -> dict[str, str] | None:
        """What had left at the end whatever rule is applied: all of it less what is held then.

        None where no bounds are, or how much there is of the asset is itself a question of the rule.
        """
        asset = self.asset.id if self.asset else None
        held = [one for one in bounds["bounds"] if (one["kind"], one["name"]) == ("reason", HELD)] if bounds else []
        mine = [one for one in held if one["asset"] == asset]
        ends = {amounts[-1] for amounts in self.areas.whole.values() if amounts}
        if not mine or len(ends) != 1:
            return None
        (whole,), widest = ends, max(mine, key=lambda one: len(one["origins"]))
        return _pair((whole - int(widest["most"]), whole - int(widest["least"])))

    def worth(self, answer: Balance, day: str) -> dict[str, Any]:
        """What the areas were worth at the moment of a balance, as a JSON object."""
        asset = self.asset.id if self.asset else ""
        mine = [sheet for sheet in answer.sheets if sheet.asset == asset and sheet.origin in self.of]
        return {
            "run": self.run,
            "method": answer.method,
            "day": day,
            "block": max((sheet.block for sheet in mine), default=None),
            "adds_up": all(sheet.adds_up for sheet in mine),
            "usd": worth(answer, asset, self.of, self.areas),
        }


def drawn(run: str, answers: Sequence[Balance], asset: str | None, origin: str | None) -> Drawn:
    """The chart of balances over time by several methods.

    Raises:
        InputError: none of the sheets is in this asset, or of this origin.
    """
    days = [sheet for answer in answers for sheet in answer.days]
    count = Counter(sheet.asset for sheet in days)
    assets = {key: each for answer in answers for key, each in answer.assets.items()}
    there = sorted((assets[key] for key in count), key=lambda each: (-count[each.id], each.id))
    if asset is not None and asset not in count:
        raise InputError(f"expected one of {', '.join(each.id for each in there) or 'no asset'}, got {asset!r}")
    chosen = assets[asset] if asset is not None else next(iter(there), None)
    origins = sorted({sheet.origin for sheet in days})
    if origin is not None and origin not in origins:
        raise InputError(f"expected one of {', '.join(origins) or 'no theft'}, got {origin!r}")
    of = origins if origin is None else [origin]
    return Drawn(run, there, origins, chosen, of, areas(answers, chosen.id if chosen else "", of))


def _range(amounts: Mapping[str, Sequence[int]], day: int) -> tuple[int, int]:
    found = [each[day] for each in amounts.values()]
    return min(found, default=0), max(found, default=0)


def _pair(of: tuple[int, int]) -> dict[str, str]:
    return {"low": str(of[0]), "high": str(of[1])}


def _texts(amounts: Mapping[str, Sequence[int]]) -> dict[str, list[str]]:
    return {method: list(map(str, each)) for method, each in amounts.items()}
