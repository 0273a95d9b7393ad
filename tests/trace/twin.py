"""The model of the tracing page, as plainly as it can be written: the oracle for slice and walk.

It looks at all movements there are, keeps lots in lists, finds openings by trying, and splits with fractions.
"""

from collections import defaultdict
from fractions import Fraction
from math import floor

from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.method import Lot
from dyepack.trace.moves import Key


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


def summed(lots: list[Lot]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for origin, held in lots:
        sums[origin] += held
    return {origin: sums[origin] for origin in sorted(sums, key=order)}


def haircut(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    sums = summed(lots)
    total = sum(sums.values())
    if not amount:
        return [], list(sums.items())
    quotas = {origin: Fraction(amount * held, total) for origin, held in sums.items()}
    parts = {origin: floor(quota) for origin, quota in quotas.items()}
    by_fraction = sorted(sums, key=lambda origin: parts[origin] - quotas[origin])
    for origin in by_fraction[: amount - sum(parts.values())]:
        parts[origin] += 1
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


def openings(moves, stops):
    """The least balance at the start with which nobody ever goes below zero."""
    balance: dict[Key, int] = defaultdict(int)
    need: dict[Key, int] = defaultdict(int)
    for move in moves:
        if move.payer.address not in stops:
            balance[move.payer] -= move.amount
            need[move.payer] = max(need[move.payer], -balance[move.payer])
        balance[move.payee] += move.amount
    return need


def trace(moves, seeds, stops, rule):
    """What rests where at the end: {(origin, address, asset): amount}, clean money left out.

    `seeds` gives an address' incident; all that it must have had is stolen.
    """
    if rule == "poison":
        return poison(moves, seeds, stops)
    lots: dict[Key, list[Lot]] = defaultdict(list)
    for key, amount in openings(moves, stops).items():
        if amount:
            lots[key] = [(seeds.get(key.address, UNKNOWN), amount)]
    for move in moves:
        if move.payer.address in stops:
            paid = [(CLEAN, move.amount)]
        else:
            paid, lots[move.payer] = RULES[rule](lots[move.payer], move.amount)
        lots[move.payee] = lots[move.payee] + paid
    return rests(lots)


def rests(lots):
    rest: dict[tuple[str, str, str], int] = defaultdict(int)
    for key, held in lots.items():
        for origin, amount in held:
            if origin != CLEAN:
                rest[origin, key.address, key.asset] += amount
    return dict(rest)


def poison(moves, seeds, stops):
    """Marks on balances. A stop has a pile of what came with each mark, and pays with none."""
    balance: dict[Key, int] = defaultdict(int)
    marks: dict[Key, set[str]] = defaultdict(set)
    piles: dict[tuple[str, Key], int] = defaultdict(int)
    for key, amount in openings(moves, stops).items():
        if amount:
            balance[key] = amount
            marks[key] = {seeds.get(key.address, UNKNOWN)}
    for move in moves:
        came: set[str] = set()
        if move.payer.address not in stops:
            balance[move.payer] -= move.amount
            came = set(marks[move.payer])
            if not balance[move.payer] and move.payer != move.payee:
                marks[move.payer] = set()
        if move.payee.address in stops:
            for origin in came:
                piles[origin, move.payee] += move.amount
        else:
            balance[move.payee] += move.amount
            marks[move.payee] |= came
    rest = {(origin, key.address, key.asset): balance[key] for key in marks for origin in marks[key] if balance[key]}
    return rest | {(origin, key.address, key.asset): amount for (origin, key), amount in piles.items()}
