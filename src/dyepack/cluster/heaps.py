"""Can so many payers each put in one of the equal outputs? Counted exactly, within a bound; beyond it: undecided.

Each payer (an address among the inputs; what it puts in counts as one) goes to one heap, and each heap must come to the
amount. How many heaps there can be is bin covering, which is hard in general; here the payers are tried in order of
size, with what cannot succeed any more left out, for at most `MOST_STEPS` steps.

`dealt` asks for more: all payers, whole, go to the participants of a round, so that each covers his equal output and
his change and keeps nothing back but fees. One of them (JoinMarket's taker) may pay more, who earns fees may put in a
little less, and one output may be the coordinator's. Where that cannot be, it is nobody's coinjoin but one payer's.
"""

from typing import Any, Final

import numpy as np

from dyepack.compiled import compiled

POSSIBLE: Final = 1
IMPOSSIBLE: Final = 0
UNDECIDED: Final = -1
MOST_STEPS: Final = 30_000
"""Places that are tried for a payer, in all, before the answer is UNDECIDED."""
LEAST_SLACK: Final = 200_000
"""What fees take from a participant, or give him, is below this (half the amount at most), or a twentieth of it."""

GIVEN: Final = 200
"""A participant may lack one of so many parts of the amount: coordinators have made up for less than that."""


@compiled
def enough(sums: Any, need: Any, what: Any, most_steps: Any = MOST_STEPS) -> Any:
    """Whether sums can be heaped up so that `need` heaps come to `what` each, but for what fees may give."""
    what -= what // GIVEN
    falling = np.sort(sums)[::-1]
    small = 0
    while small < len(falling) and falling[small] >= what:
        small += 1
    bins = need - small  # a large one is a heap of its own in one of the best ways at least
    if bins <= 0:
        return POSSIBLE
    rest = falling[small:]
    if len(rest) < 2 * bins or rest.sum() < bins * what:
        return IMPOSSIBLE
    if _filled(rest, what) >= bins:
        return POSSIBLE
    low = np.full(bins + 1, what, np.int64)
    low[bins] = 0  # what is left over
    high = np.full(bins + 1, what + rest[0] - 1, np.int64)  # nothing is put on a heap that is enough
    high[bins] = rest.sum()
    return _covered(rest, low, high, False, most_steps)[0]


@compiled
def _filled(falling: Any, what: Any) -> Any:
    """How many heaps a simple way makes: the largest ones until a single one more does, then the smallest such."""
    left = np.ones(len(falling), np.bool_)
    count = 0
    while True:
        heap = 0
        while heap < what:
            last = -1
            for n in range(len(falling) - 1, -1, -1):  # the smallest that makes it enough
                if left[n] and heap + falling[n] >= what:
                    last = n
                    break
            if last == -1:
                for n in range(len(falling)):
                    if left[n]:
                        last = n
                        break
            if last == -1:
                return count
            left[last] = False
            heap += falling[last]
        count += 1


@compiled
def dealt(sums: Any, n: Any, amount: Any, others: Any, most_steps: Any = MOST_STEPS) -> Any:
    """Whether payers can be dealt to `n` participants: each one's equal output, one's change, and his fees."""
    falling = np.sort(sums)[::-1]
    changes = np.sort(others)[::-1]
    slack = max(min(LEAST_SLACK, amount // 2), amount // 20)
    answer, steps = IMPOSSIBLE, most_steps
    for left_out in range(-1, len(changes)):  # the one that may be the coordinator's
        kept = len(changes) - (left_out >= 0)
        if kept > n or (left_out > 0 and changes[left_out] == changes[left_out - 1]):
            continue
        target = np.full(n, amount, np.int64)
        place = 0
        for k in range(len(changes)):
            if k != left_out:
                target[place] += changes[k]
                place += 1
        found, steps = _covered(falling, target - slack, target + slack, True, steps)
        if found == POSSIBLE:
            return POSSIBLE
        if found == UNDECIDED:
            answer = UNDECIDED
    return answer


@compiled
def _covered(falling: Any, low: Any, high: Any, one_over: Any, steps: Any) -> Any:
    """Deal all of these to bins, each at least `low` and at most `high`; with `one_over` one bin may have more.

    Sums come largest first, and are tried one after another in every bin that is unlike the ones before it; what is
    still missing in all bins must be there among the sums that are left. Also given back: the steps that are left.
    """
    size, bins = len(falling), len(low)
    load, went = np.zeros(bins, np.int64), np.full(size + 1, -1, np.int64)
    after = np.zeros(size + 1, np.int64)
    for n in range(size - 1, -1, -1):
        after[n] = after[n + 1] + falling[n]
    over, over_since, missing, at = -1, -1, low.sum(), 0
    while at >= 0:
        if at == size:
            return POSSIBLE, steps  # nothing is missing any more
        here = falling[at]
        if went[at] >= 0:  # take it back
            k = went[at] % bins
            load[k] -= here
            missing += min(here, max(0, low[k] - load[k]))
            if over_since == at:
                over, over_since = -1, -1
        new = -1
        for place in range(went[at] + 1, 2 * bins if one_over else bins):  # the second half: more than it may have
            if steps <= 0:
                return UNDECIDED, 0
            steps -= 1
            k = place % bins
            more = load[k] + here > high[k]
            if more != (place >= bins) or (more and over not in {-1, k}):
                continue
            if missing - min(here, max(0, low[k] - load[k])) > after[at + 1] or _seen(load, low, high, over, k):
                continue
            new = place
            break
        went[at] = new
        if new < 0:
            at -= 1
            continue
        k = new % bins
        missing -= min(here, max(0, low[k] - load[k]))
        load[k] += here
        if new >= bins and over == -1:
            over, over_since = k, at
        at += 1
    return IMPOSSIBLE, steps


@compiled
def _seen(load: Any, low: Any, high: Any, over: Any, k: Any) -> Any:
    """Whether an earlier bin is just like this one."""
    for n in range(k):
        if load[n] == load[k] and low[n] == low[k] and high[n] == high[k] and (over == n) == (over == k):
            return True
    return False
