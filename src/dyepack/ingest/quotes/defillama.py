"""DefiLlama: what one unit of any token was worth around a moment, by contract, as it works it out from many places.

`GET /batchHistorical` answers, for coins and moments, with the price nearest to each moment within a search width and
the time of that price. A close here is the price at the end of the day or hour, at most ten minutes off.
https://api-docs.defillama.com (coins, batchHistorical)
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import msgspec

from dyepack.errors import InputError
from dyepack.ingest.explorer.asker import Asker, Params
from dyepack.ingest.explorer.shown import Planned
from dyepack.ingest.quotes.asked import Close, Stretch, decoded, moment, seconds

URL = "https://coins.llama.fi"
MOST = 50
WIDTH = timedelta(minutes=10)
_PATH = "/batchHistorical"
_COIN = re.compile(r"[a-z0-9_-]+:[A-Za-z0-9_.-]+", re.ASCII)


class Point(msgspec.Struct):
    """A price, and when it was so."""

    timestamp: Decimal
    price: Decimal


class Coin(msgspec.Struct):
    """The prices of one coin."""

    prices: list[Point]


class Answer(msgspec.Struct):
    """Coins by their names."""

    coins: dict[str, Coin]


class DefiLlama:
    """DefiLlama's prices of coins."""

    name = "defillama"

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def checked(self, market: str) -> str:
        """A coin by its chain and contract, or by its name at CoinGecko."""
        if not _COIN.fullmatch(market):
            raise InputError(f"expected a coin such as ethereum:0xdac1… or coingecko:bitcoin, got {market!r}")
        return market

    def closes(self, market: str, wanted: Stretch) -> Iterator[Close]:
        """Of each day or hour the price that is nearest to its end."""
        for part, params in self._questions(market, wanted):
            points = self._points(self._asker.ask(_PATH, params, self._whole), market)
            at = part.first
            while at <= part.last:
                end = at + part.step
                off, nearest = min(((abs(when - end), price) for when, price in points), default=(WIDTH * 2, None))
                if nearest is not None and off <= WIDTH:
                    yield Close(at, nearest)
                at = end

    def planned(self, market: str, wanted: Stretch) -> Iterator[Planned]:
        """One question for each fifty moments."""
        for _, params in self._questions(market, wanted):
            yield self._asker.planned(_PATH, params, "")

    def _questions(self, market: str, wanted: Stretch) -> Iterator[tuple[Stretch, Params]]:
        width = int(WIDTH.total_seconds())
        for part in wanted.cut(MOST):
            ends = [seconds(part.first + part.step * (n + 1)) for n in range(len(part))]
            yield part, {"coins": json.dumps({market: ends}, separators=(",", ":")), "searchWidth": width}

    def _whole(self, answer: bytes) -> bytes:
        decoded(answer, Answer, self._asker.url)
        return answer

    def _points(self, answer: bytes, market: str) -> list[Close]:
        said: Answer = decoded(answer, Answer, self._asker.url)
        found = [coin for name, coin in said.coins.items() if name.lower() == market.lower()]
        return [Close(moment(one.timestamp, self._asker.url), one.price) for coin in found for one in coin.prices]
