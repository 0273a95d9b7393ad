"""What can be wrong with published totals and with statements about the proceeds."""

import datetime as dt
from collections.abc import Collection, Iterator

from dyepack.ledger.files import LaunderingFile, TotalsFile
from dyepack.ledger.incident_checks import Remark, unreachable
from dyepack.model import first_day, last_day


def totals(form: TotalsFile, today: dt.date) -> Iterator[Remark]:
    """Editions of the future, years that had not begun, parts of a year that do not say so, figures printed twice."""
    seen: set[tuple[str, str, str, int | None, str | None]] = set()
    for number, edition in enumerate(form.editions):
        where = ("editions", number)
        if first_day(edition.published) > today:
            yield "error", "future", (*where, "published"), f"published {edition.published}, and today is {today}"
        if fault := unreachable(edition.url):
            yield "error", "dead-source", (*where, "url"), fault
        for index, total in enumerate(edition.totals):
            here = (*where, "totals", index)
            key = (edition.publisher, edition.published, total.series, total.year, total.covers_to)
            if key in seen and total.note is None:
                yield (
                    "warning",
                    "doubled-claim",
                    here,
                    f"{edition.publisher} prints {total.series} {total.year} twice that day",
                )
            seen.add(key)
            yield from _year(edition.published, total.year, total.covers_to, here)


def laundering(form: LaunderingFile, slugs: Collection[str]) -> Iterator[Remark]:
    """Statements about thefts that are not there, and dead addresses."""
    for number, each in enumerate(form.laundering):
        if fault := unreachable(each.url):
            yield "error", "dead-source", ("laundering", number, "url"), fault
        for slug in each.incidents:
            if slug not in slugs:
                yield (
                    "error",
                    "unknown-incident",
                    ("laundering", number, "incidents"),
                    f"no incident {slug!r} in this ledger",
                )


def _year(published: str, year: int | None, covers_to: str | None, where: tuple[int | str, ...]) -> Iterator[Remark]:
    if year is None:
        return
    if last_day(published).year < year:
        yield "error", "said-before", where, f"a total of {year} that was published {published}"
    elif covers_to is None and last_day(published) < dt.date(year, 12, 1):
        yield "warning", "partial-year", where, f"of {year}, published {published}, and without covers_to"
    if covers_to is not None and last_day(covers_to).year != year:
        yield "error", "partial-year", (*where, "covers_to"), f"counts to {covers_to}, and is a total of {year}"
    if covers_to is not None and first_day(covers_to) > last_day(published):
        yield "warning", "said-before", (*where, "covers_to"), f"counts to {covers_to}, published {published}"
