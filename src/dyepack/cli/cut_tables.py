"""How cuts look on a terminal and as CSV."""

from collections.abc import Sequence
from typing import Any

from dyepack.amounts import USD, millions, show, tenths
from dyepack.cli import show as screen
from dyepack.ledger import RULES, Sum
from dyepack.ledger.cuts import Cut, Part, Piece
from dyepack.ledger.delays import Delay, halves
from dyepack.ledger.recovered import Recovered
from dyepack.ledger.remedies import RemediesFile

_MILLION = 10**12
BACK = "returned by the thief or made good by others"
"""What a claim of a return means; few sources say which of the two."""
SHOWN = 25
"""Parts on the screen; the others are added up in one line, and all are in the JSON and the CSV."""


def parts(cut: Cut) -> None:
    """The whole in a sentence, each part in a line, those beyond the first few added up."""
    screen.answer(_sentence(cut))
    clocks = ("known", "held") if cut.question.as_of else ("held",)
    headers = [cut.question.by]
    for clock in clocks:
        headers += [f"{clock} $M" if len(clocks) > 1 else "$M", "range", "thefts", "among $M", "thefts"]
    headers += ["back or made good", "net of that claim"]
    shown, rest = _few(cut.parts)
    rows = [[part.name, *_cells(part, clocks)] for part in shown]
    if rest:
        name = f"({len(rest)} more)"
        rows.append([name, *_cells(_together(name, rest), clocks, among=False)])
    screen.table(headers, rows, right=range(1, len(headers)))
    _notes(cut)


def over_time(cut: Cut) -> None:
    """Each part year by year, as held today."""
    screen.answer(_sentence(cut))
    years = sorted({year for part in cut.parts for year in part.years})
    shown, rest = _few([part for part in cut.parts if part.years])
    whole = [*shown, _together(f"({len(rest)} more)", rest)] if rest else shown
    rows = [[part.name, *(_amount(part.years.get(year, Sum())) for year in years)] for part in whole]
    screen.table([f"$M by {cut.question.by}", *map(str, years)], rows, right=range(1, len(years) + 1))
    _notes(cut)


def as_csv(cut: Cut) -> None:
    """A line for each part and clock; dollars are exact decimals."""
    headers = ["part", "clock", "usd", "low_usd", "high_usd", "thefts", "without_amount"]
    rows = []
    for part in cut.parts:
        for clock, piece in (("known", part.known), ("held", part.held)):
            rows.append([part.name, clock, *_plain(piece)])
    screen.as_csv([*headers, "among_usd", "among_thefts", "returned_or_made_good_usd", "net_of_that_claim_usd"], rows)


def evidence(file: RemediesFile) -> None:
    """Why each vector is set against its remedies, and where that misleads."""
    for entry in file.mapping:
        whom = f" of {', '.join(entry.victims)}" if entry.victims else ""
        screen.answer(f"{entry.vector}{whom} → {' or '.join(entry.remedies) or '(none)'}")
        for source in entry.evidence:
            screen.note(f"  {source.by}: {source.says} <{source.url}>")
        if entry.judgement:
            screen.note(f"  Our judgement: {entry.judgement}")
        screen.note(f"  Limits: {entry.limits}")


def delays(found: Sequence[Delay]) -> None:
    """Days from theft to attribution."""
    dated = [delay for delay in found if delay.median]
    screen.answer("Days from the theft to the attribution, over attributions that have a day of their own:")
    rows = [[each.by, each.thefts, each.undated, _median(each), each.shortest, each.longest] for each in dated]
    screen.table(["by", "thefts", "undated", "median", "shortest", "longest"], rows, right=range(1, 6))
    only = [f"{each.by} {each.undated}" for each in found if not each.median]
    screen.note(
        "undated: thefts that a running database names, nobody knows since when; they have no delay."
        + (f" Undated alone: {', '.join(only)}." if only else "")
    )
    for each in found[1:]:
        if each.before:
            screen.note(f"Before the theft, so a date is wrong: {each.by} on {', '.join(each.before)}.")


def recovered(found: Recovered) -> None:
    """What is said to have come back or been made good, and what to have been stopped, with the days."""
    if found.returned:
        rows = [[c.incident, _tenths(c.usd), c.by, c.published, c.retrieved] for c in found.returned]
        screen.table(["back or made good", "$M", "said by", "on", "read in"], rows, right=[1])
        if any(claim.by == "DefiLlama" for claim in found.returned):
            screen.note(f"{BACK.capitalize()}: DefiLlama does not tell the two apart.")
    if found.disputable:
        screen.note(
            "Of these, reports of where the stolen money went may contradict the return: "
            f"{', '.join(found.disputable)}. See `dyepack incident SLUG`."
        )
    if found.stopped:
        screen.answer("Frozen, seized or recovered, as reported; these overlap and are not added up:")
    for claim in found.stopped:
        usd = "" if claim.usd is None else f" ({millions(claim.usd)})"
        screen.note(f"{claim.when or 'undated'}, {', '.join(claim.incidents)}: {claim.statement}{usd} ({claim.by}).")


# ── sentences and cells


def _sentence(cut: Cut) -> str:
    asked = cut.question
    whose = f" attributed to {asked.actor} under rule {asked.rule} ({RULES[asked.rule]})" if asked.actor else ""
    year = f" of {asked.year}" if asked.year else ""
    held = f"{millions(cut.held.alone.usd)} in {cut.held.alone.incidents} thefts{year}{whose}"
    if asked.as_of is None:
        return f"{held}, cut by {asked.by}{_back(cut)}."
    known = f"{millions(cut.known.alone.usd)} in {cut.known.alone.incidents} thefts were known on {asked.as_of}"
    return f"{known}; of the same days the ledger holds {held} today. Cut by {asked.by}."


def _back(cut: Cut) -> str:
    """What is said to have come back, in the lead only where that was asked: it rests on few claims."""
    if cut.question.by != "returned" or not cut.held.returned:
        return ""
    return f"; {millions(cut.held.returned)} of it are said to have been {BACK}"


def _notes(cut: Cut) -> None:
    several = " A theft with several values counts once, under (several); “among” counts it under each of them."
    screen.note("The parts add up to the whole." + (several if _overlaps(cut) else ""))
    if not cut.question.actor and cut.question.by in ("actor", "group", "attributed-by", "country"):
        screen.note(f"(none): thefts that rule {cut.question.rule} gives to nobody.")
    if cut.question.by in ("vector", "remedy") and cut.inferred.incidents:
        screen.note(
            f"Of {cut.inferred.incidents} thefts ({millions(cut.inferred.usd)}) the vector was inferred from a cluster "
            "of thefts by one analyst, and not stated of the theft."
        )
    if cut.held.returned:
        screen.note(
            f"back or made good: said to have been {BACK}; at most what was taken. “Net of that claim” is the rest. "
            "Who says so of what: --by returned"
        )


def _overlaps(cut: Cut) -> bool:
    return any(part.held.alone.slugs != part.held.among.slugs for part in cut.parts)


def _few(found: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    last = [part for part in found if part.name.startswith("(")]
    first = [part for part in found if not part.name.startswith("(")]
    if len(first) <= SHOWN + 1:
        return [*first, *last], []
    return [*first[:SHOWN], *last], first[SHOWN:]


def _together(name: str, found: Sequence[Part]) -> Part:
    years = {year: _sum([p.years.get(year, Sum()) for p in found]) for p in found for year in p.years}
    return Part(name, _merged([part.known for part in found]), _merged([part.held for part in found]), years)


def _merged(found: Sequence[Piece]) -> Piece:
    return Piece(_sum([piece.alone for piece in found]), Sum(), sum(piece.returned for piece in found))


def _sum(found: Sequence[Sum]) -> Sum:
    names = ("usd", "low", "high", "incidents", "without_amount")
    slugs = tuple(slug for each in found for slug in each.slugs)
    return Sum(**{name: sum(getattr(each, name) for each in found) for name in names}, slugs=slugs)


def _cells(part: Part, clocks: Sequence[str], *, among: bool = True) -> list[Any]:
    cells: list[Any] = []
    for clock in clocks:
        piece: Piece = getattr(part, clock)
        cells += [_amount(piece.alone), _range(piece.alone), _thefts(piece.alone)] if piece.alone.slugs else [""] * 3
        differs = among and piece.among.slugs != piece.alone.slugs
        cells += [_tenths(piece.among.usd), piece.among.incidents] if differs else ["", ""]
    back = part.held.returned
    return [*cells, _tenths(back) if back else "", _tenths(part.held.net) if back else ""]


def _plain(piece: Piece) -> list[Any]:
    alone, among = piece.alone, piece.among
    dollars = [show(usd, USD.decimals) for usd in (alone.usd, alone.low, alone.high)]
    back = [show(usd, USD.decimals) for usd in (among.usd, piece.returned, piece.net)]
    return [*dollars, alone.incidents, alone.without_amount, back[0], among.incidents, *back[1:]]


def _amount(found: Sum) -> str:
    return _tenths(found.usd) if found.incidents else ""


def _range(found: Sum) -> str:
    return f"{_tenths(found.low)}–{_tenths(found.high)}" if found.low != found.high else ""


def _thefts(found: Sum) -> str:
    return f"{found.incidents} ({found.without_amount})" if found.without_amount else str(found.incidents)


def _median(delay: Delay) -> str:
    return "" if delay.median is None else "–".join(dict.fromkeys(map(halves, delay.median)))


def _tenths(usd: int) -> str:
    return tenths(usd, _MILLION)
