"""Loads files of EVM data into `transfers`, `assets` and `blocks`; what is refused goes to `rejects`, with why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from dyepack.errors import InputError, SourceError
from dyepack.ingest.accounts_check import show
from dyepack.ingest.evm import files, multitoken
from dyepack.ingest.evm.notes import unread_whole
from dyepack.ingest.evm.rows import Rows, Sink
from dyepack.ingest.files import resettle
from dyepack.model import Block, Reject, Transfer
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

STAGE = "ingest"


@dataclass(frozen=True, slots=True)
class LoadedEvm:
    """What became of files of EVM data.

    `passed` counts what moved nothing (delegate calls, failed calls, other events, ...), `refused` what could not be
    taken, by field; `twice` transactions that the files have more than once.
    """

    run: str
    files: tuple[str, ...]
    transactions: Mapping[str, int]
    rows: int
    kinds: Mapping[str, int]
    flagged: Mapping[str, int]
    unlisted: int
    passed: Mapping[str, int]
    refused: Mapping[str, int]
    twice: int
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return asdict(self)


@dataclass(slots=True)
class _File:
    """One file on its way into the workspace."""

    path: Path
    digest: str
    part: str
    rows: list[Transfer] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    sink: Sink = field(init=False)

    def __post_init__(self) -> None:
        self.sink = Sink(f"{self.path.name}@{self.part[:8]}")


def load_evm(store: Store, paths: Sequence[Path], *, chain: str | None = None, times: Path | None = None) -> LoadedEvm:
    """Read files into the workspace, in this order. The same files read the same way again change nothing.

    Raises:
        SourceError: a file cannot be read; nothing was changed.
        InputError: a file of no known format, or two of one name.
    """
    opened = [_opened(path, chain) for path in paths]
    names = [file.path.name for file in opened]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"expected files of different names, got more than one {', '.join(twice)}")
    hashes = {file.path.name: file.digest for file in opened}
    rows = Rows({} if times is None else files.times(times, chain))
    if times is not None:
        hashes[times.name] = _digest(times)
    with store.run("ingest evm", {"files": names, "chain": chain}, files=hashes) as draft:
        for file in opened:
            _read(file, rows, draft.run, chain)
        _leave_out_known(store, opened, draft.run)
        _settle(store, opened)
        for file in opened:
            _put(file, draft)
    resettle(store)
    multitoken.reread(store)
    return _answer(draft.run, opened, rows)


def _opened(path: Path, chain: str | None) -> _File:
    digest = _digest(path)
    return _File(path, digest, sha256(f"evm {digest} {path.name} {chain}".encode()).hexdigest()[:16])


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None


def _read(file: _File, rows: Rows, run: str, chain: str | None) -> None:
    for line, data in files.read(file.path, chain):
        if isinstance(data, files.Bad):
            file.rejects.append(Reject(run, STAGE, file.path.name, line, None, data.reason, data.text))
            if data.names:
                named, tx_hash, *parties = data.names
                told = unread_whole(named, tx_hash, [(parties[0], parties[1])], data.reason, file.sink.source)
                file.sink.notes += told
            continue
        file.rows += rows.of(data, file.sink)
        block = rows.block(data, file.sink.source)
        file.blocks += [] if block is None else [block]
        while file.sink.refused:
            of, left = file.sink.refused.pop(0)
            file.rejects.append(Reject(run, STAGE, file.path.name, line, left.field, f"{of}: {left.reason}", left.what))


def _leave_out_known(store: Store, opened: Sequence[_File], run: str) -> None:
    """Refuse transactions whose movements another part of the workspace has: they would count twice."""
    own = {file.sink.source for file in opened}
    if not set(store.parts("transfers")) - {file.part for file in opened}:
        return
    new = [(row.chain, row.tx_hash) for file in opened for row in file.rows]
    store.view("transfers")
    show(store, "listed_movements")
    columns = [pa.array([one[n] for one in dict.fromkeys(new)], pa.string()) for n in (0, 1)]
    store.engine.load("ingest_new", pa.table(columns, names=["chain", "tx_hash"]))
    found = store.engine.fetch(
        "select distinct t.chain as chain, t.tx_hash as tx_hash, t.source as source"
        " from transfers t join ingest_new n on n.chain = t.chain and n.tx_hash = t.tx_hash"
        " where t.source not in (select source from listed_movements)"
    ).to_pylist()
    known = {(row["chain"], row["tx_hash"]): row["source"] for row in found if row["source"] not in own}
    for file in opened:
        for place in dict.fromkeys((row.chain, row.tx_hash) for row in file.rows if (row.chain, row.tx_hash) in known):
            reason = f"{place[1]}: its movements were loaded from {known[place]} before"
            file.rejects.append(Reject(run, STAGE, file.path.name, None, "transaction", reason, place[1]))
        file.rows = [row for row in file.rows if (row.chain, row.tx_hash) not in known]
        file.sink.freezes = [row for row in file.sink.freezes if (row.chain, row.tx_hash) not in known]
        file.sink.notes = [row for row in file.sink.notes if (row.chain, row.tx_hash) not in known]


def _settle(store: Store, opened: Sequence[_File]) -> None:
    """Tell tokens of ERC-1155 that are fungible from pieces of collections, over all files."""
    every = [row for file in opened for row in file.rows]
    known = multitoken.fungible(store, every) | {row.asset for row in every if row.amount > 1}
    for file in opened:
        file.rows = multitoken.settled(file.rows, known)


def _put(file: _File, draft: Draft) -> None:
    draft.put("transfers", file.part, TABLES["transfers"].rows(file.rows))
    draft.put("assets", file.part, file.sink.tokens.found.values())
    if file.blocks:
        draft.put("blocks", file.part, file.blocks)
    if file.sink.freezes:
        draft.put("freezes", file.part, file.sink.freezes)
    if file.sink.notes:
        draft.put("notes", file.part, file.sink.notes)
    for reject in file.rejects:
        draft.reject(reject)


def _answer(run: str, opened: Sequence[_File], rows: Rows) -> LoadedEvm:
    made = [row for file in opened for row in file.rows]
    rejects = [reject for file in opened for reject in file.rejects]
    return LoadedEvm(
        run=run,
        files=tuple(file.path.name for file in opened),
        transactions=_sorted(rows.transactions),
        rows=len(made),
        kinds=_sorted(Counter(row.kind for row in made)),
        flagged=_sorted(Counter(row.flag for row in made if row.flag is not None)),
        unlisted=len({asset for file in opened for asset, row in file.sink.tokens.found.items() if not row.verified}),
        passed=_sorted(rows.passed),
        refused=_sorted(Counter(reject.field or "line" for reject in rejects)),
        twice=rows.twice,
        reasons=tuple(f"{one.source}:{one.line or '-'}: {one.reason}" for one in rejects[:5]),
    )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
