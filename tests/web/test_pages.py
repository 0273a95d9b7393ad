"""Files of the front end, the one page for every path of it, and nothing outside its folder."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dyepack.web.app import create


@pytest.fixture
def built(made: Path, tmp_path: Path) -> TestClient:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>page</title>")
    (static / "assets/app-1a2b.js").write_text("let one = 1;")
    (tmp_path / "secret.txt").write_text("not for you")
    (static / "link.txt").symlink_to(tmp_path / "secret.txt")
    return TestClient(create(made, static=static), base_url="http://localhost")


@pytest.mark.parametrize("path", ["/", "/thefts", "/incident/2022-06-23-harmony", "/address/a.b", "/trace/latest/x/y"])
def test_every_path_of_the_front_end_is_its_page(built: TestClient, path: str):
    answer = built.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>page</title>" in answer.text


def test_a_file_named_by_its_content_is_kept_for_ever(built: TestClient):
    answer = built.get("/assets/app-1a2b.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert built.get("/assets/none.js").status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/%00", "//etc/passwd"]
)
def test_nothing_outside_the_folder_is_given(built: TestClient, path: str):
    answer = built.get(path)
    assert "not for you" not in answer.text
    assert "root:" not in answer.text


def test_what_is_not_of_the_api_is_said_so(built: TestClient):
    assert built.get("/api/none").json()["error"]["kind"] == "not-found"
    assert built.get("/api").status_code == 404


def test_pages_that_are_not_built_say_how_to_build_them(made: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    bare = TestClient(create(made, static=tmp_path / "empty"), base_url="http://localhost")
    assert "python3 dev frontend" in bare.get("/").text
    assert bare.get("/thefts").status_code == 404
