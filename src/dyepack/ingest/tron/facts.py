"""What a TRON node is asked beside blocks: which two tokens an exchange trades, at which rate a token was sold.

Neither ever changes. Where the node does not say, it stays unknown, and what depends on it is named as left out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from dyepack.errors import InputError, SourceError, SourceUnavailable
from dyepack.ingest.tron.fields import amount

Ask = Callable[[str, Mapping[str, str | int]], Any]
"""Gives the answer to a question with a body in JSON, decoded."""
EXCHANGE, ISSUE = "/wallet/getexchangebyid", "/wallet/getassetissuebyid"


class Known:
    """What was asked so far, each thing once."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._said: dict[tuple[str, str | int], Mapping[str, Any]] = {}

    def pair(self, exchange: int) -> tuple[object, object] | None:
        """The two tokens that an exchange trades."""
        said = self._of(EXCHANGE, "id", exchange)
        names = said.get("first_token_id"), said.get("second_token_id")
        return None if None in names else names

    def rate(self, key: str) -> tuple[int, int] | None:
        """How many tokens were sold for how much TRX; of a token that is known by its name alone nobody says."""
        said = self._of(ISSUE, "value", key) if key.isdecimal() else {}
        try:
            found = amount(said.get("num"), "num"), amount(said.get("trx_num"), "trx_num")
        except InputError:
            return None
        return found if all(found) else None

    def _of(self, path: str, name: str, value: str | int) -> Mapping[str, Any]:
        if (path, value) not in self._said:
            try:
                said = self._ask(path, {name: value})
            except SourceUnavailable:
                raise
            except SourceError:
                said = {}
            self._said[path, value] = said if isinstance(said, Mapping) else {}
        return self._said[path, value]
