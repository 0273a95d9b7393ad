"""Tests for the house itself: names, words, files and locks, rather than what the code computes."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

import dyepack
from dyepack.version import RELEASE
from tests.conftest import ROOT, require, shared

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FACTS = ("incidents/", "cases/")  # quote their sources, whose words are their own
LARGEST = 1_000_000


def files(*suffixes: str) -> list[Path]:
    """The project's own files: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    paths = (ROOT / name for name in sorted(set(names)) if name and name.endswith(suffixes or ("",)))
    return [path for path in paths if path.is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{named(path)}:{number}", line


# --- words ----------------------------------------------------------------------------------------------------------

# Promises that no trace can keep. A chain may have proof of work or stake, and an explorer a path of that name.
PROMISES = re.compile(
    r"(?<!/merkle-)\bproof\b(?!.of.(work|stake))|court.proof|\b100[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]%",
    re.I,
)
# Where packages come from is the machine's affair, and so is where the checkout lies.
PLACES = re.compile(
    r"\b(pypi|pythonhosted|npmjs|debian|crates|golang)\.(org|io|com)\b|(?<![\w.*}~-])/(work|root|home|Users)/\w"
)
MAY_NAME = {
    "docs/glossary.md": "lists the words that we avoid",
    "tests/test_house.py": "has the patterns",
    "LICENSE": "its words are given",
}


@pytest.mark.parametrize("pattern", [PROMISES, PLACES], ids=["promises", "places"])
def test_words_that_no_file_says(pattern: re.Pattern[str]) -> None:
    ours = [path for path in files() if named(path) not in MAY_NAME and not named(path).startswith(FACTS)]
    said = [f"{place}: {found[0]}" for place, line in lines(ours) if (found := pattern.search(line))]
    assert said == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (PROMISES, "this is proof that"),
        (PROMISES, "Court-proof"),
        (PROMISES, "sums to 100 %"),
        (PLACES, "from https://py" + "pi.org/simple"),
        (PLACES, "see /home/someone/x"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize("text", ["proof-of-work", "waterproofing", "width: 100%", "https://example.com/work/a"])
def test_the_patterns_leave_the_rest_alone(text: str) -> None:
    assert not PROMISES.search(text)
    assert not PLACES.search(text)


AVOIDED = {"entity", "wallet", "hack", "label", "node", "blacklist", "dirty", "utils", "helpers", "common"}


def test_public_names_use_our_words() -> None:
    used = [
        f"{named(path)}: {name}"
        for path in files(".py")
        if named(path).startswith("src/")
        for name in [path.stem, *public_names(ast.parse(path.read_text(encoding="utf-8")))]
        if AVOIDED & set(words(name.replace("hot_wallet", "")))
    ]
    assert used == []


def words(name: str) -> list[str]:
    return [word.lower().removesuffix("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]


def public_names(tree: ast.Module) -> Iterator[str]:
    """Classes, functions, and the fields of classes, as far as they are public."""
    for item in ast.walk(tree):
        if isinstance(item, ast.FunctionDef | ast.ClassDef):
            name = item.name
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            name = item.target.id
        else:
            continue
        if not name.startswith("_"):
            yield name


def test_exported_names() -> None:
    public = {name for name, value in vars(dyepack).items() if not name.startswith("_") and not _is_module(value)}
    assert public == set(getattr(dyepack, "__all__", ())) - {"__version__"}


def _is_module(value: object) -> bool:
    return isinstance(value, ModuleType)


# --- files ----------------------------------------------------------------------------------------------------------


def test_no_file_is_large() -> None:
    assert [f"{named(path)}: {path.stat().st_size}" for path in files() if path.stat().st_size > LARGEST] == []


def test_text_files_end_well() -> None:
    """One line end, at the end, and none of another system's."""
    text = files(".py", ".md", ".toml", ".yaml", ".yml", ".css", ".js", ".html", ".j2", ".csv")
    bad = [named(path) for path in text if b"\r" in (raw := path.read_bytes()) or (raw and not raw.endswith(b"\n"))]
    assert bad == []


LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def test_links_in_the_documentation_lead_somewhere() -> None:
    broken = [
        f"{place}: {target}"
        for place, line in lines(files(".md"))
        for target in filter(None, sum(LINK.findall(line), ()))
        if "://" not in target and not target.startswith(("#", "mailto:"))
        if not (ROOT / place.rsplit(":", 1)[0]).parent.joinpath(target.split("#")[0]).exists()
    ]
    assert broken == []


def test_every_page_stands_on_its_shelf() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = [named(path).removeprefix("docs/") for path in files(".md") if named(path).startswith("docs/")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []


KINDS = {".added", ".changed", ".fixed", ".removed"}


def test_a_changelog_fragment_is_one_sentence() -> None:
    fragments = [path for path in files(".md") if named(path).startswith("changelog.d/") and path.stem != "README"]
    bad = [named(path) for path in fragments if path.suffixes[0] not in KINDS or not _one_sentence(path)]
    assert bad == []


def _one_sentence(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return bool(re.fullmatch(r"[^\n]+\.\n", text)) and not re.search(r"[.!?]\s+[A-Z]", text)


# --- locks ----------------------------------------------------------------------------------------------------------


def groups() -> dict[str, list[str]]:
    """What each lock must hold, by the lock's file."""
    group = PROJECT["dependency-groups"]

    def spread(name: str) -> list[str]:
        return [
            line
            for item in group[name]
            for line in ([item] if isinstance(item, str) else spread(item["include-group"]))
        ]

    run, extra = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]
    return {
        "run.txt": run,
        "dev.txt": run + extra["spark"] + spread("dev"),
        "spark.txt": run + spread("spark-server"),
        "build.txt": spread("build"),
        "tools.txt": spread("tools"),
        "node.txt": spread("node"),
    }


@pytest.mark.parametrize("name", groups())
def test_the_locks_fit_the_project(name: str) -> None:
    text = (ROOT / "locks" / name).read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", text, re.MULTILINE))
    asked = [Requirement(line) for line in groups()[name]]
    unmet = [str(one) for one in asked if not one.specifier.contains(pins.get(_plain(one.name), "0"), prereleases=True)]
    assert unmet == [], "run: python3 dev lock"


@pytest.mark.parametrize("name", groups())
def test_the_locks_name_no_host(name: str) -> None:
    text = (ROOT / "locks" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert text.count("--hash=sha256:") >= text.count("==") > 0


PAGES_LOCK = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))["packages"]


def test_the_lock_of_the_pages_names_no_host_and_has_every_digest() -> None:
    others = {place: entry for place, entry in PAGES_LOCK.items() if place}
    assert [place for place, entry in others.items() if "resolved" in entry] == []
    assert [place for place, e in others.items() if not e.get("integrity", "").startswith("sha512-")] == []


def test_every_dependency_of_the_pages_says_what_it_is_for() -> None:
    page = (ROOT / "docs/explanation/dependencies.md").read_text(encoding="utf-8")
    asked = {**PAGES_LOCK[""]["dependencies"], **PAGES_LOCK[""]["devDependencies"]}
    assert [name for name in asked if not re.search(rf"^\|[^|]*(?<![\w/-]){name}(?![\w/-])[^|]*\|", page, re.M)] == []


def test_every_dependency_says_what_it_is_for() -> None:
    page = (ROOT / "docs/explanation/dependencies.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[\w-]+", " ".join(row.split("|")[1] for row in page.splitlines() if row.startswith("|"))))
    asked = {_plain(Requirement(line).name) for lines_ in groups().values() for line in lines_}
    assert asked - told == set()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- the command file -------------------------------------------------------------------------------------------------


def test_every_verb_of_dev_is_told_to_contributors() -> None:
    tree = ast.parse((ROOT / "dev").read_text(encoding="utf-8"))
    verbs = next(
        ast.unparse(item.value)
        for item in tree.body
        if isinstance(item, ast.Assign) and "VERBS" in ast.unparse(item.targets[0])
    )
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [verb for verb in re.findall(r"'([\w-]+)':", verbs) if f"| `{verb}` |" not in page] == []


def test_the_version_is_the_same_everywhere() -> None:
    assert f"\nversion: {RELEASE}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


# --- what tests need from the machine ---------------------------------------------------------------------------------


def test_real_data_is_found_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thefts").mkdir()
    monkeypatch.setenv("DYEPACK_SHARED", str(tmp_path))
    assert shared("thefts") == tmp_path / "thefts"


def test_what_is_not_there_skips_saying_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYEPACK_SHARED", str(tmp_path))
    monkeypatch.setenv("DYEPACK_REQUIRE", "")
    with pytest.raises(pytest.skip.Exception, match=r"real data thefts/x is not in .*; set DYEPACK_SHARED"):
        shared("thefts", "x")


def test_what_must_be_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("DYEPACK_REQUIRE", "sail,browser")
    with pytest.raises(pytest.fail.Exception, match="there is no browser on this machine; on Debian: apt install"):
        require("browser")
