"""Which chart is meant, as a specification: what the prompt and the web both ask for by name."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger import charts
from dyepack.ledger.book import Ledger
from dyepack.ledger.rules import RULES
from dyepack.ledger.totals import Totals, totals

CHARTS = ("totals", "against", "concentration")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart by its name, of whose thefts, under which rule, as of when, on which ground."""

    what: str
    actor: str | None = None
    rule: str = "R2"
    as_of: dt.date | None = None
    dark: bool = False


def specification(ledger: Ledger, wanted: Wanted) -> dict[str, Any]:
    """The chart that is wanted, as a Vega-Lite specification.

    Raises:
        InputError: rules are to be set against each other and no actor is named, or there is nothing to draw.
    """
    if wanted.what == "against" and wanted.actor is None:
        raise InputError("rules differ only in whose thefts count: name an actor, e.g. --actor dprk")
    ink = charts.DARK if wanted.dark else charts.LIGHT
    rules = RULES if wanted.what == "against" else (wanted.rule,)
    under = {name: totals(ledger, actor=wanted.actor, rule=name, as_of=wanted.as_of) for name in rules}
    _check_drawable(*under.values())
    if wanted.what == "against":
        return charts.against_chart(ledger, under, ink)
    made = charts.totals_chart if wanted.what == "totals" else charts.concentration_chart
    return made(ledger, under[wanted.rule], ink)


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
