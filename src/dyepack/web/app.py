"""The application: routers from one list, the errors' one form, the pages, and the guard before all of it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI

from dyepack.version import version
from dyepack.web import pages, refusals
from dyepack.web.answer import strict
from dyepack.web.api import addresses, casefiles, charts, graph, incidents, jobs, ledger, runs, workspace
from dyepack.web.crew import Crew
from dyepack.web.guard import Door, Guard
from dyepack.web.house import House
from dyepack.web.jobs import Jobs
from dyepack.web.packing import Packing
from dyepack.web.reference import with_examples
from dyepack.web.shapes.base import Failure

ROUTERS: tuple[APIRouter, ...] = (
    workspace.router,
    ledger.router,
    incidents.router,
    charts.router,
    runs.router,
    graph.router,
    casefiles.router,
    addresses.router,
    jobs.router,
)
"""Every group of endpoints. A new one is a module in `web/api/` with a `router`, and its name here."""
ABOUT = (
    "The verbs of dyepack over HTTP. Amounts are exact decimal strings of base units, sums of dollars of micro-dollars;"
    " days and times are UTC; every list is paged. Nothing here leaves the machine."
)


_FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": says}
    for status, says in {
        400: "What was given cannot be used.",
        401: "The server's token is missing or wrong.",
        403: "Another site's page asked.",
        404: "There is no such thing, or no verb has made it yet.",
        406: "No form that there is was asked for.",
        409: "Somebody else writes, or another version wrote.",
        413: "The body is too large.",
        414: "The query or the path is too long.",
        421: "The server does not go by this name.",
        422: "What was given is not as declared.",
        429: "Too many jobs wait already.",
        503: "The server, or what it needs, is busy or not to be had.",
    }.items()
}


def create(folder: Path, door: Door | None = None, static: Path | None = None) -> FastAPI:
    """The application over the workspace in this folder, made if there is none.

    Raises:
        StoreError: the folder holds other things, or cannot be read.
    """
    house = House(folder)
    app = FastAPI(
        title="dyepack",
        version=version(),
        description=ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.house = house
    app.state.jobs = Jobs(folder)
    app.state.crew = Crew(folder, app.state.jobs)
    app.state.streams = 0
    for router in ROUTERS:
        app.include_router(router, prefix="/api", dependencies=[Depends(strict)], responses=_FAILURES)
    app.include_router(pages.router(static))
    refusals.install(app)
    _describe(app)
    app.add_middleware(Packing, kept=house.kept)
    app.add_middleware(Guard, door=door or Door())
    return app


def _describe(app: FastAPI) -> None:
    """Put the examples into the description when somebody first asks for it."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = with_examples(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    house: House = app.state.house
    crew: Crew = app.state.crew
    crew.begin()
    try:
        _first_steps(house, app.state.jobs)
        yield
    finally:
        crew.end()
        house.close()


def _first_steps(house: House, jobs: Jobs) -> None:
    """In a workspace in which nothing was ever done: load and trace what ships, as a job that the pages show."""
    with house.workspace() as lent:
        empty = not lent.workspace.store.tables
    if empty:
        jobs.order("begin", {})


def say(text: str) -> None:
    """One line for who runs the server."""
    sys.stderr.write(f"dyepack: {text}\n")
