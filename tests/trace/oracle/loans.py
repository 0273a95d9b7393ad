"""Loans inside a transaction come down to their cost, asset by asset."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from tests.trace.oracle.files import Item, counted, sender


@dataclass
class Netted:
    """What is left of a transaction, and by (borrower, asset) what was lent and what that cost."""

    items: list[Item]
    lent: Counter[tuple[str, str]] = field(default_factory=Counter)
    cost: Counter[tuple[str, str]] = field(default_factory=Counter)
    lenders: set[tuple[str, str, str]] = field(default_factory=set)


def netted(items: Sequence[Item], holders: Collection[str], seeds: Collection[str]) -> Netted:
    """Net each asset that has a loan; `holders` have traced money, `seeds` are named in this transaction."""
    found = Netted(list(items))
    for asset in sorted({one.asset for one in items if counted(one)}):
        mine = [(at, one) for at, one in enumerate(found.items) if one.asset == asset and _between(one)]
        direct = past_hands(mine, {*holders, *seeds, sender(items)})
        pairs = lending(direct, holders, seeds, sender(items))
        if pairs:
            found = _net(found, asset, direct, pairs, {at for at, _ in mine})
    return found


def _between(one: Item) -> bool:
    return counted(one) and one.kind not in ("mint", "burn") and one.payer != one.payee


def past_hands(mine: list[tuple[int, Item]], barred: Collection[str | None]) -> list[tuple[int, Item]]:
    """Payments past those who only passed money on, first in, first out."""
    for name in sorted({one.payer for _, one in mine} - {*barred}):
        through = _through(mine, name)
        mine = mine if through is None else through
    return mine


def _through(mine: list[tuple[int, Item]], name: str) -> list[tuple[int, Item]] | None:
    kept, waiting = list[tuple[int, Item]](), list[list]()
    for at, one in mine:
        if one.payee == name:
            waiting.append([one.payer, one.amount])
        elif one.payer == name:
            left = one.amount
            while left:
                if not waiting:
                    return None
                part = min(left, waiting[0][1])
                kept.append((at, one._replace(payer=waiting[0][0], amount=part)))
                left -= part
                waiting[0][1] -= part
                if not waiting[0][1]:
                    waiting.pop(0)
        else:
            kept.append((at, one))
    return None if waiting else [(at, one) for at, one in kept if one.payer != one.payee]


def lending(
    mine: list[tuple[int, Item]], holders: Collection[str], seeds: Collection[str], by: str | None
) -> dict[tuple[str, str], int]:
    """(lender, borrower): what was lent, where at least as much came back."""
    first, paid = dict[frozenset[str], str](), Counter[tuple[str, str]]()
    for _, one in mine:
        first.setdefault(frozenset((one.payer, one.payee)), one.payer)
        paid[one.payer, one.payee] += one.amount
    found = {}
    for (payer, payee), amount in paid.items():
        marked = [name in holders or name in seeds for name in (payer, payee)]
        if first[frozenset((payer, payee))] != payer or payer == by or marked == [True, False]:
            continue
        if paid[payee, payer] >= amount:
            found[payer, payee] = amount
    return found


def _net(
    found: Netted, asset: str, direct: list[tuple[int, Item]], pairs: dict[tuple[str, str], int], mine: set[int]
) -> Netted:
    """One sum between a borrower and each counterparty; what a borrower paid comes after what it was paid."""
    borrowers = {borrower for _, borrower in pairs}
    sums, places, kept = Counter[tuple[str, str]](), dict[tuple[str, str], int](), list[tuple[int, Item]]()
    for at, one in direct:
        if not {one.payer, one.payee} & borrowers:
            kept.append((at, one))
            continue
        pair = (one.payer, one.payee) if one.payer < one.payee else (one.payee, one.payer)
        sums[pair] += one.amount if pair == (one.payer, one.payee) else -one.amount
        places[pair] = at
    for (a, b), amount in sums.items():
        payer, payee = (a, b) if amount > 0 else (b, a)
        kept += [(places[a, b], Item(payer, payee, asset, abs(amount), "netted"))] if amount else []
    for (lender, borrower), amount in pairs.items():
        cost = sums[borrower, lender] if borrower < lender else -sums[lender, borrower]
        found.lent[borrower, asset] += amount
        found.cost[borrower, asset] += cost
        found.lenders.add((lender, borrower, asset))
    kept = _payments_last(kept, borrowers)
    rest = [(at, one) for at, one in enumerate(found.items) if at not in mine]
    merged = sorted([*rest, *kept], key=lambda pair: pair[0])
    return Netted([one for _, one in merged], found.lent, found.cost, found.lenders)


def _payments_last(kept: list[tuple[int, Item]], borrowers: set[str]) -> list[tuple[int, Item]]:
    for name in sorted(borrowers):
        last = max((at for at, one in kept if one.payee == name), default=-1)
        kept = [(max(at, last) if one.payer == name else at, one) for at, one in kept]
        kept = sorted(kept, key=lambda pair: (pair[0], pair[1].payer == name))
    return kept
