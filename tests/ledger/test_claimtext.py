"""Checks proposed from an article: what is found, what is left aside, and that the text can do no harm."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.errors import InputError
from dyepack.ledger import Ledger, load_ledger
from dyepack.ledger.claimtext import propose
from dyepack.ledger.factcheck import factcheck
from dyepack.ledger.names import Names

NEWS = dt.date(2023, 9, 14)
ARTICLE = """Thieves take less, says report

London, 14 September 2023. Thieves linked to North Korea have stolen $340.4 million so far this year,
Chainalysis reports, against $1.65 billion in 2022. What North Korea took is down 80 %, Chainalysis says.

Stake lost $40 million and CoinEx $55 million, both within ten days. Together that is $95 million. The two account for
about 30 % of all crypto stolen in 2023. The FBI confirmed that Lazarus was behind the theft from Stake. The token fell
to $3. Interest is at 5 %.
"""
STAKE, COINEX = "2023-09-04-stake", "2023-09-12-coinex"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def printed(year: int) -> dict[str, Any]:
    return {"printed": {"publisher": "Chainalysis", "actor": "dprk", "year": year}}


EXPECTED = [
    ("$340.4 million", printed(2023)),
    ("$1.65 billion", printed(2022)),
    ("down 80 %", {"change": {"before": printed(2022), "after": printed(2023)}}),
    ("$40 million", {"stolen": {"incidents": [STAKE]}}),
    ("$55 million", {"stolen": {"incidents": [COINEX]}}),
    ("within ten days", {"apart": {"incidents": [STAKE, COINEX]}}),
    ("$95 million", {"stolen": {"incidents": [STAKE, COINEX]}}),
    (
        "about 30 %",
        {"share": {"part": {"stolen": {"incidents": [STAKE, COINEX]}}, "whole": {"stolen": {"year": 2023}}}},
    ),
    ("yes", {"attributed": {"incident": STAKE, "actor": "dprk", "by": "FBI"}}),
]


def test_an_article(ledger: Ledger):
    found = propose(ledger, ARTICLE)
    assert found.as_of == NEWS
    assert [(each.statement["says"], each.statement["of"]) for each in found.proposals] == EXPECTED
    for each in found.proposals[:-1]:
        start, end = each.statement["span"]
        assert ARTICLE[start:end] == each.statement["says"]
        assert each.statement["says"] in each.statement["text"]
        assert each.statement["why"]
    assert [(skipped.text, ARTICLE[skipped.start :][:2]) for skipped in found.skipped] == [("$3", "$3"), ("5 %", "5 ")]


def test_what_is_proposed_can_be_checked_as_it_is(ledger: Ledger, tmp_path: Path):
    (tmp_path / "p.yaml").write_text(propose(ledger, ARTICLE).as_yaml(), encoding="utf-8")
    found = factcheck(ledger, tmp_path / "p.yaml")
    verdicts = {each.form.says: each.finding.verdict for each in found}
    assert verdicts["about 30 %"] == "contradicted"
    assert verdicts["$95 million"] == "supported"


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("North Korea made 20 thefts in 2023.", {"thefts": {"actor": "dprk", "year": 2023}}),
        ("Thefts from Ronin in 2022 came to $620 million.", {"stolen": {"incidents": ["2022-03-23-ronin"]}}),
        ("In total $1.7 billion was stolen last year.", {"printed": {"year": 2022}}),
        ("Some $41 million went from Stake.", {"stolen": {"incidents": [STAKE]}}),
        (
            "North Korea stole 40 % less than in 2022.",
            {
                "change": {
                    "before": {"printed": {"actor": "dprk", "year": 2022}},
                    "after": {"printed": {"actor": "dprk", "year": 2023}},
                }
            },
        ),
        (
            "Thefts fell 30 % in 2023 from 2021.",
            {"change": {"before": {"printed": {"year": 2021}}, "after": {"printed": {"year": 2023}}}},
        ),
        (
            "Thefts in 2021 were 30 % higher than the year before.",
            {"change": {"before": {"printed": {"year": 2020}}, "after": {"printed": {"year": 2021}}}},
        ),
        (
            "North Korea's share was 30 %.",
            {"share": {"part": {"stolen": {"actor": "dprk", "year": 2023}}, "whole": {"stolen": {"year": 2023}}}},
        ),
    ],
)
def test_single_sentences(ledger: Ledger, text: str, of: dict[str, Any]):
    found = propose(ledger, text, NEWS)
    assert [each.statement["of"] for each in found.proposals] == [of]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("North Korea has stolen $3 billion since 2017.", "several years"),
        ("The company has $5 million in the bank.", "no victim, actor or publisher"),
        ("Interest is at 5 %.", "a percentage, but"),
        ("One BTC rose 5%.", "no word for theft"),
        ("CoinEx lost €55 million.", "another currency"),
        ("CoinEx lost £40 million.", "another currency"),
        ("CoinEx lost 55 million euros.", "another currency"),
        ("CoinEx lost more than 40,000 ETH.", "another currency"),
        ("CoinEx lost C$40 million.", "another currency"),
        ("CoinEx lost a million pounds.", "another currency"),
        ("A 40 ETH hack at CoinEx.", "another currency"),
        ("It took ten days.", "fewer than two thefts"),
        ("A share of 5 % is small.", "nobody named"),
        ("In 2014 somebody at Stake said $5 million.", "no victim"),
    ],
)
def test_figures_that_are_left_aside_say_why(ledger: Ledger, text: str, reason: str):
    day = dt.date(2014, 6, 1) if "2014" in text else NEWS
    found = propose(ledger, text, day)
    assert found.proposals == ()
    assert reason in found.skipped[0].reason


def test_a_year_after_from_is_the_one_before(ledger: Ledger):
    text = "Thieves stole $340.4 million in 2023, down 80% from 2022's."
    found = propose(ledger, text, dt.date(2024, 1, 1)).proposals
    assert [each.statement["of"] for each in found] == [
        {"printed": {"year": 2023}},
        {"change": {"before": {"printed": {"year": 2022}}, "after": {"printed": {"year": 2023}}}},
    ]


def test_dollars_beside_another_currency_are_proposed(ledger: Ledger):
    found = propose(ledger, "CoinEx lost €50 million ($55 million), or 40,000 ETH.", NEWS)
    assert [each.statement["says"] for each in found.proposals] == ["$55 million"]
    assert [each.text for each in found.skipped] == ["€50 million", "40,000 ETH"]


def test_names_are_found_in_their_short_forms(ledger: Ledger):
    names = Names(ledger)
    (found,) = names.mentions("The Ronin theft was large.")
    assert (found.kind, found.meant) == ("victim", ("2022-03-23-ronin", "2024-08-06-ronin-bridge"))
    assert [m.meant for m in names.mentions("TraderTraitor and BlueNoroff") if m.kind == "actor"] == [("dprk",)] * 2
    assert names.mentions("steak and mistaken") == ()


def test_no_day_no_figures(ledger: Ledger):
    with pytest.raises(InputError, match="say when it was written with --as-of"):
        propose(ledger, "Stake lost $40 million.")
    assert propose(ledger, "Nothing happened on 14 September 2023.").proposals == ()
    assert propose(ledger, "Stake lost $40 million on 2023-02-31, or on September 6, 2023.").as_of == dt.date(
        2023, 9, 6
    )
    with pytest.raises(InputError, match="at most 1,000,000 characters"):
        propose(ledger, "x" * 1_000_001)


def test_the_command(capsys: pytest.CaptureFixture[str]):
    article = Path("article.txt")
    article.write_text(ARTICLE, encoding="utf-8")
    assert run(["factcheck", "--text", "article.txt"]) == 0
    shown = capsys.readouterr().out
    assert len(yaml.safe_load(shown)["statements"]) == len(EXPECTED)
    assert shown.startswith("# not proposed: '$3' at ")
    article.write_text("Nothing of note.\n", encoding="utf-8")
    assert run(["factcheck", "--text", "article.txt"]) == 0
    assert capsys.readouterr().out == "No figures in this text: nothing to check.\n"
    article.write_text("Interest is at 5 %.\n", encoding="utf-8")
    assert run(["factcheck", "--text", "article.txt", "--as-of", "2023-09-14"]) == 0
    assert "No check can be proposed from this text." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raw", "says"), [(b"\xff\xfe", "text in UTF-8"), (b"a\0b", "plain text"), (None, "cannot be read")]
)
def test_what_is_no_text(capsys: pytest.CaptureFixture[str], raw: bytes | None, says: str):
    if raw is not None:
        Path("article.txt").write_bytes(raw)
    assert run(["factcheck", "--text", "article.txt", "--as-of", "2023-09-14"]) == 1
    assert says in capsys.readouterr().err


HOSTILE = st.text(
    st.sampled_from("aZ9 $.,:%-\n\t\"'#{}[]&*!|>\u202e\u200b\x1b\x07–“”é") | st.characters(codec="utf-8"), max_size=60
)


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_stands_around_a_figure_it_comes_back_as_text(ledger: Ledger, around: list[str]):
    text = "Stake lost $40 million.".join(["", *around, ""])
    found = propose(ledger, text, NEWS)
    told = found.as_yaml()
    assert all(c.isprintable() or c == "\n" for c in told)
    assert (yaml.safe_load(told)["statements"] or []) == [each.statement for each in found.proposals]
    assert all(text[start:end].strip() for start, end in (each.statement["span"] for each in found.proposals))


def test_long_texts_without_sense(ledger: Ledger):
    found = propose(ledger, ("1 " * 20_000) + ("$1," * 20_000) + "a" * 50_000 + " more than " * 2_000, NEWS)
    assert found.proposals == ()
    one_sentence = "Stake " * 100_000 + "lost $40 million" + " and CoinEx" * 10_000
    assert [each.statement["says"] for each in propose(ledger, one_sentence, NEWS).proposals] == ["$40 million"]
    with pytest.raises(InputError, match="at most 2,000 figures"):
        propose(ledger, "$1 million, " * 50_000, NEWS)
