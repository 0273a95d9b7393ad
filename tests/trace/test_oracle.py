"""The commands beside the plain oracle, on random histories: loans, trades, fees, seeds of all kinds, several files."""

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.ingest import Reading, load_lists
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from tests.trace.oracle import accounts, histories
from tests.trace.oracle.files import Row
from tests.trace.oracle.rules import UNKNOWN

COLUMNS = ["block", "tx_hash", "kind", "from", "to", "token", "amount", "tx_index", "seq", "log_index", "time"]
STOPS = {histories.where(name): reason for name, reason in histories.STOPPED.items()}
MORE = int(os.environ.get("DYEPACK_EXAMPLES", "0"))
"""How many histories, drawn at random; without it a few, always the same."""


def write(folder: Path, pieces: Iterable[Sequence[Row]]) -> list[Path]:
    paths = []
    for number, rows in enumerate(pieces):
        paths.append(folder / f"{number}.csv")
        with paths[-1].open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(COLUMNS)
            for one in rows:
                block, tx, kind, payer, payee, asset, *rest = astuple(one)
                contract = asset.partition(":")[2]
                out.writerow([block, tx, kind, payer, payee, contract, *rest, 1_700_000_000 + 40_000 * block])
    return paths


def asked(seeds: Sequence[accounts.Seed], stops: dict[str, str]) -> Request:
    specs = tuple(
        SeedSpec(one.incident, "ethereum", one.address, one.asset, one.amount, one.block, one.tx) for one in seeds
    )
    ends = tuple(Stop(name, reason, name[-4:]) for name, reason in stops.items())
    return Request(tuple(sorted({one.incident for one in seeds})), specs, ends)


def rests(store: Store, run: str, method: str) -> Counter[tuple[str, str, str, str]]:
    found = Counter[tuple[str, str, str, str]]()
    for one in store.records("destinations"):
        if (one.run, one.method) == (run, method):
            found[one.origin, one.address, one.asset, one.reason] += one.amount
    return Counter({place: amount for place, amount in found.items() if amount})


def sheets(store: Store, run: str, method: str) -> dict[tuple[str, int], dict[tuple[str, str], int]]:
    """By origin and the last block of a day: the sheet, {(asset, line): amount}."""
    found: dict[tuple[str, int], dict[tuple[str, str], int]] = defaultdict(dict)
    for one in store.records("balance"):
        if (one.run, one.method) == (run, method) and one.amount:
            sheet = found[one.origin, one.block]
            sheet[one.asset, one.line] = sheet.get((one.asset, one.line), 0) + one.amount
    return found


def told(place: tuple[str, str, str, str], wanted: accounts.Answer) -> bool:
    """Stolen money, and money of unknown origin that is held where stolen money can have come."""
    origin, address, asset, reason = place
    return origin != UNKNOWN or (reason == "held" and (address, asset) in wanted.reached)


def problems(store: Store, run: str, wanted: accounts.Answer) -> list[tuple]:
    """Each rule by which the trace and the oracle differ, with the figures of both."""
    found: list[tuple] = []
    for method, places in wanted.places.items():
        here = rests(store, run, method)
        stolen = {place: amount for place, amount in here.items() if told(place, wanted)}
        expected = {place: amount for place, amount in places.items() if told(place, wanted) and place[3] != "stolen"}
        found += [(method, stolen, expected)] if stolen != expected else []
        if method != "poison":
            kept = sheets(store, run, method)
            for (origin, block), sheet in kept.items():
                until = block if block < max(at for _, at in kept) else max(wanted.sheets[method])
                last = max((at for at in wanted.sheets[method] if at <= until), default=-1)
                right = wanted.sheets[method].get(last, {}).get(origin, {})
                found += [((method, origin, block), sheet, right)] if origin != UNKNOWN and sheet != right else []
    return found


@settings(
    max_examples=MORE or 15,
    derandomize=not MORE,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data(), rows=histories.history())
def test_every_figure_is_the_oracles(tmp_path_factory, data, rows):
    seeds = data.draw(histories.seeds(rows))
    assume(seeds)
    pieces = data.draw(histories.cut(rows))
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        folder = tmp_path_factory.mktemp("f")
        load_lists(store, write(folder, pieces), Reading("ethereum", base_units=True))
        try:
            result = trace(store, asked(seeds, STOPS))
        except InputError:
            assume(False)
        try:
            burned = dict.fromkeys((histories.DEAD, histories.ZERO), "burned")
            wanted = accounts.trace(accounts.Asked(pieces, seeds, STOPS | burned))
        except accounts.Uncovered:
            assume(False)
        wrong = problems(store, result.run, wanted)
        assert not wrong, "\n".join(map(str, wrong))
