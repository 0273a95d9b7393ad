"""The page and the schemas of the format are made from the models, and the page's example is a good file."""

import os
from pathlib import Path

import pytest

from dyepack.ledger import load_ledger
from dyepack.ledger.format import EXAMPLE, FILES, reference, schema
from tests.conftest import ROOT

REFERENCE = ROOT / "docs" / "reference"
PAGES = {"incident-format.md": reference(), **{f"{name}.schema.json": schema(name) for name in FILES}}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_fresh(name: str):
    if os.environ.get("DYEPACK_DOCS") == "write":
        (REFERENCE / name).write_text(PAGES[name], encoding="utf-8")
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name], "write it with DYEPACK_DOCS=write"


def test_the_example_loads(tmp_path: Path):
    (tmp_path / "2023-09-04-an-exchange.yaml").write_text(EXAMPLE, encoding="utf-8")
    ledger = load_ledger(tmp_path)
    assert not ledger.rejects
    assert (len(ledger.amounts), len(ledger.attributions), len(ledger.addresses)) == (2, 1, 1)
    assert EXAMPLE in reference()


def test_every_key_has_its_words():
    keys = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(keys) > 50
    assert [line for line in keys if line.rstrip(" |").count("|") < 3] == []
