"""The commands about who is who: load tags and lists, and look addresses up."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from dyepack import chains
from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli import tag_tables as tables
from dyepack.cli.app import AsCsv, AsJson, created, existing, ledger_only
from dyepack.csvrows import CsvFile, parse_mapping
from dyepack.errors import InputError, InvalidDate
from dyepack.schema import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dyepack.model import Tag
    from dyepack.tags.lookup import Asked, Found

_TOLD = 5
"""Lines without a usable address that are told one by one."""
MANY = 100
"""Addresses above which JSON is one line each."""
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="What held on this day.")]


class Judgement(StrEnum):
    """What an analyst decides about two actors."""

    SAME = "same"
    DIFFERENT = "different"


class _ShownByName(TyperGroup):
    """A group of commands in which anything that is none of them is the name of what to show."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` where no command is named."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


actors = typer.Typer(cls=_ShownByName, help="Who is who: dyepack actors [NAME] shows what is said of an actor.")
By = Annotated[str, typer.Option("--by", help="Who decides.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("load-tags")(load_tags)
    app.command("tags")(tags)
    app.command("tag")(tag)
    app.command("export-tags")(export_tags)
    app.command("export-actors")(export_actors)
    actors.command("show")(show)
    actors.command("decide")(decide)
    actors.command("withdraw")(withdraw)
    app.add_typer(actors, name="actors")


def load_tags(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Packs, CSV files, lists of authorities and of services; left out: the actors that ship."),
    ] = None,
    *,
    list_name: Annotated[
        str | None, typer.Option("--list", help="The list that the files are of [default: the file's own name].")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day whose state the files give; keeps other editions.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Take a list that has shrunk by half.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="Of a CSV file: field=Column, several separated by commas."),
    ] = None,
    chain: Annotated[str | None, typer.Option(help="The chain of every row of a CSV file.")] = None,
    concept: Annotated[str | None, typer.Option(help="The concept of every row of a CSV file.")] = None,
    confidence: Annotated[str | None, typer.Option(help="How every row of a CSV file is known.")] = None,
    source: Annotated[str | None, typer.Option(help="Where every row of a CSV file comes from.")] = None,
    name: Annotated[
        str | None, typer.Option(help="The name of every row that names nobody, of a CSV file or of seizure orders.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Load tags: who is who, according to whom. A file without a day replaces what its list said before."""
    from dyepack.tags import Choice, Layout  # noqa: PLC0415 (a wrong command line needs none of it)
    from dyepack.tags.actors import SHIPPED  # noqa: PLC0415

    layout = Layout(parse_mapping(columns or []), chain, concept, confidence, source, name)
    choice = Choice(list_name, day(edition), accept)
    with created(context) as workspace:
        loaded = workspace.load_tags(files or [SHIPPED], layout, choice)
    tables.loaded(loaded, json=json)
    if any(one.error for one in loaded) or not any(one.statements or one.actors for one in loaded):
        raise typer.Exit(1)


def tags(
    context: typer.Context,
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS|FILE", help="Addresses, chain:address, or a CSV file of them.")
    ],
    *,
    as_of: AsOf = None,
    chain: Annotated[str | None, typer.Option(help="The chain that is meant; others are shown as inferred.")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """What is said about addresses, by whom, and whether it held on a day; what disagrees stands side by side."""
    from dyepack.tags.lookup import asked  # noqa: PLC0415 (as above)

    when = day(as_of)
    wanted = [
        one
        for text in addresses
        for one in (_of_file(Path(text), chain) if Path(text).is_file() else [asked(text, chain)])
    ]
    with existing(context) as workspace:
        found = workspace.tags(wanted, when)
    if json and len(found) > MANY:
        return screen.as_json_lines([_said(one) for one in found])
    if json:
        return screen.as_json([_said(one) for one in found])
    return tables.as_csv(found) if csv else tables.found(found, when)


def _said(found: "Found") -> dict[str, Any]:
    """What was found as JSON; beside what is inferred the heuristic, and how often that was right."""
    told = found.as_json()
    if found.inferred:
        from dyepack.cluster import rates, samekey  # noqa: PLC0415 (seldom wanted)

        figure = rates.as_json(rates.precision(samekey.NAME, samekey.VERSION))
        told["inferred"] = [one | {"heuristic": samekey.NAME, "precision": figure} for one in told["inferred"]]
    return told


def tag(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(help="The address, or a token's contract with --asset.")] = None,
    *,
    chain: Annotated[str | None, typer.Option(help="Its chain.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    concept: Annotated[list[str] | None, typer.Option(help="What it is; may be given several times.")] = None,
    actor: Annotated[str | None, typer.Option(help="The id of the actor whose it is.")] = None,
    confidence: Annotated[str | None, typer.Option(help="How it is known.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it is known from.")] = None,
    by: Annotated[str | None, typer.Option(help="Who says so.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day it holds.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The first day it does not.")] = None,
    asset: Annotated[bool, typer.Option("--asset", help="The tag is of the asset, not of the address.")] = False,
    remove: Annotated[str | None, typer.Option(metavar="TAG", help="Take away one of your own tags.")] = None,
    json: AsJson = False,
) -> None:
    """Add a tag of your own. No list that is loaded ever touches it."""
    given, work = locals(), _add if remove is None else _remove
    modes.run(context, work, given)


@modes.mode("tag", "--remove")
def _remove(context: typer.Context, *, remove: str, json: bool) -> None:
    """Take away a tag of one's own."""
    with existing(context) as workspace:
        gone = workspace.remove_tag(remove)
    _tagged("removed", [gone], json=json)


@modes.mode("tag", "ADDRESS")
def _add(
    context: typer.Context,
    *,
    address: str | None,
    chain: str | None,
    name: str | None,
    concept: list[str] | None,
    actor: str | None,
    confidence: str | None,
    source: str | None,
    by: str | None,
    since: str | None,
    until: str | None,
    asset: bool,
    json: bool,
) -> None:
    """Add one."""
    from dyepack.tags.statement import Statement  # noqa: PLC0415 (as above)

    if not (chain and name and by and (address or asset)):
        raise InputError("expected an address with --chain, --name and --by, or --remove TAG")
    said = Statement(
        pack="own",
        chain=chain,
        address=address or "",
        name=name,
        concepts=tuple(concept or ()),
        actor=actor,
        confidence=confidence,
        creator=by,
        source=source,
        valid_from=since,
        valid_to=until,
        of_asset=asset,
    )
    with created(context) as workspace:
        made = [*workspace.add_tag(said)]
    _tagged("added", made, json=json)


def _tagged(what: str, made: "Sequence[Tag]", *, json: bool) -> None:
    if json:
        return screen.as_json([as_json(one) for one in made])
    for one in made:
        screen.answer(f"{what} {one.tag[:8]}: {one.name} ({one.chain} {one.address})")
    return None


def export_tags(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The file to write, .yaml.")],
    *,
    list_name: Annotated[str | None, typer.Option("--list", help="Only tags of this list or pack.")] = None,
    as_of: AsOf = None,
    title: Annotated[str, typer.Option(help="The pack's title.")] = "dyepack tags",
    creator: Annotated[str, typer.Option(help="Who makes the pack.")] = "dyepack",
    json: AsJson = False,
) -> None:
    """Write tags as a TagPack that GraphSense takes; with --as-of, those that held on that day."""
    from dyepack.tags.export import Header  # noqa: PLC0415 (as above)

    with existing(context) as workspace:
        written = workspace.export_tags(out, Header(title, creator), list_name, day(as_of))
    return screen.as_json(written.as_json()) if json else tables.written(written, "tags")


def export_actors(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The file to write, .yaml.")],
    *,
    title: Annotated[str, typer.Option(help="The pack's title.")] = "dyepack actors",
    creator: Annotated[str, typer.Option(help="Who makes the pack.")] = "dyepack",
    json: AsJson = False,
) -> None:
    """Write actors as an ActorPack that GraphSense takes."""
    from dyepack.tags.export import Header  # noqa: PLC0415 (as above)

    with ledger_only(context) as workspace:
        written = workspace.export_actors(out, Header(title, creator))
    return screen.as_json(written.as_json()) if json else tables.written(written, "actors")


def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="An id, a name or an alias; left out: all actors.")] = None,
    json: AsJson = False,
) -> None:
    """Actors, who says that two are the same or not, and the one id that each goes by."""
    with ledger_only(context) as workspace:
        views = workspace.actors(name)
    if json:
        return screen.as_json([one.as_json() for one in views])
    if name is None:
        return tables.actors(views)
    for view in views:
        tables.actor(view)
    return None


def decide(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(help="The id of one; if they are the same, both go by it.")],
    other: Annotated[str, typer.Argument(help="The id of the other.")],
    by: By,
    *,
    judgement: Annotated[Judgement, typer.Option("--are", help="What is decided.")],
    because: Annotated[str | None, typer.Option(help="Why.")] = None,
    json: AsJson = False,
) -> None:
    """Decide that two actors are the same or different. It stands beside what is said, and can be withdrawn."""
    from dyepack.tags.actors import Decision  # noqa: PLC0415 (as above)

    with created(context) as workspace:
        made = workspace.decide(Decision(actor, other, judgement.value, by, because), datetime.now(UTC))
        (view,) = workspace.actors(made.actor)
    return screen.as_json(as_json(made)) if json else tables.decided(made, view)


def withdraw(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help="The decision's id, or its beginning.")],
    by: By,
    json: AsJson = False,
) -> None:
    """Take a decision back; it stays on record with who did and when."""
    with existing(context) as workspace:
        taken = workspace.withdraw(decision, by, datetime.now(UTC))
        (view,) = workspace.actors(taken.actor)
    return screen.as_json(as_json(taken)) if json else tables.decided(taken, view)


def day(text: str | None) -> date | None:
    """The day of an option.

    Raises:
        InvalidDate: it is none; a year or a month names no day.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidDate(f"expected a day as YYYY-MM-DD, got {text!r}") from None


def _agreed(chain: str | None, own: str | None) -> str | None:
    """The chain of a row, where --chain may say it too.

    Raises:
        InputError: they say two.
    """
    if chain and own and chains.chain(chain) is not chains.chain(own):
        raise InputError(f"the row says {own}, and --chain {chain}")
    return own or chain


def _of_file(path: Path, chain: str | None) -> list["Asked"]:
    """The addresses in a file: one a line, or a column `address`, and `chain` where there is one."""
    from dyepack.tags.lookup import asked  # noqa: PLC0415 (as above)

    file = CsvFile(path, plain="address")
    columns = file.columns({}, ("address", "chain"))
    if "address" not in columns:
        raise file.missing("address", "name the column of addresses 'address'")
    wanted: list[Asked] = []
    bad: list[str] = []
    for row in file:
        try:
            own = row.cells.get(columns.get("chain", "")) or None
            wanted.append(asked(row.cells[columns["address"]], _agreed(chain, own)))
        except (InputError, KeyError) as error:
            bad.append(f"{file.name}:{row.line}: {row.problem or error}")
    for line in bad[:_TOLD]:
        screen.complain(line)
    if len(bad) > _TOLD:
        screen.complain(f"{file.name}: {len(bad) - _TOLD:,} more lines have no address that can be looked up")
    if not wanted:
        raise InputError(f"{file.name} has no address that can be looked up")
    return wanted
