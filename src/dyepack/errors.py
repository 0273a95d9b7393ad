"""Every error dyepack raises.

::

    DyepackError
    ├─ InputError (ValueError)   what the caller gave
    │   ├─ UnknownChain · InvalidAddress · InvalidAmount · InvalidDate
    │   ├─ AmbiguousChain        several loaded chains fit; lists them
    │   └─ UnknownIncident · UnknownRun
    ├─ RecordError               a record breaks its schema; carries source, line, field, value
    ├─ SourceError               a node, an API or a file failed
    │   ├─ SourceUnavailable     may be tried again
    │   └─ SourceMismatch        wrong chain, bad hash, row count outside its assertion
    ├─ StoreError                the workspace folder
    │   ├─ MissingTable          names the verb that makes it
    │   │   └─ NoMovements       of any chain, or of the one that is meant
    │   ├─ SchemaMismatch        written by another version
    │   └─ WorkspaceBusy         another process is writing
    ├─ EngineError               the engine refused; carries the SQL
    └─ ConservationError         value appeared or vanished: our bug or bad data
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class DyepackError(Exception):
    """Base of all errors that dyepack raises on purpose."""


class InputError(DyepackError, ValueError):
    """What the caller gave cannot be used."""


class UnknownChain(InputError):
    """A chain name that is not in `chains.py`."""


class InvalidAddress(InputError):
    """An address that its chain's rules reject."""


class AmbiguousChain(InputError):
    """Several chains that are loaded fit what was given; none is chosen."""

    def __init__(self, what: str, fit: Sequence[str]) -> None:
        self.chains = tuple(fit)
        ways = " or ".join(f"--chain {name}" for name in fit[:3])
        more = ", or another of them" if len(fit) > 3 else ""
        super().__init__(f"{what} on {', '.join(fit)}; choose one with {ways}{more}")


class InvalidAmount(InputError):
    """An amount that is not a plain, non-negative decimal within 38 digits."""


class InvalidDate(InputError):
    """A date that is not YYYY, YYYY-MM or YYYY-MM-DD."""


class UnknownIncident(InputError):
    """A slug that is not in the ledger; suggests the nearest ones."""

    def __init__(self, slug: str, known: Iterable[str]) -> None:
        near = get_close_matches(slug, sorted(known), n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "list them with: dyepack incidents"
        super().__init__(f"no incident {slug!r} in the ledger; {hint}")


class UnknownRun(InputError):
    """A run id that the workspace does not hold."""


class RecordError(DyepackError):
    """A record breaks its schema; says where, what was expected and what came."""

    def __init__(
        self, message: str, *, source: str, line: int | None = None, field: str | None = None, value: object = None
    ) -> None:
        self.source, self.line, self.field, self.value, self.reason = source, line, field, value, message
        where = source if line is None else f"{source}:{line}"
        super().__init__(f"{where}: {f'{field}: ' if field else ''}{message}")


class SourceError(DyepackError):
    """A node, an API or a file failed."""


class SourceUnavailable(SourceError):
    """A source did not answer; trying again may help, after so many seconds if it said how many."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(message)


class SourceMismatch(SourceError):
    """A source answered, but not with what was asserted of it."""


class StoreError(DyepackError):
    """The workspace folder cannot be read or written."""


class MissingTable(StoreError):
    """A table that no verb has written yet."""

    def __init__(self, table: str, verb: str, message: str | None = None) -> None:
        self.table, self.verb = table, verb
        super().__init__(message or f"the workspace has no table {table!r} yet; make it with: dyepack {verb}")


class NoMovements(MissingTable):
    """Nothing is loaded of any chain, or of the one that is meant."""

    def __init__(
        self, chain: str | None = None, loaded: Sequence[str] = (), verb: str = "ingest movements FILE --chain CHAIN"
    ) -> None:
        self.chain = chain
        of, there = f" on {chain}" if chain else "", f"; there are some on {', '.join(loaded)}" if loaded else ""
        told = f"the workspace has no movements{of} yet{there}; load some with: dyepack {verb}"
        super().__init__("transfers", verb, f"{told}, or another of: dyepack ingest --help")


class SchemaMismatch(StoreError):
    """The workspace, or one of its tables, was written by another version of dyepack."""


class WorkspaceBusy(StoreError):
    """Another process holds the workspace's write lock."""


class EngineError(DyepackError):
    """The engine refused a query; carries its SQL."""

    def __init__(self, message: str, sql: str) -> None:
        self.sql = sql
        super().__init__(message)


class ConservationError(DyepackError):
    """Value appeared or vanished in a trace; never ignored."""
