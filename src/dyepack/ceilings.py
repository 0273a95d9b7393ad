"""The most that was ever issued of an asset: an amount above it was read in the wrong unit.

The ceilings are in `ceilings.csv`, each with its day and source: of coins and of the large listed tokens, rounded up
where the supply grows. They are no estimate of a supply; they are what no true amount can exceed.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

_LONGEST = 80
"""Of a longer number the first digits say enough."""


class Counted(Protocol):
    """An asset: its identity, what people call it, and how many decimals it is counted with."""

    @property
    def asset(self) -> str:
        """`chain:contract`, or the symbol of a chain's coin."""

    @property
    def symbol(self) -> str:
        """What people call it."""

    @property
    def decimals(self) -> int:
        """Of a whole unit."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most of an asset, in whole units, as of a day, and who says so."""

    symbol: str
    most: int
    as_of: str
    source: str


@cache
def listed() -> dict[str, Ceiling]:
    """The ceilings by asset."""
    text = files("dyepack").joinpath("ceilings.csv").read_text("utf-8")
    return {
        f"{row['chain']}:{row['contract']}" if row["contract"] else row["symbol"]: Ceiling(
            row["symbol"], int(row["most"]), row["as_of"], row["source"]
        )
        for row in csv.DictReader(text.splitlines())
    }


def beyond(
    asset: Counted, text: str, *, base_units: bool = False, remedy: str = "say so with --base-units"
) -> str | None:
    """Why an amount, as it is written, cannot be true, and what is likely the cause; None where nothing says so.

    `remedy` is what to do where whole units were expected and base units are likely.
    """
    ceiling = listed().get(asset.asset)
    digits = text.replace(",", "").partition(".")[0].strip().lstrip("0")
    if ceiling is None or not (digits.isascii() and digits.isdecimal()):
        return None
    whole = int(digits[:_LONGEST]) // (10**asset.decimals if base_units else 1)
    if whole <= ceiling.most:
        return None
    said = (
        f"would be {whole:,} {asset.symbol}, more than was ever issued: at most {ceiling.most:,} by {ceiling.as_of}"
        f" ({ceiling.source})"
    )
    if base_units:
        return f"{said}; is the amount in another unit, or of another asset?"
    return (
        f"{said}; such amounts are likely base units, of which {asset.symbol} has 10^{asset.decimals}: {remedy}, or"
        " look at the asset and its decimals"
    )


def over(asset: Counted, amount: int) -> str | None:
    """Why an amount in base units, from a chain's own data, cannot be true; None where nothing says so."""
    return beyond(asset, str(amount), base_units=True)


def in_base_units(coin: Counted, tokens: Mapping[str, Counted]) -> dict[str, int]:
    """The ceilings of a chain's coin and listed tokens in base units, by asset."""
    known = {coin.asset: coin, **{one.asset: one for one in tokens.values()}}
    return {name: listed()[name].most * 10**one.decimals for name, one in known.items() if name in listed()}
