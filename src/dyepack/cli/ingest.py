"""The commands that load what a chain shows; each file of `PARTS` adds its own to the group `ingest`."""

import shlex
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from dyepack.cli import follow_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, Columns, created, whole
from dyepack.csvrows import parse_mapping
from dyepack.ingest import Reading

PARTS: tuple[str, ...] = ("ingest_bitcoin", "ingest_check", "ingest_evm", "ingest_explorer", "ingest_files", "prices")
"""Modules of `cli/` whose `add(group)` adds further commands; one each, so that a loader is found by its name."""

ingest = typer.Typer(help="Load what a chain shows: blocks, movements, and balances known to have been there before.")

File = Annotated[Path, typer.Argument(help="A CSV file with a header, in UTF-8.")]
Files = Annotated[list[Path], typer.Argument(help="CSV files with a header; the lists of explorers are known.")]
RowsChain = Annotated[
    str | None, typer.Option("--chain", help="The chain of rows that name none: ethereum, bsc, tron, …")
]
Chain = Annotated[str, typer.Option(help="The chain it speaks of: ethereum, bsc, tron, …")]
Symbol = Annotated[str | None, typer.Option("--asset", help="The asset of every row: the native symbol, or USD.")]
Token = Annotated[str | None, typer.Option(help="The token contract of every row.")]
Decimals = Annotated[
    int | None,
    typer.Option(parser=whole(0, 38), metavar="INTEGER", help="Decimals of tokens that dyepack does not list."),
]
BaseUnits = Annotated[bool, typer.Option("--base-units", help="Amounts are whole base units (wei) already.")]


class Identical(StrEnum):
    """What to do with a row that is the same in every column as an earlier one."""

    KEEP = "keep"
    REJECT = "reject"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    ingest.command("movements")(movements)
    ingest.command("openings")(openings)
    ingest.command("case")(case)
    for part in PARTS:
        import_module(f"dyepack.cli.{part}").add(ingest)
    app.add_typer(ingest, name="ingest")


def movements(
    context: typer.Context,
    files: Files,
    *,
    chain: RowsChain = None,
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
    """Load movements of account chains, one list or several; a bad row is refused with the reason, the rest loads."""
    reading = Reading(chain, parse_mapping(columns or []), asset, token, decimals, base_units, identical.value)
    with created(context) as workspace:
        loaded = workspace.ingest_lists(files, reading, replace=replace)
    tables.lists(loaded, json=json)
    if not any(one.rows for one in loaded):
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
