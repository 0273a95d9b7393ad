"""Looking after the ledger's files: what is wrong with them, and which may be one theft twice."""

from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, ledger_only

if TYPE_CHECKING:
    from dyepack.ledger.duplicates import Pair

ledger = typer.Typer(help="Look after the ledger's files.")
CONDITION = 3


class FailOn(StrEnum):
    """What makes the check fail."""

    ERROR = "error"
    WARNING = "warning"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    ledger.command("check")(check)
    ledger.command("duplicates")(duplicates)
    app.add_typer(ledger, name="ledger")


def check(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="Incident files; left out: those that ship with dyepack.")
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Leave with exit code 3 if there is one of these.")] = FailOn.ERROR,
    json: AsJson = False,
) -> None:
    """Check incident files: form, days in order, units, checksums, dead or doubled sources, doubled thefts.

    An error cannot be right and has to be mended; a warning is unusual and wants a look.
    """
    from dyepack.ledger.check import check_ledger  # noqa: PLC0415 (YAML and pydantic)
    from dyepack.ledger.load import ledger_files, shipped  # noqa: PLC0415

    modes.without_workspace(context)
    place = folder or shipped()
    found = check_ledger(place, datetime.now(UTC).date())
    levels = Counter(each.level for each in found)
    if json:
        screen.as_json([each.as_json() for each in found])
    else:
        told = f"{_count(levels['error'], 'error')}, {_count(levels['warning'], 'warning')}"
        screen.answer(f"{_count(len(ledger_files(place)), 'file')}: {told}.")
        if found:
            rows = [
                [each.level, f"{each.source}:{each.line or ''}", each.check, each.field, each.text] for each in found
            ]
            screen.table(["", "where", "check", "field", "what"], rows)
    if levels["error"] or (fail_on is FailOn.WARNING and levels["warning"]):
        raise typer.Exit(CONDITION)


def duplicates(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="One incident file, to set beside the ledger; left out: the whole ledger.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Pairs of incidents that may be one theft, with what speaks for and against it. Nothing is merged."""
    from dyepack.ledger.duplicates import beside, pairs  # noqa: PLC0415

    with ledger_only(context) as workspace:
        found = pairs(workspace.ledger) if file is None else beside(workspace.ledger, file)
        if json:
            return screen.as_json([pair.as_json() for pair in found])
        clear = sum(not pair.against for pair in found)
        screen.answer(f"{_count(len(found), 'pair')} may be one theft; against {clear} of them nothing speaks.")
        return pairs_table(found)


def pairs_table(found: tuple["Pair", ...]) -> None:
    """Pairs, one line each."""
    if found:
        rows = [[*pair.slugs, "; ".join(pair.reasons), "; ".join(pair.against)] for pair in found]
        screen.table(["incident", "and", "why it may be one theft", "why it may be two"], rows)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
