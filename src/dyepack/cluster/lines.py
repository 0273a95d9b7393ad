"""Transactions as lines of text, one each, as published collections of coinjoins have them.

`txid:::block hash:::place in the block:::Unix time:::inputs:::outputs`, where an input is
`txid-place-amount+script+type`, an output `amount+script+type`, and `}{` stands between two of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dyepack.cluster.columns import NOWHERE, Columns, Side, script_code, starts
from dyepack.cluster.coordinators import place_of
from dyepack.errors import SourceError
from dyepack.lines import MAX_LINE, short

_HEX = frozenset("0123456789abcdef")
_SHORTEST, _FIELDS = 6, "txid:::block:::index:::time:::inputs:::outputs"
_TYPES = {
    "TxPubkey": "p2pk",
    "TxPubkeyhash": "p2pkh",
    "TxScripthash": "p2sh",
    "TxWitnessV0Keyhash": "p2wpkh",
    "TxWitnessV0Scripthash": "p2wsh",
    "TxWitnessV1Taproot": "p2tr",
    "TxMultisig": "multisig",
    "TxNullData": "op_return",
}
MOST_AMOUNT = 21_000_000 * 10**8


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction as its line says it. Scripts stand for addresses; of an input, also what it spends."""

    number: int
    tx_hash: str
    tx_index: int
    time: int
    spends: tuple[tuple[str, int], ...]
    ins: tuple[tuple[int, str, str], ...]
    outs: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read, and why."""

    number: int
    reason: str
    text: str


def read_lines(path: Path) -> tuple[list[Line], list[BadLine]]:
    """The transactions of a file, and the lines that are none; a transaction that comes twice is taken once.

    Raises:
        SourceError: not a text file.
    """
    try:
        return parse(raw.decode("utf-8") for raw in short(path, MAX_LINE))
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: expected lines of text like {_FIELDS}, got bytes that are not UTF-8") from error


def parse(lines: Iterable[str]) -> tuple[list[Line], list[BadLine]]:
    """Lines of text as transactions, and those that are none."""
    good: dict[str, Line] = {}
    bad: list[BadLine] = []
    for number, text in enumerate(lines, 1):
        stripped = text.strip().removeprefix("\ufeff")
        if not stripped:
            continue
        try:
            line = _line(number, stripped)
        except ValueError as error:
            bad.append(BadLine(number, str(error), stripped[:200]))
            continue
        if line.tx_hash in good:
            bad.append(BadLine(number, f"transaction of line {good[line.tx_hash].number} again", stripped[:200]))
        else:
            good[line.tx_hash] = line
    return list(good.values()), bad


def _line(number: int, text: str) -> Line:
    parts = text.split(":::")
    if len(parts) < _SHORTEST:
        raise ValueError(f"expected {_FIELDS}, got {len(parts)} of {_SHORTEST} fields")
    tx_hash, _, index, time, ins, outs = parts[:_SHORTEST]
    if len(tx_hash) != 64 or not _HEX.issuperset(tx_hash):
        raise ValueError(f"expected a transaction's 64 hexadecimal digits, got {tx_hash[:70]!r}")
    spent = [_input(part) for part in _split(ins)]
    paid = tuple(_output(part) for part in _split(outs))
    return Line(
        number,
        tx_hash,
        _whole(index, "place in the block"),
        _whole(time, "time"),
        tuple(spends for spends, _ in spent),
        tuple(coin for _, coin in spent),
        paid,
    )


def _split(text: str) -> list[str]:
    return text.split("}{") if text else []


def _input(text: str) -> tuple[tuple[str, int], tuple[int, str, str]]:
    head, script, kind = _three(text)
    spent = head.split("-")
    if len(spent) != 3:
        raise ValueError(f"expected an input as txid-place-amount+script+type, got {text[:90]!r}")
    coin = (_amount(spent[2]), script, kind)
    return (spent[0], _whole(spent[1], "place of the spent output")), coin


def _output(text: str) -> tuple[int, str, str]:
    amount, script, kind = _three(text)
    return _amount(amount), script, kind


def _three(text: str) -> tuple[str, str, str]:
    parts = text.split("+")
    if len(parts) != 3:
        raise ValueError(f"expected amount+script+type, got {text[:90]!r}")
    return parts[0], parts[1], _TYPES.get(parts[2]) or _shown(parts[1])


def _shown(script: str) -> str:
    """The type of a script that its source does not know: Taproot is younger than some of them."""
    return "p2tr" if len(script) == 68 and script.startswith("5120") else "other"


def _whole(text: str, what: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(f"expected a whole number as {what}, got {text[:30]!r}")
    return int(text)


def _amount(text: str) -> int:
    amount = _whole(text, "amount")
    if amount > MOST_AMOUNT:
        raise ValueError(f"expected an amount of at most {MOST_AMOUNT}, got {amount}")
    return amount


def columns(lines: Iterable[Line]) -> Columns:
    """Lines as columns. Scripts are numbered; nothing is known of what came before, so no output is called fresh."""
    listed = list(lines)
    numbers: dict[str, int] = {}
    paid = [_coordinator(line) for line in listed]
    ins = _side([line.ins for line in listed], numbers)
    outs = _side([line.outs for line in listed], numbers)
    return Columns(
        block=np.zeros(len(listed), np.int64),
        tx_index=np.array([line.tx_index for line in listed], np.int64),
        ins=ins,
        outs=outs,
        fresh=np.zeros(len(outs.amount), np.bool_),
        coordinator=np.where(np.array(paid, np.int64) == NOWHERE, NOWHERE, outs.start[:-1] + np.array(paid, np.int64)),
    )


def _coordinator(line: Line) -> int:
    """Which output of a line pays a known coordinator in his time."""
    paid, spent = ([script for _, script, _ in coins] for coins in (line.outs, line.ins))
    return place_of(paid, spent, line.time or None)


def _side(coins: list[tuple[tuple[int, str, str], ...]], numbers: dict[str, int]) -> Side:
    flat = list(_flat(coins))
    return Side(
        starts([len(each) for each in coins]),
        np.array([numbers.setdefault(script, len(numbers)) for _, script, _ in flat], np.int64),
        np.array([amount for amount, _, _ in flat], np.int64),
        np.array([script_code(kind) for _, _, kind in flat], np.int8),
    )


def _flat(coins: list[tuple[tuple[int, str, str], ...]]) -> Iterator[tuple[int, str, str]]:
    for each in coins:
        yield from each
