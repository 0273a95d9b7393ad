"""A process killed at any moment leaves a workspace that is either before or after its commit, never between.

Every commit writes one number to three tables, so a mixture would show. A *nursery* process, which has everything
imported, forks the victims: a kill is a real SIGKILL of a real process, and costs milliseconds.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from dyepack.model import BalanceLine, Opening, Seed
from dyepack.store import Store
from tests.conftest import attempted

KILLS = 40
ROOT = Path(__file__).parent.parent


def commit(folder: Path, number: int) -> None:
    with Store.open(folder, create=True) as store, store.run("trace", {"number": number}) as draft:
        draft.put("seeds", "number", [Seed("r", "theft", "ethereum", "0x1", "ETH", number, "given")])
        draft.put("openings", "number", [Opening("ethereum", "0x1", "ETH", number, 1, "test")])
        draft.put("balance", f"run-{number % 3}", [_line(n) for n in range(number % 3, 40)])
        draft.put("balance", "number", [_line(number)])


def _line(number: int) -> BalanceLine:
    return BalanceLine("r", "fifo", "theft", "ETH", date(2023, 1, 1), 1, "seeded", str(number), number)


def number(folder: Path) -> int:
    """The number of the last commit, when all is whole and of one mind."""
    with Store.open(folder) as store:
        store.verify()
        (seeds,), (opening,) = store.records("seeds"), store.records("openings")
        assert store.parts("balance")["number"].rows == 1
        read: int = seeds.amount
        assert opening.amount == read
        assert any(line.name == str(read) for line in store.records("balance"))
        last = max(store.records("runs"), key=lambda run: run.started)
        assert json.loads(last.parameters) == {"number": read}
    return read


def victim(task: Callable[[], None]) -> int:
    """Fork a process for the task; returns its number."""
    child = os.fork()
    if child == 0:
        try:
            task()
        finally:
            os._exit(0)
    return child


def killed(child: int) -> bool:
    """Wait for a victim; whether it was killed rather than done."""
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def at_each_line(task: Callable[[int], None]) -> None:
    """Call the task before each line of the store's code that runs from now on in this process, counting them."""
    step = 0

    def watch(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal step
        if not any(part in frame.f_code.co_filename for part in ("/dyepack/store/", "/dyepack/engine/parquet")):
            return None
        if event == "line":
            step += 1
            task(step)
        return watch

    sys.settrace(watch)


def disk(folder: Path) -> set[tuple[str, int, int]]:
    stats = [(str(path), path.stat()) for path in folder.rglob("*")]
    return {(name, stat.st_ino, stat.st_size) for name, stat in stats}


def moments(folder: Path) -> list[int]:
    """The lines of a commit before which the disk is not as it was before the line above, and the last of all."""
    seen: list[tuple[int, set]] = [(0, disk(folder))]
    last = 0

    def look(step: int) -> None:
        nonlocal last
        last = step
        if (now := disk(folder)) != seen[-1][1]:
            seen.append((step, now))

    at_each_line(look)
    commit(folder, 2)
    sys.settrace(None)
    return [step for step, _ in seen[1:]] + [last]


def every_moment(folder: Path) -> None:
    """Kill a commit in every state that it leaves on the disk in turn; prints what was there after each kill."""
    commit(folder / "before", 1)
    shutil.copytree(folder / "before", folder / "watched")
    found = []
    for moment in moments(folder / "watched"):
        here = folder / str(moment)
        shutil.copytree(folder / "before", here)

        def task(here: Path = here, moment: int = moment) -> None:
            at_each_line(lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == moment else None)
            commit(here, 2)

        assert killed(victim(task))
        found.append(number(here))
        commit(here, 3)
        assert number(here) == 3
        assert not list(here.rglob(".new-*"))
    print(json.dumps(found))


def at_random(folder: Path) -> None:
    """Kill processes that commit one number after the other, at any time; prints what was there after each kill.

    Times are counted in commits as long as they take a victim here and now: a busy machine kills as far on as an idle
    one.
    """
    chance = random.Random(20230914)
    found = [0]
    commit(folder, 0)
    began = time.monotonic()
    killed(victim(lambda: commit(folder, 0)))
    usual = time.monotonic() - began
    for _ in range(KILLS):

        def task(first: int = found[-1] + 1) -> None:
            for n in range(first, first + 1_000_000):
                commit(folder, n)

        child = victim(task)
        time.sleep(chance.uniform(0.0, 5 * usual))
        os.kill(child, signal.SIGKILL)
        assert killed(child)
        found.append(number(folder))
    print(json.dumps(found))


def nursery(task: str, folder: Path) -> list[int]:
    """What one of the two functions above prints."""
    code = f"import sys; from pathlib import Path; from tests.test_store_kill import *; {task}(Path(sys.argv[1]))"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads(done.stdout))


def test_killed_in_every_state_of_the_disk(tmp_path: Path) -> None:
    found = nursery("every_moment", tmp_path)
    attempted("kills of a process that commits", len(found))
    assert found == sorted(found), "once committed, it stays"
    assert found.count(1) > 15, "six files, each under two names, and the manifest"
    assert found.count(2) > 3, "the manifest is in place, and old files are being cleared away"


def test_killed_at_random_while_committing(tmp_path: Path) -> None:
    found = nursery("at_random", tmp_path)
    attempted("kills of a process that commits", len(found) - 1)
    assert found == sorted(found)
    assert len(set(found)) > KILLS / 4, "most victims got something done"
