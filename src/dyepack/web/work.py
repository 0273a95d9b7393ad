"""One job in a process of its own: `python -m dyepack.web.work FOLDER JOB`. It ends with the server that began it.

A process can be ended at any moment, and a workspace is then as it was before or after a commit, never between: so a
cancel is a kill, and what a crash takes with it is one job.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dyepack.cluster import Request as ClusterRequest
from dyepack.cluster import parse_rules
from dyepack.errors import AmbiguousChain, DyepackError, InputError, WorkspaceBusy
from dyepack.trace.ends import Question, addresses_in, ends_of
from dyepack.trace.recorded import LAST
from dyepack.web import orders
from dyepack.web.jobs import Jobs
from dyepack.web.refusals import of_dyepack
from dyepack.workspace import Workspace

Tell = Callable[[str], None]
PATIENCE, PAUSE = 600.0, 0.5
"""How long a job waits for others that write, and between two looks, in seconds."""
FIRST_CASE = "2022-06-23-harmony"


@dataclass(frozen=True, slots=True)
class Made:
    """What a job made: its result, the run in it, what bounds rest on, and what is to be ordered after it."""

    result: Any
    run: str | None = None
    rests_on: str | None = None
    then: tuple[str, Mapping[str, Any]] | None = None


def trace(workspace: Workspace, asked: orders.TraceOrder, tell: Tell) -> Made:
    """Follow money."""
    told = asked.parameters
    if rows := workspace.store.without_lookup("transfers"):
        tell(f"ordering {rows:,} movements by address: some five seconds a million, once")
    result = workspace.trace(told.request(workspace, told.methods, stop_behaviour=told.stop_behaviour), tell=tell)
    return Made(result.as_json(), result.run)


def follow(workspace: Workspace, asked: orders.FollowOrder, tell: Tell) -> Made:
    """Go on where a trace ended."""
    told = asked.parameters
    again = workspace.again(_meant(told.run)).past(told.past).times(told.budget_times)
    if again.backward:
        found = workspace.sources(again.request, tell=tell)
        return Made(found.as_json(), found.run)
    result = workspace.trace(again.request, unlisted=True, tell=tell)
    return Made(result.as_json(), result.run)


def _meant(run: str) -> str:
    return LAST if run == "latest" else run


def bounds(workspace: Workspace, asked: orders.BoundsOrder, tell: Tell) -> Made:
    """What holds under every rule."""
    told = asked.parameters
    tell("looking for the least and the most under any rule")
    if told.run is not None:
        again = workspace.again(_meant(told.run))
        if again.backward:
            raise InputError(f"run {again.run} looks for where money came from; there are no bounds of that")
        request = again.request
    else:
        request = told.request(workspace, ["all"])
    result = workspace.bounds(request, told.at, unlisted=told.run is not None, tell=tell)
    return Made(result.as_json(), rests_on=None if told.at else workspace.rests_on(request))


def check(workspace: Workspace, order: orders.Order) -> None:
    """Refuse at once an order that leaves open which chain it means; what else is wrong with it the job says.

    Raises:
        AmbiguousChain: several that are loaded fit.
    """
    told: Any = order.parameters
    try:
        if order.verb == "paths":
            workspace.chain_of(told.chain, addresses_in([*told.begin, *told.end]))
        elif order.verb == "trace" or (order.verb == "bounds" and told.run is None):
            workspace.chain_traced(told.request(workspace, ["all"]))
    except AmbiguousChain:
        raise
    except DyepackError:
        return


def backtest(workspace: Workspace, asked: orders.BacktestOrder, tell: Tell) -> Made:
    """Hold the outlook against years that are over."""
    tell("asking the outlook on past days")
    told = asked.parameters
    return Made([workspace.outlook_backtest(actor=told.actor, rule=told.rule, tell=tell).as_json()])


def paths(workspace: Workspace, asked: orders.PathsOrder, tell: Tell) -> Made:
    """Find ways between two sets."""
    told = asked.parameters
    chain = workspace.chain_of(told.chain, addresses_in([*told.begin, *told.end]))
    ends = ends_of(told.begin, chain), ends_of(told.end, chain)
    tell(f"looking for paths on {chain}")
    question = Question(
        *ends, chain, told.k, told.first_block, told.last_block, told.through_services, told.max_movements
    )
    return Made(workspace.paths(question, tell=tell).as_json())


def load_case(workspace: Workspace, asked: orders.LoadCaseOrder, tell: Tell) -> Made:
    """Load a case that ships."""
    tell(f"loading {asked.parameters.case}")
    case = workspace.load_case(orders.case_folder(asked.parameters.case), replace=True)
    return Made({"incident": case.incident, "title": case.title, "chain": case.chain})


def load_ledger(workspace: Workspace, _: orders.LoadLedgerOrder, tell: Tell) -> Made:
    """Load the ledger that ships."""
    tell("loading the ledger")
    ledger = workspace.load_ledger()
    return Made({"incidents": len(ledger.incidents), "rejects": len(ledger.rejects)})


def cluster(workspace: Workspace, asked: orders.ClusterOrder, tell: Tell) -> Made:
    """Join addresses."""
    told = asked.parameters
    tell("joining addresses")
    request: ClusterRequest = ClusterRequest(
        tuple(told.chains), told.as_of_block, parse_rules(told.rules), told.large, told.anew
    )
    result = workspace.cluster(request, tell=tell)
    return Made(result.as_json(), result.run)


def begin(workspace: Workspace, _: orders.BeginOrder, tell: Tell) -> Made:
    """The ledger and the case that ship, traced: what there is to look at before anybody loads anything."""
    tell("loading the ledger")
    workspace.load_ledger()
    tell(f"loading the case {FIRST_CASE}")
    case = workspace.load_case(orders.case_folder(FIRST_CASE), replace=True)
    tell("tracing it; the first trace on a machine compiles the walk, half a minute or less, once")
    result = workspace.trace(case.request(), tell=tell)
    return Made(result.as_json(), result.run, then=("bounds", {**_NO_BOUNDS.model_dump(), "case": FIRST_CASE}))


_NO_BOUNDS = orders.BoundsParameters()
WORK: Mapping[str, Callable[[Workspace, Any, Tell], Made]] = {
    "trace": trace,
    "follow": follow,
    "bounds": bounds,
    "backtest": backtest,
    "paths": paths,
    "load_case": load_case,
    "load_ledger": load_ledger,
    "cluster": cluster,
    "begin": begin,
}


def run(folder: Path, job: str) -> None:
    """Do one job, and note how it ended."""
    jobs = Jobs(folder)
    told = jobs.job(job)
    try:
        asked: Any = _ORDERS.validate_python({"verb": told["verb"], "parameters": told["parameters"]})
        made = _patiently(folder, asked, lambda text: jobs.tell(job, text))
    except DyepackError as error:
        kind, message = _said(error)
        jobs.failed(job, kind, message)
    except ValidationError as error:
        jobs.failed(job, "unfit", str(error.errors()[0]["msg"]))
    except MemoryError:
        jobs.failed(job, "memory", "there is not enough memory for this; give a smaller budget")
    else:
        if jobs.done(job, made.result, run=made.run, rests_on=made.rests_on) and made.then is not None:
            jobs.order(*made.then)


_ORDERS: TypeAdapter[Any] = TypeAdapter(orders.Order)


def _patiently(folder: Path, asked: Any, tell: Tell) -> Made:
    """Do the work; where somebody else writes to the workspace, wait for them, and say so.

    Raises:
        WorkspaceBusy: they did not end.
    """
    until, said = time.monotonic() + PATIENCE, False
    while True:
        try:
            with Workspace.open(folder) as workspace:
                return WORK[asked.verb](workspace, asked, tell)
        except WorkspaceBusy:
            if time.monotonic() > until:
                raise
            if not said:
                tell("another process writes to the workspace; waiting for it")
                said = True
            time.sleep(PAUSE)


def _said(error: DyepackError) -> tuple[str, str]:
    _, body = of_dyepack(error)
    told = json.loads(body)["error"]
    return str(told["kind"]), str(told["message"])


def _with_the_server() -> None:
    """End when the server does: its end of the pipe closes, however it ended."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """The process."""
    folder, job = sys.argv[1:]
    _with_the_server()
    os.nice(5)
    run(Path(folder), job)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
