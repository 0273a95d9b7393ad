"""The files of a lake by dataset, and when its blocks were."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.errors import InputError
from dyepack.ingest.evm.prepared import Prepared
from dyepack.ingest.places import SUFFIXES, kind_of


@dataclass(frozen=True, slots=True)
class Dataset:
    """The files of one dataset, and the schema that they share."""

    name: str
    files: tuple[Path, ...]
    schema: pa.Schema

    def has(self, column: str) -> bool:
        """Whether it has a column."""
        return column in self.schema.names


def listed(paths: Sequence[Path]) -> list[Path]:
    """The files that these paths name or hold.

    Raises:
        InputError: none.
    """
    held = {
        one
        for path in paths
        for one in ([path] if path.is_file() else path.rglob("*"))
        if kind_of(one.name) and one.is_file()
    }
    if not held:
        raise InputError(
            f"expected {', '.join(SUFFIXES)} (also .gz), found none in {', '.join(map(str, paths)) or 'nothing'}"
        )
    return sorted(held)


def datasets(files: Sequence[Prepared]) -> dict[str, Dataset]:
    """The datasets that these files are of.

    Raises:
        InputError: two files of one dataset have other columns.
    """
    grouped: dict[str, list[Prepared]] = defaultdict(list)
    for file in files:
        first = grouped[file.dataset][0] if grouped[file.dataset] else file
        if not first.schema.equals(file.schema):
            others = ", ".join(sorted({*first.schema.names} ^ {*file.schema.names}))
            raise InputError(
                f"two files of {file.dataset} have other columns ({others} in one of them); load each by itself"
            )
        grouped[file.dataset].append(file)
    return {name: Dataset(name, tuple(one.path for one in some), some[0].schema) for name, some in grouped.items()}


def times(found: Mapping[str, Dataset]) -> pa.Table:
    """The time of each block, from the blocks or from rows that have one.

    Raises:
        InputError: nothing says when the blocks were.
    """
    if "blocks" in found:
        one, number, time = found["blocks"], "number", "timestamp"
    else:
        having = [one for one in found.values() if one.has("block_timestamp")]
        if not having:
            raise InputError("nothing says when blocks were: add the blocks (with their numbers and timestamps)")
        one, number, time = having[0], "block_number", "block_timestamp"
    rows = pa.concat_tables(pq.ParquetFile(path).read(columns=[number, time]) for path in one.files)
    moments = rows.column(time).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    table = pa.table({"block": rows.column(number), "time": moments})
    return table.group_by("block").aggregate([("time", "min")]).rename_columns(["block", "time"])
