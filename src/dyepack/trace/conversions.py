"""Conversions: one asset becomes another for the same owner inside one transaction. Found by netting alone.

Whoever gave A and got B has converted, whatever contracts did it: a swap in several hops or split over routes,
wrapping, liquidity put in or taken out, a vault. No protocol is known here, no event but the movements themselves.
What is made and destroyed counts as paid by and to the token's own contract, so that a wrapped coin's contract, a pool
that gives shares and a pool that trades are all the same thing: a counterparty.

**Who is the owner, who the pool?** Both gave one asset and got another; the sums are each other's mirror image, and no
sum tells them apart. So the rule is, in this order:

1. Owners are the initiator (who pays the fee, else who pays the transaction's own value) and the addresses that the
   caller names as `plain`: accounts that sign transactions, or that are known to hold traced money. A pool is never
   among them: as its legs are replaced, no traced money comes to rest there.
2. What the owners deal with falls into *parties*: addresses that are connected by movements when the owners are taken
   away. Each party is settled by itself. A party that an owner only pays, or that only pays it, by making or
   destroying a token, joins another that does the opposite: pool and share token may be two contracts.
3. Where no owner gives a party anything and the party trades, the givers are the accounts in it that only pay, if
   what they gave came to an owner or back to themselves in another form.
4. Otherwise the party is *unclear*: nothing is converted, and `study` says so.

A settled party gives one conversion for each owner and recipient. Everything that went through it is taken away:
nothing of it is a payment any more, and pools and routers never hold traced money. A trader who ends where it began,
as with a flash loan or an arbitrage, has a conversion of nothing, so that its own money stays where it is.

Misleads where a deposit pays a reward at the same time: the deposit looks like the price of the reward. And where two
trades share a router in one transaction they are one conversion of two assets into two.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from dyepack.amounts import split
from dyepack.trace import parties
from dyepack.trace.parties import Aside, Deal, Movement, Party

Amounts = tuple[tuple[str, int], ...]
"""(asset, amount), by asset."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What one owner gave a party and what one recipient got for it.

    `legs_in` are the movements between owner and party in the assets that went in, `legs_out` those between recipient
    and party in the assets that came out, and `through` those inside; all by index into the movements given, and all
    replaced by this: `ins` leave the owner, `outs` come to the recipient, `aside` goes from the owner to others.
    Movements may go back, as change does, so `ins` and `outs` are sums with signs. Conversions of one party share
    their legs and each has its own part of the sums.
    """

    owner: str
    recipient: str
    ins: Amounts
    outs: Amounts
    legs_in: tuple[int, ...]
    legs_out: tuple[int, ...]
    through: tuple[int, ...] = ()
    aside: tuple[Aside, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """What a transaction's movements come to: conversions, and parties that trade and whose owner cannot be told."""

    conversions: list[Converted]
    unclear: list[tuple[str, ...]]


def find(moves: Sequence[Movement], plain: Collection[str] = ()) -> list[Converted]:
    """The conversions among all movements of one transaction, in the order of their first leg."""
    return study(moves, plain).conversions


def study(moves: Sequence[Movement], plain: Collection[str] = ()) -> Study:
    """The conversions among all movements of one transaction, and what could not be told."""
    edges = parties.edges(moves)
    owners = {address for edge in edges for address in (edge.payer, edge.payee) if address in plain}
    owners.add(parties.initiator(moves) or "")
    found: list[Converted] = []
    unclear: list[tuple[str, ...]] = []
    for party in parties.parties(edges, owners):
        try:
            found += settle(party, owners)
        except Unclear:
            unclear.append(tuple(sorted(party.members)))
    found.sort(key=lambda one: min((*one.legs_in, *one.legs_out, *one.through)))
    return Study(found, unclear)


class Unclear(Exception):
    """A party trades, and whose trade it is cannot be told; `study` catches it."""


def settle(party: Party, owners: set[str]) -> list[Converted]:
    """What the owners converted with a party: nothing if it only passes money on.

    Raises:
        Unclear: it trades, and for whom cannot be told.
    """
    deal = Deal(party, owners)
    if not deal.traders and not any(deal.outs(giver) for giver in deal.givers):
        return [loan for owner in deal.owners for loan in _loans(deal, owner)]
    if not deal.givers:
        return _without_givers(deal)
    return [one for giver in deal.givers if deal.outs(giver) for one in _own(deal, giver)] or _for_others(deal)


def _without_givers(deal: Deal) -> list[Converted]:
    """No owner gave anything: money went round, or the givers are accounts that only pay."""
    if circling := [owner for owner in deal.owners if deal.circles(owner)]:
        return [_nothing(deal, owner) for owner in circling]
    owners = deal.all_owners | {member for member in deal.members if deal.only_pays(member)}
    if owners == deal.all_owners:
        raise Unclear
    found = [one for party in parties.parties(deal.party.edges, owners) for one in settle(party, owners)]
    if not found or not all(one.recipient in deal.all_owners | {one.owner} for one in found):
        raise Unclear
    return found


def _own(deal: Deal, giver: str) -> list[Converted]:
    """A giver that got something: the conversion is its own, but for what routers delivered to others on the way."""
    alone = len(deal.givers) == 1
    assets = deal.outs(giver)
    others = {other: got for other in deal.members if alone and (got := deal.delivered(other, assets, giver))}
    return _shared(deal, giver, {giver: assets, **others}, {*deal.ins(giver)})


def _for_others(deal: Deal) -> list[Converted]:
    """Givers that got nothing: whoever only gained is the recipient, if somebody in the party traded for it.

    A bridge may destroy what it got; then whoever had it destroyed is the recipient, and the burning stays a movement.
    """
    giver = deal.givers[0]
    paid = {asset for asset in deal.ins(giver) if any(deal.absorbs(trader, {asset}) for trader in deal.traders)}
    if not paid:
        return []
    if len(deal.givers) > 1:
        raise Unclear
    gained = {who: deal.gained(who, {*deal.ins(giver)}) for who in (*deal.owners, *deal.members) if who != giver}
    if got := {who: assets for who, assets in gained.items() if assets}:
        return _shared(deal, giver, got, paid)
    kept = [edge for edge in deal.party.edges if not (edge.destroyed and edge.asset not in paid)]
    if len(kept) == len(deal.party.edges):
        raise Unclear
    return _for_others(Deal(Party(deal.party.members, kept), deal.all_owners))


def _shared(deal: Deal, giver: str, got: Mapping[str, Mapping[str, int]], paid: set[str]) -> list[Converted]:
    """One conversion for each recipient, each with its part of what went in; what else was given is no part of it."""
    alone = deal.givers == [giver]
    aside = deal.aside({*got, *deal.owners} - {giver}, paid) if alone else []
    ins = {asset: deal.ins(giver)[asset] for asset in sorted(paid)}
    for one in aside:
        ins[one.asset] -= one.amount
    if min(ins.values()) <= 0:
        raise Unclear
    weights = shares(list(got.values()))
    parts = {asset: split(amount, weights) for asset, amount in ins.items()}
    legs_in = deal.legs(giver, paid)
    legs_out = {who: deal.legs(who, assets) for who, assets in got.items()}
    legs = {*legs_in, *(leg for one in legs_out.values() for leg in one)}
    through = tuple(n for n in deal.through(_parts_of(giver, got, paid, aside), paid) if n not in legs)
    return [
        Converted(
            owner=giver,
            recipient=who,
            ins=_amounts({asset: part[place] for asset, part in parts.items()}),
            outs=_amounts(assets),
            legs_in=legs_in,
            legs_out=legs_out[who],
            through=through,
            aside=tuple(aside) if place == 0 else (),
        )
        for place, (who, assets) in enumerate(got.items())
    ]


def _parts_of(
    giver: str, got: Mapping[str, Mapping[str, int]], paid: set[str], aside: Sequence[Aside]
) -> dict[str, set[str]]:
    """Who has a part in a conversion, and in which assets."""
    found = {giver: {*paid}}
    for who, assets in got.items():
        found.setdefault(who, set()).update(assets)
    for one in aside:
        found.setdefault(one.payee, set()).add(one.asset)
    return found


def shares(got: Sequence[Mapping[str, int]]) -> list[int]:
    """Weights of recipients: the mean, over the assets that came out, of the share of each that one got."""
    totals = {asset: sum(one.get(asset, 0) for one in got) for one in got for asset in one}
    return [
        sum(amount * prod(t for a, t in totals.items() if a != asset) for asset, amount in one.items()) for one in got
    ]


def _nothing(deal: Deal, owner: str) -> Converted:
    """Money that went round: no asset became another, and what is more than before is a gain."""
    legs = deal.legs(owner, None)
    through = tuple(n for n in deal.through({owner: {*deal.outs(owner)}}, ()) if n not in legs)
    return Converted(owner, owner, (), _amounts(deal.outs(owner)), legs, (), through)


def _loans(deal: Deal, owner: str) -> list[Converted]:
    """What somebody lent to an owner and got back in one transaction, and what it cost."""
    if len(deal.members) > 1:
        return []
    found, (lender,) = [], deal.members
    for asset in sorted(deal.party.takes(owner) & deal.party.gives(owner)):
        legs, cost = deal.legs(owner, {asset}), deal.ins(owner).get(asset, 0)
        first = next(edge for edge in deal.party.edges if edge.place == legs[0])
        if first.payee == owner and asset not in deal.outs(owner):
            aside = (Aside(lender, asset, cost),) if cost else ()
            found.append(Converted(owner, owner, (), (), legs, (), aside=aside))
    return found


def _amounts(found: Mapping[str, int]) -> Amounts:
    return tuple(sorted((asset, amount) for asset, amount in found.items() if amount))
