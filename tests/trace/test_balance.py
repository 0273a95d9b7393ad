"""The balance sheet at any block: every line from the postings, adding up, and valued on days that are never mixed."""

import datetime as dt
import json
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.errors import ConservationError, InputError
from dyepack.model import AddressClaim, AssetRow, Freeze, Price
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.balance import Question, balance
from dyepack.trace.facts import Fact, read_facts
from tests.conftest import shared
from tests.trace.drawing import transfers

THEFT, ROBBERY = "2023-01-13-theft", "2023-01-13-robbery"
ETH = AssetRow("ETH", "ethereum", None, "ETH", 0, True, "test")
BANK = Stop("bank", "service", "Bank")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def draw(store, drawing):
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        draft.put("assets", "drawn", [ETH])


def ask(*addresses, **more):
    return Request((THEFT,), tuple(SeedSpec(THEFT, "ethereum", address) for address in addresses), **more)


def lines(answer, origin=THEFT):
    return {line: amount for sheet in answer.sheets if sheet.origin == origin for line, amount in sheet.lines.items()}


def at(store, block, **more):
    return lines(balance(store, Question("last", block, **more)))


def test_every_block_has_its_sheet(store):
    draw(store, "thief 10 -> a; a 4 -> bank; a 1 -> x %fee; a 2 -> y")
    trace(store, ask("thief", stops=(BANK,)))
    assert at(store, 0) == at(store, 1) == {("held", None): 10}
    assert at(store, 2) == {("held", None): 6, ("service", "Bank"): 4}
    assert at(store, 3) == at(store, None) == {("held", None): 5, ("service", "Bank"): 4, ("fees", None): 1}


def test_money_that_was_frozen_lies_where_it_lay_on_another_line(store):
    draw(store, "thief 10 -> a; a 4 -> b")
    trace(store, ask("thief"))
    frozen = Fact("ethereum", "a", "frozen", block=2, name="Issuer")
    freed = Fact("ethereum", "a", "held", block=9)
    assert at(store, 1, facts=(frozen,)) == {("held", None): 10}
    assert at(store, 2, facts=(frozen,)) == {("frozen", "Issuer"): 6, ("held", None): 4}
    assert at(store, 9, facts=(frozen, freed)) == {("held", None): 10}
    destroyed = Fact("ethereum", "a", "destroyed", asset="ETH", day=dt.date(2023, 1, 20))
    assert at(store, None, facts=(frozen, destroyed)) == {("destroyed", None): 6, ("held", None): 4}
    assert at(store, dt.date(2023, 1, 19), facts=(destroyed,)) == {("held", None): 10}


def test_what_comes_back_to_the_victim_is_returned(store):
    draw(store, "thief 10 -> a; a 4 -> victim")
    with store.run("load-ledger", {}) as draft:
        draft.put(
            "address_claims", "l", [AddressClaim("1", THEFT, "ethereum", "victim", "victim", None, "s", (), None)]
        )
    trace(store, ask("thief"))
    assert at(store, None) == {("returned", "the victim, says the ledger"): 4, ("held", None): 6}


def test_a_theft_among_the_movements_counts_from_its_block(store):
    draw(store, "a 1 -> b; victim 9 -> thief; thief 4 -> x")
    trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief", tx_hash="t2.0"),)))
    assert at(store, 1) == {}
    assert at(store, 2) == {("held", None): 9}


def test_what_another_theft_took_is_a_line_of_its_own(store):
    draw(store, "thief 10 -> a; a 6 -> robber; robber 6 -> x")
    seeds = (SeedSpec(THEFT, "ethereum", "thief"), SeedSpec(ROBBERY, "ethereum", "robber", tx_hash="t2.0"))
    trace(store, Request((THEFT, ROBBERY), seeds))
    assert at(store, 1) == {("held", None): 10}
    assert at(store, None) == {("held", None): 4, ("stolen", None): 6}
    assert lines(balance(store, Question("last")), ROBBERY) == {("held", None): 6}


def test_each_day_is_told_over_time_and_adds_up(store):
    draw(store, "thief 10 -> a;" + "p 1 -> q;" * 99 + "a 4 -> bank")
    trace(store, ask("thief", stops=(BANK,)))
    days = balance(store, Question("last", over_time=True)).days
    assert [(sheet.day.day, sheet.lines.get(("service", "Bank"), 0)) for sheet in days] == [(13, 0), (14, 4)]
    assert all(sheet.seeded == sum(sheet.lines.values()) for sheet in days)


def changed(store, table, rows):
    (part,) = store.parts(table)
    with store.run("made", {}) as draft:
        draft.put(table, part, rows)


def test_postings_that_do_not_lead_to_the_destinations_are_an_error(store):
    draw(store, "thief 10 -> a; a 4 -> b")
    trace(store, ask("thief", methods=("fifo",)))
    postings = store.records("postings")
    changed(store, "postings", [one for one in postings if (one.block, one.address) != (2, "a")])
    with pytest.raises(ConservationError, match="the lines of ETH add up to 14, not 10"):
        at(store, None)
    changed(store, "postings", [one for one in postings if one.block != 2])
    with pytest.raises(ConservationError, match=r"leave 10 of ETH at a \(held\), the destinations say 6"):
        at(store, None)
    changed(store, "postings", [one for one in postings if (one.block, one.address) != (1, "a")])
    with pytest.raises(ConservationError, match="add up to 0, not 10"):
        at(store, 1)


def test_a_run_without_postings_says_how_to_make_it_again(store):
    draw(store, "thief 10 -> a; a 4 -> b")
    (run,) = {trace(store, ask("thief", methods=("fifo",))).run}
    with store.run("made", {}) as draft:
        draft.drop("postings", run)
    with pytest.raises(InputError, match=f"a version that kept no postings.*dyepack trace --again {run}"):
        at(store, None)


def test_a_conversion_leaves_one_sheet_and_comes_into_another(store):
    draw(store, "thief 10 -> a; a 4 -> pool + pool 40 USDC -> a %token")
    trace(store, ask("thief", methods=("fifo",)))
    eth, usdc = balance(store, Question("last")).sheets
    assert (eth.seeded, eth.came, eth.lines) == (10, 0, {("converted", None): 4, ("held", None): 6})
    assert (usdc.seeded, usdc.came, usdc.lines) == (0, 40, {("held", None): 40})


def priced(store, closes, source="us"):
    with store.run("ingest prices", {"source": source}) as draft:
        rows = [Price("ETH", dt.datetime(2023, 1, day, tzinfo=dt.UTC), "day", usd, source) for day, usd in closes]
        draft.put("prices", source, rows)


def test_three_days_give_three_values_and_none_is_guessed(store):
    draw(store, "thief 10 -> a;" + "p 1 -> q;" * 99 + "a 4 -> bank")
    trace(store, ask("thief", stops=(BANK,), methods=("fifo",)))
    priced(store, [(13, 2_000_000), (14, 3_000_000), (20, 5_000_000)])
    answer = balance(store, Question("last"))
    worth = answer.values[THEFT, "ETH", ("service", "Bank")]
    assert worth == {"theft-day": 8_000_000, "movement-day": 12_000_000, "now": 20_000_000}
    assert answer.values[THEFT, "ETH", ("held", None)]["movement-day"] == 12_000_000
    assert answer.total("now") == {"held": 30_000_000, "service": 20_000_000}
    assert answer.worth.sources == {"ETH": "us"}
    early = balance(store, Question("last", now=dt.date(2023, 1, 15)))
    assert early.values[THEFT, "ETH", ("held", None)]["now"] is None
    assert early.as_json()["without_a_price"] == [{"asset": "ETH", "basis": "now", "days": ["2023-01-15"]}]
    assert early.total("now") == {}
    priced(store, [(13, 1)], "them")
    with pytest.raises(InputError, match="ETH is priced by them, us; choose one with --price-source"):
        balance(store, Question("last"))
    assert balance(store, Question("last", price_sources=("us",))).values == answer.values
    with pytest.raises(InputError, match="no price of these assets is from 'x'; there are: them, us"):
        balance(store, Question("last", price_sources=("x",)))


def test_what_issuers_said_on_the_chain_is_known_and_a_file_has_the_last_word(store):
    draw(store, "thief 10 -> a; a 4 -> b")
    trace(store, ask("thief"))
    when = dt.datetime(2023, 1, 3, tzinfo=dt.UTC)
    start = ("ethereum", 3, when, "0x", 0)
    rows = [
        Freeze(*start, 2, "ETH", "a", "destroyed", 1, "DestroyedBlackFunds", "node"),
        Freeze(*start, 1, "ETH", "a", "frozen", None, "AddedBlackList", "node"),
        Freeze("ethereum", 4, when, "0x", 0, 0, "ETH", "a", "held", None, "RemovedBlackList", "node"),
    ]
    with store.run("test", {"freezes": 1}) as draft:
        draft.put("freezes", "node", rows)
    assert at(store, 2) == {("held", None): 10}
    assert at(store, 3) == {("frozen", "AddedBlackList of ETH"): 6, ("held", None): 4}
    assert at(store, 4) == {("held", None): 10}
    still = Fact("ethereum", "a", "frozen", block=4, name="a court")
    assert at(store, 4, facts=(still,)) == {("frozen", "a court"): 6, ("held", None): 4}


def test_facts_are_read_or_refused_with_the_line(tmp_path):
    file = tmp_path / "facts.csv"
    address = "0x" + "a" * 40
    file.write_text(f"address,reason,block,date,name\n{address},frozen,5,,Issuer\n{address},held,,2023-02-01,\n")
    assert read_facts(file, "ethereum", ()) == (
        Fact("ethereum", address, "frozen", None, 5, None, "Issuer"),
        Fact("ethereum", address, "held", None, None, dt.date(2023, 2, 1), None),
    )
    for row, reason in (
        (f"{address},thawed,5,,", "expected one of frozen, destroyed, returned, held"),
        (f"{address},frozen,,,", "expected the block or the date"),
        (f"{address},frozen,x,,", "expected a block number"),
        ("0x1,frozen,5,,", "40 hex digits"),
        ("0x1,frozen", "expected 5 cells"),
    ):
        file.write_text(f"address,reason,block,date,name\n{row}\n")
        with pytest.raises(Exception, match=rf"facts.csv:2: .*{reason}"):
            read_facts(file, "ethereum", ())


@st.composite
def payments(draw):
    drawn = []
    for _ in range(draw(st.integers(1, 12))):
        payer, payee = draw(st.sampled_from("tabcd")), draw(st.sampled_from("tabcdx"))
        drawn.append(f"{payer} {draw(st.integers(1, 9))} -> {payee}{draw(st.sampled_from(['', '', ' %fee']))}")
    return "t 9 -> a; " + "; ".join(drawn)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawing=payments(), cut=st.integers(0, 14))
def test_any_block_is_what_replaying_the_flows_one_by_one_gives(tmp_path_factory, drawing, cut):
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        draw(store, drawing)
        trace(store, ask("t", stops=(Stop("x", "service", "X"),)))
        for method in ("fifo", "lifo", "haircut"):
            there: dict[str, int] = defaultdict(int)
            for seed in store.records("seeds"):
                there[seed.address] += seed.amount if seed.origin == THEFT else 0
            for flow in store.records("flows"):
                if (flow.method, flow.origin) == (method, THEFT) and flow.block <= cut:
                    there[flow.from_address] -= flow.amount
                    there["fees" if flow.kind == "fee" else flow.to_address] += flow.amount
            wanted: dict[tuple[str, str | None], int] = defaultdict(int)
            for place, amount in there.items():
                line = {"x": ("service", "X"), "fees": ("fees", None)}.get(place, ("held", None))
                wanted[line] += amount
            told = balance(store, Question("last", cut, method))
            assert lines(told) == {line: amount for line, amount in wanted.items() if amount}


def test_bybits_ether_at_the_close_of_its_day_and_tokens_without_a_price_in_no_sum(tmp_path, capsys):
    """1,063.9 million dollars: the 400,001 ETH that the cold address must have had, at the close of 2025-02-21."""
    folder = ["-w", str(tmp_path / "w")]
    data = shared("data", "thefts", "bybit-2025-02", "bybit_5hop_outbound.csv")
    columns = "from=from_address,to=to_address,time=timestamp_utc,token=token_contract,kind=-"
    assert run([*folder, "ingest", "movements", str(data), "--chain", "ethereum", "--map", columns]) == 0
    closes = shared("data", "prices", "daily_close_usd.csv")
    assert run([*folder, "ingest", "prices", str(closes), "--source", "closes", "--map", "close=usd_close"]) == 0
    (tmp_path / "s.csv").write_text("0x47666fab8bd0ac7003bce3f5c3585383f09486e2\n")
    seeds = ["--seeds", str(tmp_path / "s.csv"), "--chain", "ethereum", "--method", "fifo"]
    assert run([*folder, "trace", "2025-02-21-bybit", "--unlisted", *seeds]) == 0
    capsys.readouterr()
    assert run([*folder, "balance", "last"]) == 1
    assert "ETH is priced by closes: yahoo_2015_2021(emilystamm), closes: yahoo_2020_2025" in capsys.readouterr().err
    chosen = ["--price-source", "closes: yahoo_2020_2025(1pperalta)"]
    assert run([*folder, "balance", "last", *chosen, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(sheet["adds_up"] for sheet in told["sheets"])
    assert told["totals_usd"]["theft-day"] == {"held": "1063864866855518"}
    assert {one["asset"] for one in told["without_a_price"]} == {
        sheet["asset"] for sheet in told["sheets"] if sheet["asset"] != "ETH"
    }
    assert run([*folder, "balance", "last", *chosen]) == 0
    assert "No price on any day of stETH, mETH, cmETH: in no sum of dollars." in capsys.readouterr().out


def test_all_methods_give_every_line_as_a_range(tmp_path, capsys):
    folder = ["-w", str(tmp_path / "w")]
    with Store.open(tmp_path / "w", create=True) as store:
        draw(store, "thief 60 -> a; b 40 -> a; a 30 -> bank; a 50 -> b; b 25 -> y")
        trace(store, ask("thief", stops=(BANK,), methods=("fifo", "haircut", "poison")))
        low, high = (
            balance(store, Question("last", None, one)).sheets[0].lines["service", "Bank"]
            for one in ("haircut", "fifo")
        )
    assert (low, high) == (18, 30)
    assert run([*folder, "balance", "last", "--method", "all"]) == 0
    out = capsys.readouterr().out
    assert "18–30 ETH at Bank, whichever of fifo, haircut." in out
    assert run([*folder, "balance", "last", "--method", "all", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: one["sheets"][0]["adds_up"] for name, one in told["methods"].items()} == {
        "fifo": True,
        "haircut": True,
    }
    assert run([*folder, "balance", "last", "--method", "poison"]) == 1
    assert "poison says how far stolen money can have reached" in capsys.readouterr().err


def test_the_command_answers_with_the_sentence_first(tmp_path, capsys):
    folder = ["-w", str(tmp_path / "w")]
    with Store.open(tmp_path / "w", create=True) as store:
        draw(store, "thief 10 -> a; a 4 -> bank")
        trace(store, ask("thief", stops=(BANK,)))
        priced(store, [(13, 2_000_000)])
    assert run([*folder, "balance", "last", "--over-time"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{THEFT}: of 10 ETH by 2023-01-13 (block 2): 6 ETH held, 4 ETH at Bank, by fifo.")
    assert "Daily closes: ETH by us. Theft-day: 2023-01-13-theft 2023-01-13. Now: 2023-01-13." in out
    (tmp_path / "f.csv").write_text("address,reason,block\n0x" + "a" * 40 + ",frozen,1\n")
    assert run([*folder, "balance", "last", "--at", "1", "--facts", str(tmp_path / "f.csv"), "--json"]) == 0
    (sheet,) = json.loads(capsys.readouterr().out)["sheets"]
    assert (sheet["adds_up"], sheet["lines"][0]["amount"]) == (True, "10")
    assert run([*folder, "balance", "last", "--at", "soon"]) == 1
    assert "expected a block or a day" in capsys.readouterr().err
    assert run([*folder, "balance", "last", "--origin", "x"]) == 1
    assert "no money of 'x' was traced" in capsys.readouterr().err
