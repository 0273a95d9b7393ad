"""What calls inside a TRON transaction move, by the note that says their kind; rejected ones moved nothing."""

from collections.abc import Iterator

from dyepack.errors import InputError
from dyepack.ingest.evm.records import Decoded, Left, Moved
from dyepack.ingest.tron.fields import NOBODY, address, amount, token
from dyepack.ingest.tron.kinds import CALLS, IDLE, REWARD
from dyepack.ingest.tron.records import Info, Internal


def inside(info: Info, out: Decoded) -> Iterator[Moved]:
    """The movements of the calls inside a transaction.

    Raises:
        InputError: a kind that is not known, or one that is not said where a value is shown.
    """
    for one in info.internal_transactions:
        kind = _kind(one)
        if one.rejected:
            out.passed["failed call"] += 1
        elif kind in IDLE:
            out.passed[f"{kind} moves nothing to another"] += 1
        elif kind == REWARD:
            yield from _rewarded(one)
        elif kind in CALLS:
            yield from _called(one, kind, out)
        elif kind or any(worth.call_value for worth in one.worth):
            said = f"the kind {kind[:60]!r}" if kind else "no note of its kind"
            raise InputError(f"internal_transactions: what a call with {said} moves is not known")


def _kind(one: Internal) -> str:
    """The note of a call: hex of its text, as protobuf's bytes are written, or the text itself."""
    note = one.note or ""
    try:
        return bytes.fromhex(note).decode("ascii")
    except ValueError:
        return note


def _rewarded(one: Internal) -> Iterator[Moved]:
    for worth in one.worth:
        if quantity := amount(worth.call_value, "callValue"):
            yield Moved("reward", NOBODY, address(one.caller_address, "caller_address"), None, quantity)


def _called(one: Internal, kind: str, out: Decoded) -> Iterator[Moved]:
    worths = [worth for worth in one.worth if amount(worth.call_value, "callValue")]
    if not worths:
        return
    payer, payee = address(one.caller_address, "caller_address"), address(one.to, "transferTo_address")
    if payer == payee and kind == "suicide":
        why = "a contract that names itself as heir: whether it kept or destroyed this follows from rules of its day"
        out.left.append(Left("movement", why, str(one)[:500]))
        return
    for worth in worths if payer != payee else ():
        key = token(worth.token_id, "tokenId") if worth.token_id else None
        yield Moved("token" if key else "internal", payer, payee, key, worth.call_value)
