"""Amounts in whole units: exact, by the registry, and never guessed."""

from pathlib import Path
from typing import Any

from dyepack.about.units import counted, units
from dyepack.model import AssetRow
from dyepack.store import Store

USDT, SHADY = "ethereum:0x" + "a" * 40, "ethereum:0x" + "b" * 40


def test_what_is_known_of_each_asset(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        assert units(store, {"ETH", "BTC", USDT}) == {
            "ETH": {"id": "ETH", "symbol": "ETH", "decimals": 18},
            "BTC": {"id": "BTC", "symbol": "BTC", "decimals": 8},
        }
        with store.run("ingest", {}) as draft:
            draft.put("assets", "t", [AssetRow(USDT, "ethereum", USDT[9:], "USDT", 6, True, "test")])
        rows: list[dict[str, Any]] = [
            {"asset": USDT, "amount": "1234567", "of": None},
            {"asset": SHADY, "amount": "1234567", "of": "0"},
            {"asset": "ETH", "amount": "1", "of": str(10**38 - 1)},
        ]
        told, known = counted(store, rows, "amount", "of")
        assert [(row["unit"], row["amount_shown"], row["of_shown"]) for row in told] == [
            ("USDT", "1.234567", None),
            (None, None, None),
            ("ETH", "0.000000000000000001", "99999999999999999999.999999999999999999"),
        ]
        assert set(known) == {USDT, "ETH"}
        assert [{name: row[name] for name in rows[0]} for row in told] == rows
