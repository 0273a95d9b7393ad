"""What a chain began with: the allocations of a `genesis.json` as Geth and its kin read it, credits of block 0."""

from itertools import starmap
from typing import Any

import msgspec

from dyepack.errors import InputError
from dyepack.ingest.evm import shapes
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import BlockData, Credit, Head
from dyepack.lines import names_once

NAME = "genesis"
"""What stands for the hash of the transaction that there was none of."""


class Genesis(msgspec.Struct):
    """The file: who had how much, and when; Ethereum's own says nothing of the time."""

    alloc: dict[str, dict[str, Any]]
    timestamp: str | int | None = None


def read(text: bytes, network: Network) -> BlockData:
    """Block 0 with its allocations; without a time where the file gives none or zero.

    Raises:
        InputError: of another shape.
    """
    try:
        said = msgspec.json.decode(text, type=Genesis)
        names_once(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"expected allocations under alloc: {error}") from None
    moment = said.timestamp if said.timestamp not in (None, 0, "0x0", "0x00", "0") else None
    head = Head(network, 0, NAME, shapes.seconds(moment, "timestamp"))
    return BlockData(head, credits=sorted(starmap(_credit, said.alloc.items())), size=0)


def _credit(who: str, said: dict[str, Any]) -> Credit:
    address = shapes.address(who if who.startswith("0x") else f"0x{who}", "alloc")
    return Credit("mint", address, shapes.number(said.get("balance", 0), f"balance of {address}"), NAME)
