"""Which dyepack this is: a version from version control, and a digest of the code that a result follows from.

A digest is of syntax trees, without comments, docstrings and lay-out, so it is the same for every Python that reads the
code, and changes just when the code does. It covers a room and all that the room imports, with the data files that lie
among these modules.
"""

import ast
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
RELEASE = "0.1.0"
"""The release that a checkout without tags leads to."""
LETTERS = 16
NOTED = "code.json"
_FORM = 1
"""Counts up when a digest is worked out in another way."""
_NO_DATA = {".py", ".pyc", ".pyi", ".typed", ".gz"}
_ELSEWHERE = {"__pycache__", "static"}


@cache
def version() -> str:
    """The version: of a checkout its tag or commit, `.dirty` where files differ from it; else that of the package."""
    root = PACKAGE.parents[1]
    if (root / ".git").exists() and (root / "pyproject.toml").exists():
        command = ["git", "-C", str(root), "describe", "--tags", "--match", "v*", "--long", "--always", "--dirty"]
        with suppress(OSError):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return from_description(done.stdout.strip())
    try:
        return metadata.version("dyepack")
    except metadata.PackageNotFoundError:
        return RELEASE


def from_description(words: str) -> str:
    """What git describes a commit as (`v1.2.0-0-gabc`, `abc-dirty`), as a version in the form of PEP 440.

    >>> [from_description(words) for words in ("v1.2.0-0-gabc", "v1.2.0-3-gabc-dirty", "abc")]
    ['1.2.0', '1.2.0.post3+gabc.dirty', '0.1.0.dev0+gabc']
    """
    plain = words.removesuffix("-dirty")
    dirty = ".dirty" if plain != words else ""
    if "-" not in plain:
        return f"{RELEASE}.dev0+g{plain}{dirty}"
    tag, since, commit = plain.rsplit("-", 2)
    if since == "0":
        return tag.removeprefix("v") + ("+dirty" if dirty else "")
    return f"{tag.removeprefix('v')}.post{since}+{commit}{dirty}"


@cache
def code_digest(*rooms: str) -> str:
    """The digest of these modules or packages (`dyepack.trace`) and of all that they import; of everything if none.

    16 hexadecimal digits of a SHA-256.

    Raises:
        ValueError: there is no such module.
    """
    files = {_name(path): path for path in _files()}
    found = [[name, digest] for name, digest in sorted(_closure(files, rooms or ("dyepack",)).items())]
    return _hash(json.dumps([_FORM, found]).encode())[:LETTERS]


def canonical(source: str | bytes) -> str:
    """A module's code in one form: without comments, docstrings, lay-out and what only some Pythons write down."""
    return _canonical(ast.parse(source))


def _canonical(tree: ast.AST) -> str:
    words: list[str] = []
    _write(tree, words.append)
    return " ".join(words)


def _write(node: ast.AST, put: Callable[[str], None]) -> None:
    """A node as `(Kind field value … )`; what is None or an empty list is left out."""
    put(f"({type(node).__name__}")
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == []:
            continue
        put(name)
        if isinstance(value, ast.AST):
            _write(value, put)
        elif isinstance(value, list):
            for one in _without_docstring(node, name, value):
                _write(one, put) if isinstance(one, ast.AST) else put(repr(one))
        else:
            put(repr(value))
    put(")")


def _without_docstring(node: ast.AST, name: str, body: list[Any]) -> list[Any]:
    """A body without the text that says what the module, class, function or the constant above is."""
    documented = name == "body" and isinstance(node, _DOCUMENTED)
    return [one for one in body if not _is_text(one)] if documented else body


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _is_text(node: ast.AST) -> bool:
    """A docstring, or the text under a constant that says what it is."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _closure(files: Mapping[str, Path], rooms: Sequence[str]) -> dict[str, str]:
    """The digests of the files that the rooms are made of, and of what these import or have beside them."""
    waiting = [name for name in files if any(name == room or name.startswith(f"{room}.") for room in rooms)]
    if not waiting:
        raise ValueError(f"expected modules of dyepack, got {', '.join(rooms)}")
    data: dict[Path, list[str]] = {}
    for name, path in files.items():
        if path.suffix != ".py":
            data.setdefault(path.parent, []).append(name)
    noted, fresh, digests = _noted(), {}, {}
    while waiting:
        if (name := waiting.pop()) in digests:
            continue
        stat = files[name].stat()
        signature = f"{stat.st_size} {stat.st_mtime_ns}"
        read = noted.get(name)
        if read is None or read[0] != signature:
            read = fresh[name] = (signature, *_read(files[name]))
        digests[name] = read[1]
        beside = data.get(files[name].parent, []) if files[name].suffix == ".py" else []
        waiting += [one for one in (*read[2], *beside) if one in files]
    if fresh:
        _keep(json.dumps({name: one for name, one in noted.items() if name in files} | fresh))
    return digests


def _noted() -> dict[str, tuple[str, str, list[str]]]:
    """What was worked out before: of each file its size and time, its digest, and the names that it imports."""
    for home in _homes():
        with suppress(OSError, ValueError, TypeError):
            check, text = (home / NOTED).read_text(encoding="utf-8").split("\n", 1)
            if check == _hash(f"{_FORM} {text}".encode()):
                return {
                    name: (signature, digest, imports)
                    for name, (signature, digest, imports) in json.loads(text).items()
                }
    return {}


def _keep(text: str) -> None:
    for home in _homes():
        with suppress(OSError):
            home.mkdir(parents=True, exist_ok=True)
            handle, fresh = tempfile.mkstemp(dir=home)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{_hash(f'{_FORM} {text}'.encode())}\n{text}")
            Path(fresh).replace(home / NOTED)
            return


def _files() -> list[Path]:
    found = []
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name not in _ELSEWHERE and Path(folder, name) != PACKAGE / "data"]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted(path for path in found if path.suffix not in _NO_DATA - {".py"})


def _homes() -> Iterator[Path]:
    yield PACKAGE / "__pycache__"
    yield Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "dyepack"


def _read(path: Path) -> tuple[str, list[str]]:
    """The digest of a file, and every name that it may import from here."""
    content = path.read_bytes()
    if path.suffix != ".py":
        return _hash(content), []
    tree = ast.parse(content)
    imports = sorted({name for name in _imports(tree) if name.split(".")[0] == "dyepack"})
    return _hash(_canonical(tree).encode()), imports


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _name(path: Path) -> str:
    """A module's name; of a data file its path."""
    if path.suffix != ".py":
        return path.relative_to(PACKAGE).as_posix()
    parts = ("dyepack", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
