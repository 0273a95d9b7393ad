"""Traces that were made: what each found, where all the money is and when, and how a figure comes about."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.errors import InputError
from dyepack.model import last_day
from dyepack.trace import grounds, remarks, stored
from dyepack.trace.areas import Drawn, drawn
from dyepack.trace.balance import Question as BalanceQuestion
from dyepack.trace.ends import Question as PathsQuestion
from dyepack.trace.ends import addresses_in, ends_of
from dyepack.trace.explain import Question as ExplainQuestion
from dyepack.trace.patterns import PATTERNS
from dyepack.trace.patterns import as_json as pattern_json
from dyepack.trace.recorded import LAST, Recorded, listed
from dyepack.trace.result import place_json, small_json
from dyepack.web.answer import AsTable, Paged, Told, of_tables, reply
from dyepack.web.given import Chain, Word
from dyepack.web.house import Lent, fingerprint
from dyepack.web.jobs import Jobs
from dyepack.web.shapes import trace as shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column

router = APIRouter(tags=["runs"])
Run = Annotated[
    str, Path(max_length=120, description="A run's id or the beginning of it, an incident's slug, or `latest`.")
]
Method = Annotated[str | None, Query(max_length=20, description="The tracing rule [fifo].")]
Origin = Annotated[str | None, Query(max_length=120, description="Whose money: an incident, or `unknown`.")]
At = Annotated[str | None, Query(max_length=18, description="A block, or a day as YYYY-MM-DD in UTC [the end].")]
OF_A_RUN = ("seeds", "flows", "destinations", "conversions", "lots", "balance", "postings", "scopes", "runs")
BESIDE = ("assets", "prices", "address_claims", "incidents")
Day = Annotated[str, Path(max_length=10, description="A day, as 2023-09-14, in UTC.")]
MOST_CHAINS = 1_000
PLACES = (
    column("origin"),
    column("chain"),
    column("address"),
    column("asset"),
    column("reason"),
    column("name"),
    column("actor"),
    column("concept"),
    column("low", "amount"),
    column("high", "amount"),
    column("first_time", "time"),
    column("last_time", "time"),
)
STEPS = (
    column("origin"),
    column("asset"),
    column("day", "day"),
    column("block", "count"),
    column("line"),
    column("name"),
    column("amount", "amount"),
)

FOUND = (
    column("pattern"),
    column("chain"),
    column("where"),
    column("says"),
    column("error_rate"),
    column("movements", "count", "movements_total"),
)
WAYS = (
    column("path", "count"),
    column("step", "count"),
    column("can_carry", "amount"),
    column("block", "count"),
    column("time", "time"),
    column("tx_hash"),
    column("from_address"),
    column("to_address"),
    column("asset"),
    column("amount", "amount"),
)


def meant(lent: Lent, run: str) -> Recorded:
    """The trace that is asked for; `latest` is the last one made."""
    return lent.workspace.traced(LAST if run == "latest" else run)


def of_run(run: str, *more: str) -> Any:
    """What an answer about a run follows from: that run, which never changes, and what names its assets and prices."""

    def state(lent: Lent) -> str:
        return fingerprint([lent.state(OF_A_RUN, part=meant(lent, run).run), lent.state((*BESIDE, *more))])

    return state


@router.get("/runs", **told(shapes.RunList, sheet=True))
def runs(request: Request, page: Paged, incident: Word = None) -> Response:
    """Every trace of the workspace, the latest first; of one incident where one is named."""

    def make(lent: Lent) -> Told:
        found = [told for told in listed(lent.workspace.store) if incident is None or incident in told["incidents"]]
        rows = list(page.of(found))
        return Told({"total": len(found), "offset": page.offset, "rows": rows}, rows, len(found))

    return reply(request, make, of=of_tables, columns=RUNS)


RUNS = (
    column("run"),
    column("incidents"),
    column("chain"),
    column("methods"),
    column("version"),
    column("started", "time"),
    column("finished", "time"),
)
SHOWN = 200
"""Places that an answer about a run shows; all of them are a list of their own."""


@router.get("/runs/{run}", **told(shapes.RunView))
def one(request: Request, run: Run) -> Response:
    """What a trace found: sheets by method, the places with most of the money, seeds, and what the trace remarked.

    The keys are those of `dyepack trace --json`. Scope, warnings, deposits, accounts that pay out too much and the
    other reading of repeated movements are null where the version that made the run did not keep them.
    """
    jobs: Jobs = request.app.state.jobs

    def of(lent: Lent) -> str:
        told = meant(lent, run)
        rests_on = grounds.of_run(lent.workspace.store, told.run)
        return fingerprint([of_run(run)(lent), jobs.told_state(told.run, rests_on)])

    def make(lent: Lent) -> Told:
        told = meant(lent, run)
        store = lent.workspace.store
        named = stored.naming(store, told, remarks.payers(store, told))
        said = remarks.read(store, told)
        more = {
            "headlines": stored.sentences(store, told, named.places),
            "destinations": [place_json(place) for place in named.places[:SHOWN]],
            "destinations_total": len(named.places),
            "small": [small_json(each) for each in named.small],
            **{name: _shown(said[name]) if said else None for name in remarks.SAID},
            "deposits_total": len(said["deposits"]) if said else None,
            "unexplained_total": len(said["unexplained"]) if said else None,
            "bounds": jobs.bounds_told(grounds.of_run(store, told.run)),
        }
        return Told({**stored.answer(store, told), **more})

    return reply(request, make, of=of)


def _shown(told: Any) -> Any:
    """What a trace said, of long lists the beginning."""
    if isinstance(told, dict) and "destinations" in told:
        return {**told, "destinations": told["destinations"][:SHOWN], "destinations_total": len(told["destinations"])}
    return told[:SHOWN] if isinstance(told, list) else told


@router.get("/runs/{run}/destinations", **told(shapes.PlaceList, sheet=True))
def destinations(
    request: Request,
    page: Paged,
    run: Run,
    origin: Origin = None,
    reason: Word = None,
    *,
    every: Annotated[bool, Query(description="Addresses that got next to nothing, too.")] = False,
) -> Response:
    """The places where money of a trace rests, with their range over the methods, the most stolen first.

    Addresses that got next to nothing of it are left out, and counted in `small` of the run; `every` has them too.
    """

    def make(lent: Lent) -> Told:
        store, told = lent.workspace.store, meant(lent, run)
        places = stored.places_of(store, told) if every else stored.naming(store, told).places
        found = [
            place_json(place) for place in places if origin in (None, place.origin) and reason in (None, place.reason)
        ]
        rows = list(page.of(found))
        return Told({"total": len(found), "offset": page.offset, "rows": rows}, rows, len(found))

    return reply(request, make, of=of_run(run), columns=PLACES)


@router.get("/runs/{run}/balance", **told(shapes.BalanceView | shapes.BalanceOfMethods, sheet=True))
def balance(
    request: Request,
    run: Run,
    at: At = None,
    method: Annotated[str | None, Query(max_length=20, description="The rule, or `all` [fifo].")] = None,
    origin: Origin = None,
    _: AsTable = None,
) -> Response:
    """Where all of the money is at a block or a day's end, line by line; as `dyepack balance --json`."""
    moment = _moment(at)

    def make(lent: Lent) -> Told:
        question = BalanceQuestion(meant(lent, run).run, moment, method, origin)
        if method == "all":
            answers = lent.workspace.balances(question)
            by = {each.method: each.as_json() for each in answers}
            return Told({"run": answers[0].run, "methods": by}, list(_lines(by.values(), "sheets")))
        told = lent.workspace.balance(question).as_json()
        return Told(told, list(_lines([told], "sheets")))

    return reply(request, make, of=of_run(run), columns=(column("method"), *STEPS))


@router.get("/runs/{run}/balances", **told(shapes.Balances, sheet=True))
def balances(
    request: Request,
    run: Run,
    method: Annotated[str | None, Query(max_length=20, description="The rule, or `all` [all].")] = None,
    origin: Origin = None,
    _: AsTable = None,
) -> Response:
    """The end of every day with a movement or a freeze, by each method: areas that add up, and their range."""

    def make(lent: Lent) -> Told:
        told = meant(lent, run)
        question = BalanceQuestion(told.run, None, method, origin, over_time=True)
        every = method in (None, "all")
        answers = lent.workspace.balances(question) if every else (lent.workspace.balance(question),)
        by = {each.method: each.as_json() for each in answers}
        return Told(
            {
                "run": told.run,
                "assets": {key: _asset(asset) for each in answers for key, asset in each.assets.items()},
                "methods": {name: each["over_time"] for name, each in by.items()},
            },
            list(_lines(by.values(), "over_time")),
        )

    return reply(request, make, of=of_run(run), columns=(column("method"), *STEPS))


@router.get("/runs/{run}/areas", **told(shapes.Areas))
def areas(request: Request, run: Run, *, asset: Word = None, origin: Origin = None) -> Response:
    """The balance sheets over time of one asset, as areas that add up, with their ranges over the rules.

    Without an asset that with most sheets; without an origin all thefts of the run together. Bounds are of all of them.
    """
    jobs: Jobs = request.app.state.jobs

    def of(lent: Lent) -> str:
        rests_on = grounds.of_run(lent.workspace.store, meant(lent, run).run)
        return fingerprint([of_run(run)(lent), jobs.told_state(meant(lent, run).run, rests_on)])

    def make(lent: Lent) -> Told:
        drawn = _drawn(request, lent, run, (asset, origin))
        bounds = None
        if len(drawn.of) == len(drawn.origins):
            bounds = jobs.bounds_told(grounds.of_run(lent.workspace.store, drawn.run))
        return Told({**drawn.as_json(), "gone_under_any_rule": drawn.left_under_any_rule(bounds)})

    return reply(request, make, of=of)


@router.get("/runs/{run}/areas/{day}", **told(shapes.AreasWorth))
def worth(
    request: Request, run: Run, day: Day, *, method: Method = None, asset: Word = None, origin: Origin = None
) -> Response:
    """What the areas were worth at the end of a day, by one rule, on each basis of prices."""

    def make(lent: Lent) -> Told:
        drawn = _drawn(request, lent, run, (asset, origin))
        at = BalanceQuestion(drawn.run, last_day(day), method, origin)
        return Told(drawn.worth(lent.workspace.balance(at), day))

    return reply(request, make, of=of_run(run))


def _drawn(request: Request, lent: Lent, run: str, of: tuple[str | None, str | None]) -> Drawn:
    """The areas of a run, from balances that are read once while the tables stay as they are."""
    told, (asset, origin) = meant(lent, run), of
    kept = request.app.state.house.kept
    key = fingerprint(["areas", of_run(run)(lent), told.run])
    answers = kept.get(key)
    if answers is None:
        answers = lent.workspace.balances(BalanceQuestion(told.run, over_time=True))
        kept.put(key, answers, 1_000 + sum(200 * len(sheet.lines) for each in answers for sheet in each.days))
    return drawn(told.run, answers, asset, origin)


@router.get("/runs/{run}/explain", **told(shapes.Explained))
def explain(
    request: Request,
    run: Run,
    address: Annotated[str, Query(max_length=2_000, description="A destination, or several with commas.")],
    *,
    method: Method = None,
    origin: Origin = None,
    asset: Word = None,
    amount: Annotated[str | None, Query(max_length=60, description="How much of it, in whole units.")] = None,
    top: Annotated[int, Query(ge=1, le=MOST_CHAINS, description="How many chains, the widest first.")] = 10,
) -> Response:
    """The movements that bring a figure to where it rests; as `dyepack explain --json`."""

    def make(lent: Lent) -> Told:
        question = ExplainQuestion(meant(lent, run).run, address, method, origin, asset, amount, top)
        return Told(lent.workspace.explain(question).as_json())

    return reply(request, make, of=of_run(run))


@router.get("/runs/{run}/patterns", **told(shapes.PatternList, sheet=True))
def patterns(
    request: Request,
    page: Paged,
    run: Run,
    method: Method = None,
    kind: Annotated[list[str] | None, Query(description="Only these patterns.")] = None,
) -> Response:
    """Shapes in the movements of a trace that have names, a page of them, those with most movements first.

    Each as `dyepack patterns --json` has it, with its first movements and their number.
    """
    for name in kind or ():
        if name not in PATTERNS:
            raise InputError(f"expected patterns among {', '.join(PATTERNS)}, got {name!r}")

    def make(lent: Lent) -> Told:
        told, chosen, found = lent.workspace.patterns(meant(lent, run).run, method, kind or ())
        ordered = sorted(found, key=lambda pattern: -len(pattern.rows))
        rows = [
            {**pattern_json(replace(pattern, rows=pattern.rows[:SHOWN])), "movements_total": len(pattern.rows)}
            for pattern in page.of(ordered)
        ]
        counts = Counter(pattern.name for pattern in found)
        head = {"run": told.run, "method": chosen, "error_rate": "unknown", "counts": dict(sorted(counts.items()))}
        return Told({**head, "total": len(found), "offset": page.offset, "patterns": rows}, rows, len(found))

    return reply(request, make, of=of_run(run), columns=FOUND)


@router.get("/paths", **told(shapes.Paths, sheet=True))
def paths(
    request: Request,
    begin: Annotated[str, Query(max_length=3_000, description="Addresses and transactions, with commas.")],
    end: Annotated[str, Query(max_length=3_000, description="Addresses and transactions, with commas.")],
    *,
    chain: Chain = None,
    k: Annotated[int, Query(ge=1, le=100, description="How many paths per asset.")] = 5,
    from_: Annotated[int, Query(alias="from", ge=0, le=10**18, description="Not before this block.")] = 0,
    to: Annotated[int, Query(ge=0, le=10**18, description="Not after this block.")] = 10**18,
    through_services: Annotated[bool, Query(description="Go on behind services, mixers and bridges.")] = False,
    max_movements: Annotated[int, Query(ge=1, le=500_000, description="How many movements to look at.")] = 100_000,
    _: AsTable = None,
) -> Response:
    """The ways between two sets that can carry most; as `dyepack paths --json`. Large searches are a job.

    As a table: every movement of every path, the paths numbered from the widest.
    """

    def make(lent: Lent) -> Told:
        names = _names(begin), _names(end)
        name = lent.workspace.chain_of(chain, addresses_in([*names[0], *names[1]]))
        ends = ends_of(names[0], name), ends_of(names[1], name)
        question = PathsQuestion(*ends, name, k, from_, to, through_services, max_movements)
        found = lent.workspace.paths(question).as_json()
        return Told(found, list(_ways(found)))

    return reply(request, make, of=of_tables, columns=WAYS)


def _ways(found: Any) -> Iterator[dict[str, Any]]:
    for number, path in enumerate(found["paths"], 1):
        for step, movement in enumerate(path["movements"], 1):
            yield {"path": number, "step": step, "can_carry": path["can_carry"], **movement}


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def _moment(text: str | None) -> int | date | None:
    """A block, or the end of a day.

    Raises:
        InputError: neither.
    """
    if text is None:
        return None
    if text.isascii() and text.isdecimal():
        return int(text)
    if len(text) != len("2023-09-14"):
        raise InputError(f"expected a block or a day as 2023-09-14, got {text!r}")
    return last_day(text)


def _lines(answers: Iterable[Any], which: str) -> Iterator[dict[str, Any]]:
    """Every line of every sheet, as a row."""
    for answer in answers:
        for sheet in answer[which]:
            told = {name: sheet[name] for name in ("origin", "asset", "day", "block")}
            for line in sheet["lines"]:
                yield {"method": answer["method"], **told, **{name: line[name] for name in ("line", "name", "amount")}}


def _asset(asset: Any) -> dict[str, Any]:
    return {"id": asset.id, "symbol": asset.symbol, "decimals": asset.decimals}
