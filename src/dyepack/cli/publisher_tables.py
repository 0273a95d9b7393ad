"""How a publisher's totals look beside its profile: the sentence, a row per year, how it counts, what is left."""

from typing import Any

from dyepack.amounts import USD, millions, show, tenths
from dyepack.cli import show as screen
from dyepack.ledger.publisher_totals import PublisherRow, PublisherTotals
from dyepack.ledger.residual import dollars
from dyepack.ledger.tally import Tally

_MILLION = 10**12
_FEW = 6
_HEADERS = ("series", "year", "counts to", "known $M", "thefts", "held $M", "thefts", "printed", "left $M", "left %")


def totals(found: PublisherTotals, year: int | None, *, csv: bool) -> None:
    """The publisher's rows; with one year, what explains its residual in full."""
    if csv:
        return _csv(found)
    if not found.rows:
        return screen.answer(f"{found.publisher.called} printed no figure, and its profile finds no theft.")
    screen.answer(_sentence(found))
    screen.table(_HEADERS, map(_cells, found.rows), right=(1, 3, 4, 5, 6, 8, 9))
    for row in found.rows if year is not None else ():
        screen.note(_figures(row))
    for row in found.rows:
        if row.residual and row.residual.state != "exact":
            screen.note(f"{_about(row)}: {row.residual.text}.")
    screen.note(f"How it counts here: {found.publisher.about} {' '.join(found.publisher.grounds)}")
    if found.as_of and found.as_of > found.last_claim:
        screen.note(
            f"The latest claim in the ledger is of {found.last_claim}; what is said after it is not known here."
        )
    return screen.note(
        "left: printed less held, of the same days. known: by claims said by that day. (n): n without a figure. "
        "Every incident and every change that fits: --json"
    )


def _sentence(found: PublisherTotals) -> str:
    name, rows = found.publisher.called, [row for row in found.rows if row.residual and row.printed]
    if not rows:
        first = f"; its first figure in the ledger is of {found.first_printed}" if found.as_of else ""
        return (
            f"{name} had printed no amount{f' by {found.as_of}' if found.as_of else ''}{first}. What its profile gives:"
        )
    row = next((each for each in reversed(rows) if each.series == rows[0].series), rows[-1])
    assert row.printed
    assert row.printed.usd is not None
    assert row.residual
    known = "" if found.as_of is None else f"{millions(row.known.usd)} known on {found.as_of} and "
    left = "agrees to the dollar" if row.residual.state == "exact" else f"leaves {_left(row)}"
    return (
        f"{_about(row)}: {name} printed {millions(row.printed.usd)} on {row.printed.published}; its profile gives "
        f"{known}{millions(row.held.usd)} held today, which {left}."
    )


def _figures(row: PublisherRow) -> str:
    """By whose figures the thefts of a row count; the publisher's own by name, while they are few."""
    own, others = row.held.on("own"), row.held.on("median")
    listed = ", ".join(f"{entry.incident} {millions(entry.usd)}" for entry in own) if len(own) <= _FEW else ""
    mine = f"at its own figures {len(own)} thefts, {millions(sum(e.usd for e in own))}{listed and f' ({listed})'}"
    rest = f"; at the median of all claims {len(others)}, {millions(sum(e.usd for e in others))}" if others else ""
    return f"{_about(row)}: {mine}{rest}."


def _left(row: PublisherRow) -> str:
    return f"{dollars(row.residual.usd)} ({row.residual.percent} %)" if row.residual else ""


def _about(row: PublisherRow) -> str:
    return f"{row.series} {_year(row)}" + (f" up to {row.span.last}" if _partial(row) else "")


def _year(row: PublisherRow) -> str:
    return str(row.year or f"{row.span.first.year}–{row.span.last.year}")


def _partial(row: PublisherRow) -> bool:
    return (row.span.last.month, row.span.last.day) != (12, 31)


def _cells(row: PublisherRow) -> list[Any]:
    left = ["", ""] if row.residual is None else [tenths(row.residual.usd, _MILLION), row.residual.percent]
    until = row.span.last if _partial(row) else ""
    return [row.series, _year(row), until, *_sum(row.known), *_sum(row.held), _printed(row), *left]


def _sum(tally: Tally) -> list[Any]:
    without = len(tally.on("none"))
    return [tenths(tally.usd, _MILLION), f"{len(tally.entries)} ({without})" if without else len(tally.entries)]


def _printed(row: PublisherRow) -> str:
    """The editions' figures in the order in which they appeared, the latest last."""
    figures: list[str] = []
    for total in (*reversed(row.earlier), *([row.printed] if row.printed else [])):
        figure = f"{total.incidents} thefts" if total.usd is None else tenths(total.usd, _MILLION)
        figure += " (derived)" if total.derived else ""
        figures += [figure] if figures[-1:] != [figure] else []
    return " → ".join(figures)


def _csv(found: PublisherTotals) -> None:
    headers = ["series", "year", "from", "to", "known_usd", "known_incidents", "held_usd", "held_incidents"]
    headers.append("printed_usd")
    rows = []
    for row in found.rows:
        data = row.as_json()
        sums = [x for t in (row.known, row.held) for x in (show(t.usd, USD.decimals), len(t.entries))]
        printed = row.printed.usd if row.printed else None
        left = row.residual
        rows.append(
            [
                *(data[key] for key in ("series", "year", "from", "to")),
                *sums,
                None if printed is None else show(printed, USD.decimals),
                row.printed.published if row.printed else None,
                *([None] * 3 if left is None else [show(left.usd, USD.decimals), left.percent, left.text]),
            ]
        )
    screen.as_csv([*headers, "published", "residual_usd", "residual_percent", "explained"], rows)
