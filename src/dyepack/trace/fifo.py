"""First in, first out: what came first leaves first.

The rule of Clayton's Case (Devaynes v Noble, 1816), which Anderson, Shumailov and Ahmed carried over to
cryptocurrency ("Making Bitcoin Legal", 2018). It keeps taint whole instead of thinning it, so a trail stays
followable. It misleads where the order of payments is an accident: two payments in one block may swap whose money
went where, and an opening balance that the data does not show (which counts as the oldest money) shields what came
after it.
"""

from collections import deque
from collections.abc import Iterable

from dyepack.trace.method import Lot


class Fifo:
    """A queue of lots; neighbours of one origin are one lot."""

    name = "fifo"

    def __init__(self) -> None:
        self._queue: deque[Lot] = deque()

    def receive(self, lots: Iterable[Lot]) -> None:
        """Put lots at the end of the queue."""
        queue = self._queue
        for origin, amount in lots:
            if queue and queue[-1][0] == origin:
                queue[-1] = (origin, queue[-1][1] + amount)
            else:
                queue.append((origin, amount))

    def pay(self, amount: int) -> list[Lot]:
        """Take lots from the front of the queue, the last of them in part if need be."""
        paid: list[Lot] = []
        while amount:
            origin, held = self._queue.popleft()
            if held > amount:
                self._queue.appendleft((origin, held - amount))
                held = amount
            paid.append((origin, held))
            amount -= held
        return paid

    def lots(self) -> Iterable[Lot]:
        """The queue, oldest first."""
        return self._queue
