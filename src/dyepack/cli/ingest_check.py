"""The command that holds chain data against itself."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing, whole
from dyepack.cli.upkeep import CONDITION

if TYPE_CHECKING:
    from dyepack.ingest.check import Against, Report

MOST = 20


class FailOn(StrEnum):
    """Kinds of error in chain data, as `ingest/findings.py` describes them."""

    GAP = "gap"
    CHAIN = "chain"
    MERKLE = "merkle"
    DUPLICATE = "duplicate"
    COUNT = "count"
    MISSING = "missing"
    SPENT = "spent"
    BALANCE = "balance"
    SUPPLY = "supply"
    NEGATIVE = "negative"
    REPLAY = "replay"
    ANY = "any"


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("check")(check)


def check(
    context: typer.Context,
    *,
    chain: Annotated[str | None, typer.Option(help="Only this chain; left out: every chain that is there.")] = None,
    node: Annotated[
        str | None, typer.Option(help="An EVM node's JSON-RPC that knows old balances, to hold movements against.")
    ] = None,
    samples: Annotated[
        int, typer.Option(parser=whole(1, 10**9 - 1), metavar="INTEGER", help="Holdings to compare with the node.")
    ] = 100,
    fail_on: Annotated[
        list[FailOn] | None, typer.Option(help="Leave with exit code 3 if there is one of these; may be given again.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Check that chain data is whole and adds up: hash chain, roots, outputs spent, fees, supply, gaps, balances.

    Of accounts what came in less what went out is replayed; with --node it is also held against the node's balances,
    for a sample of holdings that nobody chooses.
    """
    modes.check(context)
    with existing(context) as workspace:
        found = workspace.check_chains(chain, None if node is None else _against(node, samples))
    if json:
        screen.as_json([report.as_json() for report in found])
    else:
        for report in found:
            _show(report)
    kinds = {kind for report in found for kind in report.counts}
    if any(one in kinds or (one is FailOn.ANY and kinds) for one in fail_on or ()):
        raise typer.Exit(CONDITION)


def _against(url: str, samples: int) -> "Against":
    from dyepack.ingest.check import Against  # noqa: PLC0415
    from dyepack.ingest.evm.rpc import Rpc  # noqa: PLC0415 (the client for HTTP)

    return Against(Rpc(url), samples)


def _show(report: "Report") -> None:
    told = ", ".join(f"{count:,} {kind}" for kind, count in report.counts.items()) or "no error"
    there = [f"{report.blocks:,} blocks"] if report.blocks else []
    there += [f"{report.movements:,} movements"] if report.movements else []
    screen.answer(f"{report.chain}: {' and '.join(there)} from {report.first:,} to {report.last:,}: {told}")
    if report.findings:
        screen.table(["check", "block", "what is wrong"], [[f.kind, f.block, f.text] for f in report.findings[:MOST]])
    for note in report.notes:
        screen.note(f"{note.name}: {note.count:,} {note.text}")
