"""What the chain shows: movements and opening balances, and what it was worth: prices; from files."""

from dyepack.ingest.files import LoadedMovements, load_lists, load_movements
from dyepack.ingest.movements import Reading
from dyepack.ingest.openings import load_openings
from dyepack.ingest.prices import PriceReading, load_prices

__all__ = ["LoadedMovements", "PriceReading", "Reading", "load_lists", "load_movements", "load_openings", "load_prices"]
