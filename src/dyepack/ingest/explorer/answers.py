"""Keeps every raw answer: what was asked (never with a key), when, of whom, and the hash of what came.

A folder of these is the evidence under a case: with it the case replays without the network, to the same bytes. An
answer is named by its hash, so that it cannot change unseen, and the list of questions is one JSON object to a line.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from dyepack.errors import SourceError, SourceMismatch

LIST = "answers.jsonl"


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer: the question as a URL without keys, when it came, the hash of its bytes."""

    question: str
    retrieved: str
    sha256: str


class Answers:
    """A folder of answers; made when the first is kept.

    Raises:
        SourceMismatch: the list of questions is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept = {one.question: one for one in self._listed()}

    def __iter__(self) -> Iterator[Kept]:
        return iter(sorted(self._kept.values(), key=lambda one: one.question))

    def __contains__(self, question: str) -> bool:
        return question in self._kept

    def get(self, question: str) -> bytes | None:
        """The answer to a question, if it was kept.

        Raises:
            SourceMismatch: its file is missing or was changed.
        """
        kept = self._kept.get(question)
        if kept is None:
            return None
        path = self._path(kept.sha256)
        try:
            answer = path.read_bytes()
        except OSError as error:
            raise SourceMismatch(f"{path}: the answer to {question} cannot be read: {error.strerror}") from None
        if sha256(answer).hexdigest() != kept.sha256:
            raise SourceMismatch(f"{path} was changed after it was kept; ask again into another folder")
        return answer

    def add(self, question: str, answer: bytes, now: datetime | None = None) -> None:
        """Keep an answer, first its bytes and then that it is there, so that a kill leaves no half."""
        digest = sha256(answer).hexdigest()
        kept = Kept(question, (now or datetime.now(UTC)).isoformat(timespec="seconds"), digest)
        path = self._path(digest)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                fresh = path.with_name(f".{path.name}.{os.getpid()}")
                fresh.write_bytes(answer)
                fresh.replace(path)
            with (self.folder / LIST).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(kept), ensure_ascii=False) + "\n")
        except OSError as error:
            raise SourceError(f"cannot keep answers in {self.folder}: {error.strerror}") from None
        self._kept[question] = kept

    def digest(self) -> str:
        """The hash over all questions and answers: what a run was given."""
        return sha256("".join(f"{one.question} {one.sha256}\n" for one in self).encode()).hexdigest()

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.json"

    def _listed(self) -> Iterator[Kept]:
        path = self.folder / LIST
        if not path.exists():
            return
        lines = path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    yield Kept(**json.loads(line))
            except (ValueError, TypeError):
                if number < len(lines):  # only the last line can be half of one
                    raise SourceMismatch(f"{path}:{number}: expected a question with its hash") from None
