"""Files from strangers as lines and documents of a bounded length, so that none takes the memory there is.

A limit is checked before the bytes are held: a file of one endless line costs no more than the longest line allowed.
Objects of JSON have each name once: readers of JSON keep the last of two without a word.
"""

import gzip
import json
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from dyepack.errors import InputError, RecordError, SourceError

MAX_LINE = 64_000_000
"""A whole block with all its calls stays well below; more than that is another kind of file."""
MAX_DOCUMENT = 256_000_000
_MOST_PASSED_OVER = 4_000_000_000
_PIECE = 1 << 20


def lines(path: Path, most: int = MAX_LINE) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file, also one packed with gzip; nothing in place of one that is longer, which is passed over.

    Raises:
        OSError, EOFError, zlib.error: the file cannot be read.
        RecordError: no regular file, or a line without an end.
    """
    with opened(path) as file:
        number = 0
        while line := file.readline(most + 1):
            number += 1
            whole, passed = len(line) <= most, len(line)
            while not whole and line and not line.endswith(b"\n"):
                line = file.readline(_PIECE)
                passed += len(line)
                if passed > _MOST_PASSED_OVER:
                    raise RecordError("a line without an end", source=path.name, line=number)
            yield number, line if whole else None


def short(path: Path, most: int) -> Iterator[bytes]:
    """The lines of a file whose lines have at most so many bytes.

    Raises:
        OSError: the file cannot be read.
        RecordError: a line is longer.
    """
    for number, line in lines(path, most):
        if line is None:
            raise RecordError(f"expected lines of at most {most:,} bytes, got more", source=path.name, line=number)
        yield line


def document(path: Path, most: int = MAX_DOCUMENT) -> bytes:
    """All of a file, also of one packed with gzip.

    Raises:
        OSError, EOFError, zlib.error: the file cannot be read.
        RecordError: no regular file, or it has more bytes.
    """
    with opened(path) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise RecordError(f"expected at most {most:,} bytes, got more", source=path.name)
    return text


def opened(path: Path) -> BinaryIO:
    """A regular file, or one behind a link, as its bytes are when unpacked.

    Raises:
        OSError: it cannot be read.
        RecordError: it is a pipe, a device or a folder.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise RecordError("expected a regular file", source=path.name)
    return cast("BinaryIO", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


def within(folder: Path, name: str, field: str) -> Path:
    """A regular file inside a folder, by the name that a file there gives it.

    Raises:
        RecordError: it leads out of the folder, by its name or by a link, or is no regular file there.
        SourceError: the folder cannot be looked at.
    """
    refusal = RecordError(
        f"expected a regular file inside the folder, got {name!r:.100}", source="case.yaml", field=field
    )
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and stat.S_ISREG(path.stat().st_mode):
            return path
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise refusal from None
    except OSError as error:
        raise SourceError(f"cannot look at {name!r:.100} in {folder}: {error.strerror}") from None
    raise refusal


def names_once(text: bytes) -> None:
    """Refuse JSON in which an object has a name twice; text that is no JSON is left to who reads it.

    As many quotation marks as the text would have if it were written again mean that nothing was dropped; the slow
    way is for what has escapes, and to say which name it is.

    Raises:
        InputError: it has.
    """
    import msgspec  # noqa: PLC0415 (most commands read no JSON)

    twice: list[str] = []

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return dict(pairs)

    try:
        if b"\\" not in text and text.count(b'"') == msgspec.json.encode(msgspec.json.decode(text)).count(b'"'):
            return
        json.loads(text, object_pairs_hook=kept, parse_int=str, parse_float=str)
    except (ValueError, RecursionError, msgspec.DecodeError):
        return
    if twice:
        raise InputError(f"the name {twice[0]!r:.60} stands twice in one object; which is meant cannot be known")
