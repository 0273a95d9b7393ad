"""What must not change a trace: other names, strangers' movements, a payment in two parts, lists cut anywhere."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.ingest import Reading, load_lists
from dyepack.store import Store
from dyepack.trace import trace
from tests.trace.oracle import histories
from tests.trace.oracle.accounts import Seed
from tests.trace.oracle.files import Row
from tests.trace.test_oracle import STOPS, asked, write

MORE = int(os.environ.get("DYEPACK_EXAMPLES", "0"))
Theft = tuple[list[Row], tuple[Seed, ...], dict[str, str]]
"""Rows, seeds and stops."""
Figures = Counter[tuple[str, str, str, str, str]]
FIXED = {histories.ZERO, histories.DEAD, "fees", "burned", "converted", ""}


def figures(folder: Path, pieces: Sequence[Sequence[Row]], theft: Theft) -> Figures | None:
    """By (method, origin, address, asset, reason) what rests there; None where the trace is refused."""
    _, seeds, stops = theft
    with Store.open(folder / "w", create=True) as store:
        load_lists(store, write(folder, pieces), Reading("ethereum", base_units=True))
        try:
            trace(store, asked(seeds, stops))
        except InputError:
            return None
        found: Figures = Counter()
        for one in store.records("destinations"):
            if one.origin != "unknown":
                found[one.method, one.origin, one.address, one.asset, one.reason] += one.amount
        return Counter({place: amount for place, amount in found.items() if amount})


def renamed(theft: Theft, name: Callable[[str], str]) -> Theft:
    """The same under other addresses, contracts and hashes; who is a stop is one by its new name."""
    rows, seeds, stops = theft

    def asset(old: str) -> str:
        chain, colon, contract = old.partition(":")
        return f"{chain}:{name(contract)}" if colon else old

    def tx(old: str) -> str:
        return f"0x{int(name(f'0x{int(old, 16):040x}'), 16):064x}"

    return (
        [replace(one, tx=tx(one.tx), payer=name(one.payer), payee=name(one.payee), asset=asset(one.asset))
         for one in rows],
        tuple(replace(one, address=name(one.address), asset=one.asset and asset(one.asset), tx=one.tx and tx(one.tx))
              for one in seeds),
        {name(address): reason for address, reason in stops.items()},
    )  # fmt: skip


def turned(old: str) -> str:
    """Another address, another order of addresses."""
    if old in FIXED:
        return old
    return f"0x{(0x9E3779B97F4A7C15F39CC0605CEDC835 * int(old, 16) + 0xABCDEF) % (1 << 159) | 1:040x}"


def stranger(old: str) -> str:
    return old if old in FIXED else f"0x77{old[4:]}"


def with_strangers(theft: Theft) -> Theft:
    """The same history once more by other people, in the same blocks."""
    rows, seeds, stops = theft
    others, _, _ = renamed(theft, stranger)
    others = [replace(one, tx_index=(one.tx_index or 0) + 7) for one in others]
    return [one for pair in zip(rows, others, strict=True) for one in pair], seeds, stops


def halved(theft: Theft, at: int) -> Theft:
    """One payment as two, one after the other."""
    rows, seeds, stops = theft
    here = [one for one in rows if one.amount > 1 and one.kind in ("native", "internal", "token", "burn", "mint")]
    if not here:
        return theft
    cut = here[at % len(here)]
    made = []
    for one in rows:
        again = replace(one, seq=2 * (one.seq or 0))
        if one is cut:
            kind = "internal" if one.kind == "native" else one.kind
            part = 1 + at % (one.amount - 1)
            made.append(replace(again, amount=part))
            again = replace(again, seq=2 * (one.seq or 0) + 1, kind=kind, amount=one.amount - part)
        made.append(again)
    return made, seeds, stops


@settings(
    max_examples=MORE or 5,
    derandomize=not MORE,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.parametrize("change", ["names", "strangers", "two parts"])
@given(data=st.data(), rows=histories.history(), at=st.integers(0, 99))
def test_what_must_not_change_a_figure_changes_none(tmp_path_factory, change, data, rows, at):
    seeds = data.draw(histories.seeds(rows))
    assume(seeds)
    theft: Theft = rows, seeds, STOPS
    plain = figures(tmp_path_factory.mktemp("w"), [rows], theft)
    assume(plain)
    assert plain is not None
    changes = {"names": lambda: renamed(theft, turned), "strangers": lambda: with_strangers(theft)}
    other = changes.get(change, lambda: halved(theft, at))()
    pieces = data.draw(histories.cut(other[0]))
    found = figures(tmp_path_factory.mktemp("w"), pieces, other)
    wanted = plain
    if change == "names":
        places = {turned(one): one for row in rows for one in (row.payer, row.payee, row.asset.partition(":")[2])}
        found = Counter(
            {(method, origin, places.get(address, address), _back(asset, places), reason): amount
             for (method, origin, address, asset, reason), amount in (found or {}).items()}
        )  # fmt: skip
    if change == "two parts":
        found, wanted = (_exact(one, seeds) for one in (found, plain))
    assert found == wanted


def _back(asset: str, places: dict[str, str]) -> str:
    chain, colon, contract = asset.partition(":")
    return f"{chain}:{places[contract]}" if colon else asset


def _exact(found: Figures | None, seeds: Sequence[Seed]) -> Figures:
    """The rules that divide nothing: a share of each part may round otherwise than a share of the whole."""
    rules = ["fifo", "lifo", "poison"] + ["clean_first", "taint_first"] * (len({one.incident for one in seeds}) == 1)
    return Counter({place: amount for place, amount in (found or {}).items() if place[0] in rules})
