"""How the terminal shows what a load of blocks did, or would do."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyepack.cli import show as screen
from dyepack.schema import TABLES

if TYPE_CHECKING:
    from dyepack.ingest.bitcoin.load import Loaded, Refused
    from dyepack.ingest.bitcoin.loadfiles import LoadedFiles
    from dyepack.ingest.pieces import Asked, Source

MOST = 10
WRITTEN = {
    "utxo": ("blocks", "transactions", "inputs", "outputs"),
    "account": ("blocks", "transfers", "assets", "freezes", "notes"),
}
"""The tables that a load of a chain writes, by how the chain keeps its books."""


def loaded_blocks(done: "Loaded", *, json: bool) -> None:
    """What became of a load of blocks."""
    if json:
        return screen.as_json(done.as_json())
    screen.answer(
        f"{done.chain} {done.first:,} to {done.last:,} from {done.source}: {done.blocks:,} blocks,"
        f" {done.transactions:,} transactions, {done.inputs:,} inputs, {done.outputs:,} outputs loaded;"
        f" {done.there:,} blocks were there"
    )
    if done.rewound:
        screen.note(f"A reorg: {done.rewound:,} blocks left the best chain and were taken away.")
    _looked_up(done.resolved, done.unknown)
    refused(done.refused)
    return None


def loaded_files(done: "LoadedFiles", *, json: bool) -> None:
    """What became of a set of exports."""
    if json:
        return screen.as_json(done.as_json())
    screen.answer(
        f"{done.files:,} files of {done.chain}: {done.blocks:,} blocks, {done.transactions:,} transactions,"
        f" {done.inputs:,} inputs, {done.outputs:,} outputs loaded, {done.rejected:,} rows refused"
    )
    for reason in done.reasons:
        screen.note(reason)
    if done.rejected > len(done.reasons):
        screen.note(f"… and {done.rejected - len(done.reasons):,} more, all in the table rejects")
    _looked_up(done.resolved, done.unknown)
    if done.unread:
        screen.note(f"nothing was read from {', '.join(done.unread)}"[:600])
    if done.nameless:
        screen.note(
            f"{done.nameless:,} inputs have a value and no address: the source leaves it out, or their script has none;"
            " who paid is not known there, and no rule joins them."
        )
    if done.odd_addresses:
        screen.note(f"{done.odd_addresses:,} texts that stand for addresses are none of the chain: left empty.")
    return None


def _looked_up(resolved: int, unknown: int) -> None:
    if resolved:
        screen.note(f"{resolved:,} inputs got amount and address from outputs in the workspace.")
    if unknown:
        screen.note(f"Of {unknown:,} inputs nothing shows what they spent: their amount and address are empty.")


def refused(found: Iterable["Refused"]) -> None:
    """What was not loaded, the first of it with the reason."""
    listed = list(found)
    for one in listed[:MOST]:
        screen.note(f"Not loaded: {one.source}: {one.reason} {one.row}".rstrip())
    if len(listed) > MOST:
        screen.note(f"… and {len(listed) - MOST:,} more, all in the table rejects")


def plan(folder: Path, source: "Source", chain: str, asked: "Asked", *, json: bool) -> None:
    """What would be loaded into which columns."""
    from dyepack.chains import CHAINS  # noqa: PLC0415
    from dyepack.ingest.pieces import plan as planned  # noqa: PLC0415
    from dyepack.store import Store  # noqa: PLC0415

    if (folder / "workspace.json").exists():
        with Store.open(folder) as store:
            whole, missing = planned(store, source, chain, asked)
    else:
        whole, missing = planned(None, source, chain, asked)
    written = WRITTEN[CHAINS[chain].model]
    told: dict[str, Any] = {
        "chain": chain,
        "source": source.name,
        "from": whole.first,
        "to": whole.last,
        "blocks": sum(map(len, missing)),
        "pieces": len(missing),
        "there": len(whole) - sum(map(len, missing)),
        "tables": columns(written),
    }
    if json:
        return screen.as_json(told)
    screen.answer(
        f"{told['blocks']:,} blocks of {chain} between {whole.first:,} and {whole.last:,} would be loaded from"
        f" {source.name}, in {told['pieces']:,} pieces; {told['there']:,} are there"
    )
    return show_columns(written)


def columns(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The columns of these tables, and their types."""
    return {name: {column.name: str(column.type) for column in TABLES[name].columns} for name in names}


def show_columns(names: Iterable[str]) -> None:
    """The same as a table."""
    rows = [[name, column, kind] for name, kinds in columns(names).items() for column, kind in kinds.items()]
    screen.table(["table", "column", "type"], rows)
