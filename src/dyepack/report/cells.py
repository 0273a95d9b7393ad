"""What the yearly tables and sentences say as of the last day, and the data from which the script says it for any other
day.

`report.js` writes the same texts by the same rules; the browser tests hold the two against each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dyepack.ledger import Ledger, Sum
from dyepack.model import AmountClaim, AttributionClaim
from dyepack.report.figures import exact, percent, short, span
from dyepack.report.thefts import Row, Thefts

ACTORS = {"dprk": "North Korea", "not-dprk": "not North Korea"}
"""How people call them; other actors keep the ledger's word."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Texts of the figures under one rule as of the last day. `which` is `all`, `others`, a rule, or `rule` for the
    chosen one; `basis` is `held`, `known`, or `shown` for the one that a day makes the figure: `held` on the last.
    """

    found: Thefts
    rule: str

    def sum(self, which: str, basis: str, year: int) -> Sum:
        """The figure itself; the others are what is left of all."""
        if which == "others":
            every, ours = self.sum("all", basis, year), self.sum("rule", basis, year)
            return Sum(every.usd - ours.usd, 0, 0, every.incidents - ours.incidents)
        basis = "held" if basis == "shown" else basis
        return self.found.at(self.rule if which == "rule" else which, basis, year)

    def text(self, which: str, basis: str, year: int, part: str) -> str:
        """One cell: `usd`, `range`, `n` (thefts, and how many without amount), `count` or `share` (of all thefts; for
        `all`, the rule's share).
        """
        figure = self.sum(which, basis, year)
        if part == "range":
            return span(figure.low, figure.high) if figure.low != figure.high else ""
        if part == "count":
            return str(figure.incidents)
        if part == "n":
            more = f" ({figure.without_amount} without amount)" if figure.without_amount else ""
            return f"{figure.incidents}{more}"
        if part == "share":
            return percent(self.sum("rule", basis, year).usd, self.sum("all", basis, year).usd)
        return short(figure.usd)

    def title(self, which: str, basis: str, year: int) -> str:
        """What hovering shows: the exact figure."""
        return exact(self.sum(which, basis, year).usd)

    @property
    def last_year(self) -> int:
        """The year of the as-of day."""
        return self.found.days[-1].year

    def partial(self) -> str:
        """The sentence about the year that was not over; empty where there is none."""
        if not self.found.until(self.last_year):
            return ""
        return f"{self.last_year} was not over: its hatched bar counts thefts up to {self.found.days[-1]}."

    def year_sentence(self) -> str:
        """What the as-of day's own year came to."""
        if self.last_year not in self.found.years:
            return ""
        figure = self.sum("rule", "held", self.last_year)
        if not figure.incidents:
            return f"No theft of {self.last_year} up to that day is attributed to them under this rule."
        ranged = f" (range {span(figure.low, figure.high)})" if figure.low != figure.high else ""
        return f"Of it, {short(figure.usd)}{ranged} was stolen in {self.last_year} up to that day."


def data(found: Thefts) -> dict[str, Any]:
    """What the script needs: days, and every figure with the days at which it changes. Amounts are decimal strings."""
    return {
        "days": [day.isoformat() for day in found.days],
        "years": list(found.years),
        "rules": dict(found.rules),
        "figures": {
            f"{which} {basis} {year}": [
                [since, str(s.usd), str(s.low), str(s.high), s.incidents, s.without_amount] for since, s in steps
            ]
            for (which, basis, year), steps in found.figures.items()
        },
        "apart": _apart(found),
    }


def _apart(found: Thefts) -> dict[str, list[list[Any]]]:
    """By rule, basis and year: the rule's share of all, and what the others come to, with the days of each change."""
    told: dict[str, list[list[Any]]] = {}
    for which, basis, year in found.figures:
        if which != "all":
            continue
        for rule in found.rules:
            both = found.figures[rule, basis, year], found.figures["all", basis, year]
            steps = told.setdefault(f"{rule} {basis} {year}", [])
            for day in sorted({since for steps_ in both for since, _ in steps_}):
                ours, every = found.at(rule, basis, year, day), found.at("all", basis, year, day)
                now = [percent(ours.usd, every.usd), str(every.usd - ours.usd), every.incidents - ours.incidents]
                if not steps or steps[-1][1:] != now:
                    steps.append([day, *now])
    return told


def member(row: Row) -> str:
    """A theft's sets and the days at which it enters or leaves them, for the script: `R2h:0 R2k:17,20`."""
    short_names = {name: name.replace("-held", "h").replace("-known", "k") for name in row.member}
    return " ".join(f"{short_names[name]}:{','.join(map(str, days))}" for name, days in row.member.items())


def said_steps(row: Row) -> str:
    """A theft's amount by claims known by the day, for the script: `17:52000000000000 31:54000000000000`."""
    return " ".join(f"{since}:{amount[1] if amount else ''}" for since, amount in row.known)


@dataclass(frozen=True, slots=True)
class Said:
    """What one page says about one theft: who, when, and each statement as (quoted words, our remark)."""

    by: str
    url: str | None
    when: str
    statements: tuple[tuple[str, str], ...]


def said(row: Row, ledger: Ledger) -> list[Said]:
    """The claims about a theft by source and day, amounts before attributions, in the ledger's order of days."""
    grouped: dict[tuple[date, str, str | None, str], list[tuple[str, str]]] = {}
    claims: list[AmountClaim | AttributionClaim] = [*row.claims, *row.attributions]
    for claim in claims:
        source = ledger.by_source.get(claim.source)
        when = claim.published or (f"read {claim.retrieved}" if claim.retrieved else "no date")
        key = (claim.known_by or date.max, claim.by, source.url if source else None, when)
        grouped.setdefault(key, []).append(_statement(claim))
    order = sorted(grouped, key=lambda key: (key[0], key[1], key[2] or "", key[3]))
    return [Said(by, url, when, tuple(grouped[_, by, url, when])) for _, by, url, when in order]


def _statement(claim: AmountClaim | AttributionClaim) -> tuple[str, str]:
    if isinstance(claim, AttributionClaim):
        actor = ACTORS.get(claim.actor, claim.actor)
        return f"{actor}, {claim.group}" if claim.group else actor, claim.confidence
    remark = [claim.kind] if claim.kind else []
    remark += [f"for {len(claim.covers)} thefts together"] if claim.covers else []
    return short(claim.usd), ", ".join(remark)


def said_last(row: Row) -> str:
    """The same amount as of the last day, for people."""
    amount = row.known[-1][1] if row.known else None
    return short(amount[1]) if amount else ""


def rules(row: Row) -> str:
    """The rules under which the theft counts as the actor's, as of the last day."""
    sets: Mapping[str, tuple[int, ...]] = row.member
    return " ".join(
        name.removesuffix("-held")
        for name, days in sets.items()
        if name[0] == "R" and name.endswith("-held") and len(days) % 2
    )
