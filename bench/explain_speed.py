"""What it costs to explain a figure and to find paths, as a table for the documentation.

`.venv/bin/python -m bench.explain_speed`: movements among a few thousand accounts, drawn with a fixed seed; a quarter
of the payments ends at one service, whose figure is explained, and to which the paths are sought.
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dyepack.model import Destination, Flow, Seed
from dyepack.trace.carriage import Network
from dyepack.trace.explain import parts
from dyepack.trace.kbest import Step, Ways

START = datetime(2023, 1, 1, tzinfo=UTC)
WHOLE = 10**24
SIZES = (1_000, 10_000, 100_000)


def main() -> None:
    """Print the table."""
    rows = ["| movements | network | ten chains | five paths | peak memory |", "|---:|---:|---:|---:|---:|"]
    for size in SIZES:
        flows, rest = drawn(size)
        seed = Seed("r", "theft", "ethereum", "a0", "ETH", WHOLE, "given")
        place = Destination(
            "r", "fifo", "theft", "ethereum", "service", "ETH", rest, "service", None, None, None, None, None
        )
        built, network = timed(lambda flows=flows, seed=seed: Network(flows, [seed]))
        explained, _ = timed(lambda network=network, place=place: list(parts(network, place, place.amount, 10)))
        found, _ = timed(lambda flows=flows: list(Ways([step(flow) for flow in flows]).best(5)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rows.append(f"| {size:,} | {built:.2f} s | {explained:.2f} s | {found:.2f} s | {peak} MB |".replace(",", " "))
    sys.stdout.write("\n".join(rows) + "\n")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def drawn(size: int) -> tuple[list[Flow], int]:
    """Payments of what accounts have, and what the service has in the end."""
    chance = random.Random(7)
    balances, holders, flows = {"a0": WHOLE, "service": 0}, ["a0"], []
    while len(flows) < size:
        payer = chance.choice(holders)
        if not balances[payer]:
            continue
        payee = "service" if chance.random() < 0.25 else f"a{chance.randrange(1, 4_000)}"
        amount = chance.randrange(1, balances[payer] + 1)
        if payee not in balances:
            balances[payee] = 0
            holders.append(payee)
        balances[payer] -= amount
        balances[payee] += amount
        flows.append(moved(len(flows), payer, payee, amount))
    return flows, balances["service"]


def moved(number: int, payer: str, payee: str, amount: int) -> Flow:
    """One payment, a block after the last."""
    when = number, START + timedelta(seconds=12 * number), 0, 0, f"t{number}", "native"
    return Flow("r", "fifo", "theft", "ethereum", *when, payer, payee, None, None, "ETH", amount, amount)


def step(flow: Flow) -> Step:
    """A payment as a step of a path from the first account to the service."""
    ends = flow.from_address, flow.to_address
    place = flow.block, flow.tx_index, flow.seq, flow.time, flow.tx_hash
    free = flow.to_address not in ("a0", "service")
    return Step(*place, *ends, *ends, flow.asset, flow.amount, 1, ends[0] == "a0", ends[1] == "service", free)


if __name__ == "__main__":
    main()
