"""A recorded trace as a picture: its graph at a chosen fold, the rows of a link, what brought a movement its money."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dyepack.web.answer import Paged, Told, as_json, reply
from dyepack.web.api.runs import Run, meant, of_run
from dyepack.web.house import House, Lent, fingerprint
from dyepack.web.shapes import graph as shapes
from dyepack.web.shapes.base import told
from dyepack.web.shapes.trace import MovementExplained
from dyepack.web.sheet import column

router = APIRouter(tags=["runs"])
Tell = Callable[[str], None]
Method = Annotated[str | None, Query(max_length=20, description="A rule that conserves; fifo where none is named.")]
Level = Literal["auto", "accounts", "hops", "destinations", "one"]
Lanes = Annotated[list[str], Query(max_length=400)]
Moment = Annotated[str | None, Query(max_length=32, description="A day, or a time in UTC.")]
Steps = Annotated[int, Query(ge=0, le=50)]

ROW = (
    column("block", "count"), column("time", "time"), column("tx_index", "count"), column("seq", "count"),
    column("tx_hash"), column("kind"), column("chain"), column("from_address"), column("to_address"), column("asset"),
    column("amount", "amount"), column("low", "amount"), column("high", "amount"), column("moved", "amount"),
)  # fmt: skip
BAIT = (
    column("block", "count"), column("time", "time"), column("tx_index", "count"), column("seq", "count"),
    column("tx_hash"), column("kind"), column("chain"), column("from_address"), column("to_address"), column("asset"),
    column("amount", "amount"), column("flag"),
)  # fmt: skip


def asked(
    run: str,
    *,
    method: Method = None,
    level: Annotated[Level, Query(description="How far the accounts are folded.")] = "auto",
    periods: Annotated[int, Query(ge=0, le=60, description="Into how many columns of time; 0: as many as fit.")] = 0,
    open_: Annotated[
        Lanes, Query(alias="open", description="Lanes that are opened, each as LANE or LANE~HOWMANY.")
    ] = [],  # noqa: B006
    hide: Annotated[Lanes, Query(description="Lanes that are hidden.")] = [],  # noqa: B006
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    asset: Annotated[Lanes, Query(description="Only these assets.")] = [],  # noqa: B006
    source: Annotated[
        Lanes, Query(description="Only money of these thefts; `unknown` is money of unknown origin.")
    ] = [],  # noqa: B006
    least: Annotated[str | None, Query(max_length=40, description="In whole units: smaller links are hidden.")] = None,
    focus: Annotated[str | None, Query(max_length=400, description="Only what is near this lane.")] = None,
    back: Steps = 1,
    forward: Steps = 1,
    bait: Annotated[bool, Query(description="Draw movements that nobody followed, as marks.")] = False,
) -> Any:
    """The view that is asked for."""
    from dyepack.report.graph import Question  # noqa: PLC0415 (numpy)

    many = (tuple(open_), tuple(hide), from_, to, tuple(asset), tuple(source), least, focus, back, forward, bait)
    return Question("last" if run == "latest" else run, method, level, periods, *many)


View = Annotated[Any, Depends(asked)]


@router.get("/runs/{run}/graph", **told(shapes.GraphView))
def graph(request: Request, view: View) -> Response:
    """Places, links and sums of one view; amounts under the rule, with the range over all rules that conserve."""

    def make(lent: Lent) -> Told:
        from dyepack.report.graph import graph as made  # noqa: PLC0415

        house: House = request.app.state.house
        with house.making.of(view.run) as tell:
            run, ready = _ready(request, lent, view, tell)
            tell("placing what is drawn")
            return Told(made(run, view, ready).as_json())

    return reply(request, make, of=_of(view.run))


@router.get("/runs/{run}/graph/progress", response_model=shapes.GraphProgress)
def progress(request: Request, run: Run) -> Response:
    """How far the making of a graph of this run has come: what was done and is being done, the newest line last.

    For who waits for the first graph of a large run. `run` is to be said as it was said for the graph.
    """
    house: House = request.app.state.house
    work = house.making.said("last" if run == "latest" else run)
    seconds = round(time.monotonic() - work.began, 1) if work else 0.0
    told = {"under_way": work is not None, "seconds": seconds, "said": [*work.said] if work else []}
    return Response(as_json(told), 200, {"Cache-Control": "no-store"}, "application/json")


@router.get("/runs/{run}/links/{link}", **told(shapes.LinkView, sheet=True))
def link(request: Request, link: str, view: View, page: Paged) -> Response:
    """The movements that sum to a link of a view, and what went along without one; ask with the view's parameters."""

    def make(lent: Lent) -> Told:
        rows = _rows(request, lent, view, link)
        total = sum(int(row["amount"]) for row in rows)
        value = {"link": link, "total": len(rows), "offset": page.offset, "amount": str(total), "rows": page.of(rows)}
        return Told(value, page.of(rows), len(rows))

    return reply(request, make, of=_of(view.run), columns=ROW)


@router.get("/runs/{run}/bait", **told(shapes.BaitView, sheet=True))
def bait(
    request: Request,
    view: View,
    page: Paged,
    mark: Annotated[str | None, Query(max_length=20, description="Only of this mark.")] = None,
) -> Response:
    """Movements that were loaded and never followed, as far as they touch what a view draws; or those of one mark.

    Address poisoning, decoys, movements of nothing: `flag` says why each was not followed.
    """

    def make(lent: Lent) -> Told:
        from dyepack.report.graph import bait_rows  # noqa: PLC0415

        run, ready = _ready(request, lent, view)
        rows = bait_rows(run, view, ready, mark)
        return Told({"total": len(rows), "offset": page.offset, "rows": page.of(rows)}, page.of(rows), len(rows))

    return reply(request, make, of=_of(view.run), columns=BAIT)


@router.get("/runs/{run}/movement", **told(MovementExplained))
def movement(
    request: Request,
    run: str,
    *,
    block: Annotated[int, Query(ge=0)],
    tx_index: Annotated[int, Query(ge=0)],
    seq: Annotated[int, Query(ge=0)],
    method: Method = None,
    source: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """The chains of movements that bring to one movement what it carries: one taking apart, others may be as good."""

    def make(lent: Lent) -> Told:
        from dyepack.trace.explain import explain_movement  # noqa: PLC0415

        place = (block, tx_index, seq)
        return Told(explain_movement(lent.workspace.store, meant(lent, run).run, place, (method, source)))

    return reply(request, make, of=of_run(run))


def _of(run: str) -> Any:
    """What a view follows from: the run, and the loaded movements that nobody followed."""
    return of_run(run, "transfers")


def _ready(request: Request, lent: Lent, view: Any, tell: Tell = lambda _: None) -> tuple[Any, Any]:
    """The run's rows, read once while the tables stay as they are, and the fold of a view.

    Both are kept: neither the rule nor what is hidden changes a fold.
    """
    from dyepack.report.graph import fold_of, made, read  # noqa: PLC0415

    kept = request.app.state.house.kept
    state = _of(view.run)(lent)
    key = fingerprint(["told", state, meant(lent, view.run).run])
    run = kept.get(key)
    if run is None:
        run = read(lent.workspace.store, view.run, tell)
        kept.put(key, run, 250 * len(run.moved) + 1_000)
    key = fingerprint(["fold", state, run.recorded.run, asdict(fold_of(view))])
    ready = kept.get(key)
    if ready is None:
        ready = made(run, view, tell)
        kept.put(key, ready, 150 * len(run.moved) + 1_000)
    return run, ready


def _rows(request: Request, lent: Lent, view: Any, link: str) -> Sequence[Mapping[str, Any]]:
    from dyepack.report.graph import link_rows  # noqa: PLC0415

    run, ready = _ready(request, lent, view)
    return link_rows(run, view, ready, link)
