"""The ledger: how much, by whom, according to whom, as of when."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.errors import InputError
from dyepack.ledger import RULES, series_of
from dyepack.ledger.among import among
from dyepack.ledger.asked import dollars, heard
from dyepack.ledger.backtest import MODEL
from dyepack.ledger.backtest import RULES as SIMPLE
from dyepack.ledger.cuts import Question
from dyepack.ledger.publishers import publishers as all_publishers
from dyepack.ledger.remedies import remedies
from dyepack.web.answer import AsTable, Paged, Told, listing, of_tables, reply
from dyepack.web.given import Actor, AsOf, Dollars, Rule, Word, Year, asked_day
from dyepack.web.house import Lent
from dyepack.web.narrowing import Narrowed
from dyepack.web.shapes import ledger as shapes
from dyepack.web.shapes import outlook as outlook_shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column

router = APIRouter(tags=["ledger"])
FORECASTERS = (MODEL, *SIMPLE)
By = Literal[
    "actor", "group", "victim-type", "chain", "vector", "attributed-by", "country", "remedy", "returned", "year"
]
Slugs = Annotated[bool, Query(description="Whether every sum lists its thefts; without, the lists are empty.")]
YEARS = (
    column("year", "count"),
    *(
        column(f"{side}_{name}", "count" if name in ("incidents", "without_amount") else "dollars", f"{side}.{name}")
        for side in ("known", "held", "all_held")
        for name in ("usd", "low", "high", "incidents", "without_amount")
    ),
)
PUBLISHERS = (column("name"), column("called"), column("about"), column("rule"))
BY_PROFILE = (
    column("series"),
    column("year", "count"),
    column("from", "day"),
    column("to", "day"),
    *(
        column(f"{side}_{name}", "count" if name == "incidents" else "dollars", f"{side}.{name}")
        for side in ("known", "held")
        for name in ("usd", "low", "high", "incidents")
    ),
    column("printed", "dollars", "printed.usd"),
    column("published", "text", "printed.published"),
    column("left_over", "dollars", "residual.usd"),
    column("explained", "text", "residual.explained"),
)
CASES = (
    column("as_of", "day"),
    column("threshold", "dollars"),
    column("so_far", "dollars"),
    column("total", "dollars"),
    column("passed", "truth"),
    *(column(name, "share", f"chances.{name}") for name in FORECASTERS),
)
PARTS = (
    column("name"),
    *(
        column(f"{side}_{how}_{name}", "count" if name in ("incidents", "without_amount") else "dollars",
               f"{side}.{how}.{name}")
        for side in ("known", "held")
        for how in ("alone", "among")
        for name in ("usd", "low", "high", "incidents", "without_amount")
    ),
    column("held_returned_or_made_good", "dollars", "held.returned_or_made_good"),
)  # fmt: skip
ACTORS = (
    column("actor"),
    column("name"),
    column("canonical"),
    column("same"),
    column("packs"),
    column("concepts"),
    column("statements", "count"),
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


@router.get("/totals", **told(shapes.Totals, sheet=True))
def totals(
    request: Request,
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    as_of: AsOf = None,
    only: Narrowed,
    of: Annotated[list[str] | None, Query(max_length=200, description="Only these incidents.")] = None,
    slugs: Slugs = True,
    _: AsTable = None,
) -> Response:
    """What was stolen per year under a counting rule, beside what publishers printed; as `dyepack totals --json`.

    Narrowed, both sums are of the thefts that pass, and no printed figure stands beside them: it is of all.
    """
    if of and actor:
        raise InputError("expected actor or of, got both")

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        found = lent.workspace.totals(actor=actor, rule=rule, as_of=day, slugs=tuple(of or ()))
        some = only.slugs(request, lent)
        told = (found if some is None else among(lent.ledger, found, some)).as_json()
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


@router.get("/publishers", **told(shapes.PublisherList, sheet=True))
def publishers(request: Request, page: Paged) -> Response:
    """Who prints totals, how each seems to count, and what that rests on."""
    rows = [
        {"name": one.name, "called": one.called, "about": one.about, "grounds": list(one.grounds), "rule": one.rule}
        for one in all_publishers()
    ]
    return reply(request, lambda _: listing(page, rows), columns=PUBLISHERS)


@router.get("/publishers/{name}", **told(shapes.PublisherTotals, sheet=True))
def publisher(
    request: Request,
    page: Paged,
    name: Annotated[str, Path(max_length=80, description="As in /api/publishers, in any case.")],
    *,
    actor: Actor = None,
    year: Year = None,
    as_of: AsOf = None,
) -> Response:
    """What a publisher's rule gives beside what it printed; as `dyepack totals --publisher NAME --json`."""

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        found = lent.workspace.publisher_totals(name, actor=actor, year=year, as_of=day).as_json()
        return listing(page, found.pop("rows"), remark, **found)

    return reply(request, make, columns=BY_PROFILE)


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

    return reply(request, make, costly=True)


@router.get("/outlook/backtest", **told(list[outlook_shapes.Backtest], sheet=True))
def backtest(request: Request, actor: Actor = None, rule: Rule = "R2", _: AsTable = None) -> Response:
    """How the outlook would have fared in years that are over; as `dyepack outlook backtest --json`.

    As a table: its cases, each with the chance that every forecaster gave it.
    """

    def make(lent: Lent) -> Told:
        found = lent.workspace.outlook_backtest(actor=actor, rule=rule).as_json()
        return Told([found], found["cases"])

    return reply(request, make, columns=CASES, costly=True)


@router.get("/cuts", **told(shapes.Cut, sheet=True))
def cuts(
    request: Request,
    by: Annotated[By, Query(description="What to cut by.")],
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    year: Year = None,
    as_of: AsOf = None,
    slugs: Slugs = True,
    _: AsTable = None,
) -> Response:
    """Thefts cut into parts that add up; as `dyepack cuts --json`."""

    def make(lent: Lent) -> Told:
        day, remark = asked_day(lent.ledger, as_of)
        question = Question(by, actor, rule, year, day)
        found = lent.workspace.cut(question)
        told = found.as_json() if slugs else _without_slugs(found.as_json())
        value = {**told, **_beside(lent, question, found.held.alone.slugs)}
        return Told(value, told["parts"], remark=remark)

    return reply(request, make, columns=PARTS)


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


@router.get("/rules", **told(shapes.RuleList, sheet=True))
def rules(request: Request, page: Paged) -> Response:
    """The counting rules, and what each means."""
    rows = [{"rule": name, "meaning": meaning} for name, meaning in RULES.items()]
    return reply(request, lambda _: listing(page, rows), columns=(column("rule"), column("meaning")))


@router.get("/actors", **told(shapes.ActorList, sheet=True))
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
        named = [{"actor": actor, "incidents": len(slugs)} for actor, slugs in sorted(thefts.items())]
        value = {"total": len(found), "offset": page.offset, "rows": rows, "ledger": named}
        return Told(value, [_of_actor(row) for row in rows], len(found))

    return reply(request, make, of=of_tables, columns=ACTORS)


def _of_actor(row: dict[str, Any]) -> dict[str, Any]:
    """An actor in one line: its packs and concepts without what each says."""
    described = row["described"]
    return {
        **row,
        "packs": sorted({one["pack"] for one in described}),
        "concepts": sorted({concept for one in described for concept in one["concepts"]}),
        "statements": len(row["statements"]),
    }
