"""The command that says what holds under every rule, and what may be asked of it."""

import json

import pytest

from dyepack.amounts import USD, Asset
from dyepack.cli import run
from dyepack.errors import InputError
from dyepack.model import AssetRow, Tag
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.bounded import bounded
from dyepack.trace.boundtext import at_least, at_most, headline
from dyepack.trace.methods import CONSERVING
from tests.conftest import ROOT
from tests.trace.drawing import transfers
from tests.trace.drawing_outputs import chain

CASE = ROOT / "cases" / "2022-06-23-harmony"
THEFT, ROBBERY = "2023-01-13-theft", "2023-01-13-robbery"
THIEF, ROBBER, A, HOT, COLD, X = (f"0x{digit * 40}" for digit in "123456")
NAMES = {"thief": THIEF, "robber": ROBBER, "a": A, "hot": HOT, "cold": COLD, "x": X}
ETH = Asset("ETH", "ETH", 18)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def draw(store, drawing, tagged=()):
    """Movements between the named addresses, and tags of those that are somebody's: {name: (its name, concept)}."""
    for name, address in NAMES.items():
        drawing = " ".join(address if word == name else word for word in drawing.replace(";", " ; ").split())
    with store.run("ingest movements", {}) as draft:
        draft.put("transfers", "drawn", transfers(drawing.replace(" ; ", "; ")))
        draft.put("assets", "drawn", [AssetRow("ETH", "ethereum", None, "ETH", 18, True, "test")])
    tags = [
        Tag(
            name,
            "ethereum",
            NAMES[name],
            called,
            actor,
            concept,
            "forensic",
            50,
            "p",
            None,
            None,
            None,
            None,
            None,
            None,
        )
        for name, (called, actor, concept) in dict(tagged).items()
    ]
    with store.run("load-tags", {}) as draft:
        draft.put("tags", "drawn", tags)


def ask(*more, **request):
    seeds = (SeedSpec(THEFT, "ethereum", THIEF), *more)
    return Request(tuple(dict.fromkeys(seed.incident for seed in seeds)), seeds, chain="ethereum", **request)


SERVICES = {"hot": ("Some Exchange 1", "some", "exchange"), "cold": ("Some Exchange 2", "some", "exchange")}
MIXED = "thief 60 -> a; a 20 -> x; x 30 -> a; a 25 -> hot; a 25 -> cold"


@pytest.mark.parametrize(
    ("asked", "kind", "addresses"),
    [
        (HOT, "address", 1),
        (HOT.upper().replace("0X", "0x"), "address", 1),
        ("service", "reason", 2),
        ("held", "reason", 1),
        ("stopped", "set", 2),
        ("exchange", "concept", 2),
        ("some", "actor", 2),
        ("some exchange", "name", 2),
        ("Some Exchange 2", "name", 1),
    ],
)
def test_a_place_may_be_named_in_many_ways(store, asked, kind, addresses):
    draw(store, MIXED, SERVICES)
    (one,) = bounded(store, ask(), [asked]).bounds
    assert (one.kind, one.name, len(one.addresses)) == (kind, asked, addresses)


def test_several_places_are_answered_each_and_together(store):
    draw(store, MIXED, SERVICES)
    told = {one.name: (one.least, one.most) for one in bounded(store, ask(), [HOT, COLD]).bounds}
    assert told == {HOT: (15, 25), COLD: (15, 25), f"{HOT} and {COLD}": (40, 50)}


@pytest.mark.parametrize("asked", ["nowhere", "0x" + "9" * 40, "Some Exch"])
def test_a_place_that_the_trace_does_not_know_is_refused(store, asked):
    draw(store, MIXED, SERVICES)
    with pytest.raises(InputError, match=r"is called .*; there are: exchange, held, service, some, stopped, Some Exch"):
        bounded(store, ask(), [asked])


def test_two_incidents_are_told_apart_and_together(store):
    draw(store, "thief 30 -> a; robber 10 -> a; a 25 -> hot", SERVICES)
    told = bounded(store, ask(SeedSpec(ROBBERY, "ethereum", ROBBER)), ["service"]).bounds
    assert [(one.origins, one.least, one.most) for one in told] == [
        ((ROBBERY,), 0, 10),
        ((THEFT,), 15, 25),
        ((ROBBERY, THEFT), 25, 25),
    ]


def test_an_analysts_stop_ends_it_as_in_a_trace(store):
    draw(store, MIXED, SERVICES)
    told = {one.name: one.most for one in bounded(store, ask(stops=(Stop(A, "frozen", "frozen by court"),))).bounds}
    assert told == {"stopped": 60, "frozen": 60, "frozen by court": 60}


def test_what_no_stolen_money_can_reach_is_left_out(store):
    draw(store, "thief 10 -> a; a 10 -> hot; x 5 -> cold", SERVICES)
    assert {one.name for one in bounded(store, ask()).bounds} == {"stopped", "service", "Some Exchange 1"}


def test_it_says_that_openings_are_the_least_there_can_have_been(store):
    draw(store, MIXED, SERVICES)
    assert any("opening balance" in warning for warning in bounded(store, ask()).warnings)


def test_nothing_is_written(store):
    draw(store, MIXED, SERVICES)
    before = store.parts("runs")
    bounded(store, ask())
    assert store.parts("runs") == before


def test_a_seed_that_brings_nothing_is_refused_as_in_a_trace(store):
    draw(store, "x 10 -> thief; thief 10 -> a")
    with pytest.raises(InputError, match="nothing to follow"):
        bounded(store, ask())


# ── in words


@pytest.mark.parametrize(
    ("amount", "asset", "least", "most"),
    [
        (48_567_822_430_000, USD, "$48.5 M", "$48.6 M"),
        (48_500_000_000_000, USD, "$48.5 M", "$48.5 M"),
        (999_999_999_999, USD, "$999.9 k", "$1.0 M"),
        (0, USD, "$0.0 M", "$0.0 M"),
        (25 * 10**17 + 1, ETH, "2.5 ETH", "2.50001 ETH"),
        (3, ETH, "0.000000000000000003 ETH", "0.000000000000000003 ETH"),
        (7, Asset("T", "T", 0), "7 T", "7 T"),
    ],
)
def test_the_least_is_rounded_down_and_the_most_up(amount, asset, least, most):
    assert at_least(amount, asset) == least
    assert at_most(amount, asset) == most


def test_the_sentence_of_a_range_of_one_figure_and_of_no_least(store):
    draw(store, "thief 60000000000000000000 -> a; a 60000000000000000000 -> hot", SERVICES)
    (one,) = bounded(store, ask(), ["service"]).bounds
    assert headline([one], ETH) == "60 ETH of the 60 ETH is at tagged services"
    (one,) = bounded(store, ask(), ["exchange"]).bounds
    assert headline([one], ETH).endswith("is at exchange")


def test_a_range_without_a_least_says_only_the_most(store):
    draw(store, "thief 60000000000000000000 -> a; x 60000000000000000000 -> a; a 50000000000000000000 -> hot", SERVICES)
    (one,) = bounded(store, ask(), [HOT]).bounds
    assert headline([one], ETH) == f"at most 50 ETH of the 60 ETH is at {HOT}"


# ── at a prompt


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case") / "w"
    assert run(["--workspace", str(folder), "ingest", "case", str(CASE)]) == 0
    return ["--workspace", str(folder), "bounds"]


def test_the_answer_comes_first_then_the_other_reading_then_the_rows(case, capsys):
    assert run([*case, "--case", str(CASE)]) == 0
    first, second, heads, *rest = capsys.readouterr().out.splitlines()
    assert first == (
        "2022-06-23-harmony: whatever tracing rule is preferred, at least $48.5 M and at most $54.1 M of the $70.5 M is"
        " at HTX, Binance 14 and OKX; together with where the analyst stopped, at least $53.8 M and at most $68.5 M."
    )
    assert second.startswith("If the 275 movements that repeat another of their transaction are rows written twice:")
    assert heads.split()[:2] == ["where", "addresses"]
    assert rest[0].split()[-4:] == ["all", "of", "it", "$99.9 M"] or "all of it" in rest[0]


def test_json_has_exact_amounts_and_both_readings(case, capsys):
    assert run([*case, "2022-06-23-harmony", "--case", str(CASE), "--at", "exchange", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (one,) = told["bounds"]
    assert (one["kind"], one["seeded"], one["least"], one["most"], one["exact"]) == (
        "concept", "70525147270000", "48567822430000", "54081996290000", True,
    )  # fmt: skip
    assert (told["alternative"]["repeated"], told["alternative"]["movements"]) == ("once", 275)
    assert len(told["alternative"]["bounds"]) == 1
    assert run([*case, "--case", str(CASE), "--at", "exchange", "--repeated", "once", "--json"]) == 0
    other = json.loads(capsys.readouterr().out)
    assert other["bounds"] == told["alternative"]["bounds"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["2022-06-23-harmny", "--case", str(CASE)], "did you mean 2022-06-23-harmony"),
        (["--case", str(CASE), "--at", "nowhere"], "nothing that this trace looks at is called 'nowhere'; there are:"),
        (["--case", "nowhere"], "nowhere/case.yaml: cannot be read"),
        ([], "expected an incident to trace"),
    ],
)
def test_what_cannot_be_answered_is_one_line(case, capsys, arguments, reason):
    assert run([*case, *arguments]) == 1
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


# ── output chains


def test_an_output_chain_is_bounded_like_any_other(store):
    """The two outputs that are spent have 60 stolen and 50 clean; whatever the rule, at least 20 come to `a`."""
    drawn = chain("""
        c: -> victim 100;
        d: -> clean 50;
        t: c.0 -> thief 60, victim 39;
        u: t.0 d.0 -> a 70, b 39;
    """)
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    request = Request((THEFT,), (SeedSpec(THEFT, "bitcoin", "thief", tx_hash="t"),), chain="bitcoin")
    told = {one.name: (one.least, one.most, one.addresses) for one in bounded(store, request).bounds}
    assert told == {"held": (59, 60, ("a", "b", "victim")), "fees": (0, 1, ("fees",))}
    traced = trace(store, request)
    for place, (least, most) in {"a": (20, 60), "b": (0, 39), "fees": (0, 1)}.items():
        (one,) = bounded(store, request, [place]).bounds if place == "fees" else _at(store, request, place)
        assert (one.least, one.most) == (least, most)
        found = [here.amounts for here in traced.places if here.address == place]
        assert all(least <= amounts.get(method, 0) <= most for amounts in found for method in CONSERVING)


def _at(store, request, place):
    """At an address that is none on a real chain: by a stop of its name."""
    stopped = Request(request.incidents, request.seeds, (Stop(place, "analyst", f"at {place}"),), chain="bitcoin")
    return bounded(store, stopped, [f"at {place}"]).bounds


# ── conversions


def test_a_conversion_ends_the_bounds_at_a_place_of_its_own(store):
    draw(store, "thief 10 -> a; x 2 -> a; a 8 -> hot + hot 400 T -> a; a 400 T -> cold")
    with store.run("ingest movements", {"more": "assets"}) as draft:
        draft.put("assets", "token", [AssetRow("T", "ethereum", None, "T", 6, True, "test")])
    result = bounded(store, ask())
    told = {one.name: (one.least, one.most, one.asset) for one in result.bounds}
    assert told == {"held": (2, 4, "ETH"), "converted": (6, 8, "ETH")}
    assert any("the bounds end where one asset became another" in warning for warning in result.warnings)
    assert not any("were followed from one asset to the other" in warning for warning in result.warnings)
    (one,) = bounded(store, ask(), ["converted"]).bounds
    assert (one.least, one.most, one.reason) == (6, 8, "converted")


def test_what_a_conversion_brings_is_of_unknown_origin_in_the_other_asset(store):
    draw(store, "thief 10 -> a; thief 5 T -> a; a 10 -> hot + hot 400 T -> a; a 300 T -> cold")
    with store.run("ingest movements", {"more": "assets"}) as draft:
        draft.put("assets", "token", [AssetRow("T", "ethereum", None, "T", 6, True, "test")])
    told = {(one.asset, one.addresses): one for one in bounded(store, ask(), [COLD]).bounds}
    (one,) = told.values()
    assert (one.seeded, one.least, one.most, one.most_if_unknown) == (5, 0, 5, 300)
