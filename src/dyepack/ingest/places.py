"""Files to load, wherever they lie: on this disk, or in an object store that pyarrow knows (`s3://`, `gs://`, …).

What lies elsewhere is copied here, one file after the other, into a folder that goes when the load is done. A file that
comes with another size than the store said is an error.
"""

import gzip
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.errors import InputError, SourceError

SUFFIXES = (".parquet", ".csv", ".json", ".jsonl", ".ndjson")
_URL = re.compile(r"[a-z][a-z0-9+]*://", re.ASCII)
_S3 = ("region", "endpoint_override", "scheme")
_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One file as it was seen from outside: its columns, and the rows and blocks that a Parquet file says it has."""

    name: str
    bytes: int
    columns: tuple[str, ...]
    rows: int | None = None
    first: int | None = None
    last: int | None = None


def kind_of(name: str) -> str:
    """The suffix that says how a file is read, `.gz` aside; empty for one that is none of ours."""
    suffix = PurePosixPath(name.removesuffix(".gz")).suffix
    plain = suffix != ".parquet" or not name.endswith(".gz")
    return suffix if suffix in SUFFIXES and plain else ""


@contextmanager
def here(paths: Sequence[str], *, anonymous: bool = False) -> Iterator[list[Path]]:
    """The paths as they are on this disk; those of object stores are copied for as long as the block runs.

    Raises:
        InputError: a URL of no store that is known, or nothing under it.
        SourceError: a store does not answer, or cuts a file off.
    """
    with TemporaryDirectory(prefix="dyepack-") as folder:
        found = list[Path]()
        for number, path in enumerate(paths):
            if _URL.match(path):
                found.append(_copied(path, Path(folder, str(number)), anonymous=anonymous))
            else:
                found.append(Path(path))
        yield found


def look(paths: Sequence[str], *, anonymous: bool = False) -> list[Seen]:
    """The files under these paths, by their names, sizes and first lines; nothing is copied.

    Raises:
        InputError, SourceError: as `here` does.
    """
    seen = []
    for path in paths:
        if _URL.match(path):
            filesystem, root = _store(path, anonymous=anonymous)
            infos = _infos(filesystem, root, path)
            seen += [_seen(filesystem, info.path, info.size) for info in infos]
        else:
            local, name = pa.fs.LocalFileSystem(), Path(path)
            files = sorted(name.rglob("*")) if name.is_dir() else [name]
            seen += [_seen(local, str(one), one.stat().st_size) for one in files if kind_of(one.name) and one.is_file()]
    return seen


def _copied(url: str, folder: Path, *, anonymous: bool) -> Path:
    filesystem, root = _store(url, anonymous=anonymous)
    for info in _infos(filesystem, root, url):
        below = info.path.removeprefix(root).lstrip("/") or PurePosixPath(info.path).name
        target = folder / below
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            _answering(url),
            filesystem.open_input_stream(info.path, compression=None) as far,
            target.open("wb") as near,
        ):
            shutil.copyfileobj(far, near, _HEAD)
        if target.stat().st_size != info.size:
            raise SourceError(
                f"{info.path}: expected {info.size:,} bytes, got {target.stat().st_size:,}; load it again"
            )
    return folder


def _store(url: str, *, anonymous: bool) -> tuple[Any, str]:
    """The store of a URL, and the path in it."""
    import pyarrow.fs as stores  # noqa: PLC0415 (few files lie elsewhere)

    parts = urlsplit(url)
    with _answering(url):
        try:
            if parts.scheme != "s3":
                filesystem, path = stores.FileSystem.from_uri(url)
                return filesystem, path
            given = dict(parse_qsl(parts.query))
            if others := given.keys() - {*_S3}:
                raise InputError(f"{url}: expected {', '.join(_S3)} after the question mark, got {', '.join(others)}")
            if "region" not in given and "endpoint_override" not in given:
                given["region"] = stores.resolve_s3_region(parts.netloc)
            patience = stores.AwsStandardS3RetryStrategy(max_attempts=3)
            return stores.S3FileSystem(anonymous=anonymous, retry_strategy=patience, **given), parts.netloc + parts.path
        except pa.ArrowException as error:
            raise InputError(f"{url}: no store that is known: {str(error).splitlines()[0]}") from None


def _infos(filesystem: Any, root: str, url: str) -> list[Any]:
    """The files of our kinds under a path, by name."""
    import pyarrow.fs as stores  # noqa: PLC0415

    root = root.rstrip("/")
    with _answering(url):
        info = filesystem.get_file_info(root)
        found = [info] if info.type == stores.FileType.File else []
        if info.type == stores.FileType.Directory:
            found = filesystem.get_file_info(stores.FileSelector(root, recursive=True))
    files = [one for one in found if one.type == stores.FileType.File and kind_of(one.path)]
    if not files:
        raise InputError(f"expected {', '.join(SUFFIXES)} (also .gz) under {url}, found none")
    return sorted(files, key=lambda one: one.path)


def _seen(filesystem: Any, path: str, size: int) -> Seen:
    name = PurePosixPath(path).name
    with _answering(path):
        if kind_of(name) == ".parquet":
            with filesystem.open_input_file(path) as file:
                return _footer(pq.ParquetFile(file).metadata, name, size)
        with filesystem.open_input_stream(path, compression=None) as stream:
            return Seen(name, size, _columns(name, gzip.open(stream) if name.endswith(".gz") else stream))


def _footer(footer: pq.FileMetaData, name: str, size: int) -> Seen:
    """What the end of a Parquet file says: columns, rows, and the blocks where it has statistics of them."""
    columns = tuple(footer.schema.to_arrow_schema().names)
    bounds = list[int]()
    for group in range(footer.num_row_groups):
        for at in range(footer.num_columns):
            column = footer.row_group(group).column(at)
            if (
                column.path_in_schema in ("block_number", "number")
                and column.is_stats_set
                and column.statistics.has_min_max
            ):
                bounds += [column.statistics.min, column.statistics.max]
    return Seen(name, size, columns, footer.num_rows, min(bounds, default=None), max(bounds, default=None))


def _columns(name: str, stream: Any) -> tuple[str, ...]:
    """The names in the first line."""
    line = stream.read(_HEAD).partition(b"\n")[0].strip()
    try:
        if kind_of(name) == ".csv":
            return tuple(line.decode("utf-8-sig").split(","))
        return tuple(msgspec.json.decode(line, type=dict))
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise InputError(f"{name}: expected a header of CSV, or a JSON object to a line, got {line[:60]!r}") from None


@contextmanager
def _answering(where: str) -> Iterator[None]:
    """What a store or a file does not give, as our error in one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise SourceError(f"cannot read {where}: {str(error).splitlines()[0][:200]}") from None
