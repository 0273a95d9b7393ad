"""What a trace says beside its figures."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from dyepack.model.trace import BalanceLine, Destination
from dyepack.model.values import Amount


@dataclass(frozen=True, slots=True)
class TraceScope:
    """What a trace looked at, and what its budget left out: one row a run. Runs of older versions have none."""

    run: str
    repeated: Annotated[Literal["kept", "once"], "how movements were read that repeat one of their transaction"]
    movements: int
    addresses: int
    hops: int
    first_block: int
    last_block: int
    first_time: dt.datetime
    last_time: dt.datetime
    cut_forward: Annotated[int, "places that stolen money reaches and that the budget left out"]
    cut_backward: Annotated[int, "payers that the budget left out"]
    repeats: Annotated[int, "movements that repeat an earlier one of their transaction"]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader of a run must know of the data and its limits: one sentence."""

    run: str
    number: Annotated[int, "in the order in which they are said"]
    says: str


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """Movements that touch the addresses of a run and were not followed, by why they are flagged."""

    run: str
    flag: str
    movements: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Who paid an address at which following ended, under one method: what a request to a service names."""

    run: str
    method: str
    origin: str
    deposit: Annotated[str, "the address that paid"]
    address: Annotated[str, "the address at which following ended"]
    asset: str
    reason: str
    name: str | None
    amount: Annotated[Amount, "of this origin"]
    moved: Annotated[Amount, "the whole movements in which any method sees money of the origin"]
    transfers: Annotated[int, "how many movements these are"]


@dataclass(frozen=True, slots=True)
class Unfunded:
    """An account that pays out more than the data shows coming in, under one reading of repeated movements."""

    run: str
    repeated: Annotated[Literal["kept", "once"], "the reading"]
    number: Annotated[int, "by asset, the largest first"]
    address: str
    asset: str
    amount: Annotated[Amount, "by how much"]
    block: Annotated[int, "by which it has done so"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """What movements move that repeat an earlier one of their transaction: the data cannot say which reading holds."""

    run: str
    asset: str
    moved: Amount


@dataclass(frozen=True, slots=True)
class ReadOtherwise:
    """Another reading that the data of a run allows: what no source says, and how much that concerns."""

    run: str
    variant: Annotated[
        Literal["each", "turned"], "equal movements of several lists each one of its own; blocks in the opposite order"
    ]
    concerned: int
    ends: Annotated[int, "how many figures differ"]


@dataclass(frozen=True, slots=True)
class DifferingEnd:
    """A figure that another reading changes, as a range over the methods here and there."""

    run: str
    variant: Literal["each", "turned"]
    number: Annotated[int, "by asset, what differs most first"]
    origin: str
    asset: str
    address: Annotated[str | None, "empty for what is seeded"]
    reason: str
    low: Amount
    high: Amount
    other_low: Amount
    other_high: Amount


@dataclass(frozen=True, slots=True)
class OtherDestination(Destination):
    """The same as `destinations`, under the other reading of repeated movements; only where there are any."""


@dataclass(frozen=True, slots=True)
class OtherBalanceLine(BalanceLine):
    """The last day of `balance`, under the other reading of repeated movements; only where there are any."""
