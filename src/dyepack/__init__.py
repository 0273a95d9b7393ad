"""dyepack follows stolen crypto: a ledger of thefts with sources and dates, and exact traces of the money."""

__version__ = "0.1.0"
