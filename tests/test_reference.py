"""Pages of the reference that the code writes say what the code says."""

import importlib
import runpy

import pytest

from tests.conftest import ROOT

PAGES: dict[str, str] = runpy.run_path(str(ROOT / "dev"))["PAGES"]


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_fresh(page: str) -> None:
    fresh = importlib.import_module(PAGES[page]).reference()
    assert (ROOT / page).read_text(encoding="utf-8") == fresh, "run: python3 dev docs"
