"""The model of the tracing page, as plainly as it can be written: the oracle for slice and walk.

It looks at all movements there are, keeps lots in lists, finds openings by trying, and splits with fractions.
"""

from collections import defaultdict

from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.method import Lot
from dyepack.trace.moves import Key
from tests.trace.oracle.rules import RULES


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
