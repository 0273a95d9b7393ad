"""Who made it, with what; what was refused, and why."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a verb: everything that is needed to do it again."""

    run: Annotated[str, "hash of verb, parameters, code and inputs"]
    number: Annotated[int, "place in the order in which runs were committed, from 1"]
    verb: str
    parameters: Annotated[str, "JSON"]
    version: Annotated[str, "of dyepack, from version control"]
    code: Annotated[str, "digest of the code that can change the result"]
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
