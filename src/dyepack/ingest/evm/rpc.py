"""JSON-RPC of an EVM node, several questions at a time; what the node says is counted, hashed and told apart."""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from dyepack.errors import SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.http import Endpoint
from dyepack.ingest.patience import Patience, Unfinished, named_seconds, patiently

Question = tuple[str, Sequence[Any]]
Got = TypeVar("Got")
_LIMIT = re.compile(r"rate.?limit|too many requests|limit exceeded|exceeded.{0,40}(capacity|quota|units)|throttl", re.I)


HASTE = (429, -32005, -32016)
"""Codes with which nodes refuse for haste, whatever they say beside."""


class Failed(SourceError):
    """The node answers that it cannot: it does not know the method, or has not the data."""


class Rpc:
    """A node at a URL. `size` and `digest` tell how much it answered since `reset`."""

    def __init__(self, url: str, patience: Patience | None = None, batch: int = 20) -> None:
        self._endpoint = Endpoint(url, patience)
        self._batch = batch
        self.name = self._endpoint.name
        self.reset()

    def reset(self) -> None:
        """Begin to count anew."""
        self.size = 0
        self._hash = sha256()

    @property
    def digest(self) -> str:
        """The hash of all results since `reset`, in the order of the questions."""
        return self._hash.hexdigest()

    def ask(self, method: str, *params: Any) -> Any:
        """The answer to one question.

        Raises:
            Failed: the node says that it cannot.
            SourceError, SourceMismatch: it does not answer, or not in JSON-RPC.
        """
        return self.all([(method, params)])[0]

    def all(self, questions: Sequence[Question]) -> list[Any]:
        """The answers to several questions, in their order; raises as `ask`."""
        found: list[Any] = []
        for start in range(0, len(questions), self._batch):
            found += self._some(questions[start : start + self._batch])
        return found

    def _some(self, questions: Sequence[Question]) -> list[Any]:
        bodies = [{"jsonrpc": "2.0", "id": n, "method": m, "params": [*p]} for n, (m, p) in enumerate(questions)]
        if len(bodies) > 1:
            said = self._post(bodies)
            if isinstance(said, list):
                return self._sorted(said, questions)
            self._batch = 1  # some nodes take one question at a time
            return [one for question in questions for one in self._some([question])]
        return self._sorted([self._post(bodies[0])], questions)

    def _post(self, body: Any) -> Any:
        answer = self._endpoint.post(body, self._ready)
        self.size += len(answer)
        return msgspec.json.decode(answer)

    def patiently(self, asked: Callable[[], Got]) -> Got:
        """What `asked` gives, asked again while the node is behind: `Unfinished`."""
        return patiently(asked, self._endpoint.patience, self._endpoint.clock, Unfinished)

    def _ready(self, answer: bytes) -> bytes:
        """An answer that is whole, and no refusal for haste.

        Raises:
            SourceUnavailable: it is one, or half of an answer.
        """
        try:
            said = msgspec.json.decode(answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SourceUnavailable(f"{self.name}: expected JSON, got {answer[:40]!r} ({error})") from None
        for one in said if isinstance(said, list) else (said,):
            refusal = one.get("error") if isinstance(one, Mapping) else None
            code = refusal.get("code") if isinstance(refusal, Mapping) else None
            told = str(refusal.get("message", "")) if isinstance(refusal, Mapping) else str(refusal or "")
            if code in HASTE or _limited(told):
                raise SourceUnavailable(f"{self.name} asks us to wait: {told[:120]}", named_seconds(told))
        return answer

    def _sorted(self, said: Sequence[Any], questions: Sequence[Question]) -> list[Any]:
        answers = {one.get("id"): one for one in said if isinstance(one, Mapping)}
        if len(questions) == 1 and len(said) == 1 and isinstance(said[0], Mapping):
            answers = {0: said[0]}
        found = []
        for number, (method, params) in enumerate(questions):
            one = answers.get(number)
            where = f"{self.name} {method} {' '.join(map(str, params))[:60]}".rstrip()
            if one is None or ("result" not in one and "error" not in one):
                raise SourceMismatch(f"{where}: expected an answer of JSON-RPC, got {str(one)[:60]}")
            if one.get("error") is not None:
                raise Failed(f"{where}: {str(one['error'])[:200]}")
            self._hash.update(msgspec.json.encode(one["result"], order="deterministic"))
            found.append(one["result"])
        return found


def _limited(text: str) -> bool:
    """Whether a node refuses for haste; that a call took too long is another thing."""
    return _LIMIT.search(text) is not None
