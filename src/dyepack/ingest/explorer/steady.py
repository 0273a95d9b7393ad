"""Reads from an explorer so that what came is of one chain, though the chain may change while it is read.

A block's hash says all that is before it. So the hash of the last block of interest is asked before everything and
after it: where it is another one, all is asked anew.
"""

from collections.abc import Callable
from typing import TypeVar

from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.explorer.asker import Asker
from dyepack.ingest.patience import Behind, Unfinished

Got = TypeVar("Got")
TRIES = 3


class Torn(SourceMismatch):
    """What came speaks of two chains."""


def steady(asker: Asker, read: Callable[[], Got], moved: Callable[[int], bool]) -> Got:
    """What `read` gives, of one chain; `moved` says whether the chain changed since so many questions.

    Raises:
        SourceUnavailable: it changed each time, or the explorer is not ready.
    """
    try:
        for _ in range(TRIES):
            since = asker.asked
            try:
                found = read()
            except (SourceError, InputError) as error:
                away = isinstance(error, SourceUnavailable) and not isinstance(error, (Unfinished, Behind))
                if away or asker.offline or not (isinstance(error, Torn) or moved(since)):
                    raise
            else:
                if not moved(since):
                    asker.finish()
                    return found
            asker.renew()
        raise SourceUnavailable(f"{asker.url}: the chain changed {TRIES} times while it was read; ask again later")
    finally:
        asker.forget()
