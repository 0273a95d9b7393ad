"""The part of YAML that is read, and what is refused, each with its line."""

from pathlib import Path

import pytest

from dyepack.errors import RecordError
from dyepack.yamltext import MAX_BYTES, parse, read


def test_everything_stays_text():
    text = 'address: 0x10\nanswer: no\nday: 2023-09-12\nmoney: 1_000\nlist: [1, "2"]\n'
    assert parse(text, "f").value == {
        "address": "0x10",
        "answer": "no",
        "day": "2023-09-12",
        "money": "1_000",
        "list": ["1", "2"],
    }


def test_the_line_of_each_part_and_of_the_nearest_above():
    document = parse("a: 1\nb:\n  - {c: 2}\n  - {c: 3}\n", "f")
    assert document.line(("b", 1, "c")) == 4
    assert document.line(("b", 0, "missing")) == 3
    assert document.line(("nowhere",)) == 1


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (BOMB, 2, "aliases"),
        ("a: &a\n  b: *a\n", 2, "aliases"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a: 1\nb: {c: 1, c: 2}\n", 2, "'c' stands twice"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tags"),
        ("? [a, b]\n: c\n", 1, "text as a key"),
        ("a: " + "[" * 12 + "]" * 12, 1, "levels"),
        ("a: 1\nb: [1\n", 3, "YAML"),
        ("a: 1\n---\nb: 2\n", 2, "YAML"),
        ("a: b: c\n", 1, "YAML"),
        ("", None, "empty"),
        ("# only a remark\n", None, "empty"),
    ],
)
def test_refused(text: str, line: int | None, reason: str):
    with pytest.raises(RecordError, match=reason) as caught:
        parse(text, "file.yaml")
    assert (caught.value.source, caught.value.line) == ("file.yaml", line)


def test_very_deep_nesting_is_refused_and_does_not_crash():
    with pytest.raises(RecordError):
        parse("[" * 100_000, "f")


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b"a: 1\nb: \0\n", 2, "NUL"),
        (b"a: 1\nb: \xe9t\xe9\n", 2, "UTF-8"),
        (b"", None, "empty"),
        (b"a: " + b"x" * MAX_BYTES, None, "bytes"),
        (b"a: \x1b[31m\n", None, "YAML"),
    ],
)
def test_bytes_that_are_no_yaml(tmp_path: Path, raw: bytes, line: int | None, reason: str):
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    with pytest.raises(RecordError, match=reason) as caught:
        read(path, "f.yaml")
    assert caught.value.line == line


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path):
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(path, "f").value == {"a": "1"}


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(RecordError, match="cannot be read"):
        read(tmp_path / "no.yaml", "no.yaml")
