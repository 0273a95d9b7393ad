"""Schemathesis over the whole description: what it allows and what it does not, each answer held against its schema.

`DYEPACK_EXAMPLES` says how many questions of either kind each operation is asked, for a longer run than the few here.
The positive-data check is left out: a text that is no date fits "a text" and is refused by name.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from starlette.testclient import TestClient

from dyepack.web.app import create
from tests.conftest import attempted
from tests.web.asked import CASE, HTX, MOVED
from tests.web.test_fuzz import described

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: python3 dev setup")
pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("DYEPACK_EXAMPLES", "6"))
DESCRIPTION = schemathesis.openapi.from_dict(described())
OPERATIONS = {one.ok().label: one.ok() for one in DESCRIPTION.get_all_operations()}
THERE = {
    "run": "latest", "slug": CASE, "part": "losses", "address": HTX, "tx_hash": MOVED, "day": "2023-01-14",
    "name": "chainalysis", "picture": "totals.svg",
}  # fmt: skip
"""What a path may name, so that half of the questions are about something."""
COSTLY = {"GET /api/outlook/backtest": 2}
"""Seconds each."""


@pytest.fixture(scope="module")
def asked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server over a copy, for some of the questions write."""
    over_it = create(Path(shutil.copytree(made, tmp_path_factory.mktemp("described") / "copy")))
    yield TestClient(over_it, base_url="http://localhost")
    over_it.state.house.close()


def modes(operation: Any) -> list[Any]:
    """Both kinds of questions, or one where an operation takes nothing that could be wrong."""
    kinds = schemathesis.GenerationMode
    takes = operation.body or operation.query or operation.path_parameters
    return [kinds.POSITIVE, kinds.NEGATIVE] if takes else [kinds.POSITIVE]


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_answers_as_described(asked: TestClient, label: str):
    from schemathesis.specs.openapi.checks import (
        negative_data_rejection,
        positive_data_acceptance,
        unsupported_method,
    )

    operation, seen = OPERATIONS[label], Counter[int]()
    left_out = [positive_data_acceptance, negative_data_rejection, unsupported_method]

    def ask(case: Any, known: bool) -> None:
        if known:
            case.path_parameters = {
                **case.path_parameters,
                **{k: v for k, v in THERE.items() if k in case.path_parameters},
            }
        question = case.as_transport_kwargs(base_url="http://localhost")
        question.pop("cookies", None)
        answer = asked.request(**{"content" if name == "data" else name: each for name, each in question.items()})
        seen[answer.status_code] += 1
        case.validate_response(answer, excluded_checks=left_out)

    for mode in modes(operation):
        settled = settings(
            max_examples=COSTLY.get(label, EXAMPLES),
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
            database=None,
        )
        try:
            settled(given(operation.as_strategy(generation_mode=mode), st.booleans())(ask))()
        except Unsatisfiable:
            assert mode is schemathesis.GenerationMode.NEGATIVE, "nothing fits its own description"
    attempted("questions over the whole description of the API", sum(seen.values()))
    print(f"{label}: {sum(seen.values())} questions, {dict(sorted(seen.items()))}")
    assert seen


def test_the_whole_description_is_asked():
    paths = described()["paths"]
    assert len(OPERATIONS) == sum(len({"get", "post", "put", "delete", "patch"} & set(one)) for one in paths.values())
