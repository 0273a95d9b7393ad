"""A ledger goes into a workspace and comes back as it was."""

from pathlib import Path

import pytest

from dyepack.errors import InputError, MissingTable
from dyepack.ledger import load_into, load_ledger, shipped, stored
from dyepack.ledger.tables import read
from dyepack.store import Store
from tests.ledger.test_load import GOOD, folder


def test_there_and_back(tmp_path: Path):
    with Store.open(tmp_path / "w", create=True) as store:
        written = load_into(store, shipped())
        assert read(store) == written == load_ledger()


def test_loading_twice_changes_nothing_and_loading_another_replaces(tmp_path: Path):
    where = folder(tmp_path, **{"2023_09_04_good": GOOD})
    with Store.open(tmp_path / "w", create=True) as store:
        load_into(store, where)
        parts, runs = store.parts("amount_claims"), store.records("runs")
        load_into(store, where)
        assert (store.parts("amount_claims"), store.records("runs")) == (parts, runs)
        (where / "2023-09-04-good.yaml").write_text(GOOD.replace("41000000", "42000000"))
        load_into(store, where)
        assert max(claim.usd for claim in read(store).amounts) == 42_000_000 * 10**6
        assert len(store.records("runs")) == 2


def test_rejects_are_kept_with_the_run_that_refused_them(tmp_path: Path):
    where = folder(tmp_path, **{"2023_09_04_good": GOOD, "2023_09_05_bad": GOOD.replace("41000000", "x")})
    with Store.open(tmp_path / "w", create=True) as store:
        load_into(store, where)
        (reject,), (run,) = store.records("rejects"), store.records("runs")
        assert (reject.run, reject.source, reject.row) == (run.run, "incidents/2023-09-05-bad.yaml", "x")


def test_a_workspace_without_a_ledger(tmp_path: Path):
    with Store.open(tmp_path / "w", create=True) as store:
        assert stored(store) is None
        with pytest.raises(MissingTable, match="load-ledger"):
            read(store)
        with pytest.raises(InputError, match="found none"):
            load_into(store, tmp_path / "nowhere")
        assert stored(store) is None
