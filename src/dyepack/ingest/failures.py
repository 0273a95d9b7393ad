"""Whether a row is of a transaction that failed, by the columns in which lists of people say so.

Such a column is read wherever it stands, or the row is refused: a transaction that failed pays its fee and moves
nothing. In most lists a 1 is success, as in a receipt; in some (`isError`, the internal calls of Etherscan) an error.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from dyepack.errors import InputError
from dyepack.ingest.listforms import plain

SUCCESS = frozenset(
    {
        *(
            "status",
            "txreceiptstatus",
            "receiptstatus",
            "txstatus",
            "txnstatus",
            "transactionstatus",
            "executionstatus",
        ),
        *("success", "txsuccess", "successful", "issuccess", "contractret", "contractresult"),
    }
)
ERROR = frozenset({"iserror", "failed", "haserror", "reverted", "isfailed"})
CONFIRMED = frozenset({"confirmed", "isconfirm", "isconfirmed"})
"""A row that says no here is not settled, and is refused: it may never come to be."""
CODE = frozenset({"errcode", "error", "errorcode", "errormessage", "reverterror", "txnerror"})
"""Any text in it is an error."""
_GOOD = frozenset({"1", "0x1", "true", "t", "yes", "ok", "success", "succeeded", "successful", "confirmed"})
_BAD = frozenset(
    {
        "0",
        "0x0",
        "false",
        "f",
        "no",
        "fail",
        "failed",
        "failure",
        "reverted",
        "dropped",
        "revert",
        "outofgas",
        "out_of_gas",
        "out_of_energy",
        "out_of_time",
    }
)
_NO_ERROR = frozenset({"", "0", "0x0", "false", "f", "no", "ok", "success", "-", "none", "null"})
_ERROR = frozenset({"1", "0x1", "true", "t", "yes", "fail", "failed", "reverted"})
Meaning = Literal["success", "error", "code", "confirmed"]


def columns(header: Sequence[str], status: Meaning = "success") -> dict[str, Meaning]:
    """The columns that say whether a row's transaction failed, and what a yes in each means; `status` is its own."""
    found: dict[str, Meaning] = {}
    for name in header:
        bare = plain(name)
        if bare in SUCCESS:
            found[name] = status if bare == "status" else "success"
        elif bare in ERROR:
            found[name] = "error"
        elif bare in CODE:
            found[name] = "code"
        elif bare in CONFIRMED:
            found[name] = "confirmed"
    return found


def failed(cells: Mapping[str, str], told: Mapping[str, Meaning]) -> bool:
    """Whether a row says that its transaction, or its call, failed.

    Raises:
        InputError: a word that is not known: nothing is guessed.
    """
    each = {name: _failed(cells[name].strip().lower(), meaning, name) for name, meaning in told.items()}
    return any(each.values())


def _failed(word: str, meaning: Meaning, name: str) -> bool:
    if meaning == "code":
        return word not in _NO_ERROR
    if meaning == "confirmed" and word in _BAD:
        raise InputError(f"the column {name!r} says {word!r}: it is not settled; load it when it is")
    good, bad = (_NO_ERROR, _ERROR) if meaning == "error" else (_GOOD | {""}, _BAD)
    if word not in good | bad and not word.startswith("error"):
        raise InputError(
            f"expected success or failure in the column {name!r}, got {word!r:.60}; if it says neither: --map status=-"
        )
    return word not in good
