"""Who got so little of the stolen money that to name him beside those who got it would mislead.

Anybody can be sent cents of stolen money, and thieves send them on purpose, to look like many and to make strangers
look like partners. So an address is *small* that got less, under every rule, than 1/100,000 of what was seeded in an
asset or came out of conversions into it. Where a price of the asset is loaded, or amounts are in dollars, whatever is
worth less than a dollar is small too, but never more than a thousandth of the whole, so that a theft of a few dollars
is still told. Small addresses are one line, with their number and sum; tables have them all, and `--all-places` shows
them.

When it misleads: a thief who splits everything into such parts hides in that line, and its sum says so. Without a price
the share alone decides, and a token of which very little was ever taken has everybody named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from dyepack import amounts
from dyepack.amounts import USD, Asset
from dyepack.store import Store
from dyepack.trace.methods import ranging
from dyepack.trace.steps import CONVERTED, DESTROYED, FEES
from dyepack.trace.stops import BURNED

PART = 100_000
"""One of so many parts of the whole: what is less is small."""
FLOOR = 10**6
"""A dollar: what is worth less is small, where a price says so."""
MOST = 1_000
"""The floor in money is at most one of so many parts of the whole."""
NOBODY = (FEES, BURNED, DESTROYED, CONVERTED, "stolen")
"""Where money ends that names nobody."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What of an origin's money in an asset is small: less than `below` base units of `whole`.

    `basis` says what decided: `share`, `money`, or `share-unpriced` where no price of the asset is loaded.
    """

    origin: str
    asset: str
    below: int
    whole: int
    basis: str

    def says(self, asset: Asset) -> str:
        """The threshold in words."""
        least = amounts.tabled(self.below, self.below, asset)
        if self.basis == "money":
            return f"less than {least}, which is a dollar or a thousandth of the whole"
        share = f"less than {least}, a hundred-thousandth of the whole"
        return f"{share}; no price of {asset.symbol} is loaded" if self.basis == "share-unpriced" else share


class Whole(Protocol):
    """What is looked at of a sheet."""

    @property
    def method(self) -> str: ...  # noqa: D102 (all of these are as in `Sheet`)
    @property
    def origin(self) -> str: ...  # noqa: D102
    @property
    def asset(self) -> str: ...  # noqa: D102
    @property
    def seeded(self) -> int: ...  # noqa: D102
    @property
    def received(self) -> int: ...  # noqa: D102


Thresholds = Mapping[tuple[str, str], Threshold]
"""By origin and asset."""


def thresholds(store: Store, sheets: Iterable[Whole], assets: Mapping[str, Asset], until: date) -> Thresholds:
    """The thresholds of a trace; closes are the last ones up to a day, the lowest where several sources have one."""
    listed = list(sheets)
    told = ranging(tuple(dict.fromkeys(one.method for one in listed)))
    wholes: dict[tuple[str, str], int] = {}
    for one in listed:
        if one.method in told:
            key = one.origin, one.asset
            wholes[key] = max(wholes.get(key, 0), one.seeded + one.received)
    closes = _closes(store, sorted({asset for _, asset in wholes}), until)
    return {
        (origin, asset): _threshold(origin, assets.get(asset, Asset.called(asset, asset, 0)), whole, closes.get(asset))
        for (origin, asset), whole in wholes.items()
    }


def _threshold(origin: str, asset: Asset, whole: int, close: int | None) -> Threshold:
    share = _up(whole, PART)
    if not close:
        return Threshold(origin, asset.id, share, whole, "share-unpriced")
    money = min(_up(FLOOR * 10**asset.decimals, close), whole // MOST)
    return Threshold(origin, asset.id, max(share, money), whole, "money" if money > share else "share")


def _up(amount: int, parts: int) -> int:
    return -(-amount // parts)


def _closes(store: Store, assets: Sequence[str], until: date) -> dict[str, int]:
    """Millionths of a dollar for one whole unit, by asset."""
    given = {USD.id: 10**USD.decimals} if USD.id in assets else {}
    if not store.parts("prices"):
        return given
    rows = store.fetch(
        """select asset, min(usd) as usd from (
               select asset, usd, time, max(time) over (partition by asset) as latest
               from prices where list_contains($assets, asset) and time < $until
           ) as told where time = latest group by asset""",
        "prices",
        assets=list(assets),
        until=datetime.combine(until, time(), UTC) + timedelta(days=1),
    ).to_pylist()
    return given | {row["asset"]: int(row["usd"]) for row in rows}
