"""Our SQL, which is DuckDB's within the portable subset, as Spark's. Needs the `spark` extra."""

from typing import ClassVar

import sqlglot
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel, SqlglotError

from dyepack.errors import EngineError


class Ours(DuckDB):
    """DuckDB's dialect without strings quoted by dollars: `$a … $a` is one parameter used twice."""

    class Tokenizer(DuckDB.Tokenizer):
        """Reads a dollar as the beginning of a parameter's name, always."""

        HEREDOC_STRINGS: ClassVar[list[str | tuple[str, str]]] = []


def to_spark(query: str) -> str:
    """One query in Spark's dialect, parameters as `:name`.

    Raises:
        EngineError: it cannot be read, is more than one, or has no Spark form.
    """
    try:
        forms = sqlglot.transpile(query, read=Ours, write="spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise EngineError(f"no Spark form of the query: {str(error).splitlines()[0]}", query) from error
    if len(forms) != 1 or not forms[0]:
        raise EngineError(
            f"no Spark form of the query: expected one statement, got {len(list(filter(None, forms)))}", query
        )
    return str(forms[0])
