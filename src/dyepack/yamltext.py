"""YAML as people write it: plain lists, mappings and text, with the line on which each part stands.

A small part of YAML is read, so that a file means what a reader sees. Every value stays text (`0x10` is not sixteen and
`no` is not false); a key may stand once; aliases, tags and deep nesting are refused, and with them the files that
unfold to gigabytes. The parser's events are read one by one: PyYAML's own composer calls itself for each level, and the
C one takes the process down with it on some ten thousand open brackets.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from dyepack.errors import RecordError

MAX_BYTES = 1_000_000
MAX_DEPTH = 10
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
"""How people write that there is no value."""

_Loader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Map(dict[str, Any]):
    """A mapping that knows the lines on which it begins and ends."""

    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Document:
    """One YAML file: what it says, and the text that knows the lines."""

    source: str
    value: Any
    text: str

    def line(self, path: tuple[int | str, ...]) -> int:
        """The line of the part at this path, or of the nearest part above it that is there."""
        node = self._tree
        line = node.start_mark.line
        for step in path:
            found = _step(node, step)
            if found is None:
                break
            line, node = found
        return line + 1

    def excerpt(self, part: Map) -> str:
        """The lines of a mapping as they were written."""
        return "".join(self._lines[part.first - 1 : max(part.last - 1, part.first)]).rstrip()

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)

    @cached_property
    def _tree(self) -> yaml.Node:
        # Composed only where something is wrong, and only after the nesting has been found to be shallow.
        root = yaml.compose(self.text, _Loader)
        assert root is not None, "an empty file is no document"
        return root


def read(path: Path, source: str, most: int = MAX_BYTES) -> Document:
    """The YAML file at `path`, of at most `most` bytes; errors call it `source`.

    Raises:
        RecordError: not readable as the part of YAML described above; says the line where it can.
    """
    return parse(_text(path, source, most), source)


def parse(text: str, source: str) -> Document:
    """A text as a document; see `read`."""
    try:
        return Document(source, _Reader(text, source).document(), text)
    except yaml.YAMLError as error:
        raise _unreadable(error, source) from None


class _Reader:
    """Turns the parser's events into plain values and refuses what this project does not write."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.next = _Loader(text).get_event

    def document(self) -> Any:
        """The one value of the text."""
        self.next()
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise RecordError("expected a record, got an empty file", source=self.source)
        value = self.value(self.next(), 0)
        self.next()
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.refusal("expected one YAML document in a file, got a second", event)
        return value

    def value(self, event: Any, depth: int) -> Any:
        """The value that begins with this event."""
        if isinstance(event, yaml.AliasEvent):
            raise self.refusal("aliases are not used here; write the value again", event)
        if event.tag is not None:
            raise self.refusal(f"YAML tags are not used here, got {event.tag!r}", event)
        if depth > MAX_DEPTH:
            raise self.refusal(f"expected at most {MAX_DEPTH} levels", event)
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        return self.sequence(depth) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(event, depth)

    def sequence(self, depth: int) -> list[Any]:
        """The items up to the end of a list."""
        items = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.value(event, depth + 1))
        return items

    def mapping(self, start: Any, depth: int) -> Map:
        """The pairs up to the end of a mapping; keys are text and stand once."""
        pairs = Map()
        pairs.first = _line(start)
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refusal("expected text as a key", event)
            if event.value in pairs:
                raise self.refusal(f"the key {event.value!r} stands twice", event)
            pairs[event.value] = self.value(self.next(), depth + 1)
        pairs.last = _line(event)
        return pairs

    def refusal(self, reason: str, event: Any) -> RecordError:
        """An error at this event."""
        return RecordError(reason, source=self.source, line=_line(event))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _text(path: Path, source: str, most: int) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror}", source=source) from None
    if len(raw) > most:
        raise RecordError(f"expected a file of at most {most:,} bytes, got more", source=source)
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise RecordError("expected text, got a NUL byte: not a YAML file, or a damaged one", source=source, line=line)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RecordError(
            f"expected UTF-8, got the byte 0x{raw[error.start]:02x}; save the file as UTF-8", source=source, line=line
        ) from None


def _unreadable(error: yaml.YAMLError, source: str) -> RecordError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    return RecordError(f"expected YAML: {problem}", source=source, line=None if mark is None else mark.line + 1)


def _step(node: yaml.Node, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line, value
    return None
