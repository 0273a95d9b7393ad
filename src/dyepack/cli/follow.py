"""The command that follows money."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from dyepack.addresses import normalise
from dyepack.cli import asking, modes
from dyepack.cli import follow_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing, whole
from dyepack.errors import InputError
from dyepack.trace import Budget, Request, SeedSpec, read_stops
from dyepack.trace.again import Again
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
    all_places: Annotated[
        bool,
        typer.Option("--all-places", help="Name addresses that got next to nothing, too; tables have them always."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Follow the money of incidents to where it rests, by every rule, to the last unit."""
    given, work = locals(), _again if again is not None else _sources if backward else _forward
    modes.run(context, work, given)


@modes.mode("trace", "INCIDENT")
def _forward(
    context: typer.Context,
    *,
    incidents: list[str] | None,
    case: Path | None,
    seeds: Path | None,
    stop_at: Path | None,
    method: str,
    chain: str | None,
    max_movements: int,
    max_addresses: int,
    repeated: Repeats,
    fees: Fees,
    stop_behaviour: bool,
    follow: list[str] | None,
    unlisted: bool,
    all_places: bool,
    json: bool,
) -> None:
    """From incidents to where their money rests."""
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
    return screen.as_json(result.as_json(every=all_places)) if json else tables.trace(result, every=all_places)


@modes.mode("trace", "--again")
def _again(
    context: typer.Context,
    *,
    again: str,
    follow: list[str] | None,
    max_movements: int,
    max_addresses: int,
    all_places: bool,
    json: bool,
) -> None:
    """A trace that was made, past where it ended."""
    with existing(context) as workspace:
        asking.announce(workspace)
        before = workspace.again(again)
        asked = before.past(follow or ()).within(_larger(context, before, Budget(max_movements, max_addresses)))
        if asked.backward:
            found = workspace.sources(asked.request)
            return screen.as_json(found.as_json()) if json else tables.sources(found)
        result = workspace.trace(asked.request, unlisted=True)
    return screen.as_json(result.as_json(every=all_places)) if json else tables.trace(result, every=all_places)


def _larger(context: typer.Context, before: Again, given: Budget) -> Budget:
    """The run's own budget, with what of it is typed.

    Raises:
        InputError: less than the run had: what it found cannot be taken back.
    """
    own = before.request.budget
    for name in ("movements", "addresses"):
        had, now = getattr(own, name), getattr(given, name)
        if not modes.given(context, f"max_{name}"):
            given = replace(given, **{name: had})
        elif now < had:
            raise InputError(
                f"run {before.run} had a budget of {had:,} {name}, and --again goes on: give more, or trace anew"
            )
    return given


@modes.mode("trace", "--backward")
def _sources(
    context: typer.Context,
    *,
    backward: bool,
    incidents: list[str] | None,
    stop_at: Path | None,
    method: str,
    chain: str | None,
    max_movements: int,
    max_addresses: int,
    fees: Fees,
    follow: list[str] | None,
    json: bool,
) -> None:
    """Where the money of the addresses that stand in place of incidents came from."""
    assert backward
    addresses = incidents or []
    if not addresses:
        raise InputError("expected an address: dyepack trace --backward ADDRESS [ADDRESS ...]")
    with existing(context) as workspace:
        where = workspace.chain_of(chain, addresses)
        asked = Request(
            incidents=(),
            seeds=tuple(SeedSpec("", where, normalise(address, where)) for address in addresses),
            stops=read_stops(stop_at, where) if stop_at else (),
            methods=tuple(method.split(",")),
            chain=where,
            budget=Budget(max_movements, max_addresses),
            fees=fees.value,
            follow=tuple(normalise(address, where) for address in follow or ()),
        )
        asking.announce(workspace)
        found = workspace.sources(asked)
    return screen.as_json(found.as_json()) if json else tables.sources(found)
