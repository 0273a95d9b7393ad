"""What chains of Bitcoin's form have of their own: the mark before a block on disk, rules, the supply's schedule."""

from dataclasses import dataclass

import numpy as np

from dyepack import chains
from dyepack.errors import InputError
from dyepack.ingest.machine.scripts import CASH, SEGWIT
from dyepack.ingest.machine.strings import Style
from dyepack.ingest.machine.wire import AUXPOW, MWEB

DECIMALS = 8
COIN = 10**8


@dataclass(frozen=True, slots=True)
class Network:
    """One chain: its mark (`magic`), the rules of `wire`, what a first block makes, and how often that is halved."""

    name: str
    magic: bytes
    rules: int
    first_reward: int
    halving: int

    @property
    def style(self) -> Style:
        """How it prints addresses."""
        known = chains.chain(self.name)
        prefix = np.frombuffer(bytearray(known.hrp.encode()), np.uint8)
        return Style(known.versions[0], known.versions[1], prefix, bool(self.rules & CASH))

    def reward(self, height: int) -> int:
        """The most that the block of this height may make, fees aside."""
        if self.name == "dogecoin":
            return _dogecoin(height)
        turns = height // self.halving
        return self.first_reward >> turns if turns < 64 else 0


def _dogecoin(height: int) -> int:
    """Dogecoin's early rewards were drawn by lot up to these bounds; since block 600,000 there is no end of them."""
    if height < 100_000:
        return 1_000_000 * COIN
    if height < 145_000:
        return 500_000 * COIN
    return 500_000 * COIN >> height // 100_000 if height < 600_000 else 10_000 * COIN


_ALL = (
    Network("bitcoin", bytes.fromhex("f9beb4d9"), SEGWIT, 50 * COIN, 210_000),
    Network("litecoin", bytes.fromhex("fbc0b6db"), SEGWIT | MWEB, 50 * COIN, 840_000),
    Network("dogecoin", bytes.fromhex("c0c0c0c0"), AUXPOW, 0, 0),
    Network("bitcoin_cash", bytes.fromhex("f9beb4d9"), CASH, 50 * COIN, 210_000),
)
NETWORKS = {network.name: network for network in _ALL}


def network(name: str) -> Network:
    """The network of a chain.

    Raises:
        UnknownChain: no chain has that name.
        InputError: its blocks have another form.
    """
    known = chains.chain(name).name
    if known not in NETWORKS:
        raise InputError(f"blocks of {known} are not of Bitcoin's form as read here; that are: {', '.join(NETWORKS)}")
    return NETWORKS[known]
