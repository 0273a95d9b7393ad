"""The commands that follow money: load movements, balances and tags, then trace."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from dyepack.cli import follow_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, created, existing, whole
from dyepack.csvrows import parse_mapping
from dyepack.ingest import Reading
from dyepack.tags import Layout
from dyepack.trace import Budget, Request, SeedSpec, Stop, read_case, read_stops
from dyepack.trace.methods import METHODS
from dyepack.workspace import Workspace

ingest = typer.Typer(help="Load what a chain shows: movements, and balances known to have been there before.")

File = Annotated[Path, typer.Argument(help="A CSV file with a header, in UTF-8.")]
Chain = Annotated[str, typer.Option(help="The chain it speaks of: ethereum, bsc, tron, …")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", help="field=Column, several separated by commas; field=- leaves a field to be worked out."),
]
Symbol = Annotated[str | None, typer.Option("--asset", help="The asset of every row: the native symbol, or USD.")]
Token = Annotated[str | None, typer.Option(help="The token contract of every row.")]
Decimals = Annotated[
    int | None,
    typer.Option(parser=whole(0, 38), metavar="INTEGER", help="Decimals of tokens that dyepack does not list."),
]
BaseUnits = Annotated[bool, typer.Option("--base-units", help="Amounts are whole base units (wei) already.")]

DEFAULT = Budget()


def _budget(what: str) -> Any:
    return typer.Option(parser=whole(1, 10**12), metavar="INTEGER", help=what)


class Repeats(StrEnum):
    """How to read a movement that repeats an earlier one of its transaction."""

    KEPT = "kept"
    ONCE = "once"


class Fees(StrEnum):
    """What becomes of the fees of an output chain."""

    BOOKED = "booked"
    MINER = "miner"


class Identical(StrEnum):
    """What to do with a row that is the same in every column as an earlier one."""

    KEEP = "keep"
    REJECT = "reject"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    ingest.command("movements")(movements)
    ingest.command("openings")(openings)
    ingest.command("case")(case)
    app.add_typer(ingest, name="ingest")
    app.command("load-tags")(load_tags)
    app.command("trace")(trace)


def movements(
    context: typer.Context,
    file: File,
    chain: Chain,
    *,
    columns: Columns = None,
    asset: Symbol = None,
    token: Token = None,
    decimals: Decimals = None,
    base_units: BaseUnits = False,
    identical: Annotated[Identical, typer.Option(help="What to do with rows that are the same in every column.")] = (
        Identical.KEEP
    ),
    replace: Annotated[bool, typer.Option("--replace", help="Take away what files of this name gave before.")] = False,
    json: AsJson = False,
) -> None:
    """Load movements of an account chain; a bad row is refused with the reason, the rest loads."""
    reading = Reading(chain, parse_mapping(columns or []), asset, token, decimals, base_units, identical.value)
    with created(context) as workspace:
        loaded = workspace.ingest_movements(file, reading, replace=replace)
    tables.movements(loaded, json=json)
    if not loaded.rows:
        raise typer.Exit(1)


def openings(
    context: typer.Context,
    file: File,
    chain: Chain,
    *,
    columns: Columns = None,
    asset: Symbol = None,
    token: Token = None,
    decimals: Decimals = None,
    base_units: BaseUnits = False,
    json: AsJson = False,
) -> None:
    """Load balances that are known to have been there before the first movement: address, amount, block."""
    reading = Reading(chain, parse_mapping(columns or []), asset, token, decimals, base_units)
    with created(context) as workspace:
        loaded = workspace.ingest_openings(file, reading)
    tables.movements(loaded, json=json, what="opening balances")
    if not loaded.rows:
        raise typer.Exit(1)


def case(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A folder with a case.yaml.")],
) -> None:
    """Load the movements and tags of a case folder."""
    with created(context) as workspace:
        loaded = workspace.load_case(folder)
    screen.answer(f"{loaded.title}: loaded; follow it with: dyepack trace --case {shlex.quote(str(folder))}")
    screen.note(f"{loaded.about} Source: {loaded.source.name} ({loaded.source.licence}).")


def load_tags(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="TagPacks (.yaml) and CSV files.")],
    *,
    columns: Columns = None,
    chain: Annotated[str | None, typer.Option(help="The chain of every row of a CSV file.")] = None,
    concept: Annotated[str | None, typer.Option(help="The concept of every row of a CSV file.")] = None,
    confidence: Annotated[str | None, typer.Option(help="How every row of a CSV file is known.")] = None,
    source: Annotated[str | None, typer.Option(help="Where every row of a CSV file comes from.")] = None,
    json: AsJson = False,
) -> None:
    """Load tags: who is who, according to whom; a file loaded again replaces what it said before."""
    layout = Layout(parse_mapping(columns or []), chain, concept, confidence, source)
    with created(context) as workspace:
        loaded = workspace.load_tags(files, layout)
    tables.tags(loaded, json=json)
    if not any(one.tags for one in loaded):
        raise typer.Exit(1)


def trace(
    context: typer.Context,
    incidents: Annotated[list[str] | None, typer.Argument(metavar="INCIDENT", help="Slugs of the ledger.")] = None,
    *,
    case: Annotated[Path | None, typer.Option(help="Take incident, seeds and stops from a case folder.")] = None,
    seeds: Annotated[Path | None, typer.Option(help="CSV: address, and asset, amount, block or tx_hash.")] = None,
    stop_at: Annotated[Path | None, typer.Option(help="CSV: address, reason, name: end the trace there.")] = None,
    method: Annotated[
        str,
        typer.Option(help=f"{', '.join(METHODS)}, several with commas, or all."),
    ] = "all",
    chain: Annotated[str | None, typer.Option(help="The chain, where seeds are on several.")] = None,
    max_movements: Annotated[int, _budget("Movements to follow.")] = DEFAULT.movements,
    max_addresses: Annotated[int, _budget("Addresses to follow.")] = DEFAULT.addresses,
    repeated: Annotated[
        Repeats,
        typer.Option(help="Movements that repeat one of their transaction: kept, or taken once. The answer has both."),
    ] = Repeats.KEPT,
    fees: Annotated[
        Fees, typer.Option(help="On an output chain: fees booked as fees, or carried on to who mined the block.")
    ] = Fees.BOOKED,
    unlisted: Annotated[bool, typer.Option("--unlisted", help="Allow names that are not in the ledger.")] = False,
    json: AsJson = False,
) -> None:
    """Follow the money of incidents to where it rests, by every rule, to the last unit."""
    with existing(context) as workspace:
        slugs = tuple(incidents or ())
        given, stops = _of_case(case)
        if case is not None and not slugs:
            slugs = tuple(dict.fromkeys(seed.incident for seed in given))
        request = Request(
            incidents=slugs,
            seeds=given + _seeds(workspace, seeds, slugs, chain),
            stops=stops + (read_stops(stop_at, chain or (given[0].chain if given else "ethereum")) if stop_at else ()),
            methods=tuple(method.split(",")),
            chain=chain,
            budget=Budget(max_movements, max_addresses),
            repeated=repeated.value,
            fees=fees.value,
        )
        result = workspace.trace(request, unlisted=unlisted)
    if json:
        return screen.as_json(result.as_json())
    return tables.trace(result)


def _of_case(folder: Path | None) -> tuple[tuple[SeedSpec, ...], tuple[Stop, ...]]:
    if folder is None:
        return (), ()
    found = read_case(folder)
    return found.seeds, found.stops


def _seeds(
    workspace: Workspace, path: Path | None, incidents: tuple[str, ...], chain: str | None
) -> tuple[SeedSpec, ...]:
    return () if path is None else workspace.seeds(path, incidents, chain)
