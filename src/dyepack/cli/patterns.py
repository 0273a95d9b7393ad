"""`dyepack patterns`: shapes in the movements of a trace that have names, with the rows that show them."""

from collections import Counter
from typing import Annotated

import typer

from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing
from dyepack.trace.patterns import PATTERNS, RHYTHM, as_json

_MOST = 5
"""Patterns of one kind that the screen shows; JSON has all."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("patterns")(patterns)


def patterns(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The trace: its id or the beginning of it, an incident, or `last`.")
    ],
    *,
    method: Annotated[str | None, typer.Option(help="The rule [default: fifo].")] = None,
    kind: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(PATTERNS)}.")] = None,
    json: AsJson = False,
) -> None:
    """Name the shapes in the movements of stolen money: peel chains, fan-outs, round trips, hours of activity, …

    They describe how money moved, not who moved it; no error rate of these rules is known.
    """
    with existing(context) as workspace:
        told, chosen, found = workspace.patterns(run, method, kind or ())
    if json:
        return screen.as_json(
            {"run": told.run, "method": chosen, "error_rate": "unknown", "patterns": [*map(as_json, found)]}
        )
    counts = Counter(pattern.name for pattern in found)
    said = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
    screen.answer(f"Patterns in run {told.run}, by {chosen}: {said}.")
    for pattern in found:
        if pattern.name == RHYTHM:
            screen.note(f"{pattern.name}: {pattern.says}.")
    largest = sorted(
        (pattern for pattern in found if pattern.name != RHYTHM),
        key=lambda pattern: (list(counts).index(pattern.name), -len(pattern.rows)),
    )
    shown: Counter[str] = Counter()
    rows = []
    for pattern in largest:
        shown[pattern.name] += 1
        if shown[pattern.name] <= _MOST:
            where = screen.address(pattern.where)
            rows.append([pattern.name, str(len(pattern.rows)), f"{pattern.rows[0].time:%Y-%m-%d}", where, pattern.says])
    if rows:
        screen.table(["pattern", "rows", "from", "where", "what"], rows, right=(1,), whole=(2, 3))
    if any(count > _MOST for count in counts.values()):
        screen.note(f"The {_MOST} with most rows of each; all, with their rows: --json.")
    screen.note("How money moved, not who moved it. Error rate of these rules: unknown.")
    return None
