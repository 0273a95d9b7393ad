"""Commands that set years side by side and look ahead: compare, outlook, and how the outlook would have fared."""

from pathlib import Path
from typing import Annotated

import typer

from dyepack.cli import compare_tables, modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsCsv, AsJson, Year, ledger_only
from dyepack.cli.ledger import Actor, AsOf, Rule, RuleName, asked_day, given_dollars, read_ledger

group = typer.Typer(help="Look ahead: chances with their intervals, simple rules beside them, and their record.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("compare")(compare)
    group.callback(invoke_without_command=True)(outlook)
    group.command("backtest")(backtest)
    app.add_typer(group, name="outlook")


def compare(
    context: typer.Context,
    *,
    actor: Actor = None,
    rule: Rule = RuleName.R2,
    year: Year = None,
    as_of: AsOf = None,
    size: Annotated[
        list[str] | None, typer.Option(help="Tell the time since the last theft of this size; may be given again.")
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Compare a year with the same days of the year before and with all of it, and look at what the base is made of."""
    modes.check(context)
    sizes = tuple(filter(None, map(given_dollars, size or ())))
    with ledger_only(context) as workspace:
        day = asked_day(read_ledger(workspace), as_of)
        found = workspace.compare(actor=actor, rule=rule, year=year, as_of=day, sizes=sizes)
        if json:
            return screen.as_json(found.as_json())
        return compare_tables.compare(found, csv=csv)


def outlook(
    context: typer.Context,
    *,
    threshold: Annotated[
        str | None, typer.Option(help="Dollars that the year's total may pass: 1e9 or 1000000000 [required].")
    ] = None,
    actor: Actor = None,
    rule: Rule = RuleName.R2,
    as_of: AsOf = None,
    counted: Annotated[
        str | None, typer.Option(help="Start from this sum so far, e.g. a publisher's, instead of the ledger's.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Give the chance that the year of a day passes a threshold, with its interval, simple rules and their record.

    The model learns from thefts up to the day as the ledger holds them now; see docs/explanation/outlook.md.
    """
    if context.invoked_subcommand is not None:
        return modes.refuse(context, (), f"outlook {context.invoked_subcommand} in front of its name")
    modes.check(context)
    goal = given_dollars(threshold)
    if goal is None:
        raise typer.BadParameter("expected dollars, e.g. --threshold 1e9", param_hint="--threshold")
    with ledger_only(context) as workspace:
        day = asked_day(read_ledger(workspace), as_of)
        found = workspace.outlook(goal, actor=actor, rule=rule, as_of=day, given=given_dollars(counted))
        if json:
            return screen.as_json(found.as_json())
        from dyepack.cli import outlook_tables  # noqa: PLC0415 (numpy, which a comparison needs not)

        return outlook_tables.outlook(found)


def backtest(
    context: typer.Context,
    *,
    actor: Annotated[str | None, typer.Option(help="Only this actor; left out: dprk, and everybody.")] = None,
    rule: Rule = RuleName.R2,
    plot: Annotated[Path | None, typer.Option(help="Draw the calibration of each into this SVG file.")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Ask the outlook on past days about years that are over, and score it against simple rules."""
    with ledger_only(context) as workspace:
        read_ledger(workspace)
        found = [workspace.outlook_backtest(actor=each, rule=rule) for each in ([actor] if actor else ["dprk", None])]
        if plot is not None:
            from dyepack.ledger.calibration import draw  # noqa: PLC0415
            from dyepack.store import disk  # noqa: PLC0415

            with disk.delivered(plot) as fresh:
                fresh.write_text(draw(found), encoding="utf-8")
        if json:
            return screen.as_json([each.as_json() for each in found])
        from dyepack.cli import outlook_tables  # noqa: PLC0415 (as above)

        return outlook_tables.backtests(found, csv=csv)
