"""The main job from nothing: load the ledger and the shipped case, trace it, print the answer, write the report."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Annotated

import typer

from dyepack import bundled
from dyepack.cli import follow_tables, ledger_tables
from dyepack.cli import show as screen
from dyepack.errors import InputError
from dyepack.workspace import Workspace

CASE = "2022-06-23-harmony"
NEWS = dt.date(2023, 9, 14)
"""The day of the news with which the tutorial begins: one figure as known then, and the same as known now."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo")(demo)


def demo(
    out: Annotated[Path, typer.Option(help="The folder for the workspace and report.html.")] = Path("demo"),
) -> None:
    """Trace the theft that ships with dyepack from nothing, print the answer, and write a report that opens offline."""
    folder = _fresh(out / "workspace")
    with Workspace.open(folder, create=True) as workspace:
        workspace.load_ledger()
        case = workspace.load_case(bundled.folder("cases") / CASE)
        result = workspace.trace(case.request())
        report = workspace.report(out / "report.html", result=result, case=case)
        ledger = workspace.ledger
        for as_of in (NEWS, None):
            ledger_tables.totals(ledger, workspace.totals(actor="dprk", as_of=as_of), csv=False)
            screen.blank()
        follow_tables.trace(result)
        screen.blank()
        screen.answer(f"The report: {report}")
        screen.note(f"Look further: dyepack --workspace {folder} incident {CASE}")


def _fresh(folder: Path) -> Path:
    """An empty place for the demo's workspace; only a workspace of an earlier demo is taken away."""
    if folder.exists():
        if not (folder / "workspace.json").is_file() and any(folder.iterdir()):
            raise InputError(f"{folder} is not a workspace of an earlier demo; name another folder with --out")
        shutil.rmtree(folder)
    return folder
