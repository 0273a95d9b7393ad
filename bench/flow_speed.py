"""Our maximum flow beside that of OR-tools, as a table for docs/explanation/bounds.md.

OR-tools is no part of the project: put it into a folder of its own and name that,

    uv pip install --target FOLDER --no-deps ortools absl-py
    PYTHONPATH=FOLDER .venv/bin/python -m bench.flow_speed

The question is how much stolen money can be at one service, and at all, of 30,000 movements: on the network as it is,
and made small; backwards, as dyepack does it, and forwards. Amounts are cut down to the 63 bits of OR-tools. Times are
of the processor.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.networks import SERVICES, SHAPES, STOLEN
from dyepack.trace.bounds import _events
from dyepack.trace.expanded import expand, shrink
from dyepack.trace.maxflow import Channels, value

CUT = 20


def main() -> None:
    print("| network | backwards | forwards | OR-tools | small: backwards | forwards | OR-tools |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for shape, asked in [(shape, asked) for shape in SHAPES for asked in (1, SERVICES)]:
        network = SHAPES[shape](30_000)
        drawn, _ = expand(_events(network, 0), network.origins)
        at = np.where(np.arange(network.holdings) < asked, 0, 1)
        kinds = np.concatenate([at, 2 + np.arange(network.origins)])
        cells = []
        whole = np.concatenate([np.arange(drawn.inner), drawn.inner + kinds])
        plain = drawn.channels
        renamed = Channels(drawn.inner + 5, whole[plain.tail], whole[plain.head], plain.low, plain.high)
        small = shrink(drawn, kinds, 5)
        for inner, channels in ((drawn.inner, renamed), (small.inner, small.channels)):
            cells += [f"{seconds:.3f}" for seconds in measured(channels, inner + 2 + STOLEN, inner)]
        print(f"| {shape}, {asked} | {' | '.join(cells)} |", flush=True)


def measured(channels: Channels, source: int, sink: int) -> list[float]:
    """Seconds backwards, forwards, and by OR-tools; all must find the same flow, but for what was cut off."""
    turned = Channels(channels.places, channels.head, channels.tail, channels.low, channels.high)
    ours, back = timed(lambda: value(channels, source, sink))
    same, forth = timed(lambda: value(turned, sink, source))
    assert ours == same
    theirs, peer = timed(lambda: of_ortools(channels, source, sink))
    assert abs((theirs << CUT) / ours - 1) < 1e-6
    return [back, forth, peer]


def of_ortools(channels: Channels, source: int, sink: int) -> int:
    from ortools.graph.python import max_flow  # noqa: PLC0415 (where somebody has it)

    cut = ((channels.low >> np.uint64(CUT)) | (channels.high << np.uint64(64 - CUT))).astype(np.int64)
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(channels.tail, channels.head, cut)
    solver.solve(source, sink)
    return int(solver.optimal_flow())


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """The best of three."""
    took = []
    result = None
    for _ in range(3):
        began = time.process_time()
        result = work()
        took.append(time.process_time() - began)
    return result, min(took)


if __name__ == "__main__":
    main()
