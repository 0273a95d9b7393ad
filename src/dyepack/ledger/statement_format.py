"""The format of fact checks as a reference page and as a JSON Schema, made from the models of `statements.py`.

`python -m dyepack.ledger.statement_format` prints the page; with `schema` the schema.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any, Literal, get_args

from pydantic import BaseModel

from dyepack.ledger.files import Form
from dyepack.ledger.format import sentence
from dyepack.ledger.statements import (
    AttributedForm,
    ChangeForm,
    FirstForm,
    MissingForm,
    PrintedForm,
    Quantity,
    ShareForm,
    StatementForm,
    StatementsFile,
    TheftsForm,
)

_INTRODUCTION = """# The format of fact checks

<!-- made by `python3 dev docs`; do not edit -->

A fact check is a YAML file of statements. Each quotes a sentence, repeats the figure it names, and says what the figure
is of. `dyepack factcheck FILE.yaml` computes the quantity and compares.

```yaml
{example}```

What holds in every file:

- The figure is written as the sentence writes it. How it was rounded is read from its digits: `$340.4 million` agrees
  with 340.35 to 340.45, `$95 million` with 94.5 to 95.5. An amount written out in full is taken to be rounded at its
  last digit that is not zero, by at most a hundredth. After *about*, *around*, *some*, *nearly* the last digit that is
  not zero decides, by at most a tenth: *about 30 %* agrees with 27 to 33. *more than*, *at least*, *less than* and
  *within* leave one end open. Counts and days are exact. `within` overrides all that.
- Amounts are US dollars. Another currency or coin (`€55 million`, `40,000 ETH`) is a mistake: nothing is converted.
- **supported**: the quantity lies within the figure. **contradicted**: not even its range, from the lowest to the
  highest that the claims allow, touches the figure, nor the wider one that the figure has if its zeros are no digits
  (*80 %* as *about 80 %*). **not decidable**: all else, with the reason.
- What was *known* on a day of an actor's or everybody's thefts (`stolen`, `largest`, `thefts`) is the least there was,
  so it alone contradicts no *at least* or *more than*. Where only what is *held* today supports such a statement about
  the `largest`, it is not decidable, with both computations; `clock: held` asks for hindsight and gets it.
- Files are read as incident files are: see [their format](incident-format.md).
"""
EXAMPLE = """# yaml-language-server: $schema=../docs/reference/factcheck.schema.json
as_of: 2023-09-14
statements:
  - text: Thieves linked to North Korea have stolen $340.4 million so far this year.
    says: $340.4 million
    of: {printed: {publisher: Chainalysis, actor: dprk, year: 2023}}
  - text: The two thefts make about 30 % of all crypto stolen this year.
    says: about 30 %
    of:
      share:
        part: {stolen: {incidents: [2023-09-04-stake, 2023-09-12-coinex]}}
        whole: {stolen: {year: 2023}}
"""
_MODELS: tuple[tuple[str, type[Form]], ...] = (
    ("The file", StatementsFile),
    ("A statement", StatementForm),
    ("`of`: a quantity", Quantity),
    ("`printed`", PrintedForm),
    ("`stolen`, `largest`, `thefts`, `apart`", TheftsForm),
    ("`share`", ShareForm),
    ("`change`", ChangeForm),
    ("`missing`", MissingForm),
    ("`attributed`", AttributedForm),
    ("`first`", FirstForm),
)


def reference() -> str:
    """The reference page, as Markdown."""
    parts = [_INTRODUCTION.format(example=EXAMPLE)]
    for title, model in _MODELS:
        rows = "\n".join(["| key | needed | what it says |", "|---|---|---|", *_rows(model)])
        parts.append(f"## {title}\n\n{model.__doc__}\n\n{rows}\n")
    return "\n".join([*parts, "Editors: [`factcheck.schema.json`](factcheck.schema.json).\n"])


def schema() -> str:
    """The JSON Schema of a file of statements."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **StatementsFile.model_json_schema()}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _rows(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        choices = [each for arm in (field.annotation, *get_args(field.annotation)) for each in _literals(arm)]
        listed = f" One of {', '.join(f'`{each}`' for each in dict.fromkeys(choices))}." if choices else ""
        what = sentence(field.description or "a quantity")
        yield f"| `{name}` | {'yes' if field.is_required() else ''} | {what}{listed} |"


def _literals(arm: Any) -> tuple[Any, ...]:
    return get_args(arm) if getattr(arm, "__origin__", None) is Literal else ()


if __name__ == "__main__":
    sys.stdout.write(schema() if sys.argv[1:] == ["schema"] else reference())
