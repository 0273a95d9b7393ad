"""How the terminal shows coinjoins, clusters and what speaks for and against them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dyepack.cli import show as screen

if TYPE_CHECKING:
    from dyepack.cluster.detect import Detected
    from dyepack.cluster.explain import Split, Why
    from dyepack.cluster.graphsense import Agreement
    from dyepack.cluster.links import Links
    from dyepack.cluster.result import ChainResult, ClusterResult
    from dyepack.cluster.review import Held

_SHOWN = 20
_NOT_JOINED = {
    "joint": "joint",
    "undecided": "undecided: strangers or one payer, nobody can tell",
    "trade": "where a seller and a buyer signed together",
}
"""Why inputs of a transaction were left out, by verdict."""


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def coinjoins(found: Detected, *, json: bool) -> None:
    """Verdicts, by rule and one by one."""
    from dyepack.cluster import rates  # noqa: PLC0415 (a room is imported when a command needs it)
    from dyepack.cluster.coinjoin import RULES  # noqa: PLC0415 (as above)

    if json:
        return screen.as_json(found.as_json())
    says = found.by_verdict
    unclear = f", {says['undecided']:,} undecided" if says["undecided"] else ""
    screen.answer(f"{found.where}: {says['joint']:,} of {found.transactions:,} transactions look joint{unclear}")
    rows = [
        (rule.name, rule.version, f"{found.found.get(rule.name, 0):,}", rule.verdict,
         rates.told(rates.precision(rule.name, rule.version)))
        for rule in RULES
    ]  # fmt: skip
    screen.table(["rule", "version", "found", "verdict", "was right"], rows, right=(1, 2))
    if found.verdicts:
        screen.blank()
        shown = [
            (one.tx_hash, one.rule, one.verdict, one.parties, one.equal, one.amount) for one in found.verdicts[:_SHOWN]
        ]
        screen.table(["transaction", "rule", "verdict", "counted", "equal outputs", "of"], shown, right=(3, 4, 5))
    if len(found.verdicts) > _SHOWN:
        screen.note(f"… and {len(found.verdicts) - _SHOWN:,} more; all with --json")
    for bad in found.rejected[:_SHOWN]:
        screen.note(f"line {bad.number} refused: {bad.reason}")
    if len(found.rejected) > _SHOWN:
        screen.note(f"… and {len(found.rejected) - _SHOWN:,} more lines; all with --json")
    return None


def links(answer: Links, tx_hash: str, *, json: bool) -> None:
    """Link probabilities as a table, inputs down, outputs across."""
    if json:
        return screen.as_json({"tx_hash": tx_hash} | answer.as_json())
    screen.answer(f"{_many(answer.interpretations, 'interpretation')}; entropy {answer.entropy:.3f} bits")
    headers = ["input", *(f"output {n}" for n in range(len(answer.together[0])))]
    rows = [
        [n, *(f"{100 * count / answer.interpretations:.1f} %" for count in row)]
        for n, row in enumerate(answer.together)
    ]
    screen.table(headers, rows, right=range(len(headers)))
    return screen.note("All interpretations count alike; payments outside the transaction are not seen.")


def clusters(result: ClusterResult, *, json: bool) -> None:
    """What a run joined, chain by chain."""
    if json:
        return screen.as_json(result.as_json())
    for number, each in enumerate(result.chains):
        if number:
            screen.blank()
        _chain(each)
    return screen.note(
        "A cluster is a lead: joined by rules, not shown to have one owner. Ask: dyepack cluster why A B"
    )


def _chain(each: ChainResult) -> None:
    from dyepack.cluster import rates  # noqa: PLC0415 (as above)
    from dyepack.cluster.request import version_of  # noqa: PLC0415 (as above)

    upto = "" if each.as_of_block is None else f" up to block {each.as_of_block:,}"
    where = f"{', '.join(each.chains)}{upto}"
    screen.answer(f"{where}: {each.clustered:,} of {each.addresses:,} addresses in {_many(each.clusters, 'cluster')}")
    if each.continued_from is not None:
        screen.note(f"Continued from block {each.continued_from:,}.")
    for rule, count in each.coinjoins.items():
        screen.note(f"{rule}: {_many(count, 'transaction')}")
    for one in each.left_out:
        if one.transactions:
            what = f"{_many(one.inputs, 'input')} of {_many(one.transactions, 'transaction')}"
            screen.note(f"Not joined by co-spend: {what}, {_NOT_JOINED[one.verdict]}")
    rows = [
        (one.heuristic, f"{one.joins:,}", f"{one.made:,}", f"{one.held:,}",
         rates.told(rates.precision(one.heuristic, version_of(one.heuristic))))
        for one in each.counts
    ]  # fmt: skip
    screen.table(["heuristic", "joins", "made clusters grow", "held", "was right"], rows, right=(1, 2, 3))
    if each.largest:
        screen.blank()
        top = [
            (one.cluster, f"{one.members:,}", screen.address(one.first), one.heuristic,
             rates.told(rates.precision(one.heuristic, version_of(one.heuristic))))
            for one in each.largest
        ]  # fmt: skip
        screen.table(["cluster", "addresses", "its first", "weakest heuristic", "was right"], top, right=(1,))
    if held := sum(one.held for one in each.counts):
        screen.note(f"{_many(held, 'join')} held for review: dyepack cluster review")


def why(answer: Why, *, json: bool) -> None:
    """The chain of joins, or what stands between."""
    from dyepack.cluster import rates  # noqa: PLC0415 (as above)

    if json:
        return screen.as_json(answer.as_json())
    if not answer.together:
        screen.answer("Nothing joins them in the last run.")
        for join in answer.held[:_SHOWN]:
            screen.note(f"Held ({join.held}): {join.heuristic} in {join.tx_hash}")
        return None
    if answer.clusters[0] is None:
        return screen.answer(f"{answer.first[1]} is in no cluster of the last run.")
    screen.answer(f"Both are in cluster {answer.clusters[0]}, {_many(len(answer.steps), 'step')} apart")
    rows = [
        (screen.address(step.here[1]), screen.address(step.there[1]), step.join.heuristic, step.join.block,
         step.join.tx_hash, rates.told(rates.precision(step.join.heuristic, step.join.version)))
        for step in answer.steps
    ]  # fmt: skip
    screen.table(["from", "to", "heuristic", "block", "transaction", "was right"], rows, right=(3,))
    return None


def without(what: str, splits: Sequence[Split], *, json: bool) -> None:
    """Clusters that fall apart."""
    if json:
        return screen.as_json({"without": what, "splits": [split.as_json() for split in splits]})
    if not splits:
        return screen.answer(f"Without {what} every cluster holds: other joins do the same.")
    screen.answer(f"Without {what}, {_many(len(splits), 'cluster')} would fall apart")
    rows = [
        (
            split.cluster,
            f"{split.members:,}",
            f"{len(split.pieces):,}",
            ", ".join(f"{size:,}" for size, _ in split.pieces[:5]),
        )
        for split in splits[:_SHOWN]
    ]
    screen.table(["cluster", "addresses", "pieces", "largest pieces"], rows, right=(1, 2))
    if len(splits) > _SHOWN:
        screen.note(f"… and {len(splits) - _SHOWN:,} more; all with --json")
    return None


def held(joins: Sequence[Held], *, json: bool) -> None:
    """Joins that wait for a person."""
    from dyepack.cluster import rates  # noqa: PLC0415 (as above)

    if json:
        return screen.as_json([join.as_json() for join in joins])
    if not joins:
        return screen.answer("No join is held.")
    screen.answer(f"{_many(len(joins), 'join')} not made")
    rows = [
        (each.join.tx_hash, each.join.heuristic, each.join.held, f"{each.first.members:,} + {each.second.members:,}",
         " / ".join(filter(None, (", ".join(side.actors) for side in (each.first, each.second)))),
         "" if each.decision is None else f"{'passes' if each.decision.passes else 'refused'}, {each.decision.by}",
         rates.told(rates.precision(each.join.heuristic, each.join.version)))
        for each in joins[:_SHOWN]
    ]  # fmt: skip
    screen.table(["transaction", "heuristic", "why held", "addresses", "actors", "decided", "was right"], rows)
    if len(joins) > _SHOWN:
        screen.note(f"… and {len(joins) - _SHOWN:,} more; all with --json")
    return screen.note("Decide with: dyepack cluster review --pass TXID --by NAME, or --refuse TXID --by NAME")


def agreement(answers: Sequence[Agreement], *, json: bool) -> None:
    """Whether others agree."""
    if json:
        return screen.as_json([answer.as_json() for answer in answers])
    words = {True: "the same clusters", False: "OTHER clusters", None: "is not installed"}
    for answer in answers:
        screen.answer(f"{answer.by}: {words[answer.same]} ({_many(answer.joins, 'join')})")
    return None
