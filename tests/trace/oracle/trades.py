"""Conversions by netting, as docs/reference/conversions.md has them. A trade stands in place of its movements."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.trace.oracle.files import Item, counted
from tests.trace.oracle.rules import in_proportion

Sums = tuple[tuple[str, int], ...]


class Trade(NamedTuple):
    owner: str
    ins: Sums
    recipient: str
    outs: Sums


class Found(NamedTuple):
    """What a transaction comes to: payments and trades in order, and the contracts that somebody traded with."""

    events: list[Item | Trade]
    partners: set[str]


Leg = tuple[int, str, str, str, int]
"""(place, payer, payee, asset, amount), a token's contract for who makes and destroys it."""


def legs(items: Sequence[Item]) -> list[Leg]:
    found = []
    for at, one in enumerate(items):
        if counted(one) and one.payer != one.payee:
            contract = one.asset.partition(":")[2]
            payer = contract if one.kind == "mint" else one.payer
            payee = contract if one.kind == "burn" else one.payee
            found.append((at, payer, payee, one.asset, one.amount))
    return found


def study(items: Sequence[Item], owners: Collection[str]) -> Found:
    moves = legs(items)
    found, gone, partners = list[tuple[float, int, Trade | Item]](), set[int](), set[str]()
    for party in parties(moves, owners):
        mine = [leg for leg in moves if {leg[1], leg[2]} & party]
        made = trades(mine, party, owners)
        if made:
            gone |= {leg[0] for leg in mine}
            partners |= party - {trade.recipient for trade, _ in made} - {trade.owner for trade, _ in made}
            place = _place(items, mine, made, gone)
            for trade, aside in made:
                found.append((place, len(found), trade))
                found += [(place, len(found) + n, one) for n, one in enumerate(aside)]
    found += [(at, -1, one) for at, one in enumerate(items) if at not in gone]
    return Found([event for *_, event in sorted(found, key=lambda one: one[:2])], partners)


def _place(items: Sequence[Item], mine: list[Leg], made: list, gone: set[int]) -> float:
    """That of the last leg by which an owner paid; before it, where a recipient pays on what came of it sooner."""
    place: float = max(leg[0] for leg in mine if leg[1] in {trade.owner for trade, _ in made})
    for trade, _ in made:
        assets = {asset for asset, _ in trade.outs}
        came = min((leg[0] for leg in mine if leg[2] == trade.recipient and leg[3] in assets), default=0)
        for at, one in enumerate(items):
            if came < at < place and at not in gone and one.payer == trade.recipient and one.asset in assets:
                place = at - 0.5
    return place


# ── who trades with whom


def parties(moves: list[Leg], owners: Collection[str]) -> list[set[str]]:
    """Sets of addresses that movements connect once owners are away, and those that belong together."""
    sets = [{name} for name in sorted({name for leg in moves for name in leg[1:3]} - {*owners})]
    for _, payer, payee, *_ in moves:
        sets = _joined(sets, payer, payee) if not {payer, payee} & {*owners} else sets
    for joins in (_makers, _opposites, _hops):
        for one, other in joins(moves, sets, owners):
            sets = _joined(sets, one, other)
    return sets


def _joined(sets: list[set[str]], one: str, other: str) -> list[set[str]]:
    both = [each for each in sets if each & {one, other}]
    return [each for each in sets if each not in both] + [set().union(*both)]


def _dealings(moves: list[Leg], owners: Collection[str], party: set[str]) -> tuple[list[Leg], list[Leg]]:
    """What owners paid a set, and what it paid them."""
    return (
        [leg for leg in moves if leg[1] in owners and leg[2] in party],
        [leg for leg in moves if leg[2] in owners and leg[1] in party],
    )


def _makers(moves: list[Leg], sets: list[set[str]], owners: Collection[str]) -> list[tuple[str, str]]:
    """A set that only makes or destroys a token for an owner, and the nearest that does the opposite."""
    found = []
    for each in sets:
        paid, got = _dealings(moves, owners, each)
        own = [leg for leg in moves if {leg[1], leg[2]} & each]
        alone = len(each) == 1 and all(_own(leg) for leg in own)
        if not alone or bool(paid) == bool(got):
            continue
        plain, makers = list[tuple[int, str]](), list[tuple[int, str]]()
        for other in sets:
            took, gave = _dealings(moves, owners, other)
            opposite, back = (gave, took) if paid else (took, gave)
            if other is not each and opposite:
                near = min(abs(leg[0] - mine[0]) for leg in opposite for mine in own), min(other)
                plain += [near] if not back else []
                makers += [near] if all(_own(leg) for leg in back) else []
        found += [(min(each), min(plain or makers)[1])] if plain or makers else []
    return found


def _own(leg: Leg) -> bool:
    """Whether a token is paid by, or to, its own contract."""
    return leg[3].partition(":")[2] in (leg[1], leg[2])


def _opposites(moves: list[Leg], sets: list[set[str]], owners: Collection[str]) -> list[tuple[str, str]]:
    """One set is paid one asset, another pays one, and they agree to a fortieth but for a power of ten."""
    found = []
    for name in sorted(owners):
        deals = [(each, *_dealings(moves, {name}, each)) for each in sets]
        takers = [(each, paid) for each, paid, got in deals if paid]
        givers = [(each, got) for each, paid, got in deals if got]
        if len(takers) != 1 or len(givers) != 1 or takers[0][0] is givers[0][0]:
            continue
        gave, got = _sums(takers[0][1]), _sums(givers[0][1])
        if len(gave) == len(got) == 1 and {*gave} != {*got} and _at_par(*gave.values(), *got.values()):
            found.append((min(takers[0][0]), min(givers[0][0])))
    return found


def _sums(some: list[Leg]) -> Counter[str]:
    found = Counter[str]()
    for leg in some:
        found[leg[3]] += leg[4]
    return found


def _at_par(gave: int, got: int) -> bool:
    return any(abs(Fraction(gave) * Fraction(10) ** power - got) * 40 <= got for power in range(-40, 41))


def _hops(moves: list[Leg], sets: list[set[str]], owners: Collection[str]) -> list[tuple[str, str]]:
    """Sets that an owner both pays and is paid by, of which one gives what another takes."""
    found = []
    for name in sorted(owners):
        both = [(each, *_dealings(moves, {name}, each)) for each in sets]
        both = [deal for deal in both if deal[1] and deal[2]]
        for one, _, got in both:
            for other, paid, _ in both:
                if one is not other and {*_sums(got)} & {*_sums(paid)}:
                    found.append((min(one), min(other)))
    return found


# ── who traded


def trades(mine: list[Leg], party: set[str], owners: Collection[str]) -> list[tuple[Trade, list[Item]]]:
    balance: dict[str, Counter[str]] = defaultdict(Counter)
    for _, payer, payee, asset, amount in mine:
        balance[payer][asset] -= amount
        balance[payee][asset] += amount
    downs = {who: _signed(sums, -1) for who, sums in balance.items()}
    ups = {who: _signed(sums, 1) for who, sums in balance.items()}
    if not any(downs[who] and ups[who] for who in balance):
        return []
    routers = {who for who in party if not downs[who] and not ups[who]}
    givers = [who for who in balance if who in owners and downs[who]]
    if not givers and not any(leg[1] in owners for leg in mine):
        givers = [who for who in balance if downs[who] and not ups[who]]
        return [(Trade(giver, downs[giver], to, ups[to]), []) for giver in givers[:1] for to in balance if to in owners]
    paying, paid = {leg[1] for leg in mine}, {leg[2] for leg in mine}
    round_ = [who for who in balance if who in owners and who in paying & paid and not downs[who]]
    found = [(Trade(who, (), who, ups[who]), list[Item]()) for who in round_]
    for giver in givers:
        given = {asset for asset, _ in downs[giver]}
        if ups[giver]:
            wanted = {asset for asset, _ in ups[giver]}
            sources = {leg[1] for leg in mine if leg[2] == giver}
            shared = [
                who for who in balance
                if who != giver and ups[who] and not downs[who] and {a for a, _ in ups[who]} <= wanted
                and all(leg[1] in routers | sources for leg in mine if leg[2] == who)
            ]  # fmt: skip
            recipients = [giver, *shared]
        elif any({a for a, _ in ups[who]} & given and downs[who] for who in party):
            recipients = [
                who for who in balance if ups[who] and not downs[who] and not {a for a, _ in ups[who]} & given
            ]
        else:
            continue
        aside = [
            Item(giver, who, asset, amount, "aside")
            for who in balance
            if who != giver and not downs[who] and {a for a, _ in ups[who]} <= given
            and all(leg[1] in routers for leg in mine if leg[2] == who)
            for asset, amount in ups[who]
        ]  # fmt: skip
        ins = Counter(dict(downs[giver]))
        for one in aside:
            ins[one.asset] -= one.amount
        found += _shared(giver, ins, [(who, dict(ups[who])) for who in recipients], aside)
    return found


def _signed(sums: Counter[str], sign: int) -> Sums:
    return tuple((asset, abs(amount)) for asset, amount in sums.items() if amount * sign > 0)


def _shared(
    giver: str, ins: Counter[str], gains: list[tuple[str, dict[str, int]]], aside: list[Item]
) -> list[tuple[Trade, list[Item]]]:
    """A recipient's part is the mean of its shares of each asset that came out; integers add up."""
    whole = Counter[str]()
    for _, got in gains:
        whole.update(got)
    shares = [
        sum((Fraction(got.get(asset, 0), all_) for asset, all_ in whole.items()), Fraction(0)) / max(len(whole), 1)
        for _, got in gains
    ]
    parts = {asset: in_proportion([share * amount for share in shares], amount) for asset, amount in ins.items()}
    found = []
    for at, (who, got) in enumerate(gains):
        mine = tuple((asset, parts[asset][at]) for asset in ins if parts[asset][at])
        found.append((Trade(giver, mine, who, tuple(got.items())), aside if not at else []))
    return found
