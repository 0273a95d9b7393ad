"""The façade: open a workspace, then one short method per verb.

The command line and the web speak to this class alone; it holds no logic of its own beyond putting rooms together.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from dyepack.errors import StoreError
from dyepack.ingest import LoadedMovements, Reading, load_movements, load_openings
from dyepack.ledger import (
    Filter,
    IncidentView,
    Ledger,
    Line,
    Printed,
    Totals,
    find_incidents,
    incident_view,
    load_into,
    load_ledger,
    printed,
    published,
    shipped,
    stored,
    totals,
)
from dyepack.report import html
from dyepack.store import Store, Verified
from dyepack.tags import Layout, LoadedTags, load_tags
from dyepack.trace import Case, Request, SeedSpec, TraceResult, read_case, read_seeds, trace


class Workspace:
    """A workspace folder, and the verbs that work on it.

    The ledger's verbs also work without a folder (`Workspace(None)`): they read the files that ship with dyepack.
    """

    def __init__(self, store: Store | None) -> None:
        self._store = store

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False) -> Self:
        """Open the workspace in this folder; `create` makes one where there is none.

        Raises:
            StoreError: no workspace there, or one that cannot be read.
            SchemaMismatch: written by another version.
        """
        return cls(Store.open(path, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the engine."""
        if self._store is not None:
            self._store.close()

    @property
    def store(self) -> Store:
        """The workspace's tables.

        Raises:
            StoreError: opened without a folder.
        """
        if self._store is None:
            raise StoreError("this verb needs a workspace; name one with --workspace")
        return self._store

    def verify(self) -> Verified:
        """Read every file and compare it with what was written; see `Store.verify`."""
        return self.store.verify()

    # ── ledger

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of the workspace where one has been loaded into it, else the one that ships with dyepack."""
        loaded = None if self._store is None else stored(self._store)
        return load_ledger() if loaded is None else loaded

    def load_ledger(self, folder: Path | None = None) -> Ledger:
        """Load a folder of incident files into the workspace, or those that ship; see `ledger.load_into`."""
        self.__dict__.pop("ledger", None)
        return load_into(self.store, folder or shipped())

    def incidents(self, where: Filter) -> tuple[Line, ...]:
        """The incidents that pass a filter; see `ledger.find_incidents`."""
        return find_incidents(self.ledger, where)

    def incident(self, slug: str) -> IncidentView:
        """All that the ledger holds about one incident; see `ledger.incident_view`."""
        return incident_view(self.ledger, slug)

    def totals(
        self,
        *,
        actor: str | None = None,
        rule: str = "R2",
        as_of: date | None = None,
        slugs: Collection[str] = (),
    ) -> Totals:
        """Yearly sums; see `ledger.totals`."""
        return totals(self.ledger, actor=actor, rule=rule, as_of=as_of, slugs=slugs)

    def published(self, series: str | None, year: int | None = None, as_of: date | None = None) -> tuple[Printed, ...]:
        """What publishers printed, by year, latest edition first; see `ledger.published`."""
        return printed(published(self.ledger, series=series, as_of=as_of), year)

    # ── follow: ingest, tags, trace

    def ingest_movements(self, path: Path, reading: Reading, *, replace: bool = False) -> LoadedMovements:
        """Load a file of movements; see `ingest.load_movements`."""
        return load_movements(self.store, path, reading, replace=replace)

    def ingest_openings(self, path: Path, reading: Reading) -> LoadedMovements:
        """Load a file of known opening balances; see `ingest.load_openings`."""
        return load_openings(self.store, path, reading)

    def load_tags(self, paths: Iterable[Path], layout: Layout | None = None) -> tuple[LoadedTags, ...]:
        """Load tag files; see `tags.load_tags`."""
        return load_tags(self.store, paths, layout)

    def load_case(self, folder: Path, *, replace: bool = False) -> Case:
        """Load a case folder's movements and tags, and return what else it says; see `trace.read_case`.

        `replace` takes away what a movements file of this name gave before, as an older version of the case did.
        """
        case = read_case(folder)
        reading = Reading(case.chain, asset=case.asset, base_units=True)
        self.ingest_movements(case.movements, reading, replace=replace)
        if case.tags is not None:
            self.load_tags([case.tags])
        return case

    def seeds(self, path: Path, incidents: Sequence[str], chain: str | None = None) -> tuple[SeedSpec, ...]:
        """Seeds from a file; see `trace.read_seeds`."""
        assets = {row.asset: row for row in self.store.records("assets")}
        return read_seeds(path, incidents, chain, assets)

    def trace(self, request: Request, *, unlisted: bool = False) -> TraceResult:
        """Follow the money of incidents; see `trace.trace`. `unlisted` allows names that are not in the ledger.

        Raises:
            UnknownIncident: not in the ledger; the nearest slugs are suggested.
        """
        for slug in () if unlisted else request.incidents:
            self.incident(slug)
        return trace(self.store, request)

    # ── report

    def report(self, path: Path, *, result: TraceResult | None = None, case: Case | None = None) -> Path:
        """Write the report that opens offline, with this trace where one is given; see `report.html.write`."""
        return html.write(path, self.ledger, store=self.store, result=result, case=case)
