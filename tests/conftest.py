"""What all tests share, which is little.

Policy: build the smallest thing inline rather than add a fixture. A chain is a few lines of text in the test that needs
it, a workspace is `tmp_path`, an oracle is a slow plain function beside the test. A fixture comes here when a third
file wants it, or when it costs seconds and must be made once.

Two kinds of test need something that is not in the checkout. They say so with one call, and skip with a reason:

    rows = shared("thefts", "harmony-2023-01", "….csv")     # the folder of real data
    require("browser")                                       # a program of the machine

Where skipping would hide a hole, DYEPACK_REQUIRE names what must be there (`browser,sail,shared`): a test that
would skip for want of it fails instead.
"""

import importlib.util
import os
import shutil
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# A pytest-xdist worker has a main module without a file; pyspark takes that for its own doctests, and exits.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__

# A workspace of the person who runs the tests is none of theirs.
os.environ.pop("DYEPACK_WORKSPACE", None)


def _memory() -> Path | None:
    """A folder in memory with room, where programs may run: workspaces of tests wait for the disk at every commit."""
    folder = Path("/dev/shm")
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return None
    said = os.statvfs(folder)
    return folder if said.f_bavail * said.f_frsize > 4 << 30 and not said.f_flag & os.ST_NOEXEC else None


if (memory := _memory()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


def shared(*parts: str) -> Path:
    """A file or folder of the real data, looked for in DYEPACK_SHARED, else in `shared` beside the checkout."""
    folder = Path(os.environ.get("DYEPACK_SHARED") or ROOT.parent / "shared")
    path = folder.joinpath(*parts)
    if not path.exists():
        _missing(
            "shared", f"real data {'/'.join(parts)} is not in {folder}; set DYEPACK_SHARED to the folder that has it"
        )
    return path


_ATTEMPTS = Counter[str]()


def attempted(what: str, how_many: int = 1) -> None:
    """Count what a test tried: a mutated input, a kill, a request; the end of a run prints how many of each."""
    _ATTEMPTS[what] += how_many


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _ATTEMPTS:
        report.user_properties.append(("attempted", dict(_ATTEMPTS)))
        _ATTEMPTS.clear()
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many of each kind were tried, over all processes that ran tests."""
    reports = [one for outcome in ("passed", "failed") for one in terminalreporter.stats.get(outcome, ())]
    sums = Counter[str]()
    for report in reports:
        for counts in (value for name, value in report.user_properties if name == "attempted"):
            sums.update(counts)
    for what, count in sorted(sums.items()):
        terminalreporter.write_line(f"tried: {count:,} {what}")


def require(name: str) -> str:
    """The path or module name of what a test needs from the machine: `browser`, `sail`, `java` or built `pages`."""
    finder, remedy = _NEEDS[name]
    found = finder()
    if not found:
        _missing(name, f"no {name} on this machine; {remedy}")
    return found


def _missing(name: str, reason: str) -> NoReturn:
    if name in os.environ.get("DYEPACK_REQUIRE", "").split(","):
        pytest.fail(f"DYEPACK_REQUIRE names it, but there is {reason}", pytrace=False)
    pytest.skip(reason)


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _sail() -> str | None:
    return "pysail" if importlib.util.find_spec("pysail") else None


def _pages() -> str | None:
    index = ROOT / "src/dyepack/web/static/index.html"
    return str(index) if index.exists() else None


_NEEDS = {
    "browser": (_browser, "on Debian: apt install chromium"),
    "sail": (_sail, "run: python3 dev setup"),
    "pages": (_pages, "run: python3 dev frontend"),
    "java": (lambda: shutil.which("java"), "on Debian: apt install openjdk-17-jre-headless"),
}
