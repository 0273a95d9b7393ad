"""Chains drawn as text: `block name: address=amount … -> address=amount …`, one transaction a line.

An address may say its script type: `A/p2pkh=5`; `A=?` is an input whose amount the data does not show. A transaction's
hash is that of its name; no inputs make a coinbase.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

from dyepack.cluster import lines
from dyepack.cluster.columns import Columns
from dyepack.cluster.lines import Line
from dyepack.model import Input, Output, Transaction
from dyepack.store import Store

TIME = datetime(2024, 1, 1, tzinfo=UTC)
Coin = tuple[int, str, str]


def tx(name: str) -> str:
    """The hash of a drawn transaction."""
    return sha256(name.encode()).hexdigest()


def parsed(text: str) -> Iterator[tuple[int, str, list[Coin], list[Coin]]]:
    """Block, name, inputs and outputs of each line."""
    for line in filter(str.strip, text.splitlines()):
        head, rest = line.split(":", 1)
        left, right = rest.split("->")
        block, name = head.split()
        yield int(block), name, [*map(_coin, left.split())], [*map(_coin, right.split())]


def _coin(text: str) -> Coin:
    who, amount = text.split("=")
    address, _, script = who.partition("/")
    return -1 if amount == "?" else int(amount), address, script or "p2wpkh"


def columns(text: str) -> Columns:
    """Drawn transactions as columns; a rule that asks what is fresh needs a store."""
    return lines.columns(
        Line(n, tx(name), n, 0, tuple((tx("?"), 0) for _ in ins), tuple(ins), tuple(outs))
        for n, (_, name, ins, outs) in enumerate(parsed(text))
    )


def one(ins: Iterable[Coin], outs: Iterable[Coin]) -> Columns:
    """One transaction as columns."""
    return lines.columns([Line(1, tx("one"), 0, 0, (), tuple(ins), tuple(outs))])


def coins(prefix: str, *amounts: int, script: str = "p2wpkh") -> list[Coin]:
    """Amounts, each at an address of its own."""
    return [(amount, f"{prefix}{n}", script) for n, amount in enumerate(amounts)]


def write(store: Store, text: str, part: str = "drawn", chain: str = "bitcoin", year: int = TIME.year) -> None:
    """Write drawn transactions into the tables of an output chain."""
    transactions, inputs, outputs = list[Transaction](), list[Input](), list[Output]()
    places: Counter[int] = Counter()
    time = TIME.replace(year=year)
    for block, name, ins, outs in parsed(text):
        index = places[block]
        places[block] += 1
        head = (chain, block, index, tx(name))
        transactions.append(
            Transaction(chain, block, time, index, tx(name), not ins, len(ins), len(outs), None, "drawn")
        )
        inputs += [
            Input(*head, n, tx("?"), 0, None if a == "?" else a, None if v < 0 else v)
            for n, (v, a, _) in enumerate(ins)
        ]
        outputs += [Output(*head, n, s, None if s == "op_return" else a, v) for n, (v, a, s) in enumerate(outs)]
    with store.run("ingest", {"part": part, "text": text}) as draft:
        draft.put("transactions", part, transactions)
        draft.put("inputs", part, inputs)
        draft.put("outputs", part, outputs)
