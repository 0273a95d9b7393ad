"""Figures as people write them, and the range that each stands for."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import InvalidAmount
from dyepack.ledger.spoken import figure, figures

M = 10**12  # a million dollars in micro-dollars


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("$340.4 million", "340.35", "340.45"),
        ("US$1.65bn", "1645", "1655"),
        ("55M", "54.5", "55.5"),
        ("$95 million", "94.5", "95.5"),
        ("$1.0 bn", "950", "1050"),
        ("340.4 million dollars", "340.35", "340.45"),
        ("$40,000,000", "39.6", "40.4"),
        ("$41 300 000", "41.25", "41.35"),
        ("about $100 million", "90", "110"),
        ("about $1.65 billion", "1645", "1655"),
        ("a billion", "900", "1100"),
        ("nearly $60 million", "55", "60"),
    ],
)
def test_amounts(text: str, low: str, high: str):
    found = figure(text)
    assert found.unit == "usd"
    assert (found.low, found.high) == (Fraction(low) * M, Fraction(high) * M)


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("about 30 %", "percent", 27, 33),
        ("-79.4 %", "percent", "-79.45", "-79.35"),
        ("−79.4%", "percent", "-79.45", "-79.35"),
        ("about 80 % less", "percent", -85, -75),
        ("down 80 per cent", "percent", "-80.5", "-79.5"),
        ("up by 12.5 %", "percent", "12.45", "12.55"),
        ("20 thefts", "thefts", 20, 20),
        ("five large attacks", "thefts", 5, 5),
        ("ten days", "days", 10, 10),
        ("within ten days", "days", None, 10),
        ("at least $5 million", "usd", 5 * M, None),
        ("less than 10 %", "percent", None, 10),
    ],
)
def test_other_units_and_bounds(text: str, unit: str, low: object, high: object):
    found = figure(text)
    ends = tuple(None if end is None else Fraction(str(end)) for end in (low, high))
    assert (found.unit, (found.low, found.high)) == (unit, ends)


def test_an_open_end_leaves_the_end_out_where_the_words_do():
    assert not figure("more than $5 million").fits(Fraction(5 * M))
    assert figure("at least $5 million").fits(Fraction(5 * M))
    assert not figure("less than 10 %").meets(Fraction(10), Fraction(20))
    assert figure("up to 10 %").meets(Fraction(10), Fraction(20))


def test_zeros_that_may_be_no_digits_leave_slack_and_fit_nothing_more():
    found = figure("down 80 %")
    assert not found.fits(Fraction("-79.4"))
    assert found.meets(Fraction("-79.4"), Fraction("-79.4"))
    assert not found.meets(Fraction(-70), Fraction(-60))
    assert not figure("-79.4 %").slack


def test_within_replaces_what_the_digits_say():
    found = figure("$40 million", "$2 million")
    assert (found.low, found.high) == (Fraction(38 * M), Fraction(42 * M))
    with pytest.raises(InvalidAmount, match="in the unit of"):
        figure("$40 million", "2 %")


@pytest.mark.parametrize("text", ["", "a lot", "$", "12,836 BTC", "0x40", "$1 and $2", "2023", "1e9 dollars", "$1,00"])
def test_what_is_no_figure(text: str):
    with pytest.raises(InvalidAmount, match="expected a figure like"):
        figure(text)


@given(st.integers(1, 9999), st.integers(0, 3), st.sampled_from([("million", 10**6), ("bn", 10**9), ("k", 10**3)]))
def test_a_rounded_amount_agrees_with_what_it_was_rounded_from(number: int, decimals: int, scale: tuple[str, int]):
    text = f"{number // 10**decimals}.{number % 10**decimals:0{decimals}}" if decimals else str(number)
    found = figure(f"${text} {scale[0]}")
    exact = Fraction(number, 10**decimals) * scale[1] * 10**6
    half = Fraction(scale[1] * 10**6, 2 * 10**decimals)
    assert (found.value, found.low, found.high) == (exact, exact - half, exact + half)
    assert found.fits(exact)
    assert found.meets(exact, exact)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str):
    for found in figures(text):
        assert text[found.start : found.end].strip() == found.text
        assert found.low is None or found.high is None or found.low <= found.value <= found.high
