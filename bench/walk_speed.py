"""How fast the walk is: movements a second and rule, on slices of growing size, amounts exact beyond 64 bits.

    python -m bench.walk_speed [SIZE ...]

Prints a row per chain model, size and rule: the compiled walk alone, and with the accounts that check it; movements a
second on one core, microseconds a movement, bytes of memory a movement. The first line says what compiling costs once
on a machine.
"""

import resource
import sys
import time

import numpy as np

from dyepack.trace.accounts import Accounts
from dyepack.trace.methods import METHODS
from dyepack.trace.moves import KINDS, Key, Moves
from dyepack.trace.openings import shortfalls
from dyepack.trace.request import Stop
from dyepack.trace.slice import Slice
from dyepack.trace.steps import Laid, Plan, lay, opened
from dyepack.trace.walk import follow

SIZES = (10_000, 100_000, 1_000_000)
WEI = 10**18


def accounts(size: int) -> Laid:
    """Payments among size / 10 accounts, a few of them busy, of up to 1,000 ether each; a hundredth are thieves."""
    draw = np.random.default_rng(size)
    places = max(size // 10, 20)
    payer, payee = (np.minimum((places * draw.random(size) ** 3).astype(np.int32), places - 1) for _ in range(2))
    lo, hi = _amounts(draw, size)
    keys = [Key(f"a{n}", "ETH") for n in range(places)]
    moves = _moves(keys, payer, payee, (lo, hi), np.full(size, KINDS.index("native"), np.int8))
    walked = np.ones(places, np.bool_)
    stops = {f"a{n}": Stop(f"a{n}", "service", f"S{n % 7}") for n in range(7, places, 50)}
    walked[[n for n in range(places) if f"a{n}" in stops]] = False
    cut = Slice(moves, walked, np.zeros(places, np.bool_), 0, 0, {})
    laid = lay(Plan(cut, stops, {keys[0]: (("theft", 0),)}))
    lots = {
        key: ((("theft" if int(key.address[1:]) % 100 == 0 else "unknown"), short.amount),)
        for key, short in shortfalls(moves, laid.steps).items()
    }
    return opened(laid, lots)


def outputs(size: int) -> Laid:
    """Transactions of two inputs and two outputs, each input an earlier output; every hundredth makes a stolen one."""
    draw = np.random.default_rng(size)
    txs = size // 4
    made = np.arange(2 * txs)
    spends = np.full((txs, 2), -1, np.int64)
    free = list(range(64))
    for tx in range(32, txs):
        for side in (0, 1):
            at = int(draw.integers(len(free)))
            free[at], free[-1] = free[-1], free[at]
            spends[tx, side] = free.pop()
        free += [2 * tx, 2 * tx + 1]
    value = np.full(2 * txs, 5_000_000_000, np.int64)
    keys = [Key(f"t{n // 2}", "BTC", f"t{n // 2}:{n % 2}") for n in made] + [Key(f"t{n}", "BTC") for n in range(txs)]
    keys.append(Key("coinbase", "BTC", "in"))
    payer, payee, kinds = [], [], []
    for tx in range(txs):
        node = 2 * txs + tx
        if tx < 32:
            payer += [len(keys) - 1, len(keys) - 1]
            kinds += [KINDS.index("coinbase")] * 2
        else:
            payer += spends[tx].tolist()
            kinds += [KINDS.index("input")] * 2
        payee += [node, node, 2 * tx, 2 * tx + 1]
        payer += [node, node]
        kinds += [KINDS.index("output")] * 2
    amounts = np.full(4 * txs, value[0], np.uint64)
    moves = _moves(
        keys,
        np.array(payer, np.int32),
        np.array(payee, np.int32),
        (amounts, np.zeros(4 * txs, np.uint64)),
        np.array(kinds, np.int8),
    )
    walked = np.ones(len(keys), np.bool_)
    walked[-1] = False
    cut = Slice(
        moves, walked, np.zeros(len(keys), np.bool_), 0, 0, {}, clean=np.ones(len(keys), np.bool_), outputs=True
    )
    thefts = {(f"x{4 * tx}", f"t{tx}", "BTC"): "theft" for tx in range(0, txs, 100)}
    moves.hashes[:] = [f"x{n // 4 * 4}" for n in range(4 * txs)]
    return lay(Plan(cut, {}, {}, (), thefts))


def _amounts(draw: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole ether and the wei beyond, as two limbs: without a Python integer for each."""
    ether, wei = draw.integers(1, 1_000, size, np.uint64), draw.integers(0, WEI, size, np.uint64)
    half, mask = np.uint64(32), np.uint64(2**32 - 1)
    low = ether * np.uint64(WEI & (2**32 - 1))
    high = ether * np.uint64(WEI >> 32) + (low >> half)
    lo = ((high & mask) << half | (low & mask)) + wei
    return lo, (high >> half) + (lo < wei)


def _moves(keys, payer, payee, amounts, kinds) -> Moves:
    size = len(payer)
    block = np.arange(size, dtype=np.int64) // 100
    rows = np.arange(size, dtype=np.int64)
    return Moves(
        keys,
        [f"x{n}" for n in range(size)],
        block,
        1_600_000_000_000_000 + block * 12_000_000,
        rows % 100,
        np.zeros(size, np.int64),
        rows.astype(np.int32),
        kinds,
        payer,
        payee,
        *amounts,
    )


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(laid: Laid, name: str, repeat: int = 3) -> tuple[float, float]:
    """Seconds of the walk alone, and with its accounts: the least of several."""
    walks, wholes = [], []
    for _ in range(repeat):
        started = time.perf_counter()
        walked = follow(laid, METHODS[name])
        walks.append(time.perf_counter() - started)
        accounts_ = Accounts(walked)
        _ = accounts_.rests, accounts_.days
        wholes.append(time.perf_counter() - started)
    return min(walks), min(wholes)


def main(arguments: list[str]) -> None:
    """Print the table."""
    sizes = [int(float(text)) for text in arguments] or list(SIZES)
    started = time.perf_counter()
    for make in (accounts, outputs):
        for name in METHODS:
            measure(make(400), name, 1)
    print(f"compiling or loading what was compiled: {time.perf_counter() - started:.1f} s")
    print("| chain | movements | rule | M movements/s | µs each | with accounts, µs each | MB |")
    print("|---|---|---|---|---|---|---|")
    for make in (accounts, outputs):
        for size in sizes:
            laid = make(size)
            count = len(laid.plan.slice.moves)
            for name in METHODS:
                walk, whole = measure(laid, name, 3 if size <= 1_000_000 else 1)
                cells = (f"{count / walk / 1e6:.2f}", f"{walk / count * 1e6:.2f}", f"{whole / count * 1e6:.2f}")
                print(
                    f"| {make.__name__} | {count:,} | {name} | {' | '.join(cells)} | {peak() / 1e6:.0f} |", flush=True
                )


if __name__ == "__main__":
    main(sys.argv[1:])
