"""What a tracing rule is: a kind of holding, which knows whose money leaves when part of what it holds leaves."""

from collections.abc import Iterable
from typing import Protocol

from dyepack.model import CLEAN, UNKNOWN

Lot = tuple[str, int]
"""An origin (an incident's slug, `unknown` or `clean`) and an amount in base units."""


class Holding(Protocol):
    """The lots of one asset at one address, under one rule. All amounts are positive."""

    def receive(self, lots: Iterable[Lot]) -> None:
        """Take in lots, in this order."""

    def pay(self, amount: int) -> list[Lot]:
        """Let go of an amount, which the holding must have; returns what left, in the order in which it left."""

    def lots(self) -> Iterable[Lot]:
        """What is held now; an origin may occur more than once."""


class Method(Protocol):
    """A tracing rule: a name, and how to make an empty holding."""

    @property
    def name(self) -> str:
        """The rule's name in tables and on the command line."""

    def __call__(self) -> Holding:
        """An empty holding."""


def by_origin(lots: Iterable[Lot]) -> dict[str, int]:
    """Lots summed by origin."""
    sums: dict[str, int] = {}
    for origin, amount in lots:
        sums[origin] = sums.get(origin, 0) + amount
    return sums


def rank(origin: str) -> tuple[bool, bool, str]:
    """The fixed order of origins: incidents by slug, then `unknown`, then `clean`."""
    return origin == CLEAN, origin == UNKNOWN, origin
