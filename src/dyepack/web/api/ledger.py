"""The ledger: how much, by whom, according to whom, as of when."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.errors import InputError
from dyepack.ledger import RULES, Filter, incident_view, series_of
from dyepack.ledger.asked import dollars, heard
from dyepack.ledger.cuts import Question
from dyepack.ledger.incidents import Line, as_known
from dyepack.ledger.listing import Narrow, narrow
from dyepack.ledger.publishers import publishers as all_publishers
from dyepack.ledger.remedies import remedies
from dyepack.model import first_day, last_day
from dyepack.trace.recorded import listed
from dyepack.web.answer import AsTable, Paged, Told, of_ledger, of_tables, reply
from dyepack.web.given import Actor, AsOf, Chain, Day, Dollars, Rule, RuleName, Word, Year, asked_day
from dyepack.web.house import Lent, fingerprint
from dyepack.web.shapes import ledger as shapes
from dyepack.web.shapes import outlook as outlook_shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column

router = APIRouter(tags=["ledger"])
Slug = Annotated[str, Path(max_length=120, description="Its slug, e.g. 2023-09-12-coinex.")]
Sort = Literal["date", "-date", "usd", "-usd", "victim", "-victim"]
By = Literal[
    "actor", "group", "victim-type", "chain", "vector", "attributed-by", "country", "remedy", "returned", "year"
]
Slugs = Annotated[bool, Query(description="Whether every sum lists its thefts; without, the lists are empty.")]
LINES = (
    column("incident"),
    column("date"),
    column("victim"),
    column("victim_type"),
    column("vector"),
    column("chains"),
    column("known", "dollars", "known.median"),
    column("low", "dollars", "held.low"),
    column("median", "dollars", "held.median"),
    column("high", "dollars", "held.high"),
    column("claims", "count", "held.claims"),
    column("actor", "text", "attribution.actor"),
    column("confidence", "text", "attribution.confidence"),
    column("by", "text", "attribution.by"),
    column("said", "text", "attribution.published"),
)
YEARS = (
    column("year", "count"),
    *(
        column(f"{side}_{name}", "count" if name in ("incidents", "without_amount") else "dollars", f"{side}.{name}")
        for side in ("known", "held", "all_held")
        for name in ("usd", "low", "high", "incidents", "without_amount")
    ),
)
PRINTED = (
    column("series"),
    column("year", "count"),
    column("publisher"),
    column("published"),
    column("usd", "dollars"),
    column("incidents", "count"),
    column("covers_to"),
    column("derived", "truth"),
    column("note"),
)


@router.get("/incidents", **told(shapes.IncidentList, sheet=True))
def incidents(
    request: Request,
    page: Paged,
    *,
    actor: Actor = None,
    rule: Annotated[RuleName, Query(description="When a theft counts as the actor's.")] = "R4",
    year: Year = None,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    chain: Chain = None,
    vector: Word = None,
    victim: Annotated[str | None, Query(max_length=80, description="The type of the victim: cex, defi, …")] = None,
    min_: Annotated[Dollars, Query(alias="min")] = None,
    max_: Annotated[Dollars, Query(alias="max")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words in slug, victim, notes, attribution.")] = None,
    as_of: AsOf = None,
    class_: Annotated[str, Query(alias="class", max_length=40, description="theft, …, or all.")] = "theft",
    sort: Sort = "date",
) -> Response:
    """Incidents under a filter, a page of them; as `dyepack incidents --json` has each."""
    span = (None if from_ is None else first_day(from_), None if to is None else last_day(to))
    more = Narrow(*span, chain, vector, dollars(min_), dollars(max_), q, sort)

    def make(lent: Lent) -> Told:
        day, remark = heard(lent.ledger, as_of)
        where = Filter(actor, rule, year, None, day, victim, None if class_ == "all" else class_)
        found = narrow(_lines(request, lent, where), more)
        rows = [line.as_json() for line in page.of(found)]
        usd = sum(line.held.median for line in found if line.held)
        value = {"total": len(found), "usd": str(usd), "offset": page.offset, "rows": rows}
        return Told(value, rows, len(found), remark)

    return reply(request, make, columns=LINES)


def _lines(request: Request, lent: Lent, where: Filter) -> tuple[Line, ...]:
    """The lines that pass a filter, kept for who leafs on: of a large ledger they take a second."""
    shelf = request.app.state.house.kept
    key = fingerprint(["lines", of_ledger(lent), asdict(where)])
    kept: tuple[Line, ...] | None = shelf.get(key)
    if kept is None:
        kept = lent.workspace.incidents(where)
        shelf.put(key, kept, 150 * len(kept))
    return kept


@router.get("/incidents/{slug}", **told(shapes.IncidentView))
def incident(request: Request, slug: Slug, as_of: AsOf = None) -> Response:
    """All that the ledger holds about one incident, and the traces of it; as `dyepack incident SLUG --json`."""

    def make(lent: Lent) -> Told:
        day, remark = heard(lent.ledger, as_of)
        view = incident_view(lent.ledger, slug)
        known = view if day is None else as_known(view, day)
        later = sum(len(getattr(view, name)) - len(getattr(known, name)) for name in ("losses", "attributions"))
        more = {"as_of": day and day.isoformat(), "said_later": later, "runs": _runs_of(lent, slug)}
        return Told({**known.as_json(), **more}, remark=remark)

    return reply(request, make, of=of_tables)


def _runs_of(lent: Lent, slug: str) -> list[dict[str, Any]]:
    return [told for told in listed(lent.workspace.store) if slug in told["incidents"]]


@router.get("/totals", **told(shapes.Totals, sheet=True))
def totals(
    request: Request,
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    as_of: AsOf = None,
    of: Annotated[list[str] | None, Query(max_length=200, description="Only these incidents.")] = None,
    slugs: Slugs = True,
    _: AsTable = None,
) -> Response:
    """What was stolen per year under a counting rule, beside what publishers printed; as `dyepack totals --json`."""
    if of and actor:
        raise InputError("expected actor or of, got both")

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        told = lent.workspace.totals(actor=actor, rule=rule, as_of=day, slugs=tuple(of or ())).as_json()
        told = told if slugs else _without_slugs(told)
        return Told(told, told["years"], len(told["years"]), remark)

    return reply(request, make, columns=YEARS)


@router.get("/published", **told(shapes.PrintedList, sheet=True))
def published(
    request: Request,
    page: Paged,
    *,
    actor: Actor = None,
    year: Year = None,
    publisher: Word = None,
    as_of: AsOf = None,
) -> Response:
    """What publishers printed, by year, latest edition first; as `dyepack published --json` has each."""

    def make(lent: Lent) -> Told:
        day, remark = heard(lent.ledger, as_of)
        names = {total.publisher.lower(): total.publisher for total in lent.ledger.totals}
        if publisher is not None and publisher.lower() not in names:
            raise InputError(f"no figures by {publisher!r}; publishers: {', '.join(sorted(names.values()))}")
        found = lent.workspace.published(series_of(actor), year, day)
        wanted = [row for row in found if publisher is None or row.total.publisher == names[publisher.lower()]]
        rows = [row.as_json() for row in page.of(wanted)]
        return Told({"total": len(wanted), "offset": page.offset, "rows": rows}, rows, len(wanted), remark)

    return reply(request, make, columns=PRINTED)


@router.get("/publishers", **told(shapes.PublisherList))
def publishers(request: Request) -> Response:
    """Who prints totals, how each seems to count, and what that rests on."""

    def make(_: Lent) -> Told:
        rows = [
            {"name": one.name, "called": one.called, "about": one.about, "grounds": list(one.grounds), "rule": one.rule}
            for one in all_publishers()
        ]
        return Told({"total": len(rows), "rows": rows})

    return reply(request, make)


@router.get("/publishers/{name}", **told(shapes.PublisherTotals))
def publisher(
    request: Request,
    name: Annotated[str, Path(max_length=80, description="As in /api/publishers, in any case.")],
    actor: Actor = None,
    year: Year = None,
    as_of: AsOf = None,
) -> Response:
    """What a publisher's rule gives beside what it printed; as `dyepack totals --publisher NAME --json`."""

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        found = lent.workspace.publisher_totals(name, actor=actor, year=year, as_of=day)
        return Told(found.as_json(), remark=remark)

    return reply(request, make)


@router.get("/compare", **told(shapes.Comparison))
def compare(
    request: Request,
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    year: Year = None,
    as_of: AsOf = None,
    size: Annotated[list[str] | None, Query(max_length=20, description="Thefts of this size, in dollars.")] = None,
) -> Response:
    """A year against the same days of the year before, and all of it; as `dyepack compare --json`."""
    sizes = tuple(filter(None, map(dollars, size or ())))

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        found = lent.workspace.compare(actor=actor, rule=rule, year=year, as_of=day, sizes=sizes)
        return Told(found.as_json(), remark=remark)

    return reply(request, make)


@router.get("/outlook", **told(outlook_shapes.Outlook))
def outlook(
    request: Request,
    threshold: Annotated[str, Query(max_length=60, description="Dollars that the year may pass: 1e9.")],
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    as_of: AsOf = None,
    counted: Annotated[Dollars, Query(description="Start from this sum, e.g. a publisher's.")] = None,
) -> Response:
    """The chance that a year passes a threshold, with its interval; as `dyepack outlook --json`."""
    goal, given = dollars(threshold), dollars(counted)
    assert goal is not None

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        found = lent.workspace.outlook(goal, actor=actor, rule=rule, as_of=day, given=given)
        return Told(found.as_json(), remark=remark)

    return reply(request, make)


@router.get("/outlook/backtest", **told(list[outlook_shapes.Backtest]))
def backtest(request: Request, actor: Actor = None, rule: Rule = "R2") -> Response:
    """How the outlook would have fared in years that are over; as `dyepack outlook backtest --json`."""

    def make(lent: Lent) -> Told:
        return Told([lent.workspace.outlook_backtest(actor=actor, rule=rule).as_json()])

    return reply(request, make)


@router.get("/cuts", **told(shapes.Cut))
def cuts(
    request: Request,
    by: Annotated[By, Query(description="What to cut by.")],
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    year: Year = None,
    as_of: AsOf = None,
    slugs: Slugs = True,
) -> Response:
    """Thefts cut into parts that add up; as `dyepack cuts --json`."""

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        question = Question(by, actor, rule, year, day)
        found = lent.workspace.cut(question)
        told = found.as_json() if slugs else _without_slugs(found.as_json())
        return Told({**told, **_beside(lent, question, found.held.alone.slugs)}, remark=remark)

    return reply(request, make)


def _without_slugs(told: Any) -> Any:
    """The same with no list of thefts under any sum: of a large ledger they are nearly all of an answer."""
    if isinstance(told, dict):
        return {key: [] if key == "slugs" else _without_slugs(value) for key, value in told.items()}
    return [_without_slugs(each) for each in told] if isinstance(told, list) else told


def _beside(lent: Lent, question: Question, slugs: tuple[str, ...]) -> dict[str, Any]:
    """What stands beside some cuts."""
    if question.by in ("attributed-by", "actor", "country"):
        timed = lent.workspace.delays(question)
        return {"delays": [delay.as_json() for delay in timed]} if timed else {}
    if question.by == "returned":
        return {"statements": lent.workspace.recovered(slugs).as_json()}
    return {"mapping": asdict(remedies().form)} if question.by == "remedy" else {}


@router.get("/rules", **told(shapes.RuleList))
def rules(request: Request) -> Response:
    """The counting rules, and what each means."""
    rows = [{"rule": name, "meaning": meaning} for name, meaning in RULES.items()]
    return reply(request, lambda _: Told({"total": len(rows), "rows": rows}))


@router.get("/actors", **told(shapes.ActorList))
def actors(request: Request, page: Paged, name: Word = None) -> Response:
    """Actors of the ledger with their thefts, and of the packs with all that is said of them.

    With a name: those of this id, name or alias, as `dyepack actors NAME --json` has them.
    """

    def make(lent: Lent) -> Told:
        found = lent.workspace.actors(name)
        rows = [view.as_json() for view in page.of(found)]
        thefts: dict[str, set[str]] = {}
        for claim in lent.ledger.attributions:
            thefts.setdefault(claim.actor, set()).add(claim.incident)
        named = {
            "total": len(found),
            "offset": page.offset,
            "rows": rows,
            "ledger": [{"actor": actor, "incidents": len(slugs)} for actor, slugs in sorted(thefts.items())],
        }
        return Told(named, total=len(found))

    return reply(request, make, of=of_tables)
