"""Prices from files: every row says whose it is and which asset it means, or is refused."""

import json
from datetime import UTC, datetime

import pytest

from dyepack.cli import run
from dyepack.errors import InputError, RecordError
from dyepack.ingest import PriceReading, load_prices
from dyepack.store import Store
from tests.conftest import shared

USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"


@pytest.fixture
def load(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:

        def loaded(text, reading=None, name="p.csv"):
            (tmp_path / name).write_text(text)
            done = load_prices(store, tmp_path / name, reading or PriceReading("us"))
            return done, store.records("prices")

        yield loaded


def test_days_and_hours_become_the_same_table(load):
    load("asset,date,close\nBTC,2023-01-13,19930.5\n")
    hours = "symbol,time,close\nBTC,2023-01-13 05:00:00,19000\nUSDT,1673589600,1.0001\n"
    done, rows = load(hours, PriceReading("them", symbols={"USDT": f"ethereum:{USDT}"}), "h.csv")
    assert done.rejected == 0
    assert [(row.asset, row.time.hour, row.span, row.usd, row.source) for row in rows] == [
        ("BTC", 0, "day", 19_930_500_000, "us"),
        ("BTC", 5, "hour", 19_000_000_000, "them"),
        (f"ethereum:{USDT}", 6, "hour", 1_000_100, "them"),
    ]


def test_the_sources_of_a_file_stay_apart(load):
    _, rows = load("asset,date,close,source\nBTC,2023-01-13,1,a\nBTC,2023-01-13,2,b\n", PriceReading("pack"))
    assert [(row.usd, row.source) for row in rows] == [(1_000_000, "pack: a"), (2_000_000, "pack: b")]
    _, rows = load("asset,date,close,source\nBTC,2023-01-13,1,a\n", PriceReading(None))
    assert [(row.usd, row.source) for row in rows] == [(1_000_000, "a")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("XYZ,2023-01-13,1", "'XYZ' is no asset"),
        ("BTC,2023-01-32,1", "expected a date"),
        ("BTC,2023-01-13,-1", "plain decimal"),
        ("BTC,2023-01-13,nan", "plain decimal"),
        ("BTC,2023-01-13,1e999999999", "expected a price"),
        ("BTC,2023-01-13,0.0000004", "above half a millionth"),
        ('BTC,2023-01-13,"1,000"', "expected a price"),
        ("BTC,2023-01-13 05:00:00,1", "expected the start of a day"),
        ("moon:0x1,2023-01-13,1", "unknown chain"),
        ("ethereum:0x1,2023-01-13,1", "40 hex digits"),
        ("BTC,2023-01-13", "expected 3 cells"),
        ("ETH,2023-01-13,2", "another close of ETH for 2023-01-13"),
        ("BTC,2023-01-13,6e-2", "plain decimal without sign, exponent, blanks or separators, got '6e-2'"),
    ],
)
def test_a_row_that_is_no_price_is_refused_with_the_reason(load, row, reason):
    done, rows = load(f"asset,date,close\nETH,2023-01-13,1\nETH,2023-01-13,1.0\n{row}\n")
    assert len(rows) == 1
    assert done.identical == 1
    assert reason in done.reasons[0]


def test_more_decimals_than_millionths_are_rounded_half_to_even(load):
    _, rows = load("asset,date,close\nBTC,2023-01-13,5.6457415\nETH,2023-01-13,5.6457425\nTRX,2023-01-13,0.06\n")
    assert [row.usd for row in rows] == [5_645_742, 5_645_742, 60_000]


@pytest.mark.parametrize(
    ("text", "reading", "reason"),
    [
        ("date,close\n2023-01-13,1\n", PriceReading("us"), "gives 'asset'"),
        ("asset,date,close\nBTC,2023-01-13,1\n", PriceReading(None), "--source"),
        ("asset,date,close\nBTC,2023-01-13,1\n", PriceReading("us", asset="BTC"), "leave --asset away"),
        ("asset,date,time,close\nBTC,2023-01-13,1673589600,1\n", PriceReading("us"), "--span"),
        ("asset,date\nBTC,2023-01-13\n", PriceReading("us"), "gives 'close'"),
        ("asset,close\nBTC,1\n", PriceReading("us"), "gives 'date'"),
        ("asset,date,close\nBTC,2023-01-13,1\n", PriceReading("us", symbols={"B": "bitcoin"}), "no asset"),
    ],
)
def test_a_file_that_cannot_be_read_so_is_one_error(load, text, reading, reason):
    with pytest.raises(InputError, match=reason):
        load(text, reading)


def test_a_file_without_rows_is_refused(load):
    with pytest.raises(RecordError, match="no rows"):
        load("asset,date,close\n")


def test_a_file_read_again_replaces_what_it_said(load):
    load("asset,date,close\nBTC,2023-01-13,1\n")
    _, rows = load("asset,date,close\nBTC,2023-01-13,3\n")
    assert [row.usd for row in rows] == [3_000_000]


def test_the_daily_closes_at_hand_load_whole(tmp_path, capsys):
    file = shared("data", "prices", "daily_close_usd.csv")
    folder = ["-w", str(tmp_path / "w")]
    assert (
        run([*folder, "ingest", "prices", str(file), "--source", "closes", "--map", "close=usd_close", "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["rejected"]) == (13_816, 0)
    token = shared("data", "prices", "tokens-2021-2024", "tether-usdt_historical_data.csv")
    mapped = ["--asset", f"ethereum:{USDT}", "--map", "close=price", "--source", "t", "--json"]
    assert run([*folder, "ingest", "prices", str(token), *mapped]) == 0
    assert json.loads(capsys.readouterr().out)["rejected"] == 0
    with Store.open(tmp_path / "w") as store:
        day = datetime(2023, 1, 13, tzinfo=UTC)
        assert {row.asset for row in store.records("prices") if row.time == day} >= {"BTC", "ETH", f"ethereum:{USDT}"}


EURO = "asset,date,close,currency\nETH,2024-01-05,2069.1,EUR\nETH,2024-01-06,2100,USD\n"
RATES = "date,currency,close\n2024-01-05,EUR,1.0945\n2024-01-05,GBP,1.27\n"


def command(tmp_path, capsys, text, *more, rates=None):
    (tmp_path / "p.csv").write_text(text)
    (tmp_path / "r.csv").write_text(rates or RATES)
    given = ["--rates", str(tmp_path / "r.csv")] if rates else []
    start = ["-w", str(tmp_path / "ws"), "ingest", "prices", str(tmp_path / "p.csv"), "--source", "us"]
    code = run([*start, *given, *more, "--json"])
    said = capsys.readouterr()
    with Store.open(tmp_path / "ws", create=True) as store:
        rows = store.records("prices") if store.parts("prices") else []
    return code, [(row.time.day, row.usd) for row in rows], said.out + said.err


def test_a_price_in_another_currency_is_converted_or_refused_and_never_taken_for_dollars(tmp_path, capsys):
    code, rows, said = command(tmp_path, capsys, EURO)
    assert (code, rows) == (0, [(6, 2_100_000_000)])
    assert "in EUR, not in dollars" in said
    code, rows, _ = command(tmp_path, capsys, EURO, rates=RATES)
    assert (code, rows) == (0, [(5, 2_264_629_950), (6, 2_100_000_000)])


@pytest.mark.parametrize(
    ("header", "cells", "more"),
    [
        ("asset,date,close_eur", "ETH,2024-01-05,2069.1", ["--map", "close=close_eur"]),
        ("asset,date,Close (€)", "ETH,2024-01-05,2069.1", ["--map", "close=Close (€)"]),
        ("asset,date,close", "ETH,2024-01-05,2069.1", ["--currency", "eur"]),
        ("asset,date,close,vs_currency", "ETH,2024-01-05,2069.1,euro", []),
        ("asset,date,close,Currency", "ETH,2024-01-05,2069.1,€", []),
    ],
)
def test_a_currency_is_heard_wherever_it_is_said(tmp_path, capsys, header, cells, more):
    code, rows, said = command(tmp_path, capsys, f"{header}\n{cells}\n", *more)
    assert (code, rows) == (1, [])
    assert "EUR" in said
    _, rows, _ = command(tmp_path, capsys, f"{header}\n{cells}\n", *more, rates=RATES)
    assert rows == [(5, 2_264_629_950)]


@pytest.mark.parametrize("said", ["USDT", "GBX", ""])
def test_what_is_tied_to_the_dollar_or_not_said_is_no_dollar(tmp_path, capsys, said):
    text = f"asset,date,close,currency\nETH,2024-01-05,2069.1,{said}\n"
    assert command(tmp_path, capsys, text, rates=RATES)[:2] == (1, [])


def test_dollars_in_any_words_and_columns_that_are_not_read(tmp_path, capsys):
    text = "asset,date,close_usd,currency,volume\nETH,2024-01-05,1,USD,7\nETH,2024-01-06,2,us dollar,7\n"
    code, rows, said = command(tmp_path, capsys, text, "--map", "close=close_usd")
    assert (code, rows) == (0, [(5, 1_000_000), (6, 2_000_000)])
    assert "columns that were not read: volume" in said


@pytest.mark.parametrize(
    "rates", ["date,close\n2024-01-05,1\n", RATES + "2024-01-05,EUR,1.1\n", RATES.replace("1.27", "x")]
)
def test_a_bad_file_of_rates_is_one_line_and_changes_nothing(tmp_path, capsys, rates):
    code, rows, said = command(tmp_path, capsys, EURO, rates=rates)
    assert (code, rows, said.count("\n")) == (1, [], 1)
