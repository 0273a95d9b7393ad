"""The commands that load movements of EVM chains, from files or from a node."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dyepack import chains
from dyepack.cli import ingest_tables as tables
from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, created, whole
from dyepack.cli.ingest_bitcoin import tell
from dyepack.errors import InputError

if TYPE_CHECKING:
    from dyepack.ingest.evm.chainload import LoadedChain
    from dyepack.ingest.evm.live import LiveChain
    from dyepack.ingest.evm.load import LoadedEvm


class Traces(StrEnum):
    """How a node gives the calls inside transactions."""

    AUTO = "auto"
    TRACE_BLOCK = "trace_block"
    CALL_TRACER = "callTracer"
    NONE = "none"


def _number(name: str, least: int, what: str) -> Any:
    return typer.Option(name, parser=whole(least, 10**9 - 1), metavar="INTEGER", help=what)


def add(group: typer.Typer) -> None:
    """Add these commands to the group `ingest`."""
    group.command("evm")(evm)
    group.command("tron")(tron)


def evm(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Files, if not from a node.")] = None,
    *,
    chain: Annotated[str | None, typer.Option(help="The chain, where neither the files nor the node name it.")] = None,
    times: Annotated[Path | None, typer.Option(help="CSV: block, time. For blocks whose files give no time.")] = None,
    rpc: Annotated[str | None, typer.Option(help="A node's JSON-RPC: http://127.0.0.1:8545.")] = None,
    first: Annotated[int | None, _number("--from", 0, "The first block, from a node.")] = None,
    last: Annotated[int | None, _number("--to", 0, "The last block; left out: the last that is settled.")] = None,
    chunk: Annotated[int, _number("--chunk", 1, "Blocks that are read and committed together.")] = 20,
    confirmations: Annotated[
        int | None, _number("--confirmations", 0, "How many blocks to stay behind the tip; left out: the chain's.")
    ] = None,
    traces: Annotated[Traces, typer.Option(help="How the node gives internal calls; auto finds out.")] = Traces.AUTO,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be loaded, and load nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Load movements of EVM chains: native, internal, token, fee, burnt, made; what is refused is named.

    From a node, a load that was stopped goes on where it was; two processes may load two ranges into one workspace.
    """
    given, work = locals(), _node if rpc is not None else _look if dry_run else _files
    modes.run(context, work, given)


@modes.mode("ingest evm", "--rpc")
def _node(
    context: typer.Context,
    *,
    rpc: str,
    chain: str | None,
    first: int | None,
    last: int | None,
    chunk: int,
    confirmations: int | None,
    traces: Traces,
    dry_run: bool,
    json: bool,
) -> None:
    """From a node."""
    if first is None:
        raise InputError("expected --rpc with --from and without files, or files alone")
    from dyepack.ingest.evm.chainload import Asked  # noqa: PLC0415 (the client for HTTP)

    node, asked = _live(rpc, chain, traces), Asked(first, last, confirmations, chunk)
    if dry_run:
        return tables.plan(context.obj.folder, node, node.network.chain, asked, json=json)
    with created(context) as workspace:
        loaded = workspace.ingest_chain(node, asked, tell)
    return screen.as_json(loaded.as_json()) if json else _show_chain(loaded)


def tron(
    context: typer.Context,
    api: Annotated[str, typer.Option(help="A node's HTTP API, or TronGrid's: https://api.trongrid.io.")],
    first: Annotated[int, _number("--from", 0, "The first block.")],
    *,
    last: Annotated[int | None, _number("--to", 0, "The last block; left out: the last that is settled.")] = None,
    chunk: Annotated[int, _number("--chunk", 1, "Blocks that are read and committed together.")] = 20,
    confirmations: Annotated[
        int | None, _number("--confirmations", 0, "How many blocks to stay behind the tip; left out: the chain's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be loaded, and load nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Load movements of TRON from a node: TRX, TRC-10, TRC-20, internal, fees; goes on where it was stopped."""
    from dyepack.ingest.evm.chainload import Asked  # noqa: PLC0415 (the client for HTTP)
    from dyepack.ingest.tron.api import TronApi  # noqa: PLC0415

    node, asked = TronApi(api), Asked(first, last, confirmations, chunk)
    if dry_run:
        return tables.plan(context.obj.folder, node, node.network.chain, asked, json=json)
    with created(context) as workspace:
        loaded = workspace.ingest_chain(node, asked, tell)
    return screen.as_json(loaded.as_json()) if json else _show_chain(loaded)


@modes.mode("ingest evm", "FILE --dry-run")
def _look(
    context: typer.Context,
    *,
    files: list[Path] | None,
    chain: str | None,
    times: Path | None,
    dry_run: bool,
    json: bool,
) -> None:
    """The files by size, and the columns of the tables that they would go to."""
    del context
    assert dry_run
    if not files:
        raise InputError("expected files, or a node with --rpc and --from")
    if chain is not None:
        chains.chain(chain)
    files = [*files, times] if times is not None else files
    sizes = {str(path): path.stat().st_size for path in files if path.is_file()}
    if missing := [str(path) for path in files if str(path) not in sizes]:
        raise InputError(f"no such file: {missing[0]}")
    written = tables.WRITTEN["account"]
    if json:
        return screen.as_json({"files": sizes, "bytes": sum(sizes.values()), "tables": tables.columns(written)})
    screen.answer(f"{len(sizes):,} files with {sum(sizes.values()):,} bytes would be loaded")
    return tables.show_columns(written)


@modes.mode("ingest evm", "FILE")
def _files(
    context: typer.Context, *, files: list[Path] | None, chain: str | None, times: Path | None, json: bool
) -> None:
    """From files."""
    if not files:
        raise InputError("expected files, or a node with --rpc and --from")
    with created(context) as workspace:
        loaded = workspace.ingest_evm(files, chain=chain, times=times)
    if json:
        screen.as_json(loaded.as_json())
    else:
        _show(loaded)
    if not loaded.rows:
        raise typer.Exit(1)


def _live(url: str, chain: str | None, traces: Traces) -> "LiveChain":
    from dyepack.ingest.evm.live import LiveChain, network_of  # noqa: PLC0415
    from dyepack.ingest.evm.networks import by_chain  # noqa: PLC0415
    from dyepack.ingest.evm.rpc import Rpc  # noqa: PLC0415

    rpc = Rpc(url)
    network = by_chain(chains.chain(chain).name) if chain else network_of(rpc)
    return LiveChain(rpc, network, traces.value)


def _show_chain(done: "LoadedChain") -> None:
    screen.answer(
        f"{done.chain} {done.first:,} to {done.last:,} from {done.source}: {done.blocks:,} blocks,"
        f" {done.transactions:,} transactions, {done.rows:,} movements loaded; {done.there:,} blocks were there"
    )
    groups = {"movements": done.kinds, "flagged": done.flagged, "refused": done.refused, "moved nothing": done.passed}
    rows = [(group, *one) for group, counts in groups.items() for one in sorted(counts.items())]
    screen.table(["", "what", "how many"], rows, right=[2])
    if done.rewound:
        screen.note(f"A reorg: {done.rewound:,} blocks left the best chain; their pieces were read again.")
    if done.traces == "none":
        screen.note("The node gives no calls inside transactions: what contracts paid in the native coin is missing.")


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
