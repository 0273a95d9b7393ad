"""What a trace found as rows of its tables."""

from collections.abc import Iterator

from dyepack.model import UNKNOWN, BalanceLine, Destination, Flow, Seed
from dyepack.trace.seeding import Openings, Seeding
from dyepack.trace.slice import Key
from dyepack.trace.walk import Plan, Walked


def seeds(run: str, chain: str, plan: Plan, seeding: Seeding, openings: Openings) -> list[Seed]:
    """The stolen money at its start, and the money of unknown origin where it first shows, in order."""
    sums: dict[tuple[str, Key, bool], int] = {}

    def add(origin: str, key: Key, amount: int, *, given: bool) -> None:
        if amount:
            sums[origin, key, given] = sums.get((origin, key, given), 0) + amount

    for key, lots in openings.lots.items():
        if key in seeding.opening:
            add(seeding.opening[key], key, dict(lots).get(seeding.opening[key], 0), given=False)
    for key, short in openings.unknown.items():
        add(UNKNOWN, key, short.amount, given=False)
    for given in seeding.given:
        add(given.origin, given.key, given.amount, given=True)
    for move in plan.slice.moves:
        thief = seeding.thefts.get((move.tx_hash, move.payee, move.asset))
        if thief is not None:
            add(thief, (move.payee, move.asset), move.amount, given=True)
        if plan.unseen(move):
            add(UNKNOWN, (move.payer, move.asset), move.amount, given=False)
    merged: dict[tuple[str, Key], tuple[int, bool]] = {}
    for (origin, key, is_given), amount in sums.items():
        before, was = merged.get((origin, key), (0, False))
        merged[origin, key] = before + amount, was or is_given
    return [
        Seed(run, origin, chain, key[0], key[1], amount, "given" if is_given else "least-opening")
        for (origin, key), (amount, is_given) in sorted(merged.items())
    ]


def flows(run: str, chain: str, walked: Walked) -> Iterator[Flow]:
    """What each movement carried of each origin."""
    for one in walked.carried:
        move = one.move
        yield Flow(
            run=run,
            method=walked.method,
            origin=one.origin,
            chain=chain,
            block=move.block,
            time=move.time,
            tx_index=move.tx_index,
            seq=move.seq,
            tx_hash=move.tx_hash,
            kind=move.kind,
            from_address=move.payer,
            to_address=move.payee,
            output=None,
            conversion=None,
            asset=move.asset,
            amount=one.amount,
            moved=move.amount,
        )


def destinations(run: str, chain: str, walked: Walked) -> Iterator[Destination]:
    """Where money rests at the end."""
    for rest in walked.rests:
        stop = rest.stop
        yield Destination(
            run=run,
            method=walked.method,
            origin=rest.origin,
            chain=chain,
            address=rest.key[0],
            asset=rest.key[1],
            amount=rest.amount,
            reason=rest.reason,
            name=stop.name if stop else None,
            actor=stop.actor if stop else None,
            concept=stop.concept if stop else None,
            first_time=rest.first,
            last_time=rest.last,
        )


def balance(run: str, walked: Walked) -> Iterator[BalanceLine]:
    """The balance sheet at the end of every day that has movements."""
    for end in walked.days:
        for (origin, asset, line, name), amount in end.lines.items():
            yield BalanceLine(run, walked.method, origin, asset, end.day, end.block, line, name, amount)
