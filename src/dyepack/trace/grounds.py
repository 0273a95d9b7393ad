"""What an answer about money rests on, but for the tracing rules: one hash, the same for a run and its bounds."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dyepack.model import Run
from dyepack.store import Store
from dyepack.trace import write
from dyepack.trace.request import Request
from dyepack.trace.run import seeds_of
from dyepack.version import code_digest


def of_request(store: Store, request: Request) -> str:
    """Of a request on the tables as they are."""
    specs, chain = seeds_of(store, request)
    said = write.said(request, specs, chain, ())
    tables = {f"{table}/{name}": part.sha256 for table in write.READS for name, part in store.parts(table).items()}
    return _hash(said, tables, code_digest("dyepack.trace"))


def of_run(store: Store, run: str) -> str:
    """Of a run that is on record."""
    row: Run = next(row for row in store.records("runs") if row.run == run)
    return _hash(json.loads(row.parameters), json.loads(row.inputs)["tables"], row.code)


def _hash(said: Mapping[str, Any], tables: Mapping[str, str], code: str) -> str:
    asked = {name: value for name, value in said.items() if name != "methods"}
    text = json.dumps([asked, dict(tables), code], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
