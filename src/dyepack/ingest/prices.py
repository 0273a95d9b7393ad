"""Loads prices, daily and hourly closes, from CSV files into `prices`: each row with who says so, in dollars.

A symbol is whatever somebody calls a thing, so a row's asset is never guessed from one: it is the native symbol of a
chain, `chain:contract`, a symbol that the caller maps to one of these, or the symbol of one asset alone of those that
are loaded.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.amounts import parse
from dyepack.csvrows import CsvFile, Row
from dyepack.errors import InputError, RecordError
from dyepack.ingest.currencies import ONE, PLACES, Rates, given
from dyepack.ingest.files import STAGE, LoadedMovements
from dyepack.ingest.moments import moment
from dyepack.model import Price, Reject, first_day
from dyepack.store import Store
from dyepack.store.loaded import asset_called, assets_loaded
from dyepack.store.names import part_name

FIELDS = ("asset", "symbol", "date", "time", "close", "source")
Span = Literal["day", "hour"]
SPANS: Mapping[Span, timedelta] = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
_NATIVE = frozenset(chain.symbol for chain in chains.CHAINS.values())
_ROUNDED = 10**18 * ONE
_MILLISECONDS = re.compile(r"[0-9]{12,13}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PriceReading:
    """How to read a file of prices: who says so, which columns, and which asset each symbol in it means.

    `asset` is that of every row of a file that names none. Without `span`, a column `date` gives days and a column
    `time` hours.
    """

    source: str | None
    columns: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    asset: str | None = None
    span: Span | None = None
    currency: str | None = None
    """That of every close, where no column says it; dollars where nothing does."""
    rates: Path | None = None
    """Dollars for one unit of other currencies, by day."""


def load_prices(store: Store, path: Path | str, reading: PriceReading) -> LoadedMovements:
    """Read closes into the workspace, in place of what a file of this name gave before.

    Raises:
        SourceError, RecordError: the file cannot be read as CSV.
        InputError: a column is missing, a symbol is mapped to no asset, or nobody is said to have said it.
    """
    file = CsvFile(path)
    columns = _columns(file, reading)
    rates = Rates(reading.rates)
    reader = _Reader(reading, columns, symbols_loaded(store), (rates, _currency(file, columns, reading)))
    said = {**asdict(reading), "file": file.name, "rates": rates.file and rates.file.name}
    said = {name: value for name, value in said.items() if value is not None or name not in ("currency", "rates")}
    inputs = {one.name: one.sha256() for one in (file, rates.file) if one is not None}
    with store.run("ingest prices", said, files=inputs) as draft:
        rejects: list[Reject] = []
        rows = 0
        for row in file:
            rows += 1
            try:
                reader.read(row)
            except InputError as error:
                rejects.append(Reject(draft.run, STAGE, file.name, row.line, None, str(error), row.text))
        if not rows:
            raise RecordError("a header but no rows", source=file.name)
        draft.put("prices", part_name(file.name), reader.prices.values())
        for reject in rejects:
            draft.reject(reject)
    reasons = tuple(f"{file.name}:{reject.line}: {reject.reason}" for reject in rejects[:5])
    warnings = _warnings(reader, {*file.header} - {*columns.values(), reader.said.get("column")})
    return LoadedMovements(draft.run, file.name, len(reader.prices), len(rejects), reader.again, {}, reasons, warnings)


def _warnings(reader: "_Reader", unread: Collection[str]) -> tuple[str, ...]:
    again = f"{reader.again} rows say again what an earlier one says; each was taken once"
    columns = f"columns that were not read: {', '.join(sorted(unread))}"
    return (*[again][: bool(reader.again)], *[columns][: bool(unread)])


def _columns(file: CsvFile, reading: PriceReading) -> dict[str, str]:
    columns = file.columns(reading.columns, FIELDS)
    symbol = columns.pop("symbol", None)
    if symbol is not None:
        columns.setdefault("asset", symbol)
    if "close" not in columns:
        raise file.missing("close", "name it with --map close=COLUMN")
    if "date" not in columns and "time" not in columns:
        raise file.missing("date", "name it with --map date=COLUMN for days, or time=COLUMN for hours")
    if "date" in columns and "time" in columns:
        if reading.span is None:
            raise InputError(
                f"{file.name} has a date and a time; say with --span whether its closes are of days or hours"
            )
        del columns["time" if reading.span == "day" else "date"]
    if ("asset" in columns) == (reading.asset is not None):
        raise (
            InputError(f"the column {columns['asset']!r} gives the asset; leave --asset away")
            if reading.asset is not None
            else file.missing("asset", "name it with --map asset=COLUMN, or the one of every row with --asset")
        )
    if "source" not in columns and not reading.source:
        raise file.missing("source", "say whose prices these are with --source NAME")
    return columns


def _currency(file: CsvFile, columns: Mapping[str, str], reading: PriceReading) -> Mapping[str, str]:
    """Where the file says its currency, in a column that is not read as something else."""
    others = [name for name in file.header if name not in columns.values()]
    return given(others, columns["close"], reading.currency)


def symbols_loaded(store: Store) -> Mapping[str, str]:
    """The symbol of each asset of the workspace, by id."""
    return {asset: row.symbol for asset, row in assets_loaded(store).items()}


def asset_named(text: str, loaded: Mapping[str, str] = MappingProxyType({})) -> str:
    """The asset that a native symbol, `chain:contract`, or a symbol that one loaded asset alone has means.

    Raises:
        InputError: none, or several loaded assets: they are listed.
    """
    name, colon, contract = text.strip().partition(":")
    if not colon and name in _NATIVE:
        return name
    if not colon and name.lower() in {
        part.lower() for id_, symbol in loaded.items() for part in (symbol, *id_.split(":"))
    }:
        return asset_called(loaded, name)
    if not (colon and contract):
        raise InputError(
            f"{text!r} is no asset: expected a chain's own symbol, chain:contract, or a symbol that one asset alone of"
            f" those that are loaded has; say which it means with --symbol {name or 'SYMBOL'}=ASSET"
        )
    chain = chains.chain(name).name
    return f"{chain}:{normalise(contract, chain)}"


class _Reader:
    """Reads rows, and remembers what was said for each moment: to say another price for it is refused."""

    def __init__(
        self,
        reading: PriceReading,
        columns: Mapping[str, str],
        loaded: Mapping[str, str],
        money: tuple[Rates, Mapping[str, str]],
    ) -> None:
        rates, said = money
        self._rates, self.said, self._loaded = rates, said, loaded
        self._symbols = {symbol: asset_named(asset, loaded) for symbol, asset in reading.symbols.items()}
        self._asset = asset_named(reading.asset, loaded) if reading.asset else None
        self._name = reading.source
        self._columns = columns
        self._span: Span = reading.span or ("day" if "date" in columns else "hour")
        self.prices: dict[tuple[str, datetime, str], Price] = {}
        self.again = 0

    def read(self, row: Row) -> None:
        if row.problem:
            raise InputError(row.problem)
        cells = {name: row.cells[column].strip() for name, column in self._columns.items()}
        at = self._time(cells)
        rate = self._rates.of(self._currency(row), f"{at:%Y-%m-%d}")
        usd = millionths(row.cells[self._columns["close"]], rate)
        price = Price(self._asset_of(cells), at, self._span, usd, self._source(cells))
        key = price.asset, price.time, price.source
        before = self.prices.setdefault(key, price)
        if before.usd != price.usd:
            raise InputError(f"an earlier row gives another close of {price.asset} for {price.time:%Y-%m-%d %H:%M}")
        self.again += before is not price

    def _currency(self, row: Row) -> str:
        if (column := self.said.get("column")) is None:
            return self.said.get("all", "USD")
        if not row.cells[column].strip():
            raise InputError(f"expected the currency of the close in {column!r}, got none")
        return row.cells[column]

    def _asset_of(self, cells: Mapping[str, str]) -> str:
        if self._asset:
            return self._asset
        return self._symbols.get(cells["asset"]) or asset_named(cells["asset"], self._loaded)

    def _source(self, cells: Mapping[str, str]) -> str:
        said = [part for part in (self._name, cells.get("source")) if part]
        if not said:
            raise InputError("expected who says so, got an empty source")
        return ": ".join(said)

    def _time(self, cells: Mapping[str, str]) -> datetime:
        text = cells.get("date") or cells.get("time") or ""
        if self._span == "day" and len(text) == len("2023-09-14"):
            return datetime.combine(first_day(text), time(), UTC)
        at = moment(text[:-3] if _MILLISECONDS.fullmatch(text) else text)
        start = at - (at - datetime(2009, 1, 1, tzinfo=UTC)) % SPANS[self._span]
        if start != at:
            raise InputError(f"expected the start of {'a day' if self._span == 'day' else 'an hour'}, got {text!r}")
        return at


def millionths(text: str, rate: int = ONE) -> int:
    """Millionths of a dollar; a price is a quotient, and its further decimals are rounded, half to even.

    `rate` is how many dollars one unit of the price is, with 24 decimal places.

    Raises:
        InputError: no plain decimal, or none that is left of it.
    """
    try:
        usd, rest = divmod(parse(text, PLACES) * rate, _ROUNDED)
    except InputError as error:
        raise InputError(f"expected a price in dollars such as 1234.56: {error}") from None
    closest = usd + int(2 * rest > _ROUNDED or (2 * rest == _ROUNDED and usd % 2 == 1))
    if not closest:
        raise InputError(f"expected a price above half a millionth of a dollar, got {text!r:.60}")
    return closest
