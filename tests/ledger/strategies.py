"""Small ledgers out of thin air."""

import datetime as dt
from typing import get_args

from hypothesis import strategies as st

from dyepack.ledger import Ledger
from dyepack.ledger.files import Confidence
from dyepack.model import AmountClaim, AttributionClaim, Incident

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2023, 12, 31))
ACTORS = st.sampled_from(["dprk", "not-dprk", "insider"])
GRADES: st.SearchStrategy[Confidence] = st.sampled_from(get_args(Confidence))
SAYERS = st.sampled_from(["FBI", "Tayvano", "dn-institute (tag)", "Elliptic", "UN PoE"])
KINDS = st.sampled_from([None, None, "value-at-theft", "face-value", "component"])


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    incidents, amounts, attributions = [], [], []
    for number in range(draw(st.integers(1, 6))):
        slug, day = f"i{number}", draw(DAYS)
        kind = draw(st.sampled_from(["theft", "theft", "freeze"]))
        incidents.append(Incident(slug, day.isoformat(), day, day, "victim", "cex", kind, "unknown", (), None, (), ()))
        for _ in range(draw(st.integers(0, 3))):
            said, usd = draw(DAYS), draw(st.integers(0, 10**12)) * 10_000
            amounts.append(
                AmountClaim("", slug, "loss", usd, draw(KINDS), (), draw(SAYERS), "s", said.isoformat(), None, said)
            )
        for _ in range(draw(st.integers(0, 3))):
            heard, grade = draw(DAYS), draw(GRADES)
            who, by, date = draw(ACTORS), draw(SAYERS), heard.isoformat()
            attributions.append(AttributionClaim("", slug, who, None, grade, by, "s", date, None, heard))
    return Ledger(incidents=tuple(incidents), amounts=tuple(amounts), attributions=tuple(attributions))
