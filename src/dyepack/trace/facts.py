"""What happened to money where it lay, from the table `freezes` and a CSV file: frozen, destroyed, returned.

A freeze moves nothing, so no movement shows it: a token's issuer notes the address (`AddedBlackList`), and later may
destroy what is there (`DestroyedBlackFunds`) and issue it anew. To be frozen is not to be recovered, and a freeze can
be lifted: then the next row of the address says `held`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.csvrows import CsvFile
from dyepack.errors import InputError, RecordError
from dyepack.model import AddressClaim, AssetRow, Freeze, first_day
from dyepack.store.loaded import asset_meant
from dyepack.trace.moves import BURN, DESTROYED, Key
from dyepack.trace.slice import Slice

FIELDS = ("chain", "address", "asset", "reason", "block", "date", "name")
REASONS = ("frozen", "destroyed", "returned", "held")
Freezes = Mapping[Key, Sequence[tuple[date, str | None]]]
"""By holding, from which days on its issuer has it frozen, with the event's name, or free again, with None."""


@dataclass(frozen=True, slots=True)
class Fact:
    """From a block or a day on, what lies at an address is frozen, destroyed, returned, or free again (`held`)."""

    chain: str
    address: str
    reason: str
    asset: str | None = None
    block: int | None = None
    day: date | None = None
    name: str | None = None

    def holds(self, day: date, block: int, *, inside: bool = False) -> bool:
        """Whether it has happened by the end of this day, whose last movement is in this block.

        `inside` a day, at the end of the block, the block decides where a fact has both.
        """
        if self.block is not None and self.day is not None:
            return self.block <= block if inside else self.day <= day
        return (self.block is None or self.block <= block) and (self.day is None or self.day <= day)


class Facts:
    """Facts by place; of several at one place, the last one in the file that has happened counts."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            self._facts.setdefault((fact.chain, fact.address), []).append(fact)

    def at(self, place: tuple[str, str, str], day: date, block: int, *, inside: bool = False) -> Fact | None:
        """What has happened to one asset at one address by then; see `Fact.holds`."""
        found = None
        for fact in self._facts.get(place[:2], ()):
            if fact.asset in (None, place[2]) and fact.holds(day, block, inside=inside):
                found = fact
        return found

    def days(self, places: Iterable[tuple[str, str, str]]) -> list[date]:
        """The days from which on facts hold that are dated, at these (chain, address, asset), in order."""
        told = {
            fact.day
            for place in set(places)
            for fact in self._facts.get(place[:2], ())
            if fact.asset in (None, place[2])
        }
        return sorted(day for day in told if day is not None)

    def places(self) -> Iterable[tuple[str, str]]:
        """The addresses that facts speak of."""
        return self._facts


def read_facts(path: Path | str, chain: str, assets: Sequence[AssetRow]) -> tuple[Fact, ...]:
    """Facts from a CSV file: address, reason, and a block or a date; asset, chain and name if wanted.

    An asset is named by its id, its contract, or a symbol that one of these assets alone has on the chain.

    Raises:
        SourceError, RecordError, InputError: the file, or a row of it, cannot be used; facts are never read in part.
    """
    file = CsvFile(path)
    columns = file.columns({}, FIELDS)
    for name in ("address", "reason"):
        if name not in columns:
            raise file.missing(name, "every fact has one")
    file.check_spelling(columns, FIELDS)
    facts = []
    for row in file:
        if row.problem:
            raise RecordError(row.problem, source=file.name, line=row.line)
        cells = {name: row.cells[column].strip() for name, column in columns.items()}
        try:
            facts.append(_fact(cells, chain, assets))
        except InputError as error:
            raise RecordError(str(error), source=file.name, line=row.line) from None
    return tuple(facts)


def _fact(cells: Mapping[str, str], chain: str, assets: Sequence[AssetRow]) -> Fact:
    where = chains.chain(cells.get("chain") or chain).name
    if cells["reason"] not in REASONS:
        raise InputError(f"expected one of {', '.join(REASONS)} as the reason, got {cells['reason']!r}")
    block, day = cells.get("block") or "", cells.get("date") or ""
    if not (block or day):
        raise InputError("expected the block or the date from which it is so, got neither")
    if block and not (block.isdecimal() and block.isascii() and len(block) < 19):
        raise InputError(f"expected a block number, got {block!r}")
    return Fact(
        where,
        normalise(cells["address"], where),
        cells["reason"],
        asset_meant(assets, cells["asset"], where).asset if cells.get("asset") else None,
        int(block) if block else None,
        first_day(day) if day else None,
        cells.get("name") or None,
    )


def issued(freezes: Iterable[Freeze]) -> list[Fact]:
    """Facts from the chain: frozen from an issuer's event on, free again from another; in the order of the chain.

    What is destroyed leaves the address as a movement, and what comes later is as frozen as before.
    """
    ordered = sorted(freezes, key=lambda one: (one.chain, one.block, one.tx_index, one.log))
    return [
        Fact(one.chain, one.address, one.what, one.asset, one.block, one.time.date(), _said(one))
        for one in ordered
        if one.what != "destroyed"
    ]


def frozen(freezes: Iterable[Freeze], chain: str) -> Freezes:
    """What issuers said on a chain, by holding, in order."""
    found: dict[Key, list[tuple[date, str | None]]] = {}
    for fact in issued(one for one in freezes if one.chain == chain):
        if fact.day is not None:
            found.setdefault(Key(fact.address, str(fact.asset)), []).append((fact.day, fact.name))
    return dict(found)


def destroyed(freezes: Iterable[Freeze], cut: Slice) -> Slice:
    """The slice with what an issuer destroyed told apart from what its holder burned."""
    moves = cut.moves
    events = {(one.tx_hash, one.address, one.asset) for one in freezes if one.what == "destroyed"}
    kind = moves.kind.copy()
    for at in np.flatnonzero(kind == BURN).tolist() if events else ():
        payer = moves.keys[moves.payer[at]]
        if (moves.hashes[moves.tx[at]], payer.address, payer.asset) in events:
            kind[at] = DESTROYED
    return replace(cut, moves=replace(moves, kind=kind))


def _said(freeze: Freeze) -> str | None:
    return f"{freeze.event} of {freeze.asset}" if freeze.what == "frozen" else None


def victims(claims: Iterable[AddressClaim], incidents: Iterable[str]) -> list[Fact]:
    """Facts from the ledger: what comes to an address that it names the victim's has been returned."""
    wanted = set(incidents)
    return [
        Fact(claim.chain, claim.address, "returned", name="the victim, says the ledger")
        for claim in claims
        if claim.role == "victim" and claim.incident in wanted
    ]
