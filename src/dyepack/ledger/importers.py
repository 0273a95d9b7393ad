"""Imports other people's lists of thefts: each row becomes a proposed incident file with its source, or a reject.

Nothing is merged and nothing is overwritten. A row that looks like a theft that is already there is proposed all the
same, with the likeness written at its head, so that a person decides (`duplicates.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dyepack.errors import InputError, RecordError, StoreError
from dyepack.ledger.book import Ledger
from dyepack.ledger.duplicates import Pair, pairs
from dyepack.ledger.load import gather
from dyepack.ledger.mistakes import Mistakes
from dyepack.ledger.proposal import Proposal
from dyepack.ledger.reading import theft
from dyepack.ledger.restate import incident
from dyepack.model import Reject, first_day, last_day
from dyepack.schema import as_json
from dyepack.yamltext import parse

Row = tuple[int | None, str, "Proposal | str"]
"""Where a row stands, its text, and what it says or why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made: proposals, the pairs that may be one theft, refused rows, and where files were written."""

    proposals: tuple[Proposal, ...]
    alike: tuple[Pair, ...]
    rejects: tuple[Reject, ...]
    written: tuple[Path, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Slugs with remarks, likenesses, rejects, files."""
        return {
            "proposed": [{"incident": each.slug, "remarks": list(each.remarks)} for each in self.proposals],
            "alike": [pair.as_json() for pair in self.alike],
            "rejects": [as_json(reject) for reject in self.rejects],
            "written": [str(path) for path in self.written],
        }


def propose(rows: Iterable[Row], name: str, ledger: Ledger) -> Imported:
    """Rows of the file `name` as proposals that pass every check of an incident file, beside what the ledger has."""
    taken: dict[str, str] = dict.fromkeys(ledger.by_slug, "the ledger")
    proposals, rejects, records = list[Proposal](), list[Reject](), list[Any]()
    for line, text, said in rows:
        try:
            if isinstance(said, str):
                raise RecordError(said, source=name, line=line)
            records += _checked(said, taken, f"row {line} of this file" if line else "a row of this file")
            proposals.append(said)
        except (RecordError, Mistakes) as error:
            first = error.errors[0] if isinstance(error, Mistakes) else error
            rejects.append(Reject("", "ledger", name, line, first.field, first.reason, text))
    new = {proposal.slug for proposal in proposals}
    both = gather(
        [*ledger.incidents, *ledger.amounts, *ledger.addresses, *ledger.transactions, *ledger.sources, *records]
    )
    alike = [pair for pair in pairs(both) if not new.isdisjoint(pair.slugs)]
    return Imported(tuple(proposals), tuple(alike), tuple(rejects))


def write(found: Imported, into: Path) -> Imported:
    """Write the proposals as `<year>/<slug>.yaml` into a folder; a file that is there stays as it is, and is named.

    Raises:
        StoreError: the disk refuses.
    """
    written, rejects = list[Path](), list(found.rejects)
    for proposal in found.proposals:
        path = into / proposal.date[:4] / f"{proposal.slug}.yaml"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(proposal.text(_comments(proposal, found.alike)))
            written.append(path)
        except FileExistsError:
            rejects.append(Reject("", "ledger", str(path), None, None, "the file is there already; it stays", ""))
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error
    return Imported(found.proposals, found.alike, tuple(rejects), tuple(written))


def _checked(proposal: Proposal, taken: dict[str, str], where: str) -> Iterator[Any]:
    """The proposal's records, read back from the text of its file, by the rules that hold for every incident file."""
    slug = proposal.slug
    if not proposal.victim.isprintable():
        raise RecordError("expected a name in plain text, got control characters", source=where, field="victim")
    if slug.endswith("-"):
        reason = f"expected a name with Latin letters or digits, which its file is named by; got {proposal.victim!r}"
        raise RecordError(reason, source=where, field="victim")
    if slug in taken:
        raise RecordError(f"{slug} is in {taken[slug]} already; write the claim there, if it is new", source=where)
    document = parse(proposal.text(), where)
    form = theft(slug, document, taken)
    read = last_day(proposal.listed.retrieved or proposal.listed.published or "")
    if first_day(form.date) > read:
        raise RecordError(f"a theft of {form.date} in a list of {read}", source=where, field="date")
    return incident(slug, form, document)


def _comments(proposal: Proposal, alike: Iterable[Pair]) -> tuple[str, ...]:
    likeness = [
        f"perhaps the same theft as {pair.other(proposal.slug)}: {'; '.join(pair.reasons)}"
        for pair in alike
        if proposal.slug in pair.slugs
    ]
    return (*likeness, *proposal.remarks)


def check_days(published: str | None, retrieved: str | None) -> None:
    """A claim needs a day, of which it is known what it means: refuse an import that has none, or both.

    Raises:
        InputError: neither day was given.
        InvalidDate: one is no date.
    """
    for day in filter(None, (published, retrieved)):
        last_day(day)
    if bool(published) == bool(retrieved):
        raise InputError("say when the list was read, --retrieved YYYY-MM, or, if it never changes, --published")
