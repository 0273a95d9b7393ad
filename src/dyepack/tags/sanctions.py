"""The lists of the European Union, the United Kingdom and the United Nations.

None of them has a field for addresses: they stand in remarks and among identity documents, and are found there by their
form and checksum (`codes.in_text`). One that only looks like an address goes to rejects.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from dyepack.errors import RecordError
from dyepack.tags import sheet, xmltext
from dyepack.tags.codes import in_text
from dyepack.tags.reader import EU, UK, UN, Authority, Head, Said
from dyepack.tags.statement import Refused

_UK_NAMES = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_UK_TEXTS = (
    "Other Information",
    "UK Statement of Reasons",
    "National Identification Number",
    "National Identification Details",
    "National Identifier number",
    "National Identifier additional information",
    "Passport additional information",
    "Business registration number (s)",
    "Website",
)
"""Columns of OFSI's list (until January 2026) and of the UK Sanctions List, where an address may stand."""
_UK_ELEMENTS = (
    "OtherInformation",
    "UKStatementofReasons",
    "NationalIdentifierNumber",
    "NationalIdentifierAdditionalInformation",
    "PassportAdditionalInformation",
    "BusinessRegistrationNumber",
    "Website",
)
_EU_NUMBERS = ("identificationTypeDescription", "number", "latinNumber", "nameOnDocument")
_UN_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_DAYS = ("%d/%m/%Y", "%d-%b-%Y", "%Y-%m-%d")


def found(authority: Authority, name: str, text: str, line: int | None) -> Iterator[Said]:
    """The addresses in what a list says of one party."""
    for written, what in in_text(text):
        excerpt = f"{written} ({name})"
        yield line, excerpt, what if isinstance(what, Refused) else authority.listed(name, what)


class EuXml:
    """The EU's consolidated list as XML: one `sanctionEntity` a party."""

    def __init__(self, path: Path) -> None:
        self._path = path
        edition = _iso_day(xmltext.root(path).attributes.get("generationDate"))
        self.head = Head("EU consolidated XML", "EU consolidated list", EU.list_name, edition, dated=True)

    def __iter__(self) -> Iterator[Said]:
        for party in xmltext.elements(self._path, "sanctionEntity"):
            aliases = [one.attributes.get("wholeName", "").strip() for one in party.all("nameAlias")]
            texts = [party.attributes.get("designationDetails", "")]
            texts += [one.text for one in party.all("remark")]
            texts += [
                " ".join(one.attributes.get(name, "") for name in _EU_NUMBERS) for one in party.all("identification")
            ]
            yield from found(EU, next(filter(None, aliases), ""), "\n".join(texts), party.line)

    def unread(self) -> list[str]:
        """Nothing to name: what is not an address is not looked at."""
        return []


class EuCsv:
    """The EU's consolidated list as CSV with semicolons: a row for each alias, document and address of a party."""

    FIRST = "fileGenerationDate"
    PARTY, NAME = "Entity_LogicalId", "NameAlias_WholeName"
    TEXTS = ("Identification_", "Entity_DesignationDetails")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._header = [cell.strip() for cell in next(sheet.lines(path, ";")).cells]
        missing = {self.PARTY, self.NAME} - set(self._header)
        if missing:
            raise RecordError(f"expected the columns {', '.join(sorted(missing))}", source=path.name, line=1)
        row = next(self._rows(), None)
        edition = _day(row[1][self.FIRST]) if row else None
        self.head = Head("EU consolidated CSV", "EU consolidated list", EU.list_name, edition, dated=True)

    def __iter__(self) -> Iterator[Said]:
        names: dict[str, str] = {}
        for _, cells in self._rows():
            if cells.get(self.NAME):
                names.setdefault(cells[self.PARTY], cells[self.NAME])
        texts = [name for name in self._header if "Remark" in name or name.startswith(self.TEXTS)]
        for line, cells in self._rows():
            text = "\n".join(cells.get(name, "") for name in texts)
            yield from found(EU, names.get(cells[self.PARTY], ""), text, line)

    def unread(self) -> list[str]:
        """Nothing to name, as in the XML."""
        return []

    def _rows(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        rows = sheet.lines(self._path, ";")
        next(rows)
        for line in rows:
            yield line.number, {self.FIRST: "", self.PARTY: "", **sheet.under(self._header, line)}


class UkCsv:
    """The UK's list as CSV: OFSI's consolidated list, or the UK Sanctions List. The first line has its day."""

    def __init__(self, path: Path) -> None:
        self._rows = list(sheet.lines(path))
        if len(self._rows) < 2:
            raise RecordError("expected a line with the list's day, a header, and rows", source=path.name)
        told = self._rows[0].cells
        edition = _day(told[0].partition(":")[2] if told[0].startswith("Report Date") else told[1])
        self.head = Head("UK sanctions CSV", "UK sanctions list", UK.list_name, edition, dated=True)

    def __iter__(self) -> Iterator[Said]:
        header = self._rows[1].cells
        for line in self._rows[2:]:
            cells = sheet.under(header, line)
            name = " ".join(filter(None, (cells.get(part, "") for part in _UK_NAMES)))
            yield from found(UK, name, "\n".join(cells.get(part, "") for part in _UK_TEXTS), line.number)

    def unread(self) -> list[str]:
        """Nothing to name, as above."""
        return []

    @staticmethod
    def begins(cells: list[str]) -> bool:
        """Whether this is the first line of such a file."""
        return cells[0].startswith("Report Date") or (
            cells[0] == "Last Updated" and len(cells) > 1 and _day(cells[1]) is not None
        )


class UkXml:
    """The UK Sanctions List as XML: one `Designation` a party, `DateGenerated` above them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        made = next((one.text for one in xmltext.elements(path, "DateGenerated")), "")
        self.head = Head("UK sanctions XML", "UK sanctions list", UK.list_name, _day(made), dated=True)

    def __iter__(self) -> Iterator[Said]:
        for party in xmltext.elements(self._path, "Designation"):
            texts = [one.text for name in _UK_ELEMENTS for one in party.all(name)]
            yield from found(UK, self._name(party), "\n".join(texts), party.line)

    def unread(self) -> list[str]:
        """Nothing to name, as above."""
        return []

    @staticmethod
    def _name(party: xmltext.Element) -> str:
        """The primary name, else the first; its parts in the order in which they are said."""
        names = [one for one in party.all("Name") if one.children]
        primary = [one for one in names if (one.said("NameType") or "").lower() == "primary name"] or names
        parts = [f"Name{n}" for n in range(1, 7)]
        return " ".join(filter(None, (one.said(part) for one in primary[:1] for part in parts)))


class UnXml:
    """The UN Security Council's consolidated list: `INDIVIDUAL` and `ENTITY`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        edition = _iso_day(xmltext.root(path).attributes.get("dateGenerated"))
        self.head = Head("UN consolidated XML", "UN consolidated list", UN.list_name, edition, dated=True)

    def __iter__(self) -> Iterator[Said]:
        for party in xmltext.elements(self._path, "INDIVIDUAL", "ENTITY"):
            name = " ".join(filter(None, (party.said(part) for part in _UN_NAMES)))
            yield from found(UN, name, "\n".join(_texts(party)), party.line)

    def unread(self) -> list[str]:
        """Nothing to name, as above."""
        return []


def _texts(element: xmltext.Element) -> Iterable[str]:
    yield element.text
    for child in element.children:
        yield from _texts(child)


def _iso_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _day(text: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None
