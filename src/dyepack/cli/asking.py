"""What the commands that follow money are all given, and the request that it makes."""

import sys
from dataclasses import dataclass
from pathlib import Path

from dyepack import trace
from dyepack.addresses import normalise
from dyepack.cli import show as screen
from dyepack.trace import Budget, Request, SeedSpec, Stop, read_case, read_stops
from dyepack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments and options of one command line."""

    incidents: tuple[str, ...]
    case: Path | None
    seeds: Path | None
    stop_at: Path | None
    chain: str | None
    budget: Budget
    repeated: str
    fees: str
    methods: tuple[str, ...] = ("all",)
    stop_behaviour: bool = False
    follow: tuple[str, ...] = ()


def announce(workspace: Workspace) -> None:
    """Say why this trace takes longer than any after it, where a person watches."""
    from dyepack.compiled import kept  # noqa: PLC0415 (numba)

    if not sys.stderr.isatty():
        return
    if not kept(Path(trace.__file__).parent).exists():
        screen.complain("compiling the walk to machine code: half a minute or less, once; later traces find it")
    if rows := workspace.store.without_lookup("transfers"):
        screen.complain(f"ordering {rows:,} movements by address: some five seconds a million, once")


def request(workspace: Workspace, given: Given) -> Request:
    """The request of a command line: what its case says, with what else it gives."""
    seeds, stops = _of_case(given.case)
    slugs = given.incidents or tuple(dict.fromkeys(seed.incident for seed in seeds))
    if given.seeds is not None:
        seeds += workspace.seeds(given.seeds, slugs, given.chain)
    if given.stop_at is not None:
        stops += read_stops(given.stop_at, given.chain or (seeds[0].chain if seeds else "ethereum"))
    chain = given.chain or (seeds[0].chain if seeds else "ethereum")
    return Request(
        incidents=slugs,
        seeds=seeds,
        stops=stops,
        methods=given.methods,
        chain=given.chain,
        budget=given.budget,
        repeated="once" if given.repeated == "once" else "kept",
        fees="miner" if given.fees == "miner" else "booked",
        stop_behaviour=given.stop_behaviour,
        follow=tuple(normalise(address, chain) for address in given.follow),
    )


def _of_case(folder: Path | None) -> tuple[tuple[SeedSpec, ...], tuple[Stop, ...]]:
    if folder is None:
        return (), ()
    found = read_case(folder)
    return found.seeds, found.stops
