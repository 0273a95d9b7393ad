"""The shapes of all answers as one JSON document, from which the front end's types are made."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dyepack.web.app import create

_LEFT_OUT = ("example", "examples", "title")


def document() -> str:
    """An OpenAPI document with the schemas alone: neither paths nor examples, which change more often than types do."""
    with TemporaryDirectory() as folder:
        described = create(Path(folder) / "workspace").openapi()
    told = {
        "openapi": described["openapi"],
        "info": {"title": "dyepack", "version": "0"},
        "paths": {},
        "components": _bare({"schemas": described["components"]["schemas"]}),
    }
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def _bare(value: Any, *, names: bool = False) -> Any:
    """Without examples; in an object of properties every key is a name of ours."""
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: each for key, each in value.items() if names or key not in _LEFT_OUT}
    return {key: _bare(each, names=key in ("properties", "schemas")) for key, each in kept.items()}


if __name__ == "__main__":
    sys.stdout.write(document())
