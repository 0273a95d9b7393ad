"""Thefts cut into parts: by actor, group, victim type, chain, vector, who attributes them, country, remedy, returns.

A theft has no, one or several values of what it is cut by (three chains, two attributors). It is counted once: under
its value where it has one, under `(several)` or `(none)` otherwise, so that the parts add up to the whole exactly.
Beside that each part says what it comes to *among* all thefts that have the value: that figure overlaps with those of
other parts and does not add up. Together they are the least and the most that can be said of the value.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import summary
from dyepack.ledger.remedies import Remedies, remedies
from dyepack.ledger.rules import counts
from dyepack.ledger.sayers import Sayers, sayers
from dyepack.ledger.totals import Sum, chooser, sum_of, thefts, weights
from dyepack.model import AttributionClaim, Incident

NONE, SEVERAL = "(none)", "(several)"
BY = ("actor", "group", "victim-type", "chain", "vector", "attributed-by", "country", "remedy", "returned", "year")
"""What thefts can be cut by."""
RETURNED = ("nothing known", "a part", "nine tenths or more")


@dataclass(frozen=True, slots=True)
class Question:
    """What is cut: thefts of an actor under a rule, or of everybody; of one year or all; as of a day, or today."""

    by: str
    actor: str | None = None
    rule: str = "R2"
    year: int | None = None
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One part by one clock: thefts that have this value `alone`, and those that have it `among` others.

    `returned` is what is said to have come back or been made good of the thefts in `alone`, at most what was taken, in
    micro-dollars.
    """

    alone: Sum = field(default_factory=Sum)
    among: Sum = field(default_factory=Sum)
    returned: int = 0

    @property
    def net(self) -> int:
        """What was taken and is not said to have come back or been made good."""
        return self.alone.usd - self.returned

    def as_json(self) -> dict[str, Any]:
        """Both sums; what is said to have come back or been made good by others; and the rest."""
        back = {
            "returned_or_made_good": str(self.returned),
            "net_of_that_claim": str(self.net),
            "net_of_that_claim_text": millions(self.net),
        }
        return {"alone": self.alone.as_json(), "among": self.among.as_json(), **back}


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a cut, by both clocks, and the held sums of its thefts (`alone`) year by year."""

    name: str
    known: Piece
    held: Piece
    years: Mapping[int, Sum]

    def as_json(self) -> dict[str, Any]:
        """The value, the two clocks, the years."""
        years = {str(year): found.as_json() for year, found in self.years.items()}
        return {"name": self.name, "known": self.known.as_json(), "held": self.held.as_json(), "years": years}


@dataclass(frozen=True, slots=True)
class Cut:
    """The answer: the whole and its parts, largest first, those that have no or several values last.

    `inferred` sums the held thefts whose vector nobody stated; see `remedies.toml`.
    """

    question: Question
    known: Piece
    held: Piece
    parts: tuple[Part, ...]
    inferred: Sum

    def as_json(self) -> dict[str, Any]:
        """The question, the whole, the parts."""
        asked = self.question
        return {
            "by": asked.by,
            "actor": asked.actor,
            "rule": asked.rule,
            "year": asked.year,
            "as_of": asked.as_of.isoformat() if asked.as_of else None,
            "unit": "micro-dollars",
            "known": self.known.as_json(),
            "held": self.held.as_json(),
            "vector_inferred": self.inferred.as_json(),
            "parts": [part.as_json() for part in self.parts],
        }


@dataclass(frozen=True)
class Values:
    """Which values a theft has, by the claims known on a day; needs what maps vectors and sayers to something else."""

    ledger: Ledger
    question: Question
    mapping: Remedies
    people: Sayers

    def placed(self, thefts: Iterable[Incident], day: dt.date | None) -> "Placed":
        """The thefts with their values."""
        of = _VALUES[self.question.by]
        return [(theft, _each_once(of(self, theft, day))) for theft in thefts]

    def naming(self, theft: Incident, day: dt.date | None) -> list[AttributionClaim]:
        """The claims that name an actor to whom the rule gives the theft; denials and disputed claims name nobody."""
        claims = self.ledger.attributed.get(theft.incident)
        if claims is None:
            return []
        said = known_by(claims, day)
        named = [c for c in said if c.confidence != "disputed" and not c.actor.startswith("not-")]
        asked = [c for c in named if self.question.actor in (None, c.actor)]
        return [claim for claim in asked if counts(self.question.rule, claim.actor, said)]


def cut(ledger: Ledger, question: Question) -> Cut:
    """Cut the thefts that are asked for into parts.

    Raises:
        InputError: nothing that thefts are cut by, an actor or a rule that is not known, a year without a theft.
    """
    if question.by not in _VALUES:
        raise InputError(f"expected one of {', '.join(BY)} to cut by, got {question.by!r}")
    known, held = asked(ledger, question)
    values = Values(ledger, question, remedies(), sayers())
    placed = values.placed(held, None)
    today = _pieces(ledger, placed, None)
    then = today if question.as_of is None else _pieces(ledger, values.placed(known, question.as_of), question.as_of)
    clocks = [then, today]
    names = sorted({*clocks[0], *clocks[1]}, key=lambda name: _rank(name, clocks))
    years = _years(ledger, placed)
    parts = (Part(n, clocks[0].get(n, Piece()), clocks[1].get(n, Piece()), years.get(n, {})) for n in names)
    inferred = [theft for theft in held if values.mapping.inferred(theft)]
    whole = _piece(ledger, held, None, None)
    return Cut(
        question,
        whole if question.as_of is None else _piece(ledger, known, None, question.as_of),
        whole,
        tuple(parts),
        sum_of(ledger, inferred, None),
    )


def asked(ledger: Ledger, question: Question) -> tuple[list[Incident], list[Incident]]:
    """The thefts that were known on the day, and those that are held today."""
    chosen = chooser(ledger, question.actor, question.rule, ())
    known, held = ledger.once(thefts, question.as_of)
    days = {i.first_day.year for i in ledger.incidents if i.incident_class == "theft"} if question.year else set()
    if question.year is not None and question.year not in days:
        extent = f"its thefts are of {min(days)}–{max(days)}" if days else "it holds no theft"
        raise InputError(f"the ledger has no theft of {question.year}; {extent}")

    def of_year(found: Iterable[Incident], day: dt.date | None) -> list[Incident]:
        of = [theft for theft in found if question.year in (None, _year(theft))]
        return of if question.actor is None else [theft for theft in of if chosen(theft.incident, day)]

    return of_year(known, question.as_of), of_year(held, None)


Placed = Sequence[tuple[Incident, tuple[str, ...]]]
"""Thefts with their values."""


def _pieces(ledger: Ledger, placed: Placed, day: dt.date | None) -> dict[str, Piece]:
    alone: dict[str, list[Incident]] = {}
    among: dict[str, list[Incident]] = {}
    for theft, found in placed:
        alone.setdefault(_place(found), []).append(theft)
        for value in found:
            among.setdefault(value, []).append(theft)
    return {name: _piece(ledger, alone.get(name, []), among.get(name), day) for name in {*alone, *among}}


def _piece(ledger: Ledger, alone: list[Incident], among: list[Incident] | None, day: dt.date | None) -> Piece:
    one = sum_of(ledger, alone, day)
    both = one if among is None or among == alone else sum_of(ledger, among, day)
    back = (theft for theft in alone if theft.incident in ledger.returns)
    return Piece(one, both, sum(returned(ledger, theft, day) for theft in back))


def _years(ledger: Ledger, placed: Placed) -> dict[str, dict[int, Sum]]:
    """The held sums of each part, year by year."""
    by: dict[str, dict[int, list[Incident]]] = {}
    for theft, found in placed:
        by.setdefault(_place(found), {}).setdefault(_year(theft), []).append(theft)
    return {
        name: {year: sum_of(ledger, found, None) for year, found in sorted(years.items())} for name, years in by.items()
    }


def _each_once(found: Sequence[str]) -> tuple[str, ...]:
    """The values in the order of the alphabet."""
    return tuple(found) if len(found) < 2 else tuple(sorted(set(found)))


def _place(found: tuple[str, ...]) -> str:
    return SEVERAL if len(found) > 1 else found[0] if found else NONE


def returned(ledger: Ledger, theft: Incident, day: dt.date | None) -> int:
    """What is said to have come back of a theft, the median of the claims, at most what was taken."""
    said = ledger.returns.get(theft.incident)
    back = None if said is None else summary(known_by(said, day))
    taken = None if back is None else ledger.once(weights, day).get(theft.incident)
    return 0 if taken is None or back is None else min(taken.median, back.median)


def _rank(name: str, clocks: list[dict[str, Piece]]) -> tuple[bool, int, int, str]:
    piece = clocks[1].get(name, Piece())
    return name in (NONE, SEVERAL), -piece.alone.usd, -piece.among.usd, name


def _year(theft: Incident) -> int:
    return theft.first_day.year


# ── the values


def _groups(values: Values, theft: Incident, day: dt.date | None) -> list[str]:
    return [claim.group for claim in values.naming(theft, day) if claim.group]


def _countries(values: Values, theft: Incident, day: dt.date | None) -> list[str]:
    return [country for claim in values.naming(theft, day) for country in values.people.countries(claim.by)]


def _returned(values: Values, theft: Incident, day: dt.date | None) -> list[str]:
    taken = values.ledger.once(weights, day).get(theft.incident)
    back = returned(values.ledger, theft, day)
    if taken is None or not back:
        return [RETURNED[0]]
    return [RETURNED[2] if back * 10 >= taken.median * 9 else RETURNED[1]]


_VALUES: dict[str, Callable[[Values, Incident, dt.date | None], Sequence[str]]] = {
    "actor": lambda values, theft, day: [claim.actor for claim in values.naming(theft, day)],
    "group": _groups,
    "victim-type": lambda _, theft, __: [theft.victim_type],
    "chain": lambda _, theft, __: theft.chains,
    "vector": lambda _, theft, __: [theft.vector],
    "attributed-by": lambda values, theft, day: [claim.by for claim in values.naming(theft, day)],
    "country": _countries,
    "remedy": lambda values, theft, _: values.mapping.of(theft),
    "returned": _returned,
    "year": lambda _, theft, __: [str(_year(theft))],
}
