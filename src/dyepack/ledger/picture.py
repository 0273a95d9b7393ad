"""Draws a chart's specification as SVG or PNG, without a browser and without a network.

A PNG is written in the font that comes with the renderer, so that it is the same picture on every machine, and sooner:
the renderer opens a font of the machine six times for each letter.
"""

import hashlib
import json
import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger.sketch import Unknown, sketch
from dyepack.store import disk
from dyepack.version import code_digest

VERSION = "5.21"
"""Of Vega-Lite: fixed, so that one specification is one picture."""
SCALE = 2.0
_NO_FONTS = Path(__file__).with_name("fonts.conf")
_FONTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
_NAMED = re.compile(r"\b(?:gradient|clip|pattern)_\d+\b")


def svg(spec: dict[str, Any]) -> str:
    """The chart as SVG, its text as text: drawn here where its forms are known here, else by the renderer."""
    try:
        return sketch(spec)
    except Unknown:
        return rendered(spec)


def rendered(spec: dict[str, Any]) -> str:
    """The chart as SVG by the renderer; one specification gives one sequence of bytes."""
    import vl_convert  # noqa: PLC0415 (starts a JavaScript engine: a third of a second)

    drawn = str(vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=VERSION, allowed_base_urls=[]))
    found = dict.fromkeys(_NAMED.findall(drawn))  # numbered on from picture to picture within a process
    numbers = {name: f"{name.rpartition('_')[0]}_{number}" for number, name in enumerate(found)}
    return _NAMED.sub(lambda name: numbers[name[0]], drawn)


def png(spec: dict[str, Any]) -> bytes:
    """The chart as PNG, twice as fine as its size: the SVG, painted."""
    with suppress(Unknown):
        return painted(sketch(spec))
    import vl_convert  # noqa: PLC0415 (as above)

    return bytes(vl_convert.vegalite_to_png(json.dumps(spec), vl_version=VERSION, scale=SCALE, allowed_base_urls=[]))


def painted(drawing: str) -> bytes:
    """An SVG as PNG. Fonts of the machine are looked up only for letters that the renderer's own font may not have."""
    renderer = _renderer()
    if any(map(_foreign, set(drawing))):
        for folder in filter(os.path.isdir, map(os.path.expanduser, _FONTS)):
            renderer.register_font_directory(folder)
    return bytes(renderer.svg_to_png(drawing, scale=SCALE))


def _foreign(letter: str) -> bool:
    """Whether the renderer's font (Latin, Greek, Cyrillic and signs) may lack a letter."""
    return letter > "\u052f" and not "\u2010" <= letter <= "\u22ff"


@cache
def _renderer() -> Any:
    """The renderer, started: that is when it asks which fonts there are, and where fontconfig answers, it says none."""
    import vl_convert  # noqa: PLC0415 (as above)

    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_NO_FONTS)
    vl_convert.svg_to_png('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    os.environ.pop("FONTCONFIG_FILE", None)
    if before is not None:
        os.environ["FONTCONFIG_FILE"] = before
    return vl_convert


def check_form(path: Path) -> None:
    """Refuse a file whose name does not end like a picture.

    Raises:
        InputError: says which endings there are.
    """
    if path.suffix.lower() not in (".svg", ".png", ".json"):
        raise InputError(f"expected a file that ends in .svg, .png or .json, got {path.name!r}")


def draw(spec: dict[str, Any], path: Path, kept: Path | None = None) -> None:
    """Write a chart, in the form that the file's name asks for: .svg, .png, or .json for the specification itself.

    A picture is a function of its specification, so a PNG that is drawn is put into the folder `kept`, and taken from
    there when it is asked for again; an SVG is drawn sooner than it is looked for.

    Raises:
        InputError: another ending.
        StoreError: the disk refuses.
    """
    check_form(path)
    form = path.suffix.lower()
    if form == ".json":
        drawn = (json.dumps(spec, indent=1, ensure_ascii=False) + "\n").encode()
    else:
        drawn = svg(spec).encode() if form == ".svg" else _once(spec, kept)
    with disk.delivered(path) as fresh:
        fresh.write_bytes(drawn)


def _once(spec: dict[str, Any], kept: Path | None) -> bytes:
    """The picture as it was drawn before, or drawn now and kept; a folder that cannot be written to keeps nothing.

    A name holds the hash of the specification and that of the picture, so a file that was changed is drawn anew.
    """
    key = _hash(json.dumps([code_digest(__name__), SCALE, spec], sort_keys=True).encode())
    with suppress(OSError):
        for place in kept.glob(f"{key}-*.png") if kept else ():
            drawn = place.read_bytes()
            if place.stem == f"{key}-{_hash(drawn)}":
                return drawn
    drawn = png(spec)
    with suppress(OSError):
        if kept is not None:
            kept.mkdir(exist_ok=True)
            fresh = kept / f".{key}-{os.getpid()}"
            fresh.write_bytes(drawn)
            fresh.replace(kept / f"{key}-{_hash(drawn)}.png")
    return drawn


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
