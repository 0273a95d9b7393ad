"""What holds under every tracing rule, as the report says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dyepack.amounts import Asset
from dyepack.ledger import Ledger
from dyepack.report.figures import grouped
from dyepack.trace.bounded import Bounded, BoundsResult
from dyepack.trace.boundtext import WHATEVER, Row, headline, otherwise, reading, table, together


@dataclass(frozen=True, slots=True)
class Whatever:
    """The bounds of one or several thefts in one asset: the sentence, the one of the other reading, and the rows."""

    thefts: str
    asset: Asset
    sentence: str
    otherwise: str | None
    rows: tuple[Row, ...]
    exact: bool


def told(result: BoundsResult, ledger: Ledger) -> list[Whatever]:
    """A part per set of thefts and asset."""
    scope = result.scope
    as_of = f"as of block {grouped(scope.last_block)}, {scope.last_time:%Y-%m-%d}"
    return [
        Whatever(
            thefts=(thefts := " and ".join(theft(ledger, slug) for slug in origins)),
            asset=asset,
            sentence=_sentence(f"{WHATEVER}, {headline(mine, asset, f' followed from {thefts}')}, {as_of}"),
            otherwise=" ".join(_otherwise(result, asset, mine, other)) or None,
            rows=tuple(table(mine, asset)),
            exact=all(one.exact for one in mine),
        )
        for origins, asset, mine, other in together(result)
    ]


def _otherwise(result: BoundsResult, asset: Asset, mine: Sequence[Bounded], other: Sequence[Bounded]) -> Iterator[str]:
    """A sentence for each other way in which the data can be read."""
    if other:
        yield _sentence(f"{reading(result)}: {headline(other, asset)}")
    yield from otherwise(result, mine, asset)


def theft(ledger: Ledger, slug: str) -> str:
    """An incident's name in a sentence; one that the ledger does not have goes by its slug."""
    incident = ledger.by_slug.get(slug)
    return f"the {incident.victim} theft of {incident.date}" if incident else slug


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
