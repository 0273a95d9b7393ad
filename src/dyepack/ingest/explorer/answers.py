"""Keeps every raw answer: what was asked (never with a key), when, of whom, and the hash of what came.

A folder of these is the evidence under a case: with it the case replays without the network, to the same bytes. An
answer is named by its hash, so that it cannot change unseen, and the list of questions is one JSON object to a line.
"""

import json
import os
from collections.abc import Iterator, Mapping
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
        self._half = False
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
        self.add_all({question: answer}, now)

    def add_all(self, answers: Mapping[str, bytes], now: datetime | None = None) -> None:
        """Keep answers, in place of what was kept of the same questions: all are listed at once, or none is."""
        when = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        kept = [Kept(question, when, sha256(answer).hexdigest()) for question, answer in answers.items()]
        lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in kept)
        try:
            for one in kept:
                self._write(self._path(one.sha256), answers[one.question])
            if lines:
                self._list(lines.encode())
        except OSError as error:
            raise SourceError(f"cannot keep answers in {self.folder}: {error.strerror}") from None
        self._kept |= {one.question: one for one in kept}

    def _list(self, lines: bytes) -> None:
        """Put lines to the list, in place of half of one that a kill may have left."""
        path = self.folder / LIST
        whole = (path.read_bytes().rpartition(b"\n")[0] + b"\n") if path.exists() and self._half else None
        if whole is not None:
            path.write_bytes(whole.removeprefix(b"\n"))
            self._half = False
        with path.open("ab", buffering=0) as file:
            file.write(lines)

    def _write(self, path: Path, answer: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            fresh.write_bytes(answer)
            fresh.replace(path)

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
        self._half = bool(lines[-1])
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    yield Kept(**json.loads(line))
            except (ValueError, TypeError):
                if number < len(lines):  # only the last line can be half of one
                    raise SourceMismatch(f"{path}:{number}: expected a question with its hash") from None
