"""What people type into a question to the ledger: a day as of which to answer, and dollars."""

import re
from datetime import UTC, date, datetime

from dyepack.amounts import USD, parse
from dyepack.errors import InputError, InvalidAmount
from dyepack.ledger.book import Ledger
from dyepack.ledger.counted import last_heard
from dyepack.model import first_day, last_day

_DOLLARS = re.compile(r"(?P<whole>\d{1,40})(\.(?P<part>\d{1,40}))?([eE]\+?(?P<power>\d{1,2}))?", re.ASCII)


def heard(ledger: Ledger, text: str | None) -> tuple[date | None, str | None]:
    """The as-of day that a person typed, and a remark where the answer is of an earlier one.

    A ledger knows no more of today than of its last word, and an answer that named today would count the days in
    between as days without a theft.

    Raises:
        InputError: a day that is still to come.
    """
    day = None if text is None else last_day(text)
    if text is None or day is None or day <= (last := last_heard(ledger)):
        return day, None
    if first_day(text) > (today := datetime.now(UTC).date()):
        raise InputError(f"the ledger has heard nothing after {last}; expected a day up to today ({today}), got {text}")
    return last, f"the ledger has heard nothing after {last}; this is the answer as of that day, not of {text}"


def dollars(text: str | None) -> int | None:
    """Dollars as a person types them (10e6 is ten million), in micro-dollars.

    Raises:
        InvalidAmount: no such thing.
    """
    if text is None:
        return None
    match = _DOLLARS.fullmatch(text)
    if match is None:
        raise InvalidAmount(f"expected dollars as 10000000 or 10e6, got {text!r}")
    part, power = match["part"] or "", int(match["power"] or 0)
    digits = match["whole"] + part.ljust(power, "0")
    point = len(match["whole"]) + power
    return parse(f"{digits[:point]}.{digits[point:]}", USD.decimals)
