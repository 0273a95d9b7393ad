"""What the commands that follow money are all given, and the request that it makes."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from dyepack import trace
from dyepack.addresses import normalise
from dyepack.cli import show as screen
from dyepack.trace import Budget, Request, read_case, read_stops
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
    """The request of a command line: what its case says, with what else it gives.

    The chain is that of the option or the case; a file of seeds may name others, or leave it to the addresses.
    """
    found = read_case(given.case) if given.case is not None else None
    seeds = found.seeds if found else ()
    slugs = given.incidents or tuple(dict.fromkeys(seed.incident for seed in seeds))
    if given.seeds is not None:
        seeds += workspace.seeds(given.seeds, slugs, given.chain or (found.chain if found else None))
    asked = Request(
        incidents=slugs,
        seeds=seeds,
        stops=found.stops if found else (),
        methods=given.methods,
        chain=given.chain,
        budget=given.budget,
        repeated="once" if given.repeated == "once" else "kept",
        fees="miner" if given.fees == "miner" else "booked",
        stop_behaviour=given.stop_behaviour,
    )
    if given.stop_at is None and not given.follow and not given.chain:
        return asked
    return _on_its_chain(asked, given, workspace.chain_traced(asked))


def _on_its_chain(asked: Request, given: Given, chain: str) -> Request:
    """The same with the stops and the addresses that are spelled as the chain has them."""
    more = read_stops(given.stop_at, chain) if given.stop_at is not None else ()
    follow = tuple(normalise(address, chain) for address in given.follow)
    return replace(asked, stops=asked.stops + more, follow=follow)
