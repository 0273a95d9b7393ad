"""Text from outside as it may leave: nothing in it drives a terminal, turns a line round, or runs in a spreadsheet."""

import re
import unicodedata

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile("-[0-9]+([.][0-9]+)?")
_RAW = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""What JSON leaves as it is and a terminal or a reader's eye does not."""


def visible(text: str) -> str:
    """Text with control, format and private characters shown as code points: <U+202E>."""
    return "".join(c if unicodedata.category(c)[0] != "C" else f"<U+{ord(c):04X}>" for c in text)


def cell(value: object) -> object:
    """A value as a cell of a table for strangers: text is visible and no formula; truth is `true` or `false`.

    A number below zero is no formula, though it begins like one. A share has its digits without an exponent, and a list
    is its members with blanks between.
    """
    if isinstance(value, str):
        shown = visible(value) if not value.isprintable() else value
        return f"'{shown}" if value[:1] in _FORMULA and not _NUMBER.fullmatch(value) else shown
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.17f}".rstrip("0").rstrip(".") if "e" in repr(value) else value
    return cell(" ".join(map(str, value))) if isinstance(value, list | tuple) else value


def json_text(text: str) -> str:
    """JSON with every character that is not for a terminal as an escape: the same value, nothing that acts."""
    return _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if not text.isascii() or "\x7f" in text else text
