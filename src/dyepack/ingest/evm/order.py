"""Puts the calls and the events of one transaction into one order.

Calls have an order among themselves, and so have events. How the two interleave is known exactly where the trace has
the place of each event (`callTracer` with `withLog`). Elsewhere it is not in the data, with one exception: when the
wrapped coin is made or destroyed, its event follows the call that carries the same amount between the same two parties,
so the pair stands together and holds the two lists against each other. Between two such pairs, calls come first.
"""

from collections.abc import Sequence

from dyepack.ingest.evm import events, frames
from dyepack.ingest.evm.networks import ZERO
from dyepack.ingest.evm.records import Moved


def merged(calls: Sequence[frames.Placed], logs: Sequence[events.Placed], wrapped: str | None) -> list[Moved]:
    """All movements, in the order that is known or, where it is not, stated above."""
    placed = [(one.place, move) for one, move in calls] + [(event.place, move) for event, move in logs]
    if all(place is not None for place, _ in placed):
        return [move for _, move in sorted(placed, key=lambda one: one[0] or ())]
    made, call, log = [], 0, 0
    for next_call, next_log in _anchors([move for _, move in calls], logs, wrapped):
        made += [move for _, move in calls[call:next_call]]
        made += [move for _, move in logs[log:next_log]]
        made += [calls[next_call][1], logs[next_log][1]]
        call, log = next_call + 1, next_log + 1
    return made + [move for _, move in calls[call:]] + [move for _, move in logs[log:]]


def _anchors(calls: Sequence[Moved], logs: Sequence[events.Placed], wrapped: str | None) -> list[tuple[int, int]]:
    """Pairs (call, event) of the wrapped coin, both rising."""
    found, start = [], 0
    for index, (log, move) in enumerate(logs):
        if wrapped is None or log.contract != wrapped or log.topics[0] == events.TRANSFER:
            continue
        parties = (move.payee, wrapped) if move.payer == ZERO else (wrapped, move.payer)
        matching = (n for n in range(start, len(calls)) if (calls[n].payer, calls[n].payee) == parties)
        call = next((n for n in matching if calls[n].amount == move.amount), None)
        if call is not None:
            found.append((call, index))
            start = call + 1
    return found
