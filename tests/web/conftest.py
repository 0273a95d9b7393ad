"""One workspace for all tests of the server: what `dyepack serve` makes for itself, by its own jobs' work.

It takes seconds to make, so it is made once, and nothing here writes to it; a test that writes takes a copy.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dyepack.web.app import create
from dyepack.web.jobs import Jobs
from dyepack.web.work import run


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger and the case that ship, traced, with bounds, and clusters: jobs, done one after the other."""
    folder = tmp_path_factory.mktemp("web") / "workspace"
    create(folder)
    jobs = Jobs(folder)
    jobs.order("begin", {})
    while (taken := jobs.next()) is not None:
        run(folder, taken["job"])
        assert jobs.job(taken["job"])["state"] == "done", jobs.job(taken["job"])
    jobs.order("cluster", {})
    run(folder, jobs.next()["job"])  # type: ignore[index]
    return folder


@pytest.fixture(scope="session")
def app(made: Path) -> Iterator[FastAPI]:
    """The application over it, without anybody to do jobs."""
    over_it = create(made)
    yield over_it
    over_it.state.house.close()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser on this machine."""
    with_no_crew = TestClient(app, base_url="http://localhost")
    yield with_no_crew
    with_no_crew.close()


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A copy of the workspace, to write to."""
    return Path(shutil.copytree(made, tmp_path / "copy"))
