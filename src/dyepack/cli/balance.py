"""`dyepack balance`: where all of a case's money is, at a block or at the end of a day, and what it was worth."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dyepack import amounts
from dyepack.amounts import USD, Asset
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing
from dyepack.errors import InputError
from dyepack.model import last_day
from dyepack.trace.balance import SMALL, Balance, Question, spreads, together
from dyepack.trace.case import read as read_case
from dyepack.trace.sheets import Line, Sheet
from dyepack.trace.worth import BASES

ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("balance")(balance)


def balance(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="The trace: its id or the beginning of it, an incident, a case, or `last`."),
    ],
    *,
    at: Annotated[str | None, typer.Option(help="A block, or a day as YYYY-MM-DD in UTC [default: the end].")] = None,
    method: Annotated[
        str | None, typer.Option(help="The rule, or `all`: a range over all that conserve [default: fifo].")
    ] = None,
    origin: Annotated[
        str | None, typer.Option(help="Whose money: an incident, or `unknown` [default: every incident's].")
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(
            help="CSV: address, reason (frozen, destroyed, returned, held), and block or date: what lay still."
        ),
    ] = None,
    over_time: Annotated[bool, typer.Option("--over-time", help="The end of every day, too.")] = False,
    price_source: Annotated[
        list[str] | None, typer.Option(help="Whose prices, where several price one asset; may be given more than once.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="The day of the third value [default: the last with a price].")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show where all of the stolen money is: held, frozen, returned, at services by name, in mixers, gone as fees, …

    The lines add up to what was stolen, at every moment. Values are on three days, each named, and never mixed.
    """
    with existing(context) as workspace:
        asked = read_case(run).incident if (Path(run) / "case.yaml").exists() else run
        question = Question(
            run=asked,
            at=_moment(at),
            method=method,
            origin=origin,
            facts=workspace.facts(facts, asked) if facts else (),
            price_sources=tuple(price_source or ()),
            now=last_day(now) if now else None,
            over_time=over_time,
        )
        if method == ALL:
            _without_values(price_source or now or over_time, json=json)
            answers = workspace.balances(question)
            return _several(answers, json=json)
        answer = workspace.balance(question)
    if json:
        return screen.as_json(answer.as_json())
    for sheet in answer.sheets:
        _show(answer, sheet)
    for sheet_of in _by_asset(answer.days):
        _over_time(answer, sheet_of)
    _notes(answer)
    return None


def _without_values(asked: object, *, json: bool) -> None:
    """Refuse what ranges over all methods do not show at a prompt.

    Raises:
        InputError: JSON has it.
    """
    if asked and not json:
        raise InputError(
            "--method all shows ranges, without values and days; for --price-source, --now or --over-time name one"
            " method, or take --json"
        )


def _several(answers: tuple[Balance, ...], *, json: bool) -> None:
    """Every line as a range over the methods."""
    methods = [answer.method for answer in answers]
    if json:
        return screen.as_json({"run": answers[0].run, "methods": {one.method: one.as_json() for one in answers}})
    for spread in spreads(answers):
        asset = next(one.assets[spread.asset] for one in answers if spread.asset in one.assets)
        biggest = sorted(spread.lines.items(), key=lambda item: (-max(item[1]), str(item[0])))
        parts = ", ".join(f"{_range(values, asset)} {_called(line)}" for line, values in biggest[:4])
        more = f" and {len(biggest) - 4} more lines" if len(biggest) > 4 else ""
        screen.answer(
            f"{spread.origin}: of {_range(spread.whole, asset)} by {spread.day} (block {spread.block}):"
            f" {parts}{more}, whichever of {', '.join(methods)}."
        )
        rows = [[*_line(line), amounts.tabled(min(values), max(values), asset)] for line, values in biggest]
        screen.table(["where", "name", "amount"], rows, right=(2,))
    screen.note(f"Run {answers[0].run}: by each method the lines add up; their least and most need not.")
    return None


def _range(values: tuple[int, ...], asset: Asset) -> str:
    return amounts.spoken(min(values), max(values), asset)


def _moment(text: str | None) -> int | date | None:
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    if len(text) != len("2023-09-14"):
        raise InputError(f"expected a block or a day as 2023-09-14, got {text!r}")
    return last_day(text)


def _show(answer: Balance, sheet: Sheet) -> None:
    asset = answer.assets[sheet.asset]

    def spoken(amount: int) -> str:
        return amounts.spoken(amount, amount, asset)

    few = answer.few(sheet)
    biggest = sorted(((line, sheet.lines[line]) for line in sheet.lines if line not in few), key=lambda item: -item[1])
    told = dict[str, int]()
    for line, amount in biggest:
        told[_called(line)] = told.get(_called(line), 0) + amount
    parts = ", ".join(f"{spoken(amount)} {called}" for called, amount in [*told.items()][:4])
    whole = sheet.seeded + sheet.came
    more = f" and {len(told) - 4} more lines" if len(told) > 4 else ""
    if sheet.came:
        more = f"{more} ({spoken(sheet.came)} of it came out of conversions)"
    screen.answer(
        f"{sheet.origin}: of {spoken(whole)} by {sheet.day} (block {sheet.block}): {parts}{more}, by {answer.method}."
    )
    rows = [[*_line(line), _cell(amount, asset), *_values(answer, sheet, line)] for line, amount in biggest]
    if few:
        usd = together(answer.values[sheet.origin, sheet.asset, line] for line in few)
        values = [_dollars(usd[basis]) for basis in BASES] if sheet.asset in answer.worth.sources else []
        rows.append([SMALL, f"{len(few)} names", _cell(sum(sheet.lines[line] for line in few), asset), *values])
    rows.append(["adds up to", "", _cell(whole, asset)])
    bases = [f"at {basis}" for basis in BASES] if sheet.asset in answer.worth.sources else []
    screen.table(["where", "name", "amount", *bases], rows, right=range(2, 3 + len(bases)))
    if few:
        screen.note(f"small: {answer.thresholds[sheet.origin, sheet.asset].says(asset)}; the trace's tables have them.")


def _cell(amount: int, asset: Asset) -> str:
    """An amount in a table."""
    return amounts.tabled(amount, amount, asset)


def _called(line: Line) -> str:
    reason, name = line
    return f"at {name}" if reason == "service" and name else reason


def _line(line: Line) -> list[str]:
    return [line[0], line[1] or ""]


def _values(answer: Balance, sheet: Sheet, line: Line) -> list[str]:
    if sheet.asset not in answer.worth.sources:
        return []
    values = answer.values[sheet.origin, sheet.asset, line]
    return [_dollars(values[basis]) for basis in BASES]


def _dollars(value: int | None) -> str:
    return "no price" if value is None else _cell(value, USD)


def _by_asset(sheets: Iterable[Sheet]) -> list[list[Sheet]]:
    found: dict[tuple[str, str], list[Sheet]] = {}
    for sheet in sheets:
        found.setdefault((sheet.origin, sheet.asset), []).append(sheet)
    return list(found.values())


def _over_time(answer: Balance, sheets: list[Sheet]) -> None:
    """A row per day; names are summed, so that the lines fit beside each other."""
    asset = answer.assets[sheets[0].asset]
    reasons = sorted({reason for sheet in sheets for reason, _ in sheet.lines})
    rows = []
    for sheet in sheets:
        sums = [sum(amount for (reason, _), amount in sheet.lines.items() if reason == one) for one in reasons]
        rows.append([f"{sheet.day}", *(_cell(amount, asset) for amount in sums)])
    screen.answer(f"{sheets[0].origin}, {asset.symbol}, at the end of every day with a change (UTC):")
    screen.table(["day", *reasons], rows, right=range(1, len(reasons) + 1))


def _notes(answer: Balance) -> None:
    screen.note(f"Run {answer.run}, {answer.method}: every line is added up from the postings of the trace.")
    days = ", ".join(f"{origin} {day}" for origin, day in answer.thefts.items())
    if answer.worth.sources:
        said = ", ".join(f"{asset} by {source}" for asset, source in sorted(answer.worth.sources.items()))
        screen.note(f"Daily closes: {said}. Theft-day: {days}. Now: {answer.worth.now}.")
    lacking: dict[str, list[str]] = {}
    for (asset, basis), missing in sorted(answer.worth.missing.items()):
        days = f"at {basis} ({', '.join(sorted(missing)[:3])})" if asset in answer.worth.sources else "on any day"
        lacking.setdefault(days, []).append(answer.assets[asset].symbol)
    if lacking and not answer.worth.sources:
        lacking.clear()
        screen.note("No values in dollars: no price of these assets is loaded (dyepack ingest prices).")
    for days, symbols in lacking.items():
        screen.note(f"No price {days} of {', '.join(dict.fromkeys(symbols))}: in no sum of dollars.")
