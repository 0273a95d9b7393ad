"""What a reader who cannot see or point would stumble over, looked for on every page, in light and dark."""

from itertools import pairwise

import pytest

from tests.conftest import ROOT
from tests.web.pages import flows
from tests.web.pages.test_shell import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
RUN = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((one) =>
  `${one.id}: ${one.nodes.slice(0, 3).map((each) => `${each.target} ${each.failureSummary}`).join(" | ")}`))"""


@pytest.fixture(scope="module", name="axe")
def _axe():
    if not AXE.exists():
        pytest.skip("axe is not installed; run: python3 dev frontend")
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_for_everybody(opened, axe, path):
    with opened(path, color_scheme="light") as page:
        levels = page.locator("main :is(h1, h2, h3)").evaluate_all("all => all.map((one) => Number(one.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        page.evaluate(axe)
        assert page.evaluate(RUN) == []
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(RUN) == []
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate(RUN) == []


def test_bait_an_end_and_what_the_trace_said_are_for_everybody(opened, axe):
    with opened(f"/runs/{flows.ENDED}?level=accounts&bait=true") as page:
        page.locator(".remarks").wait_for()
        page.evaluate(axe)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        for name in ("Bait from 1 address outside", "Bank"):
            page.locator(".twin").get_by_role("button", name=name).first.click()
            page.locator(".inspector .back").wait_for()
            assert page.evaluate(RUN) == []


def test_what_opens_is_for_everybody_too(opened, axe):
    with opened("/") as page:
        page.evaluate(axe)
        page.keyboard.press("?")
        assert page.evaluate(RUN) == []
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("coin")
        page.get_by_role("option").first.wait_for()
        assert page.evaluate(RUN) == []
