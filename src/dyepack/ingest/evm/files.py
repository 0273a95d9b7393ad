"""Opens files of EVM data, whatever their format, and gives what is in them block by block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zlib import error as zlib_error

from dyepack import chains
from dyepack.csvrows import CsvFile
from dyepack.errors import InputError, SourceError
from dyepack.ingest.evm import genesis, networks, parity, recorded, shapes
from dyepack.ingest.evm.records import BlockData
from dyepack.ingest.evm.rows import Times
from dyepack.ingest.moments import moment
from dyepack.lines import MAX_LINE, document, lines

FORMATS = {".jsonl": "transactions, one to a line", ".json": "one block with Parity traces, or a genesis file"}


@dataclass(frozen=True, slots=True)
class Bad:
    """A line or file that could not be read, with the reason; `names` as `recorded.named` has it."""

    line: int
    reason: str
    text: str
    names: tuple[str, str, object, object] | None = None


def read(path: Path, chain: str | None) -> Iterator[tuple[int, BlockData | Bad]]:
    """What a file holds, each with its line; a file that holds one block has one line.

    Raises:
        SourceError: the file cannot be read.
        InputError: no format that is known, or one that needs to be told its chain.
    """
    kind = _kind(path)
    if kind == ".json":
        if chain is None:
            raise InputError(f"{path.name} does not name its chain; say which with --chain")
        text = _whole(path)
        reader = genesis.read if b'"alloc"' in text else parity.read
        yield 1, _tried(text, 1, partial(reader, text, networks.by_chain(chains.chain(chain).name)))
        return
    for number, line in _lines(path):
        if line is None:
            yield number, Bad(number, f"expected a line of at most {MAX_LINE:,} bytes, got more", "")
        elif line.strip():
            data = _tried(line, number, partial(recorded.read, line, chain))
            yield number, replace(data, names=recorded.named(line, chain)) if isinstance(data, Bad) else data


def times(path: Path, chain: str | None) -> Times:
    """Times of blocks from a CSV file with the columns block (or number), time (or timestamp), and maybe chain.

    Raises:
        SourceError, RecordError: the file cannot be read as CSV.
        InputError: a column is missing, or a row is malformed.
    """
    file = CsvFile(path)
    names = {"number": "block", "timestamp": "time"}
    own = {names[column]: column for column in file.header if column in names}
    columns = file.columns(own, ("block", "time", "chain"))
    for name in ("block", "time"):
        if name not in columns:
            raise file.missing(name, "ethereum-etl calls them number and timestamp")
    found = {}
    for row in file:
        cells = {name: row.cells.get(column, "") for name, column in columns.items()}
        if row.problem:
            raise InputError(f"{file.name}:{row.line}: {row.problem}")
        named = cells.get("chain") or chain
        if not named:
            raise InputError(f"{file.name}:{row.line}: of which chain is this block? Give a column chain, or --chain")
        where = chains.chain(named).name
        found[where, shapes.number(cells["block"], f"{file.name}:{row.line}: block")] = moment(cells["time"])
    return found


def _kind(path: Path) -> str:
    suffixes = [one for one in path.suffixes if one != ".gz"]
    kind = suffixes[-1] if suffixes else ""
    if kind not in FORMATS:
        known = "; ".join(f"{suffix}: {what}" for suffix, what in FORMATS.items())
        raise InputError(f"expected a file of a known format ({known}; each may end in .gz), got {path.name}")
    return kind


def _tried(text: bytes, line: int, work: Callable[[], BlockData]) -> BlockData | Bad:
    try:
        return work()
    except InputError as error:
        return Bad(line, str(error), text.decode("utf-8", "replace")[:2000])


def _whole(path: Path) -> bytes:
    with _readable(path):
        return document(path)


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    with _readable(path):
        yield from lines(path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What a file does not give, as our error."""
    try:
        yield
    except (OSError, EOFError, zlib_error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(f"cannot read {path}: {reason}") from None
