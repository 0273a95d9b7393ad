"""Which inputs of one small transaction may have paid which outputs (Boltzmann; LaurentMT 2015).

An interpretation deals inputs and outputs into groups, none without either, so that no group pays out more than it puts
in. All interpretations count alike. The entropy is the logarithm (base 2) of their number; the probability of a link is
the share of interpretations in which its input and its output are in one group; a link in all of them is certain, if
nobody was paid outside the transaction. `gain` lets a group take out that much more, as makers of a JoinMarket do.

When it misleads: interpretations are not equally likely (a payment to oneself is counted like any other), and what is
known of earlier and later transactions is not looked at. The work grows threefold with each input or output, so larger
transactions are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np
import numpy.typing as npt

from dyepack.compiled import compiled
from dyepack.errors import InputError

MOST = 18
"""Inputs and outputs together."""


@dataclass(frozen=True, slots=True)
class Links:
    """How many interpretations there are, and in how many input `i` and output `o` go together: `together[i][o]`."""

    interpretations: int
    together: tuple[tuple[int, ...], ...]

    @property
    def entropy(self) -> float:
        """In bits."""
        return log2(self.interpretations)

    @property
    def certain(self) -> tuple[tuple[int, int], ...]:
        """The links of every interpretation, as (input, output)."""
        return tuple(
            (i, o)
            for i, row in enumerate(self.together)
            for o, count in enumerate(row)
            if count == self.interpretations
        )

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "interpretations": self.interpretations,
            "entropy_bits": round(self.entropy, 6),
            "probabilities": [[round(count / self.interpretations, 6) for count in row] for row in self.together],
            "certain": [{"input": i, "output": o} for i, o in self.certain],
        }


def links(ins: Sequence[int], outs: Sequence[int], gain: int = 0) -> Links:
    """The links of a transaction with these amounts.

    Raises:
        InputError: too large, an amount that is not shown, or no input or no output with money.
    """
    if not ins or not outs:
        raise InputError("expected at least one input and one output with an amount, got a transaction without")
    if min(ins) < 0 or min(outs) < 0:
        raise InputError("link probabilities need all input amounts, and the data does not show them all")
    if len(ins) + len(outs) > MOST:
        raise InputError(
            f"link probabilities are worked out for at most {MOST} inputs and outputs together, got"
            f" {len(ins)} and {len(outs)}"
        )
    ways = _ways(_sums(ins), _sums(outs), gain)
    total = int(ways[-1, -1])
    if total == 0:
        raise InputError(f"the outputs ({sum(outs)}) are more than the inputs ({sum(ins)}); is an input missing?")
    together = _together(_sums(ins), _sums(outs), gain, ways)
    return Links(total, tuple(tuple(int(count) for count in row) for row in together))


def _sums(amounts: Sequence[int]) -> npt.NDArray[np.int64]:
    """The sum of every subset; bit `n` of a subset's number says whether it has amount `n`."""
    out = np.zeros(1, np.int64)
    for amount in amounts:
        out = np.concatenate([out, out + amount])
    return out


@compiled
def _ways(in_sums: Any, out_sums: Any, gain: Any) -> Any:
    """In how many ways each pair of subsets can be dealt into groups."""
    ways = np.zeros((len(in_sums), len(out_sums)), np.int64)
    ways[0, 0] = 1
    for ins in range(1, len(in_sums)):
        low = ins & -ins
        for outs in range(1, len(out_sums)):
            if out_sums[outs] > in_sums[ins] + gain * len(in_sums):
                continue
            total = 0
            rest = ins ^ low
            more = rest
            while True:  # all subsets that have the lowest input: its group
                group = more | low
                paid = outs
                while paid > 0:
                    if out_sums[paid] <= in_sums[group] + gain:
                        total += ways[ins ^ group, outs ^ paid]
                    paid = (paid - 1) & outs
                if more == 0:
                    break
                more = (more - 1) & rest
            ways[ins, outs] = total
    return ways


@compiled
def _together(in_sums: Any, out_sums: Any, gain: Any, ways: Any) -> Any:
    inputs, outputs = 0, 0
    while 1 << inputs < len(in_sums):
        inputs += 1
    while 1 << outputs < len(out_sums):
        outputs += 1
    out = np.zeros((inputs, outputs), np.int64)
    for group in range(1, len(in_sums)):
        for paid in range(1, len(out_sums)):
            if out_sums[paid] > in_sums[group] + gain:
                continue
            count = ways[len(in_sums) - 1 ^ group, len(out_sums) - 1 ^ paid]
            if count == 0:
                continue
            for i in range(inputs):
                if group >> i & 1:
                    for o in range(outputs):
                        if paid >> o & 1:
                            out[i, o] += count
    return out
