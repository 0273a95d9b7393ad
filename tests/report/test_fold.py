"""Folding: time runs to the right, nothing is lost, and there are never too many places."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dyepack.report.fold import END, REST, START, Case, Movement, destinations, fold, hops, pauses, periods

T0 = datetime(2023, 1, 13, 12, tzinfo=UTC)
STRANDS = ("theft", "unknown")


def chain(text, stops="", openings=""):
    """`0 a>b 70 30`: on day 0, a pays b 70 stolen and 30 unknown. Openings as `a 70 30`, stops as `x:exchange`."""
    movements = []
    for line in text.strip().splitlines():
        day, pair, *amounts = line.split()
        payer, payee = pair.split(">")
        movements.append(Movement(T0 + timedelta(days=int(day)), payer, payee, tuple(map(int, amounts))))
    opened = {words[0]: tuple(map(int, words[1:])) for words in map(str.split, openings.splitlines()) if words}
    return Case(movements, opened, dict(pair.split(":") for pair in stops.split()), STRANDS)


def drawn(folded):
    return [
        (folded.places[a].lane, folded.places[b].lane, tuple(link.amounts)) for (a, b), link in folded.links.items()
    ]


def test_a_chain_of_payments_is_drawn_as_it_is():
    folded = fold(chain("0 a>b 70 0\n1 b>x 60 0", "x:exchange", "a 70 0"))
    assert drawn(folded) == [
        ("theft", "a", (70, 0)),
        ("a", "b", (70, 0)),
        ("b", "exchange", (60, 0)),
        ("b", REST, (10, 0)),
    ]


def test_an_account_that_is_paid_again_later_appears_again_and_its_balance_is_carried():
    case = chain("0 a>b 50 0\n5 a>b 20 0\n5 b>x 70 0", "x:exchange", "a 70 0")
    folded = fold(case)
    spots = [place.spot for place in folded.places if place.lane == "b"]
    assert len(spots) == 2
    carried = [link for (a, b), link in folded.links.items() if folded.places[a].lane == folded.places[b].lane == "b"]
    assert [(link.amounts, link.kept, link.movements) for link in carried] == [([50, 0], 50, [])]


def test_a_loop_never_runs_back_in_time():
    case = chain("0 a>b 70 0\n0 b>a 70 0\n0 a>b 70 0\n0 b>x 70 0", "x:exchange", "a 70 0")
    check(case, fold(case))


def fan(wide):
    lines = [f"0 a>m{n} 1 0" for n in range(wide)] + [f"0 m{n}>x 1 0" for n in range(wide)]
    return chain("\n".join(lines), "x:exchange", f"a {wide} 0")


def between(folded):
    return [place for place in folded.places if place.spot not in (START, END)]


def test_accounts_of_one_hop_and_destination_share_a_place_when_there_are_too_many():
    case = fan(50)
    folded = fold(case, places=10)
    check(case, folded)
    assert [len(place.accounts) for place in between(folded)] == [1, 50]
    assert {place.towards for place in between(folded)} == {"exchange"}


def test_hops_fold_too_when_there_are_too_many_columns():
    case = fan(50)
    folded = fold(case, places=10, columns=3)
    check(case, folded)
    (place,) = between(folded)
    assert place.accounts == {"a", *(f"m{n}" for n in range(50))}
    assert (len(place.inside), place.inside_sum) == (50, 50)


def test_what_never_moved_rests_and_is_drawn():
    assert drawn(fold(chain("0 a>x 5 0", "x:exchange", "a 5 0\nz 9 0"))) == [
        ("theft", "a", (5, 0)),
        ("theft", REST, (9, 0)),
        ("a", "exchange", (5, 0)),
    ]


def test_hops_count_from_those_who_had_money_at_the_start():
    assert hops(chain("0 a>b 1 0\n0 b>c 1 0\n1 d>c 1 0\n1 c>a 1 0", "", "a 1 0\nd 1 0")) == {
        "a": 0,
        "d": 0,
        "b": 1,
        "c": 2,
    }


def test_the_lane_is_where_most_of_the_money_ends():
    case = chain("0 a>b 100 0\n0 b>x 60 0\n0 b>y 40 0\n0 a>y 10 0", "x:exchange y:mixer", "a 110 0")
    assert destinations(case) == {"a": "exchange", "b": "exchange", "x": "exchange", "y": "mixer"}


def test_money_that_left_before_the_later_money_came_does_not_count_for_it():
    case = chain("0 b>y 5 0\n1 a>b 10 0\n2 b>x 10 0", "x:exchange y:mixer", "a 10 0\nb 5 0")
    assert destinations(case)["a"] == "exchange"


def test_days_merge_when_there_are_too_many_and_pauses_stay():
    times = [T0 + timedelta(days=day) for day in (0, 1, 2, 3, 30, 31)]
    found = periods(times, 3)
    assert [(a.day, b.day) for a, b in found] == [(13, 14), (15, 16), (12, 13)]
    assert pauses(found) == (2,)


def test_within_two_days_hours_are_told_apart():
    assert len(periods([T0, T0 + timedelta(hours=1), T0 + timedelta(hours=1, minutes=5)], 14)) == 2


payments = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("abcdef"), st.sampled_from("abcdefxy"), st.integers(0, 99)),
    max_size=40,
)


@given(payments, st.integers(6, 40))
def test_every_fold_conserves_and_keeps_time(raw, room):
    """Openings are what lets every account pay; then every place passes on what came, per strand."""
    balance, least = dict.fromkeys("abcdefxy", 0), dict.fromkeys("abcdefxy", 0)
    lines = []
    for day, payer, payee, amount in sorted(raw, key=lambda row: row[0]):
        balance[payer] -= amount
        least[payer] = min(least[payer], balance[payer])
        balance[payee] += 0 if payee in "xy" else amount
        lines.append(f"{day} {payer}>{payee} {amount} 0")
    openings = "\n".join(f"{account} {-short} 0" for account, short in least.items() if short)
    case = chain("\n".join(lines), "x:exchange y:mixer", openings)
    check(case, fold(case, places=room))


def check(case, folded):
    came = [[0, 0] for _ in folded.places]
    went = [[0, 0] for _ in folded.places]
    for (a, b), link in folded.links.items():
        assert folded.places[a].spot < folded.places[b].spot
        for strand, amount in enumerate(link.amounts):
            went[a][strand] += amount
            came[b][strand] += amount
        for number in link.movements:
            period = folded.places[b].spot[0]
            if folded.places[b].spot != END:
                first, last = folded.periods[period]
                assert first <= case.movements[number].time <= last
    for place, arrived, left in zip(folded.places, came, went, strict=True):
        if place.spot not in (START, END):
            assert arrived == left
    total = [sum(amounts[s] for amounts in case.openings.values()) for s in (0, 1)]
    assert [sum(w[s] for p, w in zip(folded.places, went, strict=True) if p.spot == START) for s in (0, 1)] == total
    assert [sum(c[s] for p, c in zip(folded.places, came, strict=True) if p.spot == END) for s in (0, 1)] == total
    shown = sorted(n for link in folded.links.values() for n in link.movements)
    inside = sorted(n for place in folded.places for n in place.inside)
    real = [n for n, m in enumerate(case.movements) if any(m.amounts) and m.payer != m.payee]
    assert sorted(shown + inside) == real
