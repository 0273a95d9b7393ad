"""Which lots leave when part of a holding leaves: a lot is (origin, amount).

A rule gives what leaves and what is left."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import floor

CLEAN, UNKNOWN = "clean", "unknown"
Lot = tuple[str, int]


def fifo(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    """Unit after unit would be plainer still; lot after lot is quick enough."""
    paid: list[Lot] = []
    left = list(lots)
    while amount:
        origin, held = left.pop(0)
        part = min(held, amount)
        paid.append((origin, part))
        amount -= part
        if held > part:
            left.insert(0, (origin, held - part))
    return paid, left


def lifo(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    paid, left = fifo(lots[::-1], amount)
    return paid, left[::-1]


def order(origin: str) -> tuple[bool, bool, str]:
    return origin == CLEAN, origin == UNKNOWN, origin


def summed(lots: Sequence[Lot]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for origin, held in lots:
        sums[origin] += held
    return {origin: sums[origin] for origin in sorted(sums, key=order)}


def in_proportion(quotas: Sequence[Fraction], amount: int) -> list[int]:
    """Whole parts: every one rounded down, and what is left to the largest fractions, the first of equals."""
    parts = [floor(quota) for quota in quotas]
    largest = sorted(range(len(parts)), key=lambda at: parts[at] - quotas[at])
    for at in largest[: amount - sum(parts)]:
        parts[at] += 1
    return parts


def haircut(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    sums = summed(lots)
    total = sum(sums.values())
    if not amount:
        return [], list(sums.items())
    parts = dict(
        zip(sums, in_proportion([Fraction(amount * held, total) for held in sums.values()], amount), strict=True)
    )
    paid = [(origin, part) for origin, part in parts.items() if part]
    left = [(origin, sums[origin] - part) for origin, part in parts.items() if sums[origin] > part]
    return paid, left


def in_classes(lots: list[Lot], amount: int, classes: list[list[str]]) -> tuple[list[Lot], list[Lot]]:
    """One class of origins after the other; within a class, in proportion."""
    sums = summed(lots)
    paid: list[Lot] = []
    for names in classes:
        mine = [(origin, sums[origin]) for origin in sums if origin in names]
        part = min(amount, sum(held for _, held in mine))
        out, left = haircut(mine, part)
        sums |= {origin: 0 for origin, _ in mine} | dict(left)
        paid += out
        amount -= part
    return paid, [(origin, held) for origin, held in sums.items() if held]


def _incidents(lots: list[Lot]) -> list[str]:
    return [origin for origin, _ in lots if origin not in (CLEAN, UNKNOWN)]


def clean_first(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    return in_classes(lots, amount, [[CLEAN], [UNKNOWN], _incidents(lots)])


def taint_first(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    return in_classes(lots, amount, [_incidents(lots), [UNKNOWN], [CLEAN]])


RULES = {"fifo": fifo, "lifo": lifo, "haircut": haircut, "clean_first": clean_first, "taint_first": taint_first}
