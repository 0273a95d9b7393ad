from datetime import UTC, date, datetime

import pytest

from dyepack.amounts import USD, Asset
from dyepack.inert import visible
from dyepack.report import figures
from dyepack.report.identicon import identicon
from dyepack.report.svg import join, number, tag

M = 10**12
ETH = Asset("ETH", "ETH", 18)
THIN = "\N{THIN SPACE}"


@pytest.mark.parametrize(
    ("amount", "asset", "text"),
    [
        (340_400_000 * 10**6, USD, "$340.4 M"),
        (1_650 * M, USD, f"$1{THIN}650.0 M"),
        (0, USD, "$0.0 M"),
        (401_346_800 * 10**15, ETH, f"401{THIN}346.8 ETH"),
    ],
)
def test_short(amount, asset, text):
    assert figures.short(amount, asset) == text


def test_a_range_has_its_unit_once():
    assert figures.span(53_800_000 * 10**6, 68_500_000 * 10**6) == "$53.8–68.5 M"
    assert figures.span(0, 10**18, ETH) == "0.0–1.0 ETH"
    assert figures.span(5 * M, 5 * M + 1) == "$5.0 M"


def test_fine_is_whole_dollars_half_to_even():
    assert [figures.fine(half) for half in (500_000, 1_500_000, 2_500_001)] == ["$0", "$2", "$3"]
    assert figures.fine(12_345_678_499_999) == f"$12{THIN}345{THIN}678"


def test_exact_keeps_every_digit():
    assert figures.exact(46_112_250_280_001) == f"46{THIN}112{THIN}250.280001 USD"
    assert figures.exact(10**37 + 1, Asset("t", "T", 0)).replace(THIN, "") == f"{10**37 + 1} T"


def test_percent():
    assert figures.percent(10, 100) == f"10.0{THIN}%"
    assert figures.percent(1, 0) == "–"


def test_times_and_days():
    assert figures.minute(datetime(2023, 2, 17, 6, 11, 59, tzinfo=UTC)) == "2023-02-17 06:11 UTC"
    assert figures.days(date(2023, 2, 6), date(2023, 2, 7)) == "2023-02-06…07"
    assert figures.days(date(2023, 1, 31), date(2023, 2, 1)) == "2023-01-31…2023-02-01"


def test_text_from_outside_cannot_turn_the_direction_or_hide():
    assert visible("exe\u202egpj.\u200b\x1b[2J") == "exe<U+202E>gpj.<U+200B><U+001B>[2J"


def test_elements_escape_what_they_are_given():
    made = tag("text", "<b>&", class_='a"b', data_x=1.25, hidden=True, gone=None)
    assert made == '<text class="a&#34;b" data-x="1.3" hidden>&lt;b&gt;&amp;</text>'
    assert join(["<", tag("i", "x")]) == "&lt;<i>x</i>"
    assert [number(value) for value in (1.0, 2.04, -0.25)] == ["1", "2", "-0.3"]


def test_look_alike_addresses_look_different():
    one, other = "0x098b716b8aaf21512996dc57eb0615e2383e2f96", "0x098b716b8aaf21512996dc57eb0615e238302f96"
    assert identicon(one) == identicon(one)
    assert identicon(one) != identicon(other)
