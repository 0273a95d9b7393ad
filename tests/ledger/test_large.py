"""A ledger that comes from a workspace, table by table, answers as the one in memory does."""

import datetime as dt
import runpy
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dyepack.errors import UnknownIncident
from dyepack.ledger import RULES, Ledger, load_ledger, stored, totals
from dyepack.ledger.tables import write
from dyepack.model import AmountClaim, Incident
from dyepack.store import Store
from tests.conftest import ROOT
from tests.ledger.test_totals import twin

generated: Callable[..., Ledger] = runpy.run_path(str(ROOT / "bench" / "ledgers.py"))["generated"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("day", [None, dt.date(2019, 6, 30)])
def test_totals_of_a_generated_ledger_agree_with_the_twin_after_parquet(
    tmp_path: Path, rule: str, day: dt.date | None
) -> None:
    made = generated(300)
    with Store.open(tmp_path / "w", create=True) as store:
        with store.run("load-ledger", {}) as draft:
            write(draft, made)
        ledger = stored(store)
        assert ledger is not None
        found = totals(ledger, actor="dprk", rule=rule, as_of=day)
        assert found == totals(made, actor="dprk", rule=rule, as_of=day)
        assert ledger == made
    expected = twin(made, rule, day)
    assert {y.year: (Fraction(y.known.usd), y.known.incidents) for y in found.years if y.known.incidents} == expected


def test_the_same_number_gives_the_same_ledger() -> None:
    assert generated(50) == generated(50) != generated(50, seed=2)
    assert len(generated(50).incidents) == 50


def test_a_table_is_read_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        with store.run("load-ledger", {}) as draft:
            write(draft, load_ledger())
        asked: list[str] = []
        records = store.records

        def noted(table: str) -> list[Any]:
            asked.append(table)
            return records(table)

        monkeypatch.setattr(store, "records", noted)
        ledger = stored(store)
        assert ledger is not None
        assert asked == []
        assert isinstance(ledger.incidents[0], Incident)
        assert isinstance(ledger.losses["2023-09-12-coinex"][0], AmountClaim)
        assert asked == ["incidents", "amount_claims"]
        with pytest.raises(UnknownIncident):
            ledger.incident("nothing")
        with pytest.raises(AttributeError, match="no attribute 'losess'"):
            ledger.losess  # type: ignore[attr-defined] # noqa: B018
