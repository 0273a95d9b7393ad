"""The commands by module: a room is imported when one of its commands is asked for; all take half a second."""

from collections.abc import Iterator, Sequence
from importlib import import_module

import typer

ROOMS = {
    "ledger": "incidents incident totals published load-ledger",
    "cluster": "cluster coinjoins",
    "bounds": "bounds",
    "ingest": "ingest",
    "explain": "explain",
    "balance": "balance",
    "paths": "paths",
    "patterns": "patterns",
    "behaviour": "behaviour",
    "follow": "trace",
    "tags": "load-tags tags tag actors export-tags export-actors",
    "verify": "verify",
    "demo": "demo",
    "factcheck": "factcheck",
    "cuts": "cuts",
    "exchange": "chart export import-incidents",
    "outlook": "compare outlook",
    "upkeep": "ledger",
    "serve": "serve",
}
LEAN = ("ledger", "verify", "factcheck", "cuts", "exchange", "outlook", "upkeep")
"""The rooms whose commands hand no arrays between numpy and pyarrow."""
_ready: set[str] = set()


def register(app: typer.Typer, arguments: Sequence[str] = ()) -> None:
    """Add the commands of the room that this command line asks for; of every room where it asks for none of them."""
    asked = next(words(arguments), None)
    if asked is None and "--version" in arguments:
        return
    chosen = [room for room, commands in ROOMS.items() if asked in commands.split()] or [*ROOMS]
    for room in chosen:
        if room not in _ready:
            import_module(f"dyepack.cli.{room}").register(app)
            _ready.add(room)


def words(arguments: Sequence[str]) -> Iterator[str]:
    """The words of a command line that are neither options nor the workspace's folder."""
    rest = iter(arguments)
    for word in rest:
        if word in ("-w", "--workspace"):
            next(rest, None)
        elif not word.startswith("-"):
            yield word
