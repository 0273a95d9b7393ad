"""Case files: how a person looked at a run, kept here and handed to others."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from dyepack.report.graph import casefile
from dyepack.web.answer import Paged, Told, reply
from dyepack.web.casebook import Casebook, Kept
from dyepack.web.house import House, Lent
from dyepack.web.shapes import graph as shapes
from dyepack.web.shapes.base import told

router = APIRouter(tags=["case files"])
Content = Annotated[dict[str, Any], Body(description="A case file; docs/reference/case-files.md has its form.")]
Edition = Annotated[int, Query(ge=1, description="The edition that was opened; a later one is not overwritten.")]


@router.get("/case-files", **told(shapes.CaseList))
def case_files(request: Request, page: Paged) -> Response:
    """What is kept, the latest first."""

    def make(_: Lent) -> Told:
        rows = _book(request).all()
        return Told({"total": len(rows), "offset": page.offset, "rows": page.of(rows)})

    return _fresh(request, make)


@router.post("/case-files", status_code=201, response_model=shapes.KeptCase)
def open_case_file(request: Request, content: Content) -> dict[str, Any]:
    """Keep a case file that was handed over, or that a page made; refused if the run is not this workspace's."""
    return _book(request).put(_checked(request, content)).as_json()


@router.get("/case-files/{number}", **told(shapes.KeptCase))
def case_file(request: Request, number: str) -> Response:
    """One case file."""
    return _fresh(request, lambda _: Told(_book(request).get(number).as_json()))


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


def _fresh(request: Request, make: Any) -> Response:
    """An answer that changes without the tables: never from the shelf."""
    import secrets  # noqa: PLC0415

    return reply(request, make, of=lambda _: secrets.token_hex(8))
