"""Which dyepack it is: the version from version control, and the digest of the code that a result follows from."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack import version
from dyepack.version import canonical, code_digest, from_description
from tests.conftest import ROOT

SHOW = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("version", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(*(module.code_digest(f"dyepack.{room}") for room in ("trace", "tags", "cli")), module.code_digest())
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("v1.2.0-0-gabc1234", "1.2.0"),
        ("v1.2.0-0-gabc1234-dirty", "1.2.0+dirty"),
        ("v1.2.0-3-gabc1234", "1.2.0.post3+gabc1234"),
        ("v1.2.0-rc1-3-gabc1234-dirty", "1.2.0-rc1.post3+gabc1234.dirty"),
        ("abc1234", f"{version.RELEASE}.dev0+gabc1234"),
        ("abc1234-dirty", f"{version.RELEASE}.dev0+gabc1234.dirty"),
    ],
)
def test_what_git_says_is_a_version(words: str, expected: str):
    assert from_description(words) == expected


def test_a_checkout_has_the_version_of_its_commit():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=7", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert commit in version.version() or "+" not in version.version()


PLAIN = '''
"""What this is."""
from dyepack.amounts import USD
WIDE = 3
"""How wide."""
def area(height):
    """An area."""
    # by hand
    return WIDE * height
'''
ALIKE = (
    PLAIN.replace("What", "Why").replace("An area", "It").replace("# by hand", "#").replace("(height)", "( height )")
)


def test_comments_docstrings_and_lay_out_do_not_count():
    assert canonical(PLAIN) == canonical(ALIKE)
    assert canonical(PLAIN) == canonical(PLAIN.replace('    """An area."""\n', ""))


@pytest.mark.parametrize(
    ("old", "new"), [("= 3", "= 4"), ("WIDE *", "WIDE +"), ("area", "size"), ("(height)", "(height=1)")]
)
def test_all_else_counts(old: str, new: str):
    assert canonical(PLAIN) != canonical(PLAIN.replace(old, new))


@given(st.sampled_from(["x = {}", "def f(a={}): return a", "f'{{x}}{}'"]), st.integers(), st.integers())
def test_two_numbers_are_two_programs(shape: str, one: int, other: int):
    assert (canonical(shape.format(one)) == canonical(shape.format(other))) == (one == other)


@pytest.fixture(name="copy", scope="module")
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy") / "dyepack"
    ignored = shutil.ignore_patterns("__pycache__", "static")
    return Path(shutil.copytree(ROOT / "src" / "dyepack", folder, ignore=ignored))


def digests(copy: Path) -> list[str]:
    command = [sys.executable, "-c", SHOW, str(copy / "version.py")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_a_digest_changes_with_the_code_it_covers_and_with_nothing_else(copy: Path):
    before = digests(copy)
    assert before == [*(code_digest(f"dyepack.{room}") for room in ("trace", "tags", "cli")), code_digest()]
    path = copy / "trace" / "fifo.py"
    path.write_text(f"# a remark\n{path.read_text()}\n\n")
    assert digests(copy) == before
    path.write_text(f"{path.read_text()}\nMORE = 1\n")
    after = digests(copy)
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False, False]
    noted = copy / "__pycache__" / version.NOTED
    noted.write_text(noted.read_text().replace('"', "'", 1))
    assert digests(copy) == after, "a damaged note is not believed"
    (copy / "trace" / "table.csv").write_text("a,b\n")
    assert digests(copy)[0] != after[0], "a data file counts with the modules beside it"


def test_a_room_that_is_not_there():
    with pytest.raises(ValueError, match=r"expected modules of dyepack, got dyepack\.nowhere"):
        code_digest("dyepack.nowhere")
