"""A figure is worked out once, in Python: the front end only writes and draws what an answer of the API has by name.

Looked for in the sources themselves. What may reckon is named here, with the reason: code that writes an exact integer
as a decimal, and code that places a mark. Each page was gone through; where a sum was needed, an answer now has it:

| page | from |
|---|---|
| thefts: sentence, range, share, bars, marks, table | `/api/totals` (`held`, `known`, `share_held`), `/api/published` |
| thefts: more or less, ahead, calibration | `/api/compare`, `/api/outlook` (`events.cases`) |
| thefts: publisher | `/api/publishers/{name}` (`residual`) |
| incident: loss, claims and how they stand | `/api/incidents/{slug}` (`loss`, `standings`) |
| incident: where the money is | `/api/runs/{run}` (`became`) |
| trace: sentence, ends, ranges, every rule, sums | `/api/runs/{run}/graph` (`sentence`, `by_method`, `sums`) |
| trace: what it said, who paid, bounds | `/api/runs/{run}` (`deposits`, `small`, `bounds`) |
| balance: sentence, areas, range, bounds, worth | `/api/runs/{run}/areas` (`gone`, `range`), `…/areas/{day}` |
| transaction | `/api/transactions/{tx}` (`moved`) |
| address: movements, hours, exposure | `/api/addresses/{address}` (`movements`), `…/activity` (`dated`), `…/exposure` |
| runs, cases, actors, search | counts as the lists have them |
"""

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "frontend" / "src"
MAY_RECKON = {
    "parts/format.ts": "writes an exact integer as a decimal, rounded half to even",
    "pages/trace/amounts.ts": "writes one with the unit that leaves one to three digits",
    "pages/trace/RangeBar.tsx": "how long a bar is",
    "pages/trace/paint.ts": "how thick a part of a ribbon is",
    "pages/balance/Areas.tsx": "how high an area is, and round amounts along the side",
    "pages/address/Exposures.tsx": "how long a bar is",
    "pages/incident/Drawn.tsx": "how high a lane is",
}
MAY_PLACE = {
    "pages/thefts/scale.ts": "where an amount stands on an axis",
    "pages/thefts/Charts.tsx": "what an axis must have room for",
    "pages/incident/Claims.tsx": "where a claim stands on its strip",
}
"""These may ask for an amount as a number, through the one function that is meant for drawing."""
AMOUNTS = (
    "usd|low|high|median|amount|units|seeded|held|received|sent|moved|rests|drawn|least|most|whole|share|incidents"
)
RECKONS = {
    "an amount becomes a number that can be reckoned with": r"\bBigInt\b|\b\d[\d_]*n\b|\bparseFloat\b",
    "a list is summed up": r"\.reduce(Right)?\(",
    "a figure is reckoned with": rf"\.(?:{AMOUNTS})\b\s*(?:[-+*/%]|\*\*)\s*[\w(]",
    "something is reckoned with a figure": rf"[\w)\]]\s+[-+*/%]\s+[\w.]+\.(?:{AMOUNTS})\b",
    "the least or the most of figures is taken": rf"Math\.(?:min|max|round)\([^;\n]*\.(?:{AMOUNTS})\b(?!\.|\s*[<>=])",
    "rows are put in order by a figure": rf"\.(?:sort|toSorted)\([^;\n]*\.(?:{AMOUNTS})\b",
}
PLACES = r"\bforDrawing\("


def sources() -> dict[str, str]:
    found = {str(path.relative_to(SOURCES)): path.read_text("utf-8") for path in sorted(SOURCES.rglob("*.ts*"))}
    return {name: text for name, text in found.items() if name != "api/types.ts" and ".test." not in name}


def bare(text: str) -> str:
    """Without comments, and with positions in place of the amounts that they are of: `y(bar.held.usd)`."""
    text = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)
    return re.sub(r"\b(y|forDrawing)\((?:[^()]|\([^()]*\))*\)", r"\1()", text)


def reckoning(text: str) -> list[str]:
    code = bare(text)
    return [f"{why}: {found.group()}" for why, sign in RECKONS.items() for found in re.finditer(sign, code)]


def test_no_figure_is_worked_out_in_a_browser():
    assert {
        name: found for name, text in sources().items() if name not in MAY_RECKON and (found := reckoning(text))
    } == {}
    asks = {name for name, text in sources().items() if re.search(PLACES, bare(text))}
    assert asks == {*MAY_PLACE, "parts/format.ts"}


def test_the_report_s_script_works_out_none_either():
    script = bare((SOURCES.parents[1] / "src/dyepack/report/templates/report.js").read_text("utf-8"))
    assert re.findall(r"\.(?:usd|n|low|high)\s*[-+*/]|[-+*/]\s*\w+\.(?:usd|low|high)\b|percent\(|sum \+ ", script) == []


def test_what_may_reckon_is_there_and_does():
    for name in MAY_RECKON:
        assert reckoning((SOURCES / name).read_text("utf-8")), f"{name} need not be named here any more"


@pytest.mark.parametrize(
    "code",
    [
        "const low = by.reduce((a, b) => (a < b ? a : b));",
        "const sum = rows.map((row) => row.held + row.fees);",
        "sums.set(row.asset, (sums.get(row.asset) ?? 0n) + BigInt(row.amount));",
        "<b>{percent(one.usd / all.usd)}</b>",
        "const [low] = [Math.min(...sheets.map((sheet) => Number(sheet.low)))];",
        "lines.sort((a, b) => (a.high > b.high ? -1 : 1));",
        "const gone = whole - one.least;",
    ],
)
def test_the_search_finds_what_was_there_before(code):
    assert reckoning(code) != []


@pytest.mark.parametrize(
    "code",
    [
        "const n = at + 1;",
        "/** low + high */ const a = 1;",
        "<b>{range(row.low, row.high, asset)}</b>",
        "y(a.usd!) - y(b.usd)",
    ],
)
def test_and_lets_layout_and_words_be(code):
    assert reckoning(code) == []
