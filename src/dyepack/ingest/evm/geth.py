"""Reads the calls of `debug_traceBlock…` with `callTracer`: a tree for each transaction, with events where asked for.

With `withLog` each event says after how many calls of its frame it came, so that calls and events have one true order.
A frame that failed has an error; its events are left away by the node, and so they are here.
"""

from collections.abc import Iterator, Sequence

import msgspec

from dyepack.errors import InputError
from dyepack.ingest.evm import shapes
from dyepack.ingest.evm.records import Frame, Place


class CallLog(msgspec.Struct):
    """An event as the tracer gives it: `position` is the number of calls before it in its frame."""

    address: str
    topics: list[str]
    data: str = "0x"
    position: str | int | None = None


class Call(msgspec.Struct, rename="camel"):
    """A call with the calls inside it."""

    type: str
    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    value: str | None = None
    error: str | None = None
    calls: list["Call"] = []
    logs: list[CallLog] | None = None


class Traced(msgspec.Struct, rename="camel"):
    """What the tracer says of one transaction."""

    result: Call | None = None
    tx_hash: str | None = None
    error: str | None = None


def frames(call: Call) -> tuple[Frame, ...]:
    """The calls below a transaction's own, parents before children."""
    return tuple(_below(call, (), ()))


def places(call: Call) -> list[tuple[CallLog, Place]] | None:
    """The events that stand, in true order, each with its place; nothing where the tracer gave none."""
    if call.logs is None and not any(one.logs is not None for one in _all(call)):
        return None
    found = list(_logs(call, ()))
    return sorted(found, key=lambda one: one[1])


def _all(call: Call) -> Iterator[Call]:
    for inner in call.calls:
        yield inner
        yield from _all(inner)


def _below(call: Call, path: tuple[int, ...], place: Place) -> Iterator[Frame]:
    for index, inner in enumerate(call.calls):
        here, there = (*path, index), (*place, (index, 1))
        yield _frame(inner, here, there)
        yield from _below(inner, here, there)


def _logs(call: Call, place: Place) -> Iterator[tuple[CallLog, Place]]:
    if call.error is not None:
        return
    for order, log in enumerate(call.logs or ()):
        after = shapes.number(0 if log.position is None else log.position, "position")
        yield log, (*place, (after, 0, order))
    for index, inner in enumerate(call.calls):
        yield from _logs(inner, (*place, (index, 1)))


def _frame(call: Call, path: tuple[int, ...], place: Place) -> Frame:
    kind, failed = call.type.lower(), call.error is not None
    if kind == "selfdestruct" and call.from_ is None:
        if call.value not in (None, "0x0") or call.to is not None:
            raise InputError("calls: a self-destruction without its contract")
        return Frame("staticcall", _NOBODY, _NOBODY, 0, failed, path, place)
    amount = shapes.carried(call.value, kind)
    payer = shapes.address(call.from_, "from")
    payee = payer if failed and call.to is None else shapes.address(call.to, "to")
    return Frame(kind, payer, payee, amount, failed, path, place)


_NOBODY = "0x" + "0" * 40


def check(traced: Sequence[Traced], count: int) -> None:
    """One tree for each transaction.

    Raises:
        InputError: more or fewer, or one that the node could not trace.
    """
    if len(traced) != count:
        raise InputError(f"calls: expected {count} transactions, got {len(traced)}")
    for place, one in enumerate(traced):
        if one.result is None:
            raise InputError(f"calls: the node could not trace transaction {place}: {one.error or 'no result'}")
