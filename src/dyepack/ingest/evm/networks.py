"""What differs between EVM chains in how value moves: the number they sign with, wrapped coins, who gets the fee.

Where a fee goes is known exactly on Ethereum: the base fee is burnt, the rest is the block maker's (EIP-1559).
Elsewhere the fee is one movement from the sender, and its payee is known only where the chain pays all of it to the
block's maker.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dyepack.errors import InputError

ZERO = "0x" + "0" * 40
ARBSYS = "0x" + "64".rjust(40, "0")
"""Arbitrum's own contract: what it pays to nobody leaves the chain."""


@dataclass(frozen=True, slots=True)
class Network:
    """One EVM chain.

    `wrapped` is the contract of the wrapped coin where only its Deposit and Withdrawal events say that it was made or
    destroyed; where that contract also emits Transfer, as on Arbitrum and Scroll, none is named and Transfer is read.
    `native_log` is a contract that reports movements of the native coin as if it were a token, which would count
    them twice.
    """

    id: int
    chain: str
    wrapped: str | None = None
    fees: Literal["burnt-base", "maker", "unknown"] = "unknown"
    native_log: str | None = None
    l1_fee: bool = False
    """Whether a transaction also pays, beside its gas, for its data on the layer below: `l1Fee` in its receipt (OP
    stack, Scroll). On Arbitrum that payment is part of the gas used."""
    sealed: bool = False
    """Whether headers, transactions and receipts are hashed as on Ethereum, so that a node's answers can be checked."""


_STACK = "0x4200000000000000000000000000000000000006"
_ALL = (
    Network(1, "ethereum", "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", "burnt-base", sealed=True),
    Network(10, "optimism", _STACK, native_log="0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000", l1_fee=True),
    Network(56, "bsc", "0xbb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c"),
    Network(100, "gnosis", "0xe91d153e0b41518a2ce8dd3d7944fa863463a97d"),
    Network(137, "polygon", "0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270"),
    Network(143, "monad", "0x3bd359c1119da7da1d913d1c4d2b7c461115433a"),
    Network(999, "hyperliquid", "0x5555555555555555555555555555555555555555"),
    Network(8453, "base", _STACK, l1_fee=True),
    Network(42161, "arbitrum"),
    Network(534352, "scroll", l1_fee=True),
    Network(61, "ethereum_classic", fees="maker", sealed=True),
)
TRON = Network(728126428, "tron")
NETWORKS: Mapping[int, Network] = {network.id: network for network in _ALL}
_BY_CHAIN = {network.chain: network for network in _ALL}


def by_id(number: int) -> Network:
    """The network that signs with this chain id.

    Raises:
        InputError: none that is known; how its fees and wrapped coins work would be a guess.
    """
    if number not in NETWORKS:
        raise InputError(f"expected the id of a known EVM chain ({_listed()}), got {number}")
    return NETWORKS[number]


def by_chain(name: str) -> Network:
    """The network of one of our chains.

    Raises:
        InputError: no EVM chain whose fees and wrapped coins are known here.
    """
    if name not in _BY_CHAIN:
        raise InputError(f"expected an EVM chain that can be read ({_listed()}), got {name!r}")
    return _BY_CHAIN[name]


def _listed() -> str:
    return ", ".join(f"{network.chain} {network.id}" for network in _ALL)
