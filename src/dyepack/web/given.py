"""The parameters that many questions share, as they are declared and as the verbs take them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query

from dyepack.ledger import Ledger
from dyepack.ledger.asked import heard
from dyepack.ledger.counted import check_day

RuleName = Literal["R1", "R2", "R3", "R4"]
Actor = Annotated[str | None, Query(max_length=80, description="Who did it: dprk, …; left out: everybody.")]
Rule = Annotated[RuleName, Query(description="When a theft counts as the actor's; /api/rules says what each means.")]
AsOf = Annotated[
    str | None,
    Query(max_length=10, description="What was known on this day: YYYY-MM-DD (or the end of YYYY-MM, YYYY), in UTC."),
]
Year = Annotated[int | None, Query(ge=1, le=9999, description="Only this year.")]
Dollars = Annotated[str | None, Query(max_length=60, description="Dollars, as 10000000 or 10e6.")]
Chain = Annotated[str | None, Query(max_length=40, description="The chain that is meant.")]
Word = Annotated[str | None, Query(max_length=80)]
Day = Annotated[str | None, Query(max_length=10, description="A day, month or year: YYYY-MM-DD, YYYY-MM or YYYY.")]


def asked_day(ledger: Ledger, text: str | None) -> tuple[date | None, str | None]:
    """The as-of day of a question about thefts, and what has to be remarked about it.

    Raises:
        InputError: before the ledger's first theft, or still to come.
    """
    day, remark = heard(ledger, text)
    check_day(ledger, day)
    return day, remark
