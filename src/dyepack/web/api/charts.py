"""Charts, by the ledger's own drawer: the rule, the day and the sources stand in the picture."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.errors import InputError
from dyepack.ledger.chart_marks import Seen
from dyepack.ledger.drawing import Wanted, specification, sums
from dyepack.ledger.picture import png, svg
from dyepack.ledger.printed_marks import printed_of
from dyepack.web.answer import Kept, as_json, kept_or_made
from dyepack.web.given import Actor, AsOf, Rule, Word, asked_day
from dyepack.web.house import Lent
from dyepack.web.narrowing import Narrowed
from dyepack.web.sheet import as_csv, column

router = APIRouter(tags=["charts"])
_MEDIA = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}
Picture = Annotated[
    str, Path(pattern="^(totals|others|against|concentration)\\.(svg|png|json|csv)$", description="What.form.")
]
ROWS = (
    column("rule"),
    column("year", "count"),
    column("as_of", "day"),
    *(
        column(f"{side}_{name}", "count" if name == "incidents" else "dollars", f"{side}.{name}")
        for side in ("known", "held", "all_known", "all_held")
        for name in ("usd", "low", "high", "incidents")
    ),
    column("publisher"),
    column("published"),
    column("printed", "dollars"),
)


@router.get(
    "/charts/{picture}",
    responses={200: {"content": {media: {} for media in _MEDIA.values()}, "description": "The picture."}},
)
def chart(
    request: Request,
    picture: Picture,
    only: Narrowed,
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    as_of: AsOf = None,
    publisher: Word = None,
    first: Annotated[int | None, Query(ge=1, le=9999, description="The first year that is shown.")] = None,
    last: Annotated[int | None, Query(ge=1, le=9999, description="The last year that is shown.")] = None,
    scale: Annotated[Literal["linear", "log"], Query(description="Of the amounts.")] = "linear",
    ranges: Annotated[bool, Query(description="Whether the range of the claims is drawn.")] = True,
    ground: Annotated[Literal["light", "dark"], Query(description="Light or dark.")] = "light",
) -> Response:
    """A picture of what the Thefts page shows: `totals`, `others` (an actor before everybody), `against` (the rules
    and the publishers) or `concentration`, as .svg, .png, .json (Vega-Lite), or .csv, the figures that are drawn.
    """
    what, _, form = picture.partition(".")

    def make(lent: Lent) -> Kept:
        day, _ = asked_day(lent.ledger, as_of)
        _check_publisher(lent, publisher)
        seen = Seen((first, last), only.slugs(request, lent), only.words, publisher, scale == "log", ranges)
        wanted = Wanted(what, actor, rule, day, ground == "dark", seen)
        if form == "csv":
            name = {"Content-Disposition": f'attachment; filename="{picture}"'}
            return Kept(as_csv(ROWS, _rows(lent, wanted)), name)
        spec = specification(lent.ledger, wanted)
        if form == "json":
            return Kept(as_json(spec))
        return Kept(svg(spec).encode() if form == "svg" else png(spec))

    return kept_or_made(request, make, _MEDIA[form])


def _rows(lent: Lent, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The figures of a chart: a row for each sum, and one for each printed figure beside it."""
    by_rule = sums(lent.ledger, wanted)
    for rule, found in by_rule.items():
        yield from ({"rule": rule, "as_of": found.as_of, **year.as_json()} for year in found.years)
    found = next(iter(by_rule.values()))
    printed = printed_of(lent.ledger, found, found.years, wanted.seen, others=wanted.what == "others")
    for year, totals in printed.items():
        for total in totals:
            named = {"publisher": total.publisher, "published": total.published, "printed": str(total.usd)}
            yield {"year": year, "as_of": found.as_of, **named}


def _check_publisher(lent: Lent, name: str | None) -> None:
    there = sorted({total.publisher for total in lent.ledger.totals})
    if name is not None and name.lower() not in {each.lower() for each in there}:
        raise InputError(f"no figures by {name!r}; publishers: {', '.join(there)}")
