"""Holds the chain data of a workspace against itself: is it whole, and does it add up?

What is checked depends on how a chain keeps its books. Blocks are checked on every chain; outputs are followed from
where they are made to where they are spent; for accounts, `OF_MODEL` is where checks of balances are added.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dyepack import chains
from dyepack.ingest.bitcoin import outputs_check
from dyepack.ingest.blocks_check import BLOCKS
from dyepack.ingest.findings import MOST, Check, Finding, Note
from dyepack.store import Store

OF_MODEL: Mapping[chains.Model, tuple[Check, ...]] = {"utxo": outputs_check.CHECKS, "account": ()}


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked of one chain, and what was found; `counts` are all findings by kind, listed or not."""

    chain: str
    blocks: int
    first: int
    last: int
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**asdict(self), "counts": dict(self.counts)}


def check(store: Store, chain: str | None = None) -> tuple[Report, ...]:
    """Check one chain, or each that has blocks in the workspace.

    Raises:
        MissingTable: no blocks have been loaded.
        UnknownChain: no chain has that name.
    """
    known = None if chain is None else chains.chain(chain).name
    rows = store.fetch(
        "select chain, count(*) as blocks, min(block) as first, max(block) as last from blocks group by chain"
        " order by chain",
        "blocks",
    ).to_pylist()
    return tuple(_report(store, row) for row in rows if known in (None, row["chain"]))


def _report(store: Store, row: Mapping[str, Any]) -> Report:
    chain = row["chain"]
    made = [item for one in (*BLOCKS, *OF_MODEL[chains.chain(chain).model]) for item in one(store, chain)]
    findings = [item for item in made if isinstance(item, Finding)]
    notes = tuple(item for item in made if isinstance(item, Note))
    counts = dict(sorted(Counter(finding.kind for finding in findings).items()))
    return Report(chain, row["blocks"], row["first"], row["last"], counts, tuple(_few(findings)), notes)


def _few(findings: Iterable[Finding]) -> Iterator[Finding]:
    """In the order of blocks, and of no kind more than can be read."""
    seen = Counter[str]()
    for finding in sorted(findings, key=lambda one: (-1 if one.block is None else one.block, one.kind, one.text)):
        seen[finding.kind] += 1
        if seen[finding.kind] <= MOST:
            yield finding
