"""The pages of one theft and of one address: every claim with who said it, every movement with its door."""

import pytest

from tests.web.pages.conftest import until
from tests.web.pages.house import CASE, HOSTILE, JOINED, TAGGED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]
SERVICE = "0x28c6c06298d514db089934071355e5743bf21d60"


def test_claims_stand_side_by_side_and_say_how_they_stand(opened):
    with opened("/incident/2023-09-12-coinex") as page:
        rows = page.locator(".claims tbody tr")
        assert rows.count() == 10
        assert page.locator(".claims tr.agrees").count() >= 5
        low = page.locator(".claims tr.differs", has_text="first public estimate")
        assert "against the middle" in low.inner_text()
        assert "2023-09-12" in low.inner_text()
        history = page.locator(".history li").all_inner_texts()
        assert any("disputed" in one or "assessed" in one for one in history)


def test_claims_that_came_later_are_left_out_of_a_day(opened):
    with opened(f"/incident/{CASE}?as_of=2023-02-01") as page:
        assert "came after 2023-02-01" in page.locator("main").inner_text()
        assert page.locator(".claims tbody tr").count() == 1


def test_two_clocks(opened):
    with opened(f"/incident/{CASE}") as page:
        first = page.locator(".timeline tbody tr").first.inner_text()
        page.get_by_role("button", name="as it was said").click()
        page.wait_for_url("**clock=said**")
        said = page.locator(".timeline tbody tr td:nth-child(2)").all_inner_texts()
        known = [one.removeprefix("read ") for one in said if one != "–"]
        assert known == sorted(known)
        assert page.locator(".timeline tbody tr").first.inner_text() != first


def test_shared_addresses_lead_to_the_other_theft(opened):
    with opened("/incident/2023-09-12-coinex") as page:
        assert "not by itself to the same thief" in page.locator("section", has=page.locator("#shared")).inner_text()
        page.locator(".shared").get_by_role("link", name="2023-09-04-stake").first.click()
        page.wait_for_url("**/incident/2023-09-04-stake")
        page.locator("h1", has_text="Stake").wait_for()


def test_a_traced_theft_leads_to_its_run_and_one_that_is_not_to_the_command(opened):
    with opened(f"/incident/{CASE}") as page:
        link = page.get_by_role("link", name="Follow the money")
        assert link.get_attribute("href").startswith("/runs/")
        assert page.locator(".steps li").count() == 7
    with opened("/incident/2023-09-12-coinex") as page:
        assert "dyepack trace" in page.locator("section", has=page.locator("#traces")).inner_text()


def test_an_address_tells_tags_sums_hours_and_counterparties(opened):
    with opened(f"/address/{SERVICE}") as page:
        assert "is said to be Binance 14" in " ".join(page.locator("h1").inner_text().split())
        assert "in force" in page.locator(".tags").inner_text()
        sums = page.get_by_role("region", name="Sums").locator(".figure")
        assert sums.first.get_attribute("data-copy") == "14091651350000"
        paid = [int(x.get_attribute("data-copy")) for x in page.locator("#counterparties ~ div .figure").all()]
        assert sum(paid) == 14091651350000
        assert "100.0 %" in page.get_by_role("region", name="Exposures").inner_text()
        dots = page.locator(".hours circle").evaluate_all("all => all.map((one) => Number(one.dataset.copy))")
        assert sum(dots) == 51
        page.get_by_role("button", name="next").last.click()
        page.get_by_text("26–50 of 51").wait_for()
        page.locator("#counterparties ~ div .address a").first.click()
        until(lambda: not page.url.endswith(SERVICE))


def test_indirect_exposure_adds_up_and_says_what_it_cut(opened):
    with opened(f"/address/{SERVICE}") as page:
        page.locator("#indirect").scroll_into_view_if_needed()
        rows = page.get_by_role("region", name="Where it began").locator("tbody tr")
        rows.first.wait_for(timeout=60_000)
        section = page.locator("section", has=page.locator("#indirect"))

        def came():
            first = rows.locator("td:nth-child(2) .figure").all()
            return sum(int(each.get_attribute("data-copy")) for each in first)

        assert came() == 14091651350000
        assert "not gone behind" in section.inner_text()
        assert "by haircut" in section.inner_text()
        page.get_by_role("button", name="12", exact=True).click()
        page.get_by_text("Everything was followed").wait_for()
        assert came() == 14091651350000
        assert "steps=12" in page.url
        page.get_by_role("region", name="Where it began").get_by_role("link", name=CASE).click()
        page.wait_for_url(f"**/incident/{CASE}**")


def test_hours_are_walked_by_keyboard(opened):
    with opened(f"/address/{SERVICE}") as page:
        page.locator(".hours circle[tabindex='0']").focus()
        first = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert "UTC:" in first
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") != first
        assert "movement" in page.get_by_role("tooltip").inner_text()


def test_the_days_of_a_theft_are_drawn_walked_and_told(opened):
    with opened(f"/incident/{CASE}") as page:
        marks = page.locator(".drawn [data-key]")
        rows = page.locator(".timeline tbody tr")
        drawn = set(marks.evaluate_all("all => all.map((one) => one.getAttribute('href').slice(1))"))
        assert drawn <= set(rows.evaluate_all("all => all.map((one) => one.id)"))
        assert len(drawn) >= rows.count() - 1
        assert page.locator(".drawn .theft.happened").count() == 1
        page.locator(".drawn [tabindex='0']").focus()
        page.keyboard.press("Home")
        label = "document.activeElement.getAttribute('aria-label')"
        while not page.evaluate(label).startswith("theft, 2022-06-23"):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(label).startswith("money, 2022")
        row = page.evaluate("document.activeElement.getAttribute('href')")
        page.keyboard.press("Enter")
        assert page.locator(row).evaluate("one => one.matches(':target')")
        assert page.locator(".withdrawn").count() == 0
        page.get_by_role("button", name="the first 10", exact=True).click()
        page.wait_for_url("**span=10**")
        assert page.locator(".drawn .arrow").count() > 3


def test_a_transaction_leads_to_its_addresses_and_runs(opened):
    with opened(f"/address/{SERVICE}") as page:
        row = page.locator("#movements ~ div tbody tr").first
        amount = row.locator(".figure").get_attribute("data-copy")
        row.locator("a").last.click()
        page.wait_for_url("**/transaction/**")
        page.locator("h1", has_text="movement").wait_for()
        table = page.get_by_role("region", name="Movements")
        assert amount in table.locator(".figure").evaluate_all("all => all.map((one) => one.dataset.copy)")
        figure = table.locator(f".figure[data-copy='{amount}']").first
        assert figure.inner_text().replace("\u2009", "") == f"${int(amount) / 10**6:.2f}"
        assert "6 decimals" in figure.get_attribute("data-from")
        assert page.locator("dl a[href^='/runs/']").count() == 1
        table.locator(".address a").last.click()
        page.wait_for_url("**/address/**")


def test_why_two_addresses_are_joined_and_what_holds_them(opened):
    first, _, third = JOINED
    with opened(f"/address/{first}?chain=bitcoin") as page:
        assert "3 addresses in one cluster" in page.locator("section", has=page.locator("#cluster")).inner_text()
        page.get_by_label("The other address").fill(third)
        page.get_by_role("button", name="Why?").click()
        steps = page.locator(".why li")
        steps.first.wait_for()
        assert steps.count() == 2
        assert "cospend" in steps.first.inner_text()
        page.get_by_role("button", name="without cospend").click()
        page.get_by_text("into 3 pieces").wait_for()
        assert f"why={third}" in page.url
        steps.last.get_by_role("button", name="what if without it?").click()
        page.get_by_text("into 2 pieces").wait_for()


def test_hostile_names_do_nothing(opened):
    for path in (f"/incident/{HOSTILE}", f"/address/{TAGGED}", "/thefts?actor=all&year=2023"):
        with opened(path) as page:
            assert page.locator("main img").count() == 0
            assert page.evaluate("[...document.scripts].every((one) => one.src)")
            text = page.locator("body").text_content()
            if "thefts" not in path:
                assert "<U+202E>" in text
                assert "<script>alert(1)" in text
            assert "\u202e" not in text
    with opened("/runs") as page:
        page.keyboard.press("/")
        page.keyboard.type("alert(1)")
        page.get_by_role("option").first.wait_for()
        assert "<U+202E>" in page.get_by_role("option").first.inner_text()


def test_tags_that_disagree_both_stand(opened):
    with opened(f"/address/{TAGGED}") as page:
        assert "disagree" in page.locator("section", has=page.locator("#tags")).inner_text()
        assert page.locator(".tags tbody tr").count() == 2
        assert page.get_by_role("link", name=HOSTILE).is_visible()


def test_what_became_of_a_theft_is_a_range_over_the_rules_that_conserve(opened):
    """Poison says how far taint reaches: no least and no most is taken from it."""
    with opened("/incident/2022-06-23-harmony") as page:
        run = page.evaluate("fetch('/api/runs/2022-06-23-harmony').then((answer) => answer.json())")
        methods = [one for one in run["methods"].values() if one["conserved"]]
        page.locator("#traces").scroll_into_view_if_needed()
        table = page.get_by_role("region", name="What became of it")
        table.wait_for()
        row = table.get_by_role("row").filter(has_text="at services")
        shown = [int(each) for each in row.locator(".figure").evaluate_all("all => all.map((e) => e.dataset.copy)")]
        sheets = [sheet for one in methods for sheet in one["sheets"] if sheet["origin"] == "2022-06-23-harmony"]
        at_services = [int(sheet["stopped"].get("service", 0)) for sheet in sheets]
        assert shown == [min(at_services), max(at_services), int(sheets[0]["seeded"])]
