"""Case files: how a person looked at a run, kept here and handed to others."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import AfterValidator
from starlette.responses import Response

from dyepack.report.graph import casefile
from dyepack.web.answer import Paged, Told, fresh, listing
from dyepack.web.casebook import Casebook, Kept
from dyepack.web.house import House
from dyepack.web.shapes import graph as shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column

router = APIRouter(tags=["case files"])
CASE_FILES = (column("id"), column("run"), column("title"), column("edition", "count"), column("saved", "time"))


def _in_unicode(content: dict[str, Any]) -> dict[str, Any]:
    """What JSON lets through and no file or answer can hold: half of a pair of surrogates, in a name or a text."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"expected text in Unicode, got half of a pair of surrogates: {error.object[error.start]!a}"
        ) from None
    return content


Content = Annotated[
    dict[str, Any],
    AfterValidator(_in_unicode),
    Body(description="A case file; docs/reference/case-files.md has its form."),
]
Edition = Annotated[
    int, Query(ge=1, le=2**62, description="The edition that was opened; a later one is not overwritten.")
]


@router.get("/case-files", **told(shapes.CaseList, sheet=True))
def case_files(request: Request, page: Paged) -> Response:
    """What is kept, the latest first."""
    return fresh(request, lambda _: listing(page, _book(request).all()), columns=CASE_FILES)


@router.post("/case-files", status_code=201, response_model=shapes.KeptCase)
def open_case_file(request: Request, content: Content) -> dict[str, Any]:
    """Keep a case file that was handed over, or that a page made; refused if the run is not this workspace's."""
    return _book(request).put(_checked(request, content)).as_json()


@router.get("/case-files/{number}", **told(shapes.KeptCase))
def case_file(request: Request, number: str) -> Response:
    """One case file."""
    return fresh(request, lambda _: Told(_book(request).get(number).as_json()))


@router.put("/case-files/{number}", response_model=shapes.KeptCase)
def change_case_file(request: Request, number: str, content: Content, edition: Edition) -> dict[str, Any]:
    """Save a case file that is kept already."""
    kept: Kept = _book(request).put(_checked(request, content), number, edition)
    return kept.as_json()


@router.delete("/case-files/{number}", status_code=204)
def drop_case_file(request: Request, number: str) -> Response:
    """Take a case file away."""
    _book(request).drop(number)
    return Response(status_code=204)


def _checked(request: Request, content: dict[str, Any]) -> dict[str, Any]:
    """The file as it is kept: one that names its hashes is held against the run, a new one is given them."""
    house: House = request.app.state.house
    with house.workspace() as lent:
        store = lent.workspace.store
        if "inputs" in content or content.get("form") != casefile.FORM:
            case = casefile.read(content)
            casefile.check(store, case)
            return case.as_json()
        return casefile.of_run(store, str(content.get("run", "")), content).as_json()


def _book(request: Request) -> Casebook:
    house: House = request.app.state.house
    return Casebook(house.folder)
