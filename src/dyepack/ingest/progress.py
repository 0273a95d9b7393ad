"""How far a long load is: how much is done, how fast, and how long it will take; said at most once in a while."""

from collections.abc import Callable
from time import monotonic

Tell = Callable[[str], None]
_EVERY = 2.0


def silent(_: str) -> None:
    """Say nothing."""


class Progress:
    """Counts what is done of a known whole, and tells of it."""

    def __init__(self, what: str, whole: int, tell: Tell, every: float = _EVERY) -> None:
        self._what, self._whole, self._tell, self._every = what, whole, tell, every
        self._began = self._told = monotonic()
        self.done = 0
        self.bytes = 0

    def add(self, done: int, size: int = 0) -> None:
        """So much more is done; `size` in bytes of what was read."""
        self.done += done
        self.bytes += size
        now = monotonic()
        if now - self._told >= self._every or self.done >= self._whole:
            self._told = now
            self._tell(self.line(now - self._began))

    def line(self, seconds: float) -> str:
        """What to tell after so many seconds."""
        rate = self.done / seconds if seconds > 0 else 0.0
        share = self.done * 100 // self._whole if self._whole else 100
        parts = [f"{self._what}: {self.done:,} of {self._whole:,} ({share} %)", f"{rate:,.1f}/s"]
        if self.bytes and seconds > 0:
            parts.append(f"{self.bytes / 1e6 / seconds:,.1f} MB/s")
        left = self._whole - self.done
        parts.append(f"{_span(left / rate)} left" if left and rate else f"{_span(seconds)} in all")
        return " · ".join(parts)


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 5400 else f"{whole / 3600:.1f} h"
