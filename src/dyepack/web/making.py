"""What the server is working out right now, for whoever waits for it: the last line that the work said, and since when.

The answer itself cannot say how far it has come, for it is one piece; so who waits asks beside it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Work:
    """One piece of work: when it began, and the lines that it has said."""

    began: float
    said: list[str] = field(default_factory=list)


class Making:
    """The work that is under way, by what it is for; of two at once for the same thing, the one that began last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: dict[str, Work] = {}

    @contextmanager
    def of(self, what: str) -> Iterator[Callable[[str], None]]:
        """While this lasts, `what` is being made; gives whom to tell how far it has come."""
        mine = Work(time.monotonic())
        with self._lock:
            self._now[what] = mine
        try:
            yield mine.said.append
        finally:
            with self._lock:
                if self._now.get(what) is mine:
                    del self._now[what]

    def said(self, what: str) -> Work | None:
        """How far it has come; nothing where nobody makes it."""
        with self._lock:
            return self._now.get(what)
