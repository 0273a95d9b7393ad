"""Loading a folder: what a good file becomes, and that a bad one says where and why while the rest loads."""

import datetime as dt
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.ledger import Ledger, load_ledger

GOOD = """\
date: 2023-09-04
victim: An Exchange
victim_type: cex
vector: unknown
chains: [eth, bsc]
sources:
  fbi: {name: FBI, published: 2023-09-06, url: "https://example.org/a"}
  list: {name: A list, part: row 7, retrieved: 2026-05, url: "https://example.org/b"}
losses:
  - {usd: 41000000, source: fbi}
  - {usd: 0.25, source: list, kind: face-value, by: Somebody}
returned:
  - {usd: 5, source: list}
attributions:
  - {actor: dprk, confidence: confirmed, source: fbi, published: 2023-09}
addresses:
  - {chain: ethereum, address: "0x000000000000000000000000000000000000dEaD", role: thief, source: fbi, also: [list]}
transactions:
  - {chain: ethereum, tx: "0xab", source: list}
references: [https://example.org/c]
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / "incidents" / f"{name.replace('_', '-')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "incidents"


def load(tmp_path: Path, text: str) -> Ledger:
    """A ledger of one good file and this one, which is about the same theft."""
    return load_ledger(folder(tmp_path, **{"2023_09_04_good": GOOD, "2023_09_04_bad": text}))


def test_a_file_becomes_records(tmp_path: Path):
    ledger = load_ledger(folder(tmp_path, **{"2023_09_04_good": GOOD}))
    (incident,) = ledger.incidents
    assert (incident.date, incident.first_day, incident.chains) == (
        "2023-09-04",
        dt.date(2023, 9, 4),
        ("ethereum", "bsc"),
    )
    names = {source.source: (source.name, source.part, source.running) for source in ledger.sources}
    assert sorted(names.values(), key=str) == [("A list", "row 7", True), ("FBI", None, False)]
    said = {(c.measure, c.usd, c.by, c.published, c.retrieved, c.known_by, c.kind) for c in ledger.amounts}
    may = dt.date(2026, 5, 31)
    assert said == {
        ("loss", 41_000_000_000_000, "FBI", "2023-09-06", None, dt.date(2023, 9, 6), None),
        ("loss", 250_000, "Somebody", None, "2026-05", may, "face-value"),
        ("returned", 5_000_000, "A list", None, "2026-05", may, None),
    }
    (who,) = ledger.attributions
    assert (who.published, who.known_by) == ("2023-09", dt.date(2023, 9, 30))
    (place,) = ledger.addresses
    assert (place.address, len(place.also)) == ("0x000000000000000000000000000000000000dead", 1)
    assert not ledger.rejects


def test_identical_claims_are_one_and_others_stay_apart(tmp_path: Path):
    twice = GOOD.replace(
        "  - {usd: 41000000, source: fbi}\n",
        "  - {usd: 41000000, source: fbi}\n  - {usd: 41000000, source: fbi}\n  - {usd: 41000000, source: list}\n",
    )
    ledger = load_ledger(folder(tmp_path, **{"2023_09_04_good": twice}))
    assert sorted(claim.by for claim in ledger.amounts if claim.usd == 41_000_000 * 10**6) == ["A list", "FBI"]


def test_files_in_any_order_and_any_place_are_the_same_ledger(tmp_path: Path):
    flat = load_ledger(folder(tmp_path / "flat", **{"2023_09_04_good": GOOD}))
    deep = tmp_path / "deep" / "incidents" / "2023"
    deep.mkdir(parents=True)
    (deep / "2023-09-04-good.yml").write_text(GOOD)
    assert load_ledger(deep.parent) == flat


@pytest.mark.parametrize(
    ("change", "line", "field", "reason"),
    [
        (("usd: 41000000,", "usd: -1,"), 10, "losses.1.usd", "without sign"),
        (("usd: 41000000,", "usd: 41e6,"), 10, "losses.1.usd", "exponent"),
        (("usd: 41000000,", "usd: 1.005,"), 10, "losses.1.usd", "two decimals"),
        (("usd: 41000000,", f"usd: {'9' * 33},"), 10, "losses.1.usd", "38 digits"),
        (("usd: 41000000,", f"usd: {'9' * 39},"), 10, "losses.1.usd", "38 digits"),
        (("usd: 0.25,", "usd: many,"), 11, "losses.2.usd", "plain decimal"),
        (("date: 2023-09-04", "date: 2023-09-31"), 1, "date", "2023-09-31"),
        (("date: 2023-09-04", "date: ２０２３"), 1, "date", "plain digits"),
        (("date: 2023-09-04", "date: 2023-09-05"), 1, "date", "file name that begins with"),
        (("victim: An Exchange", "victim:"), 2, "victim", "leave the key out"),
        (("victim: An Exchange\n", ""), 1, "victim", "is missing"),
        (("vector: unknown", "vektor: unknown"), 4, "vektor", "no such key"),
        (("confidence: confirmed", "confidence: certain"), 15, "attributions.1.confidence", "'confirmed'.*'certain'"),
        (
            ("source: fbi, published", "source: cia, published"),
            15,
            "attributions.1.source",
            r"\(fbi, list\), got 'cia'",
        ),
        (("also: [list]", "also: [cia]"), 17, "addresses.1.source", "got 'cia'"),
        ((", published: 2023-09-06", ""), 10, "losses.1", "expected a day"),
        (("chains: [eth, bsc]", "chains: [eth, cash]"), 5, "chains.2", "unknown chain 'cash'"),
        (("chains: [eth, bsc]", "chains: eth"), 5, "chains", "expected a list"),
        (("references: [https://example.org/c]", "references: [javascript:x]"), 20, "references.1", "https"),
        (("kind: face-value", "kind: wrong"), 11, "losses.2.kind", "face-value"),
    ],
)
def test_a_mistake_says_line_field_and_what_was_expected(
    tmp_path: Path, change: tuple[str, str], line: int, field: str, reason: str
):
    assert change[0] in GOOD
    ledger = load(tmp_path, GOOD.replace(*change, 1))
    assert [incident.incident for incident in ledger.incidents] == ["2023-09-04-good"]
    found = [(reject.line, reject.field) for reject in ledger.rejects]
    assert (line, field) in found
    first = next(reject for reject in ledger.rejects if reject.field == field)
    assert (first.stage, first.source) == ("ledger", "incidents/2023-09-04-bad.yaml")
    assert re.search(reason, first.reason)


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path):
    text = GOOD.replace("41000000", "x").replace("confirmed", "certain").replace("victim_type: cex\n", "")
    assert sorted(str(reject.field) for reject in load(tmp_path, text).rejects) == [
        "attributions.1.confidence",
        "losses.1.usd",
        "victim_type",
    ]


def test_an_address_that_fails_its_check_is_left_out_alone(tmp_path: Path):
    text = GOOD.replace("0x000000000000000000000000000000000000dEaD", "0x000000000000000000000000000000000000DeaD")
    ledger = load_ledger(folder(tmp_path, **{"2023_09_04_good": text}))
    (reject,) = ledger.rejects
    assert (reject.line, reject.field) == (17, "addresses.1.address")
    assert "EIP-55" in reject.reason
    assert reject.row == "0x000000000000000000000000000000000000DeaD"
    assert not ledger.addresses
    assert len(ledger.amounts) == 3


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_at_all_stop_the_rest(raw: bytes):
    with TemporaryDirectory() as place:
        where = folder(Path(place), **{"2023_09_04_good": GOOD})
        (where / "2023-09-04-bad.yaml").write_bytes(raw)
        ledger = load_ledger(where)
        assert len(ledger.incidents) == 1
        assert ledger.rejects


@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.text(max_size=3))
def test_no_slip_of_the_hand_stops_the_rest(begin: int, end: int, slip: str):
    """A stretch of a good file is lost, and something else is typed."""
    text = GOOD[: min(begin, end)] + slip + GOOD[max(begin, end) :]
    with TemporaryDirectory() as place:
        where = folder(Path(place), **{"2023_09_04_good": GOOD})
        (where / "2023-09-04-slip.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        assert "2023-09-04-good" in load_ledger(where).by_slug


def test_a_slug_is_plain(tmp_path: Path):
    where = folder(tmp_path, **{"2023_09_04_good": GOOD})
    (where / "2023-09-04-Ünder score.yaml").write_text(GOOD)
    (reject,) = load_ledger(where).rejects
    assert "small letters, digits and dashes" in reject.reason


@pytest.mark.parametrize("raw", [b"", b"date: \0", b"\xff\xfe", b"- a\n- b\n", b"just text\n", b"[" * 3000])
def test_a_file_that_is_no_record_is_one_reject(tmp_path: Path, raw: bytes):
    path = folder(tmp_path, **{"2023_09_04_good": GOOD}) / "2023-09-04-bad.yaml"
    path.write_bytes(raw)
    ledger = load_ledger(path.parent)
    assert len(ledger.incidents) == 1
    assert [reject.source for reject in ledger.rejects] == ["incidents/2023-09-04-bad.yaml"]


def test_two_files_cannot_have_one_slug(tmp_path: Path):
    where = folder(tmp_path, **{"2023_09_04_good": GOOD})
    (where / "2023").mkdir()
    (where / "2023" / "2023-09-04-good.yaml").write_text(GOOD)
    ledger = load_ledger(where)
    assert len(ledger.incidents) == 1
    (reject,) = ledger.rejects
    assert reject.source == "incidents/2023-09-04-good.yaml"
    assert "is taken by incidents/2023/2023-09-04-good.yaml" in reject.reason


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_incidents_is_an_input_error(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="found none"):
        load_ledger(tmp_path / name)


LAUNDERING = """\
laundering:
  - kind: mixer
    incidents: [2023-09-04-good, 2022-01-01-other]
    statement: it went through a mixer
    usd: 10.50
    quantity: "15.5"
    asset: ETH
    confidence: reported
    by: Somebody
    url: https://example.org/d
    addresses:
      - {chain: ethereum, address: "0x000000000000000000000000000000000000dead", role: mixer-depositor}
      - {chain: ethereum, address: "0xnot", role: mixer-depositor}
"""
TOTALS = """\
editions:
  - publisher: Somebody
    published: 2023-09-14
    url: https://example.org/e
    totals:
      - {series: dprk, year: 2023, usd: 340400000, covers_to: 2023-09-14}
      - {series: dprk, year: 2022, incidents: 4}
"""


def test_laundering_and_published_totals(tmp_path: Path):
    where = folder(tmp_path, **{"2023_09_04_good": GOOD[: GOOD.index("addresses:")]})
    (where / "laundering.yaml").write_text(LAUNDERING)
    (where / "published-totals.yaml").write_text(TOTALS)
    ledger = load_ledger(where)
    (moved,) = ledger.laundering
    assert (moved.usd, moved.quantity) == (10_500_000, "15.5")
    assert sorted((a.incident, a.laundering) for a in ledger.addresses) == [
        ("2022-01-01-other", moved.claim),
        ("2023-09-04-good", moved.claim),
    ]
    assert {(reject.line, reject.field) for reject in ledger.rejects} == {(13, "laundering.1.addresses.2.address")}
    assert {(t.year, t.usd, t.incidents, t.derived) for t in ledger.totals} == {
        (2023, 340_400_000 * 10**6, None, False),
        (2022, None, 4, False),
    }
