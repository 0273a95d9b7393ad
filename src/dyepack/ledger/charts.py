"""Charts of the ledger as Vega-Lite specifications: what is drawn, with its rule, day and sources inside the picture.

Pure functions of an answer: they read no file and draw nothing, so that the same specification serves a picture here
(`picture.py`) and a page. Kinds of statement differ by form before they differ by colour: a sum under a rule is a bar,
the claims' range a whisker, a published figure a quotation mark with its publisher's sign, a part of a year striped.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import exp, floor, log, log10
from operator import attrgetter

from dyepack.amounts import millions, tenths
from dyepack.ledger.book import Ledger
from dyepack.ledger.chart_marks import (
    DARK,
    HEIGHT,
    LIGHT,
    SHARE,
    WIDTH,
    Ink,
    Seen,
    Spec,
    bar_marks,
    dollars,
    frame,
    published_marks,
    ranked_marks,
    ranks,
    span_marks,
    whisker_marks,
    whole_marks,
    years,
)
from dyepack.ledger.counted import last_heard
from dyepack.ledger.printed_marks import MILLION, in_millions, marks_of, printed_of
from dyepack.ledger.rules import RULES
from dyepack.ledger.totals import Sum, Totals, YearTotal, weights
from dyepack.version import RELEASE

__all__ = ["DARK", "LIGHT", "against_chart", "concentration_chart", "totals_chart"]

ALL_SEEN = Seen()
NAMED, NAMES_APART = 5, 0.04
"""How many thefts are named, and the least distance of two names on a scale from 0 to 1."""
PIXEL = 0.5
"""A dot so near to one that is drawn lies on it: the dots are six pixels wide."""


def totals_chart(
    ledger: Ledger, found: Totals, ink: Ink = LIGHT, seen: Seen = ALL_SEEN, *, others: bool = False
) -> Spec:
    """Yearly sums as bars with the range of the claims, and beside them what publishers printed.

    With `others` the bars of everybody stand behind, and the range and the printed figures are of everybody.
    """
    shown = [year for year in found.years if year.all_held.incidents or year.published]
    until = found.as_of or (last_heard(ledger) if shown else None)
    bars = [_bar(year, until, others=others) for year in shown]
    printed = printed_of(ledger, found, shown, seen, others=others)
    lowest = _floor(bars) if seen.log else 0.0
    top = max([bar["over"] for bar in bars], default=0.0)
    marks, initials = marks_of(ledger, printed, top, lowest)
    top = max([top, *(mark["usd"] for mark in marks)], default=0.0)
    layers = [
        *(whole_marks(ink) if others else ()),
        *bar_marks(ink, known=found.as_of is not None),
        *(whisker_marks(ink) if seen.ranges else ()),
        *published_marks(ink),
    ]
    key = _key(found, bars, initials, seen, others=others)
    spec = frame(_headline(found), _under(ledger, found, seen), key, ink, slots=len(shown))
    spec["vconcat"][0] |= {
        "data": {"values": [_above(bar, lowest) for bar in bars] + marks},
        "layer": [_standing(layer, lowest) for layer in layers],
        "encoding": {"x": years([year.year for year in shown]), "y": dollars("usd", top, lowest)},
    }
    return spec


def against_chart(ledger: Ledger, under: Mapping[str, Totals], ink: Ink = LIGHT, seen: Seen = ALL_SEEN) -> Spec:
    """An actor's sums under every rule, year by year, as a range; against what publishers printed of the same years."""
    found = next(iter(under.values()))
    counted = {year.year for each in under.values() for year in each.years if year.held.incidents}
    shown = [year for year in found.years if year.published or year.year in counted]
    day = found.as_of or (last_heard(ledger) if shown else None)
    ticks: list[Spec] = [  # a sum of nothing stands on the floor of a logarithmic scale
        {"year": str(year.year), "rule": name, "usd": in_millions(_of(each, year.year).held.usd), "kind": "rule"}
        for year in shown
        for name, each in under.items()
    ]
    spans: list[Spec] = [
        {
            "year": str(year.year),
            "kind": "span",
            "usd": min(sums),
            "low": min(sums),
            "high": max(sums),
            "until": _until(year, day),
            "floor": 0.0,
        }
        for year in shown
        if (sums := [tick["usd"] for tick in ticks if tick["year"] == str(year.year)])
    ]
    lowest = _floor(ticks) if seen.log else 0.0
    printed = printed_of(ledger, found, shown, seen)
    marks, initials = marks_of(ledger, printed, max((span["high"] for span in spans), default=0.0), lowest)
    top = max([each["usd"] for each in [*ticks, *marks]], default=0.0)
    title = f"What is attributed to {found.actor}: {len(under)} counting rules against what was published"
    dashed = " Dashed: a part of the year." if any(span["until"] for span in spans) else ""
    line = f"Upright line: from the least to the most under {', '.join(under)}, a tick for each.{dashed}"
    line += " Held today of the same days, not what was known that day." if found.as_of else ""
    key = [line, _signs(initials)]
    rules = "; ".join(f"{name}: {meaning}" for name, meaning in RULES.items() if name in under)
    lines = [f"{rules}.", *_narrowed(seen), _counted(ledger, found, found.all_held)]
    spec = frame(title, lines, key, ink, slots=len(shown))
    spec["vconcat"][0] |= {
        "data": {"values": [_above(each, lowest) for each in spans + ticks] + marks},
        "layer": [*span_marks(ink), *published_marks(ink)],
        "encoding": {"x": years([year.year for year in shown]), "y": dollars("usd", top, lowest)},
    }
    return spec


def concentration_chart(ledger: Ledger, found: Totals, ink: Ink = LIGHT, seen: Seen = ALL_SEEN) -> Spec:
    """Thefts from the largest down, and the share of the whole that so many of them make; by both clocks with a day."""
    held = _curve(ledger, found.held, None)
    known = None if found.as_of is None else _curve(ledger, found.known, found.as_of)
    number = max(len(held.sums), len(known.sums) if known else 0)
    curves = {"held": held} | ({"known": known} if known else {})
    rows = [row for clock, curve in curves.items() for row in curve.rows(clock, number)]
    _name_first(ledger, rows, held.sizes)
    sums = [f"Known that day: {millions(known.whole)}; held today: {millions(held.whole)}."] if known else []
    under = [*sums, *_under(ledger, found, seen)]
    spec = frame(_half(held, known, found.as_of), under, _dots(found, held, known, len(rows)), ink)
    spec["vconcat"][0] |= {
        "data": {"values": rows},
        "encoding": {"x": ranks(number), "y": SHARE},
        "layer": ranked_marks(ink, known=known is not None),
    }
    return spec


# ── data


def _bar(year: YearTotal, day: dt.date | None, *, others: bool = False) -> Spec:
    """One year's sum; `known` is what had been said of it by the as-of day, and may be more; `over` clears them all."""
    whole = year.all_held if others else year.held
    return {
        "kind": "part" if _until(year, day) else "bar",
        "year": str(year.year),
        "usd": in_millions(year.held.usd),
        "known": in_millions(year.known.usd),
        "whole": in_millions(whole.usd),
        "low": in_millions(whole.low),
        "high": in_millions(whole.high),
        "over": in_millions(max(whole.high, year.known.usd)),
        "text": tenths(whole.usd, MILLION) if whole.usd else "",
        "until": _until(year, day),
        "floor": 0.0,
    }


def _floor(rows: Sequence[Spec]) -> float:
    """Where a logarithmic scale of these begins: at the power of ten below the least sum that is one."""
    sums = [row["usd"] for row in rows if row["usd"] > 0]
    return 10.0 ** floor(log10(min(sums))) if sums else 1.0


def _standing(layer: Spec, lowest: float) -> Spec:
    """A layer of bars on a logarithmic scale, where they stand on its floor and not on nothing."""
    if not lowest or layer["mark"]["type"] != "bar":
        return layer
    return {**layer, "encoding": {**layer.get("encoding", {}), "y2": {"datum": lowest}}}


def _above(row: Spec, lowest: float) -> Spec:
    """The same with nothing below the floor: zero has no place on a logarithmic scale."""
    return {name: max(each, lowest) if isinstance(each, float) else each for name, each in row.items()}


def _until(year: YearTotal, day: dt.date | None) -> str:
    """The day up to which a year counts, where it is the last one and not over."""
    part = day is not None and day.year == year.year and (day.month, day.day) != (12, 31)
    return f"to {day:%d %b}" if part and day else ""


@dataclass(frozen=True, slots=True)
class _Curve:
    """The thefts that have an amount, the largest first, and what so many of them come to."""

    sizes: tuple[tuple[int, str], ...]
    sums: tuple[int, ...]

    @property
    def whole(self) -> int:
        """What all of them come to."""
        return self.sums[-1] if self.sums else 0

    @property
    def half(self) -> str:
        """How many of how many make half of it."""
        half = next((rank for rank, sum_ in enumerate(self.sums, 1) if 2 * sum_ >= self.whole), 0)
        return f"{half} of {len(self.sums)}"

    def rows(self, clock: str, number: int) -> list[Spec]:
        """The dots that show, on a scale of so many thefts: those half a pixel from the last one, and the last."""
        wide, last, rows = WIDTH / log(max(number, 2)), (-1.0, -1.0), list[Spec]()
        high, seen = HEIGHT / max(self.whole, 1), 0
        for rank, sum_ in enumerate(self.sums, 1):
            if rank > NAMED and rank < seen and sum_ * high - last[1] < PIXEL and rank < len(self.sums):
                continue
            here = log(rank) * wide, sum_ * high
            if rank <= NAMED or rank == len(self.sums) or max(here[0] - last[0], here[1] - last[1]) >= PIXEL:
                rows.append({"kind": clock, "rank": rank, "share": round(sum_ / self.whole, 6), "name": ""})
                last, seen = here, int(exp((here[0] + PIXEL) / wide))
        return rows


def _curve(ledger: Ledger, counted: Sum, day: dt.date | None) -> _Curve:
    weighed = ledger.once(weights, day)
    sized = ((each.median, slug) for slug in counted.slugs if (each := weighed.get(slug)) is not None)
    sizes = tuple(sorted(((usd, slug) for usd, slug in sized if usd), reverse=True))
    return _Curve(sizes, tuple(accumulate(usd for usd, _ in sizes)))


def _name_first(ledger: Ledger, rows: Sequence[Spec], sizes: Sequence[tuple[int, str]]) -> None:
    """Put names beside the first few, apart from each other."""
    at = 1.0
    for row, (usd, slug) in reversed(list(zip(rows[:NAMED], sizes, strict=False))):
        at = min(at - NAMES_APART, row["share"] - NAMES_APART / 2)
        row |= {"name": f"{ledger.incident(slug).victim}, {slug[:4]}: {millions(usd)}", "at": round(at, 4)}


def _of(found: Totals, year: int) -> YearTotal:
    return next(each for each in found.years if each.year == year)


# ── words


def _headline(found: Totals) -> str:
    if not found.years:
        return "No theft passes"
    whose = f"attributed to {found.actor}" if found.actor else "taken in all thefts of the ledger"
    if found.as_of is None:
        return f"{millions(found.held.usd)} {whose}, {found.years[0].year}–{found.years[-1].year}"
    last = found.years[-1]
    clocks = f"known that day: {millions(last.known.usd)}; held today: {millions(last.held.usd)}"
    return f"{last.year} up to {found.as_of}, {whose} – {clocks}"


def _under(ledger: Ledger, found: Totals, seen: Seen) -> list[str]:
    rule = f"Rule {found.rule}: {RULES[found.rule]}" if found.rule else "All incidents of class theft, whoever did them"
    return [f"{rule}.", *_narrowed(seen), _counted(ledger, found, found.held)]


def _narrowed(seen: Seen) -> list[str]:
    """That only some thefts, or the figures of one publisher, are here."""
    thefts = f"Only thefts {seen.only}; what publishers print is of more, and not drawn." if seen.only else ""
    whose = f"Of printed figures only those by {seen.publisher}." if seen.publisher and not seen.only else ""
    return [said for said in (thefts, whose) if said]


def _counted(ledger: Ledger, found: Totals, counted: Sum) -> str:
    """As of when, what was counted, whose word it is, and who drew it."""
    day = f"As of {found.as_of}" if found.as_of else "With all claims held today"
    claims = (ledger.losses[slug] for slug in counted.slugs if slug in ledger.losses)
    said = Counter(map(attrgetter("by"), chain.from_iterable(claims)))
    names = [name for name, _ in sorted(said.items(), key=lambda each: (-each[1], each[0]))]
    others = f" and {len(names) - 4} others" if len(names) > 4 else ""
    sources = f"Amounts by {', '.join(names[:4])}{others}." if names else "Nobody states an amount."
    thefts = "a theft counts" if counted is found.all_held else f"each of {counted.incidents} thefts counts"
    return f"{day}; {thefts} with the median of the claims about it. {sources} Drawn by dyepack {RELEASE}."


def _half(held: _Curve, known: _Curve | None, day: dt.date | None) -> str:
    if known is None:
        return f"{held.half} thefts make half of {millions(held.whole)}"
    return f"Half of the sum up to {day} – known that day: {known.half} thefts; held today: {held.half}"


def _dots(found: Totals, held: _Curve, known: _Curve | None, drawn: int) -> list[str]:
    """What the dots mean, and how many of them lie on others."""
    key = [f"A dot: one theft, the largest on the left; thefts are on a logarithmic scale.{_uncounted(found)}"]
    if known is not None:
        key.append("Hollow: by what was known that day, as a share of that. Filled: held today of the same days.")
    if hidden := len(held.sums) + (len(known.sums) if known else 0) - drawn:
        key.append(f"Drawn: {drawn} dots; {hidden} more lie less than half a pixel from one of them.")
    return key


def _key(
    found: Totals, bars: Sequence[Spec], initials: Mapping[str, str], seen: Seen, *, others: bool = False
) -> list[str]:
    """What the forms mean: always in the picture."""
    told = "Bar: the sum."
    grey = " Grey above it: all others; the figure, range and printed figures are of everybody." if others else ""
    if found.as_of is not None:
        told = "Narrow: known by that day. Wide, with the figure: held today of the same days; known may be more."
    told += grey + (" Striped: a part of the year." if any(bar["kind"] == "part" for bar in bars) else "")
    told += " Whisker: every theft at its lowest, at its highest claim." if seen.ranges else ""
    told += " Logarithmic scale: bars do not compare by their length." if seen.log else ""
    return [f"{told}{_uncounted(found)}", _signs(initials)]


def _signs(initials: Mapping[str, str]) -> str:
    listed = ", ".join(f"“{sign} {name}" for name, sign in initials.items())
    return f"Quotation mark: published by {listed}; faint: revised since." if listed else ""


def _uncounted(found: Totals) -> str:
    missing = found.held.without_amount
    return f" Without a comparable amount, and adding nothing: {missing}." if missing else ""
