"""Which currency a price is in, and what one unit of it was worth in dollars, by a series of rates that is given.

A file may say its currency in a column, in the name of the column of its closes (`close_eur`), or its loader says it.
What is not said is in dollars; what is said to be in another currency is converted with the rate of its own day, or
refused. A coin that is tied to the dollar is no dollar.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dyepack.amounts import parse
from dyepack.csvrows import CsvFile
from dyepack.errors import InputError, RecordError

COLUMNS = ("currency", "price_currency", "quote_currency", "vs_currency", "ccy")
DOLLARS = frozenset({"USD", "US$", "$", "DOLLAR", "DOLLARS", "US DOLLAR", "US DOLLARS"})
PLACES = 24
ONE: int = 10**24
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "₽": "RUB", "₺": "TRY", "₪": "ILS"}
_WORDS = {
    "EURO": "EUR",
    "EUROS": "EUR",
    "POUND": "GBP",
    "POUNDS": "GBP",
    "STERLING": "GBP",
    "YEN": "JPY",
    "WON": "KRW",
    "YUAN": "CNY",
    "RMB": "CNY",
    "RUPEE": "INR",
    "SHEKEL": "ILS",
}
_LISTED = (
    "EUR GBP JPY CNY KRW CHF CAD AUD NZD INR RUB TRY BRL SGD HKD TWD SEK NOK DKK PLN CZK HUF RON BGN ILS ZAR MXN THB"
    " IDR VND PHP MYR UAH NGN AED SAR ARS CLP COP PKR"
)
_CODES = frozenset(_LISTED.split(" "))


def in_name(column: str) -> str | None:
    """The currency that a column's name speaks of, dollars aside: `close_eur`, `Close (GBP)`, `price in €`."""
    words = [word.upper() for word in re.findall(r"[A-Za-z]+", column)]
    signs = [_SIGNS[sign] for sign in column if sign in _SIGNS]
    named = [_WORDS.get(word, word) for word in words if word in _CODES or word in _WORDS]
    return None if DOLLARS & {*words} else next(iter((*signs, *named)), None)


def column_of(header: Sequence[str]) -> str | None:
    """The column that says the currency of each row, by its name."""
    return next((name for known in COLUMNS for name in header if name.strip().lower() == known), None)


class Rates:
    """Dollars for one unit of a currency, by day: `date,currency,close`.

    Raises:
        SourceError, RecordError: no such file.
    """

    def __init__(self, path: Path | None) -> None:
        self.file = None if path is None else CsvFile(path)
        self._rates: dict[tuple[str, str], int] = {}
        if self.file is not None:
            self._read(self.file)

    def of(self, currency: str, day: str) -> int:
        """How much one unit was worth, with 24 decimal places.

        Raises:
            InputError: it is no dollar, and no rate of that day is there.
        """
        name = named(currency)
        if name is None:
            return ONE
        rate = self._rates.get((name, day))
        if rate is None:
            raise InputError(
                f"the close is in {name}, not in dollars, and no rate of {name} for {day} is given; give dollars for"
                f" one {name} by day with --rates FILE (date,currency,close)"
            )
        return rate

    def _read(self, file: CsvFile) -> None:
        columns = file.columns({}, ("date", "currency", "close"))
        for name in ("date", "currency", "close"):
            if name not in columns:
                raise file.missing(name, "a file of rates has date, currency and close, dollars for one unit")
        for row in file:
            if row.problem:
                raise RecordError(row.problem, source=file.name, line=row.line)
            day, currency, close = (row.cells[columns[name]].strip() for name in ("date", "currency", "close"))
            try:
                rate = parse(close, PLACES)
            except InputError as error:
                raise RecordError(str(error), source=file.name, line=row.line, field="close", value=close) from None
            if not rate or self._rates.setdefault((named(currency) or "USD", day), rate) != rate:
                raise RecordError(
                    f"expected one rate above nought of {currency} for {day}", source=file.name, line=row.line
                )


def named(currency: str) -> str | None:
    """The code of a currency, or none for dollars."""
    text = " ".join(currency.split()).upper()
    return None if text in DOLLARS else _SIGNS.get(text, _WORDS.get(text, text))


def given(header: Sequence[str], close: str, whole: str | None) -> Mapping[str, str]:
    """Where the currency of a file is said: in a `column` of it, or once for `all` of its rows.

    Raises:
        InputError: it is said in two ways.
    """
    column, name = column_of(header), in_name(close)
    if column is not None and (name or whole):
        raise InputError(f"the column {column!r} says the currency of each close; leave --currency away")
    if whole and name and named(whole) != name:
        raise InputError(f"the closes are of the column {close!r}, and said to be in {whole}; leave --currency away")
    every = whole or name
    return {"column": column} if column is not None else {"all": every} if every else {}
