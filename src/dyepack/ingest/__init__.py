"""What the chain shows: movements and opening balances, from files."""

from dyepack.ingest.files import LoadedMovements, load_movements
from dyepack.ingest.movements import Reading
from dyepack.ingest.openings import load_openings

__all__ = ["LoadedMovements", "Reading", "load_movements", "load_openings"]
