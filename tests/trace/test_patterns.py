"""Each pattern on a chain drawn for it, and on one that looks like it and is none."""

import json
from datetime import timedelta

import pytest

from dyepack.cli import run
from dyepack.engine.duckdb import DuckDB
from dyepack.model import UNKNOWN, Flow, Output
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, trace
from dyepack.trace.dust import clause, is_dust, limit
from dyepack.trace.patterns import PATTERNS, movements, patterns
from tests.trace.drawing import START, transfers
from tests.trace.test_balance import draw

THEFT = "2023-01-13-theft"


def flows(drawing, origin=THEFT):
    return [
        Flow(
            "r", "fifo", origin, t.chain, t.block, t.time, t.tx_index, t.seq, t.tx_hash, t.kind, t.from_address,
            t.to_address, None, None, t.asset, t.amount, t.amount,
        )
        for t in transfers(drawing)
    ]  # fmt: skip


def found(drawing, *names):
    return [(one.name, one.where, [row.to_address for row in one.rows]) for one in patterns(flows(drawing), names)]


def outputs(*transactions):
    """Flows of an output chain: (inputs as (output, address, amount), outputs as (address, amount)) by transaction."""
    rows = []
    for number, (spent, made) in enumerate(transactions, 1):
        ends = [("input", address, f"t{number}", output, amount) for output, address, amount in spent]
        ends += [("output", f"t{number}", to, f"t{number}:{place}", amount) for place, (to, amount) in enumerate(made)]
        for seq, (kind, payer, payee, output, amount) in enumerate(ends):
            when = number, START + timedelta(hours=number), 0, seq, f"t{number}"
            where = payer, payee, output, None, "BTC"
            rows.append(Flow("r", "fifo", THEFT, "bitcoin", *when, kind, *where, amount, amount))
    return rows


def test_a_peel_chain_pays_a_little_off_each_hop():
    drawing = "a 100 -> b; b 5 -> x; b 95 -> c; c 5 -> y; c 90 -> d; d 5 -> z; d 85 -> e"
    assert found(drawing, "peel-chain") == [("peel chain", "b", ["x", "c", "y", "d", "z", "e"])]
    assert not found("a 100 -> b; b 50 -> x; b 50 -> c; c 25 -> y; c 25 -> d; d 9 -> z; d 16 -> e", "peel-chain")
    assert not found("c 5 -> y; c 90 -> d; a 100 -> b; b 5 -> x; b 95 -> c; d 5 -> z; d 85 -> e", "peel-chain")


def test_a_peel_chain_on_outputs_follows_the_output_and_dust_does_not_extend_it():
    def peel(small):
        return outputs(
            ([("o:0", "a", 100_000)], [("x", small), ("b", 100_000 - small)]),
            ([("t1:1", "b", 100_000 - small)], [("c", 90_000), ("y", 10_000 - small)]),
            ([("t2:0", "c", 90_000)], [("d", 80_000), ("z", 10_000)]),
        )

    (chain,) = patterns(peel(9_000), ["peel-chain"])
    assert chain.figures == {"links": 3, "asset": "BTC", "peeled": "20000", "left": "80000"}
    assert not patterns(peel(546), ["peel-chain"])


def test_many_are_paid_and_many_pay_within_a_day():
    out = "; ".join(f"hub 1 -> p{number}" for number in range(5))
    assert found(out, "fan-out") == [("fan-out", "hub", [f"p{number}" for number in range(5)])]
    assert not found(out, "consolidation")
    back = "; ".join(f"p{number} 1 -> hub" for number in range(5))
    assert [(name, where) for name, where, _ in found(back, "consolidation")] == [("consolidation", "hub")]
    assert not found("; ".join("hub 1 -> p" for _ in range(9)), "fan-out")
    assert not found("; ".join(f"hub 1 -> p{number}; " + "q 1 -> r; " * 99 for number in range(5)), "fan-out")


def test_a_round_trip_comes_back_through_others():
    assert found("a 10 -> b; b 9 -> c; c 8 -> a", "round-trip") == [("round trip", "a", ["b", "c", "a"])]
    assert not found("a 10 -> b; b 4 -> a", "round-trip")
    assert not found("c 8 -> a; b 9 -> c; a 10 -> b", "round-trip")
    assert not found("a 10 -> pool + pool 9 -> a", "round-trip")


def test_change_is_no_round_trip_but_money_that_comes_back_by_another_is():
    pay = ([("o:0", "a", 100_000)], [("b", 60_000), ("a", 40_000)])
    assert not patterns(outputs(pay), ["round-trip"])
    (trip,) = patterns(outputs(pay, ([("t1:0", "b", 60_000)], [("a", 60_000)])), ["round-trip"])
    assert [row.to_address for row in trip.rows] == ["t1", "b", "t2", "a"]


def test_equal_splits_are_equal_to_the_unit():
    assert found("a 7 -> x; a 7 -> y; a 7 -> z", "equal-splits") == [("equal splits", "a", ["x", "y", "z"])]
    assert not found("a 7 -> x; a 7 -> y; a 6 -> z", "equal-splits")
    assert not found("a 7 -> x; a 7 -> x; a 7 -> x", "equal-splits")


def test_the_rhythm_says_the_quiet_hours_and_the_gaps():
    rows = outputs(*[([], [("x", 1_000)])] * 20)
    (rhythm,) = patterns(rows, ["batch-rhythm"])
    assert sum(rhythm.figures["transactions_by_hour_utc"]) == 20
    assert rhythm.figures["quiet_from_hour_utc"] == 17
    assert rhythm.figures["quiet_transactions"] == 4
    assert (rhythm.figures["median_gap_seconds"], rhythm.figures["longest_gap_seconds"]) == (3600, 3600)
    assert not patterns(rows[:19], ["batch-rhythm"])


def test_dust_limits_are_those_of_the_scripts():
    assert [limit("bitcoin", script) for script in ("p2pkh", "p2tr", "p2wpkh", "op_return")] == [546, 330, 294, 0]
    assert is_dust("bitcoin", 546)
    assert not is_dust("bitcoin", 295, "p2wpkh")
    assert is_dust("dogecoin", 100_000)
    assert not is_dust("dogecoin", 100_001)
    assert not is_dust("ethereum", 1)


@pytest.mark.parametrize(("chain", "rate"), [("bitcoin", 3), ("bitcoin_cash", 3), ("litecoin", 30)])
def test_dust_limits_are_what_the_reference_programs_work_out(chain, rate):
    """An output is its amount, its script with a length, and what spends it: 148 bytes, 67 of a witness."""
    old = {"p2pk": 35, "p2pkh": 25, "p2sh": 23}
    new = {"p2wpkh": 22, "p2wsh": 34, "p2tr": 34} if chain != "bitcoin_cash" else {}
    made = {script: (8 + 1 + size + (67 if script in new else 148)) * rate for script, size in (old | new).items()}
    assert {script: limit(chain, script) for script in made} == made
    assert limit(chain) == made["p2pkh"]


def test_the_clause_finds_the_outputs_that_are_dust():
    rows = [("p2pkh", 546), ("p2pkh", 547), ("p2tr", 330), ("p2tr", 331), ("op_return", 1), ("p2wpkh", 294)]
    outputs = [Output("bitcoin", 1, 0, "t", at, script, None, amount) for at, (script, amount) in enumerate(rows)]
    engine = DuckDB()
    engine.load("outputs", TABLES["outputs"].rows(outputs))
    for chain, wanted in (("bitcoin", [0, 2, 5]), ("ethereum", [])):
        found = engine.fetch(f"select o.index from outputs o where {clause(chain, 'o')} order by o.index")
        assert found.column("index").to_pylist() == wanted
        told = [at for at, (script, amount) in enumerate(rows) if is_dust(chain, amount, script)]
        assert told == wanted
    engine.close()


def test_a_movement_of_two_thefts_is_one_row_and_unknown_money_none():
    both = flows("a 3 -> b") + flows("a 4 -> b", "2023-01-13-robbery") + flows("a 9 -> b", UNKNOWN)
    assert [row.amount for row in movements(both)] == [7]


def test_every_pattern_says_when_it_misleads_and_that_its_error_rate_is_not_known():
    assert all("isleads:" in (find.__doc__ or "") for find in PATTERNS.values())
    assert {one.error_rate for one in patterns(flows("a 7 -> x; a 7 -> y; a 7 -> z"))} == {"unknown"}


@pytest.mark.parametrize("form", ["--json", None])
def test_the_command_shows_the_rows(tmp_path, capsys, form):
    folder = ["-w", str(tmp_path / "w")]
    with Store.open(tmp_path / "w", create=True) as store:
        draw(store, "thief 21 -> a; a 7 -> x; a 7 -> y; a 7 -> z")
        trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief"),)))
    assert run([*folder, "patterns", "last", *([form] if form else [])]) == 0
    out = capsys.readouterr().out
    if form:
        (told,) = json.loads(out)["patterns"]
        assert (told["pattern"], len(told["movements"]), told["error_rate"]) == ("equal splits", 3, "unknown")
    else:
        assert ": equal splits 1." in out
        assert "Error rate of these rules: unknown." in out
    assert run([*folder, "patterns", "last", "--kind", "spiral"]) == 1
    assert "no pattern 'spiral'; there are: peel-chain" in capsys.readouterr().err
