"""Jobs that are on record: what was ordered, how far it has come, and what came of it; in sqlite beside the tables.

Server and workers each open the file for themselves. A job's state changes only from one that it may follow on, in one
statement, so that a cancel and an end that come at the same moment do not both win.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dyepack.errors import InputError, StoreError
from dyepack.inert import visible as plain
from dyepack.web.house import fingerprint
from dyepack.web.refusals import Refusal
from dyepack.web.sqlitefile import opened

FILE = "jobs.sqlite3"
FORMAT = 1
QUEUED, RUNNING, DONE, FAILED, CANCELLED, INTERRUPTED = (
    "queued",
    "running",
    "done",
    "failed",
    "cancelled",
    "interrupted",
)
OPEN = (QUEUED, RUNNING)
MOST_OPEN, MOST_KEPT, MOST_TRIES = 50, 1_000, 3
LARGEST_RESULT = 64_000_000
LONGEST_LINE = 400
_TABLES = """
create table if not exists jobs (
    job text primary key, verb text not null, parameters text not null, state text not null, tries integer not null,
    ordered text not null, started text, finished text, progress text, run text, rests_on text, result text, error text
) strict;
create index if not exists jobs_by_order on jobs (ordered);
create table if not exists told (
    seq integer primary key autoincrement, job text not null, time text not null, kind text not null, text text not null
) strict;
create index if not exists told_by_job on told (job, seq);
"""
_SHOWN = "job, verb, parameters, state, tries, ordered, started, finished, progress, run, error"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a job said."""

    seq: int
    time: str
    kind: str
    text: str


class Jobs:
    """The record of jobs in a workspace's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        with self._open() as record:
            (made,) = record.execute("pragma user_version").fetchone()
            if made not in (0, FORMAT):
                raise StoreError(f"{self._path} is of another version of dyepack; move it away")
            record.execute("pragma journal_mode = wal")
            record.executescript(_TABLES)
            record.execute(f"pragma user_version = {FORMAT}")

    # ── what people ask

    def order(self, verb: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Put a job on record; where the same is open already, that one.

        Raises:
            Refusal: too many are open.
        """
        said = json.dumps(parameters, sort_keys=True)
        with self._open() as record:
            record.execute("begin immediate")
            same = record.execute(
                f"select {_SHOWN} from jobs where verb = ? and parameters = ? and state in (?, ?)", (verb, said, *OPEN)
            ).fetchone()
            if same is not None:
                return _told(same)
            (count,) = record.execute("select count(*) from jobs where state in (?, ?)", OPEN).fetchone()
            if count >= MOST_OPEN:
                raise Refusal(429, f"{count} jobs are waiting; cancel some or wait")
            job = secrets.token_hex(8)
            record.execute(
                "insert into jobs (job, verb, parameters, state, tries, ordered) values (?, ?, ?, ?, 0, ?)",
                (job, verb, said, QUEUED, _now()),
            )
            _forget(record)
        return self.job(job)

    def job(self, job: str, *, whole: bool = False) -> dict[str, Any]:
        """One job; `whole`: with its result.

        Raises:
            Refusal: there is none.
        """
        with self._open() as record:
            row = record.execute(f"select {_SHOWN}, result from jobs where job = ?", (job,)).fetchone()
        if row is None:
            raise Refusal(404, f"no job {job[:40]!r}", next_step="GET /api/jobs lists them")
        told = _told(row)
        if whole:
            told["result"] = None if row["result"] is None else json.loads(row["result"])
        return told

    def page(self, offset: int, limit: int) -> tuple[int, list[dict[str, Any]]]:
        """How many jobs there are, and a page of them, the latest first."""
        with self._open() as record:
            (total,) = record.execute("select count(*) from jobs").fetchone()
            rows = record.execute(
                f"select {_SHOWN} from jobs order by ordered desc, rowid desc limit ? offset ?", (limit, offset)
            )
            return total, [_told(row) for row in rows]

    def since(self, job: str, seq: int) -> tuple[dict[str, Any], list[Line]]:
        """A job, and what it said after a line; the job is looked at first, so that no last line is missed."""
        told = self.job(job)
        with self._open() as record:
            rows = record.execute(
                "select seq, time, kind, text from told where job = ? and seq > ? order by seq limit 500", (job, seq)
            ).fetchall()
        return told, [Line(*row) for row in rows]

    def cancel(self, job: str) -> dict[str, Any]:
        """Say that a job is to end; whoever runs it ends its process.

        Raises:
            InputError: it has ended already.
        """
        if not self._step(job, OPEN, CANCELLED, finished=_now()):
            raise InputError(f"job {job} is {self.job(job)['state']}; only one that waits or runs can be cancelled")
        self.tell(job, "cancelled", "state")
        return self.job(job)

    def bounds_told(self, rests_on: str) -> dict[str, Any] | None:
        """The bounds over the same money, from the same tables, where a job has worked them out."""
        return self._result("rests_on = ? and verb = 'bounds'", (rests_on,))

    def told_state(self, run: str, rests_on: str) -> str:
        """What answers about a run follow from, of what is on record here."""
        with self._open() as record:
            rows = record.execute(
                "select job from jobs where state = ? and (run = ? or rests_on = ?) order by job", (DONE, run, rests_on)
            ).fetchall()
        return fingerprint([tuple(row) for row in rows])

    # ── what who runs them says

    def next(self) -> dict[str, Any] | None:
        """The job that waits longest, taken: it runs from now on."""
        with self._open() as record:
            record.execute("begin immediate")
            row = record.execute(
                "select job from jobs where state = ? order by ordered, rowid limit 1", (QUEUED,)
            ).fetchone()
            if row is None:
                return None
            record.execute(
                "update jobs set state = ?, tries = tries + 1, started = ? where job = ?",
                (RUNNING, _now(), row["job"]),
            )
        return self.job(row["job"])

    def recover(self) -> None:
        """Let jobs wait again that ran when a server ended; those that were tried too often are said to be interrupted.

        A job may be what ended the server: it is not begun for ever.
        """
        with self._open() as record:
            rows = record.execute("select job, tries from jobs where state = ?", (RUNNING,)).fetchall()
        for row in rows:
            if row["tries"] < MOST_TRIES:
                self._step(row["job"], (RUNNING,), QUEUED, progress="the server ended while this ran; it begins again")
                self.tell(row["job"], "the server ended while this ran; it begins again")
            else:
                error = f"the server ended {row['tries']} times while this ran; order it anew to try again"
                said = json.dumps({"kind": INTERRUPTED, "message": error, "where": None, "next": None})
                self._step(row["job"], (RUNNING,), INTERRUPTED, finished=_now(), error=said)
                self.tell(row["job"], error, "state")

    def tell(self, job: str, text: str, kind: str = "progress") -> None:
        """Note a line that a job says."""
        said = plain(" ".join(text.split()))[:LONGEST_LINE]
        with self._open() as record:
            record.execute("insert into told (job, time, kind, text) values (?, ?, ?, ?)", (job, _now(), kind, said))
            if kind == "progress":
                record.execute("update jobs set progress = ? where job = ? and state = ?", (said, job, RUNNING))

    def done(self, job: str, result: Any, *, run: str | None = None, rests_on: str | None = None) -> bool:
        """Note that a job has ended well, with its result; whether it was still to go on."""
        text = json.dumps(result, ensure_ascii=False)
        if len(text) > LARGEST_RESULT:
            return self.failed(
                job, "too-large", "the result is larger than a job may keep; ask for less, or use the prompt"
            )
        return self._step(job, (RUNNING,), DONE, finished=_now(), result=text, run=run, rests_on=rests_on)

    def failed(self, job: str, kind: str, message: str) -> bool:
        """Note that a job has failed, and why in one line; whether it was still to go on."""
        said = plain(" ".join(message.split()))[:LONGEST_LINE]
        error = json.dumps({"kind": kind, "message": said, "where": None, "next": None})
        return self._step(job, (RUNNING,), FAILED, finished=_now(), error=error)

    def _step(self, job: str, before: Sequence[str], after: str, **values: str | None) -> bool:
        """Let a state follow on one of those before; whether it did."""
        names = "".join(f", {name} = ?" for name in values)
        marks = ", ".join("?" * len(before))
        with self._open() as record:
            done = record.execute(
                f"update jobs set state = ?{names} where job = ? and state in ({marks})",
                (after, *values.values(), job, *before),
            )
            return done.rowcount == 1

    def _result(self, where: str, values: Sequence[str]) -> dict[str, Any] | None:
        with self._open() as record:
            row = record.execute(
                f"select job, finished, result from jobs where state = ? and {where} order by finished desc limit 1",
                (DONE, *values),
            ).fetchone()
        if row is None:
            return None
        found: dict[str, Any] = json.loads(row["result"])
        return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with opened(self._path) as record:
            record.row_factory = sqlite3.Row
            yield record


def _told(row: sqlite3.Row) -> dict[str, Any]:
    told = {name: row[name] for name in _SHOWN.split(", ")}
    told["parameters"] = json.loads(told["parameters"])
    told["error"] = None if told["error"] is None else json.loads(told["error"])
    return told


def _forget(record: sqlite3.Connection) -> None:
    """Let go of the oldest jobs that have ended, and of what they said."""
    record.execute(
        "delete from jobs where state not in (?, ?) and rowid not in"
        " (select rowid from jobs order by ordered desc, rowid desc limit ?)",
        (*OPEN, MOST_KEPT),
    )
    record.execute("delete from told where job not in (select job from jobs)")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
