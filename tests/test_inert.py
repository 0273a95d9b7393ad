"""Text from outside as it leaves: no formula, no terminal escape, no turned direction; and the same value in JSON."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.inert import cell, json_text, visible

TEXT = st.text(st.characters(codec="utf-8"))
UNSEEN = "\x1b[2J\x9b31m\u202e\u200b\x7f\u2066"


def acts(text: str) -> list[str]:
    """What in a text would act on a terminal or turn what follows; lines and tabs may stand between values."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\r\t"]


@given(TEXT)
def test_json_is_the_same_value_and_nothing_in_it_acts(text: str):
    written = json_text(json.dumps({text: [text]}, ensure_ascii=False, indent=1))
    assert json.loads(written) == {text: [text]}
    assert [c for c in acts(written) if ord(c) < 0xE0000 and c in UNSEEN] == []


@given(TEXT)
def test_a_cell_is_one_cell_that_runs_nowhere(text: str):
    written = str(cell(text))
    assert acts(written) == []
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    out = io.StringIO()
    csv.writer(out).writerow([written, "next"])
    assert next(csv.reader(io.StringIO(out.getvalue()))) == [written, "next"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (None, None),
        (12, 12),
        (-12, -12),
        (0.25, 0.25),
        (1e-7, "0.0000001"),
        ("-1", "-1"),
        ("-15813000.5", "-15813000.5"),
        ("-1+1", "'-1+1"),
        ("-A1", "'-A1"),
        ("-1\n", "'-1<U+000A>"),
        ("-\u0661", "'-\u0661"),
        ("=1+1", "'=1+1"),
        (["a", "b"], "a b"),
        ("Binance 14", "Binance 14"),
        (UNSEEN, "<U+001B>[2J<U+009B>31m<U+202E><U+200B><U+007F><U+2066>"),
    ],
)
def test_each_kind_of_value(value: object, expected: object):
    assert cell(value) == expected


def test_what_cannot_be_seen_is_shown():
    assert visible("a\u202eb") == "a<U+202E>b"
