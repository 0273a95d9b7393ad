"""Addresses that behave as services do: the rule against a plain twin, and how often it is wrong on real data."""

import json
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.store import Store
from dyepack.trace.behaviour import Rate, Rule, measure, service_like
from tests.conftest import ROOT, shared
from tests.trace.test_balance import draw

CASE = ROOT / "cases" / "2022-06-23-harmony"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def found(store, rule, among=None):
    store.view("transfers")
    return service_like(store.engine, "ethereum", rule, among)


def test_a_hub_is_paid_by_many_and_pays_many(store):
    draw(store, "a 1 -> hub; b 1 -> hub; hub 1 -> c; hub 1 -> d; a 1 -> shop; b 1 -> shop; shop 1 -> c")
    (one,) = found(store, Rule(2, 2, 99)).values()
    assert (one.address, one.says) == ("hub", "hub: paid by 2 addresses; pays 2")


def test_a_sweep_gathers_what_others_were_paid(store):
    sweep = "p 1 -> d1; q 1 -> d2; d1 1 -> hot; d2 1 -> hot; r 1 -> hot"
    draw(store, f"{sweep}; r 1 -> x")
    (one,) = found(store, Rule(99, 99, 2)).values()
    assert one.says == "sweep: paid by 3 addresses, 2 of them paid nobody else; pays 0"
    draw(store, f"{sweep}; d1 1 -> x; r 1 -> x")
    assert not found(store, Rule(99, 99, 2))


def test_bait_and_fees_are_no_behaviour(store):
    draw(store, "a 1 -> hub; b 1 -> hub !decoy; hub 1 -> c; hub 1 -> d %fee; hub 1 -> hub")
    assert not found(store, Rule(2, 1, 99))
    assert not found(store, Rule(1, 2, 99))


def test_of_some_addresses_the_answer_is_the_same_as_of_all(store):
    draw(store, "p 1 -> d; d 1 -> hot; q 1 -> e; e 1 -> hot; a 1 -> b; b 1 -> a")
    every = found(store, Rule(1, 1, 1))
    assert found(store, Rule(1, 1, 1), ["hot", "a"]) == {name: every[name] for name in ("a", "hot")}


def twin(moves, rule):
    payers, payees = defaultdict(set), defaultdict(set)
    for payer, payee in moves:
        if payer != payee:
            payers[payee].add(payer)
            payees[payer].add(payee)
    told = set()
    for address, by in payers.items():
        swept = sum(len(payees[payer]) == 1 and bool(payers[payer]) for payer in by if payer in payers)
        hub = len(by) >= rule.payers and len(payees.get(address, ())) >= rule.payees
        if hub or (swept >= rule.swept and swept * 2 >= len(by)):
            told.add(address)
    return told


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), min_size=1, max_size=12),
    st.builds(Rule, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
)
def test_the_rule_is_what_counting_by_hand_gives(tmp_path_factory, moves, rule):
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        draw(store, "; ".join(f"{payer} 1 -> {payee}" for payer, payee in moves))
        assert set(found(store, rule)) == twin(moves, rule)


@pytest.mark.parametrize(
    ("found_", "of", "low", "high"), [(0, 288, 0.0, 0.0132), (3, 458, 0.0022, 0.0191), (1, 11, 0.0162, 0.3774)]
)
def test_the_interval_is_wilsons(found_, of, low, high):
    assert Rate(found_, of).interval == pytest.approx((low, high), abs=1e-4)
    assert Rate(0, 0).interval is None


HARMONY = {"found": 3, "of": 458}, {"found": 1, "of": 11}, {"found": 281, "of": 3385}
ATOMIC = {"found": 0, "of": 288}, {"found": 1, "of": 101}, {"found": 0, "of": 566}


def rates(capsys, folder, terminals):
    capsys.readouterr()
    assert run([*folder, "behaviour", "--services", str(terminals), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    names = ("others_stopped", "services_found", "movements_into_others_stopped")
    return tuple({key: told[name][key] for key in ("found", "of")} for name in names)


def test_the_false_stop_share_on_the_bundled_case(tmp_path, capsys):
    """The eleven terminals are those of the case: ten tagged exchanges and the one whose owner is not stated."""
    folder = ["-w", str(tmp_path / "w")]
    assert run([*folder, "ingest", "case", str(CASE)]) == 0
    (tmp_path / "more.csv").write_text("0xbae578f543b036a1934b9bc75e3ac5895d051355\n")
    assert rates(capsys, folder, tmp_path / "more.csv") == HARMONY
    assert run([*folder, "behaviour"]) == 0
    assert "Chosen by hand, not blind." in capsys.readouterr().out


def test_the_false_stop_share_on_atomic(tmp_path, capsys):
    data, folder = shared("data", "thefts", "atomic-2023-06"), ["-w", str(tmp_path / "w")]
    columns = "tx_hash=Tx_hash,from=From,to=To,amount=Value_in_USD,block=Block,time=Timestamp"
    loading = ["--chain", "ethereum", "--asset", "USD", "--map", columns]
    assert run([*folder, "ingest", "movements", str(data / "Atomic.csv"), *loading]) == 0
    assert rates(capsys, folder, data / "terminal_addresses.csv") == ATOMIC


def test_a_known_service_is_no_wrong_stop(store):
    draw(store, "a 1 -> hub; b 1 -> hub; hub 1 -> c; hub 1 -> d")
    store.view("transfers")
    measured = measure(store.engine, "ethereum", ["hub", "elsewhere"], Rule(2, 2, 99))
    assert (measured.services, measured.others) == (Rate(1, 1), Rate(0, 4))
