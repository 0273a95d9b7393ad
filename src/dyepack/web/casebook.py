"""Where case files are kept: one SQLite file beside the workspace's tables, for what people add is theirs and changes.

Tables of the workspace are made by runs and never change; notes and views are written by hand and do. A file that
somebody else changed meanwhile is not overwritten: whoever writes says which version they had.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dyepack.web.refusals import Refusal
from dyepack.web.sqlitefile import opened

NAME = "case-files.sqlite"
MOST = 10_000
_TABLE = """create table if not exists case_files (
    id text primary key, run text not null, title text not null, edition integer not null, saved text not null,
    content text not null)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One case file as it is kept."""

    id: str
    edition: int
    saved: str
    content: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """With its content."""
        return {"id": self.id, "edition": self.edition, "saved": self.saved, "case": self.content}


class Casebook:
    """The case files of one workspace."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def all(self) -> list[dict[str, Any]]:
        """What there is, the latest first, without content."""
        if not self._path.exists():
            return []
        with self._open() as book:
            rows = book.execute("select id, run, title, edition, saved from case_files order by saved desc, id")
            return [dict(zip(("id", "run", "title", "edition", "saved"), row, strict=True)) for row in rows]

    def get(self, number: str) -> Kept:
        """One.

        Raises:
            Refusal: there is none of that id.
        """
        row = None
        if self._path.exists():
            with self._open() as book:
                asked = "select id, edition, saved, content from case_files where id = ?"
                row = book.execute(asked, (number,)).fetchone()
        if row is None:
            raise Refusal(404, f"no case file {number[:40]!r}", next_step="GET /api/case-files lists what there is")
        return Kept(row[0], row[1], row[2], json.loads(row[3]))

    def put(self, content: dict[str, Any], number: str | None = None, edition: int | None = None) -> Kept:
        """Keep one: a new one, or another edition of one that is there.

        Raises:
            Refusal: it was changed since that edition, or there are too many.
        """
        saved = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        told = content["run"], content["title"], saved, text
        with self._open() as book:
            if number is None:
                if book.execute("select count(*) from case_files").fetchone()[0] >= MOST:
                    raise Refusal(409, f"there are {MOST} case files already; delete some")
                number, edition = secrets.token_hex(6), 0
                book.execute("insert into case_files values (?, ?, ?, 1, ?, ?)", (number, *told))
            else:
                changed = "update case_files set run = ?, title = ?, saved = ?, content = ?, edition = edition + 1"
                done = book.execute(f"{changed} where id = ? and edition = ?", (*told, number, edition))
                if done.rowcount != 1:
                    now = book.execute("select edition from case_files where id = ?", (number,)).fetchone()
                    if now is None:
                        raise Refusal(404, f"no case file {number[:40]!r}")
                    raise Refusal(
                        409,
                        f"{number} was saved by somebody else: edition {now[0]} is there, yours follows {edition}",
                        next_step="open it again, or save yours as a new one",
                    )
        return Kept(number, (edition or 0) + 1, saved, content)

    def drop(self, number: str) -> None:
        """Take one away.

        Raises:
            Refusal: there is none of that id.
        """
        self.get(number)
        with self._open() as book:
            book.execute("delete from case_files where id = ?", (number,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with opened(self._path) as book:
            book.execute(_TABLE)
            yield book
