"""Coinbase Exchange: closes of its own trades, from the candles of a product such as BTC-USD.

`GET /products/{product}/candles` answers with lists of time, low, high, open, close (and volume), newest first, of at
most 300 candles; one may come that was not asked for, and none for an interval without a trade.
https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-candles
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from dyepack.errors import InputError, SourceMismatch
from dyepack.ingest.explorer.asker import Asker, Params
from dyepack.ingest.explorer.shown import Planned
from dyepack.ingest.quotes.asked import Close, Stretch, decoded, moment

URL = "https://api.exchange.coinbase.com"
MOST = 300
_TIME, _CLOSE, _COLUMNS = 0, 4, 5
_PRODUCT = re.compile(r"[A-Z0-9]{1,20}-USD", re.ASCII)


class Coinbase:
    """Coinbase Exchange."""

    name = "coinbase"

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def checked(self, market: str) -> str:
        """A product in dollars."""
        if not _PRODUCT.fullmatch(market):
            raise InputError(f"expected a product in dollars such as BTC-USD, got {market!r}")
        return market

    def closes(self, market: str, wanted: Stretch) -> Iterator[Close]:
        """The closes of the candles of these days or hours."""
        for path, params in self._questions(market, wanted):
            for candle in self._candles(self._asker.ask(path, params, self._whole)):
                yield Close(moment(candle[_TIME], self._asker.url), candle[_CLOSE])

    def planned(self, market: str, wanted: Stretch) -> Iterator[Planned]:
        """One question for each 300 candles."""
        for path, params in self._questions(market, wanted):
            yield self._asker.planned(path, params, "")

    def _questions(self, market: str, wanted: Stretch) -> Iterator[tuple[str, Params]]:
        for part in wanted.cut(MOST):
            times = {"start": part.first.isoformat(), "end": part.last.isoformat()}
            yield f"/products/{market}/candles", {"granularity": int(part.step.total_seconds()), **times}

    def _whole(self, answer: bytes) -> bytes:
        self._candles(answer)
        return answer

    def _candles(self, answer: bytes) -> list[list[Decimal]]:
        candles: list[list[Decimal]] = decoded(answer, list[list[Decimal]], self._asker.url)
        if any(len(candle) < _COLUMNS for candle in candles):
            raise SourceMismatch(f"{self._asker.url}: expected candles of time, low, high, open and close")
        return candles
