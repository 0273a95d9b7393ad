"""Draws a chart's specification as SVG or PNG, without a browser and without a network."""

import json
import re
from pathlib import Path
from typing import Any

from dyepack.errors import InputError, StoreError

VERSION = "5.21"
"""Of Vega-Lite: fixed, so that one specification is one picture."""
SCALE = 2.0
_NAMED = re.compile(r"\b(?:gradient|clip|pattern)_\d+\b")


def svg(spec: dict[str, Any]) -> str:
    """The chart as SVG; its text stays text, and one specification gives one sequence of bytes."""
    import vl_convert  # noqa: PLC0415 (starts a JavaScript engine: a third of a second)

    drawn = str(vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=VERSION, allowed_base_urls=[]))
    found = dict.fromkeys(_NAMED.findall(drawn))  # numbered on from picture to picture within a process
    numbers = {name: f"{name.rpartition('_')[0]}_{number}" for number, name in enumerate(found)}
    return _NAMED.sub(lambda name: numbers[name[0]], drawn)


def png(spec: dict[str, Any]) -> bytes:
    """The chart as PNG, twice as fine as its size; its font comes with the renderer."""
    import vl_convert  # noqa: PLC0415 (as above)

    return bytes(vl_convert.vegalite_to_png(json.dumps(spec), vl_version=VERSION, scale=SCALE, allowed_base_urls=[]))


def check_form(path: Path) -> None:
    """Refuse a file whose name does not end like a picture.

    Raises:
        InputError: says which endings there are.
    """
    if path.suffix.lower() not in (".svg", ".png", ".json"):
        raise InputError(f"expected a file that ends in .svg, .png or .json, got {path.name!r}")


def draw(spec: dict[str, Any], path: Path) -> None:
    """Write a chart, in the form that the file's name asks for: .svg, .png, or .json for the specification itself.

    Raises:
        InputError: another ending.
        StoreError: the disk refuses.
    """
    check_form(path)
    form = path.suffix.lower()
    if form == ".png":
        drawn = png(spec)
    else:
        drawn = (svg(spec) if form == ".svg" else json.dumps(spec, indent=1, ensure_ascii=False) + "\n").encode()
    try:
        path.write_bytes(drawn)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
