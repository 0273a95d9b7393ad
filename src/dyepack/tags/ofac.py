"""OFAC's list of specially designated nationals, as CSV and in three forms of XML, and address lists made of it.

An address stands in the CSV's remarks (`Digital Currency Address - XBT 1…`), in SDN.XML as an identity document of that
type, in SDN_ADVANCED.XML and SDN_ENHANCED.XML as a feature of that type. The day on which a person was listed is not
read as the address's: addresses are added to old entries. When an address was listed follows from the editions that
have it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from dyepack.errors import RecordError
from dyepack.tags import sheet, xmltext
from dyepack.tags.codes import place
from dyepack.tags.reader import OFAC, Head, Said
from dyepack.tags.statement import Refused
from dyepack.tags.xmltext import Element

EMPTY = "-0-"
COLUMNS = 12
NAME, REMARKS = 1, 11
CUT = 1000
"""Letters after which SDN.CSV cuts a remark off; the rest of it is in a file of its own."""
TYPE = re.compile(r"Digital Currency Address - (\w+)")
_REMARK = re.compile(rf"(?:alt\. )?{TYPE.pattern} (\S+?)\.?")


def said(code: str, address: str, name: str, line: int | None, text: str) -> Said:
    """One address of the list, or why it is none."""
    try:
        return line, text, OFAC.listed(name, place(code, address))
    except Refused as refused:
        return line, text, refused


class SdnCsv:
    """SDN.CSV: twelve columns, no header (copies may have one), `-0-` for nothing. It does not say its day.

    Remarks are cut off after 1,000 letters, so an address that is not there may be listed all the same.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        cut = sum(_is_cut(line.cells) for line in sheet.lines(path))
        note = f"{cut} remarks are cut off after {CUT} letters, so what is missing here is not taken for delisted;"
        notes = (f"{note} SDN.XML has all",) if cut else ()
        form = "OFAC SDN.CSV"
        self.head = Head(form, "OFAC SDN list", OFAC.list_name, dated=True, complete=not cut, notes=notes)

    def __iter__(self) -> Iterator[Said]:
        for line in sheet.lines(self._path):
            if self._is_header(line):
                continue
            if len(line.cells) != COLUMNS:
                yield line.number, line.text, Refused("row", f"expected {COLUMNS} cells, got {len(line.cells)}")
                continue
            *remarks, last = line.cells[REMARKS].split(";")
            for remark in filter(TYPE.search, remarks):
                yield self._said(remark.strip(), line.cells[NAME].strip(), line.number)
            if _is_cut(line.cells):
                yield line.number, last, Refused("remarks", f"cut off after {CUT} letters: the rest is in another file")
            elif TYPE.search(last):
                yield self._said(last.strip(), line.cells[NAME].strip(), line.number)

    def unread(self) -> list[str]:
        """Nothing to name: the columns have no names."""
        return []

    @staticmethod
    def _is_header(line: sheet.Line) -> bool:
        return line.number == 1 and EMPTY not in (cell.strip() for cell in line.cells)

    def _said(self, remark: str, name: str, line: int) -> Said:
        found = _REMARK.fullmatch(remark)
        if found is None:
            return line, remark, Refused("remarks", "expected 'Digital Currency Address - CODE ADDRESS'")
        return said(found[1], found[2], name, line, remark)


def _is_cut(cells: list[str]) -> bool:
    return len(cells) == COLUMNS and len(cells[REMARKS]) >= CUT and not cells[REMARKS].rstrip().endswith(".")


class SdnXml:
    """SDN.XML: one `sdnEntry` a person or group, with its names and identity documents."""

    def __init__(self, path: Path) -> None:
        self._path = path
        published = next((one.said("Publish_Date") for one in xmltext.elements(path, "publshInformation")), None)
        self.head = Head("OFAC SDN.XML", "OFAC SDN list", OFAC.list_name, _us_day(published, path), dated=True)

    def __iter__(self) -> Iterator[Said]:
        for entry in xmltext.elements(self._path, "sdnEntry"):
            name = " ".join(filter(None, (entry.said("lastName"), entry.said("firstName"))))
            for document in entry.all("id"):
                found = TYPE.fullmatch(document.said("idType") or "")
                if found:
                    number = document.said("idNumber") or ""
                    yield said(found[1], number, name, document.line, f"{found[0]} {number} ({name})")

    def unread(self) -> list[str]:
        """Nothing to name: what is not an address is not looked at."""
        return []


class SdnAdvancedXml:
    """SDN_ADVANCED.XML: a feature's type says that it is an address, its version's detail is the address."""

    def __init__(self, path: Path) -> None:
        self._path = path
        issued = next(iter(xmltext.elements(path, "DateOfIssue")), None)
        self.head = Head("OFAC SDN_ADVANCED.XML", "OFAC SDN list", OFAC.list_name, _parts(issued), dated=True)

    def __iter__(self) -> Iterator[Said]:
        codes: dict[str, str] = {}
        for element in xmltext.elements(self._path, "FeatureType", "DistinctParty"):
            if element.name == "FeatureType":
                if found := TYPE.fullmatch(element.text.strip()):
                    codes[element.attributes.get("ID", "")] = found[1]
            else:
                yield from self._party(element, codes)

    def unread(self) -> list[str]:
        """Nothing to name, as in SDN.XML."""
        return []

    def _party(self, party: Element, codes: dict[str, str]) -> Iterator[Said]:
        name = _primary(party)
        for feature in party.all("Feature"):
            code = codes.get(feature.attributes.get("FeatureTypeID", ""))
            for detail in feature.all("VersionDetail") if code else ():
                yield said(str(code), detail.text.strip(), name, detail.line, f"{code} {detail.text.strip()} ({name})")


class SdnEnhancedXml:
    """SDN_ENHANCED.XML, the export of OFAC's list service: each feature of an `entity` says its type and value."""

    def __init__(self, path: Path) -> None:
        self._path = path
        info = next(iter(xmltext.elements(path, "publicationInfo")), None)
        edition = None if info is None else _iso(info.said("dataAsOf"))
        self.head = Head("OFAC SDN_ENHANCED.XML", "OFAC SDN list", OFAC.list_name, edition, dated=True)

    def __iter__(self) -> Iterator[Said]:
        for entity in xmltext.elements(self._path, "entity"):
            name = _full_name(entity)
            for feature in entity.all("feature"):
                if found := TYPE.fullmatch(feature.said("type") or ""):
                    value = feature.said("value") or ""
                    yield said(found[1], value, name, feature.line, f"{found[0]} {value} ({name})")

    def unread(self) -> list[str]:
        """Nothing to name, as in SDN.XML."""
        return []


class AddressList:
    """`sanctioned_addresses_CODE.txt`: one address a line, and since 2025 the names it is listed under after a `;`.

    The file's name has the code; the list does not say its day.
    """

    NAMED = re.compile(r"sanctioned_addresses_(\w+)\.txt")

    def __init__(self, path: Path, code: str) -> None:
        self._path, self._code = path, code
        self.head = Head("address list", f"OFAC addresses, {code}", OFAC.list_name, scope=code, dated=True)

    def __iter__(self) -> Iterator[Said]:
        for number, text in enumerate(sheet.texts(self._path), 1):
            address, _, names = text.strip().partition(";")
            if address.strip():
                yield said(self._code, address.strip(), _first_name(names), number, text.strip())

    def unread(self) -> list[str]:
        """Nothing to name: the lines have no fields."""
        return []


class FirstLastSeen:
    """A table of the first and last day on which each address was seen listed: `asset,address,first_seen,last_seen`.

    Every day that occurs in it is an edition that was seen, so it is read as that many editions: an address is in those
    from its first day to its last. A code is covered from the first day on which anything of it was seen.
    """

    HEADER = ("asset", "address", "first_seen", "last_seen")

    def __init__(self, path: Path) -> None:
        self._rows = list(sheet.lines(path))[1:]
        self.head = Head("first and last seen", path.stem, dated=True)
        self.days = sorted({day for row in self._rows if (span := _span(row.cells)) for day in span})
        self.since: dict[str, date] = {}
        for row in self._rows:
            if span := _span(row.cells):
                code = row.cells[0].strip().upper()
                self.since[code] = min(self.since.get(code, span[0]), span[0])

    def __iter__(self) -> Iterator[Said]:
        for row in self._rows:
            span = _span(row.cells)
            if span is None:
                yield row.number, row.text, Refused("row", "expected asset, address, first_seen and last_seen in order")
                continue
            line, text, found = said(row.cells[0].strip(), row.cells[1].strip(), "", row.number, row.text)
            if not isinstance(found, Refused):
                found = replace(found, name="", seen_from=str(span[0]), seen_to=str(span[1]))
            yield line, text, found

    def unread(self) -> list[str]:
        """Nothing: all four columns are read."""
        return []


def _span(cells: list[str]) -> tuple[date, date] | None:
    try:
        first, last = (date.fromisoformat(cell.strip()) for cell in cells[2:4])
    except ValueError:
        return None
    return (first, last) if len(cells) == 4 and first <= last else None


def _first_name(names: str) -> str:
    """The first of the names after an address; they are quoted where there are several."""
    return names.strip().strip('"').split(";")[0].strip() if names.strip().startswith('"') else names.strip()


def _us_day(text: str | None, path: Path) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise RecordError(
            f"expected a date as MM/DD/YYYY, got {text!r}", source=path.name, field="Publish_Date"
        ) from None


def _iso(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _full_name(entity: Element) -> str:
    """The primary name in its primary translation, else the first that there is."""
    names = _first_primary(list(entity.all("name")))
    written = [one for name in names for one in _first_primary(list(name.all("translation")))]
    full = [one.said("formattedFullName") for one in written]
    parts = [" ".join(filter(None, (one.said("formattedFirstName"), one.said("formattedLastName")))) for one in written]
    return next(filter(None, (*full, *parts)), "")


def _first_primary(elements: list[Element]) -> list[Element]:
    return sorted(elements, key=lambda one: one.said("isPrimary") != "true")


def _parts(issued: Element | None) -> date | None:
    if issued is None:
        return None
    try:
        return date(*(int(issued.said(part) or "") for part in ("Year", "Month", "Day")))
    except ValueError:
        return None


def _primary(party: Element) -> str:
    """The name that the list gives first: of the alias that is primary, its documented parts."""
    aliases = list(party.all("Alias"))
    primary = [one for one in aliases if one.attributes.get("Primary") == "true"] or aliases
    for alias in primary:
        parts = [part.text.strip() for part in alias.all("NamePartValue")]
        if any(parts):
            return " ".join(filter(None, parts))
    return ""
