"""The reference page of the API, and the examples in its description: answers of what ships, cut short.

No example is written by a person: `examples` asks the application itself, over a workspace that it fills as
`dyepack serve` does. What differs from one making to the next (moments, versions, ids of jobs and runs) is put to one
value.
"""

import json
import re
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from dyepack.version import RELEASE, version

FILE = "examples.json"
HTX, SEED = "0xcac725bef4f114f728cbcfd744a731c2a463c3fc", "0x09a64d8d2d36434d178a10ed32afddb8d3273085"
MOVED = "0x816aa4f227b867400027748ab94ce169ef649989b00aee67126088e3ebdcd9a4"
ASKED: dict[str, str] = {
    "/api/workspace": "/api/workspace",
    "/api/search": "/api/search?q=ronin",
    "/api/incidents": "/api/incidents?actor=dprk&year=2023&sort=-usd&limit=1",
    "/api/incidents/{slug}": "/api/incidents/2022-06-23-harmony",
    "/api/incidents/{slug}/{part}": "/api/incidents/2022-06-23-harmony/losses?limit=1",
    "/api/totals": "/api/totals?actor=dprk&as_of=2023-09-14",
    "/api/published": "/api/published?actor=dprk&year=2023&limit=1",
    "/api/publishers": "/api/publishers",
    "/api/publishers/{name}": "/api/publishers/chainalysis?actor=dprk&year=2022",
    "/api/compare": "/api/compare?actor=dprk&as_of=2023-09-14",
    "/api/outlook": "/api/outlook?threshold=1e9&actor=dprk&as_of=2023-09-14",
    "/api/outlook/backtest": "/api/outlook/backtest?actor=dprk",
    "/api/cuts": "/api/cuts?by=vector&actor=dprk",
    "/api/rules": "/api/rules",
    "/api/actors": "/api/actors?limit=1",
    "/api/runs": "/api/runs",
    "/api/runs/{run}": "/api/runs/latest",
    "/api/runs/{run}/destinations": "/api/runs/latest/destinations?limit=1",
    "/api/runs/{run}/balance": "/api/runs/latest/balance?at=2023-01-14",
    "/api/runs/{run}/balances": "/api/runs/latest/balances?method=fifo",
    "/api/runs/{run}/areas": "/api/runs/latest/areas",
    "/api/runs/{run}/areas/{day}": "/api/runs/latest/areas/2023-01-14",
    "/api/runs/{run}/explain": f"/api/runs/latest/explain?address={HTX}&top=1",
    "/api/runs/{run}/patterns": "/api/runs/latest/patterns?limit=1",
    "/api/runs/{run}/graph": "/api/runs/latest/graph?level=one&periods=1",
    "/api/runs/{run}/links/{link}": "/api/runs/latest/links/pfd16ab515914-p8061bf5171bc?level=one&periods=1&limit=1",
    "/api/runs/{run}/movement": "/api/runs/latest/movement?block=16400290&tx_index=0&seq=0",
    "/api/case-files": "/api/case-files",
    "/api/paths": f"/api/paths?begin={SEED}&end={HTX}&k=1",
    "/api/addresses/{address}": f"/api/addresses/{HTX}",
    "/api/addresses/{address}/counterparties": f"/api/addresses/{HTX}/counterparties?limit=1",
    "/api/addresses/{address}/transfers": f"/api/addresses/{HTX}/transfers?limit=1",
    "/api/addresses/{address}/activity": f"/api/addresses/{HTX}/activity",
    "/api/addresses/{address}/exposure": f"/api/addresses/{SEED}/exposure",
    "/api/addresses/{address}/exposure/indirect": f"/api/addresses/{HTX}/exposure/indirect?steps=2&limit=1",
    "/api/transactions/{tx_hash}": f"/api/transactions/{MOVED}",
    "/api/clusters/{address}": f"/api/clusters/{HTX}",
    "/api/clusters/why": f"/api/clusters/why?first={HTX}&second={SEED}",
    "/api/jobs": "/api/jobs",
}
"""By path, the question whose answer is its example. Paths of other parts say nothing here and have none."""
_SHOWN = 2
_MOMENTS = frozenset(("now", "started", "finished", "ordered", "time_of_day"))
_MOMENT = "2026-01-01T00:00:00Z"
_JOB = re.compile(r"[0-9a-f]{16}")


def examples() -> str:
    """The examples as JSON: by path, the question and its answer, of every list the first members."""
    from starlette.testclient import TestClient  # noqa: PLC0415 (the page itself needs no client)

    from dyepack.web.app import create  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "workspace")
        filled(home)
        client = TestClient(create(home), base_url="http://localhost")  # nobody takes up jobs
        told = {path: _example(client.get(asked).json(), asked) for path, asked in ASKED.items()}
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def filled(home: Path) -> None:
    """Fill a workspace as `dyepack serve` does at its first start, and join addresses; one job after the other."""
    from dyepack.web.app import create  # noqa: PLC0415
    from dyepack.web.jobs import Jobs  # noqa: PLC0415
    from dyepack.web.work import run  # noqa: PLC0415

    create(home)
    jobs = Jobs(home)
    for verb in ("begin", "cluster"):
        jobs.order(verb, {})
        while (taken := jobs.next()) is not None:
            run(home, taken["job"])


def with_examples(spec: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description with the examples in it."""
    for path, example in read().items():
        answer = spec["paths"].get(path, {}).get("get", {}).get("responses", {}).get("200", {})
        body = answer.get("content", {}).get("application/json")
        if body is not None:
            body["example"] = example["answer"]
    return spec


def reference() -> str:
    """The reference page of the API, as Markdown."""
    from dyepack.web.app import create  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        spec = create(Path(folder, "workspace")).openapi()
    kept = read()
    parts = [
        "# The API of the workbench\n",
        "<!-- made by `python3 dev docs` from the code; do not edit -->\n",
        f"{spec['info']['description']}\n",
        "`dyepack serve` serves it; `/api/openapi.json` describes it for programs, with every field of every answer.\n",
        _PLAIN,
    ]
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            parts.append(_section(path, method.upper(), operation, kept.get(path)))
    return "\n".join(parts)


def read() -> dict[str, Any]:
    """The examples that ship."""
    found: dict[str, Any] = json.loads(files("dyepack.web").joinpath(FILE).read_text("utf-8"))
    return found


_PLAIN = """## What holds everywhere

- Amounts are decimal text of base units; of dollars, of millionths. Nothing that is an amount is a JSON number.
- Every list has `total`, `offset` and `rows`, and pages by `offset` and `limit`. JSON gives at most 1,000 rows at once,
  CSV and Parquet 100,000. Tables whose rows add up (years, parts, sheets) are given whole.
- Lists and such tables come in three forms: `Accept: text/csv`, `Accept: application/vnd.apache.parquet` or `?format=`.
  No cell of the CSV runs as a formula; amounts in Parquet are `decimal(38, 0)`, dollars `decimal(38, 6)`.
- Text is sent packed where `Accept-Encoding` takes gzip; the packed form has a tag of its own.
- Every answer but a job's has an `ETag`; asked again with `If-None-Match` it is `304` without being worked out.
  An answer about a run keeps its tag over restarts, for a run never changes.
- A parameter that no endpoint knows is refused, and so is one that is given twice.
- An error is `{"error": {"kind", "message", "where", "next"}}`: one line for people, and what to do next where that is
  known.
- `Dyepack-Note` is a remark about the answer: that its as-of day is the ledger's last word, and not the day asked for.
"""


def _section(path: str, method: str, operation: dict[str, Any], example: Any) -> str:
    """One endpoint: what it answers, its parameters, its forms, and its example's question."""
    lines = [f"## {method} {path}\n", " ".join(operation.get("description", operation.get("summary", "")).split()), ""]
    told = [_parameter(each) for each in operation.get("parameters", ()) if each["in"] in ("path", "query")]
    if told:
        lines += ["| parameter | | |", "|---|---|---|", *told, ""]
    answer = operation["responses"].get("200") or operation["responses"].get("202") or {}
    kinds = ", ".join(f"`{kind}`" for kind in answer.get("content", {}))
    lines += [f"Answers {kinds}{_named(answer)}.", ""]
    if example is not None:
        lines += [f"Example: `{example['asked']}`", ""]
    return "\n".join(lines)


def _parameter(each: dict[str, Any]) -> str:
    schema = each.get("schema", {})
    kinds = schema.get("anyOf", [schema])
    names = [
        " ".join(f"`{value}`" for value in kind["enum"]) if "enum" in kind else str(kind.get("type", ""))
        for kind in kinds
        if kind.get("type") != "null"
    ]
    default = f" [{schema['default']}]" if schema.get("default") not in (None, "") else ""
    said = each.get("description") or schema.get("description") or ""
    need = "needed" if each.get("required") and each["in"] == "query" else ""
    return f"| `{each['name']}` | {', '.join(filter(None, [*names, need]))}{default} | {' '.join(said.split())} |"


def _named(answer: dict[str, Any]) -> str:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    refs = [ref.rpartition("/")[2] for ref in re.findall(r"'\$ref': '([^']+)'", str(schema))]
    return f": {' or '.join(f'`{ref}`' for ref in refs)}" if refs else ""


def _example(told: Any, asked: str) -> dict[str, Any]:
    return {"asked": asked, "answer": _short(told)}


def _short(value: Any, key: str = "") -> Any:
    """The same with two members of each list, and one value for all that is the making's own."""
    if isinstance(value, dict):
        return {name: _short(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_short(each, key[:-1] if key in ("jobs", "runs") else "") for each in value[:_SHOWN]]
    if key in _MOMENTS and isinstance(value, str):
        return _MOMENT
    if key == "version" and value == version():
        return RELEASE
    return "0" * 16 if key in ("job", "run") and isinstance(value, str) and _JOB.fullmatch(value) else value
