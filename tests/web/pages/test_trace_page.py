"""The Trace and Balance pages: picture and words agree, every change can be undone, and a case file opens the same."""

import csv
import io
import json
from hashlib import sha256
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest

from tests.web.pages import flows
from tests.web.pages.conftest import until
from tests.web.pages.house import CASE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]
TRACE = f"/runs/{CASE}"
PIXEL = """() => {
  const canvas = document.querySelector("canvas.stage");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0;
  for (let n = 3; n < data.length; n += 4) if (data[n] > 0) drawn += 1;
  return drawn;
}"""


def query(page):
    return parse_qs(page.evaluate("location.search")[1:])


def chosen(page):
    return page.locator("#walked").inner_text()


def walk(page, *keys):
    page.locator(".walker").focus()
    for key in keys:
        page.keyboard.press(key)


def rows_of(page):
    return page.locator(".inspector .rows > li").count()


def test_the_page_opens_with_the_answer_and_a_picture(opened):
    with opened(TRACE) as page:
        assert "had reached" in page.locator("h1").inner_text()
        until(lambda: page.evaluate(PIXEL) > 20_000)
        ends = page.locator(".ends button").all_inner_texts()
        assert any("HTX" in text for text in ends)
        sums = page.locator(".sum tr").all_inner_texts()
        assert sums[-1].split("\t")[-1] == sums[0].split("\t")[-1] == "$70.5 M"


def test_arrows_walk_the_flow_and_e_explains_it(opened):
    with opened(TRACE) as page:
        walk(page, "ArrowRight")
        assert "start" in chosen(page)
        walk(page, "ArrowRight")
        assert chosen(page).startswith("Ribbon from 2022-06-23-harmony")
        walk(page, "ArrowRight", "ArrowRight")
        assert chosen(page).startswith("Ribbon")
        page.locator(".inspector .adds").wait_for()
        assert "sum to" in page.locator(".adds").inner_text()
        assert "do not" not in page.locator(".adds").inner_text()
        page.locator(".inspector .rows > li").first.wait_for()
        page.keyboard.press("e")
        page.locator(".chains .chain").first.wait_for()
        assert "another may be as good" in page.locator(".chains").first.inner_text()


def test_the_rule_changes_the_figures_and_not_the_places(opened):
    with opened(TRACE) as page:
        before = page.locator(".ends button").all_inner_texts()
        places = page.locator(".twin summary").inner_text()
        page.get_by_role("button", name="Haircut", exact=True).click()
        until(lambda: page.locator(".ends button").all_inner_texts() != before)
        assert query(page)["method"] == ["haircut"]
        assert page.locator(".twin summary").inner_text() == places


def test_an_end_opens_and_folds_and_all_of_it_is_undone(opened):
    with opened(TRACE) as page:
        summary = page.locator(".twin summary")
        before = summary.inner_text()
        page.locator(".ends button", has_text="HTX").click()
        page.keyboard.press("Enter")
        until(lambda: summary.inner_text() != before)
        assert query(page)["open"] == ["service:huobi"]
        page.keyboard.press("f")
        until(lambda: summary.inner_text() == before)
        page.keyboard.press("z")
        until(lambda: summary.inner_text() != before)
        page.keyboard.press("y")
        until(lambda: summary.inner_text() == before)


def test_filters_say_what_they_hide(opened):
    with opened(TRACE) as page:
        page.get_by_role("button", name="Filter").click()
        page.locator("input.least").fill("1000000")
        page.locator("input.least").press("Enter")
        page.get_by_text("smaller than asked for").wait_for()
        assert query(page)["least"] == ["1000000"]
        page.get_by_label("of unknown origin").check()
        until(lambda: "unknown" in query(page).get("source", []))
        page.get_by_role("button", name="Clear").click()
        until(lambda: "least" not in query(page))


def test_hiding_focusing_and_stepping_away(opened):
    with opened(TRACE) as page:
        page.locator(".ends button", has_text="Binance").click()
        page.get_by_role("button", name="Only what is near").click()
        page.get_by_role("button", name="A step back").wait_for()
        few = page.locator(".twin summary").inner_text()
        page.get_by_role("button", name="A step back").click()
        until(lambda: page.locator(".twin summary").inner_text() != few)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Show all, not only").click()
        page.locator(".ends button", has_text="held").click()
        page.get_by_role("button", name="Hide").click()
        page.get_by_text("Hidden, hidden by hand").wait_for()


def test_a_case_file_keeps_view_notes_colours_and_ways_and_another_opens_the_same(opened, tmp_path):
    with opened(TRACE, accept_downloads=True) as page:
        page.locator(".ends button", has_text="HTX").click()
        page.keyboard.press("w")
        page.get_by_role("button", name="Keep this way").click()
        page.locator(".note summary").click()
        page.get_by_placeholder("What you know").fill("asked them on the 14th")
        page.get_by_role("button", name="amber").click()
        page.get_by_role("button", name="Haircut", exact=True).click()
        until(lambda: "method" in query(page))
        page.keyboard.press("+")
        until(lambda: "eye" in query(page))
        was = {name: query(page)[name] for name in ("sel", "method")}
        page.get_by_role("button", name="Save as a case file").click()
        page.get_by_label("Title").fill("Our <b>case</b>")
        with page.expect_download() as told:
            page.get_by_role("button", name="Save and download").click()
        told.value.save_as(tmp_path / "case.json")
        summary = page.locator(".twin summary").inner_text()
    content = json.loads((tmp_path / "case.json").read_text())
    assert (content["title"], content["view"]["method"]) == ("Our <b>case</b>", "haircut")
    assert content["view"]["way"] == content["ways"][0]["links"]
    assert [(note["text"], note["colour"]) for note in content["notes"]] == [("asked them on the 14th", "amber")]
    with opened("/cases") as page:
        page.get_by_label("Open a case file").set_input_files(tmp_path / "case.json")
        page.wait_for_url("**/runs/**")
        until(lambda: query(page).get("method") == ["haircut"])
        until(lambda: page.locator(".twin summary").inner_text() == summary)
        assert {name: query(page)[name] for name in was} == was
        assert query(page)["eye"] == [content["view"]["eye"]]
        assert "HTX" in page.locator(".inspector h2").inner_text()
        page.get_by_role("button", name="Way off").wait_for()
        page.get_by_role("button", name="All ends").click()
        assert page.get_by_role("button", name="HTX").count() >= 1
        page.locator(".ends button", has_text="HTX").click()
        assert page.get_by_placeholder("What you know").input_value() == "asked them on the 14th"


def test_a_file_that_is_none_or_of_another_run_is_refused_in_one_line(opened, tmp_path):
    wrong = tmp_path / "wrong.json"
    with opened("/cases", complains=True) as page:
        for text, says in (
            ("not json", "which is not JSON"),
            ('{"a": 1}', "expected a case file"),
            (
                json.dumps({"form": "dyepack-case", "form_version": 1, "run": "00", "inputs": {}}),
                "not in this workspace",
            ),
        ):
            wrong.write_text(text)
            page.get_by_label("Open a case file").set_input_files(wrong)
            page.locator(".state.failed", has_text=says).wait_for()


def downloaded(page, form):
    with page.expect_download() as told:
        page.get_by_label("Export what is seen").select_option(form)
    return told.value.path().read_bytes()


def test_what_is_seen_is_exported_in_four_forms(opened):
    with opened(TRACE, accept_downloads=True) as page:
        summary = page.locator(".twin summary").inner_text()
        assert downloaded(page, "png").startswith(b"\x89PNG")
        svg = ET.fromstring(downloaded(page, "svg"))
        assert CASE in (svg.findtext("{http://www.w3.org/2000/svg}title") or "")
        rows = list(csv.DictReader(io.StringIO(downloaded(page, "csv").decode())))
        assert f"{len(rows)} ribbons" in summary
        assert sum(int(row["amount"]) for row in rows if row["to_name"] == "Binance 14") == 12_536_150_240_000
        graph = ET.fromstring(downloaded(page, "graphml"))
        assert len(graph.findall(".//{*}edge")) == len(rows)


def test_names_from_outside_are_text_in_picture_inspector_and_files(opened):
    with opened(f"/runs/{flows.THEFT}", accept_downloads=True) as page:
        assert "<img" in page.locator(".ends").inner_text()
        assert "\u202e" not in page.locator("main").inner_text()
        assert "<U+202E>" in page.locator(".ends").inner_text()
        svg = downloaded(page, "svg")
        assert b"<img" not in svg
        ET.fromstring(downloaded(page, "graphml"))


def test_conversions_crossings_mixers_and_bait_have_marks(opened):
    with opened(f"/runs/{flows.SWAPPED}?level=accounts") as page:
        signs = page.locator(".signs").inner_text()
        for sign in ("conversion", "crossing", "mixer"):
            assert sign in signs
        page.locator(".twin summary").click()
        until(lambda: "ETH → USDC" in page.locator(".twin").inner_text())
    with opened(f"/runs/{flows.THEFT}?level=accounts") as page:
        page.locator(".twin summary").click()
        page.locator(".twin").get_by_role("button", name="a", exact=True).first.click()
        assert "1 movement of bait" in page.locator(".inspector").inner_text()


def picture(page):
    """The picture as it is seen, short enough to be compared when it differs."""
    return sha256(page.locator("canvas.stage").screenshot()).hexdigest()


def eye(page):
    return query(page).get("eye", [""])[0]


def test_zooming_and_panning_move_the_picture_and_a_link_to_it_opens_the_same(opened):
    with opened(TRACE) as page:
        until(lambda: page.evaluate(PIXEL) > 20_000)
        seen = picture(page)
        page.keyboard.press("+")
        until(lambda: eye(page))
        near = picture(page)
        assert near != seen
        before, box = eye(page), page.locator("canvas.stage").bounding_box()
        page.mouse.move(box["x"] + 300, box["y"] + 250)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 200, steps=4)
        page.mouse.up()
        page.mouse.move(0, 0)
        page.wait_for_timeout(200)  # the eye is told when it has come to rest
        assert eye(page) != before
        moved, address = eye(page), page.evaluate("location.href")
        assert picture(page) != near
        page.keyboard.press("0")
        until(lambda: not eye(page))
        assert picture(page) == seen
    with opened(address) as page:
        until(lambda: page.evaluate(PIXEL) > 20_000)
        assert picture(page) != seen
        walk(page, "Shift+ArrowLeft")
        until(lambda: eye(page) != moved)
        walk(page, "Shift+ArrowRight")
        until(lambda: [float(n) for n in eye(page).split(",")] == pytest.approx([float(n) for n in moved.split(",")]))


def test_a_view_that_cannot_be_says_why_in_one_line(opened):
    with opened(f"{TRACE}?method=guess", complains=True) as page:
        page.locator(".state.failed", has_text="has no method 'guess'").wait_for()


def test_bait_is_shown_where_it_is_asked_for_and_never_summed(opened):
    with opened(f"/runs/{flows.ENDED}?level=accounts", accept_downloads=True) as page:
        switch = page.get_by_role("button", name="Bait (2)")
        assert switch.get_attribute("aria-pressed") == "false"
        sums = page.locator(".sum").inner_text()
        without = picture(page)
        page.keyboard.press("b")
        page.locator(".signs", has_text="bait, never followed").wait_for()
        until(lambda: picture(page) != without)
        assert switch.get_attribute("aria-pressed") == "true"
        assert page.locator(".sum").inner_text() == sums
        page.locator(".twin summary").click()
        page.locator(".twin").get_by_role("button", name="Bait from 1 address outside").click()
        page.locator(".inspector .rows > li").wait_for()
        assert "zero value" in page.locator(".inspector .rows").inner_text()
        assert "never followed: 1 zero value" in chosen(page)
        rows = list(csv.DictReader(io.StringIO(downloaded(page, "csv").decode())))
        assert [(row["kind"], row["amount"]) for row in rows[-2:]] == [("never followed", "")] * 2
        ET.fromstring(downloaded(page, "graphml"))
        assert b"<circle" not in downloaded(page, "svg")
        page.keyboard.press("z")
        until(lambda: "bait" not in query(page))


def test_following_goes_on_past_an_end_and_bounds_are_worked_out(opened):
    with opened(f"/runs/{flows.ENDED}") as page:
        page.locator(".remarks").wait_for()
        before = page.url
        page.locator(".ends button", has_text="Bank").click()
        assert "other people’s money" in page.locator(".goon").inner_text()
        page.get_by_role("button", name="Follow past").click()
        until(lambda: page.url != before and "Bank" not in page.locator("h1").inner_text())
        page.locator(".remarks", has_text="went on past").first.wait_for()
        page.get_by_role("button", name="Work out the bounds").click()
        page.locator(".whatever, .rangebar .any").first.wait_for()
        run_ = page.locator("header code").inner_text()
    with opened("/runs") as page:
        row = page.locator("tbody tr", has_text=run_)
        assert "past" in row.inner_text()
    with opened(f"/runs/{run_}/balance") as page:
        page.get_by_text("under any rule at all, at the end").wait_for()


def test_following_goes_on_where_the_budget_ended_and_back_where_a_search_did(opened):
    with opened(f"/runs/{flows.CUT}") as page:
        before = page.url
        page.locator(".ends button", has_text=flows.BANK[:6]).click()
        page.get_by_role("button", name="10 times the budget").click()
        until(lambda: page.url != before and "none had reached a tagged service" in page.locator("h1").inner_text())
    with opened("/runs") as page:
        page.locator("tbody tr", has_text="backward").first.locator("th a").click()
        page.locator(".remarks").wait_for()
        before = page.url
        walk(page, "ArrowRight")
        page.get_by_role("button", name="Go back past").click()
        until(lambda: page.url != before and "went on past" in page.locator(".remarks").inner_text())


def test_what_the_trace_said_is_on_its_page_or_said_to_be_missing(opened):
    with opened(TRACE) as page:
        said = page.locator(".remarks")
        said.wait_for()
        assert "accounts pay out" in said.locator(".warnings").inner_text()
        said.get_by_text("what a request to a service names").click()
        assert said.get_by_role("region", name="Who paid").locator("tbody tr").count() > 40
        said.get_by_text("are rows told twice").click()
        said.get_by_role("region", name="other reading").wait_for()
    with opened(f"/runs/{flows.SWAPPED}") as page:
        page.get_by_text("not kept by the version that made this run").wait_for()


def test_a_colour_on_a_ribbon_is_drawn_and_a_way_of_ones_own_is_kept(opened):
    with opened(TRACE, accept_downloads=True) as page:
        walk(page, "ArrowRight", "ArrowRight", "p", "ArrowRight", "ArrowRight", "p")
        page.get_by_role("button", name="Take out of the way").wait_for()
        page.get_by_role("button", name="Keep this way").click()
        until(
            lambda: (
                page.evaluate(
                    "JSON.parse(Object.values(localStorage).find((one) => one.includes('ways'))).ways[0].links.length"
                )
                == 2
            )
        )
        page.locator(".note summary").click()
        page.get_by_role("button", name="lime").click()
        page.keyboard.press("Escape")
        assert b"#5c7a00" in downloaded(page, "svg")


def test_the_chart_of_the_balance_is_saved_as_it_is_seen(opened):
    with opened(f"{TRACE}/balance", accept_downloads=True) as page:
        for form, begins in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
            with page.expect_download() as told:
                page.get_by_role("button", name=form, exact=True).click()
            assert told.value.path().read_bytes().startswith(begins)


def test_the_balance_adds_up_and_a_day_opens_its_rows(opened):
    with opened(f"{TRACE}/balance") as page:
        assert page.locator("h1").inner_text().startswith("On 2023-02-17, of $70.5 M")
        page.locator(".balance tfoot").wait_for()
        page.get_by_text("the rows add up to it").wait_for()
        page.keyboard.press("[")
        until(lambda: query(page).get("day") == ["2023-02-16"])
        assert page.locator("h1").inner_text().startswith("On 2023-02-16")
        page.locator(".areas svg").click(position={"x": 100, "y": 200})
        until(lambda: query(page).get("day") == ["2023-01-14"] or query(page).get("day") == ["2023-01-13"])
        page.get_by_role("link", name="The movements of this day").click()
        page.wait_for_url("**/runs/**from=2023-01-1**")
        page.get_by_text("before the time chosen").or_(page.get_by_text("after the time chosen")).or_(
            page.locator(".sum")
        ).first.wait_for()
