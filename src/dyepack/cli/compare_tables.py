"""How a comparison of years looks on a terminal and as CSV."""

from datetime import date

from dyepack.amounts import USD, millions, show, tenths
from dyepack.cli import show as screen
from dyepack.ledger.compare import Comparison, Period, Rank, RuleShare, Side, Since
from dyepack.ledger.counted import Scope

_MILLION = 10**12


def compare(found: Comparison, *, csv: bool) -> None:
    """The change against the same days and the whole year, then what the base is made of."""
    if csv:
        headers = [
            "clock",
            "year",
            "until",
            "usd",
            "thefts",
            "without_amount",
            "largest",
            "largest_usd",
            "median_usd",
            "thefts_of_half",
        ]
        return screen.as_csv(headers, [_plain(clock, period) for clock, period in _periods(found)])
    screen.answer(_headline(found))
    screen.answer(_base(found.held))
    headers = ["clock", "period", "$M", "thefts", "change", "largest", "$M", "of it", "rest $M", "median $M", "half"]
    rows = [_row(clock, period, found) for clock, period in _periods(found)]
    screen.table(headers, rows, right=[2, 3, 4, 6, 7, 8, 9, 10])
    screen.note("change: of this year so far against that period. half: how many thefts make half of the sum.")
    screen.note(_places(found))
    if found.shares:
        screen.note(_shares(found))
    screen.blank()
    screen.table(
        ["at least $M", "thefts", "last", "days ago", "longest wait, days"],
        map(_since, found.held.since),
        right=[0, 1, 3, 4],
    )
    if found.known is not None:
        screen.note(
            f"known: by claims said by {found.as_of}, of every year. held: by what the ledger holds today. A sum of "
            "one is never compared with a sum of the other."
        )
        if found.first_claim is None or found.until < found.first_claim:
            screen.note(nothing_known(found.until, found.first_claim))
    if found.partial:
        screen.note(found.late.sentence())
    return None


def whose(scope: Scope) -> str:
    """Whose thefts they are, for the middle of a sentence."""
    return f" attributed to {scope.actor} under rule {scope.rule}" if scope.actor else ""


def nothing_known(day: date, first: date | None) -> str:
    """What to say of a day before anything that has a day was said."""
    return f"Nothing is known of {day}: the first claim with a day of its own is of {first}."


def percent(part: float | None) -> str:
    """A share for people: `3.7 %`, and less than a tenth as such."""
    if part is None:
        return ""
    return "<0.1 %" if 0 < part < 0.0005 else f"{100 * part:.1f} %"


def ordinal(number: int) -> str:
    """`1` is `1st`."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _periods(found: Comparison) -> list[tuple[str, Period]]:
    sides = [("known", found.known), ("held", found.held)]
    out = []
    for clock, side in sides:
        if side is not None:
            parts = [side.this, side.same_days, side.year_before] if found.partial else [side.this, side.year_before]
            out += [(clock, part) for part in parts]
    return out


def _headline(found: Comparison) -> str:
    side = found.held
    this, same, whole = side.this, side.same_days, side.year_before
    so_far = f"{_label(this)}: {millions(this.usd)} held in {_thefts(this)}{whose(found.scope)}"
    if not found.partial:
        return f"{so_far}; the year before: {millions(whole.usd)} in {_thefts(whole)}{_brackets(this.usd, whole.usd)}."
    return (
        f"{so_far}; the same days of {same.year}: {millions(same.usd)} in {_thefts(same)}"
        f"{_brackets(this.usd, same.usd)}; the whole of {whole.year}: {millions(whole.usd)}"
        f"{_brackets(this.usd, whole.usd)}, which compares a part with a whole."
    )


def _base(side: Side) -> str:
    """What the year before, against which one compares, is made of."""
    base, rank = side.year_before, side.base_rank
    if base.largest is None:
        return f"There is no sum of {base.year} to compare with."
    place = "the record of" if rank.place == 1 else f"the {ordinal(rank.place)} highest of"
    rest = base.without_largest
    return (
        f"The base: {base.year} is {place} {rank.of} years, and {_share(base.top(1), base.usd)} of it is one theft, "
        f"{base.largest.victim} ({millions(base.top(1))}). Without the largest theft of each it would be "
        f"{millions(side.this.without_largest)} against {millions(rest)}{_brackets(side.this.without_largest, rest)}."
    )


def _places(found: Comparison) -> str:
    year, side = found.year, found.held
    said = f"{year} is {_place(side.rank)} by its sum, held"
    if not found.partial:
        return f"{said}."
    return f"{said} so far against whole years, and {_place(side.rank_same_days)} by the same days."


def _place(rank: Rank) -> str:
    return f"{ordinal(rank.place)} of {rank.of} years"


def _shares(found: Comparison) -> str:
    """The share of the actor with its range over the rules."""
    counted = [each for each in found.shares if each.all_usd]
    if not counted:
        return "No theft with an amount is held for these days, so that there is no share."
    chosen = next((each for each in counted if each.rule == found.scope.rule), counted[0])
    ends = sorted(each.usd for each in counted)
    listed = ", ".join(f"{each.rule} {_rule_share(each)}" for each in counted)
    return (
        f"Share of all {millions(chosen.all_usd)} held for these days: {_rule_share(chosen)} under {chosen.rule}, from "
        f"{_share(ends[0], chosen.all_usd)} to {_share(ends[-1], chosen.all_usd)} over the rules ({listed})."
    )


def _rule_share(each: RuleShare) -> str:
    return _share(each.usd, each.all_usd)


def _row(clock: str, period: Period, found: Comparison) -> list[object]:
    side = found.held if clock == "held" else found.known
    assert side is not None
    largest = period.largest
    return [
        clock,
        _label(period),
        tenths(period.usd, _MILLION),
        len(period.thefts),
        "" if period is side.this else _change(side.this.usd, period.usd),
        "" if largest is None else largest.slug,
        "" if largest is None else tenths(period.top(1), _MILLION),
        _share(period.top(1), period.usd),
        tenths(period.without_largest, _MILLION),
        "" if period.median is None else tenths(period.median, _MILLION),
        period.half,
    ]


def _since(each: Since) -> list[object]:
    last = each.last
    named = "none" if last is None else f"{last.first_day} {last.victim}"
    return [tenths(each.size, _MILLION), each.thefts, named, each.days, each.longest_wait]


def _plain(clock: str, period: Period) -> list[object]:
    largest = period.largest
    return [
        clock,
        period.year,
        period.until,
        show(period.usd, USD.decimals),
        len(period.thefts),
        len(period.thefts) - len(period.sized),
        largest and largest.slug,
        show(period.top(1), USD.decimals),
        None if period.median is None else show(period.median, USD.decimals),
        period.half,
    ]


def _label(period: Period) -> str:
    whole = (period.until.month, period.until.day) == (12, 31)
    return str(period.year) if whole else f"{period.year} up to {period.until}"


def _thefts(period: Period) -> str:
    number = len(period.thefts)
    return f"{number} {'theft' if number == 1 else 'thefts'}"


def _brackets(now: int, before: int) -> str:
    found = _change(now, before)
    return f" ({found})" if found else ""


def _change(now: int, before: int) -> str:
    if before == 0:
        return ""
    return f"{'+' if now >= before else '−'}{tenths(abs(now - before) * 100, before)} %"


def _share(part: int, whole: int) -> str:
    return f"{tenths(part * 100, whole)} %" if whole else ""
