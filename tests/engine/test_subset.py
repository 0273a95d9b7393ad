"""The portable subset of SQL that `docs/reference/sql.md` lists: every line of its table, run on every engine."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from dyepack.engine.base import Engine
from tests.engine.test_contract import answer

AMOUNT = pa.decimal128(38, 0)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sql.md"
PAYMENTS = [  # payer, payee, block, amount
    ("a", "b", 1, 10),
    ("a", "c", 2, 7),
    ("b", "c", 2, 9_007_199_254_740_993),
    ("b", None, 3, 1),
    ("c", "a", 4, None),
]


@pytest.fixture(scope="module")
def payments(engine: Engine) -> Engine:
    payer, payee, block, amount = zip(*PAYMENTS, strict=True)
    times = [datetime(2023, 1, n, tzinfo=UTC) for n in block]
    rows = {"payer": payer, "payee": payee, "block": block, "time": times}
    engine.load("payments", pa.table({**rows, "amount": pa.array(amount, AMOUNT)}))
    engine.load("tagged", pa.table({"address": ["b", "x"], "name": ["Bank", "Nobody"]}))
    return engine


CASES = {
    "qualify": (
        "select payer, block from payments qualify row_number() over (partition by payer order by block desc) = 1"
        " order by payer",
        [("a", 2), ("b", 3), ("c", 4)],
    ),
    "distinct on": (
        "select distinct on (payer) payer, amount from payments order by payer, block desc",
        [("a", 7), ("b", 1), ("c", None)],
    ),
    "string_agg … order by": (
        "select payer, string_agg(payee, ',' order by payee desc) as payees from payments group by payer"
        " order by payer",
        [("a", "c,b"), ("b", "c"), ("c", "a")],
    ),
    "arg_min, arg_max": (
        "select payer, arg_min(payee, block) as first, arg_max(payee, block) as last from payments"
        " where payee is not null group by payer order by payer",
        [("a", "b", "c"), ("b", "c", "c"), ("c", "a", "a")],
    ),
    "filter (where …)": (
        "select payer, count(*) filter (where amount > 8) as large from payments group by payer order by payer",
        [("a", 1), ("b", 1), ("c", 0)],
    ),
    "semi join": (
        "select distinct payer from payments as p semi join tagged as t on p.payee = t.address",
        [("a",)],
    ),
    "anti join": (
        "select block from payments as p anti join tagged as t on p.payer = t.address order by block",
        [(1,), (2,), (4,)],
    ),
    "join, left join, using": (
        "select p.payer, t.name from (select distinct payer, payer as address from payments) as p"
        " left join tagged as t using (address) order by p.payer",
        [("a", None), ("b", "Bank"), ("c", None)],
    ),
    "//": ("select block // 2 as half from payments order by block, payer", [(0,), (1,), (1,), (1,), (2,)]),
    "%": ("select block % 3 as rest from payments order by block, payer", [(1,), (2,), (2,), (0,), (1,)]),
    "lag, lead": (
        "select payer, lag(payer) over (order by block, payer) as a, lead(payer) over (order by block, payer) as b"
        " from payments order by block, payer",
        [("a", None, "a"), ("a", "a", "b"), ("b", "a", "b"), ("b", "b", "c"), ("c", "b", None)],
    ),
    "rows between": (
        "select block, cast(sum(amount) over (order by block, payer rows between unbounded preceding and current"
        " row) as decimal(38, 0)) as so_far from payments order by block, payer",
        [(1, 10), (2, 17), (2, 9_007_199_254_741_010), (3, 9_007_199_254_741_011), (4, 9_007_199_254_741_011)],
    ),
    "range between": (
        "select block, count(*) over (order by block range between 1 preceding and current row) as n from payments"
        " order by block, payer",
        [(1, 1), (2, 3), (2, 3), (3, 3), (4, 2)],
    ),
    "try_cast": ("select try_cast('x' as bigint) as a, try_cast('12' as bigint) as b", [(None, 12)]),
    "least, greatest": ("select least(3, 2) as a, greatest(3, 2) as b", [(2, 3)]),
    "coalesce, nullif": ("select coalesce(nullif(2, 2), 5) as a", [(5,)]),
    "is distinct from": (
        "select block from payments where payee is distinct from 'c' order by block",
        [(1,), (3,), (4,)],
    ),
    "case": (
        "select case when amount is null then 'unknown' when amount > 8 then 'large' else 'small' end as size"
        " from payments order by block, payer",
        [("large",), ("small",), ("large",), ("small",), ("unknown",)],
    ),
    "with": (
        "with paid as (select payer, count(*) as n from payments group by payer) select payer from paid where n = 2"
        " order by payer",
        [("a",), ("b",)],
    ),
    "union all, union, except, intersect": (
        "select payer from payments union select address from tagged except select 'x' intersect select 'x'"
        " order by payer",
        [("a",), ("b",), ("c",)],
    ),
    "order by": (
        "select payee from payments order by payee",
        [("a",), ("b",), ("c",), ("c",), (None,)],
    ),
    "order by … desc": (
        "select distinct payee from payments order by payee desc",
        [("c",), ("b",), ("a",), (None,)],
    ),
    "limit": ("select block from payments order by block desc limit 2", [(4,), (3,)]),
    "in, exists": (
        "select distinct payer from payments as p where payer in ('a', 'b')"
        " and exists (select 1 from tagged as t where t.address = p.payer)",
        [("b",)],
    ),
    "list_contains": (
        "select list_contains(['a', 'b'], 'b') as yes, list_contains(['a'], 'b') as no",
        [(True, False)],
    ),
    "unnest": ("select unnest(['p', 'q']) as letter order by letter", [("p",), ("q",)]),
    "lower, substr, length": (
        "select lower('AB') || substr('xyz', 2, 1) as text, length('abc') as n",
        [("aby", 3)],
    ),
    "starts_with, like": ("select starts_with('abc', 'ab') as a, 'abc' like 'a%' as b", [(True, True)]),
    "extract": ("select distinct extract(year from time) as y from payments", [(2023,)]),
    "cast(x as double), nullif": (
        "select cast(2 as double) / nullif(cast(8 as double), 0) as share,"
        " cast(1 as double) / nullif(cast(0 as double), 0) as none",
        [(0.25, None)],
    ),
    "+, -, *, % on amounts": (
        "select amount + 1 as a, amount - 1 as b, amount * 3 as c, amount % 10 as d from payments where amount > 10",
        [(9_007_199_254_740_994, 9_007_199_254_740_992, 27_021_597_764_222_979, 3)],
    ),
    "min, max, count(distinct …)": (
        "select min(amount) as a, max(amount) as b, count(distinct payer) as n, count(amount) as m from payments",
        [(1, 9_007_199_254_740_993, 3, 4)],
    ),
    "bool_and, bool_or, any_value": (
        "select bool_and(block > 0) as a, bool_or(block > 3) as b, any_value(payer) as c from payments"
        " where payer = 'a'",
        [(True, False, "a")],
    ),
    "cast(amount as varchar)": (
        "select cast(amount as varchar) as text from payments where amount > 10",
        [("9007199254740993",)],
    ),
    "date_diff('day', …)": ("select date_diff('day', date '2020-01-01', date '2020-03-01') as days", [(60,)]),
    "md5, sha256": (
        "select md5('a') as m, substr(sha256('a'), 1, 12) as s",
        [("0cc175b9c0f1b6a831c399e269772661", "ca978112ca1b")],
    ),
}


@pytest.mark.parametrize("feature", CASES)
def test_travels(payments: Engine, feature: str) -> None:
    query, expected = CASES[feature]
    assert answer(payments, query) == expected


def test_the_page_lists_what_is_tried_here_and_nothing_else() -> None:
    part = PAGE.read_text(encoding="utf-8").split("## What travels")[1].split("\n## ")[0]
    listed = [line.split("|")[1].strip().strip("`") for line in part.splitlines() if line.startswith("| `")]
    assert listed == list(CASES)
