"""Asks an explorer: not faster than it allows, again when it is busy, and nothing that was answered before."""

import json
from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import NamedTuple
from urllib.parse import urlencode

from dyepack.errors import SourceError, SourceUnavailable
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.shown import Planned
from dyepack.ingest.http import Endpoint, Patience

Check = Callable[[bytes], bytes]
"""Gives an answer back, or raises `SourceUnavailable` where it only says that it is busy."""
Params = Mapping[str, str | int]


class Key(NamedTuple):
    """What an explorer knows us by: sent with every question, as a parameter or a header, and never kept."""

    name: str
    value: str
    header: bool = False


class Asker:
    """One explorer: a server, the folder of its answers, and how many questions a second it may be asked.

    Raises:
        InputError: no URL.
    """

    def __init__(
        self,
        url: str,
        answers: Answers,
        *,
        rate: float = 4.0,
        key: Key | None = None,
        offline: bool = False,
    ) -> None:
        self.answers = answers
        self.asked = 0
        self.url = url.rstrip("/")
        self._offline = offline
        self._pause = 1.0 / rate
        self._last = 0.0
        self._key = {key.name: key.value} if key and not key.header else {}
        headers = {key.name: key.value} if key and key.header else None
        self._endpoint = None if offline else Endpoint(url, Patience(attempts=1), headers)
        self.patience = Patience()

    def ask(self, path: str, params: Params, check: Check) -> bytes:
        """The answer to a question: the kept one, or a new one, which is kept.

        Raises:
            SourceError: it is not kept and nobody may be asked, or the explorer does not answer.
        """
        return self._known(self.question(path, params), lambda: self._get(_with(path, {**params, **self._key})), check)

    def question(self, path: str, params: Params) -> str:
        """What is asked by `ask`, as it is kept: without the key."""
        return self.url + _with(path, params)

    def planned(self, path: str, params: Params, then: str) -> Planned:
        """A question that would be asked by `ask`, and whether its answer is kept."""
        question = self.question(path, params)
        return Planned(question, question in self.answers, then)

    def planned_post(self, path: str, body: Params, then: str) -> Planned:
        """The same of one that would be asked by `post`."""
        question = self.post_question(path, body)
        return Planned(question, question in self.answers, then)

    def post_question(self, path: str, body: Params) -> str:
        """What is asked by `post`, as it is kept."""
        return f"{self.url}{path} {json.dumps(body, sort_keys=True)}"

    def post(self, path: str, body: Params, check: Check) -> bytes:
        """The answer to a question that is asked with a JSON body; kept and raising as `ask` does."""
        return self._known(self.post_question(path, body), lambda: self._post(path, body), check)

    def _known(self, question: str, asked: Callable[[], bytes], check: Check) -> bytes:
        kept = self.answers.get(question)
        if kept is not None:
            return check(kept)
        if self._endpoint is None:
            raise SourceError(
                f"{question} is not among the kept answers in {self.answers.folder}; ask again without --offline"
            )
        answer = self._patiently(asked, check)
        self.answers.add(question, answer)
        return answer

    def _patiently(self, asked: Callable[[], bytes], check: Check) -> bytes:
        import stamina  # noqa: PLC0415

        waits = {"wait_initial": self.patience.pause, "wait_jitter": 0.0, "timeout": None}
        for attempt in stamina.retry_context(SourceUnavailable, attempts=self.patience.attempts, **waits):  # type: ignore[arg-type]
            with attempt:
                self._wait()
                return check(asked())
        raise AssertionError("stamina gives at least one attempt")

    def _wait(self) -> None:
        wait = self._last + self._pause - monotonic()
        if wait > 0:
            sleep(wait)
        self._last = monotonic()
        self.asked += 1

    def _get(self, path: str) -> bytes:
        return self._there().get(path)

    def _post(self, path: str, body: Params) -> bytes:
        return self._there().post_to(path, body)

    def _there(self) -> Endpoint:
        if self._endpoint is None:
            raise AssertionError("nobody may be asked")
        return self._endpoint


def _with(path: str, params: Params) -> str:
    return f"{path}?{urlencode(sorted(params.items()), safe='{}')}" if params else path
