"""The ledger in a workspace: its records as tables, and back."""

from dataclasses import replace
from pathlib import Path

from dyepack.ledger.book import RECORDS, Ledger
from dyepack.ledger.load import fingerprint, gather, load_ledger
from dyepack.schema import table_of
from dyepack.store import Draft, Store

PART = "ledger"
TABLES = tuple(table_of(kind).name for kind in RECORDS)


def load_into(store: Store, folder: Path) -> Ledger:
    """Load a folder of incident files into the workspace, replacing the ledger that was there; returns what was read.

    Raises:
        InputError: no such folder, or no YAML file in it.
    """
    ledger = load_ledger(folder)
    with store.run("load-ledger", {}, files={folder.name: fingerprint(folder)}) as draft:
        write(draft, ledger)
    return ledger


def write(draft: Draft, ledger: Ledger) -> None:
    """Put every record into its table, replacing what was there, and the rejects into theirs."""
    for kind, (name, _) in RECORDS.items():
        draft.put(table_of(kind).name, PART, getattr(ledger, name))
    for reject in ledger.rejects:
        draft.reject(replace(reject, run=draft.run))


def read(store: Store) -> Ledger:
    """The ledger of a workspace.

    Raises:
        MissingTable: `load-ledger` has not been run.
    """
    return gather(record for name in TABLES for record in store.records(name))


def stored(store: Store) -> Ledger | None:
    """The ledger of a workspace, or None where none has been loaded; a table is read when it is first asked for."""
    if not all(store.parts(name) for name in TABLES):
        return None
    return Ledger.of_tables(lambda kind: store.records(table_of(kind).name))
