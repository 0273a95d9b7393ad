"""What a stated heuristic makes of the chain, and how often it was right where that was measured."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from dyepack.model.values import Amount


@dataclass(frozen=True, slots=True)
class Coinjoin:
    """A transaction that a rule takes for joint, or for a shape that is easily taken for it; a verdict, not a fact.

    Of *joint*, *undecided* and *trade* the inputs are left out of co-spend: strangers may sign together.
    """

    run: str
    chain: str
    block: int
    tx_index: int
    tx_hash: str
    rule: Annotated[
        str, "whirlpool-mix, coordinator-fee, wasabi1, wasabi2, joinmarket, ...: see the page of error rates"
    ]
    version: Annotated[int, "of the rule"]
    verdict: Annotated[str, "joint, undecided (strangers or one payer: nobody can tell), trade, one payer"]
    joint: Annotated[bool, "the verdict is *joint*: a coinjoin"]
    inputs: Annotated[int, "how many the transaction has"]
    parties: Annotated[int, "what the rule counted: participants, at least; of wasabi2 the mixed outputs"]
    equal: Annotated[int, "outputs of the amount that occurs most often"]
    amount: Annotated[Amount, "of each of these"]
    right: Annotated[int | None, "how often the rule was right where it was measured; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class Join:
    """One heuristic joining two addresses because of one transaction: a lead, never the statement of one owner."""

    run: str
    heuristic: Annotated[str, "cospend, change:fresh+script, deposit, sweep, same-key"]
    version: Annotated[int, "of the heuristic"]
    chain: str
    block: int
    tx_index: int
    tx_hash: str
    first: Annotated[str, "an address on this chain; of co-spend, the transaction's first"]
    second_chain: str
    second: Annotated[str, "the address joined to it"]
    held: Annotated[
        str | None, "why it was not made: large, actors (held for review), refused (by a person); empty where made"
    ]
    right: Annotated[int | None, "how often the heuristic was right where it was measured; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came to an address of an account chain and was passed on, whole, to a tagged service."""

    run: str
    chain: str
    address: Annotated[str, "the deposit address: what a subpoena needs"]
    service: Annotated[str, "the tagged address that swept it"]
    name: Annotated[str, "what the tag calls the service"]
    actor: str | None
    asset: str
    sender: Annotated[str, "who paid in"]
    received_block: int
    received_hash: str
    received: Amount
    swept_block: int
    swept_hash: str
    swept_seq: int
    swept: Amount
    right: Annotated[int | None, "how often a deposit address named so was one, where it was measured; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """One address of a cluster of at least two: joined by the heuristics of one run, not shown to have one owner."""

    run: str
    chain: str
    address: str
    cluster: Annotated[str, "where its first member appeared first: chain:block:transaction:coin; stays as it grows"]
    members: Annotated[int, "how many addresses the cluster has"]
    heuristic: Annotated[str, "of the heuristics that hold the cluster together, the one that was right least often"]
    right: Annotated[int | None, "of that heuristic; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class Appearance:
    """An address of an output chain, numbered in order of first appearance: where the next clustering goes on from."""

    run: str
    chain: str
    number: Annotated[int, "from 0, in order of first appearance, inputs of a transaction before its outputs"]
    address: str
    block: Annotated[int, "where it appeared first"]
    tx_index: int
    output: Annotated[bool, "as an output of that transaction; else as an input"]
    index: Annotated[int, "place among these"]
    script: Annotated[str | None, "its type, as outputs show it; empty where none did"]
    first: Annotated[int, "number of the first member of its cluster; its own where it is alone, or is that member"]
    heuristic: Annotated[str | None, "that joined it, or what it led, to an earlier address; empty for a first member"]
    actor: Annotated[str | None, "whom tags name in its cluster, as the guard against collapse sees it"]


@dataclass(frozen=True, slots=True)
class JoinDecision:
    """What a person decided about a join that was held; kept apart from what follows from the chain."""

    decision: Annotated[str, "hash of what is decided"]
    chain: str
    tx_hash: str
    heuristic: str
    first: str
    second: str
    passes: Annotated[bool, "made nevertheless; else refused"]
    by: Annotated[str, "who decided"]
    said: dt.date
    note: str | None
