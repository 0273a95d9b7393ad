"""Payouts of real blocks: who was paid, and how much, as the block has it; only the coins that paid it are drawn.

A block does not say what its inputs held. But a transaction with fewer inputs than equal outputs is no round of as many
strangers, whoever made it. Its outputs are taken as they are, amounts and addresses, and are paid by as many coins or
more, which are drawn from the amounts of real outputs: what a payer would spend who had gathered them. The last coin is
what is missing, with a fee. So outputs are real, inputs are made up, and one owner signs.
"""

import bz2
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np

from dyepack.cluster.lines import Line
from dyepack.ingest.bitcoin.columns import addresses
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.raw import gathered, parse
from dyepack.ingest.machine.scripts import KINDS

POPULATION = "payouts of real blocks, paid by as many coins or more, which are made up"
FOLDER = ("..", "blocks")
"""From the folder of labelled transactions to blocks as they are on the wire."""
BLOCKS = ("btcd/block-*.blk", "btcd/277647.dat.bz2", "bcoin/block300025.raw", "bcoin/block426884.raw",
          "rust-bitcoin/*.raw")  # fmt: skip
MAGIC = bytes.fromhex("f9beb4d9")
BITCOIN = network("bitcoin")
LEAST_EQUAL, LEAST_OUTPUTS = 3, 4
Coin = tuple[int, str, str]


def payouts(folder: Path, seed: int, times: int) -> list[Line]:
    """Every payout of the blocks, so many times, each time with other coins."""
    draw = Random(seed)
    paid = list(_paid(folder.joinpath(*FOLDER)))
    held = sorted(amount for outs, _ in paid for amount, _, _ in outs)
    listed = [(outs, inputs) for outs, inputs in paid if _payout(outs, inputs)]
    lines = list[Line]()
    for outs, inputs in listed:
        for _ in range(times):
            number = len(lines)
            many = max(inputs, _equal(outs)) * draw.choice((1, 1, 2, 4))
            own = _coins(draw, held, sum(amount for amount, _, _ in outs), many)
            ins = tuple((amount, f"{number}:{n}", "p2pkh") for n, amount in enumerate(own))
            lines.append(Line(number, f"{number:064x}", 0, 0, (), ins, tuple(outs)))
    return lines


def _payout(outs: list[Coin], inputs: int) -> bool:
    return len(outs) >= LEAST_OUTPUTS and LEAST_EQUAL <= _equal(outs) > inputs


def _equal(outs: list[Coin]) -> int:
    amounts = [amount for amount, _, kind in outs if kind != "op_return"]
    return max((amounts.count(one) for one in amounts), default=0)


def _coins(draw: Random, held: list[int], needed: int, many: int) -> list[int]:
    """So many coins, or some more, of amounts that real outputs have, and one that makes it enough."""
    mean, coins = needed // many, list[int]()
    low, high = np.searchsorted(held, [mean // 8, 4 * mean])
    while sum(coins) < needed and high > low and len(coins) < 4 * many:
        coins.append(held[draw.randrange(low, high)])
    over = sum(coins) - needed
    while over >= 0 and coins:
        over -= coins.pop()
    return [*coins, draw.randrange(500, 40_000) - over] if coins else [needed + draw.randrange(500, 40_000)]


def _paid(folder: Path) -> Iterator[tuple[list[Coin], int]]:
    """Outputs and the number of inputs of every transaction that is no coinbase."""
    for path in (path for pattern in BLOCKS for path in sorted(folder.glob(pattern))):
        data = path.read_bytes()
        data = bz2.decompress(data) if path.suffix == ".bz2" else data
        parsed = parse(gathered([data[8:] if data.startswith(MAGIC) else data], [path.name]), BITCOIN)
        where = addresses(parsed.out_kind, parsed.out_place, BITCOIN).to_pylist()
        ends = np.cumsum(parsed.tx_outputs)
        for tx in range(1, len(ends)):
            places = range(ends[tx - 1], ends[tx])
            yield (
                [
                    (int(parsed.out_amount[n]), where[n] or f"{path.name}:{n}", str(KINDS[parsed.out_kind[n]]))
                    for n in places
                ],
                int(parsed.tx_inputs[tx]),
            )
