"""Answers that are sent packed: the same when unpacked, a tag for each form, and nothing packed that need not be."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from dyepack.web.app import create
from dyepack.web.house import Shelf
from dyepack.web.packing import MARK, SHORTEST, Packing, pack, takes

PLAIN, PACKED = {"accept-encoding": "identity"}, {"accept-encoding": "gzip, deflate, br"}
LONG = "/api/incidents?actor=dprk&limit=200"


@pytest.mark.parametrize(
    "asked", [LONG, f"{LONG}&format=csv", "/api/charts/totals.svg?actor=dprk", "/api/openapi.json"]
)
def test_a_text_is_the_same_when_it_is_unpacked(client: TestClient, asked: str):
    plain, packed = client.get(asked, headers=PLAIN), client.get(asked, headers=PACKED)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert "accept-encoding" in plain.headers["vary"].lower()
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.content == plain.content


@pytest.mark.parametrize(
    "asked", [f"{LONG}&format=parquet", "/api/charts/totals.png?actor=dprk", "/api/rules", "/api/x"]
)
def test_what_is_packed_already_or_short_goes_as_it_is(client: TestClient, asked: str):
    assert "content-encoding" not in client.get(asked, headers=PACKED).headers


def test_each_form_has_its_tag_and_either_is_enough(client: TestClient):
    plain, packed = (client.get(LONG, headers=each).headers["etag"] for each in (PLAIN, PACKED))
    assert packed == f'{plain[:-1]}{MARK}"'
    for tag, encoding in ((plain, PLAIN), (packed, PACKED), (plain, PACKED)):
        again = client.get(LONG, headers={**encoding, "if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(LONG, headers={**PLAIN, "if-none-match": packed}).status_code == 200
    assert client.get(LONG, headers={**PACKED, "if-none-match": f'"x{MARK}"'}).status_code == 200


def test_it_is_packed_once(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    first = client.get(LONG, headers=PACKED)
    monkeypatch.setattr("dyepack.web.packing.pack", lambda _: pytest.fail("packed again"))
    assert client.get(LONG, headers=PACKED).content == first.content


def test_a_stream_is_passed_on_line_by_line():
    async def streams(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"x" * SHORTEST, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def nothing():
        return {"type": "http.disconnect"}

    said = []

    async def sent(message):
        said.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip")]}
    with suppress(StopIteration):  # driven by hand: a browser's test may have a loop of its own running here
        Packing(streams, Shelf())(scope, nothing, sent).send(None)
    assert [len(each.get("body", b"")) for each in said] == [0, SHORTEST, SHORTEST, SHORTEST, 0]
    assert said[0]["headers"] == [(b"content-type", b"text/event-stream")]


@pytest.mark.parametrize(
    ("accepts", "does"),
    [
        ("gzip", True), ("GZIP;q=0.5, br", True), ("*", True), ("br, *;q=0.1", True), ("gzip;q=1.0", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.0, *", False), ("identity", False),
    ],
)  # fmt: skip
def test_who_takes_it(accepts: str, does: bool):
    assert takes(accepts) is does


@given(st.binary(max_size=300))
def test_packing_loses_nothing_and_is_a_function(body: bytes):
    assert gzip.decompress(pack(body)) == body
    assert pack(body) == pack(body)


def test_files_are_sent_as_the_build_packed_them(made: Path, tmp_path: Path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>page</title>")
    (tmp_path / "assets/app.js").write_text("let one = 1;")
    (tmp_path / "assets/app.js.gz").write_bytes(gzip.compress(b"let one = 1;"))
    asking = TestClient(create(made, static=tmp_path), base_url="http://localhost")
    packed, plain = (asking.get("/assets/app.js", headers=each) for each in (PACKED, PLAIN))
    assert packed.text == plain.text == "let one = 1;"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] != plain.headers["etag"]
