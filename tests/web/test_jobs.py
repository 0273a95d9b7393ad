"""Jobs: on record, done by real processes, cancelled, crashed, and taken up by the next server."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from dyepack.errors import InputError, StoreError
from dyepack.store import Store
from dyepack.store.disk import writing
from dyepack.web.api.jobs import STREAMS
from dyepack.web.app import create
from dyepack.web.crew import Crew
from dyepack.web.jobs import MOST_OPEN, MOST_TRIES, Jobs
from dyepack.web.refusals import Refusal
from dyepack.web.work import run
from dyepack.workspace import Workspace
from tests.web.asked import CASE, GOOD, HTX, SEED

PATIENCE = 120.0


def until(looks: Callable[[], Any], what: str) -> Any:
    """What `looks` finds, as soon as it finds something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := looks():
            return found
        time.sleep(0.05)
    raise AssertionError(f"still not {what}")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """A real server in a process of its own."""
    command = [sys.executable, "-m", "dyepack", "-w", str(folder), "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        found = re.search(r"http://\S+", said)
        assert found, said + process.stderr.read()
        with httpx.Client(base_url=found[0], timeout=60, trust_env=False) as client:
            until(lambda: _answers(client), "answering")
            yield client, process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/api/rules").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_a_job_goes_through_its_states(jobs: Jobs):
    ordered = jobs.order("backtest", {"actor": None})
    assert ordered["state"] == "queued"
    taken = jobs.next()
    assert taken is not None
    assert (taken["job"], taken["state"], taken["tries"]) == (ordered["job"], "running", 1)
    jobs.tell(taken["job"], "half\nway \x1b[31m")
    assert jobs.job(taken["job"])["progress"] == "half way <U+001B>[31m"
    assert jobs.done(taken["job"], {"a": "1"}, run="r")
    assert jobs.job(taken["job"], whole=True)["result"] == {"a": "1"}
    assert jobs.next() is None


def test_the_same_order_is_one_job_until_it_has_ended(jobs: Jobs):
    first = jobs.order("backtest", {"actor": "dprk", "rule": "R2"})
    assert jobs.order("backtest", {"rule": "R2", "actor": "dprk"})["job"] == first["job"]
    assert jobs.order("backtest", {"actor": None, "rule": "R2"})["job"] != first["job"]
    jobs.cancel(first["job"])
    assert jobs.order("backtest", {"actor": "dprk", "rule": "R2"})["job"] != first["job"]


def test_of_a_cancel_and_an_end_at_once_one_wins(jobs: Jobs):
    jobs.order("backtest", {})
    job = jobs.next()["job"]  # type: ignore[index]
    won: list[str] = []

    def cancel() -> None:
        try:
            jobs.cancel(job)
        except InputError:
            return
        won.append("cancelled")

    threads = [threading.Thread(target=cancel) for _ in range(4)]
    threads += [threading.Thread(target=lambda: won.append("done") if jobs.done(job, 1) else None) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [jobs.job(job)["state"]]


def test_too_many_jobs_are_refused(jobs: Jobs):
    for number in range(MOST_OPEN):
        jobs.order("backtest", {"actor": str(number)})
    with pytest.raises(Refusal, match="cancel some or wait"):
        jobs.order("backtest", {"actor": "one more"})


def test_what_ran_when_the_server_ended_waits_again_but_not_for_ever(jobs: Jobs):
    job = jobs.order("backtest", {})["job"]
    for _ in range(MOST_TRIES):
        assert jobs.next() is not None
        jobs.recover()
    told = jobs.job(job)
    assert (told["state"], told["tries"], told["error"]["kind"]) == ("interrupted", MOST_TRIES, "interrupted")
    assert jobs.next() is None


def test_a_record_of_another_version_is_left_alone(tmp_path: Path):
    import sqlite3

    with sqlite3.connect(tmp_path / "jobs.sqlite3") as record:
        record.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="another version"):
        Jobs(tmp_path)


@pytest.fixture
def crew(copy: Path) -> Iterator[Crew]:
    made = Crew(copy, Jobs(copy))
    made.begin()
    yield made
    made.end()


def ended(jobs: Jobs, job: str) -> dict[str, Any]:
    told: dict[str, Any] = until(
        lambda: (found := jobs.job(job, whole=True))["state"] not in ("queued", "running") and found, "ended"
    )
    return told


@pytest.mark.parametrize(
    ("verb", "parameters", "has"),
    [
        ("trace", {"case": CASE, "methods": ["lifo"]}, "warnings"),
        ("trace", {"incidents": [CASE], "seeds": [{"incident": CASE, "address": SEED}]}, "destinations"),
        ("paths", {"begin": [SEED], "end": [HTX], "k": 1}, "paths"),
        ("follow", {"run": "latest", "past": [HTX]}, "destinations"),
        ("bounds", {"run": CASE}, "bounds"),
        ("load_case", {"case": CASE}, "title"),
        ("load_ledger", {}, "incidents"),
    ],
)
def test_each_verb_is_done_and_its_result_kept(copy: Path, verb: str, parameters: dict[str, Any], has: str):
    asking = TestClient(create(copy), base_url="http://localhost")
    with asking:
        ordered = asking.post("/api/jobs", json={"verb": verb, "parameters": parameters})
        assert ordered.status_code == 202, ordered.text
        job = ordered.json()["job"]["job"]
        assert ordered.headers["location"] == f"/api/jobs/{job}"
        told = ended(Jobs(copy), job)
        assert told["state"] == "done", told
        assert has in told["result"]
        assert asking.get(f"/api/jobs/{job}").json()["result"] == told["result"]
        if verb in ("trace", "follow"):
            assert asking.get(f"/api/runs/{told['run']}").json()["warnings"] == told["result"]["warnings"]


@pytest.mark.parametrize(
    ("verb", "parameters", "says"),
    [
        ("bounds", {"case": CASE}, ("movements of", "network in time", "groups of places")),
        ("backtest", {"actor": "dprk"}, ("1 of ", "2 of ")),
        ("paths", {"begin": [SEED], "end": [HTX], "k": 1}, ("movements looked at", "backward", "choosing among")),
        ("cluster", {"anew": True}, ("joining deposits",)),
        ("follow", {"run": CASE, "past": [HTX]}, ("gathering", "following by fifo")),
    ],
)
def test_each_verb_says_how_far_it_has_come(copy: Path, verb: str, parameters: dict[str, Any], says: Sequence[str]):
    jobs = Jobs(copy)
    job = jobs.order(verb, parameters)["job"]
    taken = jobs.next()
    assert taken is not None
    run(copy, taken["job"])
    told, lines = jobs.since(job, 0)
    assert told["state"] == "done", told
    for text in says:
        assert any(text in line.text for line in lines), [line.text for line in lines]


def test_bounds_of_a_run_are_shown_with_it(copy: Path):
    with Workspace.open(copy) as workspace:
        made = workspace.trace(workspace.again(CASE).past([HTX]).request, unlisted=True)
    asking = TestClient(create(copy), base_url="http://localhost")
    assert asking.get(f"/api/runs/{made.run}").json()["bounds"] is None
    jobs = Jobs(copy)
    jobs.order("bounds", {"run": made.run})
    run(copy, jobs.next()["job"])  # type: ignore[index]
    assert asking.get(f"/api/runs/{made.run}").json()["bounds"]["bounds"]


def test_a_job_that_cannot_be_done_says_why_in_one_line(copy: Path, crew: Crew):
    jobs = Jobs(copy)
    for verb, parameters, says in (
        ("trace", {"incidents": ["2022-06-23-harmon"]}, "did you mean"),
        ("paths", {"begin": ["x"], "end": [HTX]}, "0x and 40 hex digits"),
        ("trace", {}, "expected incidents, a case or seeds"),
        ("cluster", {"rules": ["none"]}, "expected a heuristic"),
    ):
        told = ended(jobs, jobs.order(verb, parameters)["job"])
        assert told["state"] == "failed"
        assert says in told["error"]["message"]
        assert "\n" not in told["error"]["message"]


def test_events_tell_each_line_and_then_the_end(copy: Path):
    asking = TestClient(create(copy), base_url="http://localhost")
    with asking:
        order = {"verb": "trace", "parameters": {"case": CASE, "methods": ["fifo", "lifo"]}}
        job = asking.post("/api/jobs", json=order).json()["job"]["job"]
        text = asking.get(f"/api/jobs/{job}/events").text
        events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
        said = [json.loads(event["data"])["text"] for event in events[:-1]]
        assert [event["event"] for event in events] == ["progress"] * len(said) + ["done"]
        assert "following by fifo" in said
        assert said.index("following by fifo") < said.index("following by lifo")
        assert json.loads(events[-1]["data"])["state"] == "done"
        rest = asking.get(f"/api/jobs/{job}/events", headers={"last-event-id": events[0]["id"]}).text
        assert rest.count("event: progress") == len(said) - 1


def running(jobs: Jobs, crew: Crew, job: str) -> int:
    """The process of a job, once it has begun to say something."""
    until(lambda: jobs.job(job)["progress"], "saying something")
    return next(hand.process.pid for hand in crew._hands if hand.job == job)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_cancel_ends_the_process_and_leaves_the_workspace_whole(tmp_path: Path):
    folder = tmp_path / "w"
    Store.open(folder, create=True).close()
    jobs = Jobs(folder)
    crew = Crew(folder, jobs)
    crew.begin()
    try:
        job = jobs.order("begin", {})["job"]
        process = running(jobs, crew, job)
        jobs.cancel(job)
        until(lambda: not alive(process), "gone")
        assert jobs.job(job)["state"] == "cancelled"
        with pytest.raises(InputError, match="is cancelled"):
            jobs.cancel(job)
        with Store.open(folder) as store:
            store.verify()
        again = jobs.order("begin", {})["job"]
        assert ended(jobs, again)["state"] == "done"
    finally:
        crew.end()


def test_a_job_whose_process_is_killed_is_said_to_have_crashed(tmp_path: Path):
    Store.open(tmp_path / "w", create=True).close()
    jobs = Jobs(tmp_path / "w")
    crew = Crew(tmp_path / "w", jobs)
    crew.begin()
    try:
        job = jobs.order("begin", {})["job"]
        os.kill(running(jobs, crew, job), signal.SIGKILL)
        told = ended(jobs, job)
        assert (told["state"], told["error"]["kind"]) == ("failed", "crashed")
        assert "signal 9" in told["error"]["message"]
    finally:
        crew.end()


def test_two_that_write_at_once_take_turns(copy: Path, crew: Crew):
    jobs = Jobs(copy)
    with writing(copy):
        job = jobs.order("load_case", {"case": CASE})["job"]
        until(lambda: "waiting for it" in (jobs.job(job)["progress"] or ""), "waiting")
    assert ended(jobs, job)["state"] == "done"


def test_one_server_at_a_time_works_on_a_folder(copy: Path, crew: Crew):
    with pytest.raises(StoreError, match="another dyepack serve"):
        Crew(copy, Jobs(copy)).begin()


@pytest.mark.slow
def test_a_server_with_nothing_to_configure_loads_and_traces_what_ships_though_it_is_killed(tmp_path: Path):
    folder = tmp_path / "w"
    with serving(folder) as (client, process):
        job = client.get("/api/jobs").json()["rows"][0]
        assert job["verb"] == "begin"
        until(lambda: client.get(f"/api/jobs/{job['job']}").json()["progress"], "saying something")
        process.kill()
        process.wait()
    with serving(folder) as (client, process):
        told = until(lambda: _done(client, job["job"]), "done")
        assert told["tries"] == 2
        assert client.get("/api/runs/latest").json()["incidents"] == [CASE]
        lines = client.get(f"/api/jobs/{job['job']}/events").text
        assert "the server ended while this ran; it begins again" in lines
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    with Store.open(folder) as store:
        store.verify()


def _done(client: httpx.Client, job: str) -> Any:
    told = client.get(f"/api/jobs/{job}").json()
    assert told["state"] in ("queued", "running", "done"), told
    return told if told["state"] == "done" else None


@pytest.mark.slow
def test_a_worker_ends_with_its_server(tmp_path: Path):
    with serving(tmp_path / "w") as (client, process):
        until(lambda: client.get("/api/jobs").json()["rows"][0]["progress"], "saying something")
        workers = _children(process.pid)
        assert workers
        process.kill()
        process.wait()
        until(lambda: not any(_runs(worker) for worker in workers), "gone")


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children")
    threads = Path(f"/proc/{process}/task")
    if not found.exists():
        pytest.skip("this system does not list the children of a process")
    return [int(number) for thread in threads.iterdir() for number in (thread / "children").read_text().split()]


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_second_server_on_a_folder_is_refused_in_one_line(copy: Path):
    with serving(copy):
        command = [sys.executable, "-m", "dyepack", "-w", str(copy), "serve", "--port", "0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("dyepack: another dyepack serve works on ")
    assert done.stderr.count("\n") == 1


def test_a_job_is_cancelled_over_http_once(tmp_path: Path):
    with serving(tmp_path / "w") as (client, _):
        job = client.get("/api/jobs").json()["rows"][0]["job"]
        until(lambda: client.get(f"/api/jobs/{job}").json()["progress"], "saying something")
        assert client.delete(f"/api/jobs/{job}").json()["state"] == "cancelled"
        assert client.delete(f"/api/jobs/{job}").status_code == 400
        assert client.get(f"/api/jobs/{job}/events").text.rstrip().splitlines()[-2] == "event: cancelled"
        assert client.delete("/api/jobs/none").status_code == 404


@pytest.mark.slow
def test_many_questions_at_once_while_a_job_writes(copy: Path):
    with serving(copy) as (client, _), ThreadPoolExecutor(16) as people:
        assert client.post("/api/jobs", json={"verb": "load_case", "parameters": {"case": CASE}}).status_code == 202
        quick = [asked for asked in GOOD if "outlook" not in asked]
        answers = list(people.map(lambda asked: (asked, client.get(asked)), quick * 3))
        assert [(asked, answer.text) for asked, answer in answers if answer.status_code != 200] == []
        said: dict[str, set[bytes]] = {}
        for asked, answer in answers:
            if asked not in ("/api/jobs", "/api/workspace"):
                said.setdefault(asked, set()).add(answer.content)
        assert [asked for asked, contents in said.items() if len(contents) > 1] == []


def test_streams_are_so_many_and_one_that_nobody_reads_is_let_go(copy: Path):
    with serving(copy) as (client, _), ExitStack() as open_, writing(copy):  # so that the job waits, and does not end
        job = client.post("/api/jobs", json={"verb": "load_case", "parameters": {"case": CASE}}).json()["job"]["job"]
        readers = [open_.enter_context(httpx.Client(base_url=client.base_url, trust_env=False)) for _ in range(STREAMS)]
        streams = [open_.enter_context(reader.stream("GET", f"/api/jobs/{job}/events")) for reader in readers]
        lines = [stream.iter_lines() for stream in streams]
        assert all(next(each).startswith("id: ") for each in lines)
        with client.stream("GET", f"/api/jobs/{job}/events") as refused:
            assert refused.status_code == 503
        open_.close()
        client.delete(f"/api/jobs/{job}")
        until(lambda: client.get(f"/api/jobs/{job}/events").status_code == 200, "free")
