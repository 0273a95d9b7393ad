"""The open workspaces of a server: one at a time for each question, and all of them up to date.

A workspace is not for several threads at once, so a few are opened and lent. What a job has committed since shows at
the next question: the manifest is looked at before each, and is one small file. The ledger is shared, for it never
changes.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, Lock
from typing import Any

from dyepack.ledger import Ledger, load_ledger, stored
from dyepack.ledger.book import RECORDS
from dyepack.ledger.tables import TABLES
from dyepack.store import Store
from dyepack.store.manifest import NAME as MANIFEST
from dyepack.version import code_digest
from dyepack.web.making import Making
from dyepack.web.refusals import Refusal
from dyepack.workspace import Workspace

OPEN = 4
"""Questions that are answered at once; others wait."""
COSTLY, WAITING = 2, 8
"""Of them, questions that take seconds; and how many of these wait, so that there is always room for the others."""
PATIENCE = 60.0


class Lent:
    """One open workspace, its ledger, and the hashes of what is in its tables: what a question is answered from."""

    ledger: Ledger

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace.open(folder)
        self._seen: tuple[int, int, int] | None = None
        self._parts: dict[str, dict[str, str]] = {}

    def renew(self) -> None:
        """See what was committed since; nothing is read where nothing was."""
        store = self.workspace.store
        stat = (store.path / MANIFEST).stat()
        now = stat.st_mtime_ns, stat.st_ino, stat.st_size
        if now != self._seen:
            self._seen = None
            store.refresh()
            self._parts = {
                table: {name: part.sha256 for name, part in store.parts(table).items()} for table in store.tables
            }
            self._seen = now

    def has(self, table: str) -> bool:
        """Whether anything was ever written into this table."""
        return bool(self._parts.get(table))

    def state(self, tables: Collection[str] | None = None, part: str | None = None) -> str:
        """A hash of what these tables hold, or all; with a part, of that part alone."""
        chosen = self._parts if tables is None else {table: self._parts.get(table, {}) for table in tables}
        if part is not None:
            chosen = {name: {part: parts[part]} for name, parts in chosen.items() if part in parts}
        return fingerprint(chosen)

    def know(self, ledger: Ledger) -> None:
        """Answer from this ledger, which several share."""
        self.ledger = self.workspace.__dict__["ledger"] = ledger

    def close(self) -> None:
        """Let go of the folder."""
        self.workspace.close()


class House:
    """The workspaces of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        Store.open(folder, create=True).close()
        self.kept = Shelf()
        self.making = Making()
        self._free: LifoQueue[Lent | None] = LifoQueue()
        for _ in range(OPEN):
            self._free.put(None)
        self._lock = Lock()
        self._costly, self._waiting = BoundedSemaphore(COSTLY), BoundedSemaphore(COSTLY + WAITING)
        self._ledger: tuple[str, Ledger] | None = None

    @contextmanager
    def workspace(self) -> Iterator[Lent]:
        """A workspace for one question, as the folder is now.

        Raises:
            Refusal: all of them have been busy for a minute.
            StoreError: the folder cannot be read.
        """
        try:
            lent = self._free.get(timeout=PATIENCE)
        except Empty:
            raise Refusal(503, "the server is busy with other questions; try again") from None
        ready = None
        try:
            ready = self._ready(lent)
            yield ready
        finally:
            self._free.put(ready)

    @contextmanager
    def costly(self) -> Iterator[None]:
        """A place for a question that takes seconds.

        Raises:
            Refusal: too many wait for one already, or it took a minute.
        """
        if not self._waiting.acquire(blocking=False):
            raise Refusal(503, f"{COSTLY + WAITING} questions that take seconds are open already; try again")
        try:
            if not self._costly.acquire(timeout=PATIENCE):
                raise Refusal(503, "the server is busy with other questions; try again")
            try:
                yield
            finally:
                self._costly.release()
        finally:
            self._waiting.release()

    def close(self) -> None:
        """Let go of every workspace that nobody uses."""
        while not self._free.empty():
            lent = self._free.get_nowait()
            if lent is not None:
                lent.close()

    def _ready(self, lent: Lent | None) -> Lent:
        """A workspace that is up to date; one that cannot be brought so far is closed, and the next is a new one."""
        chosen = lent or Lent(self.folder)
        try:
            chosen.renew()
            chosen.know(self._ledger_of(chosen))
        except BaseException:
            chosen.close()
            raise
        return chosen

    def _ledger_of(self, lent: Lent) -> Ledger:
        state = lent.state(TABLES)
        with self._lock:
            if self._ledger is None or self._ledger[0] != state:
                found = stored(lent.workspace.store) or load_ledger()
                for name, _ in RECORDS.values():
                    getattr(found, name)  # read now: a table that is read later may be another one
                self._ledger = state, found
            return self._ledger[1]


class Shelf:
    """Answers that were given lately, by what they follow from; the oldest go when there are too many bytes."""

    def __init__(self, room: int = 64_000_000) -> None:
        self._room, self._held = room, 0
        self._lock = Lock()
        self._made: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    def get(self, key: str) -> Any | None:
        """What was put there, if it still is."""
        with self._lock:
            found = self._made.get(key)
            if found is None:
                return None
            self._made.move_to_end(key)
            return found[0]

    def put(self, key: str, value: Any, size: int) -> None:
        """Keep a value of so many bytes; one that would take a quarter of the shelf is not kept."""
        if size > self._room // 4:
            return
        with self._lock:
            old = self._made.pop(key, None)
            self._held += size - (old[1] if old else 0)
            self._made[key] = value, size
            while self._held > self._room:
                _, (_, gone) = self._made.popitem(last=False)
                self._held -= gone


def fingerprint(value: Any) -> str:
    """A hash of something that JSON can say, and of the code that says it."""
    said = json.dumps([code_digest(), value], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]
