"""What only the distributed engine has: a translation, and a server that may not be there."""

import subprocess
import sys

import pytest

from dyepack.engine.dialect import to_spark
from dyepack.engine.spark import Spark
from dyepack.errors import EngineError


def test_nobody_there_is_said_at_once() -> None:
    with pytest.raises(EngineError, match=r"no Spark Connect server at 'sc://127\.0\.0\.1:1' .*refused"):
        Spark("sc://127.0.0.1:1")


@pytest.mark.parametrize("url", ["", "nonsense", "sc://", "sc://host:port"])
def test_no_address(url: str) -> None:
    with pytest.raises(EngineError, match=r"expected such as sc://127\.0\.0\.1:15002"):
        Spark(url)


def test_without_the_extra_one_line_says_what_to_install() -> None:
    code = """
import sys
sys.modules["pyspark.sql"] = None
from dyepack.engine.spark import Spark
try:
    Spark("sc://127.0.0.1:1")
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("EngineError Spark needs more packages")
    assert done.stdout.endswith("install: dyepack[spark]\n")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("select $a + $a as x, '$a' as y", "SELECT :a + :a AS x, '$a' AS y"),
        ("select a from t order by a", "SELECT a FROM t ORDER BY a NULLS LAST"),
        ("select x::timestamptz as t from u", "SELECT CAST(x AS TIMESTAMP) AS t FROM u"),
        ("select n::decimal(38, 0) // 2 as h from t", "SELECT CAST(n AS DECIMAL(38, 0)) DIV 2 AS h FROM t"),
    ],
)
def test_translation(ours: str, theirs: str) -> None:
    assert to_spark(ours) == theirs


@pytest.mark.parametrize("query", ["select 1 +", "", "select 1; select 2", "select 'open"])
def test_what_cannot_be_translated_is_refused_with_the_query(query: str) -> None:
    with pytest.raises(EngineError, match="no Spark form") as caught:
        to_spark(query)
    assert caught.value.sql == query
