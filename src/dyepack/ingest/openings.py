"""Loads balances known to have been there before the first movement, from a CSV file, into `openings`."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from dyepack import amounts, ceilings, chains
from dyepack.addresses import normalise
from dyepack.csvrows import CsvFile, Row, named
from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.ingest.files import STAGE, LoadedMovements
from dyepack.ingest.movements import Reading
from dyepack.model import Opening, Reject
from dyepack.store import Store
from dyepack.store.names import part_name

FIELDS = ("address", "amount", "block", "asset", "token", "chain")
_LAST_BLOCK = 2**62 - 1


def load_openings(store: Store, path: Path | str, reading: Reading) -> LoadedMovements:
    """Read known balances into the workspace, in place of what a file of this name gave before.

    Raises:
        SourceError, RecordError: the file cannot be read as CSV.
        InputError: a column is missing.
    """
    file = CsvFile(path)
    columns = file.columns(reading.columns, FIELDS)
    for name in ("address", "amount", "block"):
        if name not in columns:
            raise file.missing(name, f"name it with --map {name}=COLUMN")
    file.check_spelling(columns, FIELDS)
    openings: list[Opening] = []
    with store.run(
        "ingest openings", {**asdict(reading), "file": file.name}, files={file.name: file.sha256()}
    ) as draft:
        rejects: list[Reject] = []
        for row in file:
            try:
                openings.append(_opening(row, columns, reading, file.name))
            except InputError as error:
                rejects.append(Reject(draft.run, STAGE, file.name, row.line, None, str(error), row.text))
        draft.put("openings", part_name(file.name), openings)
        for reject in rejects:
            draft.reject(reject)
    reasons = tuple(f"{file.name}:{reject.line}: {reject.reason}" for reject in rejects[:5])
    unread = [name for name in file.header if name not in columns.values()]
    warnings = (f"nothing is read from {named(unread)}",) if unread else ()
    return LoadedMovements(draft.run, file.name, len(openings), len(rejects), 0, {}, reasons, warnings)


def _opening(row: Row, columns: Mapping[str, str], reading: Reading, source: str) -> Opening:
    if row.problem:
        raise InputError(row.problem)
    cells = {name: row.cells[column].strip() for name, column in columns.items()}
    chain = chains.chain(cells.get("chain") or reading.chain or "").name
    symbol, contract = cells.get("asset") or reading.asset or "", cells.get("token") or reading.token or ""
    asset = assets.native(chain) if not symbol and not contract else None
    if asset is None:
        asset = assets.recognise(chain, symbol, contract, reading.decimals).row
    block, text = amounts.base_units(row.cells[columns["block"]], _LAST_BLOCK), row.cells[columns["amount"]]
    if reason := ceilings.beyond(asset, text, base_units=reading.base_units):
        raise InputError(f"{text!r:.60} {reason}")
    amount = amounts.base_units(text) if reading.base_units else amounts.parse(text, asset.decimals)
    return Opening(chain, normalise(cells["address"], chain), asset.asset, amount, block, source)
