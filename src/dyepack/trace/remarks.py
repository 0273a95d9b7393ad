"""What a trace says beside its figures, kept in tables: scope, warnings, payments to stops, the other reading.

The verb itself keeps it, so that whoever opens the run later reads what was read at the prompt. A run that an older
version made has no row in `scopes`, and then none of this.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import chain as joined
from typing import Any

from dyepack.model import DifferingEnd, NotFollowed, Payment, ReadOtherwise, Remark, Repeat, TraceScope, Unfunded
from dyepack.schema import TABLES
from dyepack.store import Draft, Store
from dyepack.trace import rows, stored
from dyepack.trace.answer import Followed, each_unexplained, with_nothing
from dyepack.trace.recorded import Recorded
from dyepack.trace.repeats import OTHER
from dyepack.trace.request import Repeated
from dyepack.trace.result import (
    Alternative,
    Deposit,
    OtherEnd,
    OtherReading,
    Scope,
    TraceResult,
    Unexplained,
    alternative_json,
    reading_json,
    said_json,
    shown,
    unexplained_json,
)
from dyepack.trace.small import Thresholds
from dyepack.trace.write import destinations

SAID = ("deposits", "scope", "warnings", "repeated", "unexplained", "alternative", "readings")
"""The keys of a trace's own answer that are read from here."""


def write(draft: Draft, result: TraceResult, other: Followed | None) -> None:
    """Put what a trace says into the tables of its run; `other` is what was followed under the other reading."""
    run = draft.run
    limits(draft, result.scope, result.warnings, (result.repeated, result.alternative))
    draft.put("payments", run, _payments(run, result.deposits))
    second = each_unexplained(other.openings) if other else ()
    unfunded = ((result.repeated, result.unexplained), (OTHER[result.repeated], second))
    draft.put("unfunded", run, joined.from_iterable(_unfunded(run, *reading) for reading in unfunded))
    _readings(draft, result)
    if other is None or result.alternative is None:
        return
    draft.put("repeats", run, [Repeat(run, asset, moved) for asset, moved in result.alternative.moved.items()])
    draft.put("other_destinations", run, destinations(run, result.chain, other.walks))
    last = (rows.balance(run, one.walked, one.accounts, only_last=True) for one in other.walks)
    draft.put("other_balance", run, joined.from_iterable(last))


def _readings(draft: Draft, result: TraceResult) -> None:
    run = draft.run
    rows_ = [ReadOtherwise(run, one.variant, one.concerned, len(one.ends)) for one in result.readings]
    draft.put("read_otherwise", run, rows_)
    ends = [
        DifferingEnd(run, one.variant, number, **{name: getattr(end, name) for name in _END})
        for one in result.readings
        for number, end in enumerate(one.ends, 1)
    ]
    draft.put("differing_ends", run, ends)


_END = tuple(field.name for field in fields(OtherEnd))


def _read_otherwise(store: Store, run: str) -> list[OtherReading]:
    """The other readings of a run, as it said them."""
    ends: list[DifferingEnd] = _of_run(store, "differing_ends", run)
    found: list[ReadOtherwise] = _of_run(store, "read_otherwise", run)
    return [
        OtherReading(
            one.variant,
            one.concerned,
            tuple(
                OtherEnd(**{name: getattr(end, name) for name in _END}) for end in ends if end.variant == one.variant
            ),
        )
        for one in found
    ]


def limits(
    draft: Draft, scope: Scope, warnings: Iterable[str], reading: tuple[Repeated, Alternative | None] = ("kept", None)
) -> None:
    """Put into the tables what a run looked at, and what its reader must know."""
    run, (repeated, other) = draft.run, reading
    blocks = scope.first_block, scope.last_block, scope.first_time, scope.last_time
    cut = scope.cut_forward, scope.cut_backward, other.movements if other else 0
    row = TraceScope(run, repeated, scope.movements, scope.addresses, scope.hops, *blocks, *cut)
    draft.put("scopes", run, [row])
    draft.put("remarks", run, [Remark(run, number, says) for number, says in enumerate(warnings, 1)])
    draft.put("not_followed", run, [NotFollowed(run, flag, count) for flag, count in scope.not_followed.items()])


def _payments(run: str, deposits: Iterable[Deposit]) -> Iterator[Payment]:
    for one in deposits:
        ends = one.origin, one.deposit, one.address, one.asset, one.reason, one.name
        for method, amount in one.amounts.items():
            yield Payment(run, method, *ends, amount, one.moved, one.transfers)


def _unfunded(run: str, repeated: Repeated, found: Iterable[Unexplained]) -> Iterator[Unfunded]:
    for number, one in enumerate(found, 1):
        yield Unfunded(run, repeated, number, one.address, one.asset, one.amount, one.block)


def read(store: Store, told: Recorded) -> dict[str, Any] | None:
    """What a trace said, with the keys of its own answer; nothing where the version that made it did not keep it."""
    scopes: list[TraceScope] = _of_run(store, "scopes", told.run)
    if not scopes:
        return None
    (scope,) = scopes
    unfunded: list[Unfunded] = _of_run(store, "unfunded", told.run)
    naming = stored.thresholds_of(store, told)
    return {
        **said_json(
            shown((), payers(store, told), *naming).deposits,
            _scope(scope, _of_run(store, "not_followed", told.run)),
            [remark.says for remark in _of_run(store, "remarks", told.run)],
        ),
        "repeated": scope.repeated,
        "unexplained": [
            unexplained_json(Unexplained(one.address, one.asset, one.amount, one.block))
            for one in unfunded
            if one.repeated == scope.repeated
        ],
        "alternative": _alternative(store, told, scope, (unfunded, naming)) if scope.repeats else None,
        "readings": [reading_json(one) for one in _read_otherwise(store, told.run)],
    }


def payers(store: Store, told: Recorded) -> list[Deposit]:
    """Who paid the stops of a run, in the order in which the trace says them; the small ones too."""
    return _deposits(told, _of_run(store, "payments", told.run))


def _of_run(store: Store, table: str, run: str) -> list[Any]:
    if run not in store.parts(table):
        return []
    kind = TABLES[table]
    columns, key = ", ".join(column.name for column in kind.columns), ", ".join(kind.key)
    return kind.records(store.fetch(f"select {columns} from {table} where run = $run order by {key}", table, run=run))


def _scope(row: TraceScope, unfollowed: Sequence[NotFollowed]) -> Scope:
    blocks = row.first_block, row.last_block, row.first_time, row.last_time
    flags = {one.flag: one.movements for one in unfollowed}
    return Scope(row.movements, row.addresses, row.hops, *blocks, row.cut_forward, row.cut_backward, flags)


def _deposits(told: Recorded, payments: Sequence[Payment]) -> list[Deposit]:
    """One for each payer and stop, in the order in which the trace says them."""
    by_spot: dict[tuple[str, ...], dict[str, Payment]] = defaultdict(dict)
    for one in payments:
        by_spot[one.origin, one.deposit, one.address, one.asset][one.method] = one
    deposits = []
    for (origin, deposit, address, asset), by_method in by_spot.items():
        one = next(iter(by_method.values()))
        amounts = {method: by_method[method].amount for method in told.methods}
        deposits.append(
            Deposit(origin, deposit, address, asset, one.reason, one.name, amounts, one.moved, one.transfers)
        )
    return sorted(deposits, key=lambda one: one.place)


def _alternative(
    store: Store, told: Recorded, scope: TraceScope, beside: tuple[Sequence[Unfunded], tuple[Thresholds, Any]]
) -> dict[str, Any]:
    unfunded, naming = beside
    repeats: list[Repeat] = _of_run(store, "repeats", told.run)
    started = sorted({(sheet.origin, sheet.asset) for sheet in stored.sheets_of(store, told)})
    sheets = list(stored.sheets_of(store, told, "other_balance"))
    counts: dict[str, int] = defaultdict(int)
    for one in unfunded:
        if one.repeated != scope.repeated:
            counts[one.asset] += 1
    other = Alternative(
        repeated=OTHER[scope.repeated],
        movements=scope.repeats,
        moved={one.asset: one.moved for one in repeats},
        sheets=tuple(
            sheet
            for method in told.methods
            for sheet in with_nothing([one for one in sheets if one.method == method], method, started)
        ),
        places=tuple(stored.places_of(store, told, "other_destinations")),
        unexplained=dict(counts),
    )
    return alternative_json(told.methods, other, naming)
