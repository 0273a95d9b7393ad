"""Reads the times that exports of block explorers, lakes and nodes give."""

import re
from datetime import UTC, datetime, timedelta

from dyepack.errors import InputError

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(r"([0-9]{1,11})(?:\.0+)?")
_FINER = re.compile(r"[0-9]{12,14}|[0-9]{15,17}")
_EXPLORERS = re.compile(r"([A-Z][a-z]{2}-[0-9]{1,2}-[0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2} [AP]M) \+UTC")
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})\b")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> datetime:
    """A time in UTC: ISO 8601 (UTC unless it names an offset), or seconds, milli- or microseconds since 1970.

    A year may come before slashes, `2024/10/20 04:53:20`. Explorers also write `Oct-20-2024 04:53:20 AM +UTC`. Where
    day and month may be taken for each other, and in the day numbers of spreadsheets, nothing is guessed.

    Raises:
        InputError: none of these, or before the first block of any chain.
    """
    stripped = text.strip().removesuffix(" UTC")
    try:
        time = _counted(stripped) or _named(stripped) or _iso(stripped)
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"expected a time as 2023-09-12 14:03:05 (UTC) or in seconds since 1970, got {text!r:.60}; write it so"
        ) from None
    if not EARLIEST <= time < LATEST:
        raise InputError(f"expected a time between 2009 and 2100, got {text!r:.60}")
    return time


def _counted(text: str) -> datetime | None:
    if match := _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]), UTC)
    if _FINER.fullmatch(text):
        return _EPOCH + timedelta(microseconds=int(text) * (1000 if len(text) < 15 else 1))
    return None


def _named(text: str) -> datetime | None:
    match = _EXPLORERS.fullmatch(text)
    return datetime.strptime(match[1], "%b-%d-%Y %I:%M:%S %p").replace(tzinfo=UTC) if match else None


def _iso(text: str) -> datetime:
    if match := _SLASHED.match(text):
        text = f"{match[1]}-{match[2]}-{match[3]}{text[match.end() :]}"
    if "-" not in text:
        raise ValueError
    return _utc(datetime.fromisoformat(text))


def _utc(time: datetime) -> datetime:
    """The same moment in UTC; beyond the year 9999 there is none, and that is an OverflowError."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
