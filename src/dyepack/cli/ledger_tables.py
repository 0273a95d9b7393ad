"""How the ledger's answers look on a terminal and as CSV: the sentence, a small table, where the rows are."""

from collections.abc import Sequence
from typing import Any

from dyepack.amounts import USD, millions, show, tenths
from dyepack.cli import show as screen
from dyepack.ledger import (
    RULES,
    SHARED_SENTENCE,
    Filter,
    IncidentView,
    Ledger,
    Line,
    Printed,
    Sum,
    Summary,
    Totals,
    YearTotal,
)
from dyepack.model import AmountClaim, AttributionClaim, PublishedTotal

_MILLION = 10**12


def incidents(ledger: Ledger, lines: Sequence[Line], where: Filter, *, csv: bool) -> None:
    """A list of incidents; with an as-of day also what was known of each on that day."""
    if csv:
        dollars = ["known_usd", "low_usd", "median_usd", "high_usd"]
        return screen.as_csv(
            ["incident", "date", "victim", *dollars, "actor", "confidence", "by", "said"],
            [_incident_row(line) for line in lines],
        )
    if not lines:
        days = sorted(i.last_day for i in ledger.incidents)
        return screen.answer(f"No incident passes; the ledger holds {len(days)}, from {days[0]} to {days[-1]}.")
    sums = [line.held.median for line in lines if line.held]
    screen.answer(
        f"{_count(len(lines), 'incident')}, together {millions(sum(sums))}{_without(len(lines) - len(sums))}."
    )
    known = [] if where.as_of is None else [f"known {where.as_of}"]
    headers = ["incident", "victim", *known, "$M", "range", "attributed"]
    rows = [
        [
            line.incident.incident,
            line.incident.victim,
            *([_median(line.known)] if known else []),
            _median(line.held),
            _range(line.held),
            _attribution(line.attribution),
        ]
        for line in lines
    ]
    screen.table(headers, rows, right=range(2, 4 + len(known)))
    return screen.note("$M: median of the comparable claims. One in full: dyepack incident SLUG")


def incident(view: IncidentView, *, each_address: bool) -> None:
    """One incident: sentence, claims side by side, attributions, addresses, laundering, notes."""
    names = {source.source: source.name for source in view.sources}
    screen.answer(_headline(view))
    if view.losses or view.returned:
        claims = [("taken", c) for c in view.losses] + [("returned", c) for c in view.returned]
        screen.table(["", "$M", "said by", "on", "read in", "remark"], [_loss_row(*c) for c in claims], right=[1])
    if view.attributions:
        screen.table(
            ["attributed to", "group", "confidence", "by", "on", "read in"], [_who_row(c) for c in view.attributions]
        )
    _addresses(view, names, each_address=each_address)
    if view.laundering:
        screen.answer("What came of the money, as reported:")
        for claim in view.laundering:
            where = f", {claim.service}" if claim.service else ""
            screen.note(f"{claim.when or 'undated'}, {claim.kind}{where}: {claim.statement} ({claim.by}).")
    if view.incident.notes:
        screen.note(view.incident.notes)
    screen.note(f"{_count(len(view.sources), 'source')}; every record with its source: --json")


def totals(ledger: Ledger, found: Totals, *, csv: bool) -> None:
    """Yearly sums; with an as-of day what was known and what is held, side by side and never mixed."""
    if csv:
        headers = ["year", *(f"{kind}_{name}" for kind in ("known", "held", "all_held") for name in _SUM)]
        return screen.as_csv(
            headers, [[y.year, *_plain(y.known), *_plain(y.held), *_plain(y.all_held)] for y in found.years]
        )
    if not (found.held.incidents or found.known.incidents or any(year.published for year in found.years)):
        return screen.answer(_none(ledger, found))
    screen.answer(_sentence(found))
    if found.as_of is None:
        headers = ["year", "$M", "range", "thefts", "of all", "published, earlier → later edition"]
        rows = [[y.year, *_sum(y.held), _percent(y.held, y.all_held), _printed(y)] for y in found.years]
        screen.table(headers, rows, right=range(5))
    else:
        headers = [
            "year",
            "known $M",
            "range",
            "thefts",
            "held $M",
            "range",
            "thefts",
            "of all held",
            "published by then",
        ]
        rows = [[y.year, *_sum(y.known), *_sum(y.held), _percent(y.held, y.all_held), _printed(y)] for y in found.years]
        screen.table(headers, rows, right=range(8))
        _clocks(ledger, found)
    return screen.note(
        "A theft counts with the median of its comparable claims; (n): n of them have none. The rows: --json"
    )


def published(ledger: Ledger, rows: Sequence[Printed], goal: int | None, *, csv: bool) -> None:
    """Printed totals, by year, latest edition first."""
    if csv:
        headers = ["series", "year", "publisher", "published", "usd", "incidents", "covers_to", "note", "url"]
        return screen.as_csv(headers, [_total_row(ledger, row.total) for row in rows])
    if not rows:
        days = sorted(total.known_by for total in ledger.totals)
        extent = f"those of the ledger were printed from {days[0]} to {days[-1]}" if days else "the ledger has none"
        return screen.answer(f"No such figure; {extent}.")
    publishers = len({row.total.publisher for row in rows})
    screen.answer(f"{_count(len(rows), 'figure')} by {_count(publishers, 'publisher')}.")
    headers = ["year", "publisher", "printed", "$M", "thefts", "counts to", "against the year before"]
    to = [] if goal is None else [f"short of {millions(goal)}"]
    table = [
        [
            row.total.year,
            row.total.publisher + (" (derived)" if row.total.derived else ""),
            row.total.published,
            _tenths(row.total.usd),
            row.total.incidents,
            row.total.covers_to,
            _change(row),
            *([] if goal is None or row.total.usd is None else [_missing(goal, row.total.usd)]),
        ]
        for row in rows
    ]
    screen.table([*headers, *to], table, right=[3, 4, 6, *([7] if to else [])])
    if any(row.partial and row.change for row in rows):
        screen.note(
            "A figure with a day under “counts to” compares a part of its year with the whole of the year before."
        )
    return None


# ── sentences


def _sentence(found: Totals) -> str:
    whose = f" attributed to {found.actor} under rule {found.rule} ({RULES[found.rule]})" if found.rule else ""
    if found.as_of is None:
        thefts = f"{_count(found.held.incidents, 'theft')}{_without(found.held.without_amount)}{whose}"
        return f"{millions(found.held.usd)} taken in {thefts}, {found.years[0].year}–{found.years[-1].year}."
    last = found.years[-1]
    return (
        f"{last.year} up to {found.as_of}: {millions(last.known.usd)} known on that day to be taken in "
        f"{_count(last.known.incidents, 'theft')}{whose}; of the same days the ledger holds "
        f"{millions(last.held.usd)} in {_count(last.held.incidents, 'theft')} today."
    )


def _none(ledger: Ledger, found: Totals) -> str:
    whose = f" attributed to {found.actor} under rule {found.rule}" if found.rule else ""
    until = f" up to {found.as_of}" if found.as_of else ""
    first = min((i.first_day for i in ledger.incidents if i.incident_class == "theft"), default=None)
    anybody = f"; its first by anybody is of {first}" if first else ""
    return f"The ledger holds no theft{whose}{until}{anybody}."


def _clocks(ledger: Ledger, found: Totals) -> None:
    screen.note(
        "known: claims said by that day. held: what the ledger holds today of thefts up to that day; most of it comes "
        "from databases that show what they say now, not when they first said it."
    )
    if not found.known.incidents:
        claims: tuple[Any, ...] = (*ledger.amounts, *ledger.attributions)
        first = min(claim.known_by for claim in claims if claim.known_by)
        screen.note(
            f"Nothing of it is known to have been said by {found.as_of}; the first claim with a day is of {first}."
        )


def _headline(view: IncidentView) -> str:
    loss = view.loss
    lost = "an amount that no comparable claim states"
    if loss is not None:
        spread = "" if loss.low == loss.high else f" between {millions(loss.low)} and {millions(loss.high)}"
        lost = f"{millions(loss.median)}: the median of {_count(loss.claims, 'comparable claim')}{spread}"
        lost = lost if loss.claims > 1 else f"{millions(loss.median)} by one claim"
    return f"{view.incident.victim} lost, on {view.incident.date}, {lost}. {_who(view.attributions)}"


def _who(claims: Sequence[AttributionClaim]) -> str:
    if not claims:
        return "Nobody in this ledger says who did it."
    actors = dict.fromkeys(claim.actor for claim in claims)
    parts = []
    for actor in actors:
        grades: dict[str, list[str]] = {}
        for claim in claims:
            if claim.actor == actor:
                grades.setdefault(claim.confidence, []).append(claim.by)
        parts.append(
            f"{actor}, " + "; ".join(f"{grade} by {', '.join(dict.fromkeys(by))}" for grade, by in grades.items())
        )
    return f"Attributed to {' — and to '.join(parts)}."


def _addresses(view: IncidentView, names: dict[str, str], *, each_address: bool) -> None:
    if each_address:
        rows = [[a.role, a.chain, a.address, names.get(a.source)] for a in view.addresses]
        screen.table(["role", "chain", "address", "named by"], rows)
    elif view.addresses:
        roles: dict[str, set[str]] = {}
        for claim in view.addresses:
            roles.setdefault(claim.role, set()).add(f"{claim.chain}:{claim.address}")
        listed = ", ".join(f"{len(found)} {role}" for role, found in sorted(roles.items()))
        screen.note(f"Addresses: {listed}. One by one: --addresses")
    if view.shared:
        rows = [
            [s.address, each, ", ".join(sorted({c.chain for c in s.elsewhere if c.incident == each}))]
            for s in view.shared
            for each in dict.fromkeys(c.incident for c in s.elsewhere)
        ]
        screen.table(["shared address", "with", "there on"], rows)
        screen.note(SHARED_SENTENCE)


# ── cells

_SUM = ("usd", "low_usd", "high_usd", "incidents", "without_amount")


def _plain(found: Sum) -> list[Any]:
    return [
        *(show(usd, USD.decimals) for usd in (found.usd, found.low, found.high)),
        found.incidents,
        found.without_amount,
    ]


def _incident_row(line: Line) -> list[Any]:
    held = [None] * 3 if line.held is None else [line.held.low, line.held.median, line.held.high]
    dollars = [None if usd is None else show(usd, USD.decimals) for usd in (line.known and line.known.median, *held)]
    who = line.attribution
    said = [None] * 4 if who is None else [who.actor, who.confidence, who.by, who.published or who.retrieved]
    return [line.incident.incident, line.incident.date, line.incident.victim, *dollars, *said]


def _loss_row(measure: str, claim: AmountClaim) -> list[Any]:
    remark = claim.kind or ""
    if claim.covers:
        remark = f"for {' and '.join(claim.covers)} together"
    return [measure, _tenths(claim.usd), claim.by, claim.published, claim.retrieved, remark]


def _who_row(claim: AttributionClaim) -> list[Any]:
    return [claim.actor, claim.group, claim.confidence, claim.by, claim.published, claim.retrieved]


def _total_row(ledger: Ledger, total: PublishedTotal) -> list[Any]:
    usd = None if total.usd is None else show(total.usd, USD.decimals)
    told = [total.incidents, total.covers_to, total.note, ledger.by_source[total.source].url]
    return [total.series, total.year, total.publisher, total.published, usd, *told]


def _printed(year: YearTotal) -> str:
    """Each publisher's figures in the order in which they appeared: `Chainalysis 340.4 → 1 000.0 → 660.5`."""
    by: dict[str, list[str]] = {}
    for total in reversed(year.published):
        if total.usd is not None and not total.derived:
            figures = by.setdefault(total.publisher, [])
            figures += [_tenths(total.usd)] if figures[-1:] != [_tenths(total.usd)] else []
    return " · ".join(f"{name} {' → '.join(figures)}" for name, figures in sorted(by.items()))


def _change(row: Printed) -> str:
    if row.change is None:
        return ""
    difference, before = row.change
    sign = "+" if difference >= 0 else "−"
    return f"{sign}{tenths(abs(difference) * 100, before)} %"


def _missing(goal: int, usd: int) -> str:
    return _tenths(goal - usd) if usd < goal else "reached"


def _percent(part: Sum, whole: Sum) -> str:
    return f"{tenths(part.usd * 100, whole.usd)} %" if whole.usd and part.incidents else ""


def _sum(found: Sum) -> list[Any]:
    if not found.incidents:
        return ["0", "", 0]
    thefts = f"{found.incidents} ({found.without_amount})" if found.without_amount else found.incidents
    return [_tenths(found.usd), f"{_tenths(found.low)}–{_tenths(found.high)}", thefts]


def _median(found: Summary | None) -> str:
    return "" if found is None else _tenths(found.median)


def _range(found: Summary | None) -> str:
    return "" if found is None or found.low == found.high else f"{_tenths(found.low)}–{_tenths(found.high)}"


def _attribution(claim: AttributionClaim | None) -> str:
    if claim is None:
        return ""
    return f"{claim.actor}, {claim.confidence} by {claim.by} ({claim.published or f'read {claim.retrieved}'})"


def _tenths(usd: int | None) -> str:
    return "" if usd is None else tenths(usd, _MILLION)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _without(number: int) -> str:
    return f" ({number} without an amount)" if number else ""
