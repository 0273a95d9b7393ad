"""What is wrong with a file, said so that its author can mend it: line, field, what was expected, what came."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dyepack.errors import RecordError
from dyepack.ledger.files import Claim, IncidentFile
from dyepack.model import Reject
from dyepack.yamltext import Document

Where = tuple[int | str, ...]
F = TypeVar("F", bound=BaseModel)
_SAID = {
    "missing": "is missing",
    "model_type": "expected keys with values",
    "dict_type": "expected keys with values",
    "tuple_type": "expected a list",
    "string_too_short": "expected a value, got nothing; leave the key out where nothing is known",
}


class Mistakes(Exception):
    """All that is wrong with one file."""

    def __init__(self, errors: Sequence[RecordError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(map(str, errors)))


def checked(document: Document, form: type[F], page: str = "incident-format.md") -> F:
    """The document as a filled-in form; `page` of the reference lists its keys.

    Raises:
        Mistakes: every field that is wrong.
    """
    try:
        return form.model_validate(document.value)
    except ValidationError as error:
        found = [at(document, each["loc"], _reason(each, page), each["input"]) for each in error.errors()]
        raise Mistakes(found) from None


def at(document: Document, where: Where, reason: str, value: object) -> RecordError:
    """An error about the part of a document at this path; fields of lists are counted from 1, as people count."""
    field = ".".join(str(step + 1) if isinstance(step, int) else step for step in where)
    line = document.line(where)
    return RecordError(reason, source=document.source, line=line, field=field or None, value=str(value)[:200])


def rejected(error: RecordError) -> Reject:
    """The error as a row of `rejects`."""
    row = "" if error.value is None else str(error.value)
    return Reject("", "ledger", error.source, error.line, error.field, error.reason, row)


def unsourced(form: IncidentFile) -> Iterator[tuple[Where, str, str]]:
    """Claims that name a source the file does not list, and claims that have no day: (path, reason, value)."""
    known = f"expected one of this file's sources ({', '.join(form.sources)})"
    for name in ("losses", "returned", "attributions", "addresses", "transactions"):
        for index, each in enumerate(getattr(form, name)):
            for key in (each.source, *getattr(each, "also", ())):
                if key not in form.sources:
                    yield (name, index, "source"), f"{known}, got {key!r}", key
            if isinstance(each, Claim) and not _dated(each, form):
                reason = "expected a day: give its source `published`, or `retrieved` for a running database"
                yield (name, index), reason, each.source


def _dated(claim: Claim, form: IncidentFile) -> bool:
    source = form.sources.get(claim.source)
    return source is None or any((claim.published, claim.retrieved, source.published, source.retrieved))


def _reason(error: Any, page: str) -> str:
    if error["type"] == "extra_forbidden":
        return f"no such key here; the keys are in docs/reference/{page}"
    if error["type"] in _SAID:
        return _SAID[error["type"]]
    message = error["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    if error["type"] == "string_pattern_mismatch":
        message = f"expected text like {error['ctx']['pattern']}"
    return message if error["type"] == "value_error" else f"{message}, got {str(error['input'])[:60]!r}"
