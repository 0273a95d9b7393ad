"""Follows money: the slice of transfers that matter, and the rules that say whose money each of them carried.

`docs/explanation/tracing.md` has the exact model.
"""

from dyepack.trace.case import Case
from dyepack.trace.case import read as read_case
from dyepack.trace.request import Budget, Known, Repeated, Request, SeedSpec, Stop, read_seeds, read_stops
from dyepack.trace.result import Alternative, Deposit, Place, Scope, Sheet, TraceResult, ranged
from dyepack.trace.run import trace

__all__ = [
    "Alternative",
    "Budget",
    "Case",
    "Deposit",
    "Known",
    "Place",
    "Repeated",
    "Request",
    "Scope",
    "SeedSpec",
    "Sheet",
    "Stop",
    "TraceResult",
    "ranged",
    "read_case",
    "read_seeds",
    "read_stops",
    "trace",
]
