"""The stored records as answers have them: from the tables' own schema, so that a record is written once."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
from pydantic import Field, create_model

from dyepack.schema import AMOUNT, TABLES, Column
from dyepack.web.shapes.base import Amount, Shape

_TYPES: dict[pa.DataType, Any] = {
    pa.string(): str,
    pa.int64(): int,
    pa.bool_(): bool,
    pa.date32(): date,
    pa.timestamp("us", tz="UTC"): datetime,
    pa.list_(pa.string()): list[str],
    AMOUNT: Amount,
}
_SHOWN = (
    "sources incidents amount_claims attribution_claims address_claims transaction_claims laundering_claims"
    " published_totals tags actors actor_statements actor_decisions seeds"
)

if TYPE_CHECKING:  # made below, from the tables
    Source = Shape
    Incident = Shape
    AmountClaim = Shape
    AttributionClaim = Shape
    AddressClaim = Shape
    TransactionClaim = Shape
    LaunderingClaim = Shape
    PublishedTotal = Shape
    Tag = Shape
    Actor = Shape
    ActorStatement = Shape
    ActorDecision = Shape
    Seed = Shape


def _field(column: Column) -> Any:
    kind = _TYPES[column.type]
    said = Annotated[kind, Field(description=column.doc)] if column.doc else kind
    return (said | None if column.nullable else said), ...


def _model(name: str) -> type[Shape]:
    table = TABLES[name]
    fields: dict[str, Any] = {column.name: _field(column) for column in table.columns}
    return create_model(table.record.__name__, __base__=Shape, __doc__=table.record.__doc__, **fields)


if not TYPE_CHECKING:
    for _name in _SHOWN.split():
        _made = _model(_name)
        globals()[_made.__name__] = _made
