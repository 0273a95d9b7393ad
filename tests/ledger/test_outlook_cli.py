"""What compare and outlook print, and one line for what cannot be answered."""

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.ledger.test_cli import asked, nowhere

__all__ = ["nowhere"]
OUTLOOK = "outlook --threshold 1e9 --actor dprk --as-of 2023-09-14"


def test_compare_says_that_a_part_is_compared_with_a_whole(capsys: pytest.CaptureFixture[str]):
    out = asked(capsys, "compare --actor dprk --year 2023 --as-of 2023-09-14")
    assert out.startswith("2023 up to 2023-09-14: $292.6 M held in 5 thefts")
    assert "the same days of 2022: $722.0 M" in out
    assert "which compares a part with a whole" in out
    assert "82.9 % of it is one theft, Ronin Bridge" in out
    found = json.loads(asked(capsys, "compare --actor dprk --year 2023 --as-of 2023-09-14 --json"))
    assert found["held"]["this"]["usd"] == "292650000000000"
    assert set(found) >= {"known", "held", "share_by_rule", "reporting_delay"}
    rows = list(csv.DictReader(io.StringIO(asked(capsys, "compare --actor dprk --as-of 2023-09-14 --csv"))))
    assert [row["clock"] for row in rows] == ["known"] * 3 + ["held"] * 3
    assert {row["usd"] for row in rows if row["clock"] == "held"} == {"292650000", "722000000", "750000000"}


def test_outlook_answers_first_and_names_its_baseline(capsys: pytest.CaptureFixture[str]):
    out = asked(capsys, OUTLOOK)
    assert out.startswith("2023 as of 2023-09-14, thefts attributed to dprk under rule R2: $292.6 M counted")
    assert "climatology: in 0 of 6 earlier years" in out
    assert "over all 12 candidate models)." in out
    assert "over too few years with an event to tell it from chance" in out
    assert "beats" not in out
    found = json.loads(asked(capsys, f"{OUTLOOK} --json"))
    assert 0 < found["interval"][0] < found["probability"] < found["interval"][1] < 1
    assert found["baseline"]["years"] == 6
    assert found["model"]["severity"]["family"]
    assert len(found["alternatives"]) == 11
    assert "as the ledger holds them now" in found["hindsight"]


def test_outlook_from_a_sum_that_somebody_else_states(capsys: pytest.CaptureFixture[str]):
    assert "$340.4 M counted (given), $659.6 M short" in asked(capsys, f"{OUTLOOK} --counted 340.4e6")


def test_outlook_of_everybody_goes_by_what_has_the_better_record(capsys: pytest.CaptureFixture[str]):
    found = json.loads(asked(capsys, "outlook --threshold 2e9 --as-of 2024-06-30 --json"))
    scores = {score["name"]: score["brier"] for score in found["record"]["scores"]}
    assert found["goes_by"] == min(scores, key=lambda name: scores[name]) != "model"
    assert found["probability"] == found["standings"]["held"]["baselines"][found["goes_by"]]["chance"]
    out = asked(capsys, "outlook --threshold 2e9 --as-of 2024-06-30")
    assert f"by {found['goes_by']}, which has a better record than the model (" in out
    assert " came true, in " in out


def test_backtest_as_json_csv_and_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    line = f"outlook backtest --actor dprk --plot {tmp_path / 'c.svg'} --json"
    (found,) = json.loads(asked(capsys, line))
    assert found["years"] == list(range(2018, 2026))
    assert {score["name"] for score in found["scores"]} >= {"model", "climatology", "last-year"}
    assert sum(each["cases"] for each in found["calibration"]) == len(found["cases"]) > 50
    picture = ET.parse(tmp_path / "c.svg")
    shown = " ".join(picture.getroot().itertext())
    assert "Outlook for dprk, rule R2" in shown
    assert "as the ledger holds them now" in shown
    assert f"{found['events']['came_true']} came true, in" in shown
    rows = list(csv.DictReader(io.StringIO(asked(capsys, "outlook backtest --actor dprk --csv"))))
    assert len(rows) == len(found["cases"])
    assert all(Decimal(row["so_far_usd"]) < Decimal(row["threshold_usd"]) for row in rows)


def test_backtest_of_both_says_what_does_not_work(capsys: pytest.CaptureFixture[str]):
    out = asked(capsys, "outlook backtest")
    assert "Thefts attributed to dprk under rule R2: over" in out
    assert "Everybody's thefts: over" in out
    assert out.count("coin-toss") >= 2
    assert out.count("nothing came true") == 2  # of $1 bn and of $2 bn attributed to dprk


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("outlook --threshold ten", "dyepack: expected dollars as 10000000 or 10e6, got 'ten'"),
        ("outlook --threshold -5", "dyepack: expected dollars as 10000000 or 10e6, got '-5'"),
        ("outlook --threshold 10", "dyepack: the outlook counts thefts of at least $1.0 M"),
        ("outlook --threshold 1e9 --as-of 2999-01-01", "dyepack: the ledger has heard nothing after"),
        ("outlook --threshold 1e9 --as-of 2009-01-01", "dyepack: the ledger's first theft is of 2011-10-05"),
        ("outlook --threshold 1e9 --actor dprk --as-of 2017-03-01", "dyepack: up to 2017-03-01 the ledger holds"),
        ("outlook backtest --actor nobody", "dyepack: nobody attributes an incident to 'nobody'"),
        ("compare --year 2013", "dyepack: the ledger holds no theft in 2013"),
        ("compare --as-of 2023-99-99", "dyepack: expected a date"),
    ],
)
def test_what_cannot_be_answered(capsys: pytest.CaptureFixture[str], line: str, message: str):
    err = asked(capsys, line, code=1)
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_a_threshold_is_required(capsys: pytest.CaptureFixture[str]):
    assert "--threshold 1e9" in asked(capsys, "outlook", code=2)


def test_only_the_outlook_pays_for_scipy(tmp_path: Path):
    code = (
        "import sys; from dyepack.cli import run\n"
        "for line in ('totals --json', 'compare --json'):\n"
        "    assert run(line.split()) == 0\n"
        "    assert 'scipy' not in sys.modules, line\n"
        "assert run('outlook --threshold 1e9 --json'.split()) == 0\n"
        "assert 'scipy' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
