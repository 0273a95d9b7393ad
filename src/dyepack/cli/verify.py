"""The command that looks whether a workspace's files are still what dyepack wrote."""

import typer

from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("verify")(verify)


def verify(context: typer.Context, *, json: AsJson = False) -> None:
    """Read every file of the workspace and compare it with what was written; exit code 1 if one was changed."""
    with existing(context) as workspace:
        found = workspace.verify()
    if json:
        return screen.as_json(found.as_json())
    return screen.answer(
        f"As they were written: {found.tables} tables, {found.parts} parts, {found.rows} rows, {found.bytes} bytes."
    )
