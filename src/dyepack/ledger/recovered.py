"""What is said to have come back or been made good, been frozen or been seized, statement by statement, with its day.

Amounts that came back or were made good are claims of incident files (`returned`). Freezes and seizures are statements
about the proceeds (`laundering.yaml`); they are parts of one another, often undated, and are listed, never added up.
"""

import re
from dataclasses import dataclass
from typing import Any

from dyepack.ledger.book import Ledger
from dyepack.model import AmountClaim, LaunderingClaim
from dyepack.schema import as_json

_STOPPED = re.compile(r"\b(froze|frozen|freez\w+|forfeit\w*|seiz\w+|recovered)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Claims of amounts that came back or were made good, and statements of freezes, seizures and recoveries.

    `disputable` are the incidents of `returned` of which there are also statements of where the stolen money went:
    these may contradict that the thief gave it back.
    """

    returned: tuple[AmountClaim, ...]
    stopped: tuple[LaunderingClaim, ...]
    disputable: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Every record in full, and the incidents of which the records may contradict each other."""
        return {
            "returned_or_made_good": [as_json(claim) for claim in self.returned],
            "stopped": [as_json(claim) for claim in self.stopped],
            "may_be_contradicted": list(self.disputable),
        }


def recovered(ledger: Ledger, slugs: tuple[str, ...]) -> Recovered:
    """What is said of these incidents: largest return first, statements in order of the time they speak of."""
    wanted = set(slugs)
    returned = [claim for slug in slugs for claim in ledger.returns.get(slug, ())]
    said = [c for c in ledger.laundering if wanted & set(c.incidents)]
    stopped = [claim for claim in said if claim.kind == "recovery" or _STOPPED.search(claim.statement)]
    moved = {slug for claim in said if claim.kind != "recovery" for slug in claim.incidents}
    return Recovered(
        tuple(sorted(returned, key=lambda claim: (-claim.usd, claim.incident))),
        tuple(sorted(stopped, key=lambda claim: (claim.when or "", claim.claim))),
        tuple(sorted(moved & {claim.incident for claim in returned})),
    )
