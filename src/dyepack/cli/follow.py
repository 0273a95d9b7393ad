"""The command that follows money."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.cli import asking
from dyepack.cli import follow_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing, whole
from dyepack.errors import InputError
from dyepack.trace import Budget, Request, SeedSpec, read_stops
from dyepack.trace.methods import METHODS

DEFAULT = Budget()


def budget_option(what: str) -> Any:
    """An option that bounds the slice."""
    return typer.Option(parser=whole(1, 10**12), metavar="INTEGER", help=what)


class Repeats(StrEnum):
    """How to read a movement that repeats an earlier one of its transaction."""

    KEPT = "kept"
    ONCE = "once"


class Fees(StrEnum):
    """What becomes of the fees of an output chain."""

    BOOKED = "booked"
    MINER = "miner"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("trace")(trace)


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
    max_movements: Annotated[int, budget_option("Movements to follow.")] = DEFAULT.movements,
    max_addresses: Annotated[int, budget_option("Addresses to follow.")] = DEFAULT.addresses,
    repeated: Annotated[
        Repeats,
        typer.Option(help="Movements that repeat one of their transaction: kept, or taken once. The answer has both."),
    ] = Repeats.KEPT,
    fees: Annotated[
        Fees, typer.Option(help="On an output chain: fees booked as fees, or carried on to who mined the block.")
    ] = Fees.BOOKED,
    stop_behaviour: Annotated[
        bool, typer.Option("--stop-behaviour", help="End too at addresses without a tag that act as a service does.")
    ] = False,
    follow: Annotated[
        list[str] | None,
        typer.Option("--follow", metavar="ADDRESS", help="Go on past it, though a tag or a stop would end there."),
    ] = None,
    again: Annotated[
        str | None, typer.Option(metavar="RUN", help="As this trace was asked; with --follow or a larger budget.")
    ] = None,
    backward: Annotated[
        bool, typer.Option("--backward", help="Source of funds: give addresses in place of incidents.")
    ] = False,
    unlisted: Annotated[bool, typer.Option("--unlisted", help="Allow names that are not in the ledger.")] = False,
    json: AsJson = False,
) -> None:
    """Follow the money of incidents to where it rests, by every rule, to the last unit."""
    if again is not None:
        return _again(context, again, follow or (), Budget(max_movements, max_addresses), json=json)
    options = Request(
        incidents=(),
        stops=read_stops(stop_at, chain or "ethereum") if stop_at and backward else (),
        methods=tuple(method.split(",")),
        chain=chain,
        budget=Budget(max_movements, max_addresses),
        fees=fees.value,
        follow=tuple(normalise(one, chain or "ethereum") for one in follow or ()) if backward else (),
    )
    if backward:
        return _sources(context, incidents or [], options, json=json)
    given = asking.Given(
        tuple(incidents or ()),
        case,
        seeds,
        stop_at,
        chain,
        Budget(max_movements, max_addresses),
        repeated.value,
        fees.value,
        tuple(method.split(",")),
        stop_behaviour,
        tuple(follow or ()),
    )
    with existing(context) as workspace:
        asking.announce(workspace)
        result = workspace.trace(asking.request(workspace, given), unlisted=unlisted)
    if json:
        return screen.as_json(result.as_json())
    return tables.trace(result)


_BESIDE_AGAIN = ("again", "follow", "max_movements", "max_addresses", "json")


def _again(context: typer.Context, run: str, past: Sequence[str], budget: Budget, *, json: bool) -> None:
    """A trace that was made, past where it ended."""
    others = [name for name in context.params if name not in _BESIDE_AGAIN and _is_given(context, name)]
    if others:
        raise InputError(f"--again asks what the run was asked; expected no {' or '.join(others)} beside it")
    with existing(context) as workspace:
        asking.announce(workspace)
        asked = workspace.again(run).past(past).within(budget)
        if asked.backward:
            found = workspace.sources(asked.request)
            return screen.as_json(found.as_json()) if json else tables.sources(found)
        result = workspace.trace(asked.request, unlisted=True)
    return screen.as_json(result.as_json()) if json else tables.trace(result)


def _is_given(context: typer.Context, name: str) -> bool:
    """Whether somebody typed it."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _sources(context: typer.Context, addresses: list[str], options: Request, *, json: bool) -> None:
    """Where the money of these addresses came from."""
    chain = options.chain or "ethereum"
    specs = tuple(SeedSpec("", chains.chain(chain).name, normalise(address, chain)) for address in addresses)
    with existing(context) as workspace:
        asking.announce(workspace)
        found = workspace.sources(replace(options, seeds=specs))
    if json:
        return screen.as_json(found.as_json())
    return tables.sources(found)
