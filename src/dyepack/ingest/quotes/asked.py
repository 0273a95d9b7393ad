"""What is asked of an API of prices, and what each such API must do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from dyepack.errors import InputError, SourceMismatch
from dyepack.ingest.explorer import shown
from dyepack.ingest.explorer.shown import Planned
from dyepack.ingest.prices import SPANS, Span


class Close(NamedTuple):
    """The last price of the day or hour that begins at `time`."""

    time: datetime
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days or hours whose closes are wanted, from the first to the last, both included."""

    span: Span
    first: datetime
    last: datetime

    @classmethod
    def of(cls, span: Span, since: date, until: date, now: datetime | None = None) -> "Stretch":
        """All days, or hours of the days, from one day to another, which must be over: before that it has no close.

        Raises:
            InputError: the days are in the wrong order, or the last one is not over.
        """
        if since > until:
            raise InputError(f"expected --since before --until, got {since} and {until}")
        if until >= (now or datetime.now(UTC)).date():
            raise InputError(f"{until} is not over in UTC, so that it has no close yet; give an earlier --until")
        begin = datetime.combine(since, time(), UTC)
        return cls(span, begin, datetime.combine(until + timedelta(days=1), time(), UTC) - SPANS[span])

    @property
    def step(self) -> timedelta:
        """How long a day or an hour is."""
        return SPANS[self.span]

    def __len__(self) -> int:
        return (self.last - self.first) // self.step + 1

    def __contains__(self, when: datetime) -> bool:
        return self.first <= when <= self.last and (when - self.first) % self.step == timedelta(0)

    def cut(self, most: int) -> Iterator["Stretch"]:
        """Pieces of at most so many days or hours, cut at the same moments whatever is asked for."""
        at, size = self.first, most * self.step
        while at <= self.last:
            end = at + size - (at - _ZERO) % size - self.step
            yield Stretch(self.span, at, min(end, self.last))
            at = end + self.step


_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


class Quotes(Protocol):
    """An API of prices in dollars."""

    name: str

    def checked(self, market: str) -> str:
        """The market as the API calls it.

        Raises:
            InputError: it is none in dollars.
        """

    def closes(self, market: str, wanted: Stretch) -> Iterator[Close]:
        """The closes that it has; others than the wanted ones may be among them.

        Raises:
            SourceError: it does not answer, or not in its form.
        """

    def planned(self, market: str, wanted: Stretch) -> Iterator[Planned]:
        """The questions that `closes` asks; nobody is asked."""


def seconds(when: datetime) -> int:
    """A moment in seconds since 1970."""
    return int(when.timestamp())


def moment(value: Decimal, where: str) -> datetime:
    """The moment of so many seconds since 1970.

    Raises:
        SourceMismatch: it is none.
    """
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError, ArithmeticError):
        raise SourceMismatch(f"{where}: expected seconds since 1970, got {value!s:.40}") from None


def decoded(answer: bytes, kind: Any, whose: str) -> Any:
    """An answer in JSON, in this form; numbers keep their digits.

    Raises:
        SourceMismatch: it is of another form.
        SourceUnavailable: it is no whole answer in JSON.
    """
    try:
        return shown.decoded(answer, kind, whose)
    except ArithmeticError as error:
        raise SourceMismatch(f"{whose}: expected another answer than {answer[:80]!r} ({str(error)[:120]})") from None
