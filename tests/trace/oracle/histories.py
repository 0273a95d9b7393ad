"""Random histories of accounts, and of thefts in them, as rows that lists have."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.trace.oracle.accounts import Seed
from tests.trace.oracle.files import Row
from tests.trace.thefts import address, token

ZERO, DEAD = "0x" + 40 * "0", "0x" + 36 * "0" + "dead"
ACTORS = "tuabcd"
STOPPED = {"x": "service", "y": "mixer"}
THEFT, OTHER = "x-case", "y-case"
AMOUNTS = st.sampled_from([1, 2, 3, 7, 10, 10, 50, 999, 10**24])
NAMED = {address(name) for name in (*ACTORS, "f", "g", "n")}
"""Whom a seed with a transaction may name: nobody who is a pool, a token or a stop."""
Line = tuple[str, int, str, str, str]
"""(payer, amount, asset, payee, kind)."""


def where(name: str) -> str:
    return {"zero": ZERO, "dead": DEAD}.get(name) or address(name)


def line(text: str) -> Line:
    """`a 5 T -> b %mint`; without an asset it is the chain's own coin."""
    left, _, right = text.partition(" -> ")
    payer, amount, *asset = left.split()
    payee, _, kind = right.partition(" %")
    return payer, int(amount), (asset or ["ETH"])[0], payee, kind


def row(one: Line, block: int, tx: str, tx_index: int, seq: int) -> Row:
    payer, amount, asset, payee, kind = one
    plain = ("internal" if seq else "native") if asset == "ETH" else "token"
    return Row(block, tx, kind or plain, where(payer), where(payee), token(asset), amount, tx_index, seq)


@st.composite
def payments(draw: Any, by: str) -> list[str]:
    """By whoever sends it, and by one who let it."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        payer = draw(st.sampled_from([by, by, by, *ACTORS]))
        asset = draw(st.sampled_from(["", " T"]))
        payee = draw(st.sampled_from([*ACTORS, *ACTORS, *STOPPED, "dead", "n"]))
        made.append(f"{payer} {draw(AMOUNTS)}{asset} -> {payee}")
    return made


def burn(draw: Any, by: str) -> list[str]:
    return [f"{by} {draw(AMOUNTS)} T -> zero %burn"]


def mint(draw: Any, by: str) -> list[str]:
    return [f"zero {draw(AMOUNTS)} T -> {by} %mint"]


def swap(draw: Any, by: str) -> list[str]:
    to = draw(st.sampled_from([by, by, *ACTORS, "x", "n"]))
    one, other = draw(st.sampled_from([("", " T"), (" T", ""), (" T", " U"), (" U", " T")]))
    legs = [f"{by} {draw(AMOUNTS)}{one} -> p", f"p {draw(AMOUNTS)}{other} -> {to}"]
    return legs[::-1] if draw(st.booleans()) else legs


def routed(draw: Any, by: str) -> list[str]:
    amount, out, fee = draw(AMOUNTS), draw(AMOUNTS), draw(st.sampled_from([0, 0, 1]))
    fees = [f"r {fee} U -> i"] if fee and out > fee else []
    back = out - fee * len(fees)
    return [f"{by} {amount} T -> r", f"r {amount} T -> p", f"p {out} U -> r", *fees, f"r {back} U -> {by}"]


def wrap(draw: Any, by: str) -> list[str]:
    amount = draw(AMOUNTS)
    there = [f"{by} {amount} -> W", f"zero {amount} W -> {by} %mint"]
    return there if draw(st.booleans()) else [f"{by} {amount} W -> zero %burn", f"W {amount} -> {by}"]


def minted(draw: Any, by: str) -> list[str]:
    amount = draw(AMOUNTS)
    return [f"{by} {amount} T -> Y", f"zero {amount} P -> {by} %mint", f"zero {amount} Y -> {by} %mint"]


def pegged(draw: Any, by: str) -> list[str]:
    amount = draw(st.sampled_from([1_000, 2_000]))
    return [f"{by} {amount} T -> p", f"q {amount - draw(st.integers(0, 9))} U -> {by}"]


def liquidity(draw: Any, by: str) -> list[str]:
    return [f"{by} {draw(AMOUNTS)} T -> L", f"{by} {draw(AMOUNTS)} -> L", f"zero {draw(AMOUNTS)} L -> {by} %mint"]


def drained(draw: Any, by: str) -> list[str]:
    amount = draw(AMOUNTS)
    asset = draw(st.sampled_from([" T", " U"]))
    sold = [f"{by} {amount}{asset} -> p", f"p {draw(AMOUNTS)} -> {by}"] if draw(st.booleans()) else []
    return [f"v {amount}{asset} -> {by}", *sold]


def hands(draw: Any, by: str) -> list[str]:
    amount = draw(AMOUNTS)
    names = ["v", *draw(st.sampled_from([["f"], ["f", "g"]])), draw(st.sampled_from([by, "a", "x"]))]
    return [f"{one} {amount} T -> {other}" for one, other in pairwise(names)]


def borrowed(draw: Any, by: str) -> list[str]:
    lent, loot, cost = draw(st.sampled_from([10, 1_000])), draw(AMOUNTS), draw(st.integers(0, 3))
    asset = draw(st.sampled_from(["", " T"]))
    taken = [f"f {lent}{asset} -> v", f"v {lent + loot + cost}{asset} -> f"]
    through = [f"l {lent}{asset} -> k", f"k {lent}{asset} -> f"] if draw(st.booleans()) else [f"l {lent}{asset} -> f"]
    return [*through, *taken, f"f {lent + cost}{asset} -> l", f"f {loot}{asset} -> {by}"]


def lent(draw: Any, by: str) -> list[str]:
    amount, cost = draw(AMOUNTS), draw(st.integers(0, 3))
    return [f"l {amount} T -> n", f"n {amount + cost} T -> l"]


TEMPLATES: dict[str, Callable[[Any, str], list[str]]] = {
    "pay": lambda draw, by: draw(payments(by)),
    "burn": burn, "mint": mint, "swap": swap, "routed": routed, "wrap": wrap, "minted": minted, "pegged": pegged,
    "liquidity": liquidity, "drained": drained, "hands": hands, "borrowed": borrowed, "lent": lent,
}  # fmt: skip
KINDS = ["pay"] * 8 + [*TEMPLATES]


@st.composite
def history(draw: Any, kinds: list[str] = KINDS) -> list[Row]:
    """Transactions, one or two to a block, most with a fee of who sends them."""
    rows = list[Row]()
    for block in range(1, draw(st.integers(1, 9)) + 1):
        for index in range(draw(st.sampled_from([1, 1, 1, 2]))):
            by = draw(st.sampled_from(ACTORS))
            lines = TEMPLATES[draw(st.sampled_from(kinds))](draw, by)
            lines = [f"{by} 1 -> m %fee"] * draw(st.sampled_from([1, 1, 0])) + lines
            tx = f"0x{block * 10 + index:064x}"
            rows += [row(line(text), block, tx, index, seq) for seq, text in enumerate(lines)]
    return rows


@st.composite
def seeds(draw: Any, rows: list[Row]) -> tuple[Seed, ...]:
    """Of the three kinds, of one theft or two; several of one transaction are of one theft."""
    found, owner = list[Seed](), dict[str, str]()
    for incident in draw(st.sampled_from([(THEFT,), (THEFT,), (THEFT, OTHER)])):
        for _ in range(draw(st.integers(1, 2))):
            kind = draw(st.sampled_from(["address", "amount", "theft", "theft", "theft", "of an asset"]))
            name, one = draw(st.sampled_from(rows)).payer, draw(st.sampled_from(rows))
            if kind == "address" and name != ZERO and owner.setdefault(name, incident) == incident:
                found.append(Seed(incident, name))
            elif kind == "amount":
                asset = token(draw(st.sampled_from(["ETH", "T"])))
                found.append(Seed(incident, name, asset, draw(AMOUNTS), draw(st.integers(0, 10))))
            elif kind.startswith(("theft", "of")) and owner.setdefault(one.tx, incident) == incident:
                asset = one.asset if kind == "of an asset" else None
                found += [Seed(incident, one.payee, asset, tx=one.tx)] * (one.payee in NAMED)
    return tuple(dict.fromkeys(found))


@st.composite
def cut(draw: Any, rows: list[Row]) -> list[list[Row]]:
    """Pieces in any order, with rows in more than one of them: they have an index, so that each counts once."""
    pieces: list[list[Row]] = [[] for _ in range(draw(st.integers(1, 3)))]
    for one in draw(st.permutations(rows)):
        for piece in draw(st.sets(st.integers(0, len(pieces) - 1), min_size=1, max_size=2)):
            pieces[piece].append(one)
    return [piece for piece in pieces if piece]


def by_events(rows: list[Row]) -> list[Row]:
    """The same with the number of the event in the block, or of the call, in place of the movement's place."""
    return [replace(one, tx_index=None, seq=None, log=number) for number, one in enumerate(rows)]
