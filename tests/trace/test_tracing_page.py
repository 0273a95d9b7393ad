"""The tracing page's example by hand, read from the page and walked."""

import re

import pytest

from dyepack.cli import run
from dyepack.model import UNKNOWN
from dyepack.trace.methods import CONSERVING
from dyepack.trace.request import REASONS
from dyepack.trace.stops import REASON_OF
from tests.conftest import ROOT
from tests.trace import test_cases
from tests.trace.test_walk import at, follow

PAGE = (ROOT / "docs" / "explanation" / "tracing.md").read_text("utf-8")
EXAMPLE = PAGE[PAGE.index("## An example by hand") : PAGE.index("## What came out on real thefts")]


@pytest.mark.parametrize("method", CONSERVING)
@pytest.mark.parametrize("origin", ["theft", UNKNOWN])
def test_the_table_on_the_page_is_what_the_walk_finds(method, origin):
    (drawing,) = re.findall(r"```text\n(.*?)\n```", EXAMPLE)
    rows = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in EXAMPLE.splitlines() if line.startswith("| ")]
    heads, cells = rows[0], rows[1:]
    column = heads.index(f"{'stolen' if origin == 'theft' else 'unknown'}, {method}")
    told = {row[0]: int(row[column]) for row in cells if int(row[column])}
    assert told == at(follow(drawing, method), origin)


REPEATED = PAGE[PAGE.index("## Movements that repeat one another") : PAGE.index("## An example by hand")]


@pytest.mark.parametrize("reading", ["kept", "once"])
def test_both_readings_on_the_page_are_what_the_command_says(reading, tmp_path, capsys):
    """Asked for, each is the first answer; not asked for, it is the sentence beside it."""
    (command,) = re.findall(r"`dyepack (trace --case \S+)`", REPEATED)
    folder, case = tmp_path / "w", ROOT / command.split()[-1]
    assert run(["--workspace", str(folder), "ingest", "case", str(case)]) == 0
    capsys.readouterr()
    said = []
    for asked in ("kept", "once"):
        assert run(["--workspace", str(folder), "trace", "--case", str(case), "--repeated", asked]) == 0
        first, second, *rest = capsys.readouterr().out.splitlines()
        assert second.startswith("If 275 rows that repeat another of their transaction ($41.1 M)")
        said.append(" ".join([first, *rest]) if asked == reading else second)
    (row,) = re.findall(rf"^\| `{reading}` \|(.*)\|$", REPEATED, re.MULTILINE)
    heads = [cell.strip() for cell in REPEATED[REPEATED.index("| reading |") :].splitlines()[0].split("|")[2:-1]]
    cells = dict(zip(heads, (cell.strip() for cell in row.split("|")), strict=True))
    for text in said:
        assert f"of {cells['seeded']}, {cells['came to tagged services']} came to tagged services" in text
        assert f"{cells['came to where the analyst stopped']} came to where the analyst stopped" in text
        assert f"{cells['rests without a tag']} rests at addresses without a tag" in text
    assert any(f"{cells['at']} pay out {cells['of unknown origin']} more" in text for text in said)


@pytest.mark.parametrize(("case", "seeded", "brought"), list(test_cases.BROUGHT))
def test_the_table_of_real_thefts_says_what_the_tests_of_them_say(case, seeded, brought):
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {case}")]
    cells = [cell.strip() for cell in line.strip("| ").split("|")]
    assert cells[1] == f"${seeded / 1e12:.1f} M"
    assert cells[2:] == [f"${brought[m] / 1e12:.1f} M, {100 * brought[m] / seeded:.1f} %" for m in CONSERVING]


def test_every_reason_that_a_stop_can_have_is_explained():
    told = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## Where a trace ends") : PAGE.index("## Slice, then walk")]))
    assert {*REASON_OF.values(), *REASONS, "held", "budget", "fees", "burned", "stolen", "unreached"} <= told
