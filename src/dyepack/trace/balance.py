"""Reads what a balance sheet needs from the tables, and gives the answer: sheets, what they were worth, and when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from dyepack.amounts import Asset
from dyepack.errors import InputError
from dyepack.model import UNKNOWN, Seed
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.facts import Fact, Facts, issued, victims
from dyepack.trace.recorded import POISON, Recorded
from dyepack.trace.sheets import Books, Line, Posted, Sheet
from dyepack.trace.small import NOBODY, Thresholds
from dyepack.trace.stored import thresholds_of
from dyepack.trace.worth import BASES, Worth, worth

SMALL = "small"
"""The line of all that is too little to be named."""

_END = 2**62
_ONE_DAY = timedelta(days=1)


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
    thresholds: Thresholds = field(default_factory=dict)

    def few(self, sheet: Sheet) -> list[Line]:
        """Lines by name that got too little of it to be named; see `small`."""
        limit = self.thresholds.get((sheet.origin, sheet.asset))
        below = limit.below if limit else 0
        return [line for line, amount in sheet.lines.items() if _is_few(line, amount, below)]

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
            "over_time": [self._plain(sheet) for sheet in self.days],
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
        told = self._plain(sheet)
        few = [self.values[sheet.origin, sheet.asset, line] for line in self.few(sheet)]
        for line in told["lines"]:
            values = self.values.get((sheet.origin, sheet.asset, (line["line"], line["name"]))) or together(few)
            line["usd"] = {basis: None if value is None else str(value) for basis, value in values.items()}
        return told

    def _plain(self, sheet: Sheet) -> dict[str, Any]:
        """A sheet without values; what is too little to be named is one line, with how many it stands for."""
        few = self.few(sheet)
        lines: list[dict[str, Any]] = [
            {"line": line, "name": name, "amount": str(amount), "count": None}
            for (line, name), amount in sheet.lines.items()
            if (line, name) not in few
        ]
        if few:
            amount = sum(sheet.lines[line] for line in few)
            lines.append({"line": SMALL, "name": None, "amount": str(amount), "count": len(few)})
        return {
            "origin": sheet.origin,
            "asset": sheet.asset,
            "day": sheet.day.isoformat(),
            "block": sheet.block,
            "seeded": str(sheet.seeded),
            "out_of_conversions": str(sheet.came),
            "lines": lines,
            "adds_up": sheet.adds_up,
        }


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
    origins = _origins(recorded.seeds(store, told.run), question.origin)
    facts = Facts([*_victims(store, told.incidents), *_issuers(store), *question.facts])
    postings = list(_posted(store, told, method, question.at))
    sheets: list[Sheet] = []
    days: list[Sheet] = []
    for origin in origins:
        books = Books(origin, [place for place in places if place.origin == origin], facts)
        mine = [one for one in postings if one.origin == origin]
        spoken = facts.days({one.place[:3] for one in mine})
        ends, every = _run(books, mine, _moments(postings), spoken, question)
        sheets += ends
        days += every
    assets = recorded.assets(store, sorted({sheet.asset for sheet in sheets}))
    prices = worth(store, assets, question.price_sources, question.now)
    thefts = {origin: _theft_day(store, origin, postings) for origin in origins}
    values = {
        (sheet.origin, sheet.asset, line): prices.values(sheet.asset, sheet.parcels.get(line, ()), thefts[sheet.origin])
        for sheet in sheets
        for line in sheet.lines
    }
    small, _ = thresholds_of(store, told)
    return Balance(told.run, method, tuple(sheets), tuple(days), values, thefts, prices, assets, small)


@dataclass(frozen=True, slots=True)
class Spread:
    """One origin's sheet of one asset under every conserving method: what every line is at least and at most.

    Names that no method gives enough to be named are one line, `small`, with how many they are.
    """

    origin: str
    asset: str
    day: date
    block: int
    whole: tuple[int, ...]
    lines: Mapping[Line, tuple[int, ...]]


def balances(store: Store, question: Question) -> tuple[Balance, ...]:
    """The balance sheet by every method of the run that conserves; see `balance`."""
    told = recorded.find(store, question.run)
    methods = [name for name in told.methods if name != POISON] or [told.method(None)]
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
        limit = answers[0].thresholds.get((origin, asset))
        few = [line for line, values in told.items() if limit and _is_few(line, max(values), limit.below)]
        if few:
            told[SMALL, f"{len(few)} names"] = tuple(map(sum, zip(*map(told.pop, few), strict=True)))
        whole = tuple(sheet.seeded + sheet.came if sheet else 0 for sheet in sheets)
        block = max(sheet.block for sheet in there)
        found.append(Spread(origin, asset, max(sheet.day for sheet in there), block, whole, told))
    return found


def _is_few(line: Line, amount: int, below: int) -> bool:
    """Whether a line names somebody who got too little to be named."""
    return line[1] is not None and line[0] not in NOBODY and amount < below


def _origins(seeds: Iterable[Seed], wanted: str | None) -> list[str]:
    there = sorted({seed.origin for seed in seeds})
    if wanted is not None and wanted not in there:
        raise InputError(f"no money of {wanted!r} was traced; there is some of: {', '.join(there)}")
    return [wanted] if wanted else [origin for origin in there if origin != UNKNOWN]


Moment = tuple[date, int]
"""A day and the last block of it in which money of a trace moved."""


def _moments(postings: Sequence[Posted]) -> tuple[Moment, Moment]:
    """The first moment of a trace, whosever money moved, and the last one up to that asked for."""
    days = [one.day for one in postings if one.day]
    first = min(days, default=date.min), min((one.block for one in postings if one.day), default=0)
    before = [(one.day, one.block) for one in postings if one.day and not one.later]
    return first, max(before, default=(first[0], 0))


def _run(
    books: Books,
    postings: Sequence[Posted],
    moments: tuple[Moment, Moment],
    spoken: Sequence[date],
    question: Question,
) -> tuple[list[Sheet], list[Sheet]]:
    """The sheets at the moment asked for, and at the end of every day before on which money moved or a fact is dated.

    It goes on to the end to hold it against the destinations.
    """
    days: list[Sheet] = []
    ((day, _), last), block = moments, 0

    def end(of: date) -> None:
        books.close(of, block)
        days.extend(books.sheets(of, block) if question.over_time else ())

    for one in (one for one in postings if not one.later):
        if one.day is not None and one.day != day and block:
            for of in (day, *_between(spoken, day, one.day - _ONE_DAY)):
                end(of)
        day, block = one.day or day, max(block, one.block)
        books.post(one)
    asked = question.at
    until = asked if isinstance(asked, date) else date.max if asked is None else day
    *before, final = day, *_between(spoken, day, until)
    for of in before:
        end(of)
    books.close(
        until, _END if asked is None else asked if isinstance(asked, int) else block, inside=isinstance(asked, int)
    )
    told = list(books.sheets(max(last[0], final), last[1], with_parcels=True))
    days += books.sheets(final, block) if question.over_time else ()
    for one in (one for one in postings if one.later):
        if one.day != day:
            books.close(day, block)
        day, block = one.day or day, max(block, one.block)
        books.post(one)
    books.close(day, block)
    books.agree()
    return told, days


def _between(days: Sequence[date], after: date, until: date) -> list[date]:
    return [day for day in days if after < day <= until]


def _posted(store: Store, told: Recorded, method: str, at: int | date | None) -> Iterator[Posted]:
    """What came and went by place and day, up to the moment asked for and then after it; in that order.

    Raises:
        InputError: an older version made the run, which kept no postings.
    """
    if told.run not in store.parts("postings"):
        raise InputError(
            f"run {told.run} is of a version that kept no postings, which a balance sheet is added up from; make it"
            f" again with: dyepack trace --again {told.run}"
        )
    rows = store.fetch(
        """select origin, chain, address, asset, reason, day,
                  block > $block or coalesce(day > $day, false) as later, max(block) as block,
                  cast(sum(came) as decimal(38, 0)) as came, cast(sum(went) as decimal(38, 0)) as went
           from postings where run = $run and method = $method
           group by origin, chain, address, asset, reason, day, block > $block or coalesce(day > $day, false)""",
        "postings",
        run=told.run,
        method=method,
        block=at if isinstance(at, int) else _END,
        day=at if isinstance(at, date) else date.max,
    ).to_pylist()
    rows.sort(key=lambda row: (row["later"], row["day"] or date.min, row["block"]))
    for row in rows:
        place = row["chain"], row["address"], row["asset"], row["reason"]
        moment = row["day"], row["block"]
        yield Posted(row["origin"], place, *moment, int(row["came"]), int(row["went"]), row["later"])


def _victims(store: Store, incidents: Iterable[str]) -> list[Fact]:
    return victims(store.records("address_claims"), incidents) if store.parts("address_claims") else []


def _issuers(store: Store) -> list[Fact]:
    """What issuers said on the chain; a file of facts, which is read after it, has the last word."""
    return issued(store.records("freezes")) if store.parts("freezes") else []


def _theft_day(store: Store, origin: str, postings: Iterable[Posted]) -> date | None:
    """The day of the theft: as the ledger has it, where it knows the day; else that of the first movement."""
    if store.parts("incidents"):
        for incident in store.records("incidents"):
            if incident.incident == origin and incident.first_day == incident.last_day:
                return incident.first_day  # type: ignore[no-any-return]
    return min((one.day for one in postings if one.origin == origin and one.day), default=None)


def together(values: Iterable[Mapping[str, int | None]]) -> dict[str, int | None]:
    """The values of several lines as one, on each basis; none where one of them has none."""
    sums: dict[str, int | None] = dict.fromkeys(BASES, 0)
    for one in values:
        for basis, before in sums.items():
            value = one.get(basis)
            sums[basis] = None if value is None or before is None else before + value
    return sums


def _texts(sums: Mapping[str, int]) -> dict[str, str]:
    return {name: str(value) for name, value in sums.items()}
