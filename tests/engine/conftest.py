"""One suite, every engine: `engine` is a parameter, and each server is started once for the whole run.

Spark means Sail, an implementation of Spark Connect that runs in this process, unless DYEPACK_SPARK=real.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dyepack.engine.base import Engine
from tests.conftest import require

SPARK_STARTS_WITHIN = 90.0


@pytest.fixture(
    scope="session",
    params=["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.xdist_group("spark")])],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine to run queries on."""
    if request.param == "duckdb":
        from dyepack.engine.duckdb import DuckDB

        made: Engine = DuckDB()
        yield made
        made.close()
        return
    from dyepack.engine.spark import Spark

    start = _spark if os.environ.get("DYEPACK_SPARK") == "real" else _sail
    with start(tmp_path_factory.mktemp("spark")) as url:
        made = Spark(url)
        yield made
        made.close()


@contextmanager
def _sail(_folder: Path) -> Iterator[str]:
    require("sail")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    host, port = server.listening_address
    yield f"sc://{host}:{port}"
    server.stop()


@contextmanager
def _spark(folder: Path) -> Iterator[str]:
    require("java")
    submit = shutil.which("spark-submit", path=str(Path(os.environ.get("PYSPARK_PYTHON", "python")).parent))
    assert submit, "DYEPACK_SPARK=real needs the environment that `python3 dev test-spark` makes"
    port = _free_port()
    settings = {
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": 2,
        "spark.sql.warehouse.dir": folder / "warehouse",
    }
    command = [submit, "--master", "local[2]", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen([*command, "spark-internal"], stdout=log, stderr=log, cwd=folder)
    try:
        _wait(server, port, folder / "server.log")
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + SPARK_STARTS_WITHIN
    while server.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"Spark did not start: {log.read_text(errors='replace')[-2000:]}", pytrace=False)
