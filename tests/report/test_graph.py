"""The graph of a recorded trace: it adds up at every fold, its rows sum to its ribbons, it is the same each time."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.model import UNKNOWN, AssetRow, Tag
from dyepack.report.graph import Question, bait_rows, graph, link_rows, made, read
from dyepack.report.graph.asked import LEVELS
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from tests.trace.drawing import transfers
from tests.trace.drawing_outputs import chain

THEFT, OTHER = "2023-01-13-theft", "2023-01-13-other"
BANK = Stop("bank", "service", "Bank")
LOSS = Stop("lost", "analyst", "we stopped here")
SEVERAL = "thief 60 -> a; b 40 -> a; a 30 -> c, a 20 -> bank; c 10 -> d + c 15 -> bank; a 25 -> lost; d 4 -> bank"


def follow(folder, drawing, *seeds, assets=("ETH",), flagged=(), **more):
    with Store.open(folder, create=True) as store:
        with store.run("ingest movements", {"drawn": drawing}) as draft:
            draft.put("transfers", "drawn", [*transfers(drawing), *flagged])
            draft.put("assets", "drawn", [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in assets])
        specs = tuple(SeedSpec(origin, "ethereum", address) for origin, address in seeds or [(THEFT, "thief")])
        incidents = tuple(dict.fromkeys(origin for origin, _ in seeds or [(THEFT, "thief")]))
        trace(store, Request(incidents, specs, more.pop("stops", (BANK, LOSS)), chain="ethereum", **more))
        return read(store, "last")


def ask(told, **more):
    return graph(told, Question("last", **more)).as_json()


def ends(answer):
    return {place["lane"]: int(place["in"]) for place in answer["places"] if place["side"] == "end"}


def check(told, **more):
    """Everything that holds of any view: sums, rows, ranges, time to the right, ends as the trace has them."""
    question = Question("last", **more)
    answer = graph(told, question).as_json()
    at = {place["id"]: place for place in answer["places"]}
    drawn: dict[str, int] = defaultdict(int)
    for link in answer["links"]:
        rows = link_rows(told, question, made(told, question), link["id"])
        for name in ("amount", "low", "high"):
            if name == "amount" or len(rows) == 1:
                assert sum(int(row[name]) for row in rows) == int(link[name])
        assert int(link["low"]) == min(map(int, link["by_method"].values()))
        assert int(link["high"]) == max(map(int, link["by_method"].values()))
        assert (
            sum(map(int, link["by_source"].values())) == int(link["amount"]) == int(link["by_method"][answer["method"]])
        )
        assert at[link["from"]]["x"] < at[link["to"]]["x"]
        if at[link["to"]]["side"] == "end":
            drawn[link["asset"]] += int(link["amount"])
    for sums in answer["sums"]:
        hidden = sum(int(one["amount"]) for one in sums["hidden"])
        assert int(sums["drawn"]) == drawn[sums["asset"]]
        assert int(sums["rests"]) == drawn[sums["asset"]] + hidden
    through_places(answer)
    return answer


def through_places(answer):
    """What is drawn at a place and what is hidden there is all that came and went."""
    came: dict[str, int] = defaultdict(int)
    went: dict[str, int] = defaultdict(int)
    for link in answer["links"]:
        went[link["from"]] += int(link["amount"])
        came[link["to"]] += int(link["amount"])
    for place in answer["places"]:
        assert came[place["id"]] + int(place["hidden_in"]) == int(place["in"])
        assert went[place["id"]] + int(place["hidden_out"]) == int(place["out"])
        if place["side"] is None and place["kind"] != "conversion":
            assert place["in"] == place["out"]


def rests(told, method, sources=(THEFT,)):
    """What the trace itself says: by asset, the sum of its destinations."""
    found: dict[str, int] = defaultdict(int)
    for end in told.ends:
        if end.origin in sources:
            found[end.asset] += under(told, method, end)
    return found


def under(told, method, end):
    return end.amounts[told.methods.index(method)]


@pytest.fixture(scope="module", name="told")
def _told(tmp_path_factory):
    return follow(tmp_path_factory.mktemp("several") / "w", SEVERAL)


@pytest.fixture(scope="module", name="swapped")
def _swapped(tmp_path_factory):
    return follow(tmp_path_factory.mktemp("swap") / "w", SWAP, assets=("ETH", "USDC"))


@pytest.fixture(scope="module", name="fanned")
def _fanned(tmp_path_factory):
    return follow(tmp_path_factory.mktemp("fan") / "w", fan(60))


@pytest.mark.parametrize("method", ["fifo", "lifo", "haircut", "clean_first", "taint_first"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_fold_adds_up_to_what_the_trace_says(told, level, method):
    answer = check(told, level=level, method=method)
    (sums,) = answer["sums"]
    assert int(sums["rests"]) == rests(told, method)["ETH"] == 60
    assert sums["hidden"] == []


def test_an_end_has_the_name_the_kind_and_the_range_that_the_trace_gives_it(told):
    answer = ask(told)
    (bank,) = (place for place in answer["places"] if place["name"] == "Bank")
    by = [sum(under(told, m, e) for e in told.ends if (e.address, e.origin) == ("bank", THEFT)) for m in told.methods]
    assert (bank["kind"], bank["statement"], int(bank["low"]), int(bank["high"])) == (
        "service",
        "claim",
        min(by),
        max(by),
    )
    (lost,) = (place for place in answer["places"] if place["name"] == "we stopped here")
    (way,) = (link for link in answer["links"] if link["to"] == lost["id"])
    assert (lost["statement"], way["kind"]) == ("analyst", "analyst")


def test_what_is_all_stolen_by_every_rule_is_a_fact_and_what_is_mixed_follows_from_a_rule(told):
    answer = ask(told, level="accounts")
    name = {place["id"]: place["name"] for place in answer["places"]}
    kinds = {(name[link["from"]], name[link["to"]]): link["kind"] for link in answer["links"] if not link["kept"]}
    assert kinds["thief", "a"] == "fact"
    assert kinds["a", "c"] == "rule"


def test_places_and_links_have_the_same_ids_and_spots_each_time(told):
    assert ask(told) == ask(told)


def test_the_places_of_a_view_are_the_same_whichever_rule_is_drawn(told):
    by = [ask(told, method=method, level="accounts") for method in told.methods]
    assert len({tuple(sorted(place["id"] for place in answer["places"])) for answer in by}) == 1
    assert len({tuple(sorted(link["id"] for link in answer["links"])) for answer in by}) == 1


def fan(wide):
    hops = "; ".join(f"thief 10 -> m{n:03}" for n in range(wide))
    return f"{hops}; {'; '.join(f'm{n:03} 10 -> bank' for n in range(wide))}"


def test_many_deposits_to_one_service_are_one_ribbon_until_it_is_opened(fanned):
    shut = check(fanned, level="destinations", periods=1)
    (deposits,) = (link for link in shut["links"] if not link["kept"])
    assert (deposits["movements"], deposits["amount"]) == (60, "600")
    (bank,) = (place for place in shut["places"] if place["side"] == "end")
    opened = check(fanned, level="destinations", periods=1, opened=(bank["opens"],))
    alone = [place for place in opened["places"] if place["folds"] == bank["lane"] and place["side"] is None]
    assert len(alone) == 12
    assert {place["accounts"] for place in alone} == {1}
    (bank,) = (place for place in opened["places"] if place["side"] == "end")
    more = check(fanned, level="destinations", periods=1, opened=(bank["opens"],))
    assert sum(place["accounts"] == 1 and place["side"] is None for place in more["places"]) > 12


def test_an_opened_lane_lets_its_largest_accounts_out_and_keeps_the_others_together(fanned):
    lane = next(p["opens"] for p in ask(fanned, level="hops")["places"] if p["accounts"] == 60 and p["side"] is None)
    answer = check(fanned, level="hops", opened=(f"{lane}~5",))
    sizes = sorted(p["accounts"] for p in answer["places"] if p["folds"] == lane)
    assert sizes == [1, 1, 1, 1, 1, 55]
    (rest,) = (p for p in answer["places"] if p["accounts"] == 55)
    assert rest["opens"] == f"{lane}~10"


def test_accounts_that_were_all_paid_alike_are_said_to_be(fanned):
    answer = ask(fanned, level="hops")
    assert {p["likeness"] for p in answer["places"] if p["accounts"] == 60 and p["side"] is None} == {"equal splits"}


def test_what_is_hidden_is_said_with_its_reason(told):
    by_hand = check(told, hidden=("held",))
    (sums,) = by_hand["sums"]
    assert [one["why"] for one in sums["hidden"]] == ["hidden by hand"]
    assert int(sums["hidden"][0]["amount"]) == sum(
        under(told, "fifo", e) for e in told.ends if (e.origin, e.reason) == (THEFT, "held")
    )
    small = check(told, least="18")
    assert {one["why"] for one in small["sums"][0]["hidden"]} == {"smaller than asked for"}
    assert all(int(link["high"]) >= 18 for link in small["links"])
    near = check(told, level="accounts", focus="c", back=1, forward=0)
    names = {place["name"] for place in near["places"]}
    assert {"a", "c"} <= names
    assert "d" not in names
    assert {one["why"] for one in near["sums"][0]["hidden"]} == {"out of focus"}


def test_a_span_of_time_begins_with_what_was_there_and_says_what_had_arrived(tmp_path):
    drawing = "; ".join(
        ["thief 10 -> a", "a 4 -> bank", *["x 1 -> y"] * 200, "a 3 -> bank", *["x 1 -> y"] * 200, "a 2 -> bank"]
    )
    told = follow(tmp_path / "w", drawing)
    answer = check(told, first="2023-01-14", last="2023-01-16")
    (sums,) = answer["sums"]
    assert (sums["rests"], sums["drawn"]) == ("10", "6")
    assert [(one["why"], one["amount"]) for one in sums["hidden"]] == [("before the time chosen", "4")]
    assert ends(answer) == {"held": 3, "service:Bank": 3}


def test_two_thefts_stay_apart_and_unknown_money_is_drawn_when_asked_for(tmp_path):
    told = follow(
        tmp_path / "w", "thief 60 -> a; crook 30 -> a; b 5 -> a; a 50 -> bank", (THEFT, "thief"), (OTHER, "crook")
    )
    answer = check(told)
    assert {one["source"] for one in answer["sources"] if one["drawn"]} == {THEFT, OTHER}
    (bank,) = (place for place in answer["places"] if place["side"] == "end" and place["kind"] == "service")
    assert {source: int(bank["by_source"][source]) for source in (THEFT, OTHER)} == {THEFT: 50, OTHER: 0}
    assert int(check(told, sources=(OTHER,))["sums"][0]["rests"]) == 30
    if UNKNOWN in told.origins:
        assert UNKNOWN in [one["source"] for one in check(told, sources=told.origins)["sources"]]


SWAP = "thief 60 -> a; b 40 -> a; a 50 -> pool + pool 500 USDC -> a + a 1 -> x %fee; a 200 USDC -> bank; a 20 -> z"


@pytest.mark.parametrize("level", LEVELS)
def test_a_conversion_is_a_place_at_which_one_asset_becomes_another(swapped, level):
    answer = check(swapped, level=level)
    (turn,) = (place for place in answer["places"] if place["kind"] == "conversion")
    assert turn["name"] == "ETH → USDC"
    into = [link for link in answer["links"] if link["to"] == turn["id"]]
    out = [link for link in answer["links"] if link["from"] == turn["id"]]
    assert ({link["asset"] for link in into}, {link["asset"] for link in out}) == ({"ETH"}, {"USDC"})
    assert all("conversion" in link["marks"] for link in [*into, *out])
    for sums in answer["sums"]:
        told = rests(swapped, "fifo")
        converted = sum(
            under(swapped, "fifo", e) for e in swapped.ends if (e.reason, e.asset) == ("converted", sums["asset"])
        )
        assert int(sums["rests"]) == told[sums["asset"]] - converted
    assert [
        sums["asset"] for sums in check(swapped, level=level, assets=("USDC",))["sums"] if sums["drawn"] != "0"
    ] == ["USDC"]


CHAIN = """
c: -> victim 100;
d: -> clean 50;
t: c.0 -> thief 60, victim 39;
u: t.0 d.0 -> a 70, b 39;
v: u.0 -> shop 50, a 19;
w: u.1 v.1 -> shop 30, x 27
"""


def test_transactions_of_an_output_chain_are_places_of_their_own(tmp_path):
    drawn = chain(CHAIN)
    with Store.open(tmp_path / "w", create=True) as store:
        with store.run("ingest", {}) as draft:
            for table in ("transactions", "inputs", "outputs"):
                draft.put(table, "drawn", getattr(drawn, table))
        seeds = (SeedSpec(THEFT, "bitcoin", "thief", tx_hash="t"),)
        trace(store, Request((THEFT,), seeds, (Stop("shop", "service", "Shop"),), chain="bitcoin"))
        told = read(store, "last")
    for level in LEVELS:
        answer = check(told, level=level)
        assert int(answer["sums"][0]["rests"]) == 60
    assert "transaction" in {place["kind"] for place in check(told, level="accounts")["places"]}


def test_bait_is_counted_and_never_followed(tmp_path):
    told = follow(tmp_path / "w", "thief 10 -> a; evil 1 -> a !lookalike; a 4 -> bank")
    answer = check(told, level="accounts")
    assert [place["bait"] for place in answer["places"] if place["name"] == "a"] == [1]
    assert "evil" not in {place["name"] for place in answer["places"]}


BAITED = (
    "thief 60 -> a; a 30 -> c; x 0 -> a !zero-value; c 1 -> a !decoy-token; a 0 -> y !lookalike + x 0 -> a !zero-value"
)


def test_bait_is_drawn_as_marks_where_it_is_asked_for(tmp_path):
    told = follow(tmp_path / "w", BAITED)
    plain = ask(told, level="accounts")
    assert plain["bait"] == {"shown": False, "movements": 4, "marks": [], "more": 0}
    drawn = ask(told, level="accounts", bait=True)
    assert [drawn[part] for part in ("places", "links", "sums")] == [
        plain[part] for part in ("places", "links", "sums")
    ]
    at = {place["id"]: place["name"] for place in drawn["places"]}
    told_ = {(at.get(one["from"]), at.get(one["to"])): (one["flags"], one["outside"]) for one in drawn["bait"]["marks"]}
    assert told_ == {
        (None, "a"): ({"zero-value": 2}, 1),
        ("c", "a"): ({"decoy-token": 1}, 0),
        ("a", None): ({"lookalike": 1}, 1),
    }
    question = Question("last", level="accounts", bait=True)
    for mark in drawn["bait"]["marks"]:
        rows = bait_rows(told, question, made(told, question), mark["id"])
        assert len(rows) == mark["movements"]
        assert {row["flag"] for row in rows} == set(mark["flags"])
    with pytest.raises(InputError, match="no bait"):
        bait_rows(told, question, made(told, question), "b0")


def test_bait_outside_the_chosen_time_or_of_hidden_places_is_not_drawn(tmp_path):
    told = follow(tmp_path / "w", BAITED)
    assert ask(told, level="accounts", last="2023-01-12")["bait"]["movements"] == 0
    assert ask(told, level="accounts", hidden=("c",))["bait"]["movements"] == 4
    assert ask(told, level="accounts", hidden=("a",))["bait"]["movements"] < 4


def test_reading_and_folding_say_how_far_they_have_come(tmp_path):
    said: list[str] = []
    follow(tmp_path / "w", SEVERAL)
    with Store.open(tmp_path / "w") as store:
        told = read(store, "last", said.append)
    made(told, Question("last"), said.append)
    assert [line.split()[0] for line in said] == ["reading", "reading", "laying", "trying"]


def test_a_view_that_is_too_large_has_its_sums_and_nothing_to_draw(told):
    answer = replace(graph(told, Question("last")), spots=None).as_json()
    assert (answer["too_large"], answer["places"], answer["links"]) == (True, [], [])
    assert answer["sums"] == ask(told)["sums"]


def test_a_question_that_cannot_be_answered_says_why(told):
    for wrong, says in (
        ({"level": "finest"}, "expected one of"),
        ({"method": "guess"}, "has no method"),
        ({"method": "poison"}, "nothing there adds up"),
        ({"assets": ("DOGE",)}, "DOGE"),
        ({"sources": ("nobody",)}, "nobody"),
        ({"first": "yesterday"}, "expected a day or a time"),
        ({"first": "2023-02-01", "last": "2023-01-01"}, "ends after it begins"),
        ({"least": "-1"}, "expected a plain decimal"),
        ({"periods": 61}, "periods"),
        ({"back": 51}, "steps"),
    ):
        with pytest.raises(InputError, match=says):
            ask(told, **wrong)
    with pytest.raises(InputError, match="no link"):
        link_rows(told, Question("last"), made(told, Question("last")), "p0-p1")


payments = st.lists(
    st.tuples(
        st.sampled_from(["thief", "a", "b", "c", "d"]),
        st.integers(1, 30),
        st.sampled_from(["a", "b", "c", "d", "bank", "lost"]),
    ),
    min_size=1,
    max_size=14,
)
views = st.fixed_dictionaries(
    {
        "level": st.sampled_from(LEVELS),
        "periods": st.integers(0, 4),
        "method": st.sampled_from(["fifo", "lifo", "haircut"]),
    },
    optional={
        "least": st.sampled_from(["3", "10"]),
        "hidden": st.sampled_from([("held",), ("service:Bank",)]),
        "opened": st.sampled_from([("held~1",), ("service:Bank~1", "all~2")]),
        "focus": st.sampled_from(["a", "held"]),
        "first": st.just("2023-01-13T00:00:24Z"),
        "last": st.sampled_from(["2023-01-13T00:01:00Z", "2023-01-20"]),
    },
)


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(payments, views)
def test_any_chain_adds_up_at_any_view(tmp_path_factory, raw, view):
    drawing = "; ".join(["bank2 9 -> a", "thief 1 -> b", *(f"{p} {n} -> {q}" for p, n, q in raw if p != q)])
    told = follow(tmp_path_factory.mktemp("w"), drawing)
    check(told, **view)


def test_a_tag_that_stops_following_is_quoted(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store, store.run("load-tags", {}) as draft:
        said = ("Exchange <b>", "ex", "exchange", "ownership", 100, "pack", None, None, None, None, None, None)
        draft.put("tags", "test", [Tag("1", "ethereum", "bank", *said)])
    told = follow(tmp_path / "w", SEVERAL, stops=(LOSS,))
    (place,) = (p for p in check(told)["places"] if p["side"] == "end" and p["kind"] == "service")
    assert (place["name"], place["actor"], place["concept"]) == ("Exchange <b>", "ex", "exchange")
