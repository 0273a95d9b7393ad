"""Connected components in SQL, for joins that do not fit in memory: randomised contraction.

Every round orders the members anew at random, each takes the least among itself and its neighbours for its
representative, and what has one representative becomes one. A round leaves at most three quarters of the members, on
average, whatever the joins look like. Bögeholz, Brand, Todor 2020. The order is a multiplication and an addition modulo
a prime, which every engine does alike.
"""

from random import Random
from typing import Final

from dyepack.engine.base import Engine

PRIME: Final = (1 << 31) - 1
"""Members are numbers below it, so that no product overflows 63 bits."""
PARTS: Final = "cluster_parts"


def components(engine: Engine, pairs: str, seed: int = 1) -> None:
    """Hold, as `cluster_parts`, each member of the table `pairs(first, second)` with the smallest of its component."""
    draw = Random(seed)  # noqa: S311 (an order, not a secret)
    engine.keep(
        "cluster_edges",
        f"""select first, second from {pairs} where first <> second
        union select second, first from {pairs} where first <> second""",
    )
    engine.keep(PARTS, f"select first as member, first as part from {pairs} union select second, second from {pairs}")
    while _count(engine):
        _round(engine, draw.randrange(1, PRIME), draw.randrange(PRIME))
    engine.keep(PARTS, f"select member, min(member) over (partition by part) as part from {PARTS}")


def _count(engine: Engine) -> int:
    return int(engine.fetch("select count(*) as n from cluster_edges").column("n")[0].as_py())


def _round(engine: Engine, times: int, plus: int) -> None:
    engine.keep(
        "cluster_heads",
        """select member, arg_min(other, (cast(other as bigint) * $times + $plus) % $prime) as head from (
            select first as member, second as other from cluster_edges
            union all select distinct first, first from cluster_edges) as around
        group by member""",
        times=times,
        plus=plus,
        prime=PRIME,
    )
    engine.keep(
        PARTS,
        f"""select l.member, coalesce(h.head, l.part) as part
        from {PARTS} as l left join cluster_heads as h on l.part = h.member""",
    )
    engine.keep(
        "cluster_edges",
        """select distinct a.head as first, b.head as second from cluster_edges as e
        join cluster_heads as a on e.first = a.member join cluster_heads as b on e.second = b.member
        where a.head <> b.head""",
    )
