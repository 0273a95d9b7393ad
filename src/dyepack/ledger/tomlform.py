"""Reads a TOML file of ours as frozen dataclasses: keys by name, tables as the dataclasses that they stand for.

What ships beside the ledger (publishers, remedies, sayers) is kept in TOML and not in YAML, because a question to a
workspace reads it: the standard library's reader takes a few milliseconds, YAML and pydantic a quarter of a second.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from dyepack.errors import RecordError

T = TypeVar("T")


def read(path: Path, kind: type[T], source: str) -> T:
    """The file as a dataclass of this kind; errors call it `source`.

    Raises:
        RecordError: it is no TOML, or not of this form; says what in it is wrong.
    """
    try:
        return _made(kind, tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise RecordError(str(error), source=source) from None


def _made(kind: type[T], value: Mapping[str, Any]) -> T:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if strange := sorted(set(value) - known):
        raise ValueError(f"no such key {strange[0]!r} in {kind.__name__}; the keys are {', '.join(sorted(known))}")
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], each, name) for name, each in value.items()})


def _value(hint: Any, value: Any, name: str) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in inner:
            raise ValueError(f"{name}: expected one of {', '.join(inner)}, got {value!r}")
        return value
    kind = {tuple: list, dict: dict}.get(origin or hint, hint)
    if not isinstance(value, kind):
        raise TypeError(f"{name}: expected {_CALLED.get(kind) or getattr(kind, '__name__', kind)}, got {value!r}")
    if origin is tuple:
        return tuple(_value(inner[0], each, name) for each in value)
    return {key: _value(inner[1], each, key) for key, each in value.items()} if origin is dict else value


_CALLED: Mapping[Any, str] = {list: "a list", dict: "a table"}
