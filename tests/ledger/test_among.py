"""Narrowed sums are those that would have been counted of these thefts alone."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.ledger import Ledger, load_ledger, totals
from dyepack.ledger.among import among, between
from dyepack.ledger.totals import Span
from tests.ledger.strategies import ledgers

NEWS = dt.date(2023, 9, 14)


def bare(span: Span) -> list[object]:
    """A span's sums; the order in which a sum names its thefts is no part of it."""
    return [
        (each.usd, each.low, each.high, each.incidents, each.without_amount, sorted(each.slugs))
        for each in (span.known, span.held, span.all_known, span.all_held)
    ]


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.data())
def test_of_all_thefts_it_is_the_same_and_of_some_it_is_their_sum(ledger: Ledger, data: st.DataObject):
    days = [None, *(claim.known_by for claim in ledger.amounts if claim.known_by)]
    found = totals(ledger, as_of=data.draw(st.sampled_from(days)))
    every = {slug for side in (found.known, found.held) for slug in side.slugs}
    assert bare(among(ledger, found, every)) == bare(found)
    some = data.draw(st.sets(st.sampled_from(sorted(every)))) if every else set()
    narrowed = among(ledger, found, some)
    if some:
        asked = totals(ledger, as_of=found.as_of, slugs=some)
        assert bare(narrowed)[:2] == bare(asked)[:2]
    assert bare(narrowed)[:2] == bare(narrowed)[2:]
    assert all(year.published == () for year in narrowed.years)


def test_years_between_add_up_to_the_whole():
    found = totals(load_ledger(), actor="dprk", as_of=NEWS)
    assert between(found, None, None) == found
    assert bare(between(found, 1, 9999))[:2] == bare(found)[:2]
    parts = [between(found, None, 2020), between(found, 2021, None)]
    assert [year.year for part in parts for year in part.years] == [year.year for year in found.years]
    assert sum(part.held.usd for part in parts) == found.held.usd
    assert between(found, 2022, 2022).held == found.years[[y.year for y in found.years].index(2022)].held
