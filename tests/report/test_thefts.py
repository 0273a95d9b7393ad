"""The yearly figures against the ledger that ships: each is the sum of its rows, on every day and under every rule."""

import datetime as dt
from itertools import product

import pytest

from dyepack.ledger import RULES, Ledger, load_ledger, totals
from dyepack.report.cells import Cells, member, said_steps
from dyepack.report.charts import actor_bar, all_bar
from dyepack.report.thefts import ACTOR, FIRST_YEAR, initials, thefts


@pytest.fixture(scope="module", name="ledger")
def _ledger():
    return load_ledger()


@pytest.fixture(scope="module", name="found")
def _found(ledger):
    return thefts(ledger)


def test_days_are_those_on_which_a_published_figure_changed_and_the_last(ledger, found):
    assert {dt.date(2023, 9, 14), dt.date(2024, 1, 24), dt.date(2024, 12, 19)} <= set(found.days)
    assert set(found.days[:-1]) <= {total.known_by for total in ledger.totals}
    assert list(found.days) == sorted(found.days)


@pytest.mark.parametrize("day", [dt.date(2023, 9, 14), dt.date(2024, 12, 19)])
@pytest.mark.parametrize("rule", RULES)
def test_figures_are_the_ledgers(ledger, found, day, rule):
    asked = totals(ledger, actor=ACTOR, rule=rule, as_of=day)
    number = found.days.index(day)
    for year in asked.years:
        if year.year < FIRST_YEAR:
            continue
        assert found.at(rule, "held", year.year, number) == year.held
        assert found.at(rule, "known", year.year, number) == year.known
        assert found.at("all", "held", year.year, number) == year.all_held


def test_known_is_a_bar_of_its_own_that_may_be_higher_than_held(found):
    """2017 as known on 2023-09-14 was more than the ledger holds today: neither bar is cut to the other."""
    number = found.days.index(dt.date(2023, 9, 14))
    held, known = found.at("R2", "held", 2017, number), found.at("R2", "known", 2017, number)
    assert known.usd > held.usd
    bar = actor_bar(found, 2017, "R2", number)
    assert bar.pieces == (("actor", "held", 0, held.usd), ("actor", "known", 0, known.usd))
    assert (bar.top, bar.over) == (held.usd, max(held.high, known.usd))


def test_the_pieces_of_all_thefts_stand_on_each_other_on_every_day(found):
    for rule, year, number in product(RULES, found.years, range(len(found.days))):
        pieces = all_bar(found, year, rule, number).pieces
        for basis in ("held", "known"):
            (_, _, bottom, ours), (_, _, start, top) = (piece for piece in pieces if piece[1] == basis)
            assert bottom == 0 <= ours == start <= top == found.at("all", basis, year, number).usd
            assert ours == found.at(rule, basis, year, number).usd


def test_a_year_that_had_not_begun_is_empty(found):
    number = found.days.index(dt.date(2023, 9, 14))
    assert found.at("all", "held", 2024, number).usd == 0
    assert found.at("all", "held", 2024).usd > 0


def test_every_figure_is_the_sum_of_its_rows_on_every_day(found):
    for which in ("all", *RULES):
        for year in found.years:
            rows = [row for row in found.rows if row.incident.first_day.year == year]
            for number in range(len(found.days)):
                inside = [r for r in rows if sum(d <= number for d in r.member.get(f"{which}-held", ())) % 2]
                assert sum(r.amount[1] for r in inside if r.amount) == found.at(which, "held", year, number).usd
                said = [r for r in rows if sum(d <= number for d in r.member.get(f"{which}-known", ())) % 2]
                amounts = [[a for since, a in r.known if since <= number] for r in said]
                assert sum(a[-1][1] for a in amounts if a and a[-1]) == found.at(which, "known", year, number).usd


def test_marks_appear_on_their_day_and_fade_when_revised(found):
    chainalysis = [m for m in found.marks[ACTOR] if m.total.publisher == "Chainalysis" and m.total.year == 2023]
    assert [m.total.usd // 10**11 for m in chainalysis] == [3404, 10000, 6605, 6600]
    assert [m.revised for m in chainalysis] == [m.since for m in chainalysis[1:]] + [None]
    assert found.days[chainalysis[0].since] == dt.date(2023, 9, 14)


def test_what_was_worked_out_from_a_publisher_is_not_shown_as_printed(found):
    assert not [m for marks in found.marks.values() for m in marks if m.total.derived]


def test_initials_are_unique_and_the_busiest_has_the_first_letter():
    names = ["CertiK", "Chainalysis", "Chainalysis", "Crystal", "C"]
    assert initials(names) == {"Chainalysis": "C", "C": "C2", "CertiK": "Ce", "Crystal": "Cr"}


def test_partial_years_are_said_in_words(found):
    cells = Cells(found, "R2")
    last = found.days[-1]
    assert found.until(last.year) == f"to {last:%m-%d}"
    assert found.until(last.year - 1) == ""
    assert str(last) in cells.partial()


def test_what_the_script_gets_for_a_row(found):
    (row,) = [row for row in found.rows if row.incident.incident == "2023-09-12-coinex"]
    assert f"R2h:{found.days.index(dt.date(2023, 9, 14))}" in member(row).split()
    assert said_steps(row).split()[0].startswith(f"{found.days.index(dt.date(2023, 9, 14))}:")


def test_an_empty_ledger_is_refused_by_the_ledger_with_a_clear_line():
    with pytest.raises(ValueError, match="dprk"):
        thefts(Ledger())
