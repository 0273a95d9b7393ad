"""The tracing page's example by hand, read from the page and walked."""

import re

import pytest

from dyepack.model import UNKNOWN
from dyepack.trace.request import REASONS
from dyepack.trace.stops import REASON_OF
from tests.conftest import ROOT
from tests.trace.test_walk import at, follow

PAGE = (ROOT / "docs" / "explanation" / "tracing.md").read_text("utf-8")
EXAMPLE = PAGE[PAGE.index("## An example by hand") : PAGE.index("## What came out on real thefts")]


@pytest.mark.parametrize("method", ["fifo", "haircut"])
@pytest.mark.parametrize("origin", ["theft", UNKNOWN])
def test_the_table_on_the_page_is_what_the_walk_finds(method, origin):
    (drawing,) = re.findall(r"```text\n(.*?)\n```", EXAMPLE)
    rows = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in EXAMPLE.splitlines() if line.startswith("| ")]
    heads, cells = rows[0], rows[1:]
    column = heads.index(f"{'stolen' if origin == 'theft' else 'unknown'}, {method}")
    told = {row[0]: int(row[column]) for row in cells if int(row[column])}
    assert told == at(follow(drawing, method), origin)


def test_every_reason_that_a_stop_can_have_is_explained():
    told = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## Where a trace ends") : PAGE.index("## Slice, then walk")]))
    assert {*REASON_OF.values(), *REASONS, "held", "budget", "fees", "burned", "stolen", "unreached"} <= told
