"""Jobs: what takes long is ordered, watched, and may be cancelled."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from dyepack.web.answer import NEVER_KEPT, Paged, Told, as_json, fresh
from dyepack.web.jobs import OPEN, Jobs, Line
from dyepack.web.orders import Order, cases
from dyepack.web.refusals import Refusal
from dyepack.web.shapes import about as shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column
from dyepack.web.work import check

router = APIRouter(tags=["jobs"])
JobId = Annotated[str, Path(max_length=40, description="A job's id.")]
STREAMS = 32
"""Streams that are open at once: each holds a connection."""
_DIGITS = re.compile("[0-9]{1,20}")
_PAUSE, _ALIVE, _LONGEST = 0.25, 15.0, 3_600.0
JOBS = (
    column("job"),
    column("verb"),
    column("state"),
    column("tries", "count"),
    column("ordered", "time"),
    column("started", "time"),
    column("finished", "time"),
    column("progress"),
    column("run"),
    column("error", "text", "error.message"),
)


@router.post("/jobs", status_code=202, response_model=shapes.Ordered)
def order(request: Request, order: Annotated[Order, Body()]) -> Response:
    """Order a job. The same as one that waits or runs already is that one."""
    if order.verb in ("load_case", "trace", "bounds"):
        _known_case(getattr(order.parameters, "case", None))
    with request.app.state.house.workspace() as lent:
        check(lent.workspace, order)
    job = _jobs(request).order(order.verb, order.parameters.model_dump(mode="json"))
    return _json({"job": job}, 202, {"Location": f"/api/jobs/{job['job']}"})


@router.get("/jobs", **told(shapes.JobList, sheet=True))
def jobs(request: Request, page: Paged) -> Response:
    """Every job on record, the latest first, without their results; and the cases that can be loaded."""
    total, rows = _jobs(request).page(page.offset, page.limit)
    value = {"total": total, "offset": page.offset, "rows": rows, "cases": cases()}
    return fresh(request, lambda _: Told(value, rows, total), columns=JOBS)


@router.get("/jobs/{job}", response_model=shapes.JobWithResult)
def job(request: Request, job: JobId) -> Response:
    """One job, with its result when it is done: what the verb's own `--json` prints."""
    return _json(_jobs(request).job(job, whole=True))


@router.delete("/jobs/{job}", response_model=shapes.Job)
def cancel(request: Request, job: JobId) -> Response:
    """Cancel a job that waits or runs: its process ends, and the workspace is as it was before, or after, a commit."""
    _jobs(request).job(job)
    return _json(_jobs(request).cancel(job))


@router.get(
    "/jobs/{job}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Lines as they are said, then the end."}},
)
async def events(
    request: Request,
    job: JobId,
    last_event_id: Annotated[str | None, Header(max_length=20, description="Go on after this line.")] = None,
) -> Response:
    """Server-sent events: `progress` for each line that the job says, then one event of the state in which it ended."""
    kept = _jobs(request)
    await run_in_threadpool(kept.job, job)
    after = min(int(last_event_id), 2**63 - 1) if last_event_id and _DIGITS.fullmatch(last_event_id) else 0
    state = request.app.state
    if state.streams >= STREAMS:
        raise Refusal(503, f"{STREAMS} streams are open already; ask for the job itself instead")
    return StreamingResponse(_stream(state, kept, job, after), media_type="text/event-stream", headers=NEVER_KEPT)


async def _stream(state: Any, kept: Jobs, job: str, after: int) -> AsyncIterator[bytes]:
    """What a job says, until it ends; a comment now and then shows who listens that the line is up."""
    state.streams += 1
    quiet = waited = 0.0
    try:
        while waited < _LONGEST:
            told, lines = await run_in_threadpool(kept.since, job, after)
            for line in lines:
                after = line.seq
                if line.kind == "progress":
                    yield _event(line)
            if told["state"] not in OPEN and not lines:
                yield f"event: {told['state']}\ndata: {json.dumps(told)}\n\n".encode()
                return
            quiet = 0.0 if lines else quiet + _PAUSE
            if quiet >= _ALIVE:
                quiet = 0.0
                yield b": still here\n\n"
            waited += _PAUSE
            await asyncio.sleep(_PAUSE)
    finally:
        state.streams -= 1


def _event(line: Line) -> bytes:
    said = json.dumps({"time": line.time, "text": line.text})
    return f"id: {line.seq}\nevent: {line.kind}\ndata: {said}\n\n".encode()


def _known_case(name: str | None) -> None:
    """Refuse at once a case that does not ship."""
    if name is not None and name not in cases():
        raise Refusal(400, f"no case {name[:60]!r} ships with dyepack; there are: {', '.join(cases())}")


def _jobs(request: Request) -> Jobs:
    found: Jobs = request.app.state.jobs
    return found


def _json(value: Any, status: int = 200, more: dict[str, str] | None = None) -> Response:
    return Response(as_json(value), status, {**NEVER_KEPT, **(more or {})}, "application/json")
