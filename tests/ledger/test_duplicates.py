"""The duplicate guard: what it pairs, what it leaves alone, and how many true pairs it finds among two real lists."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.ledger import Ledger, duplicates, load_ledger
from dyepack.ledger.duplicates import Pair, pairs
from dyepack.ledger.load import gather
from dyepack.model import AddressClaim, AmountClaim, Incident, Source, TransactionClaim, first_day, last_day
from tests.ledger.strategies import ledgers
from tests.ledger.test_large import generated


def theft(slug: str, victim: str, usd: int = 0, **more: Any) -> list[Any]:
    day = dt.date.fromisoformat(slug[:10])
    chains = more.pop("chains", ())
    row = Incident(
        slug, slug[:10], day, day, victim, "defi", "theft", "unknown", chains, None, more.pop("sources", ()), ()
    )
    claim = AmountClaim(slug, slug, "loss", usd * 10**6, None, (), "x", "s", "2024", None, dt.date(2024, 12, 31))
    return [row, *([claim] if usd else []), *more.get("claims", ())]


def pair(*thefts: list[Any]) -> list[tuple[str, str]]:
    return [each.slugs for each in pairs(gather(record for records in thefts for record in records))]


def address(slug: str, where: str = "0xa") -> AddressClaim:
    return AddressClaim(f"{slug}{where}", slug, "ethereum", where, "thief", None, "s", (), None)


def transaction(slug: str) -> TransactionClaim:
    return TransactionClaim(slug, slug, "ethereum", "0xAB", "s", None)


A, B = "2024-03-01-a", "2024-03-02-b"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (theft(A, "Fancy Finance"), theft(B, "FANCY protocol (v2)")),
        (theft(A, "Fancy", 1_230_000), theft("2024-03-29-b", "Fancy Swap", 1_200_000)),
        (theft(A, "Ünïcode DEX"), theft(B, "Unicode")),
        (theft(A, "PancakeBunny"), theft(B, "Bunny")),
        (
            theft(A, "One", claims=[transaction(A)]),
            theft("2024-03-20-b", "Other", claims=[transaction("2024-03-20-b")]),
        ),
        (theft(A, "Some Vault", claims=[address(A)]), theft(B, "Somme Volt", claims=[address(B)])),
        (theft(A, "Portal", 326_000_000), theft(B, "Wormhole", 325_000_000)),
    ],
)
def test_one_theft_under_two_names(one: list[Any], other: list[Any]):
    assert pair(one, other) == [(one[0].incident, other[0].incident)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (theft(A, "Fancy", 1_230_000), theft("2024-05-29-b", "Fancy", 1_230_000)),
        (theft(A, "Fancy", 1_230_000), theft("2024-03-29-b", "Fancy", 9_000_000)),
        (theft(A, "One", 500_000), theft(B, "Different", 500_000)),
        (theft(A, "March 1 2024 Theft"), theft(B, "March 2 2024 Theft")),
        (theft(A, "Alpha Finance"), theft(B, "Beta Finance")),
        (theft(A, "One", claims=[address(A)]), theft(B, "Different", claims=[address(B)])),
    ],
)
def test_two_thefts(one: list[Any], other: list[Any]):
    assert pair(one, other) == []


def test_a_launderers_address_speaks_for_nothing():
    one, other = theft(A, "Alchemia", claims=[address(A)]), theft(B, "Alkomiq", claims=[address(B)])
    third = theft("2024-03-03-c", "Zzz", claims=[address("2024-03-03-c")])
    assert pair(one, other) == [(A, B)]
    assert pair(one, other, third) == []


def test_what_speaks_for_two_thefts_is_said():
    rows = [Source(f"s{n}", "A List", "https://list.net", f"row {n}", running=True) for n in (1, 2)]
    one, other = (
        theft(A, "Fancy", chains=("bsc",), sources=("s1",)),
        theft(B, "Fancy", chains=("base",), sources=("s2",)),
    )
    (found,) = pairs(gather([*rows, *one, *other]))
    assert found.against == ("A List lists both, each in a row of its own", "on other chains (bsc; base)")


@given(ledgers())
def test_a_ledger_set_beside_a_copy_of_itself_pairs_each_theft_with_its_copy(ledger: Ledger):
    copies = [replace(each, incident=f"{each.incident}-copy") for each in ledger.incidents]
    named = [
        replace(each, victim=f"victim {each.incident.removesuffix('-copy')}") for each in (*ledger.incidents, *copies)
    ]
    found = {frozenset(each.slugs) for each in pairs(gather(named))}
    assert {frozenset((each.incident, f"{each.incident}-copy")) for each in ledger.incidents} <= found
    assert found == {frozenset(each.slugs) for each in pairs(gather(reversed(named)))}


def test_shipped_ledger_has_few_pairs():
    found = pairs(load_ledger())
    assert len(found) == 15
    assert sum(not each.against for each in found) == 5


def slowly(ledger: Ledger) -> list[Pair]:
    """The plain twin: every two incidents side by side, their names through difflib, and no way round."""
    trails = sorted(duplicates._trails(ledger), key=lambda trail: (trail.incident.first_day, trail.incident.incident))
    return [pair for one, other in combinations(trails, 2) if (pair := compared_slowly(one, other))]


def compared_slowly(one: duplicates._Trail, other: duplicates._Trail) -> Pair | None:
    days = max((other.incident.first_day - one.incident.last_day).days, 0)
    if days > duplicates.WINDOW:
        return None
    both = [(a, b) for a in one.amounts for b in other.amounts if a and b]
    same = any(a == b and len(str(a).rstrip("0")) >= 3 for a, b in both)
    amount = "same" if same else "near" if any(10 * abs(a - b) <= max(a, b) for a, b in both) else ""
    transactions, addresses = one.transactions & other.transactions, one.addresses & other.addresses
    named = likeness(one.name, other.name)
    soon, equal = days <= duplicates.NEAR, amount and days <= 1
    if not (
        transactions
        or (named >= duplicates.ALIKE and (soon or amount))
        or (named >= duplicates.ALIKE / 2 and ((addresses and soon) or equal))
        or (equal and min(max(one.amounts), max(other.amounts)) >= duplicates.LARGE)
    ):
        return None
    victims = f"victims {one.incident.victim!r} and {other.incident.victim!r} fold alike"
    reasons = [
        victims if named >= duplicates.ALIKE else "",
        "the same day" if not days else f"{days} day{'s' * (days > 1)} apart",
        {"same": "a figure in common", "near": "amounts within a tenth", "": ""}[amount],
        f"{len(transactions)} transaction(s) in common" if transactions else "",
        f"{len(addresses)} address(es) of the thief in common" if addresses else "",
    ]
    slugs = (one.incident.incident, other.incident.incident)
    return Pair(slugs, tuple(filter(None, reasons)), tuple(duplicates._against(one, other)))


def likeness(left: str, right: str) -> float:
    if not left or not right:
        return 0.0
    if min(len(left), len(right)) > 3 and (left in right or right in left):
        return 1.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


@given(st.text("abcd", max_size=14), st.text("abcd", max_size=14))
def test_what_two_names_have_in_common_is_what_difflib_counts(left: str, right: str):
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    assert duplicates.matched(left, right) == sum(block.size for block in blocks)


def test_looking_only_where_something_is_shared_finds_what_all_pairs_find():
    for ledger in (load_ledger(), generated(1500)):
        assert list(pairs(ledger)) == slowly(ledger)


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=9), st.integers(1, 40), st.integers(0, 30)), max_size=8))
def test_short_names_and_near_amounts_are_all_looked_at(rows: list[tuple[str, int, int]]):
    thefts = [theft(f"2024-03-{1 + day * 3 // 4:02}-{n}", name, usd) for n, (name, usd, day) in enumerate(rows)]
    ledger = gather(record for records in thefts for record in records)
    assert list(pairs(ledger)) == slowly(ledger)


def listed(source: Source) -> tuple[str, str] | None:
    """The victim's name and the day as DefiLlama's row or dn-institute's page gives them."""
    if source.name == "DefiLlama" and (row := re.fullmatch(r"row (.*) (\d{4}-\d{2}-\d{2})", source.part or "")):
        return row[1], row[2]
    if source.name == "dn-institute" and (page := re.search(r"/(\d{4}-\d{2}-\d{2})-([^/]+)\.md$", source.url or "")):
        return page[2].replace("_", " ").replace("-", " "), page[1]
    return None


def told_twice(ledger: Ledger) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Thefts that both lists have, split in two: each with the one list's own name, day and amounts alone."""
    for theft_ in ledger.incidents:
        by = {ledger.by_source[s].name: (s, listed(ledger.by_source[s])) for s in theft_.sources}
        both = {name: (s, *said) for name, (s, said) in by.items() if said}
        if len(both) == 2:
            slugs, records = [], list[Any]()
            for name, (source, victim, day) in sorted(both.items()):
                slug = f"{theft_.incident}-{name.lower()}"
                slugs.append(slug)
                days: dict[str, Any] = {"date": day, "first_day": first_day(day), "last_day": last_day(day)}
                records.append(replace(theft_, incident=slug, victim=victim, sources=(source,), **days))
                claims = (c for c in ledger.losses.get(theft_.incident, ()) if c.source == source)
                records += [replace(c, incident=slug, claim=f"{c.claim}{name}") for c in claims]
            yield tuple(slugs), records


def test_two_real_lists_of_the_same_thefts():
    split = list(told_twice(load_ledger()))
    truth = {frozenset(slugs) for slugs, _ in split}
    found = {frozenset(each.slugs) for each in pairs(gather(record for _, records in split for record in records))}
    assert (len(truth), len(truth & found), len(found - truth)) == (70, 68, 0)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert run(["ledger", "duplicates"]) == 0
    assert capsys.readouterr().out.startswith("15 pairs may be one theft; against 5 of them nothing speaks.\n")
    source = "sources: {a: {name: A, published: 2023-09-14}}"
    text = f"date: 2023-09-13\nvictim: Coinex\nvictim_type: cex\nvector: unknown\n{source}\n"
    (tmp_path / "2023-09-13-coinex.yaml").write_text(text)
    assert run(["ledger", "duplicates", "2023-09-13-coinex.yaml", "--json"]) == 0
    assert '"2023-09-12-coinex"' in capsys.readouterr().out
    (tmp_path / "2023-09-13-bad.yaml").write_text(text.replace("victim:", "victm:"))
    assert run(["ledger", "duplicates", "2023-09-13-bad.yaml"]) == 1
    err = capsys.readouterr().err
    assert "2023-09-13-bad.yaml" in err
    assert err.count("\n") == 1
