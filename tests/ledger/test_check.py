"""The check of incident files: the shipped ones pass, and each mistake is found where it stands."""

import datetime as dt
import json
from pathlib import Path

import pytest

from dyepack.cli import run
from dyepack.ledger.check import Finding, check_ledger
from dyepack.ledger.load import ledger_files, shipped
from tests.ledger.test_load import GOOD, folder

TODAY = dt.date(2026, 6, 1)
SOUND = GOOD.replace("example.org", "www.fbi.gov").replace('"0xab"', f'"0x{"ab" * 32}"')
SLUG = "2023_09_04_good"
THIN = "\N{THIN SPACE}"


def found(tmp_path: Path, text: str, **more: str) -> list[Finding]:
    return list(check_ledger(folder(tmp_path, **{SLUG: text}, **more), TODAY))


@pytest.mark.parametrize("path", ledger_files(shipped()), ids=lambda path: path.stem)
def test_every_shipped_file_is_free_of_errors(path: Path, findings: dict[str, list[Finding]]):
    errors = [each for each in findings.get(path.name, []) if each.level == "error"]
    assert errors == []


@pytest.fixture(scope="module")
def findings() -> dict[str, list[Finding]]:
    out: dict[str, list[Finding]] = {}
    for each in check_ledger(shipped(), dt.datetime.now(dt.UTC).date()):
        out.setdefault(Path(each.source).name, []).append(each)
    return out


def test_a_sound_file_has_nothing_to_find(tmp_path: Path):
    assert found(tmp_path, SOUND) == []


AT = "https://www.fbi.gov/a"
SPOKEN = "published: 2023-09-06"
READ = "retrieved: 2026-05"
THIEF = '0x000000000000000000000000000000000000dead", role: thief, source: fbi, also: [list]}'
MISTAKES = [
    ("date: 2023-09-04", "date: 2023-13-04", "error form date: expected a date"),
    ("chains: [eth, bsc]", "chains: [etherium]", "error form chains.1: unknown chain"),
    ("dEaD", "dEAD", "error form addresses.1.address: the checksum (EIP-55)"),
    ("41000000", "41e6", "error form losses.1.usd: expected a plain decimal"),
    ("41000000", "41000000000000", "error unit losses.1.usd: $41 000 000.0 M: no theft was as large"),
    (
        SPOKEN,
        "published: 2023-09-03",
        "error said-before sources.fbi.published: published 2023-09-03, before the theft",
    ),
    (SPOKEN, "published: 2026-06-02", "error future sources.fbi.published: published 2026-06-02, and today is"),
    (READ, "retrieved: 2026-07", "error future sources.list.retrieved: retrieved 2026-07, and today is"),
    (READ, "retrieved: 2023-08", "error said-before sources.list.retrieved: retrieved 2023-08, before"),
    (
        "published: 2023-09}",
        "published: 2023-08}",
        "error said-before attributions.1.published: published 2023-08, before",
    ),
    (AT, "https://example.org/a", "error dead-source sources.fbi.url: no such place on the web"),
    (AT, "https://fbi/a", "error dead-source sources.fbi.url: no such place on the web"),
    (AT, "http://192.168.0.7/a", "error dead-source sources.fbi.url: an address inside a private network"),
    (AT, "http://[::1/a", "error dead-source sources.fbi.url: not a web address"),
    ("fbi.gov/c", "fbi.test/c", "error dead-source references.1: no such place on the web"),
    ("source: fbi}", "source: fbi, covers: [2000-a]}", "error unknown-incident losses.1.covers: no incident '2000-a'"),
    ('tx: "0x', 'tx: "', "error hash transactions.1.tx: not a transaction hash on ethereum"),
    (
        "returned:",
        "  - {usd: 1000, source: list}\nreturned:",
        "warning far-apart losses: claims from $0.0 M (list) to $41.0 M (fbi)",
    ),
    (
        "{usd: 5, source",
        "{usd: 500000000, source",
        "warning more-returned returned.1: $500.0 M, where at most $41.0 M were taken",
    ),
    (
        "addresses:",
        "  - {actor: not-dprk, confidence: confirmed, source: fbi, published: 2023-09}\naddresses:",
        "error contradiction attributions.1: fbi says both that and its denial",
    ),
    (
        "  list: {",
        f'  bis: {{name: FBI, published: 2023-09-06, url: "{AT}"}}\n  list: {{',
        "warning doubled-source sources.bis: the same name, url and part as 'fbi'",
    ),
    (
        "  list: {",
        f'  bis: {{name: A paper, published: 2023-09-07, url: "{AT}"}}\n  list: {{',
        "warning doubled-source sources.bis: the url and part of 'fbi', by another name",
    ),
    (
        "confidence: confirmed, source: fbi",
        "confidence: confirmed, source: fbi, by: Chainalysis",
        "warning not-a-government attributions.1.confidence: 'Chainalysis' is no government",
    ),
    (
        "name: FBI",
        "name: A blog",
        "warning not-a-government attributions.1.confidence: 'A blog' is no government",
    ),
    (
        "  - {usd: 41000000, source: fbi}",
        "  - {usd: 41000000, source: fbi}\n  - {usd: 41000000, source: fbi}",
        "warning doubled-claim losses.2: says the same as a line above it",
    ),
    (
        "transactions:",
        f'  - {{chain: ethereum, address: "{THIEF.replace("thief", "victim")}\ntransactions:',
        "warning both-sides addresses.2: 0x000000000000000000000000000000000000dead is named as thief's",
    ),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[2].split(":")[0])
def test_each_mistake_is_found(tmp_path: Path, mistake: tuple[str, str, str]):
    old, new, said = mistake
    assert old in SOUND
    findings = found(tmp_path, SOUND.replace(old, new, 1))
    (each,) = [f for f in findings if f"{f.level} {f.check} {f.field}: {f.text}".replace(THIN, " ").startswith(said)]
    assert each.source == "incidents/2023-09-04-good.yaml"
    assert each.line is not None


def test_loading_says_what_the_check_would_find(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch):
    where = folder(tmp_path, **{SLUG: SOUND})
    monkeypatch.chdir(tmp_path)
    assert run(["load-ledger", str(where)]) == 0
    assert capsys.readouterr().err == ""
    folder(tmp_path, **{SLUG: SOUND.replace(SPOKEN, "published: 2023-09-03", 1)})
    assert run(["load-ledger", "incidents"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("In the workspace: 1 incidents")
    assert err == "dyepack: the check of these files finds 1 error: dyepack ledger check incidents\n"
    assert run(["ledger", "check", "incidents"]) == 3
    assert capsys.readouterr().out.startswith("1 file: 1 error,")


def test_a_theft_in_the_future_and_one_in_the_wrong_folder(tmp_path: Path):
    (tmp_path / "incidents" / "2022").mkdir(parents=True)
    (tmp_path / "incidents" / "2022" / "2023-09-04-good.yaml").write_text(SOUND)
    checks = {each.check for each in check_ledger(tmp_path / "incidents", dt.date(2023, 9, 1))}
    assert checks == {"future", "folder"}


def test_one_theft_in_two_files(tmp_path: Path):
    (each,) = found(tmp_path, SOUND, **{"2023_09_04_an_exchange": SOUND})
    assert (each.check, each.source) == ("doubled-theft", "incidents/2023-09-04-good.yaml")
    assert "2023-09-04-an-exchange" in each.text


TOTALS = """\
editions:
  - publisher: A Firm
    published: 2023-09-14
    url: https://www.firm.com/a
    totals:
      - {series: all, year: 2023, usd: 5, covers_to: 2023-09-14}
"""


@pytest.mark.parametrize(
    ("old", "new", "level", "check"),
    [
        (", covers_to: 2023-09-14", "", "warning", "partial-year"),
        ("covers_to: 2023-09-14", "covers_to: 2022-12-31", "error", "partial-year"),
        ("covers_to: 2023-09-14", "covers_to: 2023-12-31", "warning", "said-before"),
        ("year: 2023", "year: 2024", "error", "said-before"),
        ("published: 2023-09-14", "published: 2026-09-14", "error", "future"),
        ("www.firm.com", "localhost", "error", "dead-source"),
    ],
)
def test_published_totals_are_checked(tmp_path: Path, old: str, new: str, level: str, check: str):
    where = folder(tmp_path, **{SLUG: SOUND})
    (where / "published-totals.yaml").write_text(TOTALS)
    assert check_ledger(where, TODAY) == ()
    (where / "published-totals.yaml").write_text(TOTALS.replace(old, new, 1))
    assert (level, check) in [(each.level, each.check) for each in check_ledger(where, TODAY)]


def test_the_command_leaves_with_three_where_it_was_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    far = SOUND.replace("returned:", "  - {usd: 1000, source: list}\nreturned:", 1)
    where = str(folder(tmp_path, **{SLUG: far}))
    assert run(["ledger", "check", where]) == 0
    assert capsys.readouterr().out.startswith("1 file: 0 errors, 1 warning.\n")
    assert run(["ledger", "check", where, "--fail-on", "warning", "--json"]) == 3
    (each,) = json.loads(capsys.readouterr().out)
    assert (each["check"], each["line"]) == ("far-apart", 9)
    folder(tmp_path, **{SLUG: SOUND.replace("dEaD", "dEAD")})
    assert run(["ledger", "check", where]) == 3
    assert "checksum" in capsys.readouterr().out
    assert run(["ledger", "check", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
