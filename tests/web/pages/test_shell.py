"""The frame of the workbench: search, keys, exact figures, dress, clocks, and states that say what is next."""

import pytest

from tests.web.pages import flows
from tests.web.pages.conftest import until
from tests.web.pages.house import CASE, HOSTILE, JOINED, TAGGED, weight

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]
TRANSACTION = "0x5fc993ded533a51fa7721159aa8cb77f4681c96c79e8b82f20da196ecad4bb6e"
SERVICE = "0x28c6c06298d514db089934071355e5743bf21d60"
PAGES = {
    "thefts": "/",
    "incident": f"/incident/{CASE}",
    "address": f"/address/{SERVICE}",
    "cluster": f"/address/{JOINED[0]}?chain=bitcoin&why={JOINED[2]}&without=cospend",
    "transaction": f"/transaction/{TRANSACTION}",
    "actor": "/actor/lazarusgroup",
    "runs": "/runs",
    "trace": f"/runs/{CASE}",
    "trace through a swap": f"/runs/{flows.SWAPPED}?level=accounts",
    "hostile trace": f"/runs/{flows.THEFT}",
    "balance": f"/runs/{CASE}/balance",
    "cases": "/cases",
    "hostile incident": f"/incident/{HOSTILE}",
    "hostile address": f"/address/{TAGGED}",
}


def test_search_finds_by_keyboard(opened):
    with opened("/runs") as page:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
        page.keyboard.type("harmony")
        page.get_by_role("option", name="Harmony Horizon Bridge").wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/incident/{CASE}")
        page.keyboard.press("/")
        page.keyboard.type(SERVICE)
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/address/{SERVICE}**")
        page.keyboard.press("/")
        page.keyboard.type("nobody at all")
        page.get_by_text("Nothing is known of").wait_for()


def test_keys_are_told_and_go_places(opened):
    with opened("/runs") as page:
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        assert "go to Thefts" in dialog.inner_text()
        page.keyboard.press("Escape")
        assert dialog.is_hidden()
        page.keyboard.press("g")
        page.keyboard.press("t")
        until(lambda: page.title() == "Thefts · dyepack")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body")


def test_a_figure_is_exact_on_focus_and_is_copied_as_an_integer(opened):
    with opened(f"/incident/{CASE}", permissions=["clipboard-read", "clipboard-write"]) as page:
        figure = page.locator("h1 .figure")
        figure.focus()
        tip = page.get_by_role("tooltip")
        assert tip.locator("b").inner_text().replace("\u2009", " ") == "100 000 000 USD"
        page.keyboard.press("c")
        page.get_by_role("status").get_by_text("copied 100000000000000").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == "100000000000000"
        figure.hover()
        assert "comparable claims" in tip.inner_text()


def test_a_shortened_address_is_whole_when_it_is_copied(opened):
    with opened(f"/address/{SERVICE}", permissions=["clipboard-read", "clipboard-write"]) as page:
        short = page.locator("table .address.short").first
        whole = short.locator("a").get_attribute("data-copy")
        chosen = """element => {
            const range = document.createRange();
            range.selectNodeContents(element);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return getSelection().toString();
        }"""
        assert short.locator("a").evaluate(chosen) == whole
        page.keyboard.press("Control+c")
        assert page.evaluate("navigator.clipboard.readText()") == whole
        assert len(whole) == 42


def test_look_alikes_look_different(opened):
    with opened(f"/address/{SERVICE}") as page:
        pictures = page.locator("#counterparties ~ div .icon path").evaluate_all(
            "all => all.map((one) => one.getAttribute('d'))"
        )
        assert len(set(pictures)) == len(pictures) > 5


def test_light_dark_and_the_system(opened):
    paper = "getComputedStyle(document.body).backgroundColor"
    with opened("/runs", color_scheme="dark") as page:
        dark = page.evaluate(paper)
        page.get_by_role("button", name="Light or dark").click()
        light = page.evaluate(paper)
        assert light != dark
        page.reload()
        assert page.evaluate(paper) == light
        page.keyboard.press("t")
        assert page.evaluate(paper) == dark


def test_utc_is_always_there_and_local_time_beside_it(opened):
    with opened("/runs", timezone_id="Asia/Tokyo") as page:
        assert "UTC" in page.locator("tbody time").first.inner_text()
        assert "GMT+9" not in page.locator("tbody time").first.inner_text()
        page.keyboard.press("l")
        moment = page.locator("tbody time").first.inner_text()
        assert "UTC" in moment
        assert "GMT+9" in moment


def test_as_of_and_rule_go_along(opened):
    with opened("/?as_of=2023-09-14&rule=R1") as page:
        page.locator(".grid-body a").first.click()
        page.wait_for_url("**/incident/**")
        assert "as_of=2023-09-14" in page.url
        assert "rule=R1" in page.url
        page.go_back()
        until(lambda: page.title() == "Thefts · dyepack")
        box = page.get_by_label("As of").first
        box.fill("2022-03")
        page.keyboard.press("Enter")
        page.wait_for_url("**as_of=2022-03-31**")


def test_what_is_not_there_says_what_is_next(opened):
    with opened("/nowhere") as page:
        assert "Nothing is at /nowhere" in page.locator("main").inner_text()
        page.get_by_role("link", name="Go to Thefts").click()
        until(lambda: page.title() == "Thefts · dyepack")
    with opened("/incident/2020-01-01-nobody", complains=True) as page:
        assert "did you mean" in page.get_by_role("alert").inner_text()
    with opened("/thefts?year=1999") as page:
        assert "No theft in the ledger is like this" in page.locator("main").inner_text()


def test_the_legend_is_always_in_sight(opened):
    with opened(f"/incident/{CASE}") as page:
        for place in ("#claims", "#timeline", "#sources"):
            page.locator(place).scroll_into_view_if_needed()
            box = page.locator(".legend").bounding_box()
            assert 0 <= box["y"] < 800
        assert len(page.locator(".legend li").all_inner_texts()) == 6


def test_paper_leaves_controls_out(opened):
    with opened(f"/incident/{CASE}", color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert page.locator(".top").is_hidden()
        assert page.locator(".rail").is_hidden()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_first_load_is_small_as_it_is_sent(opened):
    with opened("/runs") as page:
        page.goto("about:blank")
        assert weight(page, "/") < 200_000
