"""The commands about who is who: load tags and lists, and look addresses up."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import show as screen
from dyepack.cli import tag_tables as tables
from dyepack.cli.app import AsCsv, AsJson, created, existing
from dyepack.csvrows import CsvFile, parse_mapping
from dyepack.errors import InputError, InvalidDate

if TYPE_CHECKING:
    from dyepack.tags.lookup import Asked

MANY = 100
"""Addresses above which JSON is one line each."""
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="What held on this day.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("load-tags")(load_tags)
    app.command("tags")(tags)


def load_tags(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="TagPacks, CSV files, lists of authorities and of services: see tag files.")
    ],
    *,
    list_name: Annotated[
        str | None, typer.Option("--list", help="The list that the files are of [default: the file's own name].")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day whose state the files give; keeps other editions.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Take a list that has shrunk by half.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="Of a CSV file: field=Column, several separated by commas."),
    ] = None,
    chain: Annotated[str | None, typer.Option(help="The chain of every row of a CSV file.")] = None,
    concept: Annotated[str | None, typer.Option(help="The concept of every row of a CSV file.")] = None,
    confidence: Annotated[str | None, typer.Option(help="How every row of a CSV file is known.")] = None,
    source: Annotated[str | None, typer.Option(help="Where every row of a CSV file comes from.")] = None,
    json: AsJson = False,
) -> None:
    """Load tags: who is who, according to whom. A file without a day replaces what its list said before."""
    from dyepack.tags import Choice, Layout  # noqa: PLC0415 (a wrong command line needs none of it)

    layout = Layout(parse_mapping(columns or []), chain, concept, confidence, source)
    choice = Choice(list_name, day(edition), accept)
    with created(context) as workspace:
        loaded = workspace.load_tags(files, layout, choice)
    tables.loaded(loaded, json=json)
    if not any(one.statements for one in loaded):
        raise typer.Exit(1)


def tags(
    context: typer.Context,
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS|FILE", help="Addresses, chain:address, or a CSV file of them.")
    ],
    *,
    as_of: AsOf = None,
    chain: Annotated[str | None, typer.Option(help="The chain that is meant; others are shown as inferred.")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """What is said about addresses, by whom, and whether it held on a day; what disagrees stands side by side."""
    from dyepack.tags.lookup import asked  # noqa: PLC0415 (as above)

    when = day(as_of)
    wanted = [one for text in addresses for one in (_of_file(Path(text), chain) or [asked(text, chain)])]
    with existing(context) as workspace:
        found = workspace.tags(wanted, when)
    if json and len(found) > MANY:
        return screen.as_json_lines([one.as_json() for one in found])
    if json:
        return screen.as_json([one.as_json() for one in found])
    return tables.as_csv(found) if csv else tables.found(found, when)


def day(text: str | None) -> date | None:
    """The day of an option.

    Raises:
        InvalidDate: it is none; a year or a month names no day.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidDate(f"expected a day as YYYY-MM-DD, got {text!r}") from None


def _of_file(path: Path, chain: str | None) -> list["Asked"]:
    """The addresses in a file: one a line, or a column `address`, and `chain` where there is one."""
    from dyepack.tags.lookup import asked  # noqa: PLC0415 (as above)

    if not path.is_file():
        return []
    file = CsvFile(path, plain="address")
    columns = file.columns({}, ("address", "chain"))
    if "address" not in columns:
        raise file.missing("address", "name the column of addresses 'address'")
    wanted = []
    for row in file:
        try:
            wanted.append(
                asked(row.cells[columns["address"]], chain or row.cells.get(columns.get("chain", "")) or None)
            )
        except InputError as error:
            raise InputError(f"{file.name}:{row.line}: {error}") from None
    return wanted
