"""`dyepack ingest prices`: what a unit of an asset cost, by day or hour, according to whom."""

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dyepack.cli import follow_tables as tables
from dyepack.cli import ingest_tables, modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, Columns, created, existing, whole
from dyepack.csvrows import parse_mapping
from dyepack.errors import InputError
from dyepack.ingest import PriceReading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dyepack.ingest.explorer.asker import Asker
    from dyepack.ingest.quotes.asked import Quotes, Stretch
    from dyepack.ingest.quotes.load import LoadedQuotes


class Span(StrEnum):
    """How long a close is the last one of."""

    DAY = "day"
    HOUR = "hour"


class Api(StrEnum):
    """Who is asked for prices."""

    COINBASE = "coinbase"
    KRAKEN = "kraken"
    DEFILLAMA = "defillama"


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("prices")(prices)


def prices(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A CSV file with a header: asset or symbol, date or time, close."),
    ] = None,
    *,
    source: Annotated[str | None, typer.Option(help="Who says so; a column `source` is named after it.")] = None,
    columns: Columns = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbol",
            help="What a symbol of the file, or a market of the API, means: WBTC=ethereum:0x2260…, BTC-USD=BTC",
        ),
    ] = None,
    asset: Annotated[
        str | None, typer.Option("--asset", help="The asset of every row: a native symbol, or chain:contract.")
    ] = None,
    span: Annotated[
        Span | None, typer.Option(help="Whether closes are of days or hours; of an API, days unless said otherwise.")
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="The currency of every close of a file; left out: what a column says, else US dollars."),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(help="A CSV file of rates for closes in other currencies: date, currency, close in dollars."),
    ] = None,
    api: Annotated[Api | None, typer.Option("--from", help="Ask an API instead of reading a file.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="The first day to ask the API for.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The last day to ask for; it must be over.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the API is; left out: the public one.")] = None,
    answers: Annotated[Path, typer.Option(help="Folder that keeps every raw answer.")] = Path("answers"),
    rate: Annotated[int, typer.Option(parser=whole(1, 1000), metavar="INTEGER", help="Questions a second.")] = 1,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: only answers that were kept.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what an API would be asked; ask nobody.")] = False,
    json: AsJson = False,
) -> None:
    """Load daily or hourly closing prices in US dollars, from a file or from an API.

    A file loaded again replaces what it said before. An API's raw answers are kept, hashed and dated, and asked for
    once.
    """
    given, work = locals(), _from_file if api is None else _from_api
    modes.run(context, work, given)


@modes.mode("ingest prices", "--from")
def _from_api(
    context: typer.Context,
    *,
    api: Api,
    symbols: list[str] | None,
    span: Span | None,
    since: str | None,
    until: str | None,
    url: str | None,
    answers: Path,
    rate: int,
    offline: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """Ask an API."""
    if since is None or until is None:
        raise InputError("expected --from with --since, --until and --symbol MARKET=ASSET, and without a file")
    asker = _asker(url or _urls()[api], answers, rate=rate, offline=offline)
    asked = parse_mapping(symbols or []), _stretch(span or Span.DAY, since, until)
    return _ask(context, (_quotes(api, asker), asker), asked, dry_run=dry_run, json=json)


@modes.mode("ingest prices", "FILE")
def _from_file(
    context: typer.Context,
    *,
    file: Path | None,
    source: str | None,
    columns: list[str] | None,
    symbols: list[str] | None,
    asset: str | None,
    span: Span | None,
    currency: str | None,
    rates: Path | None,
    json: bool,
) -> None:
    """Read a file."""
    if file is None:
        raise InputError("expected a file, or an API with --from, --since and --until")
    given, named = parse_mapping(symbols or []), parse_mapping(columns or [])
    reading = PriceReading(source, named, given, asset, span.value if span else None, currency, rates)
    with created(context) as workspace:
        loaded = workspace.ingest_prices(file, reading)
    tables.movements(loaded, json=json, what="prices")
    if not loaded.rows:
        raise typer.Exit(1)


def _asker(url: str, answers: Path, *, rate: int, offline: bool) -> "Asker":
    from dyepack.ingest.explorer.answers import Answers  # noqa: PLC0415 (the client for HTTP)
    from dyepack.ingest.explorer.asker import Asker  # noqa: PLC0415

    asker = Asker(url, Answers(answers), rate=rate, offline=offline)
    asker.clock.tell = screen.complain
    return asker


def _urls() -> "Mapping[Api, str]":
    from dyepack.ingest.quotes import coinbase, defillama, kraken  # noqa: PLC0415

    return {Api.COINBASE: coinbase.URL, Api.KRAKEN: kraken.URL, Api.DEFILLAMA: defillama.URL}


def _quotes(api: Api, asker: "Asker") -> "Quotes":
    from dyepack.ingest.quotes.coinbase import Coinbase  # noqa: PLC0415
    from dyepack.ingest.quotes.defillama import DefiLlama  # noqa: PLC0415
    from dyepack.ingest.quotes.kraken import Kraken  # noqa: PLC0415

    made: Mapping[Api, Any] = {Api.COINBASE: Coinbase, Api.KRAKEN: Kraken, Api.DEFILLAMA: DefiLlama}
    quotes: Quotes = made[api](asker)
    return quotes


def _stretch(span: Span, since: str, until: str) -> "Stretch":
    from dyepack.ingest.quotes.asked import Stretch  # noqa: PLC0415
    from dyepack.model import first_day, last_day  # noqa: PLC0415

    first: date = first_day(since)
    return Stretch.of(span.value, first, last_day(until))


def _ask(
    context: typer.Context,
    of: "tuple[Quotes, Asker]",
    asked: "tuple[Mapping[str, str], Stretch]",
    *,
    dry_run: bool,
    json: bool,
) -> None:
    from dyepack.ingest.quotes.load import markets  # noqa: PLC0415

    (quotes, asker), (given, wanted) = of, asked
    known = markets(quotes, given, _symbols(context))
    if dry_run:
        return _plan(quotes, known, wanted, json=json)
    with created(context) as workspace:
        loaded = workspace.ingest_quotes(quotes, asker.answers, given, wanted)
    if json:
        return screen.as_json(loaded.as_json())
    return _show(loaded, wanted)


def _symbols(context: typer.Context) -> "Mapping[str, str]":
    """The symbols of what is loaded, where there is a workspace yet."""
    from dyepack.ingest.prices import symbols_loaded  # noqa: PLC0415

    if not context.obj.folder.exists():
        return {}
    with existing(context) as workspace:
        return symbols_loaded(workspace.store)


def _plan(quotes: "Quotes", known: "Mapping[str, str]", wanted: "Stretch", *, json: bool) -> None:
    """What would be asked, and the columns of the table that the answers would go to."""
    questions = [one for market in known for one in quotes.planned(market, wanted)]
    if json:
        told = {"source": quotes.name, "markets": dict(known), "questions": [asdict(one) for one in questions]}
        return screen.as_json({**told, "tables": ingest_tables.columns(["prices"])})
    kept = sum(one.kept for one in questions)
    screen.answer(
        f"{quotes.name} would be asked {len(questions) - kept:,} questions about {len(wanted):,} {wanted.span}s of"
        f" {', '.join(known)}; {kept:,} answers are kept already"
    )
    screen.table(["question", ""], [[one.question, "kept" if one.kept else ""] for one in questions])
    return ingest_tables.show_columns(["prices"])


def _show(loaded: "LoadedQuotes", wanted: "Stretch") -> None:
    screen.answer(
        f"{loaded.source}: {loaded.rows:,} closes loaded, {loaded.rejected:,} refused;"
        f" {loaded.asked:,} new answers kept"
    )
    for reason in loaded.reasons:
        screen.note(reason)
    for market, count in loaded.missing.items():
        screen.note(f"{market}: {count:,} of {len(wanted):,} {wanted.span}s have no close in the answers.")
    screen.note(f"All answers together have the hash {loaded.answers}.")
