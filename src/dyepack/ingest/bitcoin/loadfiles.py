"""Loads exports into the four tables: one part for each run of blocks without a hole, in one commit per file.

A block that the workspace has already is refused, so that nothing counts twice; the same files again change nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack.errors import InputError, SourceError
from dyepack.ingest import ranges
from dyepack.ingest.bitcoin.exports import WHOLE_COINS, Bad, Export, read_exports
from dyepack.ingest.bitcoin.flatten import BLOCKS, flatten
from dyepack.ingest.bitcoin.load import STAGE, TABLES
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.bitcoin.numbered import FILES, is_numbered, read_numbered
from dyepack.ingest.bitcoin.resolve import nameless, resolve
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.machine.compiled import Array
from dyepack.ingest.progress import Progress, Tell, silent
from dyepack.ingest.ranges import Range
from dyepack.model import Reject
from dyepack.store import Draft, Store

VERB = "ingest files"
SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".parquet")


@dataclass(slots=True)
class LoadedFiles:
    """What became of a set of files; `nameless` counts inputs in the workspace with an amount and no address."""

    chain: str
    files: int
    blocks: int = 0
    transactions: int = 0
    inputs: int = 0
    outputs: int = 0
    rejected: int = 0
    resolved: int = 0
    unknown: int = 0
    odd_addresses: int = 0
    nameless: int = 0
    reasons: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return asdict(self)


def load_files(
    store: Store, paths: Sequence[Path], network: Network, tell: Tell = silent, said: str | None = None
) -> LoadedFiles:
    """Load exports: files, or folders of them; `said` is the form that their columns leave open.

    Raises:
        SourceError: nothing is there, or it cannot be read.
        RecordError: a file is none of the forms.
        InputError: the workspace has some of these blocks from elsewhere.
    """
    if said not in (None, WHOLE_COINS):
        raise InputError(f"expected --as {WHOLE_COINS} (amounts are floating-point coins), got {said!r}")
    numbered = [path for path in paths if path.is_dir() and is_numbered(path)]
    files = _files([path for path in paths if path not in numbered])
    done = LoadedFiles(network.name, len(files) + len(FILES) * len(numbered))
    progress = Progress(f"{network.name} exports", len(numbered) + len(files), tell)
    for folder in numbered:
        _commit(store, read_numbered(folder), network, [folder / name for name in FILES], done)
        progress.add(1, sum((folder / name).stat().st_size for name in FILES))
    blocks = BLOCKS.empty_table()
    for group in _groups(files):
        export = read_exports(group, said)
        done.unread = sorted({*done.unread, *export.unread})
        blocks = export.blocks = pa.concat_tables([blocks, export.blocks])
        _commit(store, export, network, group, done)
        progress.add(len(group), sum(path.stat().st_size for path in group))
    done.resolved, done.unknown = resolve(store, network.name)
    done.nameless = nameless(store, network.name)
    return done


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files, those of folders in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES)
            if not inside:
                raise SourceError(
                    f"no {', '.join(SUFFIXES)} in {path}; a folder of the 2009 chain has {', '.join(FILES)}"
                )
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise SourceError(f"cannot read {path}: no such file")
    return found


def _groups(files: Sequence[Path]) -> list[list[Path]]:
    """What is read together: all that is not Parquet, and Parquet of blocks; Parquet of transactions by common blocks.

    So memory holds one group: of a lake that is parted by day, one day.
    """
    plain = [path for path in files if path.suffix != ".parquet"]
    spans = {path: _span(path) for path in files if path.suffix == ".parquet"}
    of_blocks = [path for path, span in spans.items() if span is None]
    groups = [group for group in ([*plain, *of_blocks],) if group]
    last = -1
    for path, span in sorted(((path, span) for path, span in spans.items() if span), key=lambda item: item[1]):
        if span.first > last:
            groups.append([])
        groups[-1].append(path)
        last = max(last, span.last)
    return groups


def _span(path: Path) -> Range | None:
    """The blocks of a Parquet file of transactions; nothing of one of blocks."""
    try:
        file = pq.ParquetFile(path)
        if "block_number" not in file.schema_arrow.names:
            return None
        found = [pc.min_max(batch.column(0)).as_py() for batch in file.iter_batches(columns=["block_number"])]
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {str(error).splitlines()[0]}") from error
    lows, highs = ([one[name] for one in found if one[name] is not None] for name in ("min", "max"))
    return Range(int(min(lows, default=0)), int(max(highs, default=0)))


def _commit(store: Store, export: Export, network: Network, files: Sequence[Path], done: LoadedFiles) -> None:
    rows = _ranked(export)
    if not len(rows) and not export.bad:
        return
    flat = flatten(rows, _once(export.blocks), network)
    runs = _runs(flat.tables["blocks"].column("block").to_numpy())
    whole = Range(runs[0].first, runs[-1].last) if runs else Range(0, 0)
    with ranges.alone(store.path, network.name, whole):
        store.refresh()
        _refuse_overlap(store, network.name, runs, flat.tables["blocks"])
        said = {"chain": network.name, "files": sorted(path.name for path in files)}

        def work(draft: Draft) -> None:
            for one in runs:
                for name in TABLES:
                    draft.put(name, one.part(network.name), _within(flat.tables[name], one))
            for bad in export.bad:
                draft.reject(Reject(draft.run, STAGE, bad.source, bad.line, bad.field, bad.reason, bad.row))

        commit(store, Step(VERB, said, {path.name: _digest(path) for path in files}), work)
    counts = {name: rows.num_rows for name, rows in flat.tables.items()}
    done.blocks += counts["blocks"]
    done.transactions += counts["transactions"]
    done.inputs += counts["inputs"]
    done.outputs += counts["outputs"]
    done.rejected += len(export.bad)
    done.odd_addresses += len(flat.odd_addresses)
    done.reasons += [
        f"{bad.source}:{bad.line}: {bad.field}: {bad.reason}" for bad in export.bad[: 5 - len(done.reasons)]
    ]


def _ranked(export: Export) -> pa.Table:
    """Transactions with their place in the block; the second of one id or one place in a block is refused.

    Where the export gives no place, it is the rank in the order of the rows, the coinbase first.
    """
    rows = export.transactions
    given = rows.column("tx_index").null_count == 0
    blocks, hashes = rows.column("block").to_pylist(), rows.column("tx_hash").to_pylist()
    places = rows.column("tx_index").to_pylist() if given else [0] * len(rows)
    coinbase = rows.column("coinbase").to_pylist()
    order = (
        range(len(rows)) if given else sorted(range(len(rows)), key=lambda row: (blocks[row], not coinbase[row], row))
    )
    seen: set[tuple[int, str | int]] = set()
    count: dict[int, int] = {}
    kept: dict[int, int] = {}
    for row in order:
        block = blocks[row]
        place = places[row] if given else count.get(block, 0)
        if (block, hashes[row]) in seen or (block, place) in seen:
            reason = f"duplicate: block {block} has a transaction of this id or place already"
            source, line = rows.column("source")[row].as_py(), rows.column("line")[row].as_py()
            export.bad.append(Bad(source, line, "hash", reason, hashes[row]))
            continue
        seen |= {(block, hashes[row]), (block, place)}
        count[block] = count.get(block, 0) + 1
        kept[row] = place
    rows = rows.take(pa.array(sorted(kept), pa.int64()))
    column = rows.schema.get_field_index("tx_index")
    return rows.set_column(column, "tx_index", pa.array([kept[row] for row in sorted(kept)], pa.int64()))


def _once(blocks: pa.Table) -> pa.Table:
    """One row for each block: the first that speaks of it."""
    _, first = np.unique(blocks.column("block").to_numpy(), return_index=True)
    return blocks.take(pa.array(first))


def _runs(heights: Array) -> list[Range]:
    """Ranges without a hole."""
    if not len(heights):
        return []
    cuts = [-1, *np.flatnonzero(np.diff(heights) > 1).tolist(), len(heights) - 1]
    return [Range(int(heights[low + 1]), int(heights[high])) for low, high in pairwise(cuts)]


def _within(rows: pa.Table, one: Range) -> pa.Table:
    block = rows.column("block")
    return rows.filter(pc.and_(pc.greater_equal(block, one.first), pc.less_equal(block, one.last)))


def _refuse_overlap(store: Store, chain: str, runs: Sequence[Range], blocks: pa.Table) -> None:
    """Blocks that are there from elsewhere would count twice, or be replaced unseen."""
    there = ranges.loaded(store, chain)
    for one in runs:
        for old in (old for old in there if old.first <= one.last and old.last >= one.first):
            found = store.fetch(
                "select distinct source from blocks where chain = $chain and block >= $first and block <= $last",
                "blocks",
                chain=chain,
                first=old.first,
                last=old.last,
            )
            ours = set(_within(blocks, one).column("source").to_pylist())
            if old != one or set(found.column("source").to_pylist()) != ours:
                named = ", ".join(sorted(found.column("source").to_pylist()))
                raise InputError(
                    f"blocks {old.first} to {old.last} of {chain} are in the workspace already, from {named}; these"
                    f" files have {one.first} to {one.last}: load what is missing only, or begin another workspace"
                )


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from error
