"""The commands that say what hangs together: coinjoins and links, clusters, why and what without, held joins."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import cluster_tables as tables
from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing, whole
from dyepack.schema import as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dyepack.cluster import Request
    from dyepack.cluster.detect import Detected

group = typer.Typer(help="Join addresses by stated heuristics, and say why and how sure.", invoke_without_command=True)

Chain = Annotated[str | None, typer.Option(help="The chain of the addresses, where they are on several.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group.callback()(cluster)
    group.command("why")(why)
    group.command("without")(without)
    group.command("review")(review)
    group.command("export")(export)
    group.command("check")(check)
    app.add_typer(group, name="cluster")
    app.command("coinjoins")(coinjoins)


def coinjoins(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Transactions as lines; without a file, those of the workspace.")
    ] = None,
    *,
    links: Annotated[
        str | None, typer.Option(metavar="TXID", help="Link probabilities of this one small transaction.")
    ] = None,
    gain: Annotated[
        int,
        typer.Option(parser=whole(0, 10**12), metavar="INTEGER", help="What a party may take out more, for --links."),
    ] = 0,
    rule: Annotated[str | None, typer.Option(help="List only verdicts of this rule; of a workspace.")] = None,
    limit: Annotated[
        int, typer.Option(parser=whole(0, 10**9), metavar="INTEGER", help="Verdicts to list; of a workspace.")
    ] = 100,
    json: AsJson = False,
) -> None:
    """Say which transactions are coinjoins, by which rule and how sure; or who may have paid whom in one of them."""
    given = locals()
    modes.run(context, _COINJOINS[links is not None, file is not None], given)


@modes.mode("coinjoins", "FILE --links")
def _links_of_file(context: typer.Context, *, file: Path, links: str, gain: int, json: bool) -> None:
    """Who may have paid whom in one transaction of a file."""
    from dyepack.cluster import detect  # noqa: PLC0415 (numba takes a while; the other commands do without)

    del context
    tables.links(detect.links_in_file(file, links, gain), links, json=json)


@modes.mode("coinjoins", "--links")
def _links(context: typer.Context, *, links: str, gain: int, json: bool) -> None:
    """The same of one of the workspace."""
    with existing(context) as workspace:
        tables.links(workspace.links(links, gain), links, json=json)


@modes.mode("coinjoins", "FILE")
def _of_file(context: typer.Context, *, file: Path, json: bool) -> None:
    """Verdicts on the transactions of a file."""
    from dyepack.cluster import detect  # noqa: PLC0415 (as above)

    del context
    _coinjoins(detect.detect_file(file), json=json)


@modes.mode("coinjoins", "without FILE and --links")
def _of_workspace(context: typer.Context, *, rule: str | None, limit: int, json: bool) -> None:
    """Verdicts on those of the workspace."""
    with existing(context) as workspace:
        found = workspace.coinjoins(rule=rule, limit=limit)
    _coinjoins(found, json=json)


def _coinjoins(found: Detected, *, json: bool) -> None:
    tables.coinjoins(found, json=json)
    if not found.transactions:
        raise typer.Exit(1)


_COINJOINS: Mapping[tuple[bool, bool], Callable[..., None]] = {
    (True, True): _links_of_file,
    (True, False): _links,
    (False, True): _of_file,
    (False, False): _of_workspace,
}
"""The mode, by whether --links and FILE are given."""


def cluster(
    context: typer.Context,
    chain: Annotated[list[str] | None, typer.Option(help="Only this chain; may be given several times.")] = None,
    *,
    as_of_block: Annotated[
        int | None,
        typer.Option(
            "--as-of-block", parser=whole(0, 10**10), metavar="INTEGER", help="Know nothing after this block."
        ),
    ] = None,
    rules: Annotated[
        list[str] | None,
        typer.Option(help="cospend, deposit, sweep, same-key, change:fresh+script,…; may be given several times."),
    ] = None,
    large: Annotated[
        int,
        typer.Option(parser=whole(2, 10**9), metavar="INTEGER", help="Hold a join of two clusters of this size."),
    ] = 10_000,
    anew: Annotated[bool, typer.Option("--anew", help="Do not continue from the last run; the result is the same.")] = (
        False
    ),
    json: AsJson = False,
) -> None:
    """Join addresses by heuristics, coinjoins left out before; a join that would swallow much is held for a person."""
    if context.invoked_subcommand is not None:
        return modes.refuse(context, (), f"cluster {context.invoked_subcommand} in front of its name")
    from dyepack.cluster import Request, parse_rules  # noqa: PLC0415 (as above)

    request: Request = Request(tuple(chain or ()), as_of_block, parse_rules(rules or ()), large, anew)
    with existing(context) as workspace:
        result = workspace.cluster(request)
    return tables.clusters(result, json=json)


def why(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="An address.")],
    second: Annotated[str, typer.Argument(help="Another.")],
    *,
    chain: Chain = None,
    json: AsJson = False,
) -> None:
    """The shortest chain of transactions and heuristics that joins two addresses; exits with 3 where nothing does."""
    with existing(context) as workspace:
        answer = workspace.why(first, second, chain)
    tables.why(answer, json=json)
    if not answer.together:
        raise typer.Exit(3)


def without(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="TXID|HEURISTIC", help="A transaction, or cospend, change:…, …")],
    *,
    json: AsJson = False,
) -> None:
    """Which clusters fall apart without one transaction or one heuristic."""
    with existing(context) as workspace:
        splits = workspace.without(what)
    tables.without(what, splits, json=json)


def review(
    context: typer.Context,
    *,
    let_pass: Annotated[
        str | None, typer.Option("--pass", metavar="TXID", help="Make the held joins of this transaction.")
    ] = None,
    refuse: Annotated[str | None, typer.Option(metavar="TXID", help="Refuse them.")] = None,
    by: Annotated[str, typer.Option(help="Who decides.")] = "",
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    json: AsJson = False,
) -> None:
    """List the joins that were held, or decide about those of one transaction."""
    modes.check(context)
    if let_pass and refuse:
        raise typer.BadParameter("expected --pass or --refuse, got both", context)
    with existing(context) as workspace:
        if tx_hash := let_pass or refuse:
            made = workspace.decide_join(
                tx_hash, passes=bool(let_pass), by=by, said=datetime.now(UTC).date(), note=note
            )
            if json:
                return screen.as_json([as_json(one) for one in made])
            screen.answer(f"{tx_hash}: held joins {'pass' if let_pass else 'are refused'} ({len(made)}), says {by}")
            return screen.note("It takes effect with the next: dyepack cluster")
        return tables.held(workspace.held(), json=json)


def export(
    context: typer.Context,
    *,
    chain: Annotated[str | None, typer.Option(help="The output chain [default: the one that is loaded].")] = None,
    out: Annotated[Path, typer.Option(help="A file that ends in .csv or .parquet.")],
    json: AsJson = False,
) -> None:
    """Write the clusters of an output chain as GraphSense has them: address_id, address, cluster_id."""
    with existing(context) as workspace:
        written = workspace.export_clusters(chain, out)
    if json:
        return screen.as_json(written.as_json())
    return screen.answer(
        f"{written.file}: {written.addresses:,} addresses of {written.chain}, clusters: {written.clusters:,}"
    )


def check(context: typer.Context, *, json: AsJson = False) -> None:
    """Make the clusters again in other ways, and exit with 3 where one gives another partition."""
    with existing(context) as workspace:
        answers = workspace.check_clusters()
    tables.agreement(answers, json=json)
    if any(answer.same is False for answer in answers):
        raise typer.Exit(3)
