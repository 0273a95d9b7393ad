"""Real thefts: the bundled case always, the others where the real data is at hand.

The figures are checked against the model's, not tuned: what the sources must have held follows from the data alone.
"""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dyepack import bundled
from dyepack.ingest import Reading, load_movements
from dyepack.model import UNKNOWN
from dyepack.store import Store
from dyepack.tags import load_tags
from dyepack.trace import Request, SeedSpec, Stop, read_case, trace
from dyepack.trace.methods import CONSERVING
from tests.conftest import shared

HARMONY, ATOMIC, BYBIT = "2022-06-23-harmony", "2023-06-02-atomic-wallet", "2025-02-21-bybit"
FOLDER = bundled.folder("cases") / HARMONY
COLD = "0x47666fab8bd0ac7003bce3f5c3585383f09486e2"
COLUMNS = {
    "tx_hash": "Tx_hash", "from": "From", "to": "To", "amount": "Value_in_USD", "block": "Block", "time": "Timestamp"
}  # fmt: skip
DOLLAR = 10**6
HARMONY_BROUGHT = {
    "fifo": 63_127_680_260_000,
    "lifo": 60_052_607_930_000,
    "haircut": 59_976_077_345_059,
    "clean_first": 54_339_518_790_000,
    "taint_first": 67_553_211_850_000,
    "poison": 74_344_764_150_000,
}
ATOMIC_BROUGHT = {
    "fifo": 4_798_548_090_000,
    "lifo": 4_785_410_400_000,
    "haircut": 4_799_531_754_256,
    "clean_first": 4_798_441_560_000,
    "taint_first": 4_785_740_340_000,
    "poison": 8_242_564_210_000,
}
BEFORE_BROUGHT = {
    "fifo": 9_113_572_110_000,
    "lifo": 9_188_937_970_000,
    "haircut": 9_131_237_177_211,
    "clean_first": 9_113_470_310_000,
    "taint_first": 9_189_324_340_000,
    "poison": 10_475_380_000_000,
}
BROUGHT = (
    ("Harmony Horizon bridge", 70_525_147_270_000, HARMONY_BROUGHT),
    ("Atomic Wallet", 6_231_228_820_000, ATOMIC_BROUGHT),
    ("the same with the 13 accounts", 10_737_064_520_000, BEFORE_BROUGHT),
)
"""What each rule brings to the verified terminals, as docs/explanation/tracing.md has it: (row, seeded, by rule)."""


@pytest.fixture(scope="module")
def harmony(tmp_path_factory):
    case = read_case(FOLDER)
    with Store.open(tmp_path_factory.mktemp("harmony") / "w", create=True) as store:
        loaded = load_movements(store, case.movements, Reading(case.chain, asset=case.asset, base_units=True))
        load_tags(store, [FOLDER / "tags.yaml"])
        yield loaded, trace(store, case.request())


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The bundled case under the other reading, asked for."""
    case = read_case(FOLDER)
    with Store.open(tmp_path_factory.mktemp("once") / "w", create=True) as store:
        load_movements(store, case.movements, Reading(case.chain, asset=case.asset, base_units=True))
        load_tags(store, [FOLDER / "tags.yaml"])
        return trace(store, replace(case.request(), repeated="once"))


def sheets(result, origin):
    return {sheet.method: sheet for sheet in result.sheets if sheet.origin == origin}


def stopped(result, origin):
    return {method: sum(sheet.stopped.values()) for method, sheet in sheets(result, origin).items()}


def seeded(result, origin):
    return sum(seed.amount for seed in result.seeds if seed.origin == origin)


# ── the bundled case: Harmony Horizon bridge, January and February 2023


def test_the_bundled_movements_are_all_there(harmony):
    loaded, _ = harmony
    assert (loaded.rows, loaded.rejected, loaded.identical) == (3887, 0, 0)


def test_the_sources_must_have_held_70_5_million_dollars(harmony):
    _, result = harmony
    assert seeded(result, HARMONY) == 70_525_147_270_000


def test_78_other_accounts_pay_out_46_1_million_more_than_came_in_one_of_them_three_cents(harmony):
    _, result = harmony
    unknown = sorted(seed.amount for seed in result.seeds if seed.origin == UNKNOWN)
    assert (len(unknown), sum(unknown)) == (78, 46_112_250_280_000)
    assert unknown[0] == 30_000
    assert unknown[1] > 3_000 * DOLLAR
    listed = result.as_json()["unexplained"]
    assert len(listed) == 78
    assert (listed[0]["address"][:6], listed[0]["block"]) == ("0x9fc7", 16635409)
    assert sum(int(one["amount"]) for one in listed) == sum(unknown)


def test_every_rule_brings_to_the_terminals_what_the_model_says(harmony):
    _, result = harmony
    found = stopped(result, HARMONY)
    assert found == HARMONY_BROUGHT
    assert all(53_800_000 * DOLLAR <= found[method] <= 68_500_000 * DOLLAR for method in CONSERVING)
    assert all(sheet.adds_up for sheet in result.sheets)
    assert {sheet.method for sheet in result.sheets if not sheet.conserved} == {"poison"}


def test_each_terminal_is_reached_and_the_one_of_unstated_owner_is_no_exchange(harmony):
    _, result = harmony
    places = {place.address: place for place in result.places if place.reason != "held"}
    assert len(places) == 11
    assert all(place.high > 0 for place in places.values())
    other = places.pop("0xbae578f543b036a1934b9bc75e3ac5895d051355")
    assert (other.reason, other.concept, other.actor) == ("analyst", None, None)
    assert {(place.reason, place.concept) for place in places.values()} == {("service", "exchange")}


def test_binance_is_paid_through_named_deposit_addresses(harmony):
    _, result = harmony
    paid = {deposit.deposit: deposit for deposit in result.deposits if deposit.name == "Binance 14"}
    place = next(place for place in result.places if place.name == "Binance 14")
    assert {method: sum(one.amounts[method] for one in paid.values()) for method in result.methods} == place.amounts
    assert paid["0x67ecc93773478ab7653d26468d0466c76771e478"].moved == 3_943_958_730_000


def test_everything_the_trace_can_reach_is_walked(harmony):
    loaded, result = harmony
    assert result.scope.movements == loaded.rows
    assert (result.scope.cut_forward, result.scope.cut_backward) == (0, 0)


REPEATED = (275, {"USD": 41_139_029_230_000})
ONCE = {
    "fifo": 64_779_901_700_000,
    "lifo": 64_312_951_390_000,
    "haircut": 64_498_022_358_187,
    "clean_first": 63_784_771_770_000,
    "taint_first": 66_711_777_530_000,
    "poison": 67_559_807_500_000,
}


def test_repeated_rows_are_kept_and_the_other_reading_is_told_beside(harmony):
    """By FIFO and by haircut more comes to the stops when they are read once than by either when they are kept."""
    _, result = harmony
    other = result.alternative
    assert (result.repeated, other.repeated) == ("kept", "once")
    assert (other.movements, other.moved, other.unexplained) == (*REPEATED, {"USD": 30})
    assert stopped(other, HARMONY) == ONCE
    kept = stopped(result, HARMONY)
    assert min(ONCE["fifo"], ONCE["haircut"]) > max(kept["fifo"], kept["haircut"])
    assert (other.seeded(HARMONY, "USD"), other.seeded(UNKNOWN, "USD")) == (70_525_147_270_000, 29_612_064_250_000)
    assert any("275 movements repeat an earlier one" in warning for warning in result.warnings)


def test_the_other_reading_is_what_a_trace_of_the_data_without_the_repeated_rows_gives(harmony, once, tmp_path):
    """Three ways to one answer: beside the first, asked for, and from a file from which they were taken."""
    rows = FOLDER.joinpath("movements.csv").read_text("utf-8").splitlines()
    kept = {tuple(row.split(",")[4:]): row for row in reversed(rows)}
    shutil.copytree(FOLDER, tmp_path / "case")
    (tmp_path / "case" / "movements.csv").write_text("\n".join(sorted(kept.values(), key=rows.index)) + "\n")
    case = read_case(tmp_path / "case")
    with Store.open(tmp_path / "w", create=True) as store:
        load_movements(store, case.movements, Reading(case.chain, asset=case.asset, base_units=True))
        load_tags(store, [FOLDER / "tags.yaml"])
        without = trace(store, case.request())
    assert without.alternative is None
    assert without.sheets == once.sheets == harmony[1].alternative.sheets
    assert without.places == once.places == harmony[1].alternative.places
    assert (once.alternative.repeated, once.alternative.sheets) == ("kept", harmony[1].sheets)
    assert once.run != harmony[1].run


def test_what_is_listed_adds_up_to_the_sheets(harmony):
    adds_up(harmony[1], HARMONY)


def adds_up(result, incident):
    """Over the destinations, and what is too small to be one: what is stolen, and what is unknown, per method."""
    told = result.as_json()
    listed = [*told["destinations"], *told["small"]]
    every = result.as_json(every=True)["destinations"]
    assert [one for one in every if one in told["destinations"]] == told["destinations"]
    for method in result.methods:
        for origin, column in ((incident, "amounts"), (UNKNOWN, "unknown")):
            sheet = sheets(result, origin)[method]
            assert sum(int(one[column][method]) for one in listed) == sheet.seeded + sheet.spread
    tops = [max(int(one["amounts"][method]) for method in CONSERVING) for one in every]
    assert tops == sorted(tops, reverse=True)


def test_the_bundled_movements_say_what_the_data_set_says():
    theirs = [
        (int(row["Block"]), row["Tx_hash"], row["From"], row["To"], row["Value_in_USD"])
        for row in read(shared("data", "thefts", "harmony-2023-01", "HB.csv"))
    ]
    ours = [
        (int(row["block"]), row["tx_hash"], row["from"], row["to"], f"{int(row['amount']) / DOLLAR}")
        for row in read(FOLDER / "movements.csv")
    ]
    assert sorted(ours) == sorted(theirs)


# ── thefts that are not bundled


def read(path: Path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def addresses(path: Path):
    return sorted({line.strip().lower() for line in path.read_text().splitlines() if line.strip()})


def trace_atomic(tmp_path, folder, seeds):
    with Store.open(tmp_path / "w", create=True) as store:
        load_movements(store, folder / "Atomic.csv", Reading("ethereum", COLUMNS, asset="USD"))
        stops = tuple(Stop(address, "analyst") for address in addresses(folder / "terminal_addresses.csv"))
        specs = tuple(SeedSpec(ATOMIC, "ethereum", address) for address in seeds)
        return trace(store, Request((ATOMIC,), specs, stops))


def test_atomic_wallet_from_the_listed_sources(tmp_path):
    """Nine terminals get nothing from the listed sources' own money: what reaches them came through eight of these
    sources from accounts that the data calls OSRC, whose coming it does not show."""
    folder = shared("data", "thefts", "atomic-2023-06")
    result = trace_atomic(tmp_path, folder, addresses(folder / "source_addresses.csv"))
    assert seeded(result, ATOMIC) == 6_231_228_820_000
    unknown = sorted(seed.amount for seed in result.seeds if seed.origin == UNKNOWN)
    assert (len(unknown), sum(unknown), unknown[0]) == (36, 5_929_858_220_000, 350_000)
    assert [(reading.variant, reading.concerned, len(reading.ends)) for reading in result.readings] == [
        ("turned", 29, 52)
    ]
    assert stopped(result, ATOMIC) == ATOMIC_BROUGHT
    terminals = [place for place in result.places if place.reason != "held"]
    assert {place.address for place in terminals} == set(addresses(folder / "terminal_addresses.csv"))
    assert len([place for place in terminals if not place.high]) == 9
    adds_up(result, ATOMIC)


def test_atomic_wallet_with_the_accounts_before_the_sources_reaches_every_terminal(tmp_path):
    folder = shared("data", "thefts", "atomic-2023-06")
    rows = read(folder / "Atomic.csv")
    before = {row["From"] for row in rows if row["From_label"].endswith("OSRC")}
    result = trace_atomic(tmp_path, folder, sorted({*addresses(folder / "source_addresses.csv"), *before}))
    assert seeded(result, ATOMIC) == 10_737_064_520_000
    reached = {place.address for place in result.places if place.reason != "held"}
    assert reached == set(addresses(folder / "terminal_addresses.csv"))
    assert stopped(result, ATOMIC) == BEFORE_BROUGHT


def test_bybit_in_exact_token_units_and_its_decoys_never_followed(tmp_path):
    path = shared("data", "thefts", "bybit-2025-02", "bybit_5hop_outbound.csv")
    columns = {
        "from": "from_address",
        "to": "to_address",
        "time": "timestamp_utc",
        "token": "token_contract",
        "kind": "-",
    }
    with Store.open(tmp_path / "w", create=True) as store:
        loaded = load_movements(store, path, Reading("ethereum", columns))
        result = trace(store, Request((BYBIT,), (SeedSpec(BYBIT, "ethereum", COLD),)))
        flagged = [one for one in store.records("transfers") if one.flag]
        carried = {(flow.tx_hash, flow.seq) for flow in store.records("flows")}
    assert (loaded.rows, loaded.rejected, loaded.flagged) == (210, 0, {"decoy-token": 11})
    symbols = {asset.id: asset.symbol for asset in result.assets.values()}
    stolen = {symbols[seed.asset]: seed.amount for seed in result.seeds if seed.origin == BYBIT}
    assert stolen == {
        "ETH": 400_001 * 10**18,
        "stETH": 90_375_547_917_680_000_000_000,
        "mETH": 8_000 * 10**18,
        "cmETH": 15_000 * 10**18,
    }
    assert len(flagged) == 11
    assert not {(one.tx_hash, one.seq) for one in flagged} & carried
    assert not {one.to_address for one in flagged} & {place.address for place in result.places}
    assert result.scope.not_followed == {"decoy-token": 11}
    assert all(sheet.adds_up for sheet in result.sheets)
