"""Reads what a balance sheet needs from the tables, and gives the answer: sheets, what they were worth, and when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dyepack.amounts import Asset
from dyepack.errors import InputError
from dyepack.model import UNKNOWN, Destination, Seed
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.carriage import CONVERTED, SINKS, Legs
from dyepack.trace.facts import Fact, Facts, issued, victims
from dyepack.trace.recorded import POISON, Recorded
from dyepack.trace.sheets import STOLEN, Books, Line, Place, Sheet, Shift
from dyepack.trace.worth import BASES, Worth, worth

_END = 2**62
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """Which run, by which method, and at which block or at the end of which day; without either, at the end.

    `price_sources` chooses among the sources of prices, the first before the second, and `now` is the day of the third
    value: without it the latest.
    """

    run: str
    at: int | date | None = None
    method: str | None = None
    origin: str | None = None
    facts: tuple[Fact, ...] = ()
    price_sources: tuple[str, ...] = ()
    now: date | None = None
    over_time: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """The answer: sheets at the moment asked for, the end of every day up to then, and what prices were used."""

    run: str
    method: str
    sheets: tuple[Sheet, ...]
    days: tuple[Sheet, ...]
    values: Mapping[tuple[str, str, Line], Mapping[str, int | None]]
    thefts: Mapping[str, date | None]
    worth: Worth
    assets: Mapping[str, Asset]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units, values of millionths of a dollar."""
        return {
            "run": self.run,
            "method": self.method,
            "sheets": [self._sheet(sheet) for sheet in self.sheets],
            "totals_usd": {basis: _texts(self.total(basis)) for basis in BASES},
            "theft_days": {origin: day.isoformat() if day else None for origin, day in self.thefts.items()},
            "now": self.worth.now.isoformat() if self.worth.now else None,
            "price_sources": dict(self.worth.sources),
            "without_a_price": [
                {"asset": asset, "basis": basis, "days": sorted(days)[:10]}
                for (asset, basis), days in sorted(self.worth.missing.items())
            ],
            "over_time": [_plain(sheet) for sheet in self.days],
        }

    def total(self, basis: str) -> dict[str, int]:
        """Dollars per line over the assets that have a price on this basis; those without one are not in it."""
        sums: dict[str, int] = defaultdict(int)
        for (_, _, (line, _)), values in self.values.items():
            value = values.get(basis)
            if value is not None:
                sums[line] += value
        return dict(sorted(sums.items()))

    def _sheet(self, sheet: Sheet) -> dict[str, Any]:
        told = _plain(sheet)
        for line in told["lines"]:
            values = self.values[sheet.origin, sheet.asset, (line["line"], line["name"])]
            line["usd"] = {basis: None if value is None else str(value) for basis, value in values.items()}
        return told


def balance(store: Store, question: Question) -> Balance:
    """The balance sheet of a traced case.

    Raises:
        UnknownRun, InputError: no such run, method, origin or source of prices; nothing had happened by then.
        ConservationError: the flows do not add up, or do not lead to the destinations of the trace.
    """
    told = recorded.find(store, question.run)
    method = told.method(question.method)
    if told.backward:
        raise InputError(
            f"run {told.run} looks for sources of funds; a balance sheet is of stolen money: name another run, or the"
            " incident"
        )
    places = recorded.destinations(store, told.run, method)
    seeds = recorded.seeds(store, told.run)
    origins = _origins(seeds, question.origin)
    facts = Facts([*_victims(store, told.incidents), *_issuers(store), *question.facts])
    shifts = list(_shifts(store, told, method, question.at))
    sheets: list[Sheet] = []
    days: list[Sheet] = []
    for origin in origins:
        mine = [place for place in places if place.origin == origin]
        moved = _with_stolen(origin, shifts, mine, [seed for seed in seeds if seed.origin == origin])
        books = Books(origin, mine, facts)
        books.seed(_openings(origin, seeds, shifts))
        ends, every = _run(books, moved, question)
        sheets += ends
        days += every
    assets = recorded.assets(store, sorted({sheet.asset for sheet in sheets}))
    prices = worth(store, assets, question.price_sources, question.now)
    thefts = {origin: _theft_day(store, origin, shifts) for origin in origins}
    values = {
        (sheet.origin, sheet.asset, line): prices.values(sheet.asset, sheet.parcels.get(line, ()), thefts[sheet.origin])
        for sheet in sheets
        for line in sheet.lines
    }
    return Balance(told.run, method, tuple(sheets), tuple(days), values, thefts, prices, assets)


@dataclass(frozen=True, slots=True)
class Spread:
    """One origin's sheet of one asset under every conserving method: what every line is at least and at most."""

    origin: str
    asset: str
    day: date
    block: int
    whole: tuple[int, ...]
    lines: Mapping[Line, tuple[int, ...]]


def balances(store: Store, question: Question) -> tuple[Balance, ...]:
    """The balance sheet by every method of the run that conserves; see `balance`."""
    told = recorded.find(store, question.run)
    methods = [name for name in told.methods if name != POISON]
    return tuple(balance(store, replace(question, run=told.run, method=method)) for method in methods)


def spreads(answers: Sequence[Balance]) -> list[Spread]:
    """The sheets of several methods side by side; a line that a method does not have is nothing there."""
    by_sheet: dict[tuple[str, str], list[Sheet | None]] = {}
    for number, answer in enumerate(answers):
        for sheet in answer.sheets:
            by_sheet.setdefault((sheet.origin, sheet.asset), [None] * len(answers))[number] = sheet
    found = []
    for (origin, asset), sheets in by_sheet.items():
        there = [sheet for sheet in sheets if sheet is not None]
        lines = dict.fromkeys(line for sheet in there for line in sheet.lines)
        told = {line: tuple(sheet.lines.get(line, 0) if sheet else 0 for sheet in sheets) for line in lines}
        whole = tuple(sheet.seeded + sheet.came if sheet else 0 for sheet in sheets)
        block = max(sheet.block for sheet in there)
        found.append(Spread(origin, asset, max(sheet.day for sheet in there), block, whole, told))
    return found


def _origins(seeds: Iterable[Seed], wanted: str | None) -> list[str]:
    there = sorted({seed.origin for seed in seeds})
    if wanted is not None and wanted not in there:
        raise InputError(f"no money of {wanted!r} was traced; there is some of: {', '.join(there)}")
    return [wanted] if wanted else [origin for origin in there if origin != UNKNOWN]


def _run(books: Books, shifts: Sequence[tuple[bool, Shift]], question: Question) -> tuple[list[Sheet], list[Sheet]]:
    """The sheets at the moment asked for and at every day's end before; goes on to the end to hold it against it."""
    before = [shift for later, shift in shifts if not later]
    days: list[Sheet] = []
    day, block = shifts[0][1].day if shifts else date.min, 0
    for shift in before:
        if shift.day != day and block:
            books.close(day, block)
            days += books.sheets(day, block) if question.over_time else ()
        day, block = shift.day, max(block, shift.block)
        books.shift(shift)
    asked = question.at
    books.close(
        asked if isinstance(asked, date) else date.max if asked is None else day,
        asked if isinstance(asked, int) else _END if asked is None else block,
    )
    told = list(books.sheets(day, block, with_parcels=True))
    days += books.sheets(day, block) if question.over_time else ()
    for shift in (shift for later, shift in shifts if later):
        if shift.day != day:
            books.close(day, block)
        day, block = shift.day, max(block, shift.block)
        books.shift(shift)
    books.close(day, block)
    books.agree()
    return told, days


def _shifts(store: Store, told: Recorded, method: str, at: int | date | None) -> Iterator[tuple[bool, Shift]]:
    """What went from where to where, by day, and whether after the moment asked for; in that order.

    Movements are summed on the engine; a theft and the legs of a conversion are looked at one by one.
    """
    block = at if isinstance(at, int) else _END
    until = datetime.combine(at, time(), UTC) + timedelta(days=1) if isinstance(at, date) else _FOREVER
    asked: dict[str, Any] = {"run": told.run, "method": method, "block": block, "until": until}
    asked["thefts"] = sorted({theft.tx_hash for theft in told.thefts if theft.tx_hash}) or [""]
    asked["robbed"] = sorted({theft.address for theft in told.thefts if not theft.tx_hash}) or [""]
    rows = store.fetch(
        """select origin, chain, asset, kind, from_address, to_address,
                  extract(year from time) as year, extract(month from time) as month, extract(day from time) as day,
                  block > $block or time >= $until as later,
                  max(block) as block, cast(sum(amount) as decimal(38, 0)) as amount
           from flows
           where run = $run and method = $method and conversion is null and not list_contains($thefts, tx_hash)
             and not list_contains($robbed, to_address)
           group by origin, chain, asset, kind, from_address, to_address, extract(year from time),
                    extract(month from time), extract(day from time), block > $block or time >= $until""",
        "flows",
        **asked,
    ).to_pylist()
    found = [(row["later"], _shift(row)) for row in rows]
    found += _singly(store, told, asked)
    found.sort(key=lambda one: (one[0], one[1].day, one[1].block))
    yield from found


def _shift(row: Mapping[str, Any]) -> Shift:
    chain, asset = row["chain"], row["asset"]
    sink = SINKS.get(row["kind"])
    day = date(int(row["year"]), int(row["month"]), int(row["day"]))
    payer, payee = (chain, row["from_address"], asset), (chain, sink or row["to_address"], asset)
    return Shift(row["origin"], asset, day, row["block"], payer, payee, int(row["amount"]))


def _singly(store: Store, told: Recorded, asked: Mapping[str, Any]) -> Iterator[tuple[bool, Shift]]:
    columns = ", ".join(f"f.{column.name}" for column in TABLES["flows"].columns)
    rows = store.fetch(
        f"""select {columns} from flows f
            where f.run = $run and f.method = $method
              and (f.conversion is not null or list_contains($thefts, f.tx_hash)
                   or list_contains($robbed, f.to_address))
            order by f.chain, f.block, f.tx_index, f.seq, f.origin""",
        "flows",
        **{name: asked[name] for name in ("run", "method", "thefts", "robbed")},
    )
    payers = _payers(store, asked) if asked["robbed"] != [""] else {}
    legs = Legs(recorded.conversions(store, told.run))
    for flow in TABLES["flows"].records(rows):
        later = flow.block > asked["block"] or flow.time >= asked["until"]
        sink = SINKS.get(flow.kind)
        side, theft = legs.side(flow), any(one.brings(flow, payers) for one in told.thefts)
        payer = None if side == 1 or theft else (flow.chain, flow.from_address, flow.asset)
        payee = (flow.chain, CONVERTED if side == 0 else sink or flow.to_address, flow.asset)
        day = flow.time.astimezone(UTC).date()
        yield later, Shift(flow.origin, flow.asset, day, flow.block, payer, payee, flow.amount, side == 1)
        if theft:
            # Told apart by its origin: what it took of others' money from its payer.
            place = (flow.chain, flow.from_address, flow.asset)
            yield later, Shift(STOLEN, flow.asset, day, flow.block, place, place, 0)


def _payers(store: Store, asked: Mapping[str, Any]) -> dict[str, set[str]]:
    """Of the addresses whose every arrival may be a theft, the transactions that they pay into."""
    rows = store.fetch(
        """select distinct tx_hash, from_address from flows
           where run = $run and method = $method and kind = 'input' and list_contains($robbed, from_address)""",
        "flows",
        **{name: asked[name] for name in ("run", "method", "robbed")},
    ).to_pylist()
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["tx_hash"]].add(row["from_address"])
    return found


def _openings(origin: str, seeds: Iterable[Seed], shifts: Iterable[tuple[bool, Shift]]) -> list[Seed]:
    """The seeds that were there before the movements: without what thefts among these bring."""
    brought: dict[Place, int] = defaultdict(int)
    for _, shift in shifts:
        if shift.origin == origin and shift.payer is None and not shift.converted:
            brought[shift.payee] += shift.amount
    left = []
    for seed in seeds:
        if seed.origin == origin:
            place = (seed.chain, seed.address, seed.asset)
            amount = seed.amount - brought.pop(place, 0)
            left.append(Seed(seed.run, origin, seed.chain, seed.address, seed.asset, max(amount, 0), seed.basis))
    return left


def _with_stolen(
    origin: str, shifts: Sequence[tuple[bool, Shift]], ends: Iterable[Destination], seeds: Iterable[Seed]
) -> list[tuple[bool, Shift]]:
    """An origin's movements, and what another theft took of its money, which no flow of its own shows."""
    mine = [one for one in shifts if one[1].origin == origin]
    taken = {one[1].payer: one for one in shifts if one[1].origin == STOLEN}
    if not taken:
        return mine
    net: dict[Place | None, int] = defaultdict(int)
    for seed in _openings(origin, seeds, shifts):
        net[seed.chain, seed.address, seed.asset] += seed.amount
    for _, shift in mine:
        net[shift.payer] -= shift.amount
        net[shift.payee] += shift.amount
    said = {(place.chain, place.address, place.asset): place.amount for place in ends}
    for place, (later, theft) in taken.items():
        excess = net[place] - said.get(place, 0) if place else 0
        if place and excess > 0:
            sink = (place[0], STOLEN, place[2])
            mine.append((later, Shift(origin, place[2], theft.day, theft.block, place, sink, excess)))
    return sorted(mine, key=lambda one: (one[0], one[1].day, one[1].block))


def _victims(store: Store, incidents: Iterable[str]) -> list[Fact]:
    return victims(store.records("address_claims"), incidents) if store.parts("address_claims") else []


def _issuers(store: Store) -> list[Fact]:
    """What issuers said on the chain; a file of facts, which is read after it, has the last word."""
    return issued(store.records("freezes")) if store.parts("freezes") else []


def _theft_day(store: Store, origin: str, shifts: Sequence[tuple[bool, Shift]]) -> date | None:
    """The day of the theft: as the ledger has it, where it knows the day; else that of the first movement."""
    if store.parts("incidents"):
        for incident in store.records("incidents"):
            if incident.incident == origin and incident.first_day == incident.last_day:
                return incident.first_day  # type: ignore[no-any-return]
    return min((shift.day for _, shift in shifts if shift.origin == origin), default=None)


def _plain(sheet: Sheet) -> dict[str, Any]:
    return {
        "origin": sheet.origin,
        "asset": sheet.asset,
        "day": sheet.day.isoformat(),
        "block": sheet.block,
        "seeded": str(sheet.seeded),
        "out_of_conversions": str(sheet.came),
        "lines": [{"line": line, "name": name, "amount": str(amount)} for (line, name), amount in sheet.lines.items()],
        "adds_up": sheet.seeded + sheet.came == sum(sheet.lines.values()),
    }


def _texts(sums: Mapping[str, int]) -> dict[str, str]:
    return {name: str(value) for name, value in sums.items()}
