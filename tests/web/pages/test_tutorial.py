"""What the tutorial says that one sees, one sees."""

import pytest

from tests.conftest import ROOT
from tests.web.pages.conftest import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]
PAGE = ROOT / "docs/tutorial/02-workbench.md"


def said(text: str) -> str:
    """A figure of the tutorial, which it has to have, as the pages write it."""
    assert text in " ".join(PAGE.read_text(encoding="utf-8").split()), f"the tutorial does not say {text}"
    return text


def plain(locator) -> str:
    return " ".join(locator.inner_text().split())


def test_the_walk_of_the_tutorial(opened):
    with opened("/") as page:
        assert said("$4 445.9 M") in plain(page.locator("h1"))
        exact = page.locator("h1 .figure").get_attribute("data-copy")
        assert f"{int(said('4 445 944 742 500 000').replace(' ', '')):d}" == exact
        page.get_by_role("button", name=said("2023-09-14")).click()
        page.locator("a.year.partial[aria-label*='292.6']").first.wait_for()
        said("$292.6 M")
        page.locator("a.year.partial[data-copy='259650000000000']").first.wait_for()
        said("$259.6 M")
        assert page.locator(".mark[data-copy='340400000000000']").count() == 1
        said("$340.4 M")
        base = page.locator("section", has=page.locator("#base"))
        until(lambda: "2023 up to 2023-09-14" in plain(base))
        assert "Ronin" in plain(base)
        known, held, without = (part[:1] for part in plain(base).split("(")[1:] if part[:1] in "+−")
        assert (known, held, without) == ("−", "−", "+")
    with opened("/") as page:
        page.keyboard.press("/")
        page.keyboard.type("CoinEx")
        page.keyboard.press("Enter")
        page.locator(".claims").wait_for()
        assert page.locator(".claims tbody tr").count() == 10
        lead = plain(page.locator(".lead"))
        assert said("$27.0 M") in lead
        assert said("$70.0 M") in lead
        assert said("$54.5 M") in plain(page.locator("h1"))
        assert "stake" in page.locator(".shared").inner_text()
    with opened("/address/0x28c6c06298d514db089934071355e5743bf21d60") as page:
        assert said("Binance 14") in plain(page.locator("h1"))
        assert said("14 091 651.35") in plain(page.locator("#sums ~ div"))
        assert page.locator("#counterparties ~ div tbody tr").count() == 9
        page.locator("#indirect").scroll_into_view_if_needed()
        page.get_by_role("region", name="Where it began").wait_for(timeout=60_000)
        assert said("35.8 %") in plain(page.locator("section", has=page.locator("#indirect")))
        assert "not tagged" in plain(page.get_by_role("region", name="Exposures"))
