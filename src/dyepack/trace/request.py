"""What a trace is asked: which incidents, from which seeds, to which stops, by which rules, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dyepack import amounts, ceilings, chains
from dyepack.addresses import normalise
from dyepack.csvrows import CsvFile, Row
from dyepack.errors import InputError, RecordError
from dyepack.model import AssetRow
from dyepack.store.loaded import KINDS, asset_meant, fitting
from dyepack.trace.ends import hash_on

REASONS = ("analyst", "service", "mixer", "bridge", "frozen", "dust", "pooled")
SEED_FIELDS = ("incident", "chain", "address", "asset", "amount", "block", "tx_hash")
STOP_FIELDS = ("chain", "address", "reason", "name")
Repeated = Literal["kept", "once"]
"""How to read a movement that repeats an earlier one of its transaction: as one of its own, or as a row told twice."""


Fees = Literal["booked", "miner"]
"""What becomes of the fees of an output chain: booked as fees, or carried on to who mined the block."""


@dataclass(frozen=True, slots=True)
class SeedSpec:
    """Where stolen money of one incident starts.

    An address alone: every opening balance that it must have had is stolen. With `amount` (base units) and `asset`:
    so much is put into the holding before the first movement of `block`, beside what the data shows coming in. With
    `tx_hash`: what was taken in this transaction is stolen from here on, whosever it was; see `taking`. On an output
    chain, an address alone means every output that a transaction pays to it in which it does not itself pay.
    """

    incident: str
    chain: str
    address: str
    asset: str | None = None
    amount: int | None = None
    block: int = 0
    tx_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """An address where following ends, and why; what it pays later is its own money."""

    address: str
    reason: str
    name: str | None = None
    actor: str | None = None
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How many movements and addresses a slice may have; hops are made whole or not at all."""

    movements: int = 2_000_000
    addresses: int = 200_000


@dataclass(frozen=True, slots=True)
class Request:
    """One trace. Without `seeds` it starts at the ledger's addresses of thieves; without `chain`, on theirs.

    `repeated` says how to read movements that repeat an earlier one of their transaction; see `repeats`. With
    `stop_behaviour` following also ends at addresses without a tag that behave as a service does; see `behaviour`.
    `follow` are addresses at which it goes on, whatever a tag, a behaviour or another stop says of them.
    """

    incidents: tuple[str, ...]
    seeds: tuple[SeedSpec, ...] = ()
    stops: tuple[Stop, ...] = ()
    methods: tuple[str, ...] = ("all",)
    chain: str | None = None
    budget: Budget = field(default_factory=Budget)
    repeated: Repeated = "kept"
    fees: Fees = "booked"
    stop_behaviour: bool = False
    follow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What a file of seeds is read against.

    The incidents that are traced, the chain that is said by an option or a case, and what is loaded: chains and assets.
    """

    incidents: tuple[str, ...]
    chain: str | None
    loaded: tuple[str, ...] = ()
    assets: tuple[AssetRow, ...] = ()

    def chain_of(self, address: str, said: str | None) -> str:
        """The chain of one row: its own, that of the option, or the one loaded chain on which the address is valid."""
        named = said or self.chain
        return chains.chain(named).name if named else fitting(self.loaded, (address,))


_OF_MODEL: tuple[tuple[str, str, object, chains.Model], ...] = (
    ("--fees miner", "fees", "booked", "utxo"),
    ("--repeated once", "repeated", "kept", "account"),
    ("--stop-behaviour", "stop_behaviour", False, "account"),
)
"""Options that speak of one kind of chain: as they are typed, what is asked by default, and the kind."""


def check_options(request: Request, chain: str, *, backward: bool = False) -> None:
    """Refuse what a request asks for and a trace on this chain, or in this direction, cannot do.

    Raises:
        InputError: says which option, and what it is of.
    """
    model = chains.chain(chain).model
    for option, name, plain, of in _OF_MODEL:
        if getattr(request, name) == plain:
            continue
        if of != model:
            raise InputError(f"{option} is of {KINDS[of]}, and {chain} is {KINDS[model]}; leave it away")
        if backward and name in ("repeated", "stop_behaviour"):
            raise InputError(f"a search for sources of funds takes no {option}; leave it away")


def read_seeds(path: Path | str, known: Known) -> tuple[SeedSpec, ...]:
    """Seeds from a CSV file: an address in each row, and what else `SeedSpec` knows; or a bare list of addresses.

    `incident` may be left out where only one is traced, `chain` where one is given or the address fits one alone of
    those that are loaded. Amounts are decimals of the asset, which is named by id, contract or a symbol of its own.

    Raises:
        SourceError, RecordError, InputError: the file, or a row of it, cannot be used; seeds are never read in part.
    """
    if not known.incidents:
        raise InputError(
            f"{Path(path).name}: of which incident are these seeds? Name it: dyepack trace INCIDENT --seeds FILE"
        )
    file = CsvFile(path, plain="address")
    columns = file.columns({}, SEED_FIELDS)
    if "address" not in columns:
        raise file.missing("address", "every seed has one")
    file.check_spelling(columns, SEED_FIELDS)
    return tuple(_seed(_cells(row, columns, file.name), known, (file.name, row.line)) for row in file)


def read_stops(path: Path | str, chain: str) -> tuple[Stop, ...]:
    """Stops from a CSV file: address, and if wanted reason (`analyst` if empty) and name; or a bare list of addresses.

    Rows of other chains are left out.

    Raises:
        SourceError, RecordError, InputError: the file, or a row of it, cannot be used, or all are of other chains;
            stops are never read in part.
    """
    file = CsvFile(path, plain="address")
    columns = file.columns({}, STOP_FIELDS)
    if "address" not in columns:
        raise file.missing("address", "every stop has one")
    file.check_spelling(columns, STOP_FIELDS)
    stops, others = [], set()
    for row in file:
        cells = _cells(row, columns, file.name)
        where = chains.chain(cells.get("chain") or chain).name
        if where == chain:
            stops.append(_stop(cells, chain, file.name, row.line))
        else:
            others.add(where)
    if others and not stops:
        raise InputError(
            f"no stop of {file.name} is on {chain}, where this trace is: they are on {', '.join(sorted(others))}"
        )
    return tuple(stops)


def _cells(row: Row, columns: Mapping[str, str], name: str) -> dict[str, str]:
    if row.problem:
        raise RecordError(row.problem, source=name, line=row.line)
    cells = {field_name: row.cells[column] for field_name, column in columns.items()}
    return {name: cell if name == "amount" else cell.strip() for name, cell in cells.items()}


def _stop(cells: Mapping[str, str], chain: str, name: str, line: int) -> Stop:
    reason = cells.get("reason") or "analyst"
    if reason not in REASONS:
        raise RecordError(
            f"expected one of {', '.join(REASONS)}, got {reason!r}", source=name, line=line, field="reason"
        )
    return Stop(_address(cells["address"], chain, name, line), reason, cells.get("name") or None)


def _seed(cells: Mapping[str, str], known: Known, place: tuple[str, int]) -> SeedSpec:
    incident = cells.get("incident") or (known.incidents[0] if len(known.incidents) == 1 else "")
    if incident not in known.incidents:
        raise _wrong(f"expected one of {', '.join(known.incidents)}, got {incident!r}", place, "incident")
    try:
        chain = known.chain_of(cells["address"], cells.get("chain"))
    except InputError as error:
        raise _wrong(str(error), place, "chain" if cells.get("chain") else "address") from None
    address = _address(cells["address"], chain, *place)
    asset, amount = _amount(cells, known, chain, place)
    block = cells.get("block") or "0"
    if not (block.isdecimal() and block.isascii() and len(block) < 19):
        raise _wrong(f"expected a block number, got {block!r}", place, "block")
    tx_hash = hash_on(cells["tx_hash"], chain) if cells.get("tx_hash") else None
    if tx_hash and amount is not None:
        raise _wrong("a transaction says its own amount; leave amount empty", place, "amount")
    if cells.get("block") and amount is None:
        raise _wrong(BLOCK_ALONE, place, "block")
    return SeedSpec(incident, chain, address, asset, amount, int(block), tx_hash)


BLOCK_ALONE = (
    "a block says when an amount was put there, and there is none: give asset and amount beside it, or leave it empty"
    " (tx_hash names the transaction that brought the money)"
)


def _wrong(message: str, place: tuple[str, int], field_name: str) -> RecordError:
    return RecordError(message, source=place[0], line=place[1], field=field_name)


def _amount(
    cells: Mapping[str, str], known: Known, chain: str, place: tuple[str, int]
) -> tuple[str | None, int | None]:
    named, text = cells.get("asset") or None, cells.get("amount")
    try:
        row = asset_meant(known.assets, named, chain) if named else None
    except InputError as error:
        raise _wrong(str(error), place, "asset") from None
    if not text:
        return None if row is None else row.asset, None
    if row is None:
        raise _wrong("an amount needs its asset", place, "asset")
    try:
        if reason := ceilings.beyond(row, text, remedy="write whole units"):
            raise InputError(f"{text!r:.60} {reason}")
        return row.asset, amounts.parse(text, row.decimals)
    except InputError as error:
        raise _wrong(str(error), place, "amount") from None


def _address(text: str, chain: str, name: str, line: int) -> str:
    try:
        return normalise(text, chain)
    except InputError as error:
        raise RecordError(str(error), source=name, line=line, field="address") from None
