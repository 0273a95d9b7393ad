"""Make the tutorial's pictures: `.venv/bin/python -m tests.web.pages.pictures`; look at them before you commit them.

They are kept small: the same machine may draw a letter differently tomorrow, so no test compares them.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.conftest import ROOT
from tests.web.pages.conftest import FLAGS
from tests.web.pages.house import CASE, build, served

SHELF = ROOT / "docs/tutorial"
SIZE: Any = {"width": 1120, "height": 700}


def thefts(page: Any) -> None:
    """The page as it opens."""
    page.goto("/")
    page.locator("a.year").first.wait_for()


def september(page: Any) -> None:
    """The slider on the day of the news, a publisher chosen, the charts in sight."""
    page.goto("/?as_of=2023-09-14&publisher=Chainalysis")
    page.locator(".publisher").wait_for()
    page.locator(".as-of").evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 70)")
    page.locator(".mark[data-copy='340400000000000']").hover()


def coinex(page: Any) -> None:
    """Claims side by side."""
    page.goto("/incident/2023-09-12-coinex")
    page.locator(".claims").wait_for()


def money(page: Any) -> None:
    """Where the money of the case went."""
    page.goto(f"/runs/{CASE}")
    page.locator("canvas").first.wait_for()


def deposit(page: Any) -> None:
    """The address of an exchange at which some of it arrived."""
    page.goto("/address/0x28c6c06298d514db089934071355e5743bf21d60")
    page.locator(".hours").wait_for()
    page.locator("#sums").evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 70)")


PICTURES = {"workbench-thefts": thefts, "workbench-september": september, "workbench-coinex": coinex}
PICTURES |= {"workbench-money": money, "workbench-deposit": deposit}


def main() -> None:
    """Draw all of them, in light."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(build(Path(folder), ("all",))) as url:
            for name, show in PICTURES.items():
                page = browser.new_page(viewport=SIZE, base_url=url, color_scheme="light", reduced_motion="reduce")
                show(page)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(400)
                page.screenshot(path=SHELF / f"{name}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
