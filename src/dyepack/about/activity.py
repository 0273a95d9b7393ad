"""When an address moves money, and each movement: hours of the week in UTC, and pages of rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dyepack.about.counterparties import Rows
from dyepack.about.moves import MOVES, Spot, gather, told
from dyepack.store import Store

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOURS = f"""
select cast(time as date) as day, extract(hour from time) as hour, direction, count(*) as movements
from {MOVES} where time is not null group by cast(time as date), extract(hour from time), direction
order by day, hour, direction
"""
_PAGE = f"""
select chain, block, time, tx_hash, tx_index, seq, kind, direction, other, asset, amount, flag from {MOVES}
qualify row_number() over (order by chain, block, tx_index, seq, direction, kind) between $first and $last
order by chain, block, tx_index, seq, direction, kind
"""
_COUNT = f"select count(*) as total, count(*) filter (where time is null) as undated from {MOVES}"
UNDATED = date(1970, 1, 1)
"""The day on which movements stand whose data has no time."""


def activity(store: Store, spot: Spot) -> dict[str, Any]:
    """How many movements in and out fall on each hour of each day of the week, in UTC; and on each month."""
    gather(store, spot)
    hours = {way: [[0] * 24 for _ in DAYS] for way in ("in", "out")}
    months: dict[str, dict[str, int]] = {}
    (count,) = store.engine.fetch(_COUNT).to_pylist()
    undated = int(count["undated"])
    for row in store.engine.fetch(_HOURS).to_pylist():
        way, day, movements = row["direction"], row["day"], int(row["movements"])
        if day == UNDATED:
            undated += movements
            continue
        hours[way][day.weekday()][int(row["hour"])] += movements
        month = months.setdefault(f"{day:%Y-%m}", {"in": 0, "out": 0})
        month[way] += movements
    return {
        "address": spot.address,
        "chain": spot.chain,
        "zone": "UTC",
        "days": list(DAYS),
        "received": hours["in"],
        "sent": hours["out"],
        "months": [{"month": month, "received": found["in"], "sent": found["out"]} for month, found in months.items()],
        "undated": undated,
        **_busiest(hours),
    }


def _busiest(hours: Mapping[str, Sequence[Sequence[int]]]) -> dict[str, int]:
    """How many movements have a time, and the hour of the day with most of them, the first where several have."""
    by_hour = [sum(day[hour] for days in hours.values() for day in days) for hour in range(24)]
    most = max(by_hour)
    return {"dated": sum(by_hour), "busiest_hour": by_hour.index(most), "in_busiest_hour": most}


def movements(store: Store, spot: Spot, offset: int, limit: int) -> Rows:
    """A page of an address's movements in chain order; one to itself stands once in and once out."""
    gather(store, spot)
    (count,) = store.engine.fetch(_COUNT).to_pylist()
    page = store.engine.fetch(_PAGE, first=offset + 1, last=offset + limit)
    return Rows(told(page), int(count["total"]))
