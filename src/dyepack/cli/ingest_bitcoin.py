"""The commands that load blocks of Bitcoin and the chains of its form."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dyepack.cli import ingest_tables as tables
from dyepack.cli import modes
from dyepack.cli.app import AsJson, created, whole
from dyepack.errors import InputError

if TYPE_CHECKING:
    from dyepack.ingest.bitcoin.load import Source

OutputChain = Annotated[
    str | None,
    typer.Option(help="bitcoin, litecoin, dogecoin or bitcoin_cash; left out: what the blocks say."),
]


def _number(name: str, least: int, what: str) -> Any:
    return typer.Option(name, parser=whole(least, 10**9 - 1), metavar="INTEGER", help=what)


def add(group: typer.Typer) -> None:
    """Add these commands to the group."""
    group.command("bitcoin")(bitcoin)


def bitcoin(
    context: typer.Context,
    *,
    blocks_dir: Annotated[
        Path | None, typer.Option("--blocks-dir", help="A node's folder of blk*.dat, with rev*.dat and xor.dat.")
    ] = None,
    rpc: Annotated[str | None, typer.Option(help="A node's JSON-RPC: http://user:password@127.0.0.1:8332.")] = None,
    rest: Annotated[str | None, typer.Option(help="A node's REST interface: http://127.0.0.1:8332.")] = None,
    chain: OutputChain = None,
    first: Annotated[int | None, _number("--from", 0, "The first block; left out: the first there is.")] = None,
    last: Annotated[int | None, _number("--to", 0, "The last block; left out: the last that is settled.")] = None,
    chunk: Annotated[int, _number("--chunk", 1, "Blocks that are read and committed together.")] = 100,
    confirmations: Annotated[
        int | None, _number("--confirmations", 0, "How many blocks to stay behind the tip; left out: the chain's.")
    ] = None,
    base: Annotated[int | None, _number("--base", 0, "Height of the first block in files that do not say it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be loaded, and load nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Load blocks from a node's files or from a node; a load that was stopped goes on where it was.

    What stands on stderr while it runs is how far it is. Two processes may load two ranges into one workspace.
    """
    from dyepack.ingest.bitcoin.load import Asked  # noqa: PLC0415 (numba)

    modes.check(context)
    announce()
    source = _source((blocks_dir, rpc, rest), chain, base)
    asked = Asked(first, last, confirmations, chunk)
    if dry_run:
        return tables.plan(context.obj.folder, source, source.network.name, asked, json=json)
    with created(context) as workspace:
        return tables.loaded_blocks(workspace.ingest_blocks(source, asked, tell), json=json)


def announce() -> None:
    """Say why the first command takes longer than any after it."""
    from dyepack.ingest.machine.compiled import is_kept  # noqa: PLC0415 (numba)

    if not is_kept():
        tell("compiling the loops over raw blocks to machine code: half a minute or so, once; later commands find it")


def _source(given: tuple[Path | None, str | None, str | None], chain: str | None, base: int | None) -> "Source":
    from dyepack.ingest.bitcoin.network import network  # noqa: PLC0415 (numba)
    from dyepack.ingest.bitcoin.whose import of_files, of_server  # noqa: PLC0415

    folder, rpc, rest = given
    if sum(one is not None for one in given) != 1:
        raise InputError(
            f"expected one of --blocks-dir, --rpc and --rest, got {shlex.join(map(str, filter(None, given)))!r}"
        )
    named = None if chain is None else network(chain).name
    if folder is not None:
        tell(f"looking through the block files in {folder}")
        return of_files(folder, base, named)
    from dyepack.ingest.bitcoin.rpc import rest_source, rpc_source  # noqa: PLC0415

    url, make = (rpc, rpc_source) if rpc is not None else (str(rest), rest_source)
    return of_server(lambda known: make(url, known), named)


def tell(line: str) -> None:
    """Say on stderr how far the work is: on a terminal in one line that changes."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if line.endswith("in all") else ""))
    else:
        sys.stderr.write(f"dyepack: {line}\n")
    sys.stderr.flush()
