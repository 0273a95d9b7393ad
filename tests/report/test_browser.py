"""The report in a real browser: no error, no request, as-of switch, keyboard, phone, contrast, names, paper."""

import re
from contextlib import contextmanager
from datetime import date
from itertools import pairwise

import pytest

from dyepack.ledger import load_ledger, totals
from dyepack.report.figures import percent, short
from dyepack.report.thefts import FIRST_YEAR
from tests.conftest import require
from tests.report import pages

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]

CONTRASTS = """() => {
  const parse = (text) => { const p = text.match(/[\\d.]+/g).map(Number); return [p[0], p[1], p[2], p[3] ?? 1]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.unshift(parse(getComputedStyle(e).backgroundColor));
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const own =
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility({ opacityProperty: true }) || element.closest(".sr, script, title")) continue;
    const style = getComputedStyle(element), under = ground(element);
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
    const a = light(over([ink[0], ink[1], ink[2], ink[3] * opacity], under)), b = light(under);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) bad.push(
      `${ratio.toFixed(2)} ${element.tagName} ${element.textContent.trim().slice(0, 40)}`);
  }
  return bad;
}"""

UNNAMED = """() => [...document.querySelectorAll("a, button, input, summary, [role=button], [role=region], [role=img]")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 80))"""

OVERLAPS = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility() && e.textContent)
    .map((e) => [e.textContent, e.getBoundingClientRect()]);
  const hit = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3.5 && b.top < a.bottom - 3.5;
  return boxes.flatMap(([text, a], n) =>
    boxes.slice(n + 1).filter(([, b]) => hit(a, b)).map(([other]) => `${text} | ${other}`));
}"""


@pytest.fixture(scope="module", name="browser")
def _browser():
    program = require("browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module", name="report")
def _report(tmp_path_factory):
    return pages.shipped(tmp_path_factory.mktemp("shipped"))


@contextmanager
def opened(browser, report, **options):
    """The report in a fresh page; leaving it checks that nothing was asked for and nothing was complained of."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options})
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    context.close()
    assert said == []
    assert [url for url in asked if url != report.as_uri()] == []


def plain(text):
    return " ".join(text.split())


def headline(page):
    return plain(page.locator("h1").inner_text())


def test_the_script_draws_what_the_page_came_with(browser, report):
    charts = "[...document.querySelectorAll('svg.chart, #answer, #how-much table')].map((e) => e.outerHTML)"
    with opened(browser, report, java_script_enabled=False) as page:
        still = page.evaluate(charts)
        assert page.locator("#controls").is_hidden()
    with opened(browser, report) as page:
        page.locator("#day").press("Home")
        assert page.evaluate(charts) != still
        page.locator("#day").press("End")
        plain = [re.sub(r' class="[^"]*"| hidden=""', "", html) for html in page.evaluate(charts)]
        assert plain == [re.sub(r' class="[^"]*"| hidden=""', "", html) for html in still]


def test_the_as_of_switch_moves_figures_bars_and_published_marks(browser, report):
    with opened(browser, report) as page:
        cell = page.locator("a.fig[data-set=rule][data-basis=held][data-year='2023']").first
        bar = page.locator(".chart.wide[data-kind=actor] .year[data-year='2023'] rect.held")
        before = cell.inner_text(), bar.get_attribute("height"), headline(page)
        page.get_by_role("button", name="2023-09-14").click()
        held, known = (
            float(
                page.locator(f".chart.wide[data-kind=actor] .year[data-year='2017'] rect.{basis}").get_attribute(
                    "height"
                )
            )
            for basis in ("held", "known")
        )
        assert known > held > 0  # more was known of 2017 that day than the ledger holds of it today
        assert cell.inner_text() == "$292.6 M"
        assert cell.get_attribute("title").replace("\u2009", " ").startswith("292 ")
        assert before[0] != "$292.6 M"
        assert before[1] != bar.get_attribute("height")
        assert before[2] != headline(page)
        lead = plain(page.locator("#answer .lead").first.inner_text())
        with_known = totals(load_ledger(), actor="dprk", rule="R2", as_of=date(2023, 9, 14))
        years = [year for year in with_known.years if year.year >= FIRST_YEAR]
        sums = [sum(getattr(year, basis).usd for year in years) for basis in ("known", "held")]
        assert f"as known on 2023-09-14, add up to {plain(short(sums[0]))}." in headline(page)
        assert f"Of the same days the ledger holds {plain(short(sums[1]))} in " in lead
        assert f"{plain(percent(with_known.held.usd, with_known.all_held.usd))} of all that it holds of them" in lead
        top = page.locator(".chart.wide[data-kind=actor] .year[data-year='2023'] .value").text_content()
        assert top == "260"  # 259.65 M were known of 2023 that day
        others = page.locator("a.fig[data-set=others][data-year='2023']").inner_text()
        assert others == short(sum(y.all_held.usd - y.held.usd for y in years if y.year == 2023))
        printed = page.locator("tr[data-row-year='2023'] .printed li:visible").first.inner_text()
        assert "$340.4 M" in printed
        assert "Chainalysis, 2023-09-14" in printed
        assert page.locator("tr[data-row-year='2024']:visible").count() == 0
        assert page.locator(".year.partial").first.get_attribute("data-year") == "2023"
        page.get_by_role("button", name="2024-12-19").click()
        assert (
            "$660.5 M"
            in page.locator("tr[data-row-year='2023'] .printed li:visible:not(.revised)").all_inner_texts()[0]
        )


def test_the_slider_and_the_rules_work_by_keyboard(browser, report):
    with opened(browser, report) as page:
        day = page.locator("#day")
        latest = page.locator("#day-text").inner_text()
        day.focus()
        page.keyboard.press("ArrowLeft")
        assert page.locator("#day-text").inner_text() < latest
        assert day.get_attribute("aria-valuetext") == page.locator("#day-text").inner_text()
        first = headline(page)
        page.keyboard.press("Tab")
        for _ in range(8):
            if page.evaluate("document.activeElement.name") == "rule":
                break
            page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        assert page.locator("b[data-text=rule]").first.inner_text() == "R3"
        assert headline(page) != first


def test_a_figure_leads_to_the_rows_that_it_sums(browser, report):
    with opened(browser, report) as page:
        page.get_by_role("button", name="2023-09-14").click()
        figure = page.locator("tr[data-row-year='2023'] a.fig[data-set=rule][data-basis=held]").first
        figure.focus()
        page.keyboard.press("Enter")
        rows = page.locator("#y2023 tbody > tr:visible")
        assert rows.count() == 5
        cents = 0
        for title in rows.locator("td:nth-child(3)").evaluate_all("cells => cells.map((cell) => cell.title)"):
            whole, _, part = title.removesuffix(" USD").replace("\u2009", "").partition(".")
            cents += int(whole) * 10**6 + int(part.ljust(6, "0"))
        exact = figure.get_attribute("title").removesuffix(" USD").replace("\u2009", "")
        assert cents == int(exact.partition(".")[0]) * 10**6 + int(exact.partition(".")[2].ljust(6, "0"))
        assert page.evaluate("document.activeElement.closest('#y2023') !== null")
        page.get_by_role("button", name="Show all of 2023").click()
        assert rows.count() > 5


def test_arrow_keys_walk_the_flow_and_the_inspector_explains(browser, report):
    with opened(browser, report) as page:
        flow = page.locator("[data-picture]:visible")
        flow.locator(".place[tabindex='0']").focus()
        names = []
        for _ in range(60):
            names.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
            xs = page.evaluate("Number(document.activeElement.querySelector('rect').getAttribute('x'))")
            page.keyboard.press("ArrowRight")
            if page.evaluate("Number(document.activeElement.querySelector('rect').getAttribute('x'))") == xs:
                break
        assert names[0].startswith("Stolen: $70.5 M")
        assert len(names) > 3
        assert re.search(r"account|HTX|Binance|OKX|0xbae5", names[-1])
        page.keyboard.press("ArrowLeft")
        assert page.locator("#inspector h4").inner_text() != names[-1].split(": ")[0]
        came = page.locator("#inspector details", has_text="came").first
        came.locator("summary").click()
        came.locator("tbody tr").first.wait_for()
        assert flow.locator(".place.chosen").count() == 1


def test_the_other_rule_draws_another_flow(browser, report):
    with opened(browser, report) as page:
        shown = page.locator("[data-picture]:visible")
        assert shown.get_attribute("data-picture").startswith("fifo")
        page.get_by_role("radio", name="haircut").check(force=True)
        assert shown.get_attribute("data-picture").startswith("haircut")


def test_the_skip_link_comes_first_and_focus_is_seen(browser, report):
    with opened(browser, report) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("script", [True, False])
def test_a_phone_is_never_scrolled_sideways(browser, report, script):
    with opened(browser, report, viewport={"width": 360, "height": 780}, java_script_enabled=script) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.locator(".chart.narrow").first.is_visible()
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(browser, report, scheme):
    with opened(browser, report, color_scheme=scheme) as page:
        assert page.evaluate(CONTRASTS) == []
        page.locator("#theme").click()
        page.wait_for_timeout(200)
        assert page.evaluate(CONTRASTS) == []


def test_the_switch_turns_light_to_dark(browser, report):
    with opened(browser, report, color_scheme="light") as page:
        paper = "getComputedStyle(document.body).backgroundColor"
        before = page.evaluate(paper)
        page.get_by_role("button", name="Dark").click()
        assert page.evaluate(paper) != before
        assert page.get_by_role("button", name="Light").is_visible()


def test_controls_regions_and_pictures_have_names_and_headings_have_order(browser, report):
    with opened(browser, report) as page:
        assert page.evaluate(UNNAMED) == []
        levels = page.locator("h1, h2, h3").evaluate_all("found => found.map((e) => Number(e.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.locator("table:not(:has(thead th[scope=col]))").count() == 0


@pytest.mark.parametrize("selector", [".flow .names text, .flow .dates text", ".chart.wide text"])
def test_text_of_a_drawing_does_not_overlap(browser, report, selector):
    with opened(browser, report) as page:
        for chosen in ("latest", "2023-09-14", "2024-12-19"):
            page.get_by_role("button", name=chosen).click()
            page.wait_for_timeout(200)
            assert page.evaluate(OVERLAPS, selector) == []


def test_the_legend_is_always_in_sight(browser, report):
    with opened(browser, report) as page:
        for part in ("#answer", "#case", "#rows", "#limits"):
            page.locator(part).scroll_into_view_if_needed()
            box = page.locator(".legend").bounding_box()
            assert 0 <= box["y"] < 900
        assert page.locator(".legend li").all_inner_texts() == [
            "fact on the chain",
            "result of a rule",
            "statistical",
            "analyst’s decision",
            "somebody’s claim",
            "unknown",
        ]


def test_hostile_names_do_nothing(browser, tmp_path):
    report = pages.hostile(tmp_path)
    with opened(browser, report) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true })")
        for place in page.locator(".place").all():
            place.dispatch_event("click")
        assert page.locator("script").count() == 2
        assert page.locator("img").count() == 0
        assert "<U+202E>" in (page.locator("#y2023").text_content() or "")


def test_paper_has_pages_and_leaves_controls_out(browser, report):
    with opened(browser, report) as page:
        pdf = page.pdf(prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 3
        assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", pdf)
        page.emulate_media(media="print")
        assert not page.locator("#controls").is_visible()
        assert page.locator("svg.flow:visible").count() == 1
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_every_printed_page_carries_the_run(report):
    assert re.search(r'@page\{size:A4;[^}]*content:"dyepack [\d.a-z+]+ · run [0-9a-f]{16}"', report.read_text("utf-8"))
