"""The one time that Ethereum moved money by decree: block 1,920,000 took what The DAO and its children had.

Before its first transaction, the ether of 116 accounts went to a contract that paid it back (EIP-779). No transaction
says so, and no node's traces do. The accounts are those of go-ethereum's `params/dao.go`, what each had is as
ethereum-etl's `mainnet_daofork_state_changes.py` lists it; those that had nothing are in the file too.
"""

import csv
from functools import cache
from importlib.resources import files

from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import Decoded, Moved

CHAIN = "ethereum"
BLOCK = 1_920_000
REFUND = "0xbf4ed7b27f1d666546e30d74d50d173d20bca754"
NAME = "dao-fork"
"""What stands for the hash of the transaction that there was none of."""
PLACE = -1
"""Its place: before the first transaction."""


@cache
def drained() -> dict[str, int]:
    """The accounts, and what each had, in wei."""
    text = files("dyepack.ingest.evm").joinpath("daofork.csv").read_text(encoding="utf-8")
    return {row["address"]: int(row["wei"]) for row in csv.DictReader(text.splitlines())}


def decoded(network: Network, number: int) -> Decoded | None:
    """The movements of the decree, at its block."""
    if (network.chain, number) != (CHAIN, BLOCK):
        return None
    return Decoded(
        [Moved("internal", who, REFUND, None, wei, f"decree {who}") for who, wei in drained().items() if wei]
    )
