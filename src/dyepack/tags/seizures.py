"""Israel's seizure orders against virtual currency, as they are published as a table: a row for each thing seized.

A row of `Wallet` has addresses, in some rows several in one cell. No column says the chain, so the form of the address
does, as elsewhere in authorities' lists. Most rows name nobody: the tag then has the order's number as its name,
or one name that is given for all of them. An order holds from its first day on; its last day is one only when the table
is of that day or later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from dyepack.tags import sheet
from dyepack.tags.codes import in_text
from dyepack.tags.reader import NBCTF, Head, Said
from dyepack.tags.statement import Refused

_ADDRESS, _ORDER, _NAME = "wallet_address", "order_id", "name"
_FROM, _TO, _SEEN = "start_date", "end_date", "last_updated"
_READ = {"schema", _ADDRESS, _ORDER, _NAME, "order_url", _FROM, _TO, _SEEN}


class SeizureOrders:
    """The table of orders; its edition is the last day on which a row of it was updated."""

    HEADER = frozenset({_ADDRESS, _ORDER, "order_url"})

    def __init__(self, path: Path, given: str | None = None) -> None:
        """Read it; `given` is the name of what the table names nobody for."""
        self._given = given
        self._rows = list(sheet.lines(path))
        self._header = [cell.strip() for cell in self._rows[0].cells]
        days = [day for row in self._rows[1:] if (day := _day(self._cells(row).get(_SEEN, "")))]
        form = "NBCTF seizure orders"
        self.head = Head(form, "seizure orders of Israel", NBCTF.list_name, max(days, default=None), dated=True)

    def __iter__(self) -> Iterator[Said]:
        for row in self._rows[1:]:
            cells = self._cells(row)
            if len(row.cells) != len(self._header):
                yield row.number, row.text, Refused("row", f"expected {len(self._header)} cells, got {len(row.cells)}")
            elif cells.get(_ADDRESS):
                yield from self._row(row, cells)

    def unread(self) -> list[str]:
        """Names of columns that nothing was read from."""
        return sorted(set(self._header) - _READ)

    def _row(self, row: sheet.Line, cells: Mapping[str, str]) -> Iterator[Said]:
        given = cells[_ADDRESS].replace(",", " ").replace(";", " ").split()
        name = cells.get(_NAME) or self._given or f"seizure order {cells.get(_ORDER, '')}".rstrip()
        found = dict(in_text("\n".join(given)))
        for address in dict.fromkeys(given):
            what = found.get(address)
            if what is None or isinstance(what, Refused):
                reason = what or Refused("address", f"{address!r:.80} has the form of no chain's address")
                yield row.number, f"{address} ({name})", reason
                continue
            source = cells.get("order_url") or NBCTF.url
            listed = NBCTF.listed(name, what)
            yield (
                row.number,
                f"{address} ({name})",
                replace(listed, source=source, valid_from=cells.get(_FROM) or None, valid_to=self._ended(cells)),
            )

    def _ended(self, cells: Mapping[str, str]) -> str | None:
        """The last day of an order, where it is over; one that cannot be read is left to be refused."""
        last, day = cells.get(_TO) or None, _day(cells.get(_TO, ""))
        return None if day and self.head.edition and day > self.head.edition else last

    def _cells(self, row: sheet.Line) -> Mapping[str, str]:
        return sheet.under(self._header, row)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
