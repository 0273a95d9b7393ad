"""The command that says what holds under every tracing rule."""

from pathlib import Path
from typing import Annotated

import typer

from dyepack.cli import asking
from dyepack.cli import bounds_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing
from dyepack.cli.follow import DEFAULT, Fees, Repeats, budget_option
from dyepack.trace import Budget


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("bounds")(bounds)


def bounds(
    context: typer.Context,
    incidents: Annotated[list[str] | None, typer.Argument(metavar="INCIDENT", help="Slugs of the ledger.")] = None,
    *,
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            metavar="PLACE",
            help="Only there: an address, a reason (service, held, …), a tag's concept or name, or stopped for every"
            " place where following ends. Several times: each, and all together.",
        ),
    ] = None,
    case: Annotated[Path | None, typer.Option(help="Take incident, seeds and stops from a case folder.")] = None,
    seeds: Annotated[Path | None, typer.Option(help="CSV: address, and asset, amount, block or tx_hash.")] = None,
    stop_at: Annotated[Path | None, typer.Option(help="CSV: address, reason, name: end the trace there.")] = None,
    chain: Annotated[str | None, typer.Option(help="The chain, where seeds are on several.")] = None,
    max_movements: Annotated[int, budget_option("Movements to follow.")] = DEFAULT.movements,
    max_addresses: Annotated[int, budget_option("Addresses to follow.")] = DEFAULT.addresses,
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
    """Say how much of the stolen money is somewhere whatever tracing rule is preferred: the least and the most."""
    budget = Budget(max_movements, max_addresses)
    given = asking.Given(tuple(incidents or ()), case, seeds, stop_at, chain, budget, repeated.value, fees.value)
    with existing(context) as workspace:
        asking.announce(workspace)
        result = workspace.bounds(asking.request(workspace, given), at or (), unlisted=unlisted)
    if json:
        return screen.as_json(result.as_json())
    return tables.bounds(result)
