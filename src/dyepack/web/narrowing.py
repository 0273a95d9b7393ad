"""What thefts are narrowed to, beside whose they are: the same parameters for a list, for sums and for charts."""

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from dyepack.ledger import Filter
from dyepack.ledger.asked import dollars
from dyepack.ledger.incidents import Line
from dyepack.ledger.listing import Narrow, narrow
from dyepack.model import first_day, last_day
from dyepack.web.answer import of_ledger
from dyepack.web.given import Chain, Day, Dollars, Word
from dyepack.web.house import Lent, fingerprint


@dataclass(frozen=True, slots=True)
class Only:
    """Which thefts alone, in the ledger's form and in words; without words: any."""

    victim: str | None
    more: Narrow
    words: str

    def slugs(self, request: Request, lent: Lent) -> frozenset[str] | None:
        """The thefts that pass, whoever did them; None: all."""
        if not self.words:
            return None
        found = lines(request, lent, Filter(None, "R4", None, None, None, self.victim, "theft"))
        return frozenset(line.incident.incident for line in narrow(found, self.more))


def narrowed(  # noqa: PLR0913 (as an endpoint)
    *,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    chain: Chain = None,
    vector: Word = None,
    victim: Annotated[str | None, Query(max_length=80, description="The type of the victim: cex, defi, …")] = None,
    min_: Annotated[Dollars, Query(alias="min")] = None,
    max_: Annotated[Dollars, Query(alias="max")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words in slug, victim, notes, attribution.")] = None,
) -> Only:
    """What is asked for."""
    span = (None if from_ is None else first_day(from_), None if to is None else last_day(to))
    said = {
        "from": from_, "to": to, "on": chain, "by": vector, "from victims of type": victim,
        "of at least $": min_, "of at most $": max_, "with the words": q,
    }  # fmt: skip
    words = ", ".join(f"{name}{'' if name.endswith('$') else ' '}{value}" for name, value in said.items() if value)
    return Only(victim, Narrow(*span, chain, vector, dollars(min_), dollars(max_), q), words)


Narrowed = Annotated[Only, Depends(narrowed)]


def lines(request: Request, lent: Lent, where: Filter) -> tuple[Line, ...]:
    """The lines that pass a filter, kept for who leafs on: of a large ledger they take a second."""
    shelf = request.app.state.house.kept
    key = fingerprint(["lines", of_ledger(lent), asdict(where)])
    kept: tuple[Line, ...] | None = shelf.get(key)
    if kept is None:
        kept = lent.workspace.incidents(where)
        shelf.put(key, kept, 150 * len(kept))
    return kept
