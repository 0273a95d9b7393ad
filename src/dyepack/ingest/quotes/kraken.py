"""Kraken: closes of its own trades, from the OHLC of a pair such as XBTUSD.

`GET /0/public/OHLC` answers with lists of time, open, high, low, close, vwap, volume, count, oldest first, of at most
the 720 newest intervals; what is older it does not tell. The last one is still running, and is left away.
https://docs.kraken.com/api-reference/market-data/get-ohlc-data
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from dyepack.errors import InputError, SourceMismatch, SourceUnavailable
from dyepack.ingest.explorer.asker import Asker, Params
from dyepack.ingest.explorer.shown import Planned
from dyepack.ingest.quotes.asked import Close, Stretch, decoded, moment, seconds

URL = "https://api.kraken.com"
_PATH = "/0/public/OHLC"
_TIME, _CLOSE, _COLUMNS = 0, 4, 8
_PAIR = re.compile(r"[A-Z0-9]{2,16}?Z?USD", re.ASCII)
_OTHERS = ("PYUSD", "RLUSD")
"""Coins whose names end as dollars do."""
_BUSY = ("EAPI:Rate limit", "EGeneral:Too many requests", "EService:")


class Ohlc(msgspec.Struct):
    """The answer: what went wrong, or rows under the pair's full name beside the time of the last one."""

    error: list[str]
    result: dict[str, Any] = {}


class Kraken:
    """Kraken's spot market."""

    name = "kraken"

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def checked(self, market: str) -> str:
        """A pair in dollars."""
        if not _PAIR.fullmatch(market) or market.endswith(_OTHERS):
            raise InputError(f"expected a pair in dollars such as XBTUSD, got {market!r}")
        return market

    def closes(self, market: str, wanted: Stretch) -> Iterator[Close]:
        """The closes of all intervals that are over."""
        answer = self._asker.ask(_PATH, self._params(market, wanted), self._whole)
        for row in self._rows(answer)[:-1]:
            yield Close(moment(row[_TIME], self._asker.url), row[_CLOSE])

    def planned(self, market: str, wanted: Stretch) -> Iterator[Planned]:
        """One question: there is no more than one answer tells."""
        yield self._asker.planned(_PATH, self._params(market, wanted), "")

    def _params(self, market: str, wanted: Stretch) -> Params:
        step = int(wanted.step.total_seconds())
        return {"pair": market, "interval": step // 60, "since": seconds(wanted.first) - step}

    def _whole(self, answer: bytes) -> bytes:
        self._rows(answer)
        return answer

    def _rows(self, answer: bytes) -> list[list[Decimal]]:
        said: Ohlc = decoded(answer, Ohlc, self._asker.url)
        if said.error:
            told = "; ".join(said.error)[:120]
            if any(one.startswith(_BUSY) for one in said.error):
                raise SourceUnavailable(f"{self._asker.url} asks us to wait: {told}")
            raise SourceMismatch(f"{self._asker.url} refuses: {told}")
        pairs = [name for name in said.result if name != "last"]
        if len(pairs) != 1:
            raise SourceMismatch(f"{self._asker.url}: expected the rows of one pair, got {', '.join(pairs) or 'none'}")
        named = decoded(answer, Table, self._asker.url).result
        rows: list[list[Decimal]] = decoded(named[pairs[0]], list[list[Decimal]], self._asker.url)
        if any(len(row) < _COLUMNS for row in rows):
            raise SourceMismatch(
                f"{self._asker.url}: expected rows of time, open, high, low, close, vwap, volume, count"
            )
        return rows


class Table(msgspec.Struct):
    """The same, with the rows as they were sent."""

    result: dict[str, msgspec.Raw]
