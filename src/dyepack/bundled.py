"""Finds what ships with dyepack: the ledger's incident files and the sample cases."""

from pathlib import Path


def folder(name: str) -> Path:
    """The shipped folder of this name: inside the installed package, or at the root of a checkout.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    for place in (package / "data" / name, package.parents[1] / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"this installation of dyepack has no {name!r} folder; install it again")
