"""How figures are printed for people: one decimal with a unit, ranges, exact values, dates, shortened addresses.

Everything here returns plain text; escaping is the writer's business.
"""

from datetime import date, datetime

from dyepack.amounts import USD, Asset, show, tenths

THIN = "\N{THIN SPACE}"
MILLION = 10**6


def short(amount: int, asset: Asset = USD) -> str:
    """`$340.4 M` for dollars; `401 346.8 ETH` for anything else."""
    if asset.id == USD.id:
        return f"${tenths(amount, 10**USD.decimals * MILLION)} M"
    return f"{tenths(amount, 10**asset.decimals)} {asset.symbol}"


def fine(amount: int, asset: Asset = USD) -> str:
    """A figure of a row: whole dollars, `$12 345 678`, half a dollar to even; other assets in full."""
    if asset.id != USD.id:
        return f"{show(amount, asset.decimals)} {asset.symbol}"
    return f"${whole(amount, 10**USD.decimals)}"


def whole(amount: int, unit: int) -> str:
    """An amount in whole units, half a unit to even: the number on a bar."""
    number, rest = divmod(amount, unit)
    return grouped(number + (rest * 2 > unit or (rest * 2 == unit and number % 2 == 1)))


def span(low: int, high: int, asset: Asset = USD) -> str:
    """A range with its unit once: `$53.8–68.5 M`; a single figure where both ends print alike."""
    left, right = short(low, asset), short(high, asset)
    if left == right:
        return left
    return f"{left.rpartition(' ')[0]}–{right.removeprefix('$')}"


def exact(amount: int, asset: Asset = USD) -> str:
    """The whole figure in its unit, thousands apart: `340 400 000 USD`."""
    whole, _, part = show(amount, asset.decimals).partition(".")
    return f"{grouped(int(whole))}{'.' + part if part else ''} {asset.symbol}"


def grouped(value: int) -> str:
    """An integer with thin spaces between thousands."""
    return f"{value:,}".replace(",", THIN)


def percent(part: int, whole: int) -> str:
    """A share with one decimal, `24.1 %`; a dash where there is no whole."""
    return f"{tenths(part * 1000, whole * 10)}{THIN}%" if whole else "–"


def minute(time: datetime | None) -> str:
    """A time to the minute, marked as UTC."""
    return "" if time is None else f"{time:%Y-%m-%d %H:%M} UTC"


def days(first: date, last: date) -> str:
    """One day, or two joined by a dash with the common part once: `2023-02-06…07`."""
    if first == last:
        return first.isoformat()
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.isoformat()}…{last:%d}"
    return f"{first.isoformat()}…{last.isoformat()}"


def abbreviated(address: str) -> str:
    """The first six and last four characters, for display beside the full address."""
    return address if len(address) <= 13 else f"{address[:6]}…{address[-4:]}"
