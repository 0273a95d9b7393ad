"""A whole trace: from tables to tables, its answer, and what it refuses."""

import pytest

from dyepack.errors import InputError, MissingTable, RecordError
from dyepack.model import AddressClaim, AssetRow, Opening, Tag
from dyepack.store import Store
from dyepack.trace import Budget, Known, Request, SeedSpec, Stop, read_seeds, read_stops, trace
from tests.trace.drawing import transfers

THEFT, ROBBERY = "2023-01-13-theft", "2023-01-13-robbery"
ETH = AssetRow("ETH", "ethereum", None, "ETH", 18, True, "test")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def draw(store, drawing):
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        draft.put("assets", "drawn", [ETH])


def tag(store, address, concept, *, grade=50, name=None):
    row = Tag(
        f"{address}{concept}{grade}", "ethereum", address, name or address.title(), None, concept, "forensic", grade,
        "pack", None, None, None, None, None, None,
    )  # fmt: skip
    with store.run("load-tags", {"tag": row.tag}) as draft:
        draft.put("tags", row.tag.lower(), [row])


def ask(*addresses, **more):
    return Request((THEFT,), tuple(SeedSpec(THEFT, "ethereum", address) for address in addresses), **more)


def amounts(result, method="fifo"):
    return {place.address: place.amounts[method] for place in result.places}


def test_the_tables_add_up_as_the_sheets_do(store):
    draw(store, "thief 60 -> a; b 40 -> a; a 30 -> x; a 50 -> b; b 25 -> y; q 5 -> b")
    tag(store, "y", "exchange")
    result = trace(store, ask("thief"))
    assert all(sheet.adds_up for sheet in result.sheets)
    assert all(sheet.conserved for sheet in result.sheets if sheet.method != "poison")
    seeded: dict[tuple[str, str], int] = {}
    for seed in store.records("seeds"):
        seeded[seed.origin, seed.asset] = seeded.get((seed.origin, seed.asset), 0) + seed.amount
    for sheet in result.sheets:
        rows = [r for r in store.records("destinations") if (r.method, r.origin) == (sheet.method, sheet.origin)]
        assert sum(row.amount for row in rows) == sheet.seeded + sheet.spread
        assert sheet.seeded == seeded[sheet.origin, sheet.asset]
        assert sum(row.amount for row in rows if row.reason == "held") == sheet.held
        lines = [r for r in store.records("balance") if (r.method, r.origin) == (sheet.method, sheet.origin)]
        assert sum(r.amount * (1 if r.line in ("seeded", "spread") else -1) for r in lines) == 0


def test_flows_lead_to_every_destination(store):
    """What rests at a place is what its flows brought, less what they took away."""
    draw(store, "thief 60 -> a; b 40 -> a; a 30 -> x; a 50 -> b; b 25 -> y; a 10 -> a")
    result = trace(store, ask("thief"))
    start = {(seed.origin, seed.address): seed.amount for seed in result.seeds}
    for method in result.ranging:
        rest = dict(start)
        for flow in store.records("flows"):
            if flow.method == method:
                rest[flow.origin, flow.from_address] = rest.get((flow.origin, flow.from_address), 0) - flow.amount
                rest[flow.origin, flow.to_address] = rest.get((flow.origin, flow.to_address), 0) + flow.amount
        told = {(row.origin, row.address): row.amount for row in store.records("destinations") if row.method == method}
        assert {key: amount for key, amount in rest.items() if amount} == told


def test_a_destination_is_given_as_a_range_with_the_unknown_beside_it(store):
    draw(store, "thief 60 -> a; b 40 -> a; a 30 -> x; a 50 -> b; b 25 -> y")
    places = {place.address: place for place in trace(store, ask("thief")).places}
    assert (places["x"].low, places["x"].high) == (0, 30)
    assert (places["x"].unknown_low, places["x"].unknown_high) == (0, 30)
    assert places["a"].amounts == {
        "fifo": 0, "lifo": 20, "haircut": 12, "clean_first": 20, "taint_first": 0, "poison": 20
    }  # fmt: skip


def test_the_same_trace_twice_is_once(store):
    draw(store, "thief 10 -> a; a 4 -> x")
    first = trace(store, ask("thief"))
    before = store.parts("flows"), store.parts("runs")
    assert trace(store, ask("thief")) == first
    assert (store.parts("flows"), store.parts("runs")) == before


def test_another_question_is_another_run_beside_the_first(store):
    draw(store, "thief 10 -> a; a 4 -> x")
    runs = {trace(store, ask("thief")).run, trace(store, ask("thief", stops=(Stop("a", "analyst"),))).run}
    assert {seed.run for seed in store.records("seeds")} == runs


def test_who_acts_as_a_service_ends_a_trace_where_that_is_asked(store):
    """Twenty pay the hub and it pays twenty; the thief is one of its customers, and seeds are never stops."""
    drawing = "; ".join(
        [f"s{n} 1 -> d{n}; d{n} 1 -> hub; hub 1 -> w{n}" for n in range(20)] + ["thief 5 -> hub; hub 5 -> x"]
    )
    draw(store, drawing)
    assert amounts(trace(store, ask("thief")))["x"] == 5
    result = trace(store, ask("thief", stop_behaviour=True))
    (place,) = result.places
    assert (place.address, place.reason, place.low) == ("hub", "behaviour", 5)
    assert str(place.name).startswith("hub: paid by 21 addresses")


def test_a_tagged_service_stops_the_trace_and_its_deposit_address_is_named(store):
    draw(store, "thief 10 -> deposit; deposit 10 -> hot; hot 500 -> customer")
    tag(store, "hot", "exchange", name="Some Exchange")
    result = trace(store, ask("thief"))
    (place,) = result.places
    assert (place.address, place.reason, place.name, place.low) == ("hot", "service", "Some Exchange", 10)
    (deposit,) = result.deposits
    assert (deposit.deposit, deposit.address, deposit.moved, deposit.transfers) == ("deposit", "hot", 10, 1)


@pytest.mark.parametrize(
    ("concept", "reason"), [("mixing_service", "mixer"), ("defi_bridge", "bridge"), ("atm", "service")]
)
def test_the_reason_follows_from_the_tags_concept(store, concept, reason):
    draw(store, "thief 10 -> a; a 10 -> b")
    tag(store, "a", concept)
    assert [(place.address, place.reason) for place in trace(store, ask("thief")).places] == [("a", reason)]


def test_a_tag_that_names_no_service_does_not_stop(store):
    draw(store, "thief 10 -> a; a 10 -> b")
    tag(store, "a", "sanction")
    assert amounts(trace(store, ask("thief"))) == {"b": 10}


def test_the_better_known_tag_decides_and_the_analyst_before_it(store):
    draw(store, "thief 10 -> a; a 10 -> b")
    tag(store, "a", "exchange", grade=20)
    tag(store, "a", "mixing_service", grade=60)
    assert trace(store, ask("thief")).places[0].reason == "mixer"
    (place,) = trace(store, ask("thief", stops=(Stop("a", "frozen"),))).places
    assert (place.reason, place.concept) == ("frozen", "mixing_service")


def test_a_seed_is_followed_though_it_is_tagged(store):
    draw(store, "victim 10 -> a")
    tag(store, "victim", "exchange")
    assert amounts(trace(store, ask("victim"))) == {"a": 10}


def test_two_incidents_in_one_run_stay_apart(store):
    draw(store, "thief 30 -> a; robber 10 -> a; a 40 -> x")
    seeds = (SeedSpec(THEFT, "ethereum", "thief"), SeedSpec(ROBBERY, "ethereum", "robber"))
    result = trace(store, Request((THEFT, ROBBERY), seeds))
    assert {(place.origin, place.address, place.low) for place in result.places} == {
        (THEFT, "x", 30),
        (ROBBERY, "x", 10),
    }


def test_an_address_that_two_incidents_claim_is_refused(store):
    draw(store, "thief 30 -> a")
    seeds = (SeedSpec(THEFT, "ethereum", "thief"), SeedSpec(ROBBERY, "ethereum", "thief"))
    with pytest.raises(InputError, match="say with --seeds how much"):
        trace(store, Request((THEFT, ROBBERY), seeds))


def test_a_known_opening_makes_the_seed_smaller(store):
    draw(store, "thief 30 -> a")
    with store.run("ingest openings", {}) as draft:
        draft.put("openings", "known", [Opening("ethereum", "thief", "ETH", 20, 0, "test")])
    assert [seed.amount for seed in trace(store, ask("thief")).seeds] == [10]


def test_a_known_balance_that_the_movements_contradict_is_told(store):
    """7 were there after block 1, which had brought 30: so much cannot have been there before it."""
    draw(store, "thief 30 -> a; a 30 -> b")
    with store.run("ingest openings", {}) as draft:
        draft.put("openings", "known", [Opening("ethereum", "a", "ETH", 7 * 10**18, 1, "test")])
    assert not any("contradicts" in warning for warning in trace(store, ask("thief")).warnings)
    with store.run("ingest openings", {}) as draft:
        draft.put("openings", "known", [Opening("ethereum", "a", "ETH", 7, 1, "test")])
    result = trace(store, ask("thief"))
    (told,) = [warning for warning in result.warnings if "contradicts" in warning]
    assert "the known balance of a, 0.000000000000000007 ETH at the end of block 1" in told
    assert amounts(result) == {"b": 30}


def test_every_place_of_unknown_money_is_listed_for_each_incident(store):
    draw(store, "thief 30 -> a; robber 10 -> b; a 40 -> x; b 10 -> y")
    seeds = (SeedSpec(THEFT, "ethereum", "thief"), SeedSpec(ROBBERY, "ethereum", "robber"))
    result = trace(store, Request((THEFT, ROBBERY), seeds))
    assert [(one.origin, one.address, one.amounts["fifo"], one.unknown["fifo"]) for one in result.places] == [
        (THEFT, "x", 30, 10),
        (ROBBERY, "y", 10, 0),
        (ROBBERY, "x", 0, 10),
    ]


def test_counts_are_numbers_and_amounts_texts_in_json(store):
    draw(store, "thief 10 -> hot; thief 5 -> hot")
    tag(store, "hot", "exchange")
    (deposit,) = trace(store, ask("thief")).as_json()["deposits"]
    assert (deposit["transfers"], deposit["moved"]) == (2, "15")


# ── movements that repeat one of their transaction

TWICE = "thief 10 -> a + thief 10 -> a; a 10 -> x; a 10 -> y"
"""By kept the thief had 20; by once it had 10, and `a` paid 10 that nobody saw coming."""


def test_repeated_movements_are_kept_unless_asked(store):
    draw(store, TWICE)
    kept, once = (trace(store, ask("thief", repeated=read)) for read in ("kept", "once"))
    assert kept.run != once.run
    assert kept.alternative
    assert once.alternative
    assert (kept.scope.movements, amounts(kept)) == (4, {"x": 10, "y": 10})
    assert (once.scope.movements, {place.address: place.unknown["fifo"] for place in once.places}) == (
        3,
        {"x": 10, "y": 0},
    )
    assert (kept.alternative.sheets, once.alternative.sheets) == (once.sheets, kept.sheets)
    assert (kept.alternative.places, once.alternative.places) == (once.places, kept.places)
    assert (kept.alternative.movements, kept.alternative.moved) == (1, {"ETH": 10})
    assert any("1 movements repeat an earlier one" in told and "was kept" in told for told in kept.warnings)
    assert any("1 movements repeat an earlier one" in told and "were left out" in told for told in once.warnings)
    assert kept.as_json()["alternative"]["methods"] == once.as_json()["methods"]
    paid = [row for row in store.records("flows") if row.from_address == "thief" and row.method == "fifo"]
    assert [len([row for row in paid if row.run == one.run]) for one in (kept, once)] == [2, 1]


@pytest.mark.parametrize(
    "drawing",
    [
        "thief 10 -> a; thief 10 -> a",  # another block
        "thief 10 -> a, thief 10 -> a",  # another transaction
        "thief 10 -> a + thief 11 -> a",
        "thief 10 -> a + thief 10 -> b",
        "thief 10 -> a + a 10 -> thief + b 1 -> thief",
        "thief 10 -> a + thief 10 -> a %fee",
    ],
)
def test_what_differs_in_anything_but_its_place_is_not_repeated(store, drawing):
    draw(store, drawing)
    result = trace(store, ask("thief"))
    assert result.alternative is None
    assert result.as_json()["alternative"] is None
    assert not any("repeat" in warning for warning in result.warnings)


def test_a_reading_under_which_nothing_is_stolen_has_an_empty_sheet(store):
    """The thief got 10 and paid 10 twice: only if these are two has it paid more than it got."""
    draw(store, "q 10 -> thief; thief 10 -> a + thief 10 -> a")
    other = trace(store, ask("thief")).alternative
    assert other
    assert {(one.seeded, one.conserved) for one in other.sheets if one.origin == THEFT} == {(0, True)}
    with pytest.raises(InputError, match="nothing to follow"):
        trace(store, ask("thief", repeated="once"))


def test_seeds_may_be_an_amount_or_a_transaction(store):
    draw(store, "victim 30 -> thief; thief 30 -> a")
    by_amount = SeedSpec(THEFT, "ethereum", "thief", "ETH", 7, 1)
    result = trace(store, Request((THEFT,), (by_amount,)))
    assert [(seed.amount, seed.basis) for seed in result.seeds if seed.origin == THEFT] == [(7, "given")]
    by_transaction = SeedSpec(THEFT, "ethereum", "thief", tx_hash="t1.0")
    result = trace(store, Request((THEFT,), (by_transaction,)))
    assert amounts(result) == {"a": 30}
    assert [(seed.address, seed.amount) for seed in result.seeds if seed.origin == THEFT] == [("thief", 30)]
    assert all(sheet.conserved for sheet in result.sheets)


def test_a_transaction_that_brings_nothing_is_refused(store):
    draw(store, "victim 30 -> thief")
    with pytest.raises(InputError, match="brings nothing to thief"):
        trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief", tx_hash="t9"),)))


def test_a_seed_whose_money_is_all_explained_says_what_to_do(store):
    draw(store, "victim 30 -> thief; thief 30 -> a")
    with pytest.raises(InputError, match=r"nothing to follow.*thief.*tx_hash"):
        trace(store, ask("thief"))


@pytest.mark.parametrize(
    ("drawing", "says"),
    [
        ("thief {n} -> a; b {n} -> a", "a gets 2.00e\\+38 base units of ETH in all; expected less than 1.00e\\+38"),
        ("thief {n} -> a; thief {n} -> b", "thief pays 2.00e\\+38 base units"),
    ],
)
def test_sums_that_outgrow_the_walks_integers_are_refused(store, drawing, says):
    draw(store, drawing.format(n=10**38 - 1))
    with pytest.raises(InputError, match=says):
        trace(store, ask("thief"))


def test_a_seed_that_is_not_in_the_data_is_told_and_all_absent_refused(store):
    draw(store, "thief 30 -> a")
    assert "seed ghost has no movement in the tables" in trace(store, ask("thief", "ghost")).warnings
    with pytest.raises(InputError, match=r"no seed address occurs.*ghost"):
        trace(store, ask("ghost"))


def test_seeds_without_a_movement_to_follow_are_refused(store):
    draw(store, "thief 0 -> a; b 5 -> c")
    with pytest.raises(InputError, match="no movement that can be followed"):
        trace(store, ask("thief"))
    with pytest.raises(InputError, match="no movement that can be followed"):
        trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "ghost", "ETH", 5, 1),)))


def test_a_seed_after_the_tip_is_told(store):
    draw(store, "thief 30 -> a")
    late = SeedSpec(THEFT, "ethereum", "a", "ETH", 5, 99)
    result = trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief"), late)))
    assert any("after the last movement" in warning for warning in result.warnings)
    assert amounts(result) == {"a": 35}


def test_the_warnings_name_what_is_unexplained_flagged_and_cut(store):
    draw(store, "thief 30 -> a; a 50 -> b; thief 1 -> z !decoy-token; b 1 -> c; c 1 -> d")
    warnings = " | ".join(trace(store, ask("thief", budget=Budget(addresses=3))).warnings)
    assert "1 accounts pay out 0.00000000000000002 ETH more than the data shows" in warnings
    assert "the largest: a by" in warnings
    assert "1 movement flagged decoy-token" in warnings
    assert "the budget left out 1 places" in warnings
    assert "no tags are loaded" in warnings


def test_without_seeds_the_ledgers_thieves_are_the_seeds(store):
    draw(store, "thief 30 -> a; other 5 -> a")
    claims = [
        AddressClaim(f"c{index}", incident, "ethereum", address, role, None, "s", (), None)
        for index, (incident, address, role) in enumerate(
            [(THEFT, "thief", "thief"), (THEFT, "other", "victim"), (THEFT, "ghost", "thief"), (ROBBERY, "a", "thief")]
        )
    ]
    with store.run("load-ledger", {}) as draft:
        draft.put("address_claims", "all", claims)
    result = trace(store, Request((THEFT,)))
    assert [seed.address for seed in result.seeds if seed.origin == THEFT] == ["thief"]
    with pytest.raises(InputError, match="names no address of the thief of 2020-01-01-none"):
        trace(store, Request(("2020-01-01-none",)))


def test_without_seeds_and_ledger_it_says_what_to_do(store):
    draw(store, "thief 30 -> a")
    with pytest.raises(InputError, match=r"load-ledger.*--seeds FILE"):
        trace(store, Request((THEFT,)))


def test_without_movements_it_says_what_to_do(store):
    with pytest.raises(MissingTable, match="ingest movements"):
        trace(store, ask("thief"))


NONSENSE = [ask("thief", methods=("lilo",)), Request(("clean",)), Request(("Not A Slug",)), Request(())]


@pytest.mark.parametrize("question", NONSENSE)
def test_questions_that_make_no_sense_are_refused(store, question):
    draw(store, "thief 30 -> a")
    with pytest.raises(InputError, match=r"expected|no tracing method"):
        trace(store, question)


def test_nothing_is_written_when_a_trace_is_refused(store):
    draw(store, "victim 30 -> thief; thief 30 -> a")
    with pytest.raises(InputError, match="nothing to follow"):
        trace(store, ask("thief"))
    assert not store.parts("seeds")


# ── files of seeds and stops

GOOD = "0x1111111111111111111111111111111111111111"
KNOWN = Known((THEFT,), "ethereum", (), (ETH,))


def test_seeds_are_read_from_a_file(tmp_path):
    path = tmp_path / "seeds.csv"
    path.write_text(f"address,asset,amount,block,tx_hash\n{GOOD},,,,\n{GOOD},ETH,1.5,7,\n{GOOD},,,,0xAB\n")
    first, second, third = read_seeds(path, KNOWN)
    assert first == SeedSpec(THEFT, "ethereum", GOOD)
    assert second == SeedSpec(THEFT, "ethereum", GOOD, "ETH", 1_500_000_000_000_000_000, 7)
    assert third.tx_hash == "0xab"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("address\n0x12\n", "seeds.csv:2: address: expected 0x and 40 hex digits"),
        (f"address,amount\n{GOOD},5\n", "an amount needs its asset"),
        (f"address,asset,amount\n{GOOD},ETH,-5\n", "amount: expected a plain decimal"),
        (f"address,asset,amount\n{GOOD},XYZ,5\n", "asset: expected one of ETH"),
        (f"address,block\n{GOOD},-1\n", "block: expected a block number"),
        (f"address,asset,amount,tx_hash\n{GOOD},ETH,5,0xab\n", "says its own amount"),
        (f"address,incident\n{GOOD},{ROBBERY}\n", "incident: expected one of 2023-01-13-theft"),
        (f"address,asset\n{GOOD}\n", "expected 2 cells, got 1"),
        ("thief,x\ny,z\n", "no column of seeds.csv gives 'address'"),
    ],
)
def test_a_bad_seeds_file_says_where_and_what_was_expected(tmp_path, text, reason):
    path = tmp_path / "seeds.csv"
    path.write_text(text)
    with pytest.raises(Exception, match=reason):
        read_seeds(path, KNOWN)


def test_seeds_of_no_incident_are_one_clear_sentence(tmp_path):
    (tmp_path / "seeds.csv").write_text(f"address\n{GOOD}\n")
    with pytest.raises(InputError, match=r"seeds\.csv: of which incident.*dyepack trace INCIDENT --seeds FILE"):
        read_seeds(tmp_path / "seeds.csv", Known((), "ethereum"))


def test_stops_are_read_from_a_file(tmp_path):
    path = tmp_path / "stops.csv"
    path.write_text(f"chain,address,reason,name\nethereum,{GOOD},,Mine\ntron,whatever,,\n,{GOOD},frozen,\n")
    assert read_stops(path, "ethereum") == (Stop(GOOD, "analyst", "Mine"), Stop(GOOD, "frozen", None))
    path.write_text(f"address,reason\n{GOOD},because\n")
    with pytest.raises(Exception, match=r"stops.csv:2: reason: expected one of analyst"):
        read_stops(path, "ethereum")


@pytest.mark.parametrize("text", ["{0}\n{1}\n", "address\n{0}\n{1}\n", "\ufeffAddress\r\n{0}\r\n{1}\r\n"])
def test_a_bare_list_of_addresses_is_a_file_of_seeds_or_stops(tmp_path, text):
    first, second = (f"0x00000000000000000000000000000000000000{end}" for end in ("ee", "EE"))
    (tmp_path / "list.csv").write_text(text.format(first, second), "utf-8")
    assert [seed.address for seed in read_seeds(tmp_path / "list.csv", KNOWN)] == [first, first]
    assert [stop.address for stop in read_stops(tmp_path / "list.csv", "ethereum")] == [first, first]


def test_a_list_of_something_else_says_what_was_expected(tmp_path):
    (tmp_path / "list.csv").write_text("wallet\n0x00000000000000000000000000000000000000ee\n")
    with pytest.raises(RecordError, match=r"list\.csv:1: .*expected 0x and 40 hex digits"):
        read_seeds(tmp_path / "list.csv", KNOWN)
