"""`dyepack behaviour`: which untagged addresses behave as services do, and how often that rule is wrong."""

from pathlib import Path
from typing import Annotated

import typer

from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing, whole
from dyepack.trace.behaviour import RULE, Behaviour, Rate, Rule

_MOST = 10**9


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("behaviour")(behaviour)


def behaviour(
    context: typer.Context,
    *,
    chain: Annotated[str | None, typer.Option(help="The chain [default: the one that the tables have].")] = None,
    services: Annotated[
        Path | None, typer.Option(help="More addresses that are known to be services: one a line, or a CSV.")
    ] = None,
    payers: Annotated[
        int, typer.Option(parser=whole(1, _MOST), metavar="INTEGER", help="A hub has this many payers.")
    ] = RULE.payers,
    payees: Annotated[
        int, typer.Option(parser=whole(1, _MOST), metavar="INTEGER", help="… and this many payees.")
    ] = RULE.payees,
    swept: Annotated[
        int, typer.Option(parser=whole(1, _MOST), metavar="INTEGER", help="A sweep has this many swept payers.")
    ] = RULE.swept,
    json: AsJson = False,
) -> None:
    """Find addresses that behave as a service does, and measure the rule against those that are tagged as one.

    The share of wrong stops is an upper bound: an address without a tag may be a service all the same.
    """
    with existing(context) as workspace:
        measured = workspace.behaviour(chain, services, Rule(payers, payees, swept))
    if json:
        return screen.as_json(measured.as_json())
    screen.answer(
        f"The rule stops at {_told(measured.others)} addresses that nobody called a service, and finds"
        f" {_told(measured.services)} that are called one, on {measured.chain}."
    )
    screen.note(
        f"Into addresses that nobody called a service go {measured.movements.of:,} movements;"
        f" {_told(measured.movements)} go to where it stops."
    )
    rows = [_row("yes", one) for one in measured.rightly] + [_row("no", one) for one in measured.wrongly]
    screen.table(
        ["address", "called one", "shape", "payers", "swept", "payees"], rows[:40], right=(3, 4, 5), whole=(0,)
    )
    if len(rows) > 40:
        screen.note(f"… and {len(rows) - 40} more: --json")
    rule = measured.rule
    screen.note(
        f"A hub has {rule.payers} payers and {rule.payees} payees; a sweep has {rule.swept} payers that were paid and"
        " paid nobody else, and these are half of its payers. Chosen by hand, not blind. In brackets: 95 %"
        " interval (Wilson)."
    )
    return None


def _told(rate: Rate) -> str:
    if rate.interval is None:
        return "0 of 0"
    low, high = rate.interval
    return f"{rate.found} of {rate.of} ({rate.found / rate.of:.1%}; {low:.1%}–{high:.1%})"


def _row(called: str, one: Behaviour) -> list[str]:
    return [screen.address(one.address), called, one.shape, str(one.payers), str(one.swept), str(one.payees)]
