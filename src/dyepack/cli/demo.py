"""The main job from nothing: load the ledger and the shipped case, trace it, print the answer, write the report."""

import datetime as dt
import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dyepack import bundled
from dyepack.cli import asking, bounds_tables, follow_tables, ledger_tables, modes
from dyepack.cli import show as screen
from dyepack.errors import InputError, SchemaMismatch
from dyepack.ledger import shipped as shipped_ledger
from dyepack.ledger.load import fingerprint
from dyepack.model import Run
from dyepack.store import Store
from dyepack.store.disk import sha256
from dyepack.trace import Case, read_case
from dyepack.workspace import Workspace

CASE = "2022-06-23-harmony"
NEWS = dt.date(2023, 9, 14)
"""The day of the news with which the tutorial begins: one figure as known then, and the same as known now."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo")(demo)


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder for the workspace and report.html.")] = Path("demo"),
) -> None:
    """Trace the theft that ships with dyepack from nothing, print the answer, and write a report that opens offline."""
    modes.without_workspace(context)
    folder = out / "workspace"
    with Workspace.open(folder, create=True) as workspace:
        shipped = bundled.folder("cases") / CASE
        _only_of_the_demo(workspace.store, folder, read_case(shipped))
        workspace.load_ledger()
        case = workspace.load_case(shipped, replace=True)
        asking.announce(workspace)
        result = workspace.trace(case.request())
        bounds = workspace.bounds(case.request())
        report = workspace.report(out / "report.html", result=replace(result, bounds=bounds), case=case)
        ledger = workspace.ledger
        for as_of in (NEWS, None):
            ledger_tables.totals(ledger, workspace.totals(actor="dprk", as_of=as_of), csv=False)
            screen.blank()
        bounds_tables.answers(bounds)
        follow_tables.trace(result)
        screen.blank()
        screen.answer(f"The report: {report}")
        screen.note(f"Look further: dyepack --workspace {shlex.quote(str(folder))} incident {CASE}")


def _only_of_the_demo(store: Store, folder: Path, case: Case) -> None:
    """Leave a workspace alone that holds anything else: its rows would mix with the demo's, or be replaced.

    What an earlier demo made is worked on in place, for every verb replaces what it wrote before.
    """
    try:
        runs: list[Run] = store.records("runs") if store.parts("runs") else []
    except SchemaMismatch as error:
        raise InputError(f"{error}; or name another folder with --out") from error
    foreign = [run for run in runs if not _is_demo(run, case)]
    if foreign or not (any(run.verb == "trace" for run in runs) or _as_shipped(runs, case)):
        seen = f" ({foreign[0].verb})" if foreign else ""
        raise InputError(f"{folder} holds other things than the demo writes{seen}; name another folder with --out")


def _is_demo(run: Run, case: Case) -> bool:
    """Whether this version of the demo, or an earlier one with other data, could have made this run."""
    said = json.loads(run.parameters)
    files = set(json.loads(run.inputs)["files"])
    of_case = {"chain": case.chain, "asset": case.asset, "base_units": True}
    match run.verb:
        case "load-ledger":
            return files == {shipped_ledger().name}
        case "ingest movements":
            return files == {case.movements.name} and bool(of_case.items() <= said.items())
        case "load-tags":
            return case.tags is not None and files == {case.tags.name}
        case "trace":
            return bool(said.get("incidents") == [CASE])
    return False


def _as_shipped(runs: list[Run], case: Case) -> bool:
    """Whether all that was read is what ships: without a trace of the case, names alone would be a guess."""
    paths = [path for path in (case.movements, case.tags) if path is not None]
    now: Mapping[str, str] = {path.name: sha256(path) for path in paths}
    now = {**now, shipped_ledger().name: fingerprint(shipped_ledger())}
    read = [item for run in runs for item in json.loads(run.inputs)["files"].items()]
    return all(now.get(name) == digest for name, digest in read)
