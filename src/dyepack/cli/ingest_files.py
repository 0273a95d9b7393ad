"""The command that loads files of exporters and public lakes, of output chains and of account chains."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dyepack import chains
from dyepack.cli import ingest_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, created
from dyepack.cli.ingest_bitcoin import announce, tell
from dyepack.errors import InputError

if TYPE_CHECKING:
    from dyepack.ingest.evm.lake import LoadedLake
    from dyepack.ingest.places import Seen


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("files")(files)


def files(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Files (.parquet, .csv, .json, also .gz), folders of them, or s3://BUCKET/PREFIX."
        ),
    ],
    *,
    chain: Annotated[str, typer.Option(help="The chain that they speak of: bitcoin, ethereum, tron, …")],
    form: Annotated[
        str | None,
        typer.Option("--as", metavar="FORM", help="What the files are, where their columns leave it open: traces, …"),
    ] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Ask an object store without credentials.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be loaded, and load nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Load exports: of bitcoin-etl and ethereum-etl (JSON lines, CSV), of cryo, and Parquet lakes in their columns.

    What lies in an object store is copied for as long as it is read.
    """
    from dyepack.ingest.places import here, look  # noqa: PLC0415 (Parquet)

    known = chains.chain(chain)
    if anonymous and not any("://" in path for path in paths):
        raise InputError("--anonymous is for an object store, and no PATH is one (s3://BUCKET/PREFIX); leave it away")
    if dry_run and form is not None:
        raise InputError("--dry-run tells files by their columns alone; leave --as away")
    if dry_run:
        return _plan(known, look(paths, anonymous=anonymous), json=json)
    if known.model == "utxo":
        announce()
    with here(paths, anonymous=anonymous) as local, created(context) as workspace:
        if known.model == "utxo":
            done = workspace.ingest_files(local, known.name, tell, form)
            tables.loaded_files(done, json=json)
            loaded = done.transactions
        else:
            lake = workspace.ingest_lake(local, known.name, form)
            _show(lake, json=json)
            loaded = lake.rows
    if not loaded:
        raise typer.Exit(1)
    return None


def _plan(chain: chains.Chain, seen: "Sequence[Seen]", *, json: bool) -> None:
    """What is in the files, by dataset, and the columns of the tables that they would go to."""
    grouped: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        grouped[_dataset(chain, one) or "unknown"].append(one)
    told: dict[str, Any] = {
        "chain": chain.name,
        "files": len(seen),
        "bytes": sum(one.bytes for one in seen),
        "datasets": {name: _sizes(grouped[name]) for name in sorted(grouped)},
        "tables": tables.columns(tables.WRITTEN[chain.model]),
    }
    if json:
        return screen.as_json(told)
    screen.answer(f"{told['files']:,} files of {chain.name} with {told['bytes']:,} bytes would be loaded")
    rows = [[name, *sizes.values()] for name, sizes in told["datasets"].items()]
    screen.table(["dataset", "files", "bytes", "rows", "from block", "to block"], rows, right=[1, 2, 3, 4, 5])
    for one in grouped.get("unknown", [])[: tables.MOST]:
        screen.note(f"{one.name} is of no dataset that is known: it has {', '.join(one.columns)[:200]}")
    return tables.show_columns(tables.WRITTEN[chain.model])


def _dataset(chain: chains.Chain, one: "Seen") -> str | None:
    if chain.model == "account":
        from dyepack.ingest.evm.forms import dataset_of  # noqa: PLC0415

        return dataset_of(one.columns)
    if "block_number" in one.columns:
        return "transactions"
    return "blocks" if {"number", "hash"} <= {*one.columns} else None


def _sizes(seen: "Sequence[Seen]") -> dict[str, int | None]:
    """How many files, bytes and rows, and which blocks; rows and blocks are known of Parquet alone."""
    every = all(one.rows is not None for one in seen)
    lows, highs = (
        [one.first for one in seen if one.first is not None],
        [one.last for one in seen if one.last is not None],
    )
    return {
        "files": len(seen),
        "bytes": sum(one.bytes for one in seen),
        "rows": sum(one.rows or 0 for one in seen) if every else None,
        "from": min(lows, default=None),
        "to": max(highs, default=None),
    }


def _show(loaded: "LoadedLake", *, json: bool) -> None:
    if json:
        return screen.as_json(loaded.as_json())
    screen.answer(
        f"{loaded.chain}: {loaded.rows:,} movements and {loaded.blocks:,} blocks loaded,"
        f" {loaded.refused:,} rows refused"
    )
    groups = {"files": loaded.datasets, "movements": loaded.kinds, "moved nothing": loaded.passed}
    rows = [(group, *one) for group, counts in groups.items() for one in counts.items()]
    screen.table(["", "what", "how many"], rows, right=[2])
    for line in (*loaded.reasons, *loaded.warnings):
        screen.note(line)
    return None
