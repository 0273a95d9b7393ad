"""The small interface to any explorer: addresses and a span of blocks in, tables of what touches them out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import pyarrow as pa

from dyepack import chains
from dyepack.errors import InputError, SourceMismatch, SourceUnavailable
from dyepack.ingest.evm.rows import Refusal, Rows, Sink
from dyepack.ingest.patience import haste, named_seconds
from dyepack.model import Transfer
from dyepack.schema import TABLES

_SENTENCE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """The blocks of interest; `confirmations` is how far to stay behind the tip, the chain's where nothing is said."""

    first: int = 0
    last: int = 999_999_999
    confirmations: int | None = None

    def behind(self, chain: str, tip: int) -> "Span":
        """The same, with its end where blocks no longer change.

        Raises:
            InputError: nothing is left of it.
        """
        margin = chains.chain(chain).confirmations if self.confirmations is None else self.confirmations
        if self.first > min(self.last, tip - margin):
            raise InputError(
                f"nothing to ask for between {self.first} and {self.last}: the tip is {tip}, and the last {margin}"
                " blocks may still change (--confirmations)"
            )
        return Span(self.first, min(self.last, tip - margin), margin)


@dataclass(slots=True)
class Shown:
    """What an explorer shows: rows of tables, and what was refused."""

    tables: Mapping[str, pa.Table]
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A question that would be asked, with a name in braces for what only earlier answers say; `then` is what follows.

    `kept` says whether the answer is there already.
    """

    question: str
    kept: bool
    then: str


class Explorer(Protocol):
    """An explorer of one chain."""

    chain: str

    def planned(self, addresses: Sequence[str], span: Span) -> Iterator[Planned]:
        """The questions that `show` would begin with; nobody is asked."""

    def show(self, addresses: Sequence[str], span: Span) -> Shown:
        """All transactions of this span that touch these addresses.

        Raises:
            SourceError: it does not answer, or not in its form.
        """


def source_of(chain: str) -> str:
    """What rows from explorers name as their source."""
    return f"explorer {chain}"


def movements(found: Iterable[Transfer], sink: Sink) -> Shown:
    """Movements of an account chain."""
    rows = TABLES["transfers"].rows(found)
    tables = {"transfers": rows, "assets": TABLES["assets"].rows(sink.tokens.found.values())}
    beside = {"freezes": TABLES["freezes"].rows(sink.freezes), "notes": TABLES["notes"].rows(sink.notes)}
    return Shown(tables | beside, sink.refused)


def begun(chain: str) -> tuple[Sink, Rows]:
    """What movements of a chain are gathered with."""
    return Sink(source_of(chain)), Rows({})


def decoded(answer: bytes, kind: Any, whose: str) -> Any:
    """An answer in JSON, in this form.

    Raises:
        SourceMismatch: it is of another form.
        SourceUnavailable: it is no JSON: half of an answer, or a page of somebody who stands before the explorer; or a
            short one that speaks of haste.
    """
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.ValidationError as error:
        told = answer[:_SENTENCE].decode(errors="replace")
        if len(answer) < _SENTENCE and haste(told):
            raise SourceUnavailable(f"{whose} asks us to wait: {told[:120]}", named_seconds(told)) from None
        raise SourceMismatch(f"{whose}: expected another answer than {answer[:60]!r} ({str(error)[:120]})") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceUnavailable(
            f"{whose}: expected a whole answer in JSON, got {answer[:60]!r} ({str(error)[:120]}); try again later"
        ) from None
