"""Amounts are integers in base units; this module reads, prints and splits them exactly.

Every number that comes from outside is read here, or by columns that ask here (`ingest/strict`). Base units are
decimal digits, or `0x` and hex digits. Whole units may have a decimal point, with no more places than the asset has,
and separators of thousands only where the form is known to use them. There is no sign, exponent, blank, `_` or digit of
another script, and nothing is ever rounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dyepack.errors import InvalidAmount

MAX_DIGITS = 38
LIMIT = 10**MAX_DIGITS
"""Amounts are stored as decimal(38, 0): the first integer that does not fit."""

WORD = 2**256 - 1
"""The most that a field of an account chain can say."""

_PLAIN = re.compile(r"(?=\.?[0-9])(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?")
_GROUPED = re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})*)(?:\.(?P<part>[0-9]*))?")
_LONGEST = 80
"""No 256-bit number has more digits."""
_SHOWN = 160
_PLACES = 24
"""The decimals of what is rounded on purpose."""
_BASE = re.compile(r"[0-9]+|0x[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class Asset:
    """What an amount counts: its identity, how people call it, and how many decimals a person sees.

    `id` is `chain:contract` for a token and the native symbol otherwise: two tokens with one symbol stay two assets.
    """

    id: str
    symbol: str
    decimals: int

    @classmethod
    def called(cls, name: str, symbol: str, decimals: int) -> "Asset":
        """An asset for people: of a contract that stands in place of a symbol, its beginning and its end."""
        chain, _, contract = name.partition(":")
        if chain and symbol in (name, contract) and len(contract) > _LONG:
            address, slash, number = contract.partition("/")
            symbol = f"{address[:6]}…{address[-4:]}{slash}{number}"
        return cls(name, symbol, decimals)


_LONG = 20
"""A name of more letters that stands for a symbol is shown by its ends."""
USD = Asset("USD", "USD", 6)
"""US dollars, counted in millionths: the unit of every dollar figure in the tables."""


def base_units(value: object, most: int = LIMIT - 1) -> int:
    """A whole number of base units, as text or as a number: `1000`, `"1000"`, `"0x3e8"`, `Decimal("1000.000")`.

    A decimal of fixed places, as databases have it, must be whole; a number in floating point never is.

    Raises:
        InvalidAmount: anything else, or more than `most`.
    """
    if isinstance(value, str) and _BASE.fullmatch(value):
        digits = value[2:] if value[:2] == "0x" else value
        bare = digits.lstrip("0")
        number = int(bare[:_LONGEST] or "0", 10 if digits is value else 16)
        return _limited(number if len(bare) <= _LONGEST else most + 1, most, value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return _limited(value, most, value)
    if isinstance(value, Decimal) and _whole(value):
        return _limited(int(value), most, value)
    raise InvalidAmount(f"expected a whole number in digits, or 0x and hex digits, got {_quoted(value)}")


def parse(text: str, decimals: int, *, grouped: bool = False) -> int:
    """A plain decimal number of whole units as base units, exactly; `grouped` where thousands may have commas.

    Raises:
        InvalidAmount: a sign, an exponent, a blank, more decimals than the asset has, or more than 38 digits.
    """
    match = _PLAIN.fullmatch(text) or (_GROUPED.fullmatch(text) if grouped else None)
    if match is None:
        raise InvalidAmount(
            f"expected a plain decimal without sign, exponent, blanks or separators, got {_quoted(text)}"
        )
    part = match["part"] or ""
    if len(part) > decimals:
        raise InvalidAmount(f"{_quoted(text)} has {len(part)} decimals where the asset has {decimals}")
    digits = (match["whole"].replace(",", "") + part.ljust(decimals, "0")).lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise InvalidAmount(f"expected at most {MAX_DIGITS} digits in base units, got {len(digits)}: {_quoted(text)}")
    return int(digits or "0")


def _whole(value: Decimal) -> bool:
    return value.is_finite() and value >= 0 and value.adjusted() < _LONGEST and value == value.to_integral_value()


def _limited(number: int, most: int, value: object) -> int:
    if number <= most:
        return number
    limit = f"at most {MAX_DIGITS} digits" if most == LIMIT - 1 else f"at most {most}"
    raise InvalidAmount(f"expected {limit}, got {_quoted(value)}")


def _quoted(value: object) -> str:
    text = repr(value) if isinstance(value, str) else repr(str(value)) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} letters)"


def rounded(text: str, decimals: int) -> int:
    """A plain decimal to so many decimals, half to even: of prices and published estimates, never of what moved.

    Raises:
        InvalidAmount: as `parse`; or it has more decimals than any such number.
    """
    unit = int("1" + "0" * (_PLACES - decimals))
    whole, rest = divmod(parse(text, _PLACES), unit)
    return whole + int(2 * rest > unit or (2 * rest == unit and whole % 2 == 1))


def show(amount: int, decimals: int) -> str:
    """Base units as an exact decimal without trailing zeros: the inverse of `parse`."""
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(decimals + 1, "0")
    cut = len(digits) - decimals
    part = digits[cut:].rstrip("0")
    return f"{sign}{digits[:cut]}{'.' + part if part else ''}"


def millions(usd: int) -> str:
    """Micro-dollars for a person: `$340.4 M`, half a unit rounded to even."""
    return f"${tenths(usd, 10**12)} M"


COARSE = 10**8
"""Dollars below which millions and thousands say too little: a hundred."""
SIGNIFICANT = 6
"""Digits that people are shown of an amount, and whole units always: the exact value is in JSON."""


def step(amount: int, decimals: int) -> int:
    """What the last digit stands for that people are shown of an amount, in base units."""
    return int(10 ** max(min(len(str(abs(amount))) - SIGNIFICANT, decimals), 0))


def significant(amount: int, decimals: int) -> str:
    """An amount in six significant digits, whole units kept, half rounded to even: 0 only where it is 0."""
    whole, rest = divmod(abs(amount), unit := step(amount, decimals))
    whole += rest * 2 > unit or (rest * 2 == unit and whole % 2 == 1)
    head, point, tail = show(whole * unit, decimals).partition(".")
    return f"{'-' if amount < 0 else ''}{int(head):,}".replace(",", "\N{THIN SPACE}") + point + tail


def spoken(low: int, high: int, asset: Asset) -> str:
    """A range for a person, or one number where its ends look the same: `$17.7–18.3 M`, `$41.0 k`, `2.51234 ETH`.

    Dollars are in millions, below one million in thousands, below one hundred as in a table; other assets in six
    significant digits.
    """
    if asset.id != USD.id or 0 < high < COARSE:
        return tabled(low, high, asset)
    unit, after = (10**12, " M") if high >= 10**12 or not high else (10**9, " k")
    if 0 < low < COARSE:
        return tabled(low, high, asset)
    return "$" + "–".join(dict.fromkeys((tenths(low, unit), tenths(high, unit)))) + after


def tabled(low: int, high: int, asset: Asset) -> str:
    """A range for a table, in six significant digits: `$17 703 400–18 302 100`, `0.0123457 ETH`."""
    ends = "–".join(dict.fromkeys((significant(low, asset.decimals), significant(high, asset.decimals))))
    return f"${ends}" if asset.id == USD.id else f"{ends} {asset.symbol}"


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
