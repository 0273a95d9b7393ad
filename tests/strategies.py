"""Hypothesis strategies for the records of `model`, made from their fields: a new record needs nothing here."""

from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from dyepack.schema import Table

MOST = 10**38 - 1
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
}


def records(table: Table) -> st.SearchStrategy[Any]:
    """Any record that the table must be able to hold."""
    hints = get_type_hints(table.record, include_extras=True)
    return st.builds(table.record, **{name: _values(hint) for name, hint in hints.items()})


def tables(table: Table, most: int = 6) -> st.SearchStrategy[list[Any]]:
    """Records with different keys."""

    def key(record: Any) -> Any:
        return tuple(getattr(record, name) for name in table.key) if table.key else object()

    return st.lists(records(table), max_size=most, unique_by=key)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    kind = get_origin(hint)
    if kind is Annotated:
        inner, *notes = get_args(hint)
        if "amount" in notes:
            return _amounts() if inner is int else st.none() | _amounts()
        return _values(inner)
    if kind in (Union, UnionType):
        return st.one_of([st.none() if arm is NoneType else _values(arm) for arm in get_args(hint)])
    if kind is Literal:
        return st.sampled_from(get_args(hint))
    if kind is tuple:
        return st.lists(_TEXTS, max_size=3).map(tuple)
    return _PLAIN[hint]


def _amounts() -> st.SearchStrategy[int]:
    return st.integers(-MOST, MOST) | st.sampled_from([0, 2**53 + 1, 2**63, 2**64, MOST])
