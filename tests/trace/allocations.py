"""Every allocation there is, tried one after another: the oracle for the bounds.

And the same maximum flow as plainly as it can be written: a place for every event, breadth first, in Python's integers.
"""

from collections import defaultdict, deque


def tried(holdings, moves, openings, of, at):
    """The least and the most of these origins at these holdings, over everything that any rule could do.

    A payment may carry any part that leaves neither it nor what stays behind with more stolen money than money. The
    state of the world is how much stolen money each holding has; all that can be reached are kept.
    """
    balance = [0] * holdings
    states = {(0,) * holdings}
    for k in range(len(moves) + 1):
        for holding, before, origin, amount in openings:
            if before == k:
                balance[holding] += amount
                if origin in of:
                    states = {_with(state, {holding: amount}) for state in states}
        if k < len(moves):
            payer, payee, amount = moves[k]
            clean = {state: balance[payer] - state[payer] for state in states}
            states = {
                _with(_with(state, {payer: -part}), {payee: part})
                for state in states
                for part in range(max(0, amount - clean[state]), min(amount, state[payer]) + 1)
            }
            balance[payer] -= amount
            balance[payee] += amount
    there = [sum(state[holding] for holding in at) for state in states]
    return min(there), max(there)


def _with(state, changes):
    return tuple(amount + changes.get(holding, 0) for holding, amount in enumerate(state))


def flowed(holdings, moves, openings, of, at):
    """The same by maximum flow: the most, and the least as balance less what all other money can bring there."""
    balance, capacity = _expanded(holdings, moves, openings)
    origins = {origin for _, _, origin, _ in openings}
    others = most(capacity, [("origin", origin) for origin in origins - {*of}], [("end", h) for h in at])
    mine = most(capacity, [("origin", origin) for origin in origins & {*of}], [("end", h) for h in at])
    return sum(balance[h] for h in at) - others, mine


def _expanded(holdings, moves, openings):
    """A place per holding and event, with its whole balance carried on to the next."""
    balance, turn = [0] * holdings, [0] * holdings
    capacity: dict = defaultdict(int)

    def on(holding):
        """Go on to the next place of a holding."""
        capacity[(holding, turn[holding]), (holding, turn[holding] + 1)] += balance[holding]
        turn[holding] += 1

    for k in range(len(moves) + 1):
        for holding, before, origin, amount in openings:
            if before == k:
                on(holding)
                capacity[("origin", origin), (holding, turn[holding])] += amount
                balance[holding] += amount
        if k < len(moves):
            payer, payee, amount = moves[k]
            paying = payer, turn[payer]
            balance[payer] -= amount
            on(payer)
            on(payee)
            capacity[paying, (payee, turn[payee])] += amount
            balance[payee] += amount
    for holding in range(holdings):
        capacity[(holding, turn[holding]), ("end", holding)] += balance[holding]
    return balance, capacity


def most(capacity, sources, sinks):
    """The value of a maximum flow by shortest augmenting paths (Edmonds and Karp 1972)."""
    left = defaultdict(int, capacity)
    near = defaultdict(set)
    for tail, head in capacity:
        near[tail].add(head)
        near[head].add(tail)
    for source in sources:
        near["from"].add(source)
        left["from", source] = sum(amount for (tail, _), amount in capacity.items() if tail == source)
    for sink in sinks:
        near[sink].add("to")
        left[sink, "to"] = sum(amount for (_, head), amount in capacity.items() if head == sink)
    value = 0
    while (path := _path(left, near)) is not None:
        part = min(left[step] for step in path)
        for tail, head in path:
            left[tail, head] -= part
            left[head, tail] += part
            near[head].add(tail)
        value += part
    return value


def _path(left, near):
    came: dict = {"from": None}
    waiting = deque(came)
    while waiting and "to" not in came:
        place = waiting.popleft()
        for one in near[place]:
            if one not in came and left[place, one]:
                came[one] = place
                waiting.append(one)
    if "to" not in came:
        return None
    path: list = []
    place = "to"
    while came[place] is not None:
        path.append((came[place], place))
        place = came[place]
    return path
