"""A trace asked again: the same as it was, past where it ended, or on a larger budget; forward and backward."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from dyepack.cli import run
from dyepack.errors import InvalidAddress
from dyepack.model import AssetRow
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec, Stop, remarks, trace
from dyepack.trace.again import again
from dyepack.trace.recorded import find
from dyepack.trace.sources import sources
from tests.trace.drawing import transfers

THEFT = "2023-01-13-theft"
THIEF, A, BANK, X, Y = (f"0x{letter * 40}" for letter in "1ab23")
DRAWING = "thief 60 -> a; a 60 -> bank; bank 45 -> x; x 5 -> y"


@pytest.fixture(name="store")
def _store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        with store.run("ingest movements", {}) as draft:
            draft.put("transfers", "drawn", named(DRAWING))
            draft.put("assets", "drawn", [AssetRow("ETH", "ethereum", None, "ETH", 0, True, "test")])
        yield store


def named(drawing, more=()):
    """The movements of a drawing, with whole addresses for its letters."""
    whole = {"thief": THIEF, "a": A, "bank": BANK, "x": X, "y": Y, **dict(more)}
    return [
        replace(
            row,
            from_address=whole.get(row.from_address, row.from_address),
            to_address=whole.get(row.to_address, row.to_address),
        )
        for row in transfers(drawing)
    ]


def asked(**more):
    seeds = (SeedSpec(THEFT, "ethereum", THIEF),)
    plain = {"stops": (Stop(BANK, "service", "Bank"),), "chain": "ethereum"}
    return Request((THEFT,), seeds, **{**plain, **more})


def rests(result):
    return {place.address: (place.reason, place.high) for place in result.places}


def test_what_is_asked_again_unchanged_is_the_same_run(store):
    made = trace(store, asked(methods=("fifo", "lifo"), stop_behaviour=True))
    once_more = again(store, "last")
    assert (once_more.run, once_more.backward) == (made.run, False)
    assert trace(store, once_more.request).run == made.run


def test_following_goes_on_past_a_stop_and_says_so(store):
    made = trace(store, asked())
    assert rests(made) == {BANK: ("service", 60)}
    on = trace(store, again(store, made.run).past([BANK.upper().replace("0X", "0x")]).request)
    assert on.run != made.run
    assert rests(on) == {BANK: ("held", 15), X: ("held", 40), Y: ("held", 5)}
    assert [text for text in on.warnings if f"went on past {BANK} (Bank), where it would have ended as service" in text]
    assert again(store, on.run).request.follow == (BANK,)
    assert trace(store, again(store, on.run).request).run == on.run


def test_it_goes_on_past_an_address_that_behaves_like_a_service(store):
    sweep = "; ".join(f"customer{n} 1 -> box{n}; box{n} 1 -> hub" for n in range(20))
    with store.run("ingest movements", {"more": 1}) as draft:
        draft.put("transfers", "drawn", named(f"{DRAWING}; {sweep}", {"hub": X}))
    made = trace(store, asked(stops=(), stop_behaviour=True))
    assert rests(made)[X][0] == "behaviour"
    on = trace(store, again(store, made.run).past([X]).request)
    assert rests(on)[X][0] == "held"
    assert rests(on)[Y] == ("held", 5)


def test_a_larger_budget_follows_what_the_smaller_left_out(store):
    made = trace(store, asked(stops=(), budget=Budget(addresses=2)))
    assert made.scope.cut_forward == 1
    wider = again(store, made.run).times(10)
    assert wider.request.budget.addresses == 20
    assert trace(store, wider.request).scope.cut_forward == 0
    assert again(store, made.run).within(Budget(1, 1)).request.budget == again(store, made.run).request.budget


def test_a_search_backward_goes_back_past_a_stop(store):
    targets = (SeedSpec("", "ethereum", X),)
    made = sources(store, Request((), targets, (Stop(BANK, "service", "Bank"),), chain="ethereum"))
    assert {(one.address, one.reason) for one in made.origins} == {(BANK, "service")}
    back = again(store, made.run).past([BANK])
    assert back.backward
    on = sources(store, back.request)
    assert {(one.address, one.reason) for one in on.origins} == {(THIEF, "opening")}
    told = remarks.read(store, find(store, on.run))
    assert told is not None
    assert [text for text in told["warnings"] if "went on past" in text]


def test_an_address_that_is_none_is_refused(store):
    trace(store, asked())
    with pytest.raises(InvalidAddress):
        again(store, "last").past(["nobody"])


def test_the_prompt_goes_on_past_an_address(store, tmp_path, capsys):
    trace(store, asked())
    command = ["--workspace", str(tmp_path / "w"), "trace"]
    assert run([*command, "--again", "last", "--follow", BANK, "--json"]) == 0
    past = json.loads(capsys.readouterr().out)
    assert {place["address"] for place in past["destinations"]} == {BANK, X, Y}
    (tmp_path / "seeds.csv").write_text(f"address\n{THIEF}\n")
    (tmp_path / "stops.csv").write_text(f"address,reason\n{BANK},service\n")
    files = ["--seeds", str(tmp_path / "seeds.csv"), "--stop-at", str(tmp_path / "stops.csv")]
    assert run([*command, THEFT, "--unlisted", *files, "--follow", BANK, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["destinations"] == past["destinations"]
    for beside, named in (
        ([THEFT], "INCIDENT"),
        (["--method", "fifo"], "--method"),
        (["--stop-behaviour"], "--stop-behaviour"),
    ):
        assert run([*command, "--again", "last", *beside]) == 1
        assert f"trace --again takes no {named}; leave it away" in capsys.readouterr().err
    assert run([*command, "--again", "last", "--max-movements", "1"]) == 1
    assert "had a budget of 2,000,000 movements, and --again goes on: give more" in capsys.readouterr().err


def test_the_last_run_is_the_one_committed_last_whatever_the_clock_says(store, monkeypatch):
    class Clock(datetime):
        """A clock that was set back between two runs."""

        @classmethod
        def now(cls, tz=None):
            return datetime(2019, 1, 1, tzinfo=tz)

    first = trace(store, asked(methods=("fifo",)))
    monkeypatch.setattr("dyepack.store.store.datetime", Clock)
    second = trace(store, asked(methods=("lifo",)))
    runs = {row.run: row for row in store.records("runs")}
    assert runs[second.run].finished < runs[first.run].finished
    assert runs[second.run].number == runs[first.run].number + 1
    assert find(store, "last").run == find(store, THEFT).run == second.run
    assert run(["-w", str(store.path), "balance", "last", "--json"]) == 0
