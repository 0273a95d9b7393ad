"""How long the main job takes, in parts and as a whole: `python3 dev bench`."""

import subprocess
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from dyepack.ledger import load_ledger


def test_load_the_ledger(benchmark: BenchmarkFixture) -> None:
    """Every incident file, from YAML to records."""
    ledger = benchmark.pedantic(load_ledger, rounds=5)
    assert ledger.incidents
    assert not ledger.rejects


def test_the_command_starts(benchmark: BenchmarkFixture) -> None:
    """A command that does nothing: what its imports cost."""
    benchmark.pedantic(dyepack, args=("--version",), rounds=5)


def test_the_demo(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """A fresh workspace, the shipped case traced, the page written; then the same again."""
    benchmark.pedantic(dyepack, args=("demo", "--out", str(tmp_path)), rounds=3)
    assert (tmp_path / "report.html").stat().st_size


def dyepack(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "dyepack", *words], check=True, capture_output=True)
