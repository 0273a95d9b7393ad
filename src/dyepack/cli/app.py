"""The application: the options that every command shares, and the workspace they lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.version import version

if TYPE_CHECKING:
    from dyepack.workspace import Workspace

DEFAULT_FOLDER = Path("dyepack-workspace")

app = typer.Typer(
    help="Follow stolen crypto: who says what was stolen by whom, where it went, and how sure each step is.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _one_form(context: typer.Context, param: typer.CallbackParam, wanted: bool) -> bool:
    """Refuse --json beside --csv, whichever comes second."""
    other = {"json": "csv", "csv": "json"}[str(param.name)]
    if wanted and context.params.get(other):
        raise typer.BadParameter("expected --json or --csv, got both", context)
    return wanted


def whole(least: int, most: int) -> Callable[[str | int], int]:
    """The parser of a whole number in these bounds; Python's own `int` also takes the digits of other scripts."""

    def parse(given: str | int) -> int:
        text = str(given)
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
            raise typer.BadParameter(f"expected a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return parse


AsJson = Annotated[
    bool, typer.Option("--json", callback=_one_form, help="Print JSON; amounts are exact decimal strings.")
]
AsCsv = Annotated[bool, typer.Option("--csv", callback=_one_form, help="Print CSV.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", help="field=Column, several separated by commas; field=- leaves a field to be worked out."),
]
Year = Annotated[int | None, typer.Option(parser=whole(1, 9999), metavar="INTEGER", help="Only this year.")]


@dataclass(frozen=True)
class Shared:
    """The options given before the command."""

    folder: Path
    given: bool


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dyepack {version()}")
        raise typer.Exit


@app.callback()
def shared(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", "-w", envvar="DYEPACK_WORKSPACE", help=f"The workspace folder [default: {DEFAULT_FOLDER}]."
        ),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Follow stolen crypto: who says what was stolen by whom, where it went, and how sure each step is."""
    context.obj = Shared(workspace or DEFAULT_FOLDER, workspace is not None)


def existing(context: typer.Context) -> Workspace:
    """The workspace of this command, which must be there."""
    return _workspace().open(context.obj.folder)


def created(context: typer.Context) -> Workspace:
    """The workspace of this command, made if it is not there."""
    return _workspace().open(context.obj.folder, create=True)


def ledger_only(context: typer.Context) -> Workspace:
    """The workspace of this command if there is one, else the ledger that ships with dyepack."""
    chosen: Shared = context.obj
    if chosen.given or chosen.folder.exists():
        return _workspace().open(chosen.folder)
    return _workspace()(None)


def if_there(context: typer.Context) -> Workspace:
    """The workspace of this command if it is there already, else the ledger that ships with dyepack."""
    folder = context.obj.folder
    there = folder.is_dir() and any(folder.iterdir())
    return _workspace().open(folder) if there else _workspace()(None)


def _workspace() -> type[Workspace]:
    """Imported late: the help and wrong usage need no tables."""
    from dyepack.workspace import Workspace  # noqa: PLC0415

    return Workspace
