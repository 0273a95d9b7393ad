"""How the outlook and its backtest look on a terminal and as CSV."""

from collections.abc import Sequence

from dyepack.amounts import USD, millions, show, tenths
from dyepack.cli import show as screen
from dyepack.cli.compare_tables import nothing_known, percent, whose
from dyepack.ledger.backtest import MODEL, RULES, Backtest, Bin, Events, Score
from dyepack.ledger.counted import Theft
from dyepack.ledger.forecast import Chance
from dyepack.ledger.outlook import HINDSIGHT, Outlook, Return, Standing

_MILLION = 10**12
_CLOCK = {"known": "known on that day", "held": "held today", "given": "given"}


def outlook(found: Outlook) -> None:
    """The chance, the simple rules, the distance, the model, and how far to trust it."""
    screen.answer(_headline(found))
    headers = ["counted", "$M", "missing $M", "model", "90 %", "by one theft", *RULES]
    screen.table(headers, map(_standing, found.standings), right=range(1, len(headers)))
    screen.note(_climatology(found))
    screen.note(_record(found))
    if not found.leading.passed:
        screen.answer(_distance(found))
    screen.table(
        ["a theft of at least $M", "seen", "in years", "model: one in", "90 %"],
        map(_return, found.returns),
        right=range(5),
    )
    screen.note(_model(found))
    screen.note(found.late.sentence())
    if found.first_claim is None or found.day < found.first_claim:
        screen.note(nothing_known(found.day, found.first_claim))
    screen.note(HINDSIGHT)


def backtests(found: Sequence[Backtest], *, csv: bool) -> None:
    """The verdict, the scores and the calibration of each; as CSV every case."""
    if csv:
        chances = [f"{name.replace('-', '_')}_chance" for name in (MODEL, *RULES)]
        headers = ["actor", "rule", "as_of", "threshold_usd", "so_far_usd", "total_usd", "passed", *chances]
        return screen.as_csv(headers, [row for each in found for row in _cases(each)])
    for number, each in enumerate(found):
        if number:
            screen.blank()
        _backtest(each)
    screen.blank()
    screen.note(
        "A case: a year, a day, a threshold not yet passed. Brier and log score: less is better. worse by: than the "
        "model, in Brier score, with the interval in which 90 % of resamples of years put it."
    )
    return screen.note(HINDSIGHT)


# ── sentences


def _headline(found: Outlook) -> str:
    lead, year = found.leading, found.day.year
    start = (
        f"{year} as of {found.day}, thefts{whose(found.scope)}: {millions(lead.so_far)} counted "
        f"({_CLOCK[lead.clock]}), "
    )
    if lead.passed:
        return f"{start}so that {millions(found.threshold)} is passed already."
    model = (
        f"{percent(lead.chance.mean)} ({_interval(lead.chance)}, 90 %; {_interval(found.over_models)} over all "
        f"{1 + len(found.others)} candidate models)"
    )
    start += f"{millions(lead.missing)} short of {millions(found.threshold)}. Chance that the year passes it: "
    if found.goes_by == MODEL:
        return f"{start}{model}."
    return (
        f"{start}{percent(lead.chance_by(found.goes_by))} by {found.goes_by}, which has a better record than the model "
        f"({found.record.events.sentence()}); "
        f"the model says {model}."
    )


def _climatology(found: Outlook) -> str:
    simple = found.leading.simple
    if simple.missing <= 0:
        return "The threshold is passed; there is nothing to foretell."
    return (
        f"climatology: in {simple.passed} of {simple.years} earlier years the days after this one brought what is "
        f"missing. last-year: {millions(simple.last_year)}. so-far-scaled: {millions(simple.scaled)}."
    )


def _record(found: Outlook) -> str:
    verdict = found.record.verdict()
    return f"Record before {found.day.year}: {verdict}. In full: dyepack outlook backtest"


def _distance(found: Outlook) -> str:
    lead = found.leading
    reach = f"One theft of {millions(lead.missing)} would do"
    past = f"Of the past thefts counted here {_named(lead.as_large)} took as much"
    everybody = "" if found.scope.actor is None else f"; of everybody's, {_named(lead.as_large_of_all)}"
    return f"{reach}, chance {percent(lead.single.mean)} ({_interval(lead.single)}). {past}{everybody}."


def _named(thefts: Sequence[Theft]) -> str:
    if not thefts:
        return "none"
    shown = ", ".join(f"{theft.victim} {theft.year}" for theft in thefts[:3])
    return f"{len(thefts)} ({shown}{', …' if len(thefts) > 3 else ''})"


def _model(found: Outlook) -> str:
    arrivals, chosen = found.forecast.arrivals, found.forecast.candidates[0]
    rate = "constant" if arrivals.memory == 1 else f"memory {arrivals.memory} per quarter"
    learns = {"own": ", learnt from these", "all": ", learnt from everybody's"}[chosen.learns_from]
    learns = learns if found.scope.actor else ""
    others = sorted(chance.mean for chance in found.others)
    between = f"; the others say {percent(others[0])} to {percent(others[-1])}" if others else ""
    return (
        f"Model, from {found.learnt_from} thefts of at least $1.0 M: {arrivals.per_year:.1f} a year ({rate}); sizes: "
        f"{chosen.family.name}{learns}, the best of {1 + len(others)} by the probability it gave to years left "
        f"out{between}."
    )


# ── cells


def _standing(each: Standing) -> list[object]:
    simple = each.simple.chances()
    return [
        each.clock,
        tenths(each.so_far, _MILLION),
        tenths(max(each.missing, 0), _MILLION),
        percent(each.chance.mean),
        _interval(each.chance),
        percent(each.single.mean),
        *(percent(simple[name]) for name in RULES),
    ]


def _return(each: Return) -> list[object]:
    middle, low, high = each.model
    return [
        tenths(each.size, _MILLION),
        each.seen,
        f"{each.record_years:.1f}",
        _years(middle),
        f"{_years(low)} – {_years(high)}",
    ]


def _years(years: float) -> str:
    if years > 1000:
        return "over 1000 years"
    return f"{years:.1f} years" if years >= 1 else f"{365.25 * years:.0f} days"


def _interval(chance: Chance) -> str:
    return f"{percent(chance.low).removesuffix(' %')}–{percent(chance.high)}"


def _backtest(found: Backtest) -> None:
    name = f"Thefts{whose(found.history.scope)}" if found.history.scope.actor else "Everybody's thefts"
    screen.answer(f"{name}: {found.verdict()}.")
    if not found.cases:
        return
    screen.table(["", "Brier", "log score", "worse by", "90 %"], map(_score, found.scores()), right=range(1, 5))
    headers = ["threshold $M", "cases", "came true", "in years", "remark"]
    screen.table(headers, [_threshold(*each) for each in found.by_threshold().items()], right=range(4))
    screen.table(
        ["the model said", "cases", "on average", "came true", "share", "90 %"],
        map(_bin, found.calibration()),
        right=range(1, 6),
    )
    for reason in found.skipped:
        screen.note(f"Left out: {reason}.")


def _score(each: Score) -> list[object]:
    scores = [each.name, f"{each.brier:.3f}", f"{each.log_score:.3f}"]
    if each.name == MODEL:
        return [*scores, "", ""]
    middle, low, high = each.margin
    return [*scores, f"{middle:+.3f}", f"{low:+.3f} to {high:+.3f}"]


def _threshold(usd: int, events: Events) -> list[object]:
    remark = "" if events.came_true else "nothing came true: only its “no” is tested"
    return [tenths(usd, _MILLION), events.cases, events.came_true, len(events.years), remark]


def _bin(each: Bin) -> list[object]:
    found = each.as_json()
    return [
        f"{each.low:.2f}–{each.high:.2f}",
        each.cases,
        f"{each.mean:.2f}",
        each.passed,
        f"{found['share_passed']:.2f}",
        f"{found['share_low']:.2f}–{found['share_high']:.2f}",
    ]


def _cases(found: Backtest) -> list[list[object]]:
    scope = found.history.scope
    return [
        [
            scope.actor,
            scope.rule if scope.actor else None,
            case.day,
            *(show(usd, USD.decimals) for usd in (case.threshold, case.so_far, case.total)),
            int(case.passed),
            *(f"{case.chances[name]:.4f}" for name in (MODEL, *RULES)),
        ]
        for case in found.cases
    ]
