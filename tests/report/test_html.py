"""The file itself: one, closed to the network, the same bytes each time, and safe whatever the names in it are."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from dyepack.ledger import load_ledger
from dyepack.report import html
from tests.report import pages


@pytest.fixture(scope="module", name="page")
def _page(tmp_path_factory):
    return pages.shipped(tmp_path_factory.mktemp("shipped")).read_text("utf-8")


@pytest.fixture(scope="module", name="evil")
def _evil(tmp_path_factory):
    return pages.hostile(tmp_path_factory.mktemp("hostile")).read_text("utf-8")


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_same_workspace_gives_the_same_bytes(page, tmp_path):
    assert pages.shipped(tmp_path).read_text("utf-8") == page


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    for element in ("style", "script"):
        (text,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.S)
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert "unsafe" not in policy


def test_nothing_in_the_page_asks_for_anything(page):
    for tag, attributes in Elements(page).found:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert "action" not in attributes
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"@import|url\((?!#)", page)


def test_links_lead_to_pages_or_into_this_one(page):
    targets = {attributes["href"] for tag, attributes in Elements(page).found if tag == "a"}
    ids = {attributes["id"] for _, attributes in Elements(page).found if "id" in attributes}
    inside = {target for target in targets if target.startswith("#")}
    assert {target[1:] for target in inside} <= ids
    assert all(target.startswith(("https://", "http://")) for target in targets - inside)


def test_ids_are_unique(page):
    ids = [attributes["id"] for _, attributes in Elements(page).found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_it_is_small(page):
    assert len(page.encode()) < 2_000_000


def test_names_cannot_become_markup_or_turn_the_text(evil):
    elements = Elements(evil).found
    assert [attributes.get("type") for tag, attributes in elements if tag == "script"] == ["application/json", None]
    assert not [tag for tag, attributes in elements if tag == "img"]
    assert "\u202e" not in evil
    assert "&lt;U+202E&gt;gnp.exe" in evil
    assert 'href="javascript' not in evil


def test_a_formula_stays_text(evil):
    assert "=HYPERLINK(&#34;" in evil


def test_data_cannot_leave_its_element():
    embedded = str(html.embed({"name": pages.EVIL, "more": "<!-- & ]]>"}))
    assert not set("<>&") & set(embedded)
    assert json.loads(embedded)["name"] == pages.EVIL


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.example", "", None]
)
def test_only_pages_become_links(url):
    assert html.web(url) is None
    assert html.web("HTTPS://example.org/a") == "HTTPS://example.org/a"


def test_without_a_trace_the_page_says_how_to_make_one(tmp_path):
    text = html.write(tmp_path / "report.html", load_ledger()).read_text("utf-8")
    assert "dyepack trace" in text
    assert list(tmp_path.iterdir()) == [tmp_path / "report.html"]


def test_the_answer_comes_first(page):
    text = re.sub(r"<[^>]+>", "", page[page.index('<section id="answer"') :])
    assert re.search(r"add up to\s+\$[\d\u2009.]+ M, [\d.]+\u2009% of all", text)
    answer = text[: text.index("How much did")]
    assert re.search(
        r"Whatever tracing rule is preferred, at least \$48\.5 M and at most \$54\.1 M of the \$70\.5 M followed"
        r" from the Harmony Horizon Bridge theft of 2022-06-23 is at HTX, Binance 14 and OKX; together with where the"
        r" analyst stopped, at least \$53\.8 M and at most \$68\.5 M, as of block 16\u2009646\u2009573, 2023-02-17\.",
        answer,
    )
    assert re.search(r"are rows written twice: at least \$50\.8 M and at most \$51\.0 M of the \$70\.5 M", answer)


def test_what_holds_whatever_the_rule_has_its_rows_with_exact_figures(page):
    part = page[page.index('<h3 id="whatever">') : page.index('<h3 id="balance">')]
    rows = {
        re.sub(r"<[^>]+>", "", row.split("</th>")[0]): re.findall(r'title="([^"]+)"', row.split("</th>")[1])
        for row in re.findall(r'<tr><th scope="row">.*?</tr>', part)
    }
    assert rows["Tagged services 10 addresses"][:2] == ["48\u2009567\u2009822.43 USD", "54\u2009081\u2009996.29 USD"]
    assert "HTX 2 addresses" in rows
    assert "Exact to the last base unit." in page


def test_both_readings_of_repeated_rows_stand_side_by_side(page):
    text = re.sub(r"<[^>]+>", "", page)
    kept = r"48\.6–53\.3 M came to HTX, Binance 14 and OKX, \$5\.8–14\.5 M came to 0xbae5"
    once = (
        r"If the 275 rows that repeat an earlier one of their transaction \(\$41\.1 M\) are rows written twice:"
        r" of \$70\.5 M, \$50\.8–50\.9 M came to HTX, Binance 14 and OKX, \$13\.0–15\.8 M came to 0xbae5"
    )
    for part in ("Where is the money?", "This page: each repeated row is a movement of its own."):
        assert re.search(kept, text[text.index(part) :])
        assert re.search(once, text[text.index(part) :])
    assert len(re.findall(once, text)) == 2


def test_a_case_without_repeated_rows_has_one_reading(tmp_path):
    text = re.sub(r"<[^>]+>", "", pages.hostile(tmp_path).read_text("utf-8"))
    assert "rows that repeat" not in text
    assert "repeated row" not in text


def test_every_sheet_of_the_case_adds_up(page):
    rows = re.findall(r'<th scope="row">Difference</th>(.*?)</tr>', page, re.S)
    assert len(rows) == 2
    assert all(set(re.findall(r">(\$[^<]+)<", row)) == {"$0"} for row in rows)


def test_limits_name_methods_versions_inputs_and_what_was_not_looked_at(page):
    limits = page[page.index('<section id="limits"') :]
    for words in ("FIFO", "haircut", "unknown origin", "not token units", "Nothing outside this data set", "SHA-256"):
        assert words in limits
    assert re.search(r"<code>trace [0-9a-f]{16}</code>", limits)


def test_the_owner_of_the_unnamed_terminal_is_not_made_up(page):
    around = [page[m.start() - 200 : m.end() + 200] for m in re.finditer("owner not stated", page)]
    assert around
    assert not [text for text in around if re.search(r"0xbae5[^<]*exchange", text)]
