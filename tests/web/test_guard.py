"""Who may ask, how much at once, and what a browser may make of the answer."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dyepack.cli import run
from dyepack.web.app import create
from dyepack.web.guard import LARGEST_BODY, LONGEST_QUERY, Door, loopback, names
from dyepack.web.serving import Serving

TOKEN = "a-token-that-is-long-enough"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " font-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def at(app: FastAPI, host: str) -> TestClient:
    return TestClient(app, base_url=f"http://{host}")


@pytest.fixture(scope="module")
def locked(made: Path) -> FastAPI:
    return create(made, Door(names("0.0.0.0", ["desk.example"]), TOKEN))


@pytest.mark.parametrize("host", ["localhost", "localhost:8450", "127.0.0.1:1", "[::1]:8450", "LOCALHOST."])
def test_this_machine_s_own_names_are_answered(app: FastAPI, host: str):
    assert at(app, "localhost").get("/api/rules", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8450", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
def test_a_name_that_only_leads_here_is_refused(app: FastAPI, host: str):
    for path in ("/api/rules", "/", "/api/jobs"):
        answer = at(app, "localhost").get(path, headers={"host": host})
        assert answer.status_code == 421
        assert "does not answer to the name" in answer.json()["error"]["message"]


def test_a_further_name_is_answered_where_it_was_given(locked: FastAPI):
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert at(locked, "desk.example").get("/api/rules", headers=bearer).status_code == 200
    assert at(locked, "other.example").get("/api/rules", headers=bearer).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_is_refused(client: TestClient, headers: dict[str, str]):
    order = {"verb": "backtest", "parameters": {}}
    assert client.post("/api/jobs", json=order, headers=headers).status_code == 403
    assert client.get("/api/rules", headers=headers).status_code == 403
    assert client.get("/api/jobs").json()["rows"][0]["verb"] != "backtest"


def test_our_own_page_and_a_link_from_elsewhere_are_answered(client: TestClient):
    assert client.get("/api/rules", headers={"origin": "http://localhost"}).status_code == 200
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/", headers=followed).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_that_navigates_here_is_refused(client: TestClient, method: str, site: str):
    sent = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    answer = client.request(method, "/api/jobs", headers=sent, json={"verb": "backtest", "parameters": {}})
    assert answer.status_code == 403
    assert "another site" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"cookie": "dyepack-token=wrong"},
        {"cookie": "dyepack-token"},
    ],
)
def test_without_the_token_nothing_is_said(locked: FastAPI, headers: dict[str, str]):
    asking = at(locked, "desk.example")
    for path in ("/api/rules", "/api/openapi.json", "/api/nothing"):
        answer = asking.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == "expected the server's token"
    assert asking.get("/", headers=headers).status_code == 401
    assert asking.post("/api/jobs", content=b"{", headers=headers).status_code == 401


def test_the_token_opens_as_a_header_and_through_the_link(locked: FastAPI):
    asking = at(locked, "desk.example")
    assert asking.get("/api/rules", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert asking.get("/enter?token=wrong", follow_redirects=False).status_code == 401
    entered = asking.get(f"/enter?token={TOKEN}", follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "SameSite=strict" in entered.headers["set-cookie"]
    assert asking.get("/api/rules").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/rules", "/api/nothing", "/api/runs/none", "/assets/none.js", "/api/jobs/none"]
)
def test_every_answer_has_what_a_browser_needs(client: TestClient, path: str):
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_refusal_has_them_too(app: FastAPI):
    assert at(app, "evil.example").get("/").headers["content-security-policy"] == POLICY


def test_what_is_too_large_is_refused(client: TestClient):
    assert client.get("/api/search", params={"q": "x" * LONGEST_QUERY}).status_code == 414
    assert client.get("/" + "x" * 2_000).status_code == 414
    large = b" " * (LARGEST_BODY + 1)
    assert client.post("/api/jobs", content=large).status_code == 413
    assert client.post("/api/jobs", headers={"content-length": "many"}).status_code == 400


def test_a_large_body_is_refused_though_it_hides_its_length(client: TestClient):
    parts = (b" " * 100_000 for _ in range(LARGEST_BODY // 100_000 + 1))
    answer = client.post("/api/jobs", content=parts, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("serving", "says"),
    [
        (Serving(Path(), "0.0.0.0"), "a token is needed"),
        (Serving(Path(), "192.168.0.7"), "a token is needed"),
        (Serving(Path(), "::"), "a token is needed"),
        (Serving(Path(), "desk.example"), "a token is needed"),
        (Serving(Path(), "0.0.0.0", token="short"), "at least 16 letters"),
        (Serving(Path(), token="has blanks in it, and ;"), "letters, digits and"),
    ],
)
def test_what_others_could_reach_is_not_served_without_a_token(serving: Serving, says: str):
    assert says in (serving.problem() or "")


def test_what_may_be_served(tmp_path: Path):
    for serving in (Serving(tmp_path), Serving(tmp_path, "::1"), Serving(tmp_path, "0.0.0.0", token="new")):
        assert serving.problem() is None
    made = Serving(tmp_path, "0.0.0.0", token="new").settled().token
    assert made
    assert len(made) >= 32
    assert loopback("127.8.8.8")
    assert not loopback("128.0.0.1")


def test_the_command_refuses_in_one_line_and_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "w"
    assert run(["-w", str(folder), "serve", "--host", "0.0.0.0"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not folder.exists()


def test_an_address_that_cannot_be_had_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["-w", str(tmp_path / "w"), "serve", "--host", "192.0.2.1", "--token", "new"]) == 1
    assert "cannot listen at 192.0.2.1" in capsys.readouterr().err
