"""The records: each is written once, here; its table, Parquet schema, JSON form and reference page derive from it.

A record is made when it is first asked for: making one takes a millisecond, and most commands need a few of the forty.

Words: a *claimed* row names the `source` it came from; a *derived* row names the `run` that made it. Amounts are
integers in base units (dollars: millionths). Times are UTC. A date that its source gave only as a year or a month stays
text (`2023`, `2023-09`) and comes with the last day it can mean.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dyepack.model.values import CLEAN as CLEAN
from dyepack.model.values import UNKNOWN as UNKNOWN
from dyepack.model.values import Amount as Amount
from dyepack.model.values import first_day as first_day
from dyepack.model.values import last_day as last_day

if TYPE_CHECKING:
    from dyepack.model.chain import AssetRow as AssetRow
    from dyepack.model.chain import Block as Block
    from dyepack.model.chain import Freeze as Freeze
    from dyepack.model.chain import Input as Input
    from dyepack.model.chain import ListedMovement as ListedMovement
    from dyepack.model.chain import Note as Note
    from dyepack.model.chain import Opening as Opening
    from dyepack.model.chain import Output as Output
    from dyepack.model.chain import Price as Price
    from dyepack.model.chain import Transaction as Transaction
    from dyepack.model.chain import Transfer as Transfer
    from dyepack.model.claims import AddressClaim as AddressClaim
    from dyepack.model.claims import AmountClaim as AmountClaim
    from dyepack.model.claims import AttributionClaim as AttributionClaim
    from dyepack.model.claims import Incident as Incident
    from dyepack.model.claims import LaunderingClaim as LaunderingClaim
    from dyepack.model.claims import PublishedTotal as PublishedTotal
    from dyepack.model.claims import Source as Source
    from dyepack.model.claims import TransactionClaim as TransactionClaim
    from dyepack.model.clusters import Appearance as Appearance
    from dyepack.model.clusters import ClusterMember as ClusterMember
    from dyepack.model.clusters import Coinjoin as Coinjoin
    from dyepack.model.clusters import Deposit as Deposit
    from dyepack.model.clusters import Join as Join
    from dyepack.model.clusters import JoinDecision as JoinDecision
    from dyepack.model.remarks import DifferingEnd as DifferingEnd
    from dyepack.model.remarks import NotFollowed as NotFollowed
    from dyepack.model.remarks import OtherBalanceLine as OtherBalanceLine
    from dyepack.model.remarks import OtherDestination as OtherDestination
    from dyepack.model.remarks import Payment as Payment
    from dyepack.model.remarks import ReadOtherwise as ReadOtherwise
    from dyepack.model.remarks import Remark as Remark
    from dyepack.model.remarks import Repeat as Repeat
    from dyepack.model.remarks import TraceScope as TraceScope
    from dyepack.model.remarks import Unfunded as Unfunded
    from dyepack.model.runs import Reject as Reject
    from dyepack.model.runs import Run as Run
    from dyepack.model.tags import Actor as Actor
    from dyepack.model.tags import ActorDecision as ActorDecision
    from dyepack.model.tags import ActorStatement as ActorStatement
    from dyepack.model.tags import CanonicalActor as CanonicalActor
    from dyepack.model.tags import Edition as Edition
    from dyepack.model.tags import Listing as Listing
    from dyepack.model.tags import Tag as Tag
    from dyepack.model.trace import BalanceLine as BalanceLine
    from dyepack.model.trace import Conversion as Conversion
    from dyepack.model.trace import Destination as Destination
    from dyepack.model.trace import Flow as Flow
    from dyepack.model.trace import Posting as Posting
    from dyepack.model.trace import RestingLot as RestingLot
    from dyepack.model.trace import Seed as Seed

_MODULES = ("runs", "claims", "chain", "tags", "clusters", "trace", "remarks")


def __getattr__(name: str) -> Any:
    for module in _MODULES if name[:1].isupper() else ():
        found = vars(import_module(f"dyepack.model.{module}")).get(name)
        if found is not None:
            return found
    raise AttributeError(f"module 'dyepack.model' has no attribute {name!r}")
