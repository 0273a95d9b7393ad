"""`dyepack ingest prices`: what a unit of an asset cost, by day or hour, according to whom."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dyepack.cli import follow_tables as tables
from dyepack.cli.app import AsJson, Columns, created
from dyepack.csvrows import parse_mapping
from dyepack.ingest import PriceReading


class Span(StrEnum):
    """How long a close is the last one of."""

    DAY = "day"
    HOUR = "hour"


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("prices")(prices)


def prices(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV file with a header: asset or symbol, date or time, close.")],
    *,
    source: Annotated[str | None, typer.Option(help="Who says so; a column `source` is named after it.")] = None,
    columns: Columns = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbol", help="What a symbol of the file means, as SYMBOL=ASSET: WBTC=ethereum:0x2260…"),
    ] = None,
    asset: Annotated[
        str | None, typer.Option("--asset", help="The asset of every row: a native symbol, or chain:contract.")
    ] = None,
    span: Annotated[Span | None, typer.Option(help="Whether closes are of days or hours, where both columns are.")] = (
        None
    ),
    json: AsJson = False,
) -> None:
    """Load daily or hourly closing prices in US dollars; a file loaded again replaces what it said before."""
    reading = PriceReading(
        source, parse_mapping(columns or []), parse_mapping(symbols or []), asset, span.value if span else None
    )
    with created(context) as workspace:
        loaded = workspace.ingest_prices(file, reading)
    tables.movements(loaded, json=json, what="prices")
    if not loaded.rows:
        raise typer.Exit(1)
