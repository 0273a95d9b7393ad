"""Haircut: every payment carries the same share of each origin as the holding has, pari passu.

Möser, Böhme and Breuker, "Towards Risk Scoring of Bitcoin Transactions" (2014); in court, rateable sharing among the
victims of a mixed fund. It treats all money in a holding alike, and so spreads ever thinner taint over ever more
addresses: a small share at a busy address says little about anybody there.

Shares of integers rarely come out even. What rounding down leaves over goes, one unit each, to the largest fractions;
ties go to incidents by slug before `unknown` before `clean`. So no unit is made or lost, and no origin pays more than
it has.
"""

from collections.abc import Iterable

from dyepack.amounts import split
from dyepack.trace.method import Lot, rank


class Haircut:
    """One sum per origin, in the fixed order of origins."""

    name = "haircut"

    def __init__(self) -> None:
        self._sums: dict[str, int] = {}

    def receive(self, lots: Iterable[Lot]) -> None:
        """Add lots to the sums of their origins."""
        known = len(self._sums)
        for origin, amount in lots:
            self._sums[origin] = self._sums.get(origin, 0) + amount
        if len(self._sums) != known:
            self._sums = dict(sorted(self._sums.items(), key=lambda lot: rank(lot[0])))

    def pay(self, amount: int) -> list[Lot]:
        """Take an amount in proportion to the sums."""
        origins, sums = list(self._sums), list(self._sums.values())
        paid: list[Lot] = []
        for origin, held, part in zip(origins, sums, split(amount, sums), strict=True):
            if part:
                paid.append((origin, part))
            if part == held:
                del self._sums[origin]
            else:
                self._sums[origin] = held - part
        return paid

    def lots(self) -> Iterable[Lot]:
        """The sums."""
        return self._sums.items()
