"""A small picture per address, so that look-alike addresses look different."""

from hashlib import sha256

from markupsafe import Markup

from dyepack.report.svg import tag

HUES = 6


def identicon(address: str) -> Markup:
    """Five by five cells, mirrored, from the SHA-256 of the address; the style sheet gives the six classes their
    colours.
    """
    digest = sha256(address.encode()).digest()
    rows = [[digest[3 * y + min(x, 4 - x)] & 1 for x in range(5)] for y in range(5)]
    path = "".join(f"M{x} {y}.5h{run}" for y, row in enumerate(rows) for x, run in _runs(row))
    return tag("svg", tag("path", d=path), class_=f"icon h{digest[31] % HUES}", viewBox="0 0 5 5")


def _runs(row: list[int]) -> list[tuple[int, int]]:
    """Where filled cells begin, and how many follow each other."""
    starts = [x for x, cell in enumerate(row) if cell and (x == 0 or not row[x - 1])]
    return [(x, len(row[x:]) if 0 not in row[x:] else row[x:].index(0)) for x in starts]
