"""Amounts are integers in base units; this module reads, prints and splits them exactly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dyepack.errors import InvalidAmount

MAX_DIGITS = 38
LIMIT = 10**MAX_DIGITS
"""Amounts are stored as decimal(38, 0): the first integer that does not fit."""

_PLAIN = re.compile(r"(?=\.?[0-9])(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asset:
    """What an amount counts: its identity, how people call it, and how many decimals a person sees.

    `id` is `chain:contract` for a token and the native symbol otherwise: two tokens with one symbol stay two assets.
    """

    id: str
    symbol: str
    decimals: int


USD = Asset("USD", "USD", 6)
"""US dollars, counted in millionths: the unit of every dollar figure in the tables."""


def parse(text: str, decimals: int) -> int:
    """A plain decimal number as base units, exactly.

    Raises:
        InvalidAmount: a sign, an exponent, a separator, more decimals than the asset has, or more than 38 digits.
    """
    match = _PLAIN.fullmatch(text.strip())
    if match is None:
        raise InvalidAmount(f"expected a plain decimal without sign, exponent or separators, got {text!r}")
    part = (match["part"] or "").rstrip("0")
    if len(part) > decimals:
        raise InvalidAmount(f"{text!r} has {len(part)} decimals where the asset has {decimals}")
    digits = (match["whole"] + part.ljust(decimals, "0")).lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise InvalidAmount(f"expected at most {MAX_DIGITS} digits in base units, got {len(digits)}")
    return int(digits or "0")


def show(amount: int, decimals: int) -> str:
    """Base units as an exact decimal without trailing zeros: the inverse of `parse`."""
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(decimals + 1, "0")
    cut = len(digits) - decimals
    part = digits[cut:].rstrip("0")
    return f"{sign}{digits[:cut]}{'.' + part if part else ''}"


def millions(usd: int) -> str:
    """Micro-dollars for a person: `$340.4 M`, half a unit rounded to even."""
    return f"${tenths(usd, 10**12)} M"


def spoken(low: int, high: int, asset: Asset) -> str:
    """A range for a person, or one number where its ends look the same: `$17.7–18.3 M`, `$41.0 k`, `2.5 ETH`.

    Dollars are in millions, below one million in thousands; other assets in whole units, below a tenth exactly.
    """
    before, unit, after = "", 10**asset.decimals, f" {asset.symbol}"
    if asset.id == USD.id:
        before, (unit, after) = "$", (10**12, " M") if high >= 10**12 or not high else (10**9, " k")
    elif high * 10 < unit:
        return "–".join(dict.fromkeys((show(low, asset.decimals), show(high, asset.decimals)))) + after
    return before + "–".join(dict.fromkeys((tenths(low, unit), tenths(high, unit)))) + after


def tenths(amount: int, unit: int) -> str:
    """An integer in units with one decimal, half rounded to even: `tenths(1_250, 1_000)` is `1.2`."""
    whole, rest = divmod(abs(amount) * 10, unit)
    whole += rest * 2 > unit or (rest * 2 == unit and whole % 2 == 1)
    return f"{'-' if amount < 0 and whole else ''}{whole // 10:,}.{whole % 10}".replace(",", "\N{THIN SPACE}")


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an integer in proportion to integer weights, so that the parts add up exactly.

    Each part is rounded down; what is left goes, one unit each, to the largest fractions, ties to the earlier position
    (the largest remainder, or Hamilton, method). No part ever exceeds its weight when `amount` is at most their sum.

    Raises:
        ValueError: a negative number, or nothing to split over.
    """
    total = sum(weights)
    if amount < 0 or min(weights, default=0) < 0 or (total == 0 and amount):
        raise ValueError(f"cannot split {amount} over {list(weights)}")
    if total == 0:
        return [0] * len(weights)
    parts, rests = [], []
    for weight in weights:
        part, rest = divmod(amount * weight, total)
        parts.append(part)
        rests.append(rest)
    left = amount - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: -rests[i])[:left]:
        parts[index] += 1
    return parts
