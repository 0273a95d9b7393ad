"""What paths are asked for: the two sets that they are between, of addresses and transactions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as File

import pyarrow as pa

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.csvrows import CsvFile
from dyepack.engine.base import Engine
from dyepack.errors import InputError, RecordError

_HASH = re.compile(r"(0x)?[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
_MOST = 2**62


@dataclass(frozen=True, slots=True)
class Ends:
    """A set of addresses and transactions of one chain, where paths begin or end."""

    addresses: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Which paths: between what, how many, in which blocks, and how much may be looked at."""

    begin: Ends
    end: Ends
    chain: str
    k: int = 5
    first_block: int = 0
    last_block: int = _MOST
    through_services: bool = False
    movements: int = 500_000


def named_in(text: str) -> list[str]:
    """Addresses and transactions from a text, separated by commas, or from a file that has one a line; unchecked.

    Raises:
        SourceError, RecordError, InputError: the file cannot be used.
    """
    names = [name for part in text.split(",") if (name := part.strip())]
    if len(names) == 1 and File(names[0]).is_file():
        return list(_from_file(File(names[0])))
    return names


def addresses_in(names: Iterable[str]) -> list[str]:
    """Those of the names that are no hash of a transaction: what says on which chain they are."""
    return [name for name in names if not _HASH.fullmatch(name)]


def ends_of(names: Sequence[str], chain: str) -> Ends:
    """Addresses and transactions as they are named; no name is taken for a file.

    Raises:
        InputError: one is neither an address of the chain nor the hash of a transaction, or there is none.
    """
    if not names:
        raise InputError("expected addresses or transactions, separated by commas or in a file, got nothing")
    hashes = [name for name in names if _HASH.fullmatch(name)]
    addresses = [normalise(name, chain) for name in addresses_in(names)]
    return Ends(tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(hash_on(name, chain) for name in hashes)))


def _from_file(path: File) -> Iterator[str]:
    file = CsvFile(path, plain="address")
    columns = file.columns({}, ("address", "tx_hash"))
    if not columns:
        raise file.missing("address", "or one of transactions, tx_hash")
    for row in file:
        if row.problem:
            raise RecordError(row.problem, source=file.name, line=row.line)
        yield from (text for column in columns.values() if (text := row.cells[column].strip()))


def hash_on(text: str, chain: str) -> str:
    """The hash of a transaction as the tables of this chain have it: small letters, with 0x on EVM chains alone."""
    body = text.lower().removeprefix("0x")
    return "0x" + body if chains.chain(chain).addresses == "evm" else body


def load_ends(engine: Engine, name: str, ends: Ends) -> None:
    """Show the members of a set as a table of (kind, name)."""
    kinds = ["address"] * len(ends.addresses) + ["transaction"] * len(ends.transactions)
    names = [*ends.addresses, *ends.transactions]
    engine.load(name, pa.table({"kind": pa.array(kinds, pa.string()), "name": pa.array(names, pa.string())}))
