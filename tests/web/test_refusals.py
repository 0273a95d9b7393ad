"""Wrong questions, each with its status and one clear line; nothing of the code comes out, and no formula or trick."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from dyepack.model import Tag
from dyepack.store import Store
from dyepack.web import refusals
from dyepack.web.app import create
from tests.web.asked import HTX

WRONG = [
    ("/api/incidents?no=1", 400, "no such parameter"),
    ("/api/incidents?year=2022&year=2023", 400, "given 2 times"),
    ("/api/incidents?limit=0", 422, "greater than or equal to 1"),
    ("/api/incidents?limit=1001", 400, "at most 1000 rows of JSON"),
    ("/api/incidents?limit=100001&format=csv", 422, "less than or equal to 100000"),
    ("/api/incidents?offset=-1", 422, "greater than or equal to 0"),
    ("/api/incidents?year=twenty", 422, "valid integer"),
    ("/api/incidents?sort=size", 422, "'date'"),
    ("/api/incidents?actor=nobody-at-all", 400, "nobody attributes an incident"),
    ("/api/incidents?from=2022-13", 400, "2022-13"),
    ("/api/incidents?min=much", 400, "expected dollars"),
    ("/api/incidents?as_of=2199", 400, "expected a day up to today"),
    ("/api/incidents/2022-06-23-harmon", 404, "did you mean 2022-06-23-harmony"),
    ("/api/totals?rule=R9", 422, "'R1'"),
    ("/api/totals?actor=dprk&of=2022-06-23-harmony", 400, "got both"),
    ("/api/totals?as_of=1999-01-01", 400, "first theft"),
    ("/api/publishers/nobody", 400, "nobody"),
    ("/api/outlook", 422, "required"),
    ("/api/outlook?threshold=1", 400, "threshold of at least"),
    ("/api/cuts?by=mood", 422, "'actor'"),
    ("/api/charts/pie.svg", 422, "pattern"),
    ("/api/charts/totals.exe", 422, "pattern"),
    ("/api/charts/against.svg", 400, "name an actor"),
    ("/api/actors?name=nobody+at+all", 400, "no actor is called"),
    ("/api/runs/none", 404, "no trace 'none'"),
    ("/api/runs/latest/balance?method=poison", 400, "poison"),
    ("/api/runs/latest/balance?at=soon", 400, "expected a block or a day"),
    ("/api/runs/latest/balance?origin=nobody", 400, "nobody"),
    ("/api/runs/latest/explain?address=0x00", 400, "0x00"),
    ("/api/runs/latest/explain", 422, "required"),
    ("/api/runs/latest/patterns?kind=zigzag", 400, "expected patterns among"),
    ("/api/paths?begin=x&end=y", 400, "0x and 40 hex digits"),
    ("/api/paths?begin=,&end=,", 400, "expected addresses or transactions"),
    ("/api/addresses/0x098B716B8Aaf21512996dC57EB0615e2383E2f95", 400, "checksum"),
    ("/api/addresses/hello", 400, "valid on no chain"),
    ("/api/addresses/" + HTX + "?chain=nochain", 400, "nochain"),
    ("/api/transactions/0xabc", 400, "64 hex digits"),
    ("/api/clusters/without?what=none", 400, "none"),
    ("/api/jobs/none", 404, "no job"),
    ("/api/nothing", 404, "nothing is at /api/nothing"),
]


@pytest.mark.parametrize(("asked", "status", "says"), WRONG)
def test_a_wrong_question_gets_one_clear_line(client: TestClient, asked: str, status: int, says: str):
    answer = client.get(asked)
    told = answer.json()
    assert (answer.status_code, set(told), set(told["error"])) == (
        status,
        {"error"},
        {"kind", "message", "where", "next"},
    ), answer.text
    assert says in told["error"]["message"]
    assert "\n" not in told["error"]["message"]
    assert "Traceback" not in answer.text


def test_no_file_of_the_machine_is_read_by_a_name(client: TestClient, tmp_path: Path):
    (tmp_path / "names.csv").write_text(f"address\n{HTX}\n")
    answer = client.get("/api/paths", params={"begin": str(tmp_path / "names.csv"), "end": HTX})
    assert answer.status_code == 400
    order = {"verb": "load_case", "parameters": {"case": "../../incidents"}}
    assert client.post("/api/jobs", json=order).status_code == 400
    assert client.get("/api/runs/..%2f..%2fetc%2fpasswd").status_code == 404


def test_a_method_that_is_not_there(client: TestClient):
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        assert client.request(method, "/api/totals").status_code == 405


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", "nonsense"])
def test_a_form_that_is_not_there(client: TestClient, accept: str):
    assert client.get("/api/totals", headers={"accept": accept}).status_code == 406
    assert client.get("/api/compare?format=csv").status_code in (400, 406)


def test_what_is_in_a_message_overrides_no_direction(client: TestClient):
    answer = client.get("/api/incidents/" + "\u202egnp.exe")
    assert answer.status_code == 404
    assert "\u202e" not in answer.text


def test_a_long_question_has_a_short_refusal(client: TestClient):
    answer = client.get("/api/runs/latest/explain", params={"address": "x" * 1_900})
    assert answer.status_code == 400
    assert len(answer.text) < 1_000


def test_our_own_bug_tells_nothing_of_the_code(capsys: pytest.CaptureFixture[str]):
    app, router = FastAPI(), APIRouter()

    @router.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("a secret of the machine")

    app.include_router(router)
    refusals.install(app)
    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "a secret of the machine" in capsys.readouterr().err


def test_a_damaged_workspace_is_said_so(copy: Path):
    app = create(copy)
    asking = TestClient(app, base_url="http://localhost")
    assert asking.get("/api/runs/latest").status_code == 200
    next((copy / "tables/flows").iterdir()).unlink()
    (copy / "workspace.json").touch()
    answer = asking.get("/api/runs/latest/explain", params={"address": HTX})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "store")
    (copy / "workspace.json").write_text("{}")
    assert asking.get("/api/totals").status_code == 503


TRICKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|'/c calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "\u202etxt.exe",
    "a\u0000b\u0007\u001b[31m",
)


@pytest.fixture
def tricked(copy: Path) -> TestClient:
    """Tags of a service that carry tricks in their names; kept as they are, for a tag says what its source says."""
    with Store.open(copy) as store, store.run("load-tags", {"tricks": 1}) as draft:
        rows = [_tag(number, name) for number, name in enumerate(TRICKS)]
        draft.put("tags", "tricks", rows)
    return TestClient(create(copy), base_url="http://localhost")


def _tag(number: int, name: str) -> Tag:
    more: Any = (None, None, None, None, None, date(2023, 1, 1))
    return Tag(f"t{number}", "ethereum", HTX, name, None, "exchange", "ownership", 50 - number, "tricks", *more)


def test_tricks_in_tags_stay_text(tricked: TestClient):
    answer = tricked.get(f"/api/addresses/{HTX}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    names = {tag["name"] for tag in answer.json()["tags"]}
    assert set(TRICKS) <= names


def test_formulas_in_tags_do_not_run(tricked: TestClient):
    payer = tricked.get(f"/api/addresses/{HTX}/counterparties").json()["rows"][0]["address"]
    for asked in (f"/api/addresses/{payer}/exposure?format=csv", f"/api/addresses/{payer}/counterparties?format=csv"):
        text = tricked.get(asked).text
        cells = [cell for line in text.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.strip('"')[:1] in ("=", "+", "@")]
    plain = tricked.get("/api/search", params={"q": "cmd"}).json()["rows"]
    assert [hit["title"] for hit in plain if hit["kind"] == "tag"] == [TRICKS[2]]


def test_words_with_control_characters_are_no_search(client: TestClient):
    for text in ("\u0000", "\u202eabc", "\x1b[31m"):
        assert client.get("/api/search", params={"q": text}).json() == {"total": 0, "offset": 0, "rows": []}


def test_json_is_refused_where_it_is_none(client: TestClient):
    for body in (b"", b"{", b"[]", b'"x"', b"\xff\xfe", json.dumps({"verb": "erase"}).encode(), b"[" * 50_000):
        answer = client.post("/api/jobs", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), answer.text
        assert "\n" not in answer.json()["error"]["message"]


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfffb", "\\udc00\\ud800"])
@pytest.mark.parametrize("field", ["title", "note", "\\ud801"])
def test_half_a_pair_of_surrogates_is_refused_in_one_line(client: TestClient, text: str, field: str):
    """JSON lets them through as escapes, and no file or answer can hold them."""
    sent = f'{{"run": "latest", "{field}": "{text}"}}'.encode()
    answer = client.post("/api/case-files", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert "half of a pair of surrogates" in answer.json()["error"]["message"]


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, "9" * 20, "٣", "-1", "1e9"])
def test_numbers_beyond_64_bits_in_a_header_or_a_query(client: TestClient, number: str):
    job = client.get("/api/jobs").json()["rows"][0]["job"]
    told = client.get(f"/api/jobs/{job}/events", headers={b"last-event-id": number.encode()})
    assert told.status_code in (200, 422)
    for path in ("/api/incidents?offset=", "/api/runs/latest/balance?at=", "/api/case-files/none?edition="):
        answer = client.request("PUT" if "edition" in path else "GET", path + number, json={})
        assert answer.status_code in (200, 400, 404, 422), answer.text


@pytest.mark.parametrize("day", ["9999-12-31", "9999", "0001-01-01", "0001"])
def test_the_first_and_the_last_day_that_there_are(client: TestClient, day: str):
    for path in ("runs/latest/balance?at=", "incidents?from=", "incidents?to=", "totals?as_of=", "tags?as_of="):
        assert client.get(f"/api/{path}{day}").status_code in (200, 400, 404, 422), path


FULL = """
import resource, signal, sys
from pathlib import Path
from starlette.testclient import TestClient
from dyepack.web.app import create
client = TestClient(create(Path(sys.argv[1])), base_url="http://localhost", raise_server_exceptions=False)
run = client.get("/api/runs").json()["rows"][0]["run"]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
case = {"run": run, "title": "t", "notes": []}
kept = client.get("/api/runs/latest/graph").status_code
for path, sent in (("case-files", {**case, "about": "x" * 100_000}), ("jobs", {"verb": "backtest", "parameters": {}})):
    answer = client.post(f"/api/{path}", json=sent)
    print(path, answer.status_code, answer.text)
print("asked", client.get("/api/totals?actor=dprk").status_code, client.get("/api/charts/totals.png").status_code)
"""


def test_a_full_disk_is_told_in_one_line_and_questions_are_answered(copy: Path):
    done = subprocess.run([sys.executable, "-c", FULL, str(copy)], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    cases, jobs, asked = done.stdout.splitlines()
    for line, path in ((cases, "case-files"), (jobs, "jobs")):
        told = line.removeprefix(f"{path} ")
        assert told[:3] in ("503", "422", "400"), line
    assert jobs.startswith("jobs 503")
    assert "cannot be used" in jobs
    assert asked == "asked 200 200"
