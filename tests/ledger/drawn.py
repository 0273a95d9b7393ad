"""Thefts drawn as text: one line each, `2022-03-23 ronin 622 dprk`, amounts in millions of dollars, `-` for none."""

import datetime as dt

from dyepack.ledger import Ledger
from dyepack.model import AmountClaim, AttributionClaim, Incident, last_day

MILLION = 10**12


def drawn(text: str, said: str = "2020-01-01") -> Ledger:
    """A ledger of these thefts; every claim was said on the day of its theft, or on the day at the end of its line."""
    incidents, amounts, attributions = [], [], []
    for line in text.strip().splitlines():
        date, name, millions, *rest = line.split()
        day = last_day(date)
        slug, spoken = f"{date}-{name}", rest[1] if len(rest) > 1 else max(date, said)
        heard = dt.date.fromisoformat(spoken)
        incidents.append(Incident(slug, date, day, day, name, "cex", "theft", "unknown", (), None, (), ()))
        if millions != "-":
            usd = round(float(millions) * 1000) * MILLION // 1000
            amounts.append(AmountClaim(slug, slug, "loss", usd, None, (), "FBI", "s", spoken, None, heard))
        if rest and rest[0] != "-":
            attributions.append(
                AttributionClaim(slug, slug, rest[0], None, "confirmed", "FBI", "s", spoken, None, heard)
            )
    return Ledger(incidents=tuple(incidents), amounts=tuple(amounts), attributions=tuple(attributions))
