"""The ledger's commands: how much, by whom, according to whom, as of when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import ledger_tables as tables
from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsCsv, AsJson, Year, created, ledger_only
from dyepack.errors import InputError
from dyepack.ledger import RULES, Filter, Ledger, Totals, YearTotal, series_of
from dyepack.ledger.asked import dollars, heard
from dyepack.ledger.counted import check_day
from dyepack.model import last_day
from dyepack.schema import as_json
from dyepack.workspace import Workspace

if TYPE_CHECKING:
    from dyepack.ledger.publisher_totals import PublisherRow

_RULES = "; ".join(f"{name}: {meaning}" for name, meaning in RULES.items())

Actor = Annotated[str | None, typer.Option(help="Who did it: dprk, …; left out: everybody.")]
AsOf = Annotated[str | None, typer.Option(help="What was known on this day: YYYY-MM-DD (or the end of YYYY-MM, YYYY).")]


class RuleName(StrEnum):
    """The counting rules, as a choice at the prompt."""

    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"


class By(StrEnum):
    """What totals are split by."""

    YEAR = "year"


Rule = Annotated[RuleName, typer.Option(help=f"When a theft counts as the actor's. {_RULES}.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("incidents")(incidents)
    app.command("incident")(incident)
    app.command("totals")(totals)
    app.command("published")(published)
    app.command("load-ledger")(load_ledger)


def incidents(
    context: typer.Context,
    *,
    actor: Actor = None,
    rule: Rule = RuleName.R4,
    year: Year = None,
    min_usd: Annotated[str | None, typer.Option(help="At least this much was taken: 1000000 or 10e6.")] = None,
    as_of: AsOf = None,
    victim_type: Annotated[str | None, typer.Option(help="cex, defi, bridge, individual, …")] = None,
    of_class: Annotated[str, typer.Option("--class", help="theft, scam-or-rug, 51-percent, …, or all.")] = "theft",
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """List incidents, in order of time."""
    modes.check(context)
    least, kind = given_dollars(min_usd), None if of_class == "all" else of_class
    with ledger_only(context) as workspace:
        ledger = read_ledger(workspace)
        where = Filter(actor, rule, year, least, heard_day(ledger, as_of), victim_type, kind)
        lines = workspace.incidents(where)
        if json:
            return screen.as_json([line.as_json() for line in lines])
        return tables.incidents(ledger, lines, where, csv=csv)


def incident(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Its slug, e.g. 2023-09-12-coinex.")],
    addresses: Annotated[bool, typer.Option("--addresses", help="List the addresses one by one.")] = False,
    json: AsJson = False,
) -> None:
    """Show one incident: the claims side by side, who said whose it was and when, addresses, what came of the money."""
    with ledger_only(context) as workspace:
        read_ledger(workspace)
        view = workspace.incident(slug)
        if json:
            return screen.as_json(view.as_json())
        return tables.incident(view, each_address=addresses)


def totals(
    context: typer.Context,
    *,
    by: Annotated[By, typer.Option(help="What to split by.")] = By.YEAR,
    actor: Actor = None,
    rule: Rule = RuleName.R2,
    as_of: AsOf = None,
    year: Year = None,
    of: Annotated[
        list[str] | None, typer.Option(help="Only this incident; may be given again. Instead of --actor.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(help="Count as this publisher does (chainalysis, trm, …), beside what it printed.")
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Sum up what was stolen per year under a counting rule, beside what publishers had printed.

    With --as-of two answers are given: what was known on that day, and what the ledger holds today of thefts up to it.
    With --publisher the rule is that publisher's, as far as it is known, and what it leaves unexplained is said.
    """
    assert by is By.YEAR
    modes.check(context)
    if of and actor:
        raise InputError("expected --actor or --of, got both")
    if of and publisher is None and modes.given(context, "rule"):
        raise InputError("thefts that are named one by one count by no rule; leave out --rule")
    if publisher is not None:
        source = context.get_parameter_source("rule")
        if of or (source is not None and source.name == "COMMANDLINE"):
            raise InputError("a publisher counts by a rule of its own; leave out --rule and --of")
        return _publisher_totals(context, publisher, (actor, year, as_of), json=json, csv=csv)
    with ledger_only(context) as workspace:
        ledger = read_ledger(workspace)
        day = asked_day(ledger, as_of)
        found = workspace.totals(actor=actor, rule=rule, as_of=day, slugs=tuple(of or ()))
        if year is not None:
            found = _of_year(found, year)
        if json:
            return screen.as_json(found.as_json())
        return tables.totals(ledger, found, csv=csv)


def _publisher_totals(
    context: typer.Context, name: str, asked: tuple[str | None, int | None, str | None], *, json: bool, csv: bool
) -> None:
    actor, year, day = asked
    with ledger_only(context) as workspace:
        as_of = asked_day(read_ledger(workspace), day)
        found = workspace.publisher_totals(name, actor=actor, year=year, as_of=as_of)
        if year is not None and not found.rows:
            rows = workspace.publisher_totals(name, actor=actor, as_of=as_of).rows
            raise _no_such_year(year, as_of, f"figure of {found.publisher.called} and no theft under its profile", rows)
        if json:
            return screen.as_json(found.as_json())
        from dyepack.cli import publisher_tables  # noqa: PLC0415 (other totals need none of it)

        return publisher_tables.totals(found, year, csv=csv)


def _of_year(found: Totals, year: int) -> Totals:
    """The answer for one of its years alone.

    Raises:
        InputError: a year with neither such a theft nor a printed figure; says which have some.
    """
    told = [row for row in found.years if row.held.incidents or row.known.incidents or row.published]
    for row in told:
        if row.year == year:
            sums = {name: getattr(row, name) for name in ("known", "held", "all_known", "all_held")}
            return replace(found, years=(row,), **sums)
    whose = f" of {found.actor} under rule {found.rule}" if found.rule else ""
    raise _no_such_year(year, found.as_of, f"theft{whose}", told)


def _no_such_year(year: int, as_of: date | None, what: str, told: "Sequence[YearTotal | PublisherRow]") -> InputError:
    """The refusal of a year about which there is nothing."""
    years = ", ".join(map(str, sorted({row.year for row in told if row.year}))) or "none"
    return InputError(f"no {what} in {year}{f' up to {as_of}' if as_of else ''}; years with some: {years}")


def published(
    context: typer.Context,
    *,
    actor: Annotated[str | None, typer.Option(help="Totals of this actor (dprk); left out: of everybody.")] = None,
    year: Year = None,
    publisher: Annotated[str | None, typer.Option(help="Only this publisher.")] = None,
    as_of: AsOf = None,
    threshold: Annotated[
        str | None, typer.Option(help="How far each figure is from this many dollars, e.g. 1e9.")
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Show what publishers printed, year by year, latest edition first, against the year before in the same edition."""
    goal = given_dollars(threshold)
    if goal is not None and json:
        raise InputError("--threshold is for the table and --csv: JSON has the exact figures; leave one of them away")
    with ledger_only(context) as workspace:
        ledger = read_ledger(workspace)
        day = heard_day(ledger, as_of)
        names = {total.publisher.lower(): total.publisher for total in ledger.totals}
        if publisher is not None and publisher.lower() not in names:
            raise InputError(f"no figures by {publisher!r}; publishers: {', '.join(sorted(names.values()))}")
        found = workspace.published(series_of(actor), year, day)
        rows = [row for row in found if publisher is None or row.total.publisher == names[publisher.lower()]]
        if json:
            return screen.as_json([row.as_json() for row in rows])
        return tables.published(ledger, rows, goal, csv=csv)


def load_ledger(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="Incident files; left out: those that ship with dyepack.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Load incident files into the workspace. Files that cannot be read are named, the rest is loaded."""
    with created(context) as workspace:
        ledger = workspace.load_ledger(folder)
        _complain(ledger)
        if folder is not None:
            _point_to_check(ledger, folder)
        counts = {
            name: len(getattr(ledger, name))
            for name in ("incidents", "amounts", "attributions", "addresses", "transactions", "laundering", "totals")
        }
        if json:
            return screen.as_json({**counts, "rejects": [as_json(reject) for reject in ledger.rejects]})
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        screen.answer(f"In the workspace: {listed}.")
        if ledger.rejects:
            screen.note(f"{len(ledger.rejects)} refused; they are in the table rejects, with the reason.")
        return None


def read_ledger(workspace: Workspace) -> Ledger:
    """The workspace's ledger; says on stderr what of it cannot be read."""
    _complain(workspace.ledger)
    return workspace.ledger


def _point_to_check(ledger: Ledger, folder: Path) -> None:
    """Say on stderr how many errors `ledger check` finds in what was loaded; loading goes on all the same."""
    from dyepack.ledger.check import errors  # noqa: PLC0415 (YAML and pydantic)

    number = errors(ledger, folder, datetime.now(UTC).date())
    if number:
        command = f"dyepack ledger check {quote(str(folder))}"
        screen.complain(f"the check of these files finds {number} error{'' if number == 1 else 's'}: {command}")


def _complain(ledger: Ledger) -> None:
    for reject in ledger.rejects:
        line = "" if reject.line is None else f":{reject.line}"
        field = "" if reject.field is None else f"{reject.field}: "
        screen.complain(f"{reject.source}{line}: {field}{reject.reason}")


def given_day(text: str | None) -> date | None:
    """The day that a person typed; the end of a month or a year."""
    return None if text is None else last_day(text)


def asked_day(ledger: Ledger, text: str | None) -> date | None:
    """The as-of day that a person typed, for questions about thefts; see `heard_day`.

    Raises:
        InputError: before the ledger's first theft, or still to come.
    """
    day = heard_day(ledger, text)
    check_day(ledger, day)
    return day


def heard_day(ledger: Ledger, text: str | None) -> date | None:
    """The as-of day that a person typed; for one after the ledger's last word the day of that, said on stderr.

    Raises:
        InputError: a day that is still to come.
    """
    day, remark = heard(ledger, text)
    if remark is not None:
        screen.complain(remark)
    return day


def given_dollars(text: str | None) -> int | None:
    """Dollars as a person types them at a prompt (10e6 is ten million), in micro-dollars."""
    return dollars(text)
