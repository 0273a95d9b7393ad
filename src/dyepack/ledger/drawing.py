"""Which chart is meant, as a specification: what the prompt and the web both ask for by name."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger import charts
from dyepack.ledger.among import among, between
from dyepack.ledger.book import Ledger
from dyepack.ledger.chart_marks import Seen
from dyepack.ledger.rules import RULES
from dyepack.ledger.totals import Totals, totals

CHARTS = ("totals", "others", "against", "concentration")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart by its name, of whose thefts, under which rule, as of when, on which ground; and what of it is seen."""

    what: str
    actor: str | None = None
    rule: str = "R2"
    as_of: dt.date | None = None
    dark: bool = False
    seen: Seen = field(default_factory=Seen)


def specification(ledger: Ledger, wanted: Wanted) -> dict[str, Any]:
    """The chart that is wanted, as a Vega-Lite specification.

    Raises:
        InputError: no actor is named where one is needed, or there is nothing to draw.
    """
    ink = charts.DARK if wanted.dark else charts.LIGHT
    under = sums(ledger, wanted)
    _check_drawable(*under.values())
    if wanted.what == "against":
        return charts.against_chart(ledger, under, ink, wanted.seen)
    if wanted.what == "concentration":
        return charts.concentration_chart(ledger, under[wanted.rule], ink, wanted.seen)
    return charts.totals_chart(ledger, under[wanted.rule], ink, wanted.seen, others=wanted.what == "others")


def sums(ledger: Ledger, wanted: Wanted) -> dict[str, Totals]:
    """What a chart shows, by rule: of `against` all of them, of the others the one that is asked for.

    Raises:
        InputError: rules or others are to be set against an actor, and none is named.
    """
    if wanted.what == "against" and wanted.actor is None:
        raise InputError("rules differ only in whose thefts count: name an actor, e.g. --actor dprk")
    if wanted.what == "others" and wanted.actor is None:
        raise InputError("others are all but an actor: name one, e.g. --actor dprk")
    rules = RULES if wanted.what == "against" else (wanted.rule,)
    return {name: _sums(ledger, wanted, name) for name in rules}


def _sums(ledger: Ledger, wanted: Wanted, rule: str) -> Totals:
    found = totals(ledger, actor=wanted.actor, rule=rule, as_of=wanted.as_of)
    seen = wanted.seen
    if seen.slugs is not None:
        found = among(ledger, found, seen.slugs)
    return between(found, *seen.years)


def _check_drawable(*answers: Totals) -> None:
    """Refuse a picture of nothing.

    Raises:
        InputError: no theft counts under any of these rules.
    """
    if not any(found.held.incidents or found.known.incidents for found in answers):
        rules = " or ".join(found.rule for found in answers if found.rule)
        whose = f" of {answers[0].actor} under {rules}" if rules else ""
        until = f" up to {answers[0].as_of}" if answers[0].as_of else ""
        raise InputError(f"nothing to draw: the ledger holds no theft{whose}{until}")
