"""What a tracing rule is: which lots leave when part of what a holding has leaves."""

from collections.abc import Iterable
from dataclasses import dataclass

from dyepack.model import CLEAN, UNKNOWN

Lot = tuple[str, int]
"""An origin (an incident's slug, `unknown` or `clean`) and an amount in base units."""

FIFO, LIFO, HAIRCUT, CLEAN_FIRST, TAINT_FIRST, POISON = range(6)


@dataclass(frozen=True, slots=True)
class Method:
    """A tracing rule: its name, its number in compiled code, and whether money stays as much as it was."""

    name: str
    code: int
    conserves: bool = True


def by_origin(lots: Iterable[Lot]) -> dict[str, int]:
    """Lots summed by origin."""
    sums: dict[str, int] = {}
    for origin, amount in lots:
        sums[origin] = sums.get(origin, 0) + amount
    return sums


def rank(origin: str) -> tuple[bool, bool, str]:
    """The fixed order of origins: incidents by slug, then `unknown`, then `clean`."""
    return origin == CLEAN, origin == UNKNOWN, origin
