"""Reads the times that exports of block explorers and nodes give."""

from datetime import UTC, datetime

from dyepack.errors import InputError

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def moment(text: str) -> datetime:
    """A time as ISO 8601 (UTC unless it names an offset) or as whole seconds since 1970, in UTC.

    Raises:
        InputError: neither, or before the first block of any chain.
    """
    stripped = text.strip().removesuffix(" UTC")
    try:
        if stripped.isdecimal() and stripped.isascii():
            time = datetime.fromtimestamp(int(stripped), UTC)
        elif "-" not in stripped:
            raise ValueError
        else:
            time = _utc(datetime.fromisoformat(stripped))
    except (ValueError, OverflowError, OSError):
        raise InputError(f"expected a time as 2023-09-12 14:03:05 or in seconds since 1970, got {text!r}") from None
    if not EARLIEST <= time < LATEST:
        raise InputError(f"expected a time between 2009 and 2100, got {text!r}")
    return time


def _utc(time: datetime) -> datetime:
    """The same moment in UTC; beyond the year 9999 there is none, and that is an OverflowError."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
