"""The ledger's commands: what they print, and one line for what cannot be answered."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dyepack.cli import run
from dyepack.cli.ledger import RuleName
from dyepack.ledger import RULES, load_ledger
from dyepack.ledger.counted import last_heard
from tests.ledger.test_load import GOOD, folder


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a workspace, where the shipped ledger answers."""
    monkeypatch.chdir(tmp_path)


def last_and_today() -> tuple[date, date]:
    """The shipped ledger's last word, and today, which must come after it."""
    last, today = last_heard(load_ledger()), datetime.now(UTC).date()
    if today <= last:
        pytest.skip(f"this machine's clock says {today}, and the ledger has heard of {last}")
    return last, today


def asked(capsys: pytest.CaptureFixture[str], line: str, code: int = 0) -> str:
    """What a command line prints: on stdout, or on stderr where it fails."""
    return printed(capsys, *line.split(), code=code)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(arguments) == code
    out, err = capsys.readouterr()
    if code:
        assert out == ""
        return err
    assert err == ""
    return out


def test_totals_as_json(capsys: pytest.CaptureFixture[str]):
    found = json.loads(asked(capsys, "totals --by year --actor dprk --rule R2 --as-of 2023-09-14 --json"))
    assert (found["actor"], found["rule"], found["as_of"], found["unit"]) == (
        "dprk",
        "R2",
        "2023-09-14",
        "micro-dollars",
    )
    year = found["years"][-1]
    assert year["year"] == 2023
    assert (year["held"]["usd"], year["held"]["text"], year["held"]["incidents"]) == ("292650000000000", "$292.6 M", 5)
    assert (year["known"]["usd"], year["known"]["slugs"][-1]) == ("259650000000000", "2023-09-12-coinex")
    chainalysis = [total for total in year["published"] if total["publisher"] == "Chainalysis"]
    assert [(total["usd"], total["published"]) for total in chainalysis] == [("340400000000000", "2023-09-14")]
    assert year["share_held"] == pytest.approx(0.30412, abs=1e-5)


def test_totals_as_csv_sum_to_their_json(capsys: pytest.CaptureFixture[str]):
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "totals", "--actor", "dprk", "--rule", "R1", "--csv"))))
    found = json.loads(printed(capsys, "totals", "--actor", "dprk", "--rule", "R1", "--json"))
    assert [row["year"] for row in rows] == [str(year["year"]) for year in found["years"]]
    assert sum(int(row["held_incidents"]) for row in rows) == found["held"]["incidents"] == 22


def test_tables_say_the_answer_first(capsys: pytest.CaptureFixture[str]):
    lines = printed(capsys, "totals", "--actor", "dprk", "--as-of", "2023-09-14").splitlines()
    assert lines[0].startswith("2023 up to 2023-09-14: $259.6 M known on that day")
    assert "$292.6 M" in lines[0]
    (year,) = (line for line in lines if line.startswith("2023 ") and "up to" not in line)
    assert year.split()[:4] == ["2023", "259.6", "199.0–293.8", "5"]
    assert "30.4 %" in year
    assert "Chainalysis 340.4" in year


def test_incidents_and_one_incident(capsys: pytest.CaptureFixture[str]):
    found = json.loads(asked(capsys, "incidents --actor dprk --year 2023 --min-usd 10e6 --as-of 2023-09-14 --json"))
    assert "2023-09-12-coinex" in [line["incident"] for line in found]
    assert all(int(line["held"]["median"]) >= 10**13 for line in found)
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "incidents", "--actor", "dprk", "--csv"))))
    assert len(rows) > 200
    text = printed(capsys, "incident", "2023-09-12-coinex", "--addresses")
    assert text.startswith(
        "CoinEx lost, on 2023-09-12, $54.5 M: the median of 10 comparable claims between $27.0 M and"
    )
    assert "0x75497999432b8701330fb68058bd21918c02ac59  2023-09-04-stake" in text
    assert "not by itself to the same thief" in text
    assert "k:a9f3672d7ad7a1e4592702d73b220cbc61db1fa17f89a56131d965bc03959913" in text
    full = json.loads(printed(capsys, "incident", "2023-09-12-coinex", "--json"))
    assert len(full["losses"]) == 10
    assert {source["source"] for source in full["sources"]} >= {claim["source"] for claim in full["losses"]}


def test_published(capsys: pytest.CaptureFixture[str]):
    text = asked(capsys, "published --actor dprk --publisher chainalysis --year 2023 --threshold 1e9")
    assert "−79.4 %" in text
    assert "659.6" in text
    (row,) = json.loads(
        asked(capsys, "published --actor dprk --publisher CHAINALYSIS --year 2023 --as-of 2023-09-14 --json")
    )
    assert row["partial"] is True
    assert row["change"] == {"difference": "-1309600000000000", "before": "1650000000000000"}


def test_a_workspace_answers_from_its_own_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    where = folder(tmp_path, **{"2023_09_04_good": GOOD, "2023_09_04_bad": GOOD.replace("41000000", "x")})
    assert run(["load-ledger", str(where)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("In the workspace: 1 incidents, 3 amounts, 1 attributions,")
    refused, checked = err.splitlines()
    assert refused.startswith("dyepack: incidents/2023-09-04-bad.yaml:10: losses.1.usd: ")
    assert checked == f"dyepack: the check of these files finds 5 errors: dyepack ledger check {where}"
    assert printed(capsys, "totals").startswith("$41.0 M taken in 1 theft, 2023–2023.")
    assert "no incident '2023-09-12-coinex'" in printed(capsys, "incident", "2023-09-12-coinex", code=1)


@pytest.mark.parametrize(
    "question",
    [
        "totals --actor dprk --json",
        "totals --publisher trm --json",
        "published --actor dprk --json",
        "incidents --actor dprk --json",
        "cuts --by vector --json",
        "compare --actor dprk --json",
        "outlook --threshold 1e9 --actor dprk --json",
        "export totals --out t.json",
        "chart totals --out c.json",
    ],
)
def test_today_is_answered_as_of_the_ledgers_last_word_and_says_so(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The file of a ledger says nothing of the days since: neither that nothing was stolen nor that something was."""
    monkeypatch.chdir(tmp_path)
    last, today = last_and_today()
    answers = []
    for day in (today, last):
        assert run([*question.split(), "--as-of", day.isoformat()]) == 0
        out, err = capsys.readouterr()
        answers.append((out, [path.read_bytes() for path in sorted(tmp_path.iterdir())]))
        said = (
            f"dyepack: the ledger has heard nothing after {last}; this is the answer as of that day, not of {today}\n"
        )
        assert err == (said if day == today else "")
    assert answers[0] == answers[1]


def test_a_ledger_without_published_figures_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["load-ledger", str(folder(tmp_path, **{"2023-09-12-some-exchange": GOOD}))]) == 0
    capsys.readouterr()
    assert run(["-w", "dyepack-workspace", "published"]) == 0
    assert capsys.readouterr().out == "No such figure; the ledger has none.\n"


def test_this_year_is_no_future_though_it_is_not_over(capsys: pytest.CaptureFixture[str]):
    _, today = last_and_today()
    assert run(["totals", "--as-of", str(today.year)]) == 0
    assert "as of that day, not of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ("incident 2023-09-12-coinx", 1, "did you mean 2023-09-12-coinex"),
        ("totals --as-of 2023-13-01", 1, "expected a date as YYYY-MM-DD, YYYY-MM or YYYY, got '2023-13-01'"),
        ("totals --as-of yesterday", 1, "got 'yesterday'"),
        ("totals --actor russia", 1, "actors in the ledger: dprk"),
        ("totals --actor dprk --rule R7", 2, "R1"),
        ("totals --by moon", 2, "--by"),
        ("totals --actor dprk --of 2023-09-04-stake", 1, "got both"),
        ("totals --of 2023-09-04-steak", 1, "did you mean 2023-09-04-stake"),
        ("incidents --min-usd -5", 1, "expected dollars"),
        ("incidents --min-usd 1e99", 1, "38 digits"),
        ("incidents --min-usd 0.1234567", 1, "7 decimals"),
        ("incidents --min-usd ٣", 1, "expected dollars"),
        ("incidents --victim-type bakery", 1, "bakery"),
        ("incidents --year soon", 2, "--year"),
        ("published --publisher nobody", 1, "publishers: "),
        ("totals --as-of 2001", 1, "the ledger's first theft is of 2011-10-05"),
        ("totals --as-of 2999", 1, "the ledger has heard nothing after 2026-08-31; expected a day up to today ("),
        ("totals --publisher trm --as-of 2999", 1, "the ledger has heard nothing after 2026-08-31"),
        ("published --as-of 2999", 1, "the ledger has heard nothing after 2026-08-31"),
        ("incidents --as-of 2999", 1, "the ledger has heard nothing after 2026-08-31"),
        ("totals --year 2013", 1, "no theft in 2013; years with some: 2011, 2012, 2014, "),
        ("totals --year 2013 --as-of 2015-01-01", 1, "in 2013 up to 2015-01-01; years with some: 2011, 2012, 2014\n"),
        (
            "totals --actor dprk --rule R1 --year 2013",
            1,
            "no theft of dprk under rule R1 in 2013; years with some: 2016",
        ),
        ("load-ledger nowhere", 1, "found none in nowhere"),
    ],
)
def test_what_cannot_be_answered(capsys: pytest.CaptureFixture[str], arguments: str, code: int, says: str):
    err = asked(capsys, arguments, code)
    assert says in err
    assert code == 2 or err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("incidents --year 1999", "No incident passes; the ledger holds 785, from 2011-10-05 to "),
        (
            "totals --actor dprk --as-of 2012-01-01",
            "no theft attributed to dprk under rule R2 up to 2012-01-01; its first by anybody is of 2011-10-05.",
        ),
        ("totals --as-of 2026-08-31", "2026 up to 2026-08-31: "),
        ("totals --actor dprk --as-of 2018-01-01", "the first claim with a day is of 2019-03-31."),
        ("published --as-of 2001", "were printed from 2019-03-31 to "),
        ("published --actor individual", "No such figure"),
    ],
)
def test_questions_without_an_answer_get_a_clear_one(capsys: pytest.CaptureFixture[str], arguments: str, says: str):
    assert says in asked(capsys, arguments)


def test_the_rules_at_the_prompt_are_the_rules():
    assert [*RuleName] == [*RULES]
