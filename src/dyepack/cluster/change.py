"""Which output comes back to the payer. Each rule is a function that names one output or abstains; rules combine.

A rule abstains when two outputs fit, and all rules abstain where an output goes to an address among the inputs: that
one is the change already. `fresh` is judged at that time, not today. Combined with `+`, rules must agree; with `,` one
suffices, and where two name different outputs nobody is believed.

When they mislead: payments to new addresses look like change (`fresh`); programs change their script type (`script`);
people are paid odd amounts and leave round ones (`round`); programs that merge coins break `optimal`. Meiklejohn et
al. 2013, Androulaki et al. 2013, BlockSci (Kalodner et al. 2020), Möser and Narayanan 2022.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import OP_RETURN, Columns, Flags, Ints
from dyepack.compiled import compiled
from dyepack.errors import InputError

NAME: Final = "change"
VERSION: Final = 1
ABSTAIN: Final = -1
DISAGREE: Final = -2
ROUND, ODD = 100_000, 1_000
"""A payment is called round if it is a multiple of the one (0.001 coins), a change odd if it is none of the other."""


def fresh(columns: Columns) -> Ints:
    """The one output whose address was never seen before, while all others were."""
    return _only(columns, columns.fresh, ~columns.fresh)


def script(columns: Columns) -> Ints:
    """The one output of the type that all inputs have, while all others are of another."""
    same = np.zeros(len(columns.outs.amount), np.bool_)
    _same_script((columns.ins.start, columns.ins.script), (columns.outs.start, columns.outs.script), same)
    return _only(columns, same, ~same)


def round_(columns: Columns) -> Ints:
    """The one output of an odd amount, while all others are round; amounts between the two make it abstain."""
    amount = columns.outs.amount
    return _only(columns, amount % ODD != 0, amount % ROUND == 0)


def optimal(columns: Columns) -> Ints:
    """The one output that is smaller than every input, of two or more: had it been the payment, an input was idle."""
    least = np.zeros(len(columns.outs.amount), np.bool_)
    _smaller((columns.ins.start, columns.ins.amount), (columns.outs.start, columns.outs.amount), least)
    return _only(columns, least, ~least)


RULES: dict[str, Callable[[Columns], Ints]] = {"fresh": fresh, "script": script, "round": round_, "optimal": optimal}


@dataclass(frozen=True)
class Change:
    """Rules combined: any of these groups, all rules of a group."""

    groups: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, text: str) -> "Change":
        """From text such as `fresh+script,optimal`.

        Raises:
            InputError: a rule that is not in `RULES`.
        """
        groups = tuple(tuple(sorted(set(part.strip().split("+")))) for part in text.split(","))
        for name in (name for group in groups for name in group):
            if name not in RULES:
                raise InputError(
                    f"expected change rules among {', '.join(RULES)}, joined by + (agree) or , (any); got {name!r}"
                )
        return cls(tuple(sorted(set(groups))))

    @property
    def name(self) -> str:
        """The heuristic as joins name it."""
        return f"{NAME}:{','.join('+'.join(group) for group in self.groups)}"

    def outputs(self, columns: Columns, apart: Flags) -> Ints:
        """For each transaction the place of the change among all outputs, or below nought."""
        said = {name: RULES[name](columns) for group in self.groups for name in group}
        found = np.full(len(columns), ABSTAIN, np.int64)
        for group in self.groups:
            _either(found, _agreed([said[name] for name in group]))
        found[apart | (found == DISAGREE)] = ABSTAIN
        _settled(columns, found)
        return found

    def joins(self, columns: Columns, apart: Flags) -> tuple[Ints, Ints, Ints]:
        """Each payer's first address with the address of the change: transaction, first, second."""
        found = self.outputs(columns, apart)
        tx = np.flatnonzero(found >= 0)
        first = columns.ins.address[columns.ins.start[tx]]
        second = columns.outs.address[found[tx]]
        keep = (first >= 0) & (second >= 0) & (first != second)
        return tx[keep], first[keep], second[keep]


def _agreed(said: list[Ints]) -> Ints:
    """What all name; abstains where one abstains or names another."""
    out = said[0].copy()
    for other in said[1:]:
        out[out != other] = ABSTAIN
    return out


def _either(found: Ints, more: Ints) -> None:
    """What one of two names, in place; they may disagree, and that stays."""
    clash = (found >= 0) & (more >= 0) & (found != more)
    new = (found == ABSTAIN) & (more >= 0)
    found[new] = more[new]
    found[clash] = DISAGREE


def _only(columns: Columns, fits: Flags, others: Flags) -> Ints:
    found = np.full(len(columns), ABSTAIN, np.int64)
    _single((columns.outs.start, columns.outs.script), fits, others, found)
    return found


def _settled(columns: Columns, found: Ints) -> None:
    """Abstain, in place, where it cannot be told: no inputs, one output, or an output to an address of the inputs."""
    ins, outs = columns.ins, columns.outs
    _back((ins.start, ins.address), (outs.start, outs.address), found)


@compiled
def _single(outs: Any, fits: Any, others: Any, found: Any) -> None:
    start, scripts = outs
    for tx in range(len(found)):
        count, rest, place = 0, 0, -1
        for n in range(start[tx], start[tx + 1]):
            if scripts[n] == OP_RETURN:
                continue
            if fits[n]:
                count, place = count + 1, n
            elif others[n]:
                rest += 1
            else:
                count = 2
        if count == 1 and rest >= 1:
            found[tx] = place


@compiled
def _same_script(ins: Any, outs: Any, same: Any) -> None:
    in_start, in_script = ins
    out_start, out_script = outs
    for tx in range(len(in_start) - 1):
        if in_start[tx] == in_start[tx + 1]:
            continue
        kind = in_script[in_start[tx]]
        one = kind > 0
        for n in range(in_start[tx], in_start[tx + 1]):
            one = one and in_script[n] == kind
        for n in range(out_start[tx], out_start[tx + 1]):
            same[n] = one and out_script[n] == kind


@compiled
def _smaller(ins: Any, outs: Any, least: Any) -> None:
    in_start, in_amount = ins
    out_start, out_amount = outs
    for tx in range(len(in_start) - 1):
        if in_start[tx + 1] - in_start[tx] < 2:
            continue
        smallest = in_amount[in_start[tx] : in_start[tx + 1]].min()
        for n in range(out_start[tx], out_start[tx + 1]):
            least[n] = out_amount[n] < smallest


@compiled
def _back(ins: Any, outs: Any, found: Any) -> None:
    in_start, in_address = ins
    out_start, out_address = outs
    for tx in range(len(found)):
        if found[tx] < 0:
            continue
        if in_start[tx] == in_start[tx + 1]:
            found[tx] = ABSTAIN
            continue
        for n in range(out_start[tx], out_start[tx + 1]):
            for m in range(in_start[tx], in_start[tx + 1]):
                if out_address[n] >= 0 and out_address[n] == in_address[m]:
                    found[tx] = ABSTAIN
