"""XML from strangers, read as a stream: whole elements of one depth at a time, and nothing that unfolds.

A list of a hundred megabytes is never in memory as a whole. A document type, which is where entities that unfold to
gigabytes are declared, is refused; names are without their name space.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from dyepack.errors import RecordError, SourceError

CHUNK = 1 << 16
MAX_DEPTH = 64
MAX_TEXT = 1_000_000
"""Of one tag, or of the text of one element."""
MAX_PARTS = 100_000
"""How many elements may lie in one that is kept."""


@dataclass(slots=True)
class Element:
    """One element: its name, attributes, text, children, and the line on which it begins."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Element"]:
        """Elements of this name at any depth below, in order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    def said(self, *path: str) -> str | None:
        """The text at the end of a path of names, the first where there are several; nothing where it is empty."""
        here = self
        for name in path:
            found = next((child for child in here.children if child.name == name), None)
            if found is None:
                return None
            here = found
        return here.text.strip() or None


class _Builder:
    """Turns the parser's calls into elements, and keeps those that are asked for."""

    def __init__(self, wanted: Collection[str], source: str) -> None:
        self.wanted, self.source = wanted, source
        self.done: list[Element] = []
        self.open: list[Element] = []
        self.depth = self.parts = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.refusal(f"expected at most {MAX_DEPTH} levels")
        local = _local(name)
        if self.open or local in self.wanted:
            plain = {_local(key): value for key, value in attributes.items()}
            self.open.append(Element(local, plain, self.parser.CurrentLineNumber))
            self.parts = self.parts + 1 if len(self.open) > 1 else 0
            if self.parts > MAX_PARTS:
                raise self.refusal(f"expected at most {MAX_PARTS:,} elements in one")

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.open:
            element = self.open.pop()
            (self.open[-1].children if self.open else self.done).append(element)

    def text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text
            if len(self.open[-1].text) > MAX_TEXT:
                raise self.refusal(f"expected texts of at most {MAX_TEXT:,} letters")

    def doctype(self, *_: object) -> None:
        raise self.refusal("a document type is not read here: it may unfold to gigabytes")

    def refusal(self, reason: str) -> RecordError:
        return RecordError(reason, source=self.source, line=self.parser.CurrentLineNumber)


def root(path: Path) -> Element:
    """The first element of a file, without what is in it.

    Raises:
        SourceError, RecordError: the file cannot be read as XML.
    """
    opened: list[Element] = []
    builder = _Builder((), path.name)

    def first(name: str, attributes: dict[str, str]) -> None:
        plain = {_local(key): value for key, value in attributes.items()}
        opened.append(Element(_local(name), plain, builder.parser.CurrentLineNumber))

    builder.parser.StartElementHandler = first
    for _ in _fed(path, builder):
        if opened:
            return opened[0]
    if opened:
        return opened[0]
    raise RecordError("expected XML, got nothing", source=path.name)


def elements(path: Path, *names: str) -> Iterator[Element]:
    """The elements of these names, in order, each whole; those inside another that is asked for come with it.

    Raises:
        SourceError, RecordError: the file cannot be read as XML; says the line.
    """
    builder = _Builder(names, path.name)
    for _ in _fed(path, builder):
        yield from builder.done
        builder.done.clear()


def _fed(path: Path, builder: _Builder) -> Iterator[None]:
    try:
        with path.open("rb") as file:
            fed = 0
            while chunk := file.read(CHUNK):
                builder.parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - builder.parser.CurrentByteIndex > MAX_TEXT:
                    raise builder.refusal(f"expected tags of at most {MAX_TEXT:,} bytes")
                yield
            builder.parser.Parse(b"", True)
            yield
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    except expat.ExpatError as error:
        raise RecordError(
            f"expected XML: {expat.ErrorString(error.code)}", source=path.name, line=error.lineno
        ) from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]
