"""What amounts were worth in dollars: by one source's closes, on three days that are never mixed.

*theft-day*: what was lost, then. *movement-day*: what it was when it came to where it lies. *now*: what could be had
for it on a day that is named. An amount for which the source has no close on its day has no value, and is named; it is
not interpolated, nor taken from another source or day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dyepack.amounts import USD, Asset
from dyepack.errors import InputError
from dyepack.store import Store

THEFT_DAY, MOVEMENT_DAY, NOW = "theft-day", "movement-day", "now"
AS_GIVEN = "as given"
"""In dollars by whoever made the data: on a basis of their own, so in no sum with the others."""
BASES = (THEFT_DAY, MOVEMENT_DAY, NOW)
_LAST_HOUR = 23
Parcel = tuple[date | None, int]
"""An amount and the day on which it came; no day for money that was there from the start."""


@dataclass(slots=True)
class Worth:
    """Closes of some assets by day, each asset's from one source, and which days were asked for in vain."""

    sources: Mapping[str, str]
    closes: Mapping[str, Mapping[date, int]]
    assets: Mapping[str, Asset]
    now: date | None
    missing: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def values(self, asset: str, parcels: Sequence[Parcel], theft: date | None) -> dict[str, int | None]:
        """Millionths of a dollar on each basis; of movements that are given in dollars, as they were given."""
        if asset == USD.id:
            return {AS_GIVEN: sum(amount for _, amount in parcels)}
        return {basis: self._value(asset, basis, parcels, theft) for basis in BASES}

    def _value(self, asset: str, basis: str, parcels: Iterable[Parcel], theft: date | None) -> int | None:
        """Each parcel is rounded half to even. Nothing where a close is missing."""
        total = 0
        for came, amount in parcels:
            day = {THEFT_DAY: theft, MOVEMENT_DAY: came or theft, NOW: self.now}[basis]
            close = self.closes.get(asset, {}).get(day) if day is not None else None
            if close is None:
                self.missing[asset, basis].add(f"{day}" if day else "an unknown day")
                return None
            total += _rounded(amount * close, 10 ** self.assets[asset].decimals)
        return total


def worth(store: Store, assets: Mapping[str, Asset], sources: Sequence[str], now: date | None) -> Worth:
    """The closes that the workspace has of these assets; the last hour's where the source has not the day's.

    Of several sources of one asset, the first of `sources` counts.

    Raises:
        InputError: two sources price one of them and none of these is chosen, or a chosen one says nothing.
    """
    wanted = sorted(set(assets) - {USD.id})
    rows = _rows(store, wanted) if store.parts("prices") and wanted else []
    there = sorted({row["source"] for row in rows})
    for source in sources:
        if source not in there:
            raise InputError(f"no price of these assets is from {source!r}; there are: {', '.join(there) or 'none'}")
    said = _one_each(rows, sources)
    closes: dict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        if row["source"] == said[row["asset"]] and (row["span"] == "day" or row["time"].hour == _LAST_HOUR):
            closes[row["asset"]][row["time"].date()] = int(row["usd"])
    return Worth(said, closes, assets, now or max((max(days) for days in closes.values()), default=None))


def _rows(store: Store, assets: Sequence[str]) -> list[dict[str, Any]]:
    """Closes in order: of one day the hours', then the day's own, which counts."""
    rows: list[dict[str, Any]] = store.fetch(
        """select asset, time, span, usd, source from prices where list_contains($assets, asset)
           order by asset, source, span desc, time""",
        "prices",
        assets=list(assets),
    ).to_pylist()
    return rows


def _one_each(rows: Iterable[Mapping[str, Any]], chosen: Sequence[str]) -> dict[str, str]:
    """The one source of each asset."""
    by_asset: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_asset[row["asset"]].add(row["source"])
    found = {}
    for asset, sources in sorted(by_asset.items()):
        first = next((source for source in chosen if source in sources), None)
        if first is None and len(sources) > 1:
            said = ", ".join(sorted(sources))
            raise InputError(f"{asset} is priced by {said}; choose one with --price-source")
        found[asset] = first or next(iter(sources))
    return found


def _rounded(number: int, unit: int) -> int:
    whole, rest = divmod(number, unit)
    return whole + (rest * 2 > unit or (rest * 2 == unit and whole % 2 == 1))
