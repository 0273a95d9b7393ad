"""The format of incident files as a reference page and as JSON Schemas, made from the models of `files.py`.

`python -m dyepack.ledger.format` prints the page; with `incident`, `laundering` or `published-totals` the schema.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from dyepack.ledger import files

FILES: dict[str, type[BaseModel]] = {
    "incident": files.IncidentFile,
    "laundering": files.LaunderingFile,
    "published-totals": files.TotalsFile,
}
_PARTS: dict[str, tuple[type[BaseModel], ...]] = {
    "incident": (files.SourceForm, files.Loss, files.AttributionForm, files.AddressForm, files.TransactionForm),
    "laundering": (files.LaunderingForm, files.LaunderingAddress, files.LaunderingTransaction),
    "published-totals": (files.Edition, files.TotalForm),
}
_INTRODUCTION = """# The format of incident files

<!-- made by `python3 dev docs`; do not edit -->

The ledger is a folder of YAML files: one per theft, `<year>/<date>-<victim>.yaml`, and beside the years
`published-totals.yaml` and `laundering.yaml`. Each first line points editors at a JSON Schema, so that they complete
keys and mark mistakes while you type.

```yaml
{example}```

What holds in every file:

- Every statement names its source by a key of `sources`, and every claim has a day: its own or its source's.
  `published` is when it was said. A database that changes under one address has `retrieved`, when it was read: what it
  says was said *by* then, nobody knows since when.
- Dates are `YYYY-MM-DD`, or `YYYY-MM` or `YYYY` where no more is known. Put a bare year in quotes.
- Dollars are plain numbers with at most two decimals: `41000000`, not `41e6` or `41,000,000`.
- Addresses and hashes stand in quotes. Addresses are checked by their chain's rules; one that fails is left out and
  named.
- Nothing is known: leave the key out.
- A key that is not listed here, a key that stands twice, an alias (`*`), a tag (`!`), a file that is not UTF-8 or
  larger than 1 MB is refused. A refused file is named with line and field, and the rest of the ledger loads.
"""
EXAMPLE = """# yaml-language-server: $schema=../../docs/reference/incident.schema.json
date: 2023-09-04
victim: An Exchange
victim_type: cex
vector: private-key-compromise
chains: [ethereum, bsc]
sources:
  fbi:
    name: FBI
    published: 2023-09-06
    url: https://www.example.org/statement
  list:
    name: A running list
    retrieved: 2026-05
    url: https://www.example.org/list
losses:
  - {usd: 41000000, source: fbi}
  - {usd: 41300000, source: list}
attributions:
  - {actor: dprk, group: lazarus, confidence: confirmed, source: fbi}
addresses:
  - {chain: ethereum, address: "0x000000000000000000000000000000000000dead", role: thief, source: fbi}
"""


def reference() -> str:
    """The reference page, as Markdown."""
    parts = [_INTRODUCTION.format(example=EXAMPLE)]
    for name, model in FILES.items():
        title = "An incident file" if name == "incident" else f"`{name}.yaml`"
        parts.append(f"## {title}\n\n{model.__doc__}\n\nSchema: [`{name}.schema.json`]({name}.schema.json).\n")
        parts.append(_table(model))
        parts += [f"### {_title(part)}\n\n{part.__doc__}\n\n{_table(part)}" for part in _PARTS[name]]
    return "\n".join(parts)


def schema(name: str) -> str:
    """The JSON Schema of one of the three kinds of file."""
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **FILES[name].model_json_schema(by_alias=True),
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _table(model: type[BaseModel]) -> str:
    lines = ["| key | needed | what it says |", "|---|---|---|", *_rows(model)]
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel]) -> Iterator[str]:
    properties: dict[str, Any] = model.model_json_schema(by_alias=True)["properties"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        choices = _choices(properties[key])
        listed = f" One of {', '.join(f'`{each}`' for each in choices)}." if 0 < len(choices) < 20 else ""
        needed = "yes" if field.is_required() else ""
        yield f"| `{key}` | {needed} | {sentence(field.description or '')}{listed} |"


def sentence(text: str) -> str:
    """A description as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text[-1] in '….' else '.'}" if text else ""


def _choices(property_: dict[str, Any]) -> list[str]:
    arms = [property_, *property_.get("anyOf", ())]
    return [each for arm in arms for each in arm.get("enum", ())]


def _title(model: type[BaseModel]) -> str:
    names = {
        files.SourceForm: "`sources`",
        files.Loss: "`losses` and `returned`",
        files.AttributionForm: "`attributions`",
        files.AddressForm: "`addresses`",
        files.TransactionForm: "`transactions`",
        files.LaunderingForm: "`laundering`: a statement",
        files.LaunderingAddress: "`addresses` of a statement",
        files.LaunderingTransaction: "`transactions` of a statement",
        files.Edition: "`editions`",
        files.TotalForm: "`totals` of an edition",
    }
    return names[model]


if __name__ == "__main__":
    sys.stdout.write(schema(sys.argv[1]) if len(sys.argv) > 1 else reference())
