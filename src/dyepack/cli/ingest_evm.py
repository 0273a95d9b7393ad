"""The command that loads movements of EVM chains from files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, created

if TYPE_CHECKING:
    from dyepack.ingest.evm.load import LoadedEvm


def add(group: typer.Typer) -> None:
    """Add this command to the group `ingest`."""
    group.command("evm")(evm)


def evm(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of transactions or blocks.")],
    *,
    chain: Annotated[str | None, typer.Option(help="The chain, where the files do not name it.")] = None,
    times: Annotated[Path | None, typer.Option(help="CSV: block, time. For blocks whose files give no time.")] = None,
    json: AsJson = False,
) -> None:
    """Load movements of EVM chains: native, internal, token, fee, burnt, made; what is refused is named."""
    with created(context) as workspace:
        loaded = workspace.ingest_evm(files, chain=chain, times=times)
    if json:
        screen.as_json(loaded.as_json())
    else:
        _show(loaded)
    if not loaded.rows:
        raise typer.Exit(1)


def _show(loaded: "LoadedEvm") -> None:
    total = sum(loaded.transactions.values())
    refused = sum(loaded.refused.values())
    screen.answer(f"{loaded.rows:,} movements of {total:,} transactions loaded, {refused:,} things refused")
    rows = [("on", *one) for one in loaded.transactions.items()]
    rows += [("movements", *one) for one in loaded.kinds.items()]
    rows += [("flagged", *one) for one in loaded.flagged.items()]
    rows += [("refused", *one) for one in loaded.refused.items()]
    rows += [("moved nothing", *one) for one in loaded.passed.items()]
    screen.table(["", "what", "how many"], rows, right=[2])
    for line in (*loaded.reasons, *loaded.warnings):
        screen.note(line)
    if refused > len(loaded.reasons):
        screen.note(f"… and {refused - len(loaded.reasons):,} more, all in the table rejects")
    if loaded.unlisted:
        screen.note(f"{loaded.unlisted:,} tokens are not listed: kept, marked unverified, amounts in base units")
    if loaded.twice:
        screen.note(f"{loaded.twice:,} transactions came twice, with the same movements: taken once")
