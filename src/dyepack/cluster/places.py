"""The addresses of an output chain by number: numbered as its blocks are read, in order of first appearance.

Inputs of a transaction come before its outputs. So a number does not change when blocks are added, the smallest number
of a cluster is the member that came first, and nothing that comes later is known of an address when it is looked at.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.cluster.columns import UNKNOWN, Codes, Flags, Ints, enlarged
from dyepack.cluster.texts import Flat, Texts
from dyepack.compiled import compiled
from dyepack.errors import InputError

_BLOCKS, _IN_BLOCK, _COINS = 1 << 29, 1 << 16, 1 << 17
"""What a place has room for; no chain comes near."""
Spot = tuple[Ints, Ints, Ints, Ints]
"""Block, transaction, side (an input 0, an output 1), and the input or output."""


class Places:
    """Addresses by number, where each appeared first, and the script type that outputs have shown of it so far."""

    def __init__(self, chain: str) -> None:
        self.chain = chain
        self._texts = Texts()
        self._place = np.zeros(0, np.int64)
        self._script = np.zeros(0, np.int8)

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def address(self) -> pa.Array:
        """All addresses, by number."""
        return self._texts.array()

    @property
    def script(self) -> Codes:
        """The script type of each address, or `UNKNOWN`."""
        return self._script[: len(self)]

    def since(self, number: int) -> pa.Array:
        """The addresses from a number on."""
        return self._texts.array(number)

    def spots(self, numbers: Ints | slice) -> Spot:
        """Where addresses appeared first."""
        return spots(self._place[: len(self)][numbers])

    def names(self, numbers: Ints) -> pa.Array:
        """The names that clusters bear whose first members these are: chain, block, transaction, input or output."""
        block, tx_index, side, index = self.spots(numbers)
        sides = pa.array(["i", "o"]).take(pa.array(side))
        texts = [pa.array(part).cast(pa.string()) for part in (block, tx_index, index)]
        coin = pc.binary_join_element_wise(sides, texts[2], "")
        return pc.binary_join_element_wise(self.chain, texts[0], texts[1], coin, ":")

    def add(self, address: pa.ChunkedArray, place: Ints, shown: Codes) -> tuple[Ints, Flags]:
        """Number the addresses of coins, in order of their places; says which appeared here first.

        `shown` has the script type of an output, and `UNKNOWN` for an input: there what was known by then is put in.
        """
        order = np.argsort(place, kind="stable")
        before = len(self)
        numbers, fresh = self._texts.add(Flat.of(address), order)
        more = len(self) - before
        self._place, self._script = (enlarged(each, before, more) for each in (self._place, self._script))
        self._place[numbers[fresh]] = place[fresh]
        self._script[before : len(self)] = UNKNOWN
        _scripts(order, numbers, shown, self._script)
        return numbers, fresh

    def restore(self, address: pa.ChunkedArray, place: Ints, script: Codes) -> None:
        """Take up addresses that were numbered before, in order of their numbers."""
        self.add(address, place, script.copy())

    def find(self, addresses: Sequence[str]) -> Ints:
        """The numbers of addresses, -1 where one has not appeared."""
        return self._texts.find(Flat.of(pa.array(addresses, pa.large_string())))


def place(side: int, index: str) -> str:
    """An expression: where in its chain an input (side 0) or output (1) is, as one number; -1 where it has no room."""
    fits = f"block < {_BLOCKS} and tx_index < {_IN_BLOCK} and {index} < {_COINS}"
    return f"""case when {fits} then cast(block as bigint) * {_IN_BLOCK * 2 * _COINS}
        + cast(tx_index as bigint) * {2 * _COINS} + {side * _COINS} + {index} else -1 end"""


def checked(places: Ints) -> Ints:
    """The same places.

    Raises:
        InputError: one has no room.
    """
    if len(places) and int(places.min()) < 0:
        raise InputError(
            f"expected block below {_BLOCKS}, tx_index below {_IN_BLOCK} and index below {_COINS} in the tables,"
            " got more; load them anew"
        )
    return places


def spots(places: Ints) -> Spot:
    """The inverse of `place`."""
    block, rest = np.divmod(places, _IN_BLOCK * 2 * _COINS)
    tx_index, coin = np.divmod(rest, 2 * _COINS)
    return block, tx_index, *np.divmod(coin, _COINS)


@compiled
def _scripts(order: Any, numbers: Any, shown: Any, seen: Any) -> None:
    for n in order:
        who = numbers[n]
        if who < 0:
            continue
        if shown[n] == UNKNOWN:
            shown[n] = seen[who]
        elif shown[n] > seen[who]:
            seen[who] = shown[n]
