"""What values in records are made of: amounts, and dates of which only a year or a month is known."""

import datetime as dt
from calendar import monthrange
from typing import Annotated

from dyepack.errors import InvalidDate

Amount = Annotated[int, "amount"]
"""An integer in base units, stored as decimal(38, 0)."""

CLEAN = "clean"
UNKNOWN = "unknown"
"""The two origins that no incident has: untainted money, and money whose coming the data does not show."""


def first_day(text: str) -> dt.date:
    """The first day that a date given as YYYY, YYYY-MM or YYYY-MM-DD can mean."""
    return _days(text)[0]


def last_day(text: str) -> dt.date:
    """The last day that a date given as YYYY, YYYY-MM or YYYY-MM-DD can mean."""
    return _days(text)[1]


def _days(text: str) -> tuple[dt.date, dt.date]:
    parts = text.split("-")
    try:
        if [len(part) for part in parts] != [4, 2, 2][: len(parts)] or not (
            text.isascii() and all(map(str.isdecimal, parts))
        ):
            raise ValueError
        numbers = [int(part) for part in parts]
        if len(numbers) == 3:
            return dt.date(*numbers), dt.date(*numbers)
        first, last = (numbers[1], numbers[1]) if len(numbers) == 2 else (1, 12)
        return dt.date(numbers[0], first, 1), dt.date(numbers[0], last, monthrange(numbers[0], last)[1])
    except ValueError:
        raise InvalidDate(f"expected a date as YYYY-MM-DD, YYYY-MM or YYYY, got {text!r}") from None
