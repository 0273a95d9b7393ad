"""The façade: open a workspace, then one short method per verb.

The command line and the web speak to this class alone; it holds no logic of its own beyond putting rooms together.
A room is imported by the verbs that need it, so that a question to the ledger does not pay for the tracing of money.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dyepack.errors import StoreError
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
from dyepack.store import Store, Verified

if TYPE_CHECKING:
    from dyepack.about.counterparties import Rows
    from dyepack.about.search import Hit
    from dyepack.cluster import Request as ClusterRequest
    from dyepack.cluster.detect import Detected
    from dyepack.cluster.explain import Split, Why
    from dyepack.cluster.graphsense import Agreement
    from dyepack.cluster.graphsense import Written as ClusterFile
    from dyepack.cluster.links import Links
    from dyepack.cluster.result import ClusterResult
    from dyepack.cluster.review import Held
    from dyepack.ingest import LoadedMovements, PriceReading, Reading
    from dyepack.ingest.bitcoin.load import Asked as BlocksAsked
    from dyepack.ingest.bitcoin.load import Loaded as LoadedBlocks
    from dyepack.ingest.bitcoin.load import Source
    from dyepack.ingest.bitcoin.loadfiles import LoadedFiles
    from dyepack.ingest.check import Against
    from dyepack.ingest.check import Report as ChainReport
    from dyepack.ingest.evm.chainload import Asked as ChainAsked
    from dyepack.ingest.evm.chainload import LoadedChain
    from dyepack.ingest.evm.chainload import Source as ChainSource
    from dyepack.ingest.evm.lake import LoadedLake
    from dyepack.ingest.evm.load import LoadedEvm
    from dyepack.ingest.explorer.answers import Answers
    from dyepack.ingest.explorer.load import LoadedAddresses
    from dyepack.ingest.explorer.shown import Explorer
    from dyepack.ingest.explorer.shown import Span as ExplorerSpan
    from dyepack.ingest.quotes.asked import Quotes, Stretch
    from dyepack.ingest.quotes.load import LoadedQuotes
    from dyepack.ledger.backtest import Backtest
    from dyepack.ledger.claimtext import Proposals
    from dyepack.ledger.compare import Comparison
    from dyepack.ledger.cuts import Cut, Question
    from dyepack.ledger.delays import Delay
    from dyepack.ledger.factcheck import Checked
    from dyepack.ledger.outlook import Outlook
    from dyepack.ledger.publisher_totals import PublisherTotals
    from dyepack.ledger.recovered import Recovered
    from dyepack.model import ActorDecision, JoinDecision, Tag
    from dyepack.tags import Choice, Layout, LoadedTags
    from dyepack.tags.actors import ActorView, Decision
    from dyepack.tags.export import Header, Written
    from dyepack.tags.lookup import Asked, Found
    from dyepack.tags.statement import Statement
    from dyepack.trace import Case, Known, Request, SeedSpec, TraceResult
    from dyepack.trace.again import Again
    from dyepack.trace.balance import Balance
    from dyepack.trace.balance import Question as BalanceQuestion
    from dyepack.trace.behaviour import Measured, Rule
    from dyepack.trace.bounded import BoundsResult
    from dyepack.trace.ends import Question as PathsQuestion
    from dyepack.trace.explain import Explained
    from dyepack.trace.explain import Question as ExplainQuestion
    from dyepack.trace.facts import Fact
    from dyepack.trace.paths import Answer as PathsAnswer
    from dyepack.trace.patterns import Pattern
    from dyepack.trace.recorded import Recorded
    from dyepack.trace.sources import Sources


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
        if kind is not None and self._store is not None:
            self._store.abandon()
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

    def publisher_totals(
        self, name: str, *, actor: str | None = None, year: int | None = None, as_of: date | None = None
    ) -> PublisherTotals:
        """What a publisher's profile gives beside what it printed; see `ledger.publisher_totals`."""
        from dyepack.ledger.publisher_totals import publisher_totals  # noqa: PLC0415
        from dyepack.ledger.publishers import shipped as profile  # noqa: PLC0415

        return publisher_totals(self.ledger, profile(name), actor=actor, year=year, as_of=as_of)

    def factcheck(self, path: Path) -> tuple[Checked, ...]:
        """Check a file of statements; see `ledger.factcheck`."""
        from dyepack.ledger.factcheck import factcheck  # noqa: PLC0415

        return factcheck(self.ledger, path)

    def propose(self, text: str, as_of: date | None = None) -> Proposals:
        """Checks that an article suggests, for a person to confirm; see `ledger.claimtext`."""
        from dyepack.ledger.claimtext import propose  # noqa: PLC0415

        return propose(self.ledger, text, as_of)

    def cut(self, question: Question) -> Cut:
        """Thefts cut into parts that add up; see `ledger.cuts`."""
        from dyepack.ledger.cuts import cut  # noqa: PLC0415

        return cut(self.ledger, question)

    def delays(self, question: Question) -> tuple[Delay, ...]:
        """Days from theft to attribution; see `ledger.delays`."""
        from dyepack.ledger.delays import delays  # noqa: PLC0415

        return delays(self.ledger, question)

    def recovered(self, slugs: Sequence[str]) -> Recovered:
        """What is said to have come back or been stopped; see `ledger.recovered`."""
        from dyepack.ledger.recovered import recovered  # noqa: PLC0415

        return recovered(self.ledger, tuple(slugs))

    def compare(
        self,
        *,
        actor: str | None = None,
        rule: str = "R2",
        year: int | None = None,
        as_of: date | None = None,
        sizes: Sequence[int] = (),
    ) -> Comparison:
        """A year against those before; see `ledger.compare.compare`."""
        from dyepack.ledger.compare import SIZES, compare  # noqa: PLC0415
        from dyepack.ledger.counted import Scope  # noqa: PLC0415

        return compare(self.ledger, scope=Scope(actor, rule), year=year, as_of=as_of, sizes=sizes or SIZES)

    def outlook(
        self,
        threshold: int,
        *,
        actor: str | None = None,
        rule: str = "R2",
        as_of: date | None = None,
        given: int | None = None,
    ) -> Outlook:
        """The chance that a year passes a threshold; see `ledger.outlook.outlook`."""
        from dyepack.ledger.counted import Scope  # noqa: PLC0415
        from dyepack.ledger.outlook import outlook  # noqa: PLC0415

        return outlook(self.ledger, threshold, scope=Scope(actor, rule), day=as_of, given=given)

    def outlook_backtest(
        self, *, actor: str | None = None, rule: str = "R2", tell: Callable[[str], None] = lambda _: None
    ) -> Backtest:
        """How the outlook would have fared in the years that are over; see `ledger.backtest.backtest`."""
        from dyepack.ledger.backtest import backtest, past_days  # noqa: PLC0415
        from dyepack.ledger.counted import Scope, last_theft  # noqa: PLC0415
        from dyepack.ledger.forecast import History  # noqa: PLC0415

        history = History.of(self.ledger, Scope(actor, rule))
        return backtest(history, past_days(last_theft(self.ledger).year - 1), tell=tell)

    @property
    def pictures(self) -> Path | None:
        """The folder that keeps what was drawn; none without a workspace."""
        return None if self._store is None else self._store.path / "pictures"

    # ── follow: ingest, tags, trace

    def ingest_movements(self, path: Path, reading: Reading, *, replace: bool = False) -> LoadedMovements:
        """Load a file of movements; see `ingest.load_movements`."""
        from dyepack.ingest import load_movements  # noqa: PLC0415

        return load_movements(self.store, path, reading, replace=replace)

    def ingest_lists(
        self, paths: Sequence[Path], reading: Reading, *, replace: bool = False
    ) -> tuple[LoadedMovements, ...]:
        """Load several lists of movements in one run; see `ingest.load_lists`."""
        from dyepack.ingest import load_lists  # noqa: PLC0415

        return load_lists(self.store, paths, reading, replace=replace)

    def ingest_openings(self, path: Path, reading: Reading) -> LoadedMovements:
        """Load a file of known opening balances; see `ingest.load_openings`."""
        from dyepack.ingest import load_openings  # noqa: PLC0415

        return load_openings(self.store, path, reading)

    def ingest_prices(self, path: Path, reading: PriceReading) -> LoadedMovements:
        """Load a file of prices; see `ingest.load_prices`."""
        from dyepack.ingest import load_prices  # noqa: PLC0415

        return load_prices(self.store, path, reading)

    def ingest_quotes(
        self, quotes: Quotes, answers: Answers, markets: Mapping[str, str], wanted: Stretch
    ) -> LoadedQuotes:
        """Load closes of an API of prices; see `ingest.quotes.load.load_quotes`."""
        from dyepack.ingest.quotes.load import load_quotes  # noqa: PLC0415

        return load_quotes(self.store, quotes, answers, markets, wanted)

    def ingest_evm(self, paths: Sequence[Path], *, chain: str | None = None, times: Path | None = None) -> LoadedEvm:
        """Load files of EVM transactions or blocks; see `ingest.evm.load.load_evm`."""
        from dyepack.ingest.evm.load import load_evm  # noqa: PLC0415

        return load_evm(self.store, paths, chain=chain, times=times)

    def ingest_blocks(self, source: Source, asked: BlocksAsked, tell: Callable[[str], None]) -> LoadedBlocks:
        """Load blocks of an output chain; see `ingest.bitcoin.load.load_blocks`."""
        from dyepack.ingest.bitcoin.load import load_blocks  # noqa: PLC0415

        return load_blocks(self.store, source, asked, tell)

    def ingest_chain(self, source: ChainSource, asked: ChainAsked, tell: Callable[[str], None]) -> LoadedChain:
        """Load blocks of an EVM chain from a node; see `ingest.evm.chainload.load_chain`."""
        from dyepack.ingest.evm.chainload import load_chain  # noqa: PLC0415

        return load_chain(self.store, source, asked, tell)

    def ingest_files(
        self, paths: Sequence[Path], chain: str, tell: Callable[[str], None], said: str | None = None
    ) -> LoadedFiles:
        """Load exports of an output chain; see `ingest.bitcoin.loadfiles.load_files`."""
        from dyepack.ingest.bitcoin.loadfiles import load_files  # noqa: PLC0415
        from dyepack.ingest.bitcoin.network import network  # noqa: PLC0415

        return load_files(self.store, paths, network(chain), tell, said)

    def check_chains(self, chain: str | None = None, against: Against | None = None) -> tuple[ChainReport, ...]:
        """Hold chain data against itself, and against a node's balances; see `ingest.check.check`."""
        from dyepack.ingest.check import check  # noqa: PLC0415

        return check(self.store, chain, against)

    def ingest_addresses(
        self, explorer: Explorer, answers: Answers, addresses: Sequence[str], span: ExplorerSpan
    ) -> LoadedAddresses:
        """Load what an explorer lists about addresses; see `ingest.explorer.load.load_addresses`."""
        from dyepack.ingest.explorer.load import load_addresses  # noqa: PLC0415

        return load_addresses(self.store, explorer, answers, addresses, span)

    def ingest_lake(self, paths: Sequence[Path], chain: str, said: str | None = None) -> LoadedLake:
        """Load Parquet files of a lake of an EVM chain; see `ingest.evm.lake.load_lake`."""
        from dyepack.ingest.evm.lake import load_lake  # noqa: PLC0415

        return load_lake(self.store, paths, chain, said)

    def load_tags(
        self, paths: Iterable[Path], layout: Layout | None = None, choice: Choice | None = None
    ) -> tuple[LoadedTags, ...]:
        """Load tag files; see `tags.load_tags`."""
        from dyepack.tags import load_tags  # noqa: PLC0415

        return load_tags(self.store, paths, layout, choice)

    def tags(self, wanted: Sequence[Asked], as_of: date | None = None) -> tuple[Found, ...]:
        """What is said about addresses; see `tags.lookup.tags_of`."""
        from dyepack.tags.lookup import tags_of  # noqa: PLC0415

        return tags_of(self.store, wanted, as_of)

    def add_tag(self, said: Statement) -> tuple[Tag, ...]:
        """Add a tag of one's own; see `tags.own`."""
        from dyepack.tags.own import add  # noqa: PLC0415

        return add(self.store, said)

    def remove_tag(self, number: str) -> Tag:
        """Take away a tag of one's own; see `tags.own`."""
        from dyepack.tags.own import remove  # noqa: PLC0415

        return remove(self.store, number)

    def export_tags(
        self, path: Path, header: Header, list_name: str | None = None, as_of: date | None = None
    ) -> Written:
        """Write tags as a TagPack; see `tags.export`. With a day, those that held then."""
        from dyepack.tags.export import write_tags  # noqa: PLC0415
        from dyepack.tags.lookup import IN_FORCE, status  # noqa: PLC0415

        tags = (tag for tag in self.store.records("tags") if list_name in (None, tag.pack))
        return write_tags(path, (tag for tag in tags if as_of is None or status(tag, as_of) == IN_FORCE), header)

    def export_actors(self, path: Path, header: Header) -> Written:
        """Write actors as an ActorPack; see `tags.export`."""
        from dyepack.tags.actors import register  # noqa: PLC0415
        from dyepack.tags.export import write_actors  # noqa: PLC0415

        known = register(self._store)
        return write_actors(path, known.actors, known.statements, header)

    def actors(self, name: str | None = None) -> tuple[ActorView, ...]:
        """Actors, or those of this id, name or alias; see `tags.actors`."""
        from dyepack.tags.actors import register  # noqa: PLC0415

        known = register(self._store)
        return known.views() if name is None else known.named(name)

    def decide(self, decision: Decision, when: datetime) -> ActorDecision:
        """Decide whether two actors are the same; see `tags.actors.decide`."""
        from dyepack.tags.actors import decide  # noqa: PLC0415

        return decide(self.store, decision, when)

    def withdraw(self, number: str, by: str, when: datetime) -> ActorDecision:
        """Take a decision about actors back; see `tags.actors.withdraw`."""
        from dyepack.tags.actors import withdraw  # noqa: PLC0415

        return withdraw(self.store, number, by, when)

    def load_case(self, folder: Path, *, replace: bool = False) -> Case:
        """Load a case folder's movements and tags, and return what else it says; see `trace.read_case`.

        `replace` takes away what a movements file of this name gave before, as an older version of the case did.
        """
        from dyepack.ingest import Reading  # noqa: PLC0415
        from dyepack.trace import read_case  # noqa: PLC0415

        case = read_case(folder)
        reading = Reading(case.chain, asset=case.asset, base_units=True)
        self.ingest_movements(case.movements, reading, replace=replace)
        if case.tags is not None:
            self.load_tags([case.tags])
        return case

    def seeds(self, path: Path, incidents: Sequence[str], chain: str | None = None) -> tuple[SeedSpec, ...]:
        """Seeds from a file, on the chain that is named or that their addresses' form says; see `trace.read_seeds`."""
        from dyepack.trace import read_seeds  # noqa: PLC0415

        return read_seeds(path, self.known(incidents, chain))

    def known(self, incidents: Sequence[str], chain: str | None) -> Known:
        """What seeds are read against: incidents, the chain that is said, and the chains and assets that are loaded."""
        from dyepack.store.loaded import assets_loaded, chains_loaded  # noqa: PLC0415
        from dyepack.trace import Known  # noqa: PLC0415

        return Known(tuple(incidents), chain, chains_loaded(self.store), tuple(assets_loaded(self.store).values()))

    def facts(self, path: Path, run: str) -> tuple[Fact, ...]:
        """What happened to money of a traced case where it lay, from a file; see `trace.facts.read_facts`."""
        from dyepack.store.loaded import assets_loaded  # noqa: PLC0415
        from dyepack.trace.facts import read_facts  # noqa: PLC0415

        return read_facts(path, self.traced(run).chain, tuple(assets_loaded(self.store).values()))

    def trace(
        self, request: Request, *, unlisted: bool = False, tell: Callable[[str], None] = lambda _: None
    ) -> TraceResult:
        """Follow the money of incidents; see `trace.trace`. `unlisted` allows names that are not in the ledger.

        Raises:
            UnknownIncident: not in the ledger; the nearest slugs are suggested.
        """
        from dyepack.trace import trace  # noqa: PLC0415

        for slug in () if unlisted else request.incidents:
            self.incident(slug)
        return trace(self.store, request, tell)

    def again(self, run: str) -> Again:
        """What a trace was asked, to be asked again; see `trace.again.again`."""
        from dyepack.trace.again import again  # noqa: PLC0415

        return again(self.store, run)

    def bounds(
        self,
        request: Request,
        at: Sequence[str] = (),
        *,
        unlisted: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> BoundsResult:
        """The least and the most that any tracing rule could bring somewhere; see `trace.bounded.bounded`."""
        from dyepack.trace.bounded import bounded  # noqa: PLC0415

        for slug in () if unlisted else request.incidents:
            self.incident(slug)
        return bounded(self.store, request, at, tell)

    def rests_on(self, request: Request) -> str:
        """What the answer to a request follows from, but for the rules; see `trace.grounds`."""
        from dyepack.trace.grounds import of_request  # noqa: PLC0415

        return of_request(self.store, request)

    def explain(self, question: ExplainQuestion) -> Explained:
        """The movements that bring a figure of a trace to where it rests; see `trace.explain.explain`."""
        from dyepack.trace.explain import explain  # noqa: PLC0415

        return explain(self.store, question)

    def traced(self, run: str) -> Recorded:
        """The trace that a person means; see `trace.recorded.find`."""
        from dyepack.trace.recorded import find  # noqa: PLC0415

        return find(self.store, run)

    def balance(self, question: BalanceQuestion) -> Balance:
        """Where all of a traced case's money is at one moment; see `trace.balance.balance`."""
        from dyepack.trace.balance import balance  # noqa: PLC0415

        return balance(self.store, question)

    def balances(self, question: BalanceQuestion) -> tuple[Balance, ...]:
        """The same by every conserving method of the trace; see `trace.balance.balances`."""
        from dyepack.trace.balance import balances  # noqa: PLC0415

        return balances(self.store, question)

    def chain_of(self, named: str | None, addresses: Sequence[str] = ()) -> str:
        """The chain that is named, else the loaded one on which the addresses are valid; see `store.loaded`."""
        from dyepack.store.loaded import chain_meant  # noqa: PLC0415

        return chain_meant(self.store, named, addresses)

    def chain_to_load(self, addresses: Sequence[str], among: Sequence[str]) -> str:
        """The chain of addresses of which nothing need be loaded yet; see `store.loaded.chain_to_load`."""
        from dyepack.store.loaded import chain_to_load, chains_loaded  # noqa: PLC0415

        return chain_to_load(() if self._store is None else chains_loaded(self._store), addresses, among)

    def chain_traced(self, request: Request) -> str:
        """The chain that a request is about: what it names, that of its seeds, or that of the ledger's addresses."""
        from dyepack.trace.seeds import wanted  # noqa: PLC0415

        return wanted(self.store, request)[1]

    def paths(self, question: PathsQuestion, tell: Callable[[str], None] = lambda _: None) -> PathsAnswer:
        """The ways between two sets that can carry most; see `trace.paths.paths`."""
        from dyepack.trace.paths import paths  # noqa: PLC0415

        return paths(self.store, question, tell)

    def patterns(
        self, run: str, method: str | None = None, wanted: Sequence[str] = ()
    ) -> tuple[Recorded, str, list[Pattern]]:
        """Shapes in the movements of a trace; see `trace.patterns.find_patterns`."""
        from dyepack.trace.patterns import PATTERNS, find_patterns  # noqa: PLC0415

        return find_patterns(self.store, run, method, wanted or tuple(PATTERNS))

    def behaviour(self, chain: str | None, services: Path | None, rule: Rule) -> Measured:
        """How the rule for services without a tag does on the data at hand; see `trace.behaviour.measure`."""
        from dyepack.store.loaded import chain_meant, check_loaded  # noqa: PLC0415
        from dyepack.trace.behaviour import measure  # noqa: PLC0415
        from dyepack.trace.ends import addresses_in, ends_of, named_in  # noqa: PLC0415
        from dyepack.trace.stops import stops  # noqa: PLC0415

        named = named_in(str(services)) if services else []
        name = chain_meant(self.store, chain, addresses_in(named), model="account")
        check_loaded(self.store, name)
        more = ends_of(named, name).addresses if services else ()
        self.store.view("transfers")
        return measure(self.store.engine, name, {*stops(self.store, name, (), ()), *more}, rule)

    def sources(self, request: Request, tell: Callable[[str], None] = lambda _: None) -> Sources:
        """Where the money of the request's addresses came from; see `trace.sources.sources`."""
        from dyepack.trace.sources import sources  # noqa: PLC0415

        return sources(self.store, request, tell)

    # ── cluster

    def coinjoins(self, *, rule: str | None = None, limit: int = 100) -> Detected:
        """Which transactions are joint; see `cluster.detect.detect`."""
        from dyepack.cluster.detect import detect  # noqa: PLC0415

        return detect(self.store, rule=rule, limit=limit)

    def links(self, tx_hash: str, gain: int = 0) -> Links:
        """Who may have paid whom in one small transaction; see `cluster.links`."""
        from dyepack.cluster.detect import links_of  # noqa: PLC0415

        return links_of(self.store, tx_hash, gain)

    def cluster(self, request: ClusterRequest, tell: Callable[[str], None] = lambda _: None) -> ClusterResult:
        """Join addresses by heuristics; see `cluster.run.cluster`."""
        from dyepack.cluster.run import cluster  # noqa: PLC0415

        return cluster(self.store, request, tell)

    def why(self, first: str, second: str, chain: str | None = None) -> Why:
        """The shortest chain of joins between two addresses; see `cluster.explain.why`."""
        from dyepack.cluster.explain import find_spot, why  # noqa: PLC0415

        return why(self.store, *(find_spot(self.store, address, chain) for address in (first, second)))

    def cluster_of(self, address: str, chain: str | None, offset: int, limit: int) -> dict[str, Any]:
        """The cluster of an address, and a page of its members; see `cluster.view.view`."""
        from dyepack.cluster.explain import find_spot  # noqa: PLC0415
        from dyepack.cluster.view import view  # noqa: PLC0415

        return view(self.store, find_spot(self.store, address, chain), offset, limit)

    def without(self, what: str) -> tuple[Split, ...]:
        """What falls apart without a transaction or a heuristic; see `cluster.explain.without`."""
        from dyepack.cluster.explain import without  # noqa: PLC0415

        return without(self.store, what)

    def held(self) -> tuple[Held, ...]:
        """Joins that were not made; see `cluster.review.held`."""
        from dyepack.cluster.review import held  # noqa: PLC0415

        return held(self.store)

    def decide_join(
        self, tx_hash: str, *, passes: bool, by: str, said: date, note: str | None = None
    ) -> Sequence[JoinDecision]:
        """Record a decision about the held joins of a transaction; see `cluster.review.decide`."""
        from dyepack.cluster.review import Choice, decide  # noqa: PLC0415

        return decide(self.store, Choice(tx_hash, passes, by, said, note))

    def export_clusters(self, chain: str | None, path: Path) -> ClusterFile:
        """Write clusters as GraphSense has them; see `cluster.graphsense.export`."""
        from dyepack.cluster.graphsense import export  # noqa: PLC0415
        from dyepack.store.loaded import chain_meant  # noqa: PLC0415

        return export(self.store, chain_meant(self.store, chain, model="utxo"), path)

    def check_clusters(self) -> tuple[Agreement, ...]:
        """Make the clusters again in other ways; see `cluster.graphsense.check`."""
        from dyepack.cluster.graphsense import check  # noqa: PLC0415

        return check(self.store)

    # ── about one thing

    def search(self, text: str) -> list[Hit]:
        """What may be meant by a few words; see `about.search`."""
        from dyepack.about.search import search  # noqa: PLC0415

        return search(self.ledger, self._store, text)

    def about(self, address: str, chain: str | None = None, as_of: date | None = None) -> dict[str, Any]:
        """All that the tables hold about an address; see `about.address`."""
        from dyepack.about.address import about  # noqa: PLC0415

        return about(self.store, address, chain, as_of)

    def transaction(self, tx_hash: str) -> dict[str, Any]:
        """What the tables hold about a transaction; see `about.transaction`."""
        from dyepack.about.transaction import transaction  # noqa: PLC0415

        return transaction(self.store, tx_hash)

    def counterparties(self, address: str, chain: str | None, offset: int, limit: int) -> Rows:
        """Whom an address paid and was paid by; see `about.counterparties`."""
        from dyepack.about.address import spot_of  # noqa: PLC0415
        from dyepack.about.counterparties import counterparties  # noqa: PLC0415

        return counterparties(self.store, spot_of(address, chain), offset, limit)

    def exposure(self, address: str, chain: str | None = None) -> dict[str, Any]:
        """Direct exposure of an address by concept; see `about.counterparties`."""
        from dyepack.about.address import spot_of  # noqa: PLC0415
        from dyepack.about.counterparties import exposure  # noqa: PLC0415

        return exposure(self.store, spot_of(address, chain))

    def indirect(self, address: str, chain: str | None = None, steps: int = 4) -> dict[str, Any]:
        """Where the money that came to an address began; see `about.indirect`."""
        from dyepack.about.address import spot_of  # noqa: PLC0415
        from dyepack.about.indirect import Look, indirect  # noqa: PLC0415

        return indirect(self.store, self.ledger, spot_of(address, chain), Look(steps))

    def activity(self, address: str, chain: str | None = None) -> dict[str, Any]:
        """When an address moves money; see `about.activity`."""
        from dyepack.about.activity import activity  # noqa: PLC0415
        from dyepack.about.address import spot_of  # noqa: PLC0415

        return activity(self.store, spot_of(address, chain))

    def movements(self, address: str, chain: str | None, offset: int, limit: int) -> Rows:
        """A page of an address's movements; see `about.activity`."""
        from dyepack.about.activity import movements  # noqa: PLC0415
        from dyepack.about.address import spot_of  # noqa: PLC0415

        return movements(self.store, spot_of(address, chain), offset, limit)

    # ── report

    def report(self, path: Path, *, result: TraceResult | None = None, case: Case | None = None) -> Path:
        """Write the report that opens offline, with this trace where one is given; see `report.html.write`."""
        from dyepack.report import html  # noqa: PLC0415

        return html.write(path, self.ledger, store=self.store, result=result, case=case)
