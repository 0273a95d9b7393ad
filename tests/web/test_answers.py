"""Every endpoint on the shipped ledger and case: its answer is what it declares, and what the verb itself prints."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from dyepack import bundled
from dyepack.cli import run
from dyepack.cluster import Request as ClusterRequest
from dyepack.trace import read_case
from dyepack.web.app import ROUTERS, create
from dyepack.web.reference import ASKED
from dyepack.workspace import Workspace
from tests.web.asked import CASE, GOOD, HTX, SHEETS


def declared(path: str) -> TypeAdapter[object]:
    for route in (route for router in ROUTERS for route in router.routes):
        if isinstance(route, APIRoute) and route.path_regex.match(path.removeprefix("/api")) and "GET" in route.methods:  # type: ignore[operator]
            return TypeAdapter(route.response_model)
    raise AssertionError(path)


@pytest.mark.parametrize("asked", GOOD)
def test_an_answer_is_what_it_is_declared_to_be(client: TestClient, asked: str):
    answer = client.get(asked)
    assert answer.status_code == 200, answer.text
    declared(asked.partition("?")[0]).validate_json(answer.content)


def test_every_answer_is_what_the_published_schema_says(client: TestClient):
    """The description as others read it, by a validator that knows nothing of us; by which no text is a number."""
    description = client.get("/api/openapi.json").json()
    wrong = []
    for asked in GOOD:
        schema = published(description, asked.partition("?")[0])
        checker = Draft202012Validator({**schema, "components": description["components"]})
        found = list(checker.iter_errors(client.get(asked).json()))
        wrong += [(asked, error.json_path, error.message[:200]) for error in found[:1]]
    assert wrong == []


def published(description: dict[str, Any], path: str) -> dict[str, Any]:
    """The schema of the answer to a question, from the description."""
    fit = [one for one in description["paths"] if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one), path)]
    plainest = min(fit, key=lambda one: one.count("{"))
    answer = description["paths"][plainest]["get"]["responses"]["200"]
    return {**answer["content"]["application/json"]["schema"]}


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        ("/api/totals?actor=dprk&as_of=2023-09-14", "totals --actor dprk --as-of 2023-09-14"),
        ("/api/compare?actor=dprk&as_of=2023-09-14", "compare --actor dprk --as-of 2023-09-14"),
        ("/api/cuts?by=vector&year=2022", "cuts --by vector --year 2022"),
        ("/api/publishers/chainalysis?actor=dprk", "totals --publisher chainalysis --actor dprk"),
        ("/api/runs/latest/balance?method=lifo", "balance last --method lifo"),
        (f"/api/runs/latest/explain?address={HTX}&top=2", f"explain last {HTX} --top 2"),
    ],
)
def test_an_answer_is_what_the_command_prints(
    client: TestClient, made: Path, capsys: pytest.CaptureFixture[str], asked: str, command: str
):
    assert run(["-w", str(made), *command.split(), "--json"]) == 0
    told, printed = client.get(asked).json(), json.loads(capsys.readouterr().out)
    assert {**told, **printed} == told
    assert set(told) - set(printed) <= {"total", "offset"}


def test_a_list_is_the_command_s_page_by_page(client: TestClient, made: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["-w", str(made), "incidents", "--actor", "dprk", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    pages = [client.get(f"/api/incidents?actor=dprk&limit=40&offset={offset}").json() for offset in range(0, 400, 40)]
    assert [row for page in pages for row in page["rows"]] == whole
    assert {page["total"] for page in pages} == {len(whole)}
    assert client.get("/api/incidents?actor=dprk&offset=1000000000").json()["rows"] == []


def test_a_run_says_what_the_trace_said(client: TestClient, made: Path):
    told = client.get("/api/runs/latest").json()
    with Workspace.open(made) as workspace:
        case = read_case(bundled.folder("cases") / CASE)
        traced = workspace.trace(case.request()).as_json()
        bounds = workspace.bounds(case.request()).as_json()
    for name in ("run", "methods", "scope", "warnings", "repeated", "deposits", "unexplained", "seeds", "assets"):
        assert told[name] == traced[name], name
    assert told["destinations"] == traced["destinations"][:200]
    assert told["destinations_total"] == len(traced["destinations"])
    assert told["bounds"] == bounds
    rest = client.get("/api/runs/latest/destinations?limit=1000").json()
    assert rest["rows"] == traced["destinations"]


def test_sums_without_their_thefts_are_the_same_sums(client: TestClient):
    whole, lean = (client.get(f"/api/totals?actor=dprk&slugs={said}").json() for said in ("true", "false"))
    assert lean["held"] == {**whole["held"], "slugs": []}
    assert [year["held"]["usd"] for year in lean["years"]] == [year["held"]["usd"] for year in whole["years"]]


def test_every_day_s_sheet_adds_up_to_what_was_seeded(client: TestClient):
    told = client.get("/api/runs/latest/balances").json()
    assert set(told["methods"]) == {"fifo", "lifo", "haircut", "clean_first", "taint_first"}
    for sheets in told["methods"].values():
        assert len(sheets) > 10
        for sheet in sheets:
            whole = int(sheet["seeded"]) + int(sheet["out_of_conversions"])
            assert sum(int(line["amount"]) for line in sheet["lines"]) == whole


@pytest.mark.parametrize("asked", SHEETS)
def test_a_table_has_the_rows_of_the_answer_as_csv_and_parquet(client: TestClient, asked: str):
    as_csv = client.get(asked, headers={"accept": "text/csv"})
    assert as_csv.status_code == 200, as_csv.text
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in as_csv.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(as_csv.text)))
    join = "&" if "?" in asked else "?"
    table = pq.read_table(io.BytesIO(client.get(f"{asked}{join}format=parquet").content))
    assert table.column_names == list(rows[0]) if rows else True
    assert table.num_rows == len(rows)
    total = as_csv.headers.get("dyepack-total")
    assert total is None or int(total) == len(rows)
    for name in table.column_names:
        for cell, value in zip([row[name] for row in rows], table.column(name).to_pylist(), strict=True):
            assert (cell == "") == (value in (None, "")), (name, cell, value)


def test_dollars_of_a_table_are_exact(client: TestClient):
    rows = list(csv.DictReader(io.StringIO(client.get("/api/incidents?format=csv&q=bybit").text)))
    told = client.get("/api/incidents?q=bybit").json()["rows"]
    shown = [Decimal(row["median_usd"]).scaleb(6) for row in rows if row["median_usd"]]
    assert shown == [Decimal(row["held"]["median"]) for row in told if row["held"]]


@pytest.mark.parametrize("asked", ["/api/totals?actor=dprk", "/api/runs/latest", f"/api/addresses/{HTX}"])
def test_what_the_asker_has_is_not_sent_again(client: TestClient, asked: str):
    first = client.get(asked)
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    again = client.get(asked, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(asked, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_run_keeps_its_tag_over_restarts_and_other_work(copy: Path):
    asked = ("/api/runs/latest/balances", "/api/runs/latest/destinations", "/api/runs/latest")
    before = [_tag(copy, each) for each in asked]
    with Workspace.open(copy) as workspace:
        workspace.load_tags([])
        workspace.cluster(ClusterRequest(rules=("cospend",)))
    assert [_tag(copy, each) for each in asked] == before
    assert _tag(copy, "/api/runs/latest/balances", {"accept": "text/csv"}) != before[0]


def _tag(folder: Path, asked: str, headers: dict[str, str] | None = None) -> str:
    answer = TestClient(create(folder), base_url="http://localhost").get(asked, headers=headers)
    assert answer.status_code == 200
    return answer.headers["etag"]


def test_what_is_committed_meanwhile_shows_at_the_next_question(copy: Path):
    asking = TestClient(create(copy), base_url="http://localhost")
    before = asking.get("/api/runs").json()
    with Workspace.open(copy) as workspace:
        case = read_case(bundled.folder("cases") / CASE)
        run_ = workspace.trace(case.request(["fifo"])).run
    after = asking.get("/api/runs").json()
    assert after["total"] == before["total"] + 1
    assert asking.get("/api/runs/latest").json()["run"] == run_
    told = asking.get(f"/api/runs/{run_}").json()
    assert list(told["methods"]) == ["fifo"]
    assert told["warnings"]
    assert told["deposits_total"] == len(told["deposits"]) > 0
    with Workspace.open(copy) as workspace, workspace.store.run("as an older version had it", {}) as draft:
        draft.drop("scopes", run_)
    before = asking.get(f"/api/runs/{run_}").json()
    assert [before[name] for name in ("warnings", "deposits", "scope", "unexplained")] == [None] * 4


def test_a_day_after_the_last_word_is_remarked(client: TestClient):
    heard = client.get("/api/workspace").json()["last_heard"]
    answer = client.get(f"/api/totals?as_of={datetime.now(UTC).date()}")
    assert answer.json()["as_of"] == heard
    assert answer.headers["dyepack-note"].startswith(f"the ledger has heard nothing after {heard}")


@pytest.mark.parametrize("form", ["svg", "png", "json"])
@pytest.mark.parametrize("what", ["totals", "against", "concentration"])
def test_charts_are_drawn_in_each_form(client: TestClient, what: str, form: str):
    answer = client.get(f"/api/charts/{what}.{form}?actor=dprk&as_of=2023-09-14&ground=dark")
    assert answer.status_code == 200
    begins = {"svg": b"<svg", "png": b"\x89PNG", "json": b"{"}[form]
    assert answer.content.startswith(begins)
    assert answer.headers["content-type"].startswith({"svg": "image/svg+xml", "png": "image/png"}.get(form, "applic"))


def test_search_finds_each_kind_of_thing(client: TestClient):
    def kinds(text: str) -> list[str]:
        return [hit["kind"] for hit in client.get("/api/search", params={"q": text}).json()["rows"]]

    run_ = client.get("/api/runs").json()["rows"][0]["run"]
    moved = client.get(f"/api/addresses/{HTX}/transfers?limit=1").json()["rows"][0]["tx_hash"]
    assert kinds("2022-06-23-harmony")[0] == "incident"
    assert "actor" in kinds("dprk")
    assert kinds(HTX) == ["address"]
    assert kinds(HTX.upper().replace("0X", "0x"))[0] == "address"
    assert kinds(moved) == ["transaction"]
    assert kinds(run_[:6]) == ["run"]
    assert "tag" in kinds("htx")
    assert len(kinds("a")) <= 20
    assert kinds("") == []


def test_every_endpoint_is_described_with_an_answer_and_an_example(client: TestClient):
    spec = client.get("/api/openapi.json").json()
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], path
            assert "400" in operation["responses"]
            body = operation["responses"].get("200", {}).get("content", {}).get("application/json")
            if method == "get" and path in ASKED:
                assert body["example"], path
                assert body["schema"], path


def test_the_examples_are_of_endpoints_that_there_are(client: TestClient):
    assert set(ASKED) <= set(client.get("/api/openapi.json").json()["paths"])
