"""What an answer of Etherscan's form means: rows, the documented word that there are none, wait, or no.

Complete is `status` 1 with rows, or `status` 0 with the words in which the documents say that there are none; Etherscan
says one sentence for all lists (https://docs.etherscan.io/api-reference/endpoint/txlist), Blockscout one for each
(https://docs.blockscout.com/devs/apis/rpc/account). `status` 2 is Blockscout's for a list whose calls are not all
indexed. A refusal that names what is wrong with the question is final. Everything else is waited for, whatever its
words, and refused in the end.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dyepack.errors import SourceMismatch, SourceUnavailable
from dyepack.ingest.explorer.shown import decoded
from dyepack.ingest.patience import Unfinished, haste, named_seconds

EMPTY = ("No transactions found", "No internal transactions found", "No token transfers found")
_KEYLESS = "-Missing/Invalid API Key"
"""What Etherscan puts behind its word for whoever has no key: `OK-Missing/Invalid API Key, rate limit of 1/5sec …`."""
_FINAL = re.compile(
    r"invalid (?:api|address|action|module|query|parameter|[a-z]* ?(?:format|hash))|missing (?:or|api)|missing/invalid"
    r"|unsupported|unknown (?:module|action)|is required|window is too large|deprecated|free api access",
    re.I,
)
Row = Mapping[str, Any]


def rows(answer: bytes, whose: str) -> Sequence[Row]:
    """The rows of a list.

    Raises:
        Unfinished: it is not whole, or is said to be empty in no word that is documented.
        SourceUnavailable: it asks us to wait.
        SourceMismatch: it refuses, or is no answer of this API.
    """
    said = _object(answer, whose)
    status, result = str(said.get("status", "")), said.get("result")
    word = str(said.get("message", "")).partition(_KEYLESS)[0]
    found = result if isinstance(result, list) else None
    if status == "1" and word == "OK" and found:
        if not all(isinstance(row, Mapping) for row in found):
            raise SourceMismatch(f"{whose}: expected a list of rows, got {str(found)[:80]!r}")
        return found
    if status == "0" and word in EMPTY and not found and not isinstance(result, str):
        return ()
    raise _refusal(said, whose, listing=True)


def result(answer: bytes, whose: str) -> Any:
    """What a node says.

    Raises:
        Unfinished: nothing yet.
        SourceUnavailable: it asks us to wait.
        SourceMismatch: it refuses, or is no answer of JSON-RPC.
    """
    said = _object(answer, whose)
    if "error" in said or str(said.get("status", "1")) != "1" or "result" not in said:
        raise _refusal(said, whose, listing=False)
    if said["result"] is None:
        raise Unfinished(f"{whose} has nothing yet for what it was asked; ask again later")
    return said["result"]


def _refusal(said: Row, whose: str, *, listing: bool) -> SourceMismatch | SourceUnavailable:
    """What to raise of an answer that is none."""
    told = " ".join(str(said[name])[:160] for name in ("message", "result", "error") if said.get(name))
    if haste(told):
        return SourceUnavailable(f"{whose} asks us to wait: {told[:120]}", named_seconds(told))
    if _FINAL.search(told) or "error" in said or (listing and said.get("status") is None):
        return SourceMismatch(f"{whose} refuses: {told[:200] or str(said)[:120]}".rstrip())
    shape = f"status {said.get('status')!r}, {told[:120]!r}"
    return Unfinished(f"{whose} is not ready: {shape}; only a list that it calls complete is one; ask again later")


def _object(answer: bytes, whose: str) -> Row:
    found = decoded(answer, Any, whose)
    if not isinstance(found, dict):
        raise SourceMismatch(f"{whose}: expected an object in JSON, got {answer[:60]!r}")
    return found
