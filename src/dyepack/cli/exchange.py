"""What goes in and out: charts, exports, and the import of other people's lists."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, ledger_only
from dyepack.cli.ledger import Actor, AsOf, Rule, RuleName, asked_day
from dyepack.cli.upkeep import pairs_table
from dyepack.csvrows import parse_mapping
from dyepack.errors import InputError
from dyepack.ledger import totals

if TYPE_CHECKING:
    from dyepack.ledger.importers import Imported


class ChartName(StrEnum):
    """What can be drawn."""

    TOTALS = "totals"
    AGAINST = "against"
    CONCENTRATION = "concentration"


class ExportName(StrEnum):
    """What can be exported."""

    TOTALS = "totals"
    INCIDENTS = "incidents"
    CLAIMS = "claims"


class ExportForm(StrEnum):
    """In which form."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    JSONLD = "jsonld"


class ListForm(StrEnum):
    """Whose list it is."""

    DEFILLAMA = "defillama"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("chart")(chart)
    app.command("export")(export)
    app.command("import-incidents")(import_incidents)


def chart(
    context: typer.Context,
    what: Annotated[ChartName, typer.Argument(help="totals; against: the rules and the publishers; concentration.")],
    out: Annotated[Path, typer.Option(help="The picture: .svg, .png, or .json for its Vega-Lite specification.")],
    *,
    actor: Actor = None,
    rule: Rule = RuleName.R2,
    as_of: AsOf = None,
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
) -> None:
    """Draw the ledger; the rule, the as-of day and the sources stand in the picture."""
    from dyepack.ledger.drawing import Wanted, specification  # noqa: PLC0415
    from dyepack.ledger.picture import check_form, draw  # noqa: PLC0415

    modes.check(context)
    check_form(out)
    with ledger_only(context) as workspace:
        ledger = workspace.ledger
        day = asked_day(ledger, as_of)
        spec = specification(ledger, Wanted(what, actor, rule, day, dark))
        draw(spec, out, workspace.pictures)
    screen.answer(f"{spec['title']['text']}: {out}")


def export(
    context: typer.Context,
    what: Annotated[ExportName, typer.Argument(help="Yearly totals, the thefts they sum, or the claims about these.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    *,
    form: Annotated[
        ExportForm | None,
        typer.Option("--format", help="Left out: as the file's name ends. jsonld: a description of the data set."),
    ] = None,
    actor: Actor = None,
    rule: Rule = RuleName.R2,
    as_of: AsOf = None,
) -> None:
    """Write a part of the ledger for other programs; each row carries its rule and as-of day. Amounts are exact."""
    from dyepack.ledger import exports  # noqa: PLC0415

    modes.check(context)
    chosen = _form(out, form)
    with ledger_only(context) as workspace:
        day = asked_day(workspace.ledger, as_of)
        made = exports.EXPORTS[what](workspace.ledger, totals(workspace.ledger, actor=actor, rule=rule, as_of=day))
    exports.write(made, out, chosen)
    screen.answer(f"{len(made.rows)} rows of {what.value} as {chosen.value}: {out}")


def _form(out: Path, form: ExportForm | None) -> ExportForm:
    """The form that the file's name or `--format` asks for.

    Raises:
        InputError: they ask for two; the name for none, and no format is given.
    """
    ending = out.suffix.removeprefix(".").lower()
    named = ExportForm(ending) if ending in list(ExportForm) else None
    if form is not None and named not in (None, form):
        raise InputError(f"--format {form.value} would write {form.value} into {out.name}; leave out one of them")
    if (found := form or named) is None:
        raise InputError(
            f"expected a file that ends in {', '.join(f'.{each.value}' for each in ExportForm)}, or --format; "
            f"got {out.name!r}"
        )
    return found


def import_incidents(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The list: JSON or CSV.")],
    form: Annotated[ListForm, typer.Option("--format", help="DefiLlama's list, or any CSV whose columns --map names.")],
    *,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=Column, several separated by commas; for --format csv."),
    ] = None,
    source: Annotated[str, typer.Option(help="Whose list it is; for --format csv.")] = "",
    url: Annotated[str | None, typer.Option(help="Where the list was read.")] = None,
    retrieved: Annotated[str | None, typer.Option(help="When a list that changes was read: YYYY-MM or a day.")] = None,
    published: Annotated[str | None, typer.Option(help="When a list that does not change was published.")] = None,
    into: Annotated[Path | None, typer.Option(help="Write the proposed files here; left out: only say what.")] = None,
    json: AsJson = False,
) -> None:
    """Turn somebody's list of thefts into proposed incident files with their source; merge and overwrite nothing."""
    from dyepack.ledger import csvlist, defillama, importers  # noqa: PLC0415
    from dyepack.ledger.proposal import Listed  # noqa: PLC0415

    if form is ListForm.DEFILLAMA:
        modes.refuse(context, _OF_DEFILLAMA, f"import-incidents --format {form.value}")
    importers.check_days(published, retrieved)
    if form is ListForm.DEFILLAMA:
        rows = defillama.read(file, Listed("defillama", "DefiLlama", url or defillama.URL, "", published, retrieved))
    else:
        rows = csvlist.read(file, parse_mapping(columns or []), Listed("", source, url, "", published, retrieved))
    with ledger_only(context) as workspace:
        found = importers.propose(rows, file.name, workspace.ledger)
    if into is not None:
        found = importers.write(found, into)
    if json:
        return screen.as_json(found.as_json())
    return _imported(found, into)


_OF_DEFILLAMA = ("file", "form", "url", "retrieved", "published", "into", "json")
"""What is read of a list whose columns are known."""


def _imported(found: "Imported", into: Path | None) -> None:
    where = f"{len(found.written)} written to {into}" if into else "nothing written; name a folder with --into"
    told = f"{len(found.proposals)} thefts proposed, {len(found.rejects)} rows refused; {where}."
    screen.answer(f"{told} {len(found.alike)} pairs may be one theft.")
    pairs_table(found.alike)
    for reject in found.rejects:
        line = "" if reject.line is None else f":{reject.line}"
        screen.complain(f"{reject.source}{line}: {f'{reject.field}: ' if reject.field else ''}{reject.reason}")
