"""`balance` answers whatever `trace` accepts: for every method and day the sheet that the walk itself kept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.model import AssetRow, Freeze
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.balance import Question, balance
from dyepack.trace.methods import CONSERVING
from dyepack.trace.sheets import Sheet
from tests.trace.drawing import START, transfers
from tests.trace.drawing_outputs import chain

THEFT, OTHER = "2023-01-13-theft", "2023-01-14-other"
ASSETS = [AssetRow(one, "ethereum", None, one, 0, True, "test") for one in ("ETH", "USDC")]
STOPS = (Stop("x", "service", "X"), Stop("y", "mixer", "Y"), Stop("z", "frozen", "a court"))
METHODS = st.sampled_from([CONSERVING[:1], CONSERVING[1:3], CONSERVING[3:]])
Lines = dict[tuple[str, str | None], int]


def agree(store: Store, chosen: st.DataObject) -> None:
    """Hold every sheet of the last trace against its table `balance`, which the walk's own accounts wrote."""
    for method in sorted({row.method for row in store.records("balance")}):
        for origin in sorted({seed.origin for seed in store.records("seeds")}):
            kept = sheets_of(store, method, origin)
            told = balance(store, Question("last", None, method, origin, over_time=True))
            assert shapes(told.sheets) == shaped(kept.get(max(kept, default=date.min), {}))
            for day in {sheet.day for sheet in told.days}:
                assert shapes(sheet for sheet in told.days if sheet.day == day) == shaped(kept[day])
            day = chosen.draw(st.sampled_from(sorted(kept)))
            assert shapes(balance(store, Question("last", day, method, origin)).sheets) == shaped(kept[day])


def shapes(sheets: Iterable[Sheet]) -> dict[str, tuple[int, int, Lines]]:
    return {one.asset: (one.seeded, one.came, dict(one.lines)) for one in sheets}


def shaped(by_asset: dict[str, Lines]) -> dict[str, tuple[int, int, Lines]]:
    found = {}
    for asset, lines in by_asset.items():
        rest = {line: amount for line, amount in lines.items() if line[0] not in ("seeded", "received")}
        found[asset] = lines.get(("seeded", None), 0), lines.get(("received", None), 0), rest
    return found


def sheets_of(store: Store, method: str, origin: str) -> dict[date, dict[str, Lines]]:
    found: dict[date, dict[str, Lines]] = defaultdict(lambda: defaultdict(dict))
    for row in store.records("balance"):
        if (row.method, row.origin) == (method, origin):
            found[row.day][row.asset][row.line, row.name] = row.amount
    return found


# ── accounts

NAMES = st.sampled_from("tuabcd")
ENDS = st.sampled_from("tuabcdxyz")
AMOUNTS = st.sampled_from([1, 1, 2, 7, 50, 1_000])


@st.composite
def account_history(draw) -> str:
    """Payments, fees, dust, swaps for oneself and for another, and a drain that swaps in one transaction."""
    blocks = ["v 1000 -> t"]
    for _ in range(draw(st.integers(1, 9))):
        one, other, amount = draw(NAMES), draw(ENDS), draw(AMOUNTS)
        asset, back = draw(st.sampled_from([("ETH", "USDC"), ("USDC", "ETH")]))
        kind = draw(st.sampled_from(["pays", "pays", "pays", "fee", "burn", "swap", "swap for", "drain"]))
        pays = f"{one} {amount} {asset} -> {other}"
        gets = f"pool {draw(AMOUNTS)} {back}"
        text = {
            "pays": pays,
            "fee": f"{pays} + {one} 1 ETH -> m %fee",
            "burn": f"{pays} %burn",
            "swap": f"{one} {amount} {asset} -> pool + {gets} -> {one}",
            "swap for": f"{one} {amount} {asset} -> pool + {gets} -> {other}",
            "drain": f"v {amount} {asset} -> {one} + {one} {amount} {asset} -> pool + {gets} -> {one}",
        }[kind]
        blocks.append(text)
    return "; ".join(blocks)


@st.composite
def account_seeds(draw, drawing: str) -> tuple[SeedSpec, ...]:
    """Seeds of the three kinds: an address, an amount, and a transaction that occurs."""
    specs = []
    for origin in draw(st.sampled_from([(THEFT,), (THEFT, OTHER)])):
        for _ in range(draw(st.integers(1, 2))):
            paid = draw(st.sampled_from(transfers(drawing)))
            kind = draw(st.sampled_from(["address", "amount", "theft", "theft", "theft of an asset"]))
            block = draw(st.integers(0, 12))
            specs.append(
                {
                    "address": SeedSpec(origin, "ethereum", draw(NAMES)),
                    "amount": SeedSpec(origin, "ethereum", draw(NAMES), "ETH", draw(AMOUNTS), block),
                    "theft": SeedSpec(origin, "ethereum", paid.to_address, tx_hash=paid.tx_hash),
                    "theft of an asset": SeedSpec(
                        origin, "ethereum", paid.to_address, paid.asset, tx_hash=paid.tx_hash
                    ),
                }[kind]
            )
    return tuple(dict.fromkeys(specs))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), drawing=account_history(), frozen=st.booleans())
def test_on_accounts_every_day_is_the_walks_own(tmp_path_factory, data, drawing, frozen):
    specs = data.draw(account_seeds(drawing))
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        with store.run("ingest movements", {"drawn": drawing}) as draft:
            moves = [replace(one, time=START + timedelta(days=one.block // 3)) for one in transfers(drawing)]
            draft.put("transfers", "drawn", moves)
            draft.put("assets", "drawn", ASSETS)
            if frozen:
                draft.put("freezes", "drawn", list(freezes()))
        incidents = tuple(sorted({one.incident for one in specs}))
        accepted(store, Request(incidents, specs, STOPS, methods=data.draw(METHODS)))
        agree(store, data)


def freezes() -> Iterator[Freeze]:
    where = 0, 99, "USDC", "a"
    yield Freeze("ethereum", 3, START + timedelta(days=1), "f3", *where, "frozen", None, "AddedBlackList", "drawn")
    yield Freeze("ethereum", 8, START + timedelta(days=2), "f8", *where, "held", None, "RemovedBlackList", "drawn")


def accepted(store: Store, request: Request) -> None:
    """Trace it; histories that `trace` refuses are none of ours."""
    try:
        trace(store, request)
    except InputError:
        assume(False)


# ── outputs


@st.composite
def output_history(draw) -> str:
    """Coinbases, then payments of some outputs that are left to some addresses, each a block of its own."""
    left = [("c0", 0, 4_000), ("c1", 0, 3_000)]
    blocks = ["c0: -> t 4000;", "c1: -> u 3000;"]
    for number in range(draw(st.integers(1, 6))):
        spent = draw(st.lists(st.sampled_from(left), min_size=1, max_size=2, unique=True))
        room, paid = sum(amount for _, _, amount in spent), list[tuple[str, int]]()
        while room > 1 and len(paid) < 3:
            amount = min(draw(st.sampled_from([100, 300, 546, 900, 2_500])), room)
            paid.append((draw(st.sampled_from("tuabxyz")), amount))
            room -= amount
        if not paid:
            continue
        name = f"p{number}"
        inputs = " ".join(f"{tx}.{index}" for tx, index, _ in spent)
        blocks.append(f"{name}: {inputs} -> {', '.join(f'{payee} {amount}' for payee, amount in paid)};")
        left = [one for one in left if one not in spent] + [(name, at, one[1]) for at, one in enumerate(paid)]
        if not left:
            break
    return "\n".join(blocks)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), drawing=output_history(), fees=st.sampled_from(["booked", "miner"]))
def test_on_outputs_every_day_is_the_walks_own(tmp_path_factory, data, drawing, fees):
    drawn = chain(drawing)
    outputs = [replace(one, script=data.draw(st.sampled_from(["p2pkh", "other"]))) for one in drawn.outputs]
    seeds = []
    for origin in data.draw(st.sampled_from([(THEFT,), (THEFT, OTHER)])):
        one = data.draw(st.sampled_from(outputs))
        tx = data.draw(st.sampled_from([None, one.tx_hash]))
        seeds.append(SeedSpec(origin, "bitcoin", str(one.address), tx_hash=tx))
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        with store.run("ingest", {"drawn": drawing}) as draft:
            draft.put("transactions", "drawn", drawn.transactions)
            draft.put("inputs", "drawn", drawn.inputs)
            draft.put("outputs", "drawn", outputs)
        incidents = tuple(sorted({one.incident for one in seeds}))
        accepted(store, Request(incidents, tuple(seeds), STOPS, data.draw(METHODS), "bitcoin", fees=fees))
        agree(store, data)


def test_dust_and_money_that_is_kept_are_two_places_of_one_address(tmp_path):
    drawn = chain("c: -> t 4000; p: c.0 -> a 546, a 3000, b 454;")
    with Store.open(tmp_path, create=True) as store:
        with store.run("ingest", {"drawn": "p"}) as draft:
            draft.put("transactions", "drawn", drawn.transactions)
            draft.put("inputs", "drawn", drawn.inputs)
            draft.put("outputs", "drawn", [replace(one, script="p2pkh") for one in drawn.outputs])
        trace(store, Request((THEFT,), (SeedSpec(THEFT, "bitcoin", "t", tx_hash="c"),), chain="bitcoin"))
        (sheet,) = balance(store, Question("last")).sheets
    assert sheet.lines == {("dust", None): 1_000, ("held", None): 3_000}
