"""What one row of a list says of the others: found in a first reading, kept to in a second.

Where most amounts of an asset are more than was ever issued, all of them are in another unit. Where one amount has a
decimal comma, a point may separate thousands. Where a call failed, what it called moved nothing, whatever it says.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from dyepack import ceilings
from dyepack.model import AssetRow

_COMMA = re.compile(r"[0-9.]*,[0-9]*")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_POINT = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""What may be thousands, or a number with three decimals."""
Call = tuple[str, str, str]
"""Chain, transaction, and the name of a call: `call 0.1`."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a first reading found: assets in another unit, an amount with a decimal comma, and calls that failed."""

    assets: frozenset[str] = frozenset()
    comma: str = ""
    calls: frozenset[Call] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.assets or self.comma or self.calls)

    def inside(self, call: Call) -> bool:
        """Whether a call is in one that failed."""
        chain, tx_hash, name = call
        word, _, path = name.partition(" ")
        steps = path.split(".") if path else []
        above = (" ".join([word, ".".join(steps[:deep])]).strip() for deep in range(len(steps)))
        return word == "call" and any((chain, tx_hash, one) in self.calls for one in above)


@dataclass(slots=True)
class Doubting:
    """What is doubted while rows are read; `separator` is what stands between the cells of the list."""

    known: Doubts = Doubts()
    separator: str = ","
    comma: str = ""
    calls: set[Call] = field(default_factory=set)
    rows: Counter[str] = field(default_factory=Counter)
    beyond: Counter[str] = field(default_factory=Counter)

    @property
    def found(self) -> Doubts:
        """What a second reading must keep to; nothing where one is not needed."""
        assets = frozenset(asset for asset, count in self.beyond.items() if count * 2 >= self.rows[asset])
        return Doubts(assets, self.comma, frozenset(self.calls))

    def amount(self, asset: AssetRow, text: str, *, base_units: bool) -> str | None:
        """Why an amount as it is written cannot be taken; nothing where it can."""
        if reason := ceilings.beyond(asset, text, base_units=base_units):
            self.beyond[asset.asset] += 1
            return reason
        if text and asset.asset in self.known.assets:
            return (
                f"most amounts of {asset.symbol} in this list are more than was ever issued, so this one is likely in"
                " another unit too (--base-units)"
            )
        return self._separated(text)

    def _separated(self, text: str) -> str | None:
        """Why a point may not be a decimal point."""
        if _COMMA.fullmatch(text) and not _GROUPED.fullmatch(text):
            self.comma = self.comma or text
        if self.known.comma and _POINT.fullmatch(text):
            return (
                f"another amount of this list is {self.known.comma!r:.60}, so a point may separate thousands here;"
                " write all of them with a point before decimals and nothing between thousands"
            )
        if self.separator == ";" and _POINT.fullmatch(text):
            return (
                "cells that are parted by semicolons come from where a point separates thousands, and this may be"
                f" {text.replace('.', '')} or {text}; write it without a point, or with other than three decimals"
            )
        return None
