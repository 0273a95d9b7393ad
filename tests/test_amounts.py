from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack import amounts
from dyepack.errors import InvalidAmount

DECIMALS = st.integers(0, 24)


@given(st.integers(0, amounts.LIMIT - 1), DECIMALS)
def test_what_is_shown_parses_back(amount, decimals):
    assert amounts.parse(amounts.show(amount, decimals), decimals) == amount


@given(st.decimals(0, 10**12, places=6))
def test_parse_agrees_with_decimal(value):
    assert amounts.parse(f"{value:f}", 6) == int(value.scaleb(6))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-1",
        "+1",
        "1e6",
        "1E6",
        "1,000",
        "1 000",
        "0x10",
        "1.1234567",
        "NaN",
        "Infinity",
        "１",
        "²",
        "1\0",
        " 5",
        "5 ",
        "1_0",
        "5.0000000",
    ],
)
def test_what_is_not_a_plain_decimal_is_refused(text):
    with pytest.raises(InvalidAmount):
        amounts.parse(text, 6)


@pytest.mark.parametrize(
    ("text", "decimals", "amount"),
    [
        ("0", 18, 0),
        ("007", 0, 7),
        ("1.", 2, 100),
        (".5", 1, 5),
        ("1.50", 2, 150),
        ("0.000001", 6, 1),
        ("9" * 38, 0, 10**38 - 1),
        ("0" * 50 + "1", 0, 1),
        ("99999999999999999999.999999999999999999", 18, 10**38 - 1),
    ],
)
def test_parse(text, decimals, amount):
    assert amounts.parse(text, decimals) == amount


@pytest.mark.parametrize(("text", "decimals"), [("1" + "0" * 38, 0), ("100000000000000000000", 18)])
def test_39_digits_are_refused_not_wrapped(text, decimals):
    with pytest.raises(InvalidAmount, match="at most 38 digits"):
        amounts.parse(text, decimals)


@pytest.mark.parametrize(
    ("usd", "text"),
    [(340_400_000_000_000, "$340.4 M"), (1_650_000_000_000_000, "$1\N{THIN SPACE}650.0 M"), (50_000_000_000, "$0.0 M")],
)
def test_millions(usd, text):
    assert amounts.millions(usd) == text


ETH = amounts.Asset("ETH", "ETH", 18)


@pytest.mark.parametrize(
    ("low", "high", "asset", "text"),
    [
        (17_700_000_000_000, 18_300_000_000_000, amounts.USD, "$17.7–18.3 M"),
        (0, 59_998_770_000, amounts.USD, "$0.0–60.0 k"),
        (0, 0, amounts.USD, "$0.0 M"),
        (40_000, 40_000, amounts.USD, "$0.04"),
        (40_000, 59_998_770_000, amounts.USD, "$0.04–59\N{THIN SPACE}998.8"),
        (25 * 10**17, 25 * 10**17, ETH, "2.5 ETH"),
        (1_234_567_890_123_456_789_012, 1_234_567_890_123_456_789_012, ETH, "1\N{THIN SPACE}234.57 ETH"),
        (400_001 * 10**18 + 1, 400_001 * 10**18 + 1, ETH, "400\N{THIN SPACE}001 ETH"),
        (1, 20, ETH, "0.000000000000000001–0.00000000000000002 ETH"),
        (0, 0, ETH, "0 ETH"),
    ],
)
def test_spoken(low, high, asset, text):
    assert amounts.spoken(low, high, asset) == text


@given(st.integers(0, 10**38 - 1), st.sampled_from([0, 6, 8, 18]))
def test_six_digits_are_never_nothing_and_off_by_no_more_than_half_of_the_last(amount, decimals):
    told = Fraction(amounts.significant(amount, decimals).replace("\N{THIN SPACE}", ""))
    exact = Fraction(amount, 10**decimals)
    assert (told == 0) == (amount == 0)
    assert abs(told - exact) <= min(exact / 200_000, Fraction(1, 2))


def test_dollars_in_a_table_have_six_digits():
    assert amounts.tabled(70_516_300_123_456, 70_516_300_123_456, amounts.USD) == "$70 516 300".replace(
        " ", "\N{THIN SPACE}"
    )


@given(st.integers(-(10**20), 10**20), st.sampled_from([1, 3, 10**6, 10**12]))
def test_tenths_agrees_with_decimal_rounding(amount, unit):
    exact = Fraction(amount, unit)
    tenth = round(exact * 10)  # Fraction rounds half to even
    expected = f"{Decimal(tenth) / 10:,.1f}".replace(",", "\N{THIN SPACE}").replace("-0.0", "0.0")
    assert amounts.tenths(amount, unit) == expected


def largest_remainder(amount, weights):
    """The twin: exact fractions, one unit at a time to whoever lacks most."""
    total = sum(weights)
    exact = [Fraction(amount * weight, total) for weight in weights]
    parts = [int(share) for share in exact]
    while sum(parts) < amount:
        lacking = [share - part for share, part in zip(exact, parts, strict=True)]
        parts[lacking.index(max(lacking))] += 1
    return parts


WEIGHTS = st.lists(st.integers(0, 10**30), min_size=1, max_size=8).filter(any)


@given(WEIGHTS, st.data())
def test_a_split_adds_up_and_agrees_with_its_twin(weights, data):
    amount = data.draw(st.integers(0, sum(weights)))
    parts = amounts.split(amount, weights)
    assert sum(parts) == amount
    assert parts == largest_remainder(amount, weights)
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


def test_a_split_of_nothing_over_nothing():
    assert amounts.split(0, [0, 0]) == [0, 0]
    assert amounts.split(0, []) == []
    with pytest.raises(ValueError, match="cannot split"):
        amounts.split(1, [0])
    with pytest.raises(ValueError, match="cannot split"):
        amounts.split(-1, [1])
