"""Charts, by the ledger's own drawer: the rule, the day and the sources stand in the picture."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.ledger.drawing import Wanted, specification
from dyepack.ledger.picture import png, svg
from dyepack.web.answer import Kept, kept_or_made
from dyepack.web.given import Actor, AsOf, Rule, asked_day
from dyepack.web.house import Lent

router = APIRouter(tags=["charts"])
_MEDIA = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json"}
Picture = Annotated[str, Path(pattern="^(totals|against|concentration)\\.(svg|png|json)$", description="What.form.")]


@router.get(
    "/charts/{picture}",
    responses={200: {"content": {media: {} for media in _MEDIA.values()}, "description": "The picture."}},
)
def chart(
    request: Request,
    picture: Picture,
    *,
    actor: Actor = None,
    rule: Rule = "R2",
    as_of: AsOf = None,
    ground: Annotated[Literal["light", "dark"], Query(description="Light or dark.")] = "light",
) -> Response:
    """`totals`, `against` (the rules and the publishers) or `concentration`, as .svg, .png or .json (Vega-Lite)."""
    what, _, form = picture.partition(".")

    def make(lent: Lent) -> Kept:
        day, _ = asked_day(lent.ledger, as_of)
        spec = specification(lent.ledger, Wanted(what, actor, rule, day, ground == "dark"))
        if form == "json":
            return Kept(json.dumps(spec, ensure_ascii=False).encode())
        return Kept(svg(spec).encode() if form == "svg" else png(spec))

    return kept_or_made(request, make, _MEDIA[form])
