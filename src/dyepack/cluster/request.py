"""What is asked of a clustering: chains, a block, heuristics, and when a join is held for a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from dyepack.cluster import change, cospend, deposit, samekey
from dyepack.cluster.change import Change
from dyepack.errors import InputError

DEFAULT = (cospend.NAME, deposit.DEPOSIT, deposit.SWEEP, samekey.NAME)
VERSIONS = {
    cospend.NAME: cospend.VERSION,
    deposit.DEPOSIT: deposit.VERSION,
    deposit.SWEEP: deposit.VERSION,
    samekey.NAME: samekey.VERSION,
    change.NAME: change.VERSION,
}
LARGE = 10_000


@dataclass(frozen=True)
class Request:
    """Change rules are not among the defaults: they are wrong too often to be asked for without knowing it."""

    chains: tuple[str, ...] = ()
    as_of_block: int | None = None
    rules: tuple[str, ...] = DEFAULT
    large: int = LARGE
    anew: bool = False

    @property
    def change(self) -> Change | None:
        """The change rules asked for, combined."""
        asked = [rule.split(":", 1)[1] for rule in self.rules if rule.startswith(f"{change.NAME}:")]
        return Change.of(",".join(asked)) if asked else None


def parse_rules(given: Sequence[str]) -> tuple[str, ...]:
    """Heuristics as people write them, checked: `cospend`, `deposit`, `sweep`, `same-key`, `change:fresh+script`.

    Raises:
        InputError: none of these.
    """
    if not given:
        return DEFAULT
    plain: list[str] = []
    for name in given:
        if name.startswith(f"{change.NAME}:"):
            plain.append(Change.of(name.split(":", 1)[1]).name)
        elif name in DEFAULT:
            plain.append(name)
        else:
            raise InputError(f"expected a heuristic among {', '.join(DEFAULT)} or change:RULES, got {name!r}")
    return tuple(sorted(set(plain)))


def version_of(heuristic: str) -> int:
    """The version of a heuristic, whatever it combines."""
    return VERSIONS[heuristic.split(":", 1)[0]]
