"""The rows of one link: the movements, and what went along without one, that sum to it exactly."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dyepack.errors import InputError
from dyepack.report.fold import END, START, Amounts
from dyepack.report.graph.asked import Choice, Question, chosen
from dyepack.report.graph.lanes import Folding
from dyepack.report.graph.rows import Told
from dyepack.report.graph.scene import Scene
from dyepack.report.graph.view import link_id, place_id

COLUMNS = (
    "block", "time", "tx_index", "seq", "tx_hash", "kind", "chain", "from_address", "to_address", "asset", "amount",
    "low", "high", "moved",
)  # fmt: skip


def link_rows(told: Told, question: Question, ready: tuple[Scene, Folding], link: str) -> list[dict[str, Any]]:
    """The rows, movements in chain order first; `amount` of the chosen sources under the method, with its range.

    Raises:
        InputError: this view has no such link.
    """
    scene, found = ready
    choice = chosen(told, question)
    folded = found.folded
    for ends in folded.links:
        if link_id(*(place_id(folded.places[number]) for number in ends)) == link:
            return list(_rows(told, scene, choice, (found, ends)))
    raise InputError(f"this view has no link {link!r}: ask with the parameters of the graph that has it")


def _rows(told: Told, scene: Scene, choice: Choice, where: tuple[Folding, tuple[int, int]]) -> Iterator[dict[str, Any]]:
    found, ends = where
    source, target = (found.folded.places[number] for number in ends)
    link = found.folded.links[ends]
    for number in link.movements:
        movement, one = found.case.movements[number], told.moved[scene.rows[number]]
        amounts: Sequence[int] = movement.amounts
        if source.spot == START:
            names = found.case.starts.get(movement.payee, found.case.strands)
            amounts = [a if name == source.lane else 0 for a, name in zip(amounts, names, strict=True)]
        yield {
            "block": one.block,
            "time": _time(one.time),
            "tx_index": one.tx_index,
            "seq": one.seq,
            "tx_hash": one.tx_hash,
            "kind": one.kind,
            "chain": one.chain,
            "from_address": one.from_address,
            "to_address": one.to_address,
            "asset": one.asset,
            **_told(told, choice, amounts),
            "moved": str(one.moved),
        }
    kind = "seed" if source.spot == START else "rest" if target.spot == END else "kept"
    for (account, asset), stayed in _stayed(scene, link.stayed).items():
        holding = scene.holdings[account]
        yield {
            **dict.fromkeys(COLUMNS),
            "kind": kind,
            "chain": holding.chain,
            "from_address": None if kind == "seed" else holding.address,
            "to_address": None if kind == "rest" else holding.address,
            "asset": asset,
            **_told(told, choice, stayed),
        }


def _stayed(scene: Scene, stayed: Sequence[tuple[str, Amounts]]) -> Mapping[tuple[str, str], list[int]]:
    """What went along without a movement, once an account."""
    found: dict[tuple[str, str], list[int]] = {}
    for account, amounts in stayed:
        at = found.setdefault((account, scene.holdings[account].asset), [0] * len(amounts))
        at[:] = [a + b for a, b in zip(at, amounts, strict=True)]
    return found


def _told(told: Told, choice: Choice, amounts: Sequence[int]) -> dict[str, str]:
    width = len(choice.sources)
    sums = [sum(amounts[at : at + width]) for at in range(0, len(amounts), width)]
    return {
        "amount": str(sums[told.methods.index(choice.method)]),
        "low": str(min(sums)),
        "high": str(max(sums)),
    }


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
