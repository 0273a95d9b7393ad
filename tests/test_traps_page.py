"""The page of traps names a test for each: every one of them is there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/reference/traps.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


def test_every_test_that_the_page_names_is_there() -> None:
    missing = [f"{path}::{name}" for path, name in NAMED if name not in names_in(path)]
    assert not missing


def test_every_trap_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith(("| the trap", "|---"))]
    assert len(rows) > 30
    assert [row for row in rows if "::test_" not in row] == []
