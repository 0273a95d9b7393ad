"""Files that are whole or absent, and the two locks of a workspace."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dyepack.errors import StoreError, WorkspaceBusy

FRESH = ".new-"
"""How the name of a file begins that is not whole yet."""
MANIFEST = "workspace.json"
WRITER = ".lock"
READERS = ".readers"
OURS = (FRESH, WRITER, READERS, ".ingest-")
"""How the names begin of files that are only there for locks, or until they are whole."""


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(fresh: Path, final: Path) -> None:
    """Give a finished file its name; its content is on the disk first, else a power cut could leave a bare name."""
    sync(fresh)
    fresh.replace(final)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def refusals(path: Path, doing: str) -> Iterator[None]:
    """What the disk refuses, as our error in one line: a full disk, a read-only one, a name that is too long."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot {doing} {path}: {error.strerror or error}") from error


@contextmanager
def delivered(path: Path) -> Iterator[Path]:
    """Where to write a file that is meant for people: under a passing name beside it, which becomes `path` at the end.

    So a file that was there is replaced as a whole or not at all. What is no regular file (`/dev/stdout`) is written
    as it is.

    Raises:
        StoreError: the file would lie inside a workspace, by its name or through a link; the disk refuses.
    """
    target = path.resolve()
    for folder in (target, *target.parents):
        if (folder / MANIFEST).exists():
            raise StoreError(
                f"{path} lies inside the workspace {folder}, which holds tables alone; name a place outside"
            )
    if target.exists() and not target.is_file():
        with refusals(path, "write"):
            yield target
        return
    fresh = target.with_name(f".{target.name[:100]}.{os.getpid()}{FRESH}")
    try:
        with refusals(path, "write"):
            yield fresh
            fresh.replace(target)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the workspace's write lock. It belongs to the open file, and goes when the process does, however that ends.

    Raises:
        WorkspaceBusy: somebody else holds it.
        StoreError: the folder cannot be written to.
    """
    with refusals(folder, "write to"):
        handle = os.open(folder / WRITER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _lock_or_busy(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock_or_busy(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkspaceBusy(f"another process is writing to {folder}; try again when it is done") from None


class Presence:
    """The lock that every open workspace shares, so that nobody clears away files that somebody still reads.

    Where the lock's file cannot be made, the folder is read-only, and nobody clears anything.
    """

    def __init__(self, folder: Path) -> None:
        self._handle = _open_any(folder / READERS)
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else has the workspace open; while it is so, who opens it waits."""
        if self._handle is None:
            yield False
            return
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alone = False
        else:
            alone = True
        try:
            yield alone
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _open_any(path: Path) -> int | None:
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        try:
            return os.open(path, flags | os.O_CLOEXEC, 0o666)
        except OSError:
            continue
    return None
