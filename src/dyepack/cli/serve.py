"""`dyepack serve`: the workbench, on this machine alone unless told otherwise."""

from typing import Annotated

import typer

from dyepack.cli.app import whole
from dyepack.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The address to listen at; off this machine a token is needed.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(parser=whole(0, 65_535), metavar="INTEGER", help="0 takes a free one.")] = 8450,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="DYEPACK_TOKEN", help="What everybody who asks must show; at least 16 letters. `new` makes one."
        ),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="A further name under which the server may be asked.")
    ] = None,
) -> None:
    """Open the workbench: pages and API over this workspace, which is made and filled with the shipped case if absent.

    Nothing that the pages show leaves the machine. Stop with Ctrl-C; jobs that were running go on at the next start.
    """
    from dyepack.web.serving import Serving, run  # noqa: PLC0415 (fastapi and what comes with it)

    serving = Serving(context.obj.folder, host, port, token, tuple(name or ()))
    if problem := serving.problem():
        raise InputError(problem)
    run(serving)
