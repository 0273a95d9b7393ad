"""What is there: the workspace, and one box that finds anything in it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dyepack.ledger.counted import last_heard
from dyepack.trace.recorded import listed
from dyepack.version import version
from dyepack.web import answer, guard
from dyepack.web.answer import Paged, Told, listing, of_tables, reply
from dyepack.web.house import Lent, fingerprint
from dyepack.web.shapes.about import HitList, WorkspaceView
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column

router = APIRouter(tags=["workspace"])


@router.get("/workspace", **told(WorkspaceView))
def workspace(request: Request) -> Response:
    """What is in the workspace, which version serves it, the time in UTC, and how much may be asked at once."""

    def make(lent: Lent) -> Told:
        store = lent.workspace.store
        tables = [
            {"table": name, "rows": sum(part.rows for part in store.parts(name).values())} for name in store.tables
        ]
        runs = listed(store)
        value = {
            "version": version(),
            "name": store.path.name,
            "now": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tables": tables,
            "latest_run": runs[0] if runs else None,
            "last_heard": last_heard(lent.ledger).isoformat(),
            "limits": {
                "rows": answer.MOST_ROWS,
                "rows_of_a_sheet": answer.MOST_ROWS_OF_A_SHEET,
                "body_bytes": guard.LARGEST_BODY,
                "query_bytes": guard.LONGEST_QUERY,
            },
        }
        return Told(value)

    return reply(request, make, of=lambda lent: fingerprint([of_tables(lent), datetime.now(UTC).isoformat()]))


@router.get("/search", **told(HitList, sheet=True))
def search(
    request: Request,
    page: Paged,
    q: Annotated[str, Query(max_length=200, description="An address, transaction, incident, actor, run or tag.")] = "",
) -> Response:
    """What a person may mean by a few words, at most twenty, the likeliest first."""

    def make(lent: Lent) -> Told:
        return listing(page, [hit.as_json() for hit in lent.workspace.search(q)])

    return reply(request, make, of=of_tables, columns=HITS)


HITS = (column("kind"), column("id"), column("title"), column("note"), column("href"))
