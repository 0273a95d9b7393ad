"""The ledger: who says what was stolen, by whom, when; and totals under a counting rule as of a day."""

from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import Summary, comparable, summary
from dyepack.ledger.incidents import SHARED_SENTENCE, Filter, IncidentView, Line, find_incidents, incident_view
from dyepack.ledger.load import load_ledger, shipped
from dyepack.ledger.published import Printed, printed, published, series_of
from dyepack.ledger.rules import RULES, counts
from dyepack.ledger.tables import load_into, stored
from dyepack.ledger.totals import Span, Sum, Totals, YearTotal, totals

__all__ = [
    "RULES",
    "SHARED_SENTENCE",
    "Filter",
    "IncidentView",
    "Ledger",
    "Line",
    "Printed",
    "Span",
    "Sum",
    "Summary",
    "Totals",
    "YearTotal",
    "comparable",
    "counts",
    "find_incidents",
    "incident_view",
    "known_by",
    "load_into",
    "load_ledger",
    "printed",
    "published",
    "series_of",
    "shipped",
    "stored",
    "summary",
    "totals",
]
