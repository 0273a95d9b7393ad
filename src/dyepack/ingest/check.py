"""Holds the chain data of a workspace against itself, and against a node's balances: is it whole, does it add up?

What is checked depends on how a chain keeps its books. Blocks are checked on every chain that has some; outputs are
followed from where they are made to where they are spent; for accounts what came in less what went out is replayed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dyepack import chains
from dyepack.errors import InputError, NoMovements
from dyepack.ingest import accounts_check
from dyepack.ingest.bitcoin import outputs_check
from dyepack.ingest.blocks_check import BLOCKS, refused
from dyepack.ingest.findings import MOST, Check, Finding, Note
from dyepack.store import Store

if TYPE_CHECKING:
    from dyepack.ingest.evm.rpc import Rpc

OF_MODEL: Mapping[chains.Model, tuple[Check, ...]] = {
    "utxo": outputs_check.CHECKS,
    "account": accounts_check.CHECKS,
}
SAMPLES = 100
_FOUND = "select chain, count(*) as rows, min(block) as first, max(block) as last from {name} group by chain"


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked of one chain, and what was found; `counts` are all findings by kind, listed or not."""

    chain: str
    blocks: int
    movements: int
    first: int
    last: int
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**asdict(self), "counts": dict(self.counts)}


@dataclass(frozen=True, slots=True)
class Against:
    """A node whose balances movements are held against, and how many holdings are drawn."""

    rpc: "Rpc"
    samples: int = SAMPLES


def check(store: Store, chain: str | None = None, against: Against | None = None) -> tuple[Report, ...]:
    """Check one chain, or each that has blocks or movements in the workspace.

    Raises:
        NoMovements: neither blocks nor movements have been loaded, or none of this chain.
        UnknownChain: no chain has that name.
        InputError: a node is given, and what is there is not one chain of the kind that nodes answer for.
        SourceError: the node does not answer.
    """
    known = None if chain is None else chains.chain(chain).name
    there = _there(store)
    if known is not None and known not in there:
        raise NoMovements(known, sorted(there))
    found = {name: rows for name, rows in there.items() if known in (None, name)}
    asked = None if against is None else _network(found)
    return tuple(_report(store, name, found[name], against if name == asked else None) for name in sorted(found))


def _there(store: Store) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The chains that have blocks or movements, each with how many there are and where."""
    tables = [name for name in ("blocks", "transfers") if store.parts(name)]
    if not tables:
        raise NoMovements
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name in tables:
        for row in store.fetch(_FOUND.format(name=name), name).to_pylist():
            found.setdefault(row["chain"], {})[name] = row
    return found


def _network(found: Iterable[str]) -> str:
    """The one chain that a node is asked about."""
    names = sorted(name for name in found if chains.chain(name).addresses == "evm")
    if len(names) != 1:
        raise InputError(
            f"expected one EVM chain to hold against a node, got {', '.join(names) or 'none'}; name it with --chain"
        )
    return names[0]


def _report(store: Store, chain: str, found: Mapping[str, Mapping[str, Any]], against: Against | None) -> Report:
    model = chains.chain(chain).model
    wanted = [*(BLOCKS if "blocks" in found else (refused,))]
    wanted += OF_MODEL[model] if ("transfers" if model == "account" else "blocks") in found else ()
    made = [item for one in wanted for item in one(store, chain)]
    made += [] if against is None else _replayed(store, chain, against)
    findings = [item for item in made if isinstance(item, Finding)]
    notes = tuple(item for item in made if isinstance(item, Note))
    counts = dict(sorted(Counter(finding.kind for finding in findings).items()))
    first, last = min(one["first"] for one in found.values()), max(one["last"] for one in found.values())
    sizes = [int(found[name]["rows"]) if name in found else 0 for name in ("blocks", "transfers")]
    return Report(chain, sizes[0], sizes[1], first, last, counts, tuple(_few(findings)), notes)


def _replayed(store: Store, chain: str, against: Against) -> Iterator[Finding | Note]:
    """Holdings of a sample change by what the node's balances change by."""
    from dyepack.ingest.evm.balances import check_balances  # noqa: PLC0415 (the client for HTTP)
    from dyepack.ingest.evm.networks import by_chain  # noqa: PLC0415

    report = check_balances(store, against.rpc, by_chain(chain), against.samples)
    for one in report.differing:
        told = f"by {report.source} it changed by {one.told} base units, by the tables by {one.tables}"
        text = f"{one.address} {one.asset}: {told}"
        yield Finding("replay", report.last, text)
    yield Note(
        "replayed",
        report.agreeing,
        f"of {report.asked} holdings, of {report.holdings} that moved in blocks {report.first} to {report.last}, agree"
        f" with {report.source}; {len(report.differing)} differ, {report.unanswered} without an answer",
    )


def _few(findings: Iterable[Finding]) -> Iterator[Finding]:
    """In the order of blocks, and of no kind more than can be read."""
    seen = Counter[str]()
    for finding in sorted(findings, key=lambda one: (-1 if one.block is None else one.block, one.kind, one.text)):
        seen[finding.kind] += 1
        if seen[finding.kind] <= MOST:
            yield finding
