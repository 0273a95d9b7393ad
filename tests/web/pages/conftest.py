"""One server and one browser for all tests of the pages: making them costs seconds."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import sleep
from typing import Any, Protocol

import pytest

from tests.conftest import require
from tests.web.pages import house

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


class Opened(Protocol):
    """Open a path in a fresh page; leaving it checks that nothing was complained of and nobody else was asked."""

    def __call__(self, path: str, *, complains: bool = False, **options: Any) -> AbstractContextManager[Any]: ...


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. The pages' own policy forbids playwright's waiting for an expression."""
    for _ in range(150):
        if holds():
            return
        sleep(0.1)
    raise AssertionError("it did not come to hold in 15 seconds")


def watched(page: Any) -> set[Any]:
    """The questions of a page that are under way, kept up to date."""
    under_way: set[Any] = set()
    page.on("request", lambda request: under_way.add(request))  # noqa: PLW0108 (it wants a function of ours)
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: under_way.discard(request))  # noqa: PLW0108
    return under_way


def settle(page: Any, under_way: set[Any]) -> None:
    """Wait until a page has its answers: sooner than until its network has been idle for half a second."""
    there = page.locator("main :is(h1, .state:not(.loading))")
    there.first.wait_for()
    page.locator("main :is(.state.loading, .renewing)").first.wait_for(state="detached")
    for _ in range(500):
        page.wait_for_timeout(10)  # lets what the browser has said be heard
        if not under_way:
            return
    raise AssertionError(f"still asking: {[each.url for each in under_way]}")


@pytest.fixture(scope="session", name="browser")
def _browser() -> Iterator[Any]:
    program = require("browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", name="home")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that the pages show."""
    require("pages")
    return house.build(tmp_path_factory.mktemp("workbench"))


@pytest.fixture(scope="session", name="workbench")
def _workbench(home: Path) -> Iterator[str]:
    with house.served(home) as url:
        yield url


@pytest.fixture(name="opened")
def _opened(browser: Any, workbench: str) -> Opened:
    @contextmanager
    def opened(path: str, *, complains: bool = False, **options: Any) -> Iterator[Any]:
        plain = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", "base_url": workbench}
        context = browser.new_context(**{**plain, **options})
        page = context.new_page()
        page.set_default_timeout(15_000)
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        under_way = watched(page)
        page.goto(path)
        settle(page, under_way)
        yield page
        context.close()
        assert complains or said == []
        assert [url for url in asked if not url.startswith((f"{workbench}/", "data:", "blob:"))] == []

    return opened
