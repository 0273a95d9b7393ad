"""The command that cuts thefts into parts."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from dyepack.cli import cut_tables as tables
from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsCsv, AsJson, Year, ledger_only
from dyepack.cli.ledger import Actor, AsOf, Rule, RuleName, asked_day, read_ledger
from dyepack.errors import InputError
from dyepack.ledger.cuts import Question
from dyepack.ledger.remedies import remedies


class By(StrEnum):
    """What thefts are cut by, as a choice at the prompt."""

    ACTOR = "actor"
    GROUP = "group"
    VICTIM_TYPE = "victim-type"
    CHAIN = "chain"
    VECTOR = "vector"
    ATTRIBUTED_BY = "attributed-by"
    COUNTRY = "country"
    REMEDY = "remedy"
    RETURNED = "returned"
    YEAR = "year"


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("cuts")(cuts)


def cuts(
    context: typer.Context,
    *,
    by: Annotated[By, typer.Option(help="What to cut by.")],
    actor: Actor = None,
    rule: Rule = RuleName.R2,
    year: Year = None,
    as_of: AsOf = None,
    over_time: Annotated[bool, typer.Option("--over-time", help="Show each part year by year, as held today.")] = False,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Cut what was stolen into parts that add up: by actor, group, victim type, chain, vector, attribution, remedy, …

    A theft counts once: under its value, or under (several) or (none). “among” counts it under each of its values.
    """
    if actor is None and by not in ("actor", "group", "attributed-by") and modes.given(context, "rule"):
        raise InputError(f"--rule says when a theft counts as an actor's; cut by {by.value}, it belongs to --actor")
    if over_time and csv:
        raise InputError("--over-time is for the table and --json; --csv has both clocks: leave one of them away")
    with ledger_only(context) as workspace:
        question = Question(str(by), actor, rule, year, asked_day(read_ledger(workspace), as_of))
        found = workspace.cut(question)
        timed = workspace.delays(question) if by in ("attributed-by", "actor", "country") else ()
        back = workspace.recovered(found.held.alone.slugs) if by == "returned" else None
        if json:
            more: dict[str, Any] = {"delays": [delay.as_json() for delay in timed]} if timed else {}
            more |= {} if back is None else {"statements": back.as_json()}
            more |= {"mapping": asdict(remedies().form)} if by == "remedy" else {}
            return screen.as_json({**found.as_json(), **more})
        if csv:
            return tables.as_csv(found)
        (tables.over_time if over_time else tables.parts)(found)
        if by == "remedy":
            tables.evidence(remedies().form)
        if timed and not over_time:
            tables.delays(timed)
        if back is not None:
            tables.recovered(back)
        return None
