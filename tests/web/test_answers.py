"""Every endpoint on the shipped ledger and case: its answer is what it declares, and what the verb itself prints."""

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from dyepack.web.app import ROUTERS
from tests.web.asked import GOOD


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
