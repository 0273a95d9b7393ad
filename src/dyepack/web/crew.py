"""Who has jobs done: begins a process for each, ends it when it is cancelled, and notes when one ended by itself."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dyepack.errors import StoreError
from dyepack.web.jobs import CANCELLED, Jobs

AT_ONCE = 2
LOCK = ".jobs.lock"
_LOOK, _GRACE = 0.15, 3.0
"""Seconds between two looks at the processes, and between asking one to end and ending it."""


@dataclass(slots=True)
class Hand:
    """One process, the job that it does, what it says of its own end, and when it was asked to end."""

    job: str
    process: subprocess.Popen[bytes]
    said: IO[bytes]
    asked: float | None = None


class Crew:
    """The processes of one server; one server at a time works on a folder's jobs."""

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        self._folder, self._jobs = folder, jobs
        self._hands: list[Hand] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crew", daemon=True)
        self._lock: int | None = None

    def begin(self) -> None:
        """Take up what an earlier server left, then whatever is ordered.

        Raises:
            StoreError: another server works on this folder.
        """
        self.hold()
        self._jobs.recover()
        self._thread.start()

    def hold(self) -> None:
        """Keep every other server off this folder's jobs.

        Raises:
            StoreError: another server works on this folder.
        """
        if self._lock is not None:
            return
        self._lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise StoreError(
                f"another dyepack serve works on {self._folder}; stop it, or name another folder"
            ) from None

    def end(self) -> None:
        """End every process; their jobs stay on record as running, and begin again with the next server."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        for hand in self._hands:
            _kill(hand, signal.SIGKILL)
            hand.process.wait()
            _close(hand)
        self._hands.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _run(self) -> None:
        while not self._ending.wait(_LOOK):
            try:
                self._look()
            except Exception as error:  # a full disk now is no reason to begin no job ever again
                sys.stderr.write(f"dyepack: jobs: {error}\n")
                self._ending.wait(2.0)

    def _look(self) -> None:
        for hand in [*self._hands]:
            if hand.process.poll() is not None:
                self._hands.remove(hand)
                self._ended(hand)
            elif self._jobs.job(hand.job)["state"] == CANCELLED:
                _end(hand)
        while len(self._hands) < AT_ONCE and (taken := self._jobs.next()) is not None:
            self._hands.append(self._begun(taken))

    def _begun(self, job: dict[str, Any]) -> Hand:
        said = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the process has ended)
        process = subprocess.Popen(
            [sys.executable, "-m", "dyepack.web.work", str(self._folder), job["job"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        return Hand(job["job"], process, said)

    def _ended(self, hand: Hand) -> None:
        """Note an end that the process did not note itself: that is a crash."""
        hand.said.seek(0)
        last = hand.said.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()
        _close(hand)
        code = hand.process.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        more = f": {last[-1]}" if last and code > 0 else ""
        self._jobs.failed(hand.job, "crashed", f"the job's process ended without an answer ({how}){more}")


def _end(hand: Hand) -> None:
    """Ask a process to end, and a little later see to it."""
    if hand.asked is None:
        hand.asked = time.monotonic()
        _kill(hand, signal.SIGTERM)
    elif time.monotonic() - hand.asked > _GRACE:
        _kill(hand, signal.SIGKILL)


def _kill(hand: Hand, how: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(hand.process.pid, how)


def _close(hand: Hand) -> None:
    if hand.process.stdin is not None:
        hand.process.stdin.close()
    hand.said.close()
