"""What is said about an address, held against plain loops over the same movements."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.about.activity import activity, movements
from dyepack.about.address import about, chains_of, spot_of
from dyepack.about.counterparties import counterparties, exposure
from dyepack.about.moves import Spot
from dyepack.model import Input, Output, Tag, Transaction, Transfer
from dyepack.store import Store

ME, A, B, C = ("0x" + letter * 40 for letter in "1abc")
START = datetime(2023, 1, 1, tzinfo=UTC)


def transfer(number: int, move: tuple[str, str, str, int, str | None]) -> Transfer:
    payer, payee, asset, amount, flag = move
    time = START + timedelta(hours=7 * number)
    place = ("ethereum", number, time, f"0x{number:064x}", 0, 0)
    return Transfer(*place, "token", payer, payee, asset, amount, flag, "test")


def tag(number: int, address: str, concept: str | None, grade: int, until: date | None = None) -> Tag:
    more = (None, None, None, None, until, date(2023, 1, 1))
    return Tag(f"t{number}", "ethereum", address, f"n{number}", None, concept, "c", grade, "pack", *more)


def stored(store: Store, rows: list[Transfer], tags: list[Tag]) -> None:
    with store.run("ingest movements", {}) as draft:
        draft.put("transfers", "t", rows)
    if tags:
        with store.run("load-tags", {}) as draft:
            draft.put("tags", "t", tags)


people = st.sampled_from([ME, ME, ME, A, B, C])
rows = st.lists(
    st.tuples(
        people, people, st.sampled_from(["ETH", "X"]), st.integers(0, 10**30), st.sampled_from([None, None, "d"])
    ),
    max_size=25,
).map(lambda moves: [transfer(number, move) for number, move in enumerate(moves, 1)])
concepts = st.sampled_from(["exchange", "mixing_service", None])
ended = st.sampled_from([None, None, date(2024, 1, 1)])
tags = st.lists(st.tuples(st.sampled_from([A, B]), concepts, st.integers(1, 3), ended), max_size=5).map(
    lambda said: [tag(number, *one) for number, one in enumerate(said)]
)


def twin_counterparties(moves: list[Transfer]) -> dict[tuple[str, str], list[int]]:
    """By counterparty and asset: received, in how many, sent, in how many."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for move in moves:
        if move.flag or move.from_address == move.to_address:
            continue
        if move.to_address == ME:
            found[move.from_address, move.asset][0] += move.amount
            found[move.from_address, move.asset][1] += 1
        if move.from_address == ME:
            found[move.to_address, move.asset][2] += move.amount
            found[move.to_address, move.asset][3] += 1
    return found


def best(said: list[Tag]) -> dict[str, Tag]:
    """The tag that counts, by address: in force, with a concept, of the highest grade."""
    found: dict[str, Tag] = {}
    for one in sorted(said, key=lambda one: (-one.grade, one.concept or "", one.name, one.tag)):
        if one.concept and not one.valid_to:
            found.setdefault(one.address, one)
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(rows, tags)
def test_sums_are_those_of_a_plain_loop(moves: list[Transfer], said: list[Tag]) -> None:
    with TemporaryDirectory() as folder, Store.open(Path(folder, "w"), create=True) as store:
        stored(store, moves, said)
        expected = twin_counterparties(moves)
        found = counterparties(store, Spot(ME), 0, 1_000)
        assert found.total == len(expected) == len(found.rows)
        for row in found.rows:
            sums = [int(row["received"]), row["received_in"], int(row["sent"]), row["sent_in"]]
            assert sums == expected[row["address"], row["asset"]]
            assert {each["name"] for each in row["tags"]} == {one.name for one in said if one.address == row["address"]}
        order = [(row["asset"], -max(int(row["received"]), int(row["sent"])), row["address"]) for row in found.rows]
        assert order == sorted(order)
        pages = [row for at in range(0, found.total, 2) for row in counterparties(store, Spot(ME), at, 2).rows]
        assert pages == found.rows
        _exposed(store, expected, best(said))
        _told(store, moves)


def _exposed(store: Store, expected: dict[tuple[str, str], list[int]], named: dict[str, Tag]) -> None:
    sums: Counter[tuple[str, str, str | None]] = Counter()
    for (other, asset), (received, received_in, sent, sent_in) in expected.items():
        concept = named[other].concept if other in named else None
        if received_in:
            sums["in", asset, concept] += received
        if sent_in:
            sums["out", asset, concept] += sent
    found: Counter[tuple[str, str, str | None]] = Counter()
    shares: dict[tuple[str, str], float] = defaultdict(float)
    for row in exposure(store, Spot(ME))["rows"]:
        found[row["direction"], row["asset"], row["concept"]] += int(row["amount"])
        shares[row["direction"], row["asset"]] += row["share"] or 0
        assert int(row["of"]) == sum(v for k, v in sums.items() if k[:2] == (row["direction"], row["asset"]))
    assert found == sums
    assert all(abs(share - 1) < 1e-4 or share == 0 for share in shares.values())


def _told(store: Store, moves: list[Transfer]) -> None:
    mine = [(way, move) for move in moves for way, who in _ways(move) if who == ME]
    told = movements(store, Spot(ME), 0, 1_000)
    assert told.total == len(mine)
    assert [(row["direction"], row["tx_hash"]) for row in told.rows] == [(way, move.tx_hash) for way, move in mine]
    hours = activity(store, Spot(ME))
    for way, name in (("in", "received"), ("out", "sent")):
        counted = Counter((move.time.weekday(), move.time.hour) for side, move in mine if side == way)
        assert {(d, h): n for d, row in enumerate(hours[name]) for h, n in enumerate(row) if n} == dict(counted)
    summed = {(row["asset"], row["chain"]): row for row in about(store, ME)["sums"]}
    for asset in ("ETH", "X"):
        got = sum(move.amount for move in moves if (move.to_address, move.asset, move.flag) == (ME, asset, None))
        assert int(summed.get((asset, "ethereum"), {"received": "0"})["received"]) == got


def _ways(move: Transfer) -> list[tuple[str, str]]:
    return [("in", move.to_address), ("out", move.from_address)]


def test_an_output_chain_has_movements_but_no_counterparties(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store, store.run("ingest", {}) as draft:
        paid = [Transaction("bitcoin", n, START + timedelta(days=n), 0, f"t{n}", False, 1, 1, 0, "s") for n in (1, 2)]
        draft.put("transactions", "o", paid)
        draft.put("outputs", "o", [Output("bitcoin", 1, 0, "t1", 0, "p2pkh", "thief", 70)])
        draft.put("inputs", "o", [Input("bitcoin", 2, 0, "t2", 0, "t1", 0, "thief", 70)])
    with Store.open(tmp_path / "w") as store:
        spot = Spot("thief", "bitcoin")
        told: list[dict[str, Any]] = movements(store, spot, 0, 10).rows
        assert [(row["direction"], row["asset"], row["amount"], row["other"]) for row in told] == [
            ("in", "BTC", "70", None),
            ("out", "BTC", "70", None),
        ]
        assert counterparties(store, spot, 0, 10).total == 0
        assert exposure(store, spot)["rows"] == []


def test_movements_without_a_time_are_counted_apart(tmp_path: Path) -> None:
    undated = Transfer("ethereum", 1, datetime(1970, 1, 1, tzinfo=UTC), "t", 0, 0, "native", A, ME, "ETH", 1, None, "s")
    with Store.open(tmp_path / "w", create=True) as store:
        stored(store, [undated], [])
        told = activity(store, Spot(ME))
        assert told["undated"] == 1
        assert sum(map(sum, told["received"])) == 0


def test_where_an_address_is_valid() -> None:
    assert "ethereum" in chains_of(ME)
    assert "bsc" in chains_of(ME)
    assert "bitcoin" not in chains_of(ME)
    assert "bitcoin" in chains_of("1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
    assert spot_of(f"ethereum:{ME}", None) == Spot(ME, "ethereum")


def test_tags_that_disagree_are_a_conflict(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        said = [tag(n, ME, "exchange", n) for n in (1, 2)]
        stored(store, [transfer(1, (A, ME, "ETH", 5, None))], [replace(one, actor=f"a{one.grade}") for one in said])
        told = about(store, ME)
        assert told["conflict"]
        assert told["actors"] == ["a1", "a2"]
        assert (told["first_time"], told["seen_on"]) == ("2023-01-01T07:00:00Z", ["ethereum"])
