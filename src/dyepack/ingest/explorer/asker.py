"""Asks an explorer: not faster than it allows, again when it is busy, and nothing that was answered before."""

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from urllib.parse import urlencode

from dyepack.errors import SourceError, SourceUnavailable
from dyepack.ingest.bitcoin.http import Endpoint, Patience
from dyepack.ingest.explorer.answers import Answers

Check = Callable[[bytes], bytes]
"""Gives an answer back, or raises `SourceUnavailable` where it only says that it is busy."""


class Asker:
    """One explorer. `key` is sent with every question under its name, and never kept.

    Raises:
        InputError: no URL.
    """

    def __init__(
        self,
        url: str,
        answers: Answers,
        *,
        rate: float = 4.0,
        key: tuple[str, str] | None = None,
        offline: bool = False,
    ) -> None:
        self.answers = answers
        self.asked = 0
        self.url = url.rstrip("/")
        self._offline = offline
        self._pause = 1.0 / rate
        self._last = 0.0
        self._key = dict([key]) if key else {}
        self._endpoint = None if offline else Endpoint(url, Patience(attempts=1))
        self.patience = Patience()

    def ask(self, path: str, params: Mapping[str, str | int], check: Check) -> bytes:
        """The answer to a question: the kept one, or a new one, which is kept.

        Raises:
            SourceError: it is not kept and nobody may be asked, or the explorer does not answer.
        """
        question = f"{self.url}{path}?{urlencode(sorted(params.items()))}" if params else f"{self.url}{path}"
        kept = self.answers.get(question)
        if kept is not None:
            return check(kept)
        if self._endpoint is None:
            raise SourceError(f"{question} is not among the kept answers in {self.answers.folder}; ask with --online")
        answer = self._patiently(path, {**params, **self._key}, check)
        self.answers.add(question, answer)
        return answer

    def _patiently(self, path: str, params: Mapping[str, str | int], check: Check) -> bytes:
        import stamina  # noqa: PLC0415

        waits = {"wait_initial": self.patience.pause, "wait_jitter": 0.0, "timeout": None}
        for attempt in stamina.retry_context(SourceUnavailable, attempts=self.patience.attempts, **waits):  # type: ignore[arg-type]
            with attempt:
                return check(self._once(path, params))
        raise AssertionError("stamina gives at least one attempt")

    def _once(self, path: str, params: Mapping[str, str | int]) -> bytes:
        if self._endpoint is None:
            raise AssertionError("nobody may be asked")
        wait = self._last + self._pause - monotonic()
        if wait > 0:
            sleep(wait)
        self._last = monotonic()
        self.asked += 1
        return self._endpoint.get(f"{path}?{urlencode(sorted(params.items()))}" if params else path)
