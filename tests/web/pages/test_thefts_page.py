"""Thefts in a real browser against the real server: what the sentence says, what moves, and what leads where."""

import csv
import io
import re
from decimal import Decimal

import pytest

from dyepack.ledger import load_ledger
from dyepack.report.html import render
from dyepack.workspace import Workspace
from tests.web.pages.conftest import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]


def headline(page):
    return " ".join(page.locator("h1").inner_text().split())


def parameters(page):
    return dict(pair.split("=") for pair in page.url.partition("?")[2].split("&") if pair)


def rows(page):
    return int(page.locator(".grid").get_attribute("aria-rowcount")) - 1


def height(page, year, kind="actor.held", chart=0):
    bar = page.locator(".chart").nth(chart).locator(f"a.year[aria-label^='{year}'] rect.{kind}")
    return float(bar.get_attribute("height"))


def test_the_sentence_says_what_the_verb_says(opened, tmp_path):
    with Workspace.open(tmp_path / "w", create=True) as workspace:
        found = workspace.totals(actor="dprk").as_json()
    with opened("/") as page:
        assert " ".join(found["held"]["text"].split()) in headline(page)
        figure = page.locator("h1 .figure")
        assert figure.get_attribute("data-copy") == found["held"]["usd"]
        assert page.title() == "Thefts · dyepack"
        assert page.locator("a.year").first.get_attribute("aria-label").startswith("2017: $84")


def test_the_slider_moves_bars_and_marks_as_they_were_published(opened):
    with opened("/") as page:
        before, now = height(page, "2023"), headline(page)
        page.get_by_role("button", name="2023-09-14").click()
        until(lambda: headline(page) != now)
        assert parameters(page)["as_of"] == "2023-09-14"
        page.get_by_role("button", name="latest").wait_for()
        assert page.locator("a.year.partial").first.get_attribute("aria-label").startswith("2023, up to 2023-09-14")
        assert height(page, "2023") < before
        assert height(page, "2017", "actor.known") > height(page, "2017", "actor.held") > 0
        printed = ".mark[data-copy='340400000000000'][data-from*='Chainalysis, published 2023-09-14']"
        assert page.locator(printed).count() == 1
        assert page.locator(".mark[data-from*='published 2024']").count() == 0
        page.get_by_role("button", name="latest").click()
        page.locator(f"{printed}.revised").wait_for()
        assert "revised since" in page.locator(printed).get_attribute("data-from")


def test_arrows_go_from_one_printed_figure_to_the_next(opened):
    with opened("/?as_of=2023-09-14") as page:
        slider = page.locator("#day")
        slider.focus()
        page.keyboard.press("ArrowRight")
        after = slider.get_attribute("aria-valuetext")
        days = {total.known_by.isoformat() for total in load_ledger().totals}
        assert after > "2023-09-14"
        assert after in days
        page.keyboard.press("Shift+ArrowLeft")
        assert slider.get_attribute("aria-valuetext") < after
        page.keyboard.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") in days


def test_rule_and_publisher_are_switches(opened):
    with opened("/") as page:
        first = headline(page)
        page.get_by_role("group", name="Counting rule").get_by_role("button", name="R3").click()
        until(lambda: headline(page) != first)
        assert parameters(page)["rule"] == "R3"
        page.get_by_label("Printed by").select_option("Chainalysis")
        page.locator(".publisher", has_text="Thefts that anybody assesses").wait_for()
        names = page.locator(".marks .mark").evaluate_all("marks => marks.map((one) => one.dataset.from.split(',')[0])")
        assert set(names) == {"“Chainalysis"}
        page.get_by_text("Its figures beside ours").click()
        assert page.locator(".publisher tbody tr").count() > 5


def test_a_bar_leads_to_its_thefts_and_the_link_to_the_same_view(opened):
    with opened("/") as page:
        bar = page.locator("a.year[aria-label^='2022']").first
        (thefts,) = map(int, re.findall(r"(\d+) thefts?;", bar.get_attribute("aria-label")))
        bar.focus()
        page.keyboard.press("Enter")
        page.locator("#rows", has_text="2022").wait_for()
        page.locator(f".grid[aria-rowcount='{thefts + 1}']").wait_for()
        link = page.url
    with opened(link) as page:
        assert page.locator(".grid").get_attribute("aria-rowcount") == str(thefts + 1)
        assert page.locator("a.year.chosen").count() == 2
        dates = page.locator(".grid-body [role=row] > :first-child").all_inner_texts()
        assert dates
        assert all(date.startswith("2022") for date in dates)


def test_filters_stand_in_the_url_and_sorting_is_the_server_s(opened):
    with opened("/thefts?actor=all") as page:
        total = rows(page)
        assert total > 700
        assert page.locator(".grid-body [role=row]").count() < 60
        filters = page.get_by_role("form", name="Narrow charts and rows")
        filters.scroll_into_view_if_needed()
        filters.get_by_label(re.compile("^Chain")).select_option("tron")
        filters.get_by_label("At least").select_option("1e7")
        until(lambda: rows(page) < 20)
        assert parameters(page) == {"actor": "all", "chain": "tron", "min": "1e7"}
        page.get_by_role("button", name="Taken").click()
        page.locator("[role=columnheader][aria-sort=descending]", has_text="Taken").wait_for()
        page.wait_for_load_state("networkidle")
        sums = [int(each.get_attribute("data-copy")) for each in page.locator(".grid-body .figure").all()]
        assert sums == sorted(sums, reverse=True)
        assert min(sums) >= 10**13
        filters.get_by_role("button", name="Clear").click()
        until(lambda: rows(page) == total)


def test_a_printed_figure_leads_to_its_year_and_publisher(opened):
    with opened("/?as_of=2023-09") as page:
        assert page.locator("#day").get_attribute("aria-valuetext") == "2023-09-30"
        page.locator(".mark[data-copy='340400000000000'] .grasp").first.click()
        page.locator(".publisher").wait_for()
        assert parameters(page) == {"as_of": "2023-09", "year": "2023", "publisher": "Chainalysis"}
        page.get_by_text("The figures of the chart as a table").click()
        table = page.get_by_role("region", name="Figures of the chart")
        assert "$340.4 M" in " ".join(table.get_by_role("row", name="2023 to").inner_text().split())


def focused(page, name="aria-label"):
    return page.evaluate(f"document.activeElement.getAttribute('{name}')")


def test_the_chart_is_one_stop_and_the_arrows_walk_it(opened):
    with opened("/?as_of=2023-09-14") as page:
        chart = page.locator(".chart svg").first
        assert chart.locator("[tabindex='0']").count() == 1
        chart.locator("[tabindex='0']").focus()
        page.keyboard.press("End")
        while not focused(page).startswith("2023, up to"):
            page.keyboard.press("ArrowLeft")
        for _ in range(9):
            page.keyboard.press("ArrowUp")
        assert re.match(r".* printed \$[\d\s.]+ M for 2023 up to .*, published 2023", focused(page))
        assert page.get_by_role("tooltip").locator("b").inner_text().endswith("USD")
        while "Chainalysis" not in focused(page):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.locator(".publisher").wait_for()
        assert parameters(page) == {"as_of": "2023-09-14", "year": "2023", "publisher": "Chainalysis"}
        assert rows(page) > 0


def test_one_figure_of_a_day_on_page_api_and_report(opened):
    """What a person reads first of a day is what was known on it; every place that shows it has it from one answer."""
    with opened("/?as_of=2023-09-14&year=2023") as page:
        answer = page.evaluate("fetch('/api/totals?actor=dprk&as_of=2023-09-14').then((a) => a.json())")
        year = next(one for one in answer["years"] if one["year"] == 2023)
        known, held = year["known"], year["held"]
        assert (known["usd"], held["usd"]) == ("259650000000000", "292650000000000")
        assert page.locator("h1 .figure").get_attribute("data-copy") == known["usd"]
        assert "as known on 2023-09-14" in headline(page)
        bar = page.locator("a.year.partial").first
        assert bar.get_attribute("data-copy") == known["usd"]
        assert bar.get_attribute("aria-label").startswith("2023, up to 2023-09-14: $259.6 M known on 2023-09-14")
        assert "held today $292.6 M" in bar.get_attribute("data-from")
        lead = " ".join(page.locator(".lead").first.inner_text().split())
        assert "the ledger holds $292.6 M in 5 thefts today" in lead
        assert f"{100 * year['share_held']:.1f} % of all that the ledger holds of 2023" in lead
    with opened("/") as page:
        answer = page.evaluate("fetch('/api/totals?actor=dprk').then((a) => a.json())")
        share = f"{100 * answer['share_held']:.1f} % of all that the ledger holds"
        assert share in headline(page)
    assert share in " ".join(re.sub("<[^>]+>", "", render(load_ledger())).split())


def test_what_is_seen_is_what_is_exported(opened):
    with opened("/?as_of=2023-09-14&publisher=Chainalysis") as page:
        page.get_by_role("group", name="Scale of the charts").get_by_role("button", name="log").click()
        page.get_by_label("Ranges").uncheck()
        until(lambda: page.locator(".chart .whisker").count() == 0)
        assert parameters(page)["scale"] == "log"
        for chart, what in ((0, "totals"), (1, "others")):
            link = page.locator("figcaption").nth(chart).get_by_role("link", name="SVG").get_attribute("href")
            asked = dict(pair.split("=") for pair in link.partition("?")[2].split("&"))
            assert link.startswith(f"/api/charts/{what}.svg?")
            wanted = {"scale": "log", "ranges": "false", "publisher": "Chainalysis", "as_of": "2023-09-14"}
            assert {**asked, **wanted} == asked
            years = (
                page.locator(".chart")
                .nth(chart)
                .locator("a.year")
                .evaluate_all("all => all.map((a) => a.dataset.year)")
            )
            assert (asked["first"], asked["last"]) == (years[0], years[-1])
        with page.expect_download() as saved:
            page.locator("figcaption").first.get_by_role("link", name="CSV").click()
        lines = list(csv.DictReader(io.StringIO(saved.value.path().read_text())))
        bars = (
            page.locator(".chart")
            .first.locator("a.year")
            .evaluate_all("all => all.map((a) => [a.dataset.year, a.dataset.copy])")
        )
        told = {line["year"]: int(Decimal(line["known_usd"]) * 10**6) for line in lines if line["known_usd"]}
        assert {year: told.get(year, 0) for year, _ in bars} == {year: int(copy) for year, copy in bars}
        assert {line["publisher"] for line in lines} == {"", "Chainalysis"}


def test_filters_narrow_the_charts_with_the_rows(opened):
    with opened("/thefts") as page:
        before, whole = headline(page), rows(page)
        filters = page.get_by_role("form", name="Narrow charts and rows")
        filters.get_by_label("From").fill("2022-13")
        assert filters.get_by_label("From").get_attribute("aria-invalid") == "true"
        filters.get_by_label("From").fill("2022")
        filters.get_by_label("To", exact=True).fill("2022-06")
        until(lambda: 0 < rows(page) < whole and "to=2022-06" in page.url)
        until(lambda: "that pass the filters" in headline(page) and headline(page) != before)
        assert page.locator(".marks .mark").count() == 0
        dates = page.locator(".grid-body [role=row] > :first-child")
        until(lambda: all("2022-01-01" <= date <= "2022-06-30" for date in dates.all_inner_texts()))
        figures, whole_sum = page.locator(".grid-body .figure"), page.locator("h1 .figure")
        copied = "all => all.map(each => each.dataset.copy)"
        until(lambda: whole_sum.get_attribute("data-copy") == str(sum(map(int, figures.evaluate_all(copied)))))
        filters.get_by_label("Words").fill("no such theft at all")
        page.get_by_text("There is nothing to draw").wait_for()


def test_the_slider_moves_figures_while_it_is_drawn(opened):
    with opened("/") as page:
        box = page.locator("#day").bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] - 8, middle)
        page.mouse.down()
        seen = set()
        for step in range(1, 13):
            page.mouse.move(box["x"] + box["width"] * (1 - 0.05 * step), middle)
            page.wait_for_timeout(60)
            seen.add(headline(page))
        assert len(seen) >= 3
        page.mouse.up()


def test_rows_far_down_are_fetched_when_they_come_into_sight(opened):
    with opened("/thefts?actor=all&sort=date") as page:
        page.locator(".grid-scroll").evaluate("box => { box.scrollTop = box.scrollHeight }")
        last = page.locator(".grid-body [role=row]").last
        until(lambda: last.get_attribute("aria-rowindex") == page.locator(".grid").get_attribute("aria-rowcount"))
        last.locator("a").first.wait_for()


def test_arrows_walk_the_rows(opened):
    with opened("/thefts?actor=all") as page:
        page.locator("[aria-rowindex='2'] a").first.focus()
        for _ in range(3):
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(40)
        assert page.evaluate("document.activeElement.closest('[aria-rowindex]').getAttribute('aria-rowindex')") == "5"
        page.keyboard.press("Enter")
        page.wait_for_url("**/incident/**")


def test_what_is_seen_can_be_taken_along(opened):
    with opened("/?as_of=2023-09-14&year=2023") as page:
        for name, start in (("CSV", b"\xef\xbb\xbf"), ("Parquet", b"PAR1")):
            with page.expect_download() as saved:
                page.locator("#rows ~ p").get_by_role("link", name=name, exact=True).click()
            body = saved.value.path().read_bytes()
            assert body.removeprefix(start)[:8] == b"incident" or body.startswith(b"PAR1")
        for name, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
            with page.expect_download() as saved:
                page.locator("figcaption").first.get_by_role("link", name=name).click()
            assert saved.value.path().read_bytes().startswith(start)


def test_base_effect_and_outlook_are_told_with_their_doubts(opened):
    with opened("/?as_of=2024-12-19") as page:
        base = page.locator("section", has=page.locator("#base"))
        assert "+84.7 %" in base.inner_text()
        assert "Poloniex" in base.inner_text()
        ahead = page.locator("section", has=page.locator("#ahead"))
        ahead.scroll_into_view_if_needed()
        ahead.locator(".chances").wait_for(timeout=60_000)
        said = ahead.inner_text()
        assert "chance that 2024 passes" in said
        assert "at 90 %" in said
        assert "how often years passed it" in said
        ahead.locator("summary").click()
        assert ahead.locator("details tbody tr").count() > 5
        panels = ahead.locator(".panel svg")
        assert panels.count() == 3
        for name, label in zip(("the model", "how often years passed it", "as last year"), panels.all(), strict=True):
            said = label.get_attribute("aria-label")
            assert said.startswith(f"Calibration, {name}: said ")
            assert label.locator("circle").count() == said.count("came true") == label.locator(".interval").count() > 0
        ahead.get_by_label("More than").fill("5e8")
        ahead.get_by_role("button", name="Ask").click()
        page.get_by_text("has passed").wait_for(timeout=60_000)
        assert parameters(page)["threshold"] == "5e8"
