"""Published figures in a chart: whose are drawn, and where their signs stand, clear of their neighbours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from dyepack.amounts import millions
from dyepack.ledger.book import Ledger
from dyepack.ledger.chart_marks import HEIGHT, SIGN, Seen, Spec
from dyepack.ledger.published import published, series_of
from dyepack.ledger.totals import Totals, YearTotal
from dyepack.model import PublishedTotal

MILLION = 10**12


def printed_of(
    ledger: Ledger, found: Totals, shown: Sequence[YearTotal], seen: Seen, *, others: bool = False
) -> Mapping[int, Sequence[PublishedTotal]]:
    """What was printed of each year that is shown, and is drawn: of the actor, or with `others` of everybody."""
    if seen.slugs is not None:
        return {year.year: [] for year in shown}
    of_all = published(ledger, series=series_of(None), as_of=found.as_of) if others else ()
    printed = {
        year.year: [each for each in of_all if each.year == year.year] if others else year.published for year in shown
    }
    wanted = seen.publisher and seen.publisher.lower()
    return {
        year: [each for each in totals if _drawn(each) and wanted in (None, each.publisher.lower())]
        for year, totals in printed.items()
    }


def marks_of(
    ledger: Ledger, printed: Mapping[int, Sequence[PublishedTotal]], highest: float, lowest: float
) -> tuple[list[Spec], dict[str, str]]:
    """Published figures as marks with a sign that stands clear of its neighbours; and whose sign is whose."""
    totals = [total for each in printed.values() for total in each]
    initials = initials_of([total for total in ledger.totals if _drawn(total)])
    top = max([highest, *(in_millions(total.usd or 0) for total in totals)], default=0.0)
    out: list[Spec] = []
    for each in printed.values():
        newest: set[str] = set()
        marks = []
        for total in each:  # latest edition first
            latest = total.publisher not in newest
            newest.add(total.publisher)
            marks.append(_mark(total, initials[total.publisher], latest=latest))
        marks.sort(key=lambda mark: (-float(mark["usd"]), not mark["latest"]))
        out += apart(marks, Height(top, lowest))
    here = {total.publisher for total in totals}
    return out, {name: sign for name, sign in initials.items() if name in here}


def _drawn(total: PublishedTotal) -> bool:
    return total.usd is not None and not total.derived


def _mark(total: PublishedTotal, sign: str, *, latest: bool) -> Spec:
    said = f"{total.publisher}, {total.published}: {millions(total.usd or 0)}"
    shown = {"usd": in_millions(total.usd or 0), "sign": f"“{sign}", "said": said, "latest": latest}
    return {"kind": "published", "year": str(total.year), **shown}


@dataclass(frozen=True, slots=True)
class Height:
    """How high an amount stands on the scale, in amounts, or in powers of ten above the floor."""

    top: float
    floor: float

    def of(self, usd: float) -> float:
        """The height."""
        return log10(max(usd, self.floor) / self.floor) if self.floor else usd

    def back(self, height: float) -> float:
        """The amount at a height."""
        return self.floor * 10.0**height if self.floor else height

    @property
    def sign(self) -> float:
        """The least distance of two signs."""
        return self.of(self.top) * SIGN / HEIGHT


def apart(marks: list[Spec], height: Height) -> list[Spec]:
    """Signs pushed down until they stand apart, then up again from the axis.

    Editions of one publisher that differ by less share a sign, which stands by the latest of them.
    """
    least = height.sign
    kept: list[Spec] = []
    for mark in marks:
        at = height.of(mark["usd"])
        near = [m for m in kept if m["sign"] == mark["sign"] and abs(height.of(m["usd"]) - at) < least]
        kept.append({**mark, "sign": ""} if near and not mark["latest"] else {**mark})
        for other in near if mark["latest"] else ():
            other["sign"] = ""
    signed = [mark for mark in kept if mark["sign"]]
    places = [height.of(mark["usd"]) for mark in signed]
    for index in range(1, len(places)):
        places[index] = min(places[index], places[index - 1] - least)
    floor = least / 2
    for index in reversed(range(len(places))):
        places[index] = max(places[index], floor)
        floor = places[index] + least
    for mark, place in zip(signed, places, strict=True):
        mark["at"] = round(height.back(place), 4)
    return kept


def initials_of(totals: Sequence[PublishedTotal]) -> dict[str, str]:
    """A sign of one letter for each publisher, of two or three where one with more figures has taken the first.

    Given all figures of a ledger, not of a picture: a sign must mean the same publisher in two pictures side by side.
    """
    taken: dict[str, str] = {}
    for name, _ in sorted(Counter(total.publisher for total in totals).items(), key=lambda each: (-each[1], each[0])):
        letters = "".join(c for c in name if c.isalnum()) or "?"
        taken[name] = next((letters[:n] for n in (1, 2, 3) if letters[:n] not in taken.values()), letters)
    return dict(sorted(taken.items()))


def in_millions(usd: int) -> float:
    """Millions of dollars as a length on the paper: a drawing has no use for more than a thousandth of a million."""
    return round(usd / MILLION, 3)
