"""Addresses from which nobody can pay: what goes there is gone.

`burn_addresses.csv` lists them by chain, or by the form of address that chains share, each with who says so and when it
was seen. That no key is known of an address cannot be shown, only reported, but for those of nothing but zero bytes.
Addresses of one repeated digit, which lists of labels call burnt too, are not taken: people make examples of them.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dyepack import chains


@dataclass(frozen=True, slots=True)
class BurnAddress:
    """One address: what it is called, who says that nobody can pay from it, and when that was seen."""

    address: str
    name: str
    source: str
    seen: str


@cache
def burn_addresses(chain: str) -> dict[str, BurnAddress]:
    """The burn addresses of a chain, by address."""
    text = files("dyepack").joinpath("burn_addresses.csv").read_text("utf-8")
    known = chains.chain(chain)
    return {
        row["address"]: BurnAddress(row["address"], row["name"], row["source"], row["seen"])
        for row in csv.DictReader(text.splitlines())
        if row["where"] in (known.name, f"any {known.addresses}")
    }
