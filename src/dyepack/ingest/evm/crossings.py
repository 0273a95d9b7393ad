"""Events by which money leaves for another chain; tokens that are destroyed beside one are not burned.

`crossings.csv` has them, each with who defines it and when that was seen. Any contract may emit such an event, so it
explains a destruction and no more: where the money went is not followed from it.
"""

import csv
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

import sha3


class Crossing(NamedTuple):
    """One event: whose it is, and what it is called."""

    protocol: str
    event: str


def _read() -> Mapping[str, Crossing]:
    text = files("dyepack.ingest.evm").joinpath("crossings.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {topic(row["event"]): Crossing(row["protocol"], row["event"].partition("(")[0]) for row in rows}


def topic(event: str) -> str:
    """The first topic of an event."""
    return f"0x{sha3.keccak_256(event.encode()).hexdigest()}"


CROSSINGS = _read()
"""By their first topic."""
