"""Areas over time: they add up on every day, small names of a line are one, and ranges are over the methods."""

from datetime import UTC, datetime, timedelta

import pytest

from dyepack.errors import InputError
from dyepack.model import AssetRow
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.areas import MOST, OTHERS, drawn, worth
from dyepack.trace.balance import Question, balance, balances
from tests.trace.drawing import transfers

THEFT = "2023-01-13-theft"
BANKS = "bcdefghijklm"
"""Twelve services, each of which gets one unit more than the one before; the thief keeps the rest."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Half of what is paid is not stolen, and every payment is on a day of its own."""
    drawing = ["thief 100 -> a; other 100 -> a", *(f"a {number} -> {bank}" for number, bank in enumerate(BANKS, 1))]
    begin = datetime(2023, 1, 13, 12, tzinfo=UTC)
    rows = [
        type(row)(**{**{name: getattr(row, name) for name in row.__slots__}, "time": begin + timedelta(days=row.block)})
        for row in transfers("; ".join(drawing))
    ]
    with Store.open(tmp_path_factory.mktemp("areas"), create=True) as store:
        with store.run("ingest movements", {"drawn": "areas"}) as draft:
            draft.put("transfers", "drawn", rows)
            draft.put("assets", "drawn", [AssetRow("ETH", "ethereum", None, "ETH", 0, True, "test")])
        stops = tuple(Stop(bank, "service", f"Bank {bank}") for bank in BANKS)
        trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief"),), stops, chain="ethereum"))
        question = Question("last", over_time=True)
        yield balances(store, question), balance(store, Question("last", begin.date() + timedelta(days=9), "lifo"))


def test_they_add_up_and_are_what_the_sheets_say(answers):
    every, _ = answers
    chart = drawn("r", every, None, None)
    for answer in every:
        sheets = {sheet.day: sheet for sheet in answer.days}
        for number, day in enumerate(chart.areas.days):
            lines = sheets[max(each for each in sheets if each <= day)].lines
            for area in chart.areas.areas:
                own = {(one.line, one.name) for one in chart.areas.areas}
                names = [key for key in lines if (key[0], key[1] or "") not in own] if area.name == OTHERS else []
                mine = sum(lines[key] for key in names) if names else lines.get((area.line, area.name or None), 0)
                assert area.amounts[answer.method][number] == mine
            assert sum(area.amounts[answer.method][number] for area in chart.areas.areas) == sum(lines.values())
            assert chart.areas.whole[answer.method][number] == 100


def test_small_names_are_one_and_the_range_is_over_the_rules(answers):
    told = drawn("r", answers[0], "ETH", THEFT).as_json()
    names = [area["name"] for area in told["areas"]]
    assert len([name for name in names if name not in ("", OTHERS)]) == MOST - 1
    assert (OTHERS in names, names[-1]) == (True, "")
    assert told["areas"][-1]["line"] == "held"
    assert told["gone"][-1] == {"low": "0", "high": "78"}
    held = told["areas"][-1]
    assert held["range"][-1] == {"low": "22", "high": "100"}
    assert {name: amounts[-1] for name, amounts in held["amounts"].items()} == {
        "fifo": "22", "lifo": "100", "haircut": "61", "clean_first": "100", "taint_first": "22",
    }  # fmt: skip


def test_bounds_say_what_had_left_and_only_where_they_are_known(answers):
    chart = drawn("r", answers[0], None, None)
    held = {"kind": "reason", "name": "held", "asset": "ETH", "least": "20", "most": "100", "origins": [THEFT]}
    assert chart.left_under_any_rule(None) is None
    assert chart.left_under_any_rule({"bounds": [{**held, "asset": "USDC"}]}) is None
    assert chart.left_under_any_rule({"bounds": [held]}) == {"low": "0", "high": "80"}


def test_what_it_was_worth_is_null_where_there_is_no_price(answers):
    every, day = answers
    told = worth(day, "ETH", [THEFT], drawn("r", every, None, None).areas)
    assert told["held\t"] == dict.fromkeys(told["held\t"], None)
    assert {"theft-day", "now"} <= set(told["held\t"])


def test_no_such_asset_or_theft(answers):
    with pytest.raises(InputError, match="expected one of ETH, got 'X'"):
        drawn("r", answers[0], "X", None)
    with pytest.raises(InputError, match=f"expected one of {THEFT}, got 'x'"):
        drawn("r", answers[0], None, "x")
