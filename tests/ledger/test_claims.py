"""Low, median and high of comparable claims, in exact integers."""

import datetime as dt
from fractions import Fraction
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from dyepack.ledger import Summary, comparable, summary
from dyepack.model import AmountClaim

DAY = dt.date(2023, 1, 1)


def claim(usd: int, kind: str | None = None, by: str = "a", covers: tuple[str, ...] = (), day: dt.date = DAY):
    return AmountClaim("", "i", "loss", usd, kind, covers, by, "s", day.isoformat(), None, day)


kinds = st.sampled_from([None, "value-at-theft", "face-value", "later-value", "partial-or-misparsed"])
covered = st.sampled_from([(), ("i", "j")])
claims = st.lists(st.builds(claim, st.integers(0, 10**20), kinds, covers=covered))


@given(claims)
def test_summary_is_the_exact_one_of_the_comparable_claims(said):
    plain = [c.usd for c in said if c.kind in (None, "value-at-theft") and not c.covers]
    found = summary(said)
    assert (found is None) == (not plain)
    if found is not None:
        assert (found.low, found.high, found.claims) == (min(plain), max(plain), len(plain))
        assert abs(Fraction(found.median) - median(map(Fraction, plain))) <= Fraction(1, 2)
        assert found.low <= found.median <= found.high


@given(claims, st.randoms())
def test_the_order_of_claims_does_not_matter(said, random):
    mixed = list(said)
    random.shuffle(mixed)
    assert summary(mixed) == summary(said)


@given(st.lists(st.integers(0, 10**15), min_size=1))
def test_figures_in_cents_have_an_exact_median(cents):
    found = summary([claim(each * 10_000) for each in cents])
    assert found is not None
    assert Fraction(found.median) == median(Fraction(each * 10_000) for each in cents)


def test_half_a_unit_is_rounded_to_even():
    assert summary([claim(0), claim(1)]) == Summary(0, 0, 1, 2)
    assert summary([claim(1), claim(2)]) == Summary(1, 2, 2, 2)


def test_parts_that_one_source_books_separately_are_one_figure():
    said = [claim(866, "component", "x"), claim(264, "component", "x"), claim(1133, by="y"), claim(1160, by="z")]
    assert summary(said) == Summary(1130, 1133, 1160, 3)


def test_parts_by_different_sources_or_of_different_days_are_not_added_up():
    later = DAY + dt.timedelta(1)
    said = [claim(1, "component", "x"), claim(2, "component", "y"), claim(4, "component", "x", day=later)]
    assert summary(said) == Summary(1, 2, 4, 3)


def test_what_cannot_be_compared():
    assert comparable(claim(1))
    assert comparable(claim(1, "value-at-theft"))
    assert not comparable(claim(1, "face-value"))
    assert not comparable(claim(1, covers=("i", "j")))
    assert summary([claim(1, "later-value"), claim(2, covers=("i", "j"))]) is None
