"""A very small writer of SVG and HTML elements: names, attributes, children, everything from outside escaped.

Looks are left to the style sheet: elements carry classes, so that one drawing serves light, dark and paper.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from markupsafe import Markup, escape

from dyepack.inert import visible as plain

Child = str | Markup


_TENTH = Decimal("0.1")


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """One element. `class_` is `class`, `data_x` is `data-x`; None and False leave an attribute out, True gives it no
    value.

    Children that are plain strings are escaped; only `Markup` passes as it is.
    """
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    inner = join(children)
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704 - names are ours, values and children are escaped


def join(parts: Iterable[Child]) -> Markup:
    """Elements one after another."""
    return Markup("").join(part if isinstance(part, Markup) else plain(part) for part in parts)


def number(value: float) -> str:
    """A coordinate with one decimal at most, halves away from zero as in JavaScript's `toFixed`, which redraws some."""
    text = str(Decimal(value).quantize(_TENTH, ROUND_HALF_UP))
    return text[:-2] if text.endswith(".0") else text


def spread(tops: Sequence[float], height: float, room: tuple[float, float]) -> list[float]:
    """Sorted tops of labels, moved as little as pushing down and then up allows, so that they keep apart."""
    out, floor = [], room[0]
    for top in tops:
        out.append(max(top, floor))
        floor = out[-1] + height
    ceiling = room[1]
    for index in range(len(out) - 1, -1, -1):
        out[index] = min(out[index], ceiling - height)
        ceiling = out[index]
    return out


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return f' {name}="{escape(number(value) if isinstance(value, float) else plain(str(value)))}"'
