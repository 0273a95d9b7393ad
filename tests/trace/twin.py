"""The model of the tracing page, as plainly as it can be written: the oracle for slice and walk.

It looks at all movements there are, keeps lots in lists, finds openings by trying, and splits with fractions.
"""

from collections import defaultdict
from fractions import Fraction
from math import floor

from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.method import Lot
from dyepack.trace.slice import Key


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


def haircut(lots: list[Lot], amount: int) -> tuple[list[Lot], list[Lot]]:
    sums: dict[str, int] = defaultdict(int)
    for origin, held in lots:
        sums[origin] += held
    origins = sorted(sums, key=lambda origin: (origin == CLEAN, origin == UNKNOWN, origin))
    total = sum(sums.values())
    quotas = {origin: Fraction(amount * sums[origin], total) for origin in origins}
    parts = {origin: floor(quota) for origin, quota in quotas.items()}
    by_fraction = sorted(origins, key=lambda origin: parts[origin] - quotas[origin])
    for origin in by_fraction[: amount - sum(parts.values())]:
        parts[origin] += 1
    paid = [(origin, parts[origin]) for origin in origins if parts[origin]]
    left = [(origin, sums[origin] - parts[origin]) for origin in origins if sums[origin] > parts[origin]]
    return paid, left


RULES = {"fifo": fifo, "haircut": haircut}


def openings(moves, stops):
    """The least balance at the start with which nobody ever goes below zero."""
    balance: dict[Key, int] = defaultdict(int)
    need: dict[Key, int] = defaultdict(int)
    for move in moves:
        payer, payee = (move.payer, move.asset), (move.payee, move.asset)
        if move.payer not in stops:
            balance[payer] -= move.amount
            need[payer] = max(need[payer], -balance[payer])
        balance[payee] += move.amount
    return need


def trace(moves, seeds, stops, rule):
    """What rests where at the end: {(origin, address, asset): amount}, clean money left out.

    `seeds` gives an address' incident; all that it must have had is stolen.
    """
    lots: dict[Key, list[Lot]] = defaultdict(list)
    for (address, asset), amount in openings(moves, stops).items():
        if amount:
            lots[address, asset] = [(seeds.get(address, UNKNOWN), amount)]
    for move in moves:
        payer, payee = (move.payer, move.asset), (move.payee, move.asset)
        if move.payer in stops:
            paid = [(CLEAN, move.amount)]
        else:
            paid, lots[payer] = RULES[rule](lots[payer], move.amount)
        lots[payee] = lots[payee] + paid
    rest: dict[tuple[str, str, str], int] = defaultdict(int)
    for (address, asset), held in lots.items():
        for origin, amount in held:
            if origin != CLEAN:
                rest[origin, address, asset] += amount
    return dict(rest)
