"""What a transaction comes to once loans and conversions are settled: movements and compound events, put in order.

A compound event stands for several movements. It comes after what funds it inside its transaction and before what it
funds: at the place of the last movement by which its owner paid, unless its recipient pays on what came of it sooner.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dyepack.trace.conversions import Converted
from dyepack.trace.netted import Item

INTO, OUT_OF, ASIDE, GAIN = "conversion_in", "conversion_out", "aside", "gain"
TAKEN, TAKEN_NEW = "taken", "taken_new"
"""Kinds of what a seed took: from whom it was, and where it was nobody's before."""
NEW = ("mint", "reward", "coinbase", GAIN)
"""Kinds that take from nobody."""
GONE = ("fee", "burn")
"""Kinds after which nobody has the money."""
OUT = ">"
"""Ends the name of what comes out of a conversion, to tell it from what went in."""


class Spot(NamedTuple):
    """A holding of some asset, or what lasts for a moment inside a transaction, which has a name of its own."""

    address: str
    moment: str = ""


class Part(NamedTuple):
    """A movement that a walk sees in place of those of the chain; the origin is that of the theft, if it is one."""

    kind: str
    payer: Spot
    payee: Spot
    asset: str
    amount: int


Sum = tuple[str, str, int]
"""(address, asset, amount)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement or a compound event: what it needs and gives, and between which places it may stand.

    `first` is where it first gave something, `last` where it was last paid. `item` is the movement, if it is just one.
    """

    first: int
    last: int
    needs: tuple[Sum, ...]
    gives: tuple[Sum, ...]
    parts: tuple[Part, ...]
    item: Item | None = None
    found: Converted | None = None
    number: int = 0

    @property
    def links(self) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
        """Which holding's money goes on to which, each (address, asset)."""
        lasting = [part for part in self.parts if part.payer.moment == part.payee.moment == ""]
        for part in lasting:
            if part.kind not in (*NEW, *GONE, TAKEN, TAKEN_NEW):
                yield (part.payer.address, part.asset), (part.payee.address, part.asset)
        ins = [part for part in self.parts if part.kind == INTO and not part.payer.moment]
        for part in (part for part in self.parts if part.kind == OUT_OF and not part.payee.moment):
            for into in ins:
                yield (into.payer.address, into.asset), (part.payee.address, part.asset)

    @property
    def holdings(self) -> set[tuple[str, str]]:
        """The holdings that it touches, each (address, asset)."""
        ends = ((spot, part.asset) for part in self.parts for spot in (part.payer, part.payee))
        return {(spot.address, asset) for spot, asset in ends if not spot.moment}


def moved(item: Item) -> Entry:
    """A movement as it stands."""
    needs = () if item.kind in NEW else ((item.payer, item.asset, item.amount),)
    gives = () if item.kind in GONE else ((item.payee, item.asset, item.amount),)
    part = Part(item.kind, Spot(item.payer), Spot(item.payee), item.asset, item.amount)
    return Entry(item.at, item.at, needs, gives, (part,), item)


def converted(tx_hash: str, number: int, one: Converted, items: Sequence[Item]) -> Entry:
    """A conversion, or money that went round, as one event."""
    output = f"{tx_hash}/{number}"
    parts = [Part(INTO, Spot(one.owner), Spot(tx_hash, output), asset, amount) for asset, amount in one.ins]
    parts += [Part(ASIDE, Spot(one.owner), Spot(to.payee), to.asset, to.amount) for to in one.aside]
    source, kind = (Spot(tx_hash, output + OUT), OUT_OF) if one.ins else (Spot("conversion"), GAIN)
    parts += [Part(kind, source, Spot(one.recipient), asset, amount) for asset, amount in one.outs]
    legs = [items[leg] for leg in {*one.legs_in, *one.legs_out, *one.through}]
    pays = [item.at for item in legs if item.payer == one.owner] or [item.at for item in legs]
    got = [item.at for item in legs if item.payee == one.recipient] or [item.at for item in legs]
    needs = [(one.owner, asset, amount) for asset, amount in one.ins]
    needs += [(one.owner, to.asset, to.amount) for to in one.aside]
    gives = [(one.recipient, asset, amount) for asset, amount in one.outs]
    gives += [(to.payee, to.asset, to.amount) for to in one.aside]
    return Entry(min(got), max(pays), tuple(needs), tuple(gives), tuple(parts), None, one, number)


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """The entries in the order of the chain, but compound events after what funds them and before what they fund."""
    waiting = sorted(entries, key=lambda entry: entry.last)
    line = _Line(waiting)
    for entry in waiting:
        line.take(entry)
    return line.done


@dataclass(slots=True)
class _Line:
    waiting: list[Entry]
    done: list[Entry] = field(default_factory=list)
    _has: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    _seen: set[int] = field(default_factory=set)

    def take(self, entry: Entry) -> None:
        """Put a entry into the line, and before it what it needs and what came before it on the chain."""
        if id(entry) in self._seen:
            return
        self._seen.add(id(entry))
        for who, asset, amount in entry.needs:
            for other in self.waiting:
                if self._has[who, asset] >= amount:
                    break
                if self._funds(other, entry, (who, asset)):
                    self.take(other)
        for who, asset, amount in entry.needs:
            self._has[who, asset] -= amount
        for who, asset, amount in entry.gives:
            self._has[who, asset] += amount
        self.done.append(entry)

    def _funds(self, other: Entry, entry: Entry, key: tuple[str, str]) -> bool:
        """Whether another entry had paid what this one needs; of two movements, the chain has the order."""
        if id(other) in self._seen or other.first >= entry.last or (other.item is not None and entry.item is not None):
            return False
        return any(given[:2] == key for given in other.gives)


def seated(
    line: Sequence[Entry], free: Iterable[int], last: int, seqs: Sequence[int]
) -> Iterator[tuple[Entry, tuple[int, ...]]]:
    """Each entry with the numbers of its parts in the transaction, in rising order.

    A movement keeps its own number where it can; compound events get those of movements that they replace (`free`), and
    whatever finds no room comes after the `last` number. `seqs` are the numbers of the chain's movements.
    """
    left, before = sorted(set(free)), -1
    for place, entry in enumerate(line):
        own = _own(entry, seqs)
        if own is not None and own > before:
            numbers: tuple[int, ...] = (own,)
        else:
            numbers = _room(left, (before, _next(line[place + 1 :], before, seqs)), len(entry.parts))
            numbers = numbers or tuple(max(before, last) + 1 + n for n in range(len(entry.parts)))
        before = max((before, *numbers))
        yield entry, numbers


def _own(entry: Entry, seqs: Sequence[int]) -> int | None:
    return None if entry.item is None or entry.item.source is None else seqs[entry.item.source]


def _next(line: Sequence[Entry], before: int, seqs: Sequence[int]) -> int | None:
    own = (_own(entry, seqs) for entry in line)
    return next((seq for seq in own if seq is not None and seq > before), None)


def _room(free: Sequence[int], between: tuple[int, int | None], many: int) -> tuple[int, ...]:
    after, until = between
    fitting = [seq for seq in free if seq > after and (until is None or seq < until)]
    return tuple(fitting[:many]) if len(fitting) >= many else ()
