"""What a hop has to read: of a large table the rows of the front alone, found by its lookups; else the whole table."""

from collections.abc import Mapping

from dyepack.engine.base import Engine
from dyepack.store import Store
from dyepack.store.lookup import Lookup

TABLE = "transfers"
PAYER, PAYEE = "from_address", "to_address"
SHARE = 8
"""If more than one row in so many is wanted, reading the table is the quicker way."""


class Near:
    """Names the table on the engine that has all movements of a front's addresses, and perhaps others."""

    def __init__(self, engine: Engine, lookups: Mapping[str, Lookup] | None = None, share: int = SHARE) -> None:
        self._engine = engine
        self._lookups = lookups or {}
        self._share = share

    @classmethod
    def of(cls, store: Store, *, told: bool = False) -> "Near":
        """With the lookups of the workspace, if its movements are many; those that are missing are made.

        Without them where movements are `told` otherwise than the table has them.
        """
        if told:
            return cls(store.engine)
        found = {column: store.lookup(TABLE, column) for column in (PAYER, PAYEE)}
        return cls(store.engine, {column: each for column, each in found.items() if each is not None})

    def paid_by(self, front: str) -> str:
        """A table with every movement that these addresses pay."""
        return self._of(front, PAYER)

    def paid_to(self, front: str) -> str:
        """A table with every movement that these addresses are paid."""
        return self._of(front, PAYEE)

    def either(self, front: str) -> str | None:
        """A query for the keys of the movements that these addresses pay or are paid; None: read the table."""
        paid, got = self.paid_by(front), self.paid_to(front)
        if TABLE in (paid, got):
            return None
        keys = "select chain, block, tx_index, seq from"
        return f"{keys} {paid} union {keys} {got}"

    def _of(self, front: str, column: str) -> str:
        lookup = self._lookups.get(column)
        if lookup is None:
            return TABLE
        addresses = self._engine.fetch(f"select distinct f.address from {front}").column("address").to_pylist()
        rows = lookup.find(addresses, lookup.rows // self._share)
        if rows is None:
            return TABLE
        self._engine.load(f"near_{column}", rows)
        return f"near_{column}"
