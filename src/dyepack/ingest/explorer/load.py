"""Loads what an explorer lists about addresses into `transfers`, and keeps every raw answer beside the workspace."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from dyepack.addresses import normalise
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.evm.records import Left
from dyepack.ingest.evm.rows import Refusal, Rows, Sink
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.etherscan import Etherscan
from dyepack.ingest.explorer.gathered import gathered
from dyepack.model import Reject, Transfer
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

VERB = "ingest explorer"
STAGE = "ingest"


@dataclass(frozen=True, slots=True)
class Span:
    """The blocks of interest; an explorer is asked for no others."""

    first: int = 0
    last: int = 999_999_999


@dataclass(slots=True)
class LoadedAddresses:
    """What became of a question about addresses; `answers` is the hash over all answers that were kept."""

    chain: str
    addresses: tuple[str, ...]
    transactions: int
    rows: int
    kinds: dict[str, int]
    flagged: dict[str, int]
    refused: dict[str, int]
    asked: int
    answers: str

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def load_addresses(
    store: Store, explorer: Etherscan, answers: Answers, addresses: Sequence[str], span: Span
) -> LoadedAddresses:
    """Load all that the explorer lists about these addresses between two blocks, in place of what it gave before.

    Raises:
        InvalidAddress: one is none of the chain's.
        SourceError: the explorer does not answer; nothing was changed, and what it answered is kept.
    """
    chain = explorer.network.chain
    asked = tuple(sorted({normalise(one, chain) for one in addresses}))
    sink, rows, before = Sink(f"explorer {chain}"), Rows({}), len(list(answers))
    found: list[Transfer] = []
    for one in gathered(explorer, asked, span.first, span.last):
        if isinstance(one, Left):
            sink.refused.append(Refusal(chain, one))
        else:
            sink.tokens.told |= one.names
            found += rows.transaction(one.head, (one.tx_hash, one.tx_index), one.decoded, sink)
    part = f"explorer-{chain}"

    def work(draft: Draft) -> None:
        draft.put("transfers", part, TABLES["transfers"].rows(found))
        draft.put("assets", part, sink.tokens.found.values())
        for of, left in sink.refused:
            draft.reject(Reject(draft.run, STAGE, sink.source, None, left.field, f"{of}: {left.reason}", left.what))

    said = {"chain": chain, "addresses": asked, "from": span.first, "to": span.last}
    commit(store, Step(VERB, said, {"answers": answers.digest()}), work)
    return LoadedAddresses(
        chain,
        asked,
        rows.transactions[chain],
        len(found),
        dict(sorted(Counter(row.kind for row in found).items())),
        dict(sorted(Counter(row.flag for row in found if row.flag is not None).items())),
        dict(sorted(Counter(left.field for _, left in sink.refused).items())),
        len(list(answers)) - before,
        answers.digest(),
    )
