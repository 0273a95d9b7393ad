"""The reference page of publishers: every printed total, how its publisher's profile reads it, and what is left."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from statistics import median

from dyepack.amounts import USD, show, tenths
from dyepack.ledger.book import Ledger
from dyepack.ledger.load import load_ledger
from dyepack.ledger.publisher_totals import PublisherRow, every_figure
from dyepack.ledger.publishers import Publisher, publishers
from dyepack.ledger.rules import RULES
from dyepack.ledger.tally import Tallies, Tally

_MILLION = 10**12
_HEAD = """# Publishers

<!-- made by `python3 dev docs`; do not edit -->

Every published total that the ledger holds, set beside what its publisher's profile gives for the same days. A profile
is a counting rule, written in `publishers/`, one file per publisher: whose word counts, which classes of incidents,
whose figure, gross or net. It says how a publisher *seems* to count; most do not publish their lists. Why, and how far
to trust it: [publisher profiles](../explanation/publisher-profiles.md).

- **printed**: the publisher's figure in millions of dollars; (n) the number of thefts it printed.
- **known**, **held**: what the profile gives by the claims known when the figure was printed, and by all claims the
  ledger holds today; (n) the number of thefts.
- **left**: printed less held. *exact* is to the dollar, *rounding* within the rounding of the printed figure.
- **consistent with** names a change after which the sum would agree, and how many others would do as well. It is never
  a statement about what the publisher did.
"""


def reference() -> str:
    """The page, as Markdown, about the ledger and the profiles that ship with dyepack."""
    ledger = load_ledger()
    tallies = Tallies(ledger)
    found = {who: every_figure(tallies, who) for who in publishers()}
    parts = [_HEAD, _summary(ledger, found), *(_section(who, rows) for who, rows in found.items())]
    return "\n".join(parts)


def _summary(ledger: Ledger, found: dict[Publisher, tuple[PublisherRow, ...]]) -> str:
    states = Counter(_state(row) for rows in found.values() for row in rows)
    tried = sum(states.values())
    sentence = (
        f"Of the {len(ledger.totals)} totals in the ledger, {tried} are tried: {states['exact']} to the dollar,\n"
        f"{states['rounding']} within their rounding, {states['open']} leave something open, and\n"
        f"{states['count']} gives a number of thefts alone.\n"
    )
    head = "| publisher | figures | exact | rounding | open | median left | under R1 | R2 | R3 | R4 |"
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for who, rows in found.items():
        each = Counter(_state(row) for row in rows)
        rules = [_middle(_under(ledger, who, rule)) for rule in RULES] if _about_actor(rows) else ["", "", "", ""]
        cells = [who.called, len(rows), each["exact"], each["rounding"], each["open"], _middle(rows), *rules]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    after = (
        "\nmedian left: half of the publisher's figures leave less than this share of it, to either side. Under\n"
        "R1 to R4: the same with the attributions of that rule, of figures about an actor. Where another rule does\n"
        "better than the profile, that is no reason to believe that the publisher counts so.\n"
    )
    return "\n".join([sentence, *lines, after])


def _under(ledger: Ledger, who: Publisher, rule: str) -> list[PublisherRow]:
    other = replace(who, rule=rule)
    return [row for row in every_figure(Tallies(ledger), other) if row.series.startswith("dprk")]


def _about_actor(rows: Sequence[PublisherRow]) -> bool:
    return any(row.series.startswith("dprk") for row in rows)


def _middle(rows: Sequence[PublisherRow]) -> str:
    shares = [Fraction(abs(row.residual.usd), row.residual.printed) for row in rows if row.residual]
    return f"{tenths(int(median(shares) * 10**9), 10**7)} %" if shares else ""


def _state(row: PublisherRow) -> str:
    return row.residual.state if row.residual else "count"


def _section(who: Publisher, rows: Sequence[PublisherRow]) -> str:
    grounds = "\n".join(f"- {ground}" for ground in who.grounds)
    lines = [
        "| edition | series | year | days read | printed | known | held | left | left % | |",
        "|---|---|---|---|--:|--:|--:|--:|--:|---|",
        *(f"| {' | '.join(_cells(row))} |" for row in rows),
    ]
    return "\n".join([f"## {who.called}\n", f"{who.about}\n", grounds, "", *lines, ""])


def _cells(row: PublisherRow) -> Iterator[str]:
    total, left = row.printed, row.residual
    assert total is not None
    yield total.published + (" (derived)" if total.derived else "")
    yield total.series
    yield str(total.year or "")
    yield _days(row)
    yield (_dollars(total.usd) if total.usd is not None else "") + (f" ({total.incidents})" if total.incidents else "")
    yield _tally(row.known)
    yield _tally(row.held)
    if left is None:
        yield from ("", "", f"a number alone: {len(row.held.entries) - (total.incidents or 0):+} thefts in the profile")
        return
    yield "0" if left.state == "exact" else _dollars(left.usd)
    yield "0" if left.state == "exact" else left.percent
    yield left.text.replace("|", "\\|")


def _days(row: PublisherRow) -> str:
    """What of the time it counts, where that is not simply its year; and why, where its own fields do not say."""
    first, last = row.span.first, row.span.last
    whole = row.year is not None and (first, last) == (dt.date(row.year, 1, 1), dt.date(row.year, 12, 31))
    days = "" if whole else f"{'' if first == dt.date.min else first}–{last}"
    return f"{days}{': ' if days and row.why else ''}{row.why or ''}"


def _tally(tally: Tally) -> str:
    return f"{tenths(tally.usd, _MILLION)} ({len(tally.entries)})"


def _dollars(usd: int) -> str:
    """Millions, with as many decimals as the figure has."""
    return show(usd, USD.decimals * 2)
