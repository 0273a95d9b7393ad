"""`dyepack explain` on the bundled case, as a person types it."""

import csv
import io
import json
from collections import Counter

import pytest

from dyepack.cli import run
from tests.conftest import ROOT

CASE = ROOT / "cases" / "2022-06-23-harmony"
BINANCE = "0x28c6c06298d514db089934071355e5743bf21d60"


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    folder = ["-w", str(tmp_path_factory.mktemp("explain") / "w")]
    assert run([*folder, "ingest", "case", str(CASE)]) == 0
    assert run([*folder, "trace", "--case", str(CASE), "--method", "fifo,haircut"]) == 0
    return folder


@pytest.mark.parametrize("method", ["fifo", "haircut"])
def test_every_chain_of_an_exchange_is_told_and_they_sum_to_its_figure(traced, capsys, method):
    capsys.readouterr()
    assert run([*traced, "explain", "last", BINANCE, "--method", method, "--top", "0", "--json"]) == 0
    (figure,) = json.loads(capsys.readouterr().out)["figures"]
    (part,) = figure["parts"]
    assert (figure["name"], part["by_narrower_chains"]) == ("Binance 14", "0")
    assert sum(int(chain["amount"]) for chain in part["chains"]) == int(figure["rests"]) > 12 * 10**12
    for chain in part["chains"]:
        orders = [(step["block"], step["seq"]) for step in chain["movements"]]
        assert orders == sorted(orders)
        assert all(int(chain["amount"]) <= int(step["of_this_origin"]) for step in chain["movements"])
        assert chain["movements"][-1]["to_address"] == BINANCE


def test_the_screen_says_the_figure_first_and_what_the_chains_are(traced, capsys):
    capsys.readouterr()
    assert run([*traced, "explain", "2022-06-23-harmony", BINANCE.upper().replace("0X", "0x"), "--top", "2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Of $70.5 M stolen in 2022-06-23-harmony, $12.5 M rests at Binance 14")
    assert "one decomposition that is consistent with the run's flows" in out
    assert "by narrower chains (--top 0 tells all)" in out


def test_figures_that_are_explained_together_tell_no_unit_twice(traced, capsys):
    capsys.readouterr()
    both = f"{BINANCE},0xf7858da8a6617f7c6d0ff2bcafdb6d2eedf64840"
    assert run([*traced, "explain", "last", both, "--top", "0", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert [figure["name"] for figure in figures] == ["Binance 14", "OKX 25"]
    carried: Counter[tuple[str, int]] = Counter()
    flow = {}
    for chain in (chain for figure in figures for chain in figure["parts"][0]["chains"]):
        for step in chain["movements"]:
            carried[step["tx_hash"], step["seq"]] += int(chain["amount"])
            flow[step["tx_hash"], step["seq"]] = int(step["of_this_origin"])
    assert all(amount <= flow[movement] for movement, amount in carried.items())


def test_rows_for_a_spreadsheet(traced, capsys):
    capsys.readouterr()
    assert run([*traced, "explain", "last", BINANCE, "--amount", "1000.5", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["amount_base_units"] for row in rows} == {"1000500000"}
    assert [row["step"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nosuchrun", BINANCE], "no trace 'nosuchrun'; the latest are"),
        (["last", "0x" + "9" * 40], "nothing rests at 0x9999"),
        (["last", BINANCE, "--method", "lilo"], "has no method 'lilo'; it has fifo, haircut"),
        (["last", BINANCE, "--origin", "x"], "no money of 'x' rests at"),
        (["last", BINANCE, "--asset", "BTC"], "expected one of USD, got 'BTC'"),
        (["last", BINANCE, "--amount", "99999999999"], "expected an amount above 0 and up to the"),
        (["last", BINANCE, "--amount", "-1"], "expected a plain decimal"),
    ],
)
def test_what_cannot_be_explained_is_one_line(traced, capsys, arguments, reason):
    capsys.readouterr()
    assert run([*traced, "explain", *arguments]) == 1
    told = capsys.readouterr()
    assert reason in told.err
    assert told.err.count("\n") == 1


def test_without_a_trace_the_verb_that_makes_one_is_named(tmp_path, capsys):
    assert run(["-w", str(tmp_path / "w"), "load-ledger"]) == 0
    assert run(["-w", str(tmp_path / "w"), "explain", "last", BINANCE]) == 1
    assert "make it with: dyepack trace" in capsys.readouterr().err
