"""The answer of a trace that was made, from its tables: sheets, and every place with its range over the methods.

The same figures as the trace itself gave; what it said besides is read by `remarks`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from dyepack.amounts import Asset
from dyepack.model import UNKNOWN, Destination, Run
from dyepack.schema import TABLES, as_json
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.layout import RECEIVED, SEEDED, SOURCES, SPREADS
from dyepack.trace.method import rank
from dyepack.trace.recorded import Recorded
from dyepack.trace.result import (
    Deposit,
    Place,
    Sheet,
    Shown,
    became_json,
    headlines,
    methods_json,
    place_json,
    shown,
)
from dyepack.trace.small import Thresholds, thresholds
from dyepack.trace.steps import CONVERTED, FEES, HELD

_LAST = """
select method, origin, asset, line, cast(sum(amount) as decimal(38, 0)) as amount from (
    select method, origin, asset, line, amount, day from {table} where run = $run
    qualify day = max(day) over (partition by method)
) as last_day group by method, origin, asset, line order by method, origin, asset, line
"""
_RESTING = """
select * from {table} where run = $run order by method, origin, chain, address, asset, reason
"""


def answer(store: Store, told: Recorded) -> dict[str, Any]:
    """What a trace's tables say, as a JSON object with the keys of the trace's own answer."""
    row = next(run for run in store.records("runs") if run.run == told.run)
    seeds = recorded.seeds(store, told.run)
    sheets = list(sheets_of(store, told))
    used = {sheet.asset for sheet in sheets} | {seed.asset for seed in seeds}
    assets = recorded.assets(store, sorted(used))
    return {
        "run": told.run,
        "chain": told.chain,
        "incidents": list(told.incidents),
        "backward": told.backward,
        "made": _made(row),
        "assets": {key: asdict(asset) for key, asset in assets.items()},
        "methods": methods_json(told.methods, sheets),
        "became": became_json(told.incidents, told.methods, sheets, assets),
        "seeds": [as_json(seed) for seed in seeds],
        "conversions": len(recorded.conversions(store, told.run)),
    }


def thresholds_of(store: Store, told: Recorded) -> tuple[Thresholds, Mapping[str, Asset]]:
    """What is too small to be named, as the trace itself said it; and the assets that this is in."""
    sheets = list(sheets_of(store, told))
    assets = recorded.assets(store, sorted({sheet.asset for sheet in sheets}))
    scopes = [row for row in store.records("scopes") if row.run == told.run] if store.parts("scopes") else []
    until = scopes[0].last_time.date() if scopes else date.max - timedelta(days=1)
    return thresholds(store, sheets, assets, until), assets


def naming(store: Store, told: Recorded, payers: Sequence[Deposit] = ()) -> Shown:
    """The places that are named, the most stolen first, and the others in one line for each origin and asset."""
    return shown(places_of(store, told), payers, *thresholds_of(store, told))


def sentences(store: Store, told: Recorded, named: Sequence[Place]) -> dict[str, str]:
    """The headline of each incident."""
    sheets = list(sheets_of(store, told))
    assets = recorded.assets(store, sorted({sheet.asset for sheet in sheets}))
    return headlines(told.incidents, told.methods, sheets, named, assets)


def places(store: Store, told: Recorded) -> list[dict[str, Any]]:
    """Every place where money of the trace rests, the most stolen first, as JSON objects."""
    return [place_json(place) for place in places_of(store, told)]


def places_of(store: Store, told: Recorded, table: str = "destinations") -> list[Place]:
    """The same as places; from `other_destinations`, under the other reading of repeated movements."""
    rows: list[Destination] = TABLES[table].records(store.fetch(_RESTING.format(table=table), table, run=told.run))
    found: dict[tuple[str, tuple[str, ...]], dict[str, Destination]] = defaultdict(dict)
    for row in rows:
        found[row.origin, (row.chain, row.address, row.asset, row.reason)][row.method] = row
    listed = told.incidents if not told.backward else tuple(sorted({row.origin for row in rows} - {UNKNOWN}))
    wanted = {
        (origin, spot) for of, spot in found for origin in (listed if of == UNKNOWN else (of,)) if origin != UNKNOWN
    }
    made = [
        _place(told, origin, found.get((origin, spot), {}), found.get((UNKNOWN, spot), {})) for origin, spot in wanted
    ]
    made.sort(key=lambda one: (one.asset, -one.high, -one.low, -one.unknown_high, one.origin, one.address, one.reason))
    return made


def _place(told: Recorded, origin: str, rests: Mapping[str, Destination], unknown: Mapping[str, Destination]) -> Place:
    one = next(iter((rests or unknown).values()))
    times = list((rests or unknown).values())
    return Place(
        origin=origin,
        chain=one.chain,
        address=one.address,
        asset=one.asset,
        reason=one.reason,
        name=one.name,
        actor=one.actor,
        concept=one.concept,
        amounts={method: rests[method].amount if method in rests else 0 for method in told.methods},
        unknown={method: unknown[method].amount if method in unknown else 0 for method in told.methods},
        first_time=min(_some(row.first_time for row in times), default=None),
        last_time=max(_some(row.last_time for row in times), default=None),
    )


def _some(times: Iterable[datetime | None]) -> list[datetime]:
    return [time for time in times if time]


def sheets_of(store: Store, told: Recorded, table: str = "balance") -> Iterable[Sheet]:
    """The last day's sheet of each method, by origin and asset; from `other_balance`, under the other reading."""
    lines: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for row in store.fetch(_LAST.format(table=table), table, run=told.run).to_pylist():
        lines[row["method"], row["origin"], row["asset"]][row["line"]] = int(row["amount"])
    for (method, origin, asset), sums in sorted(lines.items(), key=lambda item: (rank(item[0][1]), item[0])):
        stopped = {line: sums[line] for line in sorted(sums) if line not in (*SOURCES, HELD, FEES, CONVERTED)}
        fees, converted, received, spread = (sums.get(line, 0) for line in (FEES, CONVERTED, RECEIVED, SPREADS))
        seeded, held = sums.get(SEEDED, 0), sums.get(HELD, 0)
        yield Sheet(method, origin, asset, seeded, held, stopped, fees, converted, received, spread)


def _made(row: Run) -> dict[str, Any]:
    """By which version, when, and from what: all that is needed to make it again."""
    said = json.loads(row.parameters)
    return {
        "version": row.version,
        "started": row.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "finished": row.finished.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "parameters": said,
        "inputs": json.loads(row.inputs),
    }
