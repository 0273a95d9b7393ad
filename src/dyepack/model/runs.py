"""Who made it, with what; what was refused, and why."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a verb: everything that is needed to do it again."""

    run: Annotated[str, "hash of verb, parameters, version and inputs"]
    verb: str
    parameters: Annotated[str, "JSON"]
    version: Annotated[str, "of dyepack"]
    inputs: Annotated[str, "JSON: table part or file, and the SHA-256 of what was read"]
    started: dt.datetime
    finished: dt.datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that a stage refused, kept with the reason."""

    run: str
    stage: str
    source: str
    line: int | None
    field: str | None
    reason: str
    row: Annotated[str, "the row as it came"]
