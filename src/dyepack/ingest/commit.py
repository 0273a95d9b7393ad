"""Commits a piece of a load, and waits its turn where another process is writing to the workspace."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dyepack.errors import WorkspaceBusy
from dyepack.store import Draft, Store

PATIENCE = 600.0
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a verb: its parameters, and what it reads, as for `Store.run`."""

    verb: str
    said: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    reads: Sequence[str] = ()


def commit(store: Store, step: Step, work: Callable[[Draft], None]) -> str:
    """Run this work as one run; returns the run.

    Raises:
        WorkspaceBusy: another process wrote for ten minutes on end.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with store.run(step.verb, step.said, reads=step.reads, files=step.files) as draft:
                work(draft)
                return draft.run
        except WorkspaceBusy:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
