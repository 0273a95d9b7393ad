"""What bounds cost, as a table for docs/reference/benchmarks.md: `.venv/bin/python -m bench.bounds_speed [MOST]`.

Ten questions each: every one of eight services, all of them, all that is held. Each is three maximum flows. Sizes go
up to MOST movements, 100,000 unless said. A process per row, so that its memory is its own; times are of
the processor, which other work on the machine does not lengthen.
"""

import resource
import subprocess
import sys
import time

import numpy as np

from bench.networks import SERVICES, SHAPES, STOLEN, UNKNOWN
from dyepack.trace.bounds import Network, Question, bounds

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TIMES = 3


def main() -> None:
    if len(sys.argv) == 3:
        print(measured(sys.argv[1], int(sys.argv[2])))
        return
    most = int(sys.argv[1]) if len(sys.argv) == 2 else 100_000
    print("| movements | shape | ten questions | a question | peak memory |\n|---:|---|---:|---:|---:|")
    for size in (size for size in SIZES if size <= most):
        for shape in SHAPES:
            command = [sys.executable, "-m", "bench.bounds_speed", shape, str(size)]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip(), flush=True)


def measured(shape: str, size: int) -> str:
    """One row: the best of several runs, after what is compiled has been loaded."""
    small = SHAPES[shape](100)
    bounds(small, questions(small))
    network = SHAPES[shape](size)
    asked = questions(network)
    took = []
    for _ in range(TIMES if size < 10**6 else 1):
        began = time.process_time()
        bounds(network, asked)
        took.append(time.process_time() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"| {size:,} | {shape} | {ms(min(took))} | {ms(min(took) / len(asked))} | {memory} MB |".replace(
        ",", "\u2009"
    )


def questions(network: Network) -> list[Question]:
    numbers = np.arange(network.holdings)
    sets = [numbers == service for service in range(SERVICES)]
    sets += [numbers < SERVICES, ~network.ends]
    return [Question([STOLEN], at, [UNKNOWN]) for at in sets]


def ms(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.{1 if seconds < 0.01 else 0}f} ms"


if __name__ == "__main__":
    main()
