"""How a source that is not ready is waited for: growing pauses, a clock, and the words in which sources say so.

The pauses add up to 108 seconds and end with one of 45, longer than the bans that explorers lay on whoever asks too
fast: Etherscan 30 s after wrong keys (https://docs.etherscan.io/common-error-messages), TronGrid 30 s with status 403
(https://developers.tron.network/v4.7.0/reference/rate-limits).
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from dyepack.errors import SourceUnavailable
from dyepack.ingest.progress import Tell, silent

Answer = TypeVar("Answer")
_WORTH_SAYING = 2.0
"""Seconds."""
LONGEST = 300.0
"""A source that asks for more seconds than this is not waited for."""
_HASTE = re.compile(
    r"rate.?limit|limit (?:was |is |has been )?(?:exceeded|reached)|too many|too fast|throttl|slow down|suspended"
    r"|exceed\w*\W.{0,40}(?:limit|rate|frequency|quota|allowed|capacity|units)|quota|try again|retry|too busy|timeout"
    r"|timed out|temporarily|overloaded|1/5sec",
    re.I,
)
_SECONDS = re.compile(r"\b([0-9]{1,4})\s?(?:s|sec|secs|second|seconds)\b", re.I)


class Unfinished(SourceUnavailable):
    """A source answered, and its answer is not whole yet: it is behind, or shows less than there is."""


class Behind(SourceUnavailable):
    """A source whose answer stayed unfinished for as long as it was waited for."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds to wait for one answer, how often to ask, and how long to pause: first, and at most."""

    seconds: float = 60.0
    attempts: int = 9
    pause: float = 0.5
    longest: float = 45.0

    def waits(self) -> Iterator[float]:
        """The pauses between the attempts."""
        for attempt in range(self.attempts - 1):
            yield min(self.pause * 2**attempt, self.longest)


class Clock:
    """The time of the machine; `tell` says what is waited for."""

    tell: Tell = staticmethod(silent)

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Do nothing for so long."""
        time.sleep(seconds)


def patiently(
    asked: Callable[[], Answer],
    patience: Patience,
    clock: Clock,
    of: type[SourceUnavailable] = SourceUnavailable,
) -> Answer:
    """The answer to a question, asked again while the source is not ready.

    Raises:
        SourceUnavailable: the last time it was not ready either, or it asks for more time than anybody has.
    """
    for wait in patience.waits():
        try:
            return asked()
        except of as error:
            if error.after > LONGEST:
                raise
            pause = max(wait, error.after)
            if pause >= _WORTH_SAYING:
                clock.tell(f"{error}; asked again in {pause:.0f} s")
            clock.sleep(pause)
    return asked()


def haste(text: str) -> bool:
    """Whether a refusal is one for haste, or of a moment: asked later, the source may answer."""
    return _HASTE.search(text) is not None


def named_seconds(text: str) -> float:
    """How many seconds a refusal says that it lasts; none where it does not say."""
    found = _SECONDS.search(text)
    return float(found[1]) if found and haste(text) else 0.0
