"""Any question that the description allows, and many that it does not: answered, or refused in our form; no 500."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from dyepack.web.app import ROUTERS, create
from tests.conftest import attempted
from tests.web.asked import CASE, HTX, SEED

NASTY = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-1",
            "1e9",
            "NaN",
            "null",
            "2023",
            "2023-09-14",
            "2023-02-31",
            "latest",
            "last",
            CASE,
            HTX,
            SEED,
            f"ethereum:{HTX}",
            "dprk",
            "all",
            "fifo",
            "poison",
            "USD",
            "../../etc/passwd",
            "%00",
            "'; drop table runs; --",
            "$run",
            "\u202e",
            "\ud7ff",
            "💰" * 20,
            "١٢٣",
            "9" * 18,
            "1" * 34,
        ]
    ),
    st.text(max_size=40),
    st.integers(-(10**20), 10**20).map(str),
)
SLOW = {"/api/outlook", "/api/outlook/backtest", "/api/jobs/{job}/events"}
"""Seconds each; they are asked in the other tests."""


def described() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        return create(Path(folder, "w")).openapi()


PATHS = {
    path: methods["get"] for path, methods in described()["paths"].items() if "get" in methods and path not in SLOW
}


def value(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """A value of a parameter: often as declared, at times not."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    kind = kinds[0]
    if "enum" in kind:
        fit: st.SearchStrategy[str] = st.sampled_from(kind["enum"])
    elif kind.get("type") == "integer":
        fit = st.integers(kind.get("minimum", 0), min(kind.get("maximum", 10**6), 10**6)).map(str)
    elif kind.get("type") == "boolean":
        fit = st.sampled_from(["true", "false"])
    else:
        fit = NASTY
    return st.one_of(fit, fit, NASTY)


@st.composite
def questions(draw: st.DrawFn, path: str, operation: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    asked, query = path, []
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            told = draw(st.one_of(value(each["schema"]), st.sampled_from(["latest", CASE, HTX, "totals.svg"])))
            asked = asked.replace(f"{{{each['name']}}}", quote(told, safe="") or "x")
        elif each["in"] == "query" and (each.get("required") or draw(st.integers(0, 3)) == 0):
            query.append((each["name"], draw(value(each["schema"]))))
    return asked, query


@pytest.mark.parametrize("path", PATHS)
def test_no_question_breaks_it(client: TestClient, path: str):
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
    @given(questions(path, PATHS[path]))
    def ask(question: tuple[str, list[tuple[str, str]]]) -> None:
        asked, query = question
        attempted("hostile requests")
        answer = client.get(asked, params=[*query])
        assert answer.status_code < 500, (asked, query, answer.text)
        if answer.status_code >= 400:
            told = answer.json()["error"]
            assert set(told) == {"kind", "message", "where", "next"}
            assert told["message"]
            assert "\n" not in told["message"]

    ask()


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_no_order_breaks_it(copy: Path):
    client = TestClient(create(copy), base_url="http://localhost")
    verbs = ["trace", "bounds", "backtest", "paths", "load_case", "load_ledger", "cluster", "begin", "erase"]
    names = ["incidents", "case", "seeds", "methods", "at", "begin", "end", "k", "chains", "large", "actor"]
    wrong = st.dictionaries(st.sampled_from(names), JSON, min_size=1, max_size=3)

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(st.one_of(JSON, st.fixed_dictionaries({"verb": st.sampled_from(verbs), "parameters": wrong})))
    def order(body: Any) -> None:
        attempted("hostile requests")
        answer = client.post("/api/jobs", content=json.dumps(body), headers={"content-type": "application/json"})
        assert answer.status_code in (202, 400, 422, 429), (body, answer.text)

    order()


def test_every_group_of_endpoints_is_asked():
    there = {route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    assert len(PATHS) + len(SLOW) >= len(there) - 2
