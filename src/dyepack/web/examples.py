"""Makes the examples that ship, for `python3 dev docs`; see `reference.examples`."""

from dyepack.web.reference import examples as reference

__all__ = ["reference"]
