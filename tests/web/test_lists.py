"""What holds of every list, looked for in the description itself: its pages, its three forms, and what excuses it."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from dyepack.cluster import Request as ClusterRequest
from dyepack.web.answer import MOST_ROWS, MOST_ROWS_OF_A_SHEET
from dyepack.web.app import create
from dyepack.web.reference import ASKED
from dyepack.workspace import Workspace
from tests.cluster.drawn import write
from tests.web.asked import CASE, GOOD, HTX, MOVED, SHEETS
from tests.web.pages.house import CHAIN, JOINED
from tests.web.test_fuzz import described

WHOLE = {
    "/api/totals": "a row a year, and the years add up to the sums above them",
    "/api/cuts": "the parts add up to the whole",
    "/api/outlook/backtest": "one answer; its cases are its table",
    "/api/runs/{run}/balance": "the lines of a sheet add up",
    "/api/runs/{run}/balances": "the lines of every day's sheet add up",
    "/api/paths": "at most a hundred, as many as were asked for",
    "/api/clusters/why": "one chain of steps, the shortest",
    "/api/addresses/{address}/activity": "a week has 168 hours",
}
"""Tables that are given whole, and why."""
ONE = {
    "/api/workspace": "one workspace, with a row for each of the tables that there are",
    "/api/incidents/{slug}": "one incident; its lists have pages of their own, and here their beginning",
    "/api/compare": "one comparison",
    "/api/outlook": "one outlook",
    "/api/runs/{run}": "one run; its places, its days and its patterns have pages of their own",
    "/api/runs/{run}/explain": "a tree: chains under figures; `top` says how many",
    "/api/runs/{run}/movement": "a tree: chains under figures",
    "/api/runs/{run}/areas": "a chart; the lines of every day's sheet are a table of their own",
    "/api/runs/{run}/areas/{day}": "what a chart was worth on a day",
    "/api/runs/{run}/graph": "a picture; the rows of a link have pages of their own",
    "/api/addresses/{address}": "one address; its counterparties, movements and exposures have pages of their own",
}
"""Answers that are one thing and no list, though they have lists in them, and why."""
SPEC = described()
GETS = {path: methods["get"] for path, methods in SPEC["paths"].items() if "get" in methods}
TABLE = {"text/csv", "application/vnd.apache.parquet"}


def schema(path: str) -> dict[str, Any]:
    content = GETS[path]["responses"]["200"].get("content", {})
    return resolved(content.get("application/json", {}).get("schema", {}))


def resolved(found: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in found:
        found = SPEC["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return found


def has_rows(found: dict[str, Any], depth: int = 0) -> bool:
    """Whether an answer is, or has at its top, a list of objects."""
    found = resolved(found)
    if found.get("type") == "array":
        return any("properties" in resolved(each) for each in options(found["items"]))
    inner = found.get("properties", {}).values() if depth == 0 else ()
    return any(has_rows(each, 1) for part in inner for each in options(part))


def options(found: dict[str, Any]) -> list[dict[str, Any]]:
    return list(found.get("anyOf", [found]))


def parameters(path: str) -> set[str]:
    return {each["name"] for each in GETS[path].get("parameters", ())}


def tables(path: str) -> bool:
    return set(GETS[path]["responses"]["200"].get("content", {})) >= TABLE


LISTS = [path for path in GETS if "total" in schema(path).get("properties", {})]


def test_every_answer_with_rows_is_a_paged_list_or_says_why_not():
    rows = {path for path in GETS if has_rows(schema(path))}
    assert rows - {*LISTS, *WHOLE, *ONE} == set()
    assert len(LISTS) >= 19
    assert not set(LISTS) & {*WHOLE, *ONE}, "an excuse that is not needed"
    assert set(WHOLE) <= {path for path in GETS if tables(path)}
    assert {*WHOLE, *ONE} <= set(GETS), "an excuse for what is not there"


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_pages_and_three_forms(path: str):
    assert {"offset", "limit", "format"} <= parameters(path)
    assert "offset" in schema(path)["properties"]
    assert tables(path)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A workspace with a cluster: what ships has none."""
    folder = tmp_path_factory.mktemp("drawn") / "workspace"
    with Workspace.open(folder, create=True) as workspace:
        write(workspace.store, CHAIN.format(*JOINED))
        workspace.cluster(ClusterRequest(chains=("bitcoin",)))
    with TestClient(create(folder), base_url="http://localhost") as client:
        yield client


OF_A_CLUSTER = {
    "/api/clusters/without": "/api/clusters/without?what=cospend",
    "/api/clusters/{address}": f"/api/clusters/{JOINED[0]}?chain=bitcoin",
    "/api/clusters/why": f"/api/clusters/why?first={JOINED[0]}&second={JOINED[2]}&chain=bitcoin",
}


@pytest.mark.parametrize("path", [path for path in GETS if tables(path)])
def test_every_table_is_told_in_each_form_with_the_same_rows(client: TestClient, drawn: TestClient, path: str):
    client = drawn if path in OF_A_CLUSTER else client
    asked, _, query = question(path).partition("?")
    query = "&".join(part for part in query.split("&") if part and not part.startswith("limit="))
    forms = {
        form: client.get(f"{asked}?{query}", headers={"accept": media})
        for form, media in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet"))
    }
    assert {each.status_code for each in forms.values()} == {200}
    rows = list(csv.reader(io.StringIO(forms["csv"].text)))
    table = pq.read_table(io.BytesIO(forms["parquet"].content))
    assert table.column_names == rows[0]
    assert table.num_rows == len(rows) - 1
    if path in ASKED and path != "/api/case-files":
        assert table.num_rows, path
    assert client.get(f"{asked}?{query}&format=csv").content == forms["csv"].content
    if "dyepack-total" in forms["csv"].headers:
        assert int(forms["csv"].headers["dyepack-total"]) == table.num_rows


@pytest.mark.parametrize("path", LISTS)
def test_the_pages_of_a_list_are_the_list(client: TestClient, drawn: TestClient, path: str):
    client = drawn if path in OF_A_CLUSTER else client
    asked, _, query = question(path).partition("?")
    bare = [part for part in query.split("&") if part and not part.startswith("limit=")]

    def page(offset: int, limit: int) -> dict[str, Any]:
        answer = client.get(f"{asked}?{'&'.join([*bare, f'offset={offset}', f'limit={limit}'])}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    whole = page(0, MOST_ROWS)
    key = "patterns" if "patterns" in whole else "rows"
    assert len(whole[key]) == min(whole["total"], MOST_ROWS)
    size = max(1, len(whole[key]) // 3)
    pages = [page(offset, size) for offset in range(0, min(len(whole[key]), 3 * size), size)]
    assert [row for each in pages for row in each[key]] == whole[key][: 3 * size]
    assert {each["total"] for each in pages} <= {whole["total"]}
    assert [each["offset"] for each in pages] == list(range(0, min(len(whole[key]), 3 * size), size))
    assert page(10**6, 5)[key] == []
    for limit, form in ((0, "json"), (MOST_ROWS + 1, "json"), (MOST_ROWS_OF_A_SHEET + 1, "csv")):
        refused = client.get(f"{asked}?{'&'.join([*bare, f'limit={limit}', f'format={form}'])}")
        assert refused.status_code in (400, 422), (limit, form)


def question(path: str) -> str:
    """A question that has an answer: the one of the reference page, or one that all answers are tested with."""
    if path in ASKED or path in OF_A_CLUSTER:
        return OF_A_CLUSTER.get(path) or ASKED[path]
    form = re.compile(re.sub(r"{\w+}", "[^/?]+", path) + r"(\?|$)")
    plain = path.format(run="latest", address=HTX, slug=CASE, name="chainalysis", tx_hash=MOVED)
    return next((asked for asked in (*SHEETS, *GOOD) if form.match(asked)), plain)


@pytest.mark.parametrize("part", ["losses", "attributions", "addresses", "transactions", "laundering", "sources"])
def test_the_lists_of_an_incident_are_those_of_its_view(client: TestClient, part: str):
    view = client.get(f"/api/incidents/{CASE}").json()
    told = client.get(f"/api/incidents/{CASE}/{part}?limit=1000").json()
    assert told["rows"] == view[part]
    assert told["total"] == view["lists"][part] == len(view[part])


def test_a_shared_address_has_a_row_for_each_claim(client: TestClient):
    asked = "/api/incidents/2023-09-12-coinex/shared_addresses"
    told = client.get(asked).json()["rows"]
    rows = list(csv.DictReader(io.StringIO(client.get(f"{asked}?format=csv").text)))
    assert len(rows) == sum(len(one["elsewhere"]) for one in told) > 0
