"""What a trace says at a prompt: one headline over all assets, who is too small to be named, and bounds of nothing."""

import json

import pytest
from starlette.testclient import TestClient

from dyepack.cli import run
from dyepack.store import Store
from dyepack.web.app import create
from dyepack.workspace import Workspace
from tests.trace.prompted import TRACE, USDC, Case, address

TOKEN = f"ethereum:{USDC}"
MILLION = 10**12
"""A million USDC in base units."""
BAIT = "123456789"
"""Bystanders who are sent cents."""


@pytest.fixture
def case(tmp_path, capsys):
    return Case(tmp_path, capsys)


def planted(case: Case) -> None:
    """A million goes to two addresses, and a few cents to each of nine strangers."""
    cents = [f"a {number}0000 USDC {letter}" for number, letter in enumerate(BAIT, 1)]
    case.load(f"e {MILLION} USDC a", f"a {MILLION // 2} USDC b", f"a {MILLION // 4} USDC c", *cents)
    case.seeds(("a", 1))


def test_who_got_cents_is_one_line_beside_who_got_hundreds_of_thousands(case):
    planted(case)
    said = case.says(*TRACE, *case.given)
    assert address("b") in said
    assert [letter for letter in BAIT if address(letter) in said] == []
    (line,) = (line.split() for line in said.splitlines() if line.startswith("small "))
    assert line[1:3] + line[3:] == ["9", "addresses", "0.45", "USDC", "0", "USDC"]
    assert "less than 10 USDC, a hundred-thousandth of the whole; no price of USDC is loaded" in said


def test_json_has_their_number_and_sum_and_the_option_and_the_tables_have_them_all(case):
    planted(case)
    told = case.json(*TRACE, *case.given)
    assert {one["address"] for one in told["destinations"]} == {address(letter) for letter in "abc"}
    (small,) = told["small"]
    assert (small["addresses"], small["low"], small["high"], small["below"]) == (9, "450000", "450000", "10000000")
    everybody = {address(letter) for letter in "abc" + BAIT}
    every = case.json(*TRACE, *case.given, "--all-places")
    assert {one["address"] for one in every["destinations"]} == everybody
    assert all(address(letter) in case.says(*TRACE, *case.given, "--all-places") for letter in "abc")
    with Store.open(case.folder / "w") as store:
        assert {row.address for row in store.records("destinations")} == everybody


def test_the_report_names_none_of_them_as_a_destination(case):
    planted(case)
    case.json(*TRACE, *case.given)
    with Workspace.open(case.folder / "w") as workspace:
        result = workspace.trace(workspace.again("last").request, unlisted=True)
        workspace.report(case.folder / "report.html", result=result)
    page = (case.folder / "report.html").read_text("utf-8")
    assert "9 more addresses with 0.45 USDC in all" in page
    assert [letter for letter in BAIT if address(letter) in page] == []


def test_where_a_price_is_loaded_less_than_a_dollar_is_small_too(case):
    case.load(f"e {10**10} USDC a", f"a {5 * 10**9} USDC b", "a 900000 USDC c")
    case.seeds(("a", 1))
    before = case.json(*TRACE, *case.given)
    assert (before["small"], len(before["destinations"])) == ([], 3)
    (case.folder / "p.csv").write_text(f"asset,date,close\n{TOKEN},2023-11-14,1.0\n")
    case.says("ingest", "prices", str(case.folder / "p.csv"), "--source", "us")
    (small,) = case.json(*TRACE, *case.given)["small"]
    assert (small["addresses"], small["high"], small["basis"]) == (1, "900000", "money")
    assert small["says"] == "less than 1 USDC, which is a dollar or a thousandth of the whole"


def test_a_small_theft_is_told_whole(case):
    case.load("e 3000000 USDC a", "a 1000000 USDC b", "a 500000 USDC c")
    told = case.trace(("a", 1))
    assert (len(told["destinations"]), told["small"]) == (3, [])


@pytest.mark.parametrize(
    ("transactions", "sentence"),
    [
        pytest.param(
            (f"e {MILLION} USDC a", f"a {MILLION} USDC b, b 493827156789012345678 ETH a"),
            f"1 000 000 USDC stolen; all of it became 493.827 ETH, held at {address('a')}",
            id="all of it",
        ),
        pytest.param(
            (f"e {MILLION} USDC a", f"a {MILLION // 4} USDC b, b 45 ETH a"),
            f"1 000 000 USDC stolen; 250 000 USDC of it became 0.000000000000000045 ETH;"
            f" 750 000 USDC is held at {address('a')} and 0.000000000000000045 ETH is held at {address('a')}",
            id="a part of it",
        ),
        pytest.param(
            (f"e {MILLION} USDC a", f"a {MILLION} USDC b, b 5 ETH a", f"a 5 ETH d, d {MILLION - 7} USDC a"),
            "1 000 000 USDC stolen; 1 000 000 USDC of it became 1 000 000 USDC by way of ETH;"
            f" 1 000 000 USDC is held at {address('a')}",
            id="there and back",
        ),
    ],
)
def test_money_that_changed_its_asset_has_one_headline_over_all_assets(case, transactions, sentence):
    case.load(*transactions)
    told = case.trace(("a", 1))
    assert told["headlines"]["x-case"].startswith(f"{sentence}, under fifo, ")
    said = case.says(*TRACE, *case.given)
    assert said.startswith(f"x-case: {sentence}, under fifo, ")
    assert said.count("x-case: ") == 1
    assert "0 ETH followed" not in said


def test_a_table_shows_six_digits_and_json_every_unit(case):
    case.load("e 12345678901234567 USDC a", "a 1 USDC b")
    assert "12 345 678 901 USDC" in (case.seeds(("a", 1)) or case.says(*TRACE, *case.given))
    told = case.json(*TRACE, *case.given, "--all-places")
    assert {one["high"] for one in told["destinations"]} == {"12345678901234566", "1"}
    assert "0.000001 USDC" in case.says(*TRACE, *case.given, "--all-places")


def test_what_became_of_it_is_the_range_of_the_sheets_of_rules_that_conserve(case):
    """As plainly as one can: the least and the most of each line over the sheets, and nothing of poison."""
    case.load("e 60 USDC a", "f 40 USDC a", "a 70 USDC b, b 7 ETH a", "a 20 USDC c", "a 3 ETH c")
    told = case.trace(("a", 1), words=("--method", "all"))
    assert not told["methods"]["poison"]["conserved"]
    sheets = [sheet for name, one in told["methods"].items() if name != "poison" for sheet in one["sheets"]]
    wanted: dict[tuple[str, str], list[int]] = {}
    for sheet in (one for one in sheets if one["origin"] == "x-case"):
        lines = {**sheet["stopped"], **{name: sheet[name] for name in ("held", "fees", "converted")}}
        for end, amount in lines.items():
            wanted.setdefault((sheet["asset"], end), []).append(int(amount))
    found = {(one["asset"], one["end"]): (int(one["low"]), int(one["high"])) for one in told["became"]}
    assert found == {key: (min(of), max(of)) for key, of in wanted.items() if any(of)}
    token = f"ethereum:{USDC}"
    assert found[token, "converted"] == (30, 60)
    assert {one["of_low"] for one in told["became"] if one["asset"] == token} == {"60"}


def test_poison_alone_says_of_nothing_how_much_became_of_it(case):
    case.load("e 60 USDC a", "f 40 USDC a", "a 70 USDC b")
    told = case.trace(("a", 1), words=("--method", "poison"))
    assert told["became"] == []
    client = TestClient(create(case.folder / "w"), base_url="http://localhost")
    assert client.get("/api/runs/latest").json()["became"] == []
    for asked in ("areas", "balances", "balance?method=all"):
        answer = client.get(f"/api/runs/latest/{asked}")
        assert (answer.status_code, "how far stolen money can have reached" in answer.text) == (400, True)


# ── small mercies


@pytest.mark.parametrize("at", ["stopped", "service", "mixer"])
def test_bounds_where_nothing_is_answer_nought(case, at):
    case.load("e 1000000 USDC a", "a 400000 USDC b")
    case.seeds(("a", 1))
    (told,) = case.json("bounds", "x-case", "--unlisted", *case.given, "--at", at)["bounds"]
    assert (told["name"], told["least"], told["most"], told["balance"], told["addresses"]) == (at, "0", "0", "0", [])
    assert "0 USDC of the 1 USDC is at" in case.says("bounds", "x-case", "--unlisted", *case.given, "--at", at)


def test_bounds_where_all_of_it_is_at_a_stop_say_that_nought_is_held(case):
    case.load("e 1000000 USDC a", "a 1000000 USDC b", "f 7000000 USDC b")
    case.seeds(("a", 1))
    (case.folder / "stops.csv").write_text(f"address,reason,name\n{address('b')},service,Bank\n")
    words = ("bounds", "x-case", "--unlisted", *case.given, "--stop-at", str(case.folder / "stops.csv"))
    (told,) = case.json(*words, "--at", "held")["bounds"]
    assert (told["least"], told["most"]) == ("0", "0")
    assert "what else lies there and never met stolen money is not in it" in case.says(*words)


def test_unknown_money_of_more_than_38_digits_is_refused_in_plain_words(case):
    most = 6 * 10**37
    case.load("e 5 T a", f"1 {most} T a", f"2 {most} T b", "a 5 T b")
    case.seeds(("a", 1))
    said = case.refused(*TRACE, *case.given)
    assert "1.20e+38 base units in all; expected" in said
    assert "38 digits: no asset has so many, so look at the decimals" in said or "so look at its decimals" in said


def test_inputs_with_a_value_and_no_address_are_counted_and_said(tmp_path, capsys):
    block = {"hash": "b" * 64, "number": 1, "timestamp": 1_600_000_600, "transaction_count": 1}
    inside = {"block_number": 1, "block_hash": "b" * 64, "block_timestamp": 1_600_000_600, "index": 0}
    script = f"76a914{'0' * 39}188ac"
    spent = {"index": 0, "spent_transaction_hash": "d" * 64, "spent_output_index": 0, "value": 9_000}
    outputs = [{"index": 0, "value": 8_000, "script_hex": script}]
    tx = {"hash": "c" * 64, **inside, "is_coinbase": False, "inputs": [spent], "outputs": outputs}
    (tmp_path / "x.json").write_text(f"{json.dumps(block)}\n{json.dumps(tx)}\n")
    assert run(["-w", str(tmp_path / "w"), "ingest", "files", str(tmp_path / "x.json"), "--chain", "bitcoin"]) == 0
    assert "1 inputs have a value and no address" in capsys.readouterr().out


def test_what_was_paid_as_fees_stands_in_the_headline(tmp_path, capsys):
    """On an output chain much may go in fees: a sentence that left them out would say that nothing is anywhere."""
    script = [f"76a914{'0' * 39}{digit}88ac" for digit in "123"]
    lines = []
    for number, (spent, paid, value) in enumerate(((9_000_000, 5_000_000, 0), (5_000_000, 3_000_000, 1)), 1):
        block = {"hash": f"{number}" * 64, "number": number, "timestamp": 1_600_000_000 + 600 * number}
        inside = {"block_number": number, "block_hash": f"{number}" * 64, "index": 0, "is_coinbase": False}
        inside["block_timestamp"] = block["timestamp"]
        source = {"index": 0, "spent_transaction_hash": f"{'da'[value]}" * 64, "spent_output_index": 0, "value": spent}
        outputs = [{"index": 0, "value": paid, "script_hex": script[number]}]
        lines += [{**block, "transaction_count": 1}]
        lines += [{"hash": f"{'ab'[number - 1]}" * 64, **inside, "inputs": [source], "outputs": outputs}]
    (tmp_path / "x.json").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert run(["-w", str(tmp_path / "w"), "ingest", "files", str(tmp_path / "x.json"), "--chain", "bitcoin"]) == 0
    with Store.open(tmp_path / "w") as store:
        thief = store.fetch("select address from outputs where block = 1", "outputs").column("address")[0].as_py()
    (tmp_path / "s.csv").write_text(f"address,tx_hash\n{thief},{'a' * 64}\n")
    capsys.readouterr()
    assert run(["-w", str(tmp_path / "w"), "trace", "x-case", "--unlisted", "--seeds", str(tmp_path / "s.csv")]) == 0
    said = capsys.readouterr().out.splitlines()[0]
    assert said.startswith("x-case: 0.05 BTC followed; none of it came to a tagged service or another stop")
    assert "; 0.02 BTC was paid as fees" in said


def test_names_that_got_next_to_nothing_are_one_line_everywhere_and_a_reason_is_said_once(tmp_path, capsys):
    """Two named services got 3 of 1,000,000 each; two burn addresses got 100,000 each."""
    case = Case(tmp_path, capsys)
    case.load("e 1000000 T a", "a 3 T b", "a 3 T c", "a 500000 T d", "a 100000 T f", "a 100000 T 9")
    case.seeds(("a", 1))
    stops = [
        f"{address(one)},{reason},N{one}" for one, reason in zip("bcdf9", ["service"] * 3 + ["frozen"] * 2, strict=True)
    ]
    (tmp_path / "stops.csv").write_text("\n".join(["address,reason,name", *stops]) + "\n")
    given = [*case.given, "--stop-at", str(tmp_path / "stops.csv")]
    said = case.says(*TRACE, *given).replace("\N{THIN SPACE}", "")
    assert "1000000 0xc0c0…c0c0" in said
    assert "Nb" not in said
    told = case.json("balance", "last")
    (sheet,) = told["sheets"]
    assert [(one["line"], one["amount"], one["count"]) for one in sheet["lines"] if one["count"]] == [("small", "6", 2)]
    assert sum(int(one["amount"]) for one in sheet["lines"]) == 1_000_000
    spoken = case.says("balance", "last").replace("\N{THIN SPACE}", "").splitlines()
    assert ("100000 0xc0c0…c0c0 frozen" in spoken[0], spoken[0].count("frozen")) == (False, 1)
    assert "200000 0xc0c0…c0c0 frozen" in spoken[0]
    assert "Nb" not in "".join(spoken)
    assert any(line.startswith("small") and "2 names" in line for line in spoken)
    ranges = case.says("balance", "last", "--method", "all")
    assert ("Nb" in ranges, "2 names" in ranges) == (False, True)
    bounds = case.says("bounds", "x-case", "--unlisted", *given)
    assert "at Nd and 2 more" in bounds.splitlines()[0]
    assert "2 names with less than a hundred-thousandth each" in bounds
    assert "Nb" not in bounds
