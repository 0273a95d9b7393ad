"""Asks an explorer: not faster than it allows, again when it is not ready, and nothing that was answered before.

An answer is kept at once, or, between `hold` and `keep`, when it is known that the list it is a page of is whole. Where
the chain changed while it was read, `renew` has everything asked anew, and what was kept is replaced at the end.
"""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from dyepack.errors import SourceError
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.shown import Planned
from dyepack.ingest.http import Check, Endpoint
from dyepack.ingest.patience import Behind, Clock, Patience, Unfinished, patiently

Params = Mapping[str, str | int]
Got = TypeVar("Got")
AGAIN = " again"
"""What a question ends with that was asked once more, to see that nothing has changed."""


class Key(NamedTuple):
    """What an explorer knows us by: sent with every question, as a parameter or a header, and never kept."""

    name: str
    value: str
    header: bool = False


class Question(NamedTuple):
    """One question: a path, parameters or else a body in JSON, and what makes an answer one."""

    path: str
    params: Params
    check: Check
    body: bool = False


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
        rate: float = 1.0,
        key: Key | None = None,
        offline: bool = False,
    ) -> None:
        self.answers = answers
        self.asked = 0
        self.url = url.rstrip("/")
        self.offline = offline
        self.clock, self.patience = Clock(), Patience()
        self._pause = 1.0 / rate
        self._last = float("-inf")
        self._key = {key.name: key.value} if key and not key.header else {}
        headers = {key.name: key.value} if key and key.header else None
        self._endpoint = None if offline else Endpoint(url, Patience(attempts=1), headers, bans=True)
        self._held: dict[str, bytes] = {}
        self._holding = self._renewing = self._anew = False

    def close(self) -> None:
        """Let go of the connections."""
        if self._endpoint is not None:
            self._endpoint.close()

    def ask(self, path: str, params: Params, check: Check) -> bytes:
        """The answer to a question: the kept one, or a new one, which is kept.

        Raises:
            SourceError: it is not kept and nobody may be asked, or the explorer does not answer.
        """
        return self._known(Question(path, params, check))

    def post(self, path: str, body: Params, check: Check) -> bytes:
        """The answer to a question that is asked with a JSON body; kept and raising as `ask` does."""
        return self._known(Question(path, body, check, body=True))

    def once_more(self, question: Question, since: int) -> bytes:
        """The answer to a question that was asked before, asked anew and kept beside the first.

        Where nothing was asked since the counter stood at `since`, an answer that was kept so is enough.
        """
        name = self._name(question) + AGAIN
        kept = self.answers.get(name) if self.asked == since and not self._renewing else None
        if kept is not None:
            return question.check(kept)
        answer = self._new(question, name)
        self._put(name, answer)
        return answer

    def question(self, path: str, params: Params) -> str:
        """What is asked by `ask`, as it is kept: without the key."""
        return self._name(Question(path, params, bytes))

    def planned(self, path: str, params: Params, then: str) -> Planned:
        """A question that would be asked by `ask`, and whether its answer is kept."""
        question = self.question(path, params)
        return Planned(question, question in self.answers, then)

    def planned_post(self, path: str, body: Params, then: str) -> Planned:
        """The same of one that would be asked by `post`."""
        question = self._name(Question(path, body, bytes, body=True))
        return Planned(question, question in self.answers, then)

    def whole(self, read: Callable[[], Got]) -> Got:
        """What `read` asks for, asked anew while it is `Unfinished`; pages of what was not whole are forgotten.

        Raises:
            Unfinished: it stays so.
        """
        before, anew = len(self._held), self._anew

        def attempt() -> Got:
            try:
                return read()
            except Unfinished:
                for name in [*self._held][before:]:
                    del self._held[name]
                self._anew = True
                raise

        patience = Patience(attempts=1) if self.offline else self.patience
        try:
            return patiently(attempt, patience, self.clock, Unfinished)
        finally:
            self._anew = anew

    def hold(self) -> None:
        """From now on answers wait to be kept."""
        self._holding = True

    def keep(self) -> None:
        """What waits is whole; it is kept, unless all is being asked anew."""
        self._holding = self._renewing
        if not self._renewing:
            self._write()

    def renew(self) -> None:
        """Ask everything anew; what was kept stays until `finish`."""
        self._held.clear()
        self._holding = self._renewing = self._anew = True

    def finish(self) -> None:
        """All was read, of one chain: what waits is kept, in place of what was kept before."""
        self._holding = self._renewing = self._anew = False
        self._write()

    def forget(self) -> None:
        """What waits is not kept."""
        self._held.clear()
        self._holding = self._renewing = self._anew = False

    def _write(self) -> None:
        self.answers.add_all(self._held)
        self._held.clear()

    def _known(self, question: Question) -> bytes:
        name = self._name(question)
        if name in self._held:
            return question.check(self._held[name])
        kept = None if self._anew else self.answers.get(name)
        if kept is not None:
            return question.check(kept)
        answer = self._new(question, name)
        self._put(name, answer)
        return answer

    def _put(self, name: str, answer: bytes) -> None:
        if self._holding:
            self._held[name] = answer
        else:
            self.answers.add(name, answer)

    def _new(self, question: Question, name: str) -> bytes:
        endpoint = self._endpoint
        if endpoint is None:
            raise SourceError(
                f"{name} is not among the kept answers in {self.answers.folder}; ask again without --offline"
            )

        def asked() -> bytes:
            self._wait()
            if question.body:
                return question.check(endpoint.post_to(question.path, question.params))
            return question.check(endpoint.get(_with(question.path, {**question.params, **self._key})))

        try:
            return patiently(asked, self.patience, self.clock)
        except Unfinished as error:  # its list is not read anew: it was waited for
            raise Behind(str(error)) from None

    def _wait(self) -> None:
        wait = self._last + self._pause - self.clock.now()
        if wait > 0:
            self.clock.sleep(wait)
        self._last = self.clock.now()
        self.asked += 1

    def _name(self, question: Question) -> str:
        if question.body:
            return f"{self.url}{question.path} {json.dumps(question.params, sort_keys=True)}"
        return self.url + _with(question.path, question.params)


def _with(path: str, params: Params) -> str:
    return f"{path}?{urlencode(sorted(params.items()), safe='{}')}" if params else path
