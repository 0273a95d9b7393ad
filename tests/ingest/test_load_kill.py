"""A load that is killed at any moment and started again gives, file by file, the workspace of one that was not.

Only the table of runs differs: it has the time of each run. A *nursery* process, which has everything imported and
compiled, forks the victims: a kill is a real SIGKILL of a real process, and costs milliseconds.
"""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from dyepack.errors import DyepackError, WorkspaceBusy
from dyepack.ingest.bitcoin.load import Asked, load_blocks
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.ingest.evm.chainload import Asked as ChainAsked
from dyepack.ingest.evm.chainload import load_chain
from dyepack.ingest.evm.live import LiveChain
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.rpc import Rpc
from dyepack.store import Store
from tests.conftest import attempted
from tests.ingest.chainfiles import hash_of, write
from tests.ingest.evmnode import Chain, FakeNode, served
from tests.ingest.test_blocks import drawn

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow
ASKED = Asked(confirmations=0, chunk=6)
Load = Callable[[Path], None]


def load(folder: Path, blocks: Path) -> None:
    with Store.open(folder, create=True) as store:
        load_blocks(store, FileSource(blocks, network("bitcoin")), ASKED)


def load_node(folder: Path, url: str, first: int = 1, last: int = 12) -> None:
    with Store.open(folder, create=True) as store:
        load_chain(store, LiveChain(Rpc(url), by_chain("ethereum")), ChainAsked(first, last, 0, 3))


@contextmanager
def files(folder: Path) -> Iterator[Load]:
    """A node's files, with a stale block among them."""
    chain = drawn(24)
    stale = drawn(1, hash_of(chain[11]), 12, fork=1)
    write(folder / "blocks", [*stale, *reversed(chain)])
    yield lambda here: load(here, folder / "blocks")


@contextmanager
def node(_: Path) -> Iterator[Load]:
    """A node of an EVM chain."""
    with served(FakeNode(Chain(13))) as fake:
        yield lambda here: load_node(here, fake.url)


UNSHARE = ("unshare", "--map-root-user", "--mount")
MODELS = {"utxo": files, "account": node}


def content(folder: Path) -> dict[str, str]:
    """Every file that counts by name and hash, and the runs without their times.

    A file that the manifest does not name is none of the workspace's: it goes with a later verb.
    """
    with Store.open(folder) as store:
        store.verify()
        runs = sorted((run.run, run.verb, run.parameters, run.inputs) for run in store.records("runs"))
    manifest = json.loads((folder / "workspace.json").read_text())["tables"]
    files = {
        f"{table}/{part}": f"{said['file']} {said['sha256']}"
        for table, parts in manifest.items()
        if table != "runs"
        for part, said in parts.items()
    }
    return {**files, "runs": json.dumps(runs)}


def killed_at(moment: float, work: Callable[[], None]) -> bool:
    """Fork a load and kill it after this long; whether it was killed rather than done."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def nursery(folder: Path, model: str, kills: int) -> None:
    """Kill loads until so many have died, each time from where the last one was; prints what became of it."""
    chance = random.Random(20090103)
    with MODELS[model](folder) as load_into:
        load_into(folder / "whole")
        begun = time.monotonic()
        load_into(folder / "timed")
        whole = time.monotonic() - begun
        expected, died, rounds, unfinished = content(folder / "whole"), 0, 0, 0
        while died < kills:
            here = folder / f"round-{rounds}"
            rounds += 1
            while died < kills and killed_at(chance.uniform(0, whole), partial(load_into, here)):
                died += 1
                unfinished += (here / "workspace.json").exists()
            load_into(here)
            found = content(here)
            assert found == expected, f"after {died} kills: {sorted(set(found.items()) ^ set(expected.items()))}"
    print(json.dumps([died, rounds, unfinished]))


def limited(work: Callable[[], None], most: int) -> str:
    """Fork a load that may write no file past so many bytes; what it says in the end, nothing where it is done."""
    read, written = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            work()
        except DyepackError as error:
            said = str(error)
        except BaseException as error:
            said = f"not ours: {type(error).__name__}: {error}"
        finally:
            os.write(written, said.encode()[:4000])
            os._exit(0)
    os.close(written)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read().decode()


def full_disks(folder: Path, model: str) -> None:
    """Loads that cannot write past some size, each then done without the limit; prints what they said."""
    said = list[str]()
    with MODELS[model](folder) as load_into:
        load_into(folder / "whole")
        sizes = sorted(path.stat().st_size for path in (folder / "whole").rglob("*") if path.is_file())
        for most in sorted({0, 1, sizes[0] - 1, *(size - 1 for size in sizes[:: max(1, len(sizes) // 8)])}):
            here = folder / f"limit-{most}"
            said.append(limited(partial(load_into, here), most))
            load_into(here)
            assert content(here) == content(folder / "whole"), most
    print(json.dumps(said))


def no_room(folder: Path, model: str) -> None:
    """Loads onto disks that are too small, each then done with room made; prints what they said.

    To be run where mounting is allowed.
    """
    said, disk = list[str](), folder / "disk"
    disk.mkdir()
    with MODELS[model](folder) as load_into:
        load_into(folder / "whole")
        pages = sum(-(-path.stat().st_size // 4096) for path in (folder / "whole").rglob("*") if path.is_file())
        for most in sorted({1, 2, *(pages * part // 8 for part in (1, 3, 5, 7))}):
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={4096 * most}", "none", str(disk)], check=True)
            try:
                load_into(disk / "ws")
            except DyepackError as error:
                said.append(str(error))
            if (disk / "ws" / "workspace.json").exists():
                with Store.open(disk / "ws") as store:
                    store.verify()
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            load_into(disk / "ws")
            assert content(disk / "ws") == content(folder / "whole"), most
            subprocess.run(["umount", str(disk)], check=True)
    print(json.dumps(said))


def told(call: str, *arguments: str, within: Sequence[str] = ()) -> list[int | str]:
    code = f"import sys; from tests.ingest.test_load_kill import *; {call}"
    command = [*within, sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=3600)
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads(done.stdout))


def killed(folder: Path, model: str, kills: int) -> list[int | str]:
    return told("nursery(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))", str(folder), model, str(kills))


@pytest.mark.parametrize("model", MODELS)
def test_killed_at_twenty_moments(tmp_path: Path, model: str):
    died, rounds, unfinished = killed(tmp_path, model, 20)
    attempted("kills of a process that loads a chain", int(died))
    assert died == 20
    assert int(rounds) >= 1
    assert int(unfinished) > 5, "most had a workspace by then"


@pytest.mark.skipif("slow" not in os.environ.get("DYEPACK_REQUIRE", ""), reason="slow: set DYEPACK_REQUIRE=slow")
@pytest.mark.parametrize("model", MODELS)
def test_killed_at_two_hundred_moments(tmp_path: Path, model: str):
    assert killed(tmp_path, model, 200)[0] == 200


@pytest.mark.parametrize("model", MODELS)
def test_a_full_disk_is_one_line_and_nothing_is_lost(tmp_path: Path, model: str):
    """No file may grow past a size, from nothing up: the load ends in a line of ours, and later goes on as if never."""
    said = [str(one) for one in told("full_disks(Path(sys.argv[1]), sys.argv[2])", str(tmp_path), model)]
    assert sum(map(bool, said)) >= 5, "most limits stop it"
    for line in filter(None, said):
        assert not line.startswith("not ours"), line
        assert "\n" not in line
        assert "cannot write to" in line or "too large" in line.lower(), line


def unshared() -> str:
    """Why no disk can be mounted here, if so."""
    if shutil.which("unshare") is None:
        return "no unshare to mount a small disk with"
    done = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return f"no small disk can be mounted: {done.stderr.decode().strip()}" if done.returncode else ""


@pytest.mark.parametrize("model", MODELS)
def test_on_a_disk_without_room_nothing_is_lost_and_it_goes_on_where_room_is_made(tmp_path: Path, model: str):
    if why := unshared():
        pytest.skip(why)
    said = told("no_room(Path(sys.argv[1]), sys.argv[2])", str(tmp_path), model, within=UNSHARE)
    assert len(said) >= 5, "most disks are too small"
    assert all("No space left on device" in str(line) and "\n" not in str(line) for line in said), said


def test_two_writers_on_one_range_of_an_account_chain(tmp_path: Path):
    """The later one is told which blocks, and to wait or to take others; a range beside it loads meanwhile."""
    with served(FakeNode(Chain(41))) as fake:
        load_node(tmp_path / "ws", fake.url, 1, 6)
        code = (
            "import sys; from pathlib import Path; from dyepack.ingest.ranges import Range, alone\n"
            "with alone(Path(sys.argv[1]), 'ethereum', Range(10, 20)):\n"
            "    print('there', flush=True)\n"
            "    sys.stdin.read()\n"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "ws")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, cwd=ROOT, **pipes) as other:  # type: ignore[call-overload]
            assert other.stdout.readline() == b"there\n"
            with pytest.raises(WorkspaceBusy, match="loading blocks of ethereum between 7 and 12"):
                load_node(tmp_path / "ws", fake.url, 7, 12)
            load_node(tmp_path / "ws", fake.url, 21, 30)
            other.communicate(b"")
        load_node(tmp_path / "ws", fake.url, 1, 40)
        load_node(tmp_path / "whole", fake.url, 1, 40)
    with Store.open(tmp_path / "ws") as both, Store.open(tmp_path / "whole") as whole:
        assert both.records("blocks") == whole.records("blocks")
        assert len(both.records("transfers")) == len(whole.records("transfers")) > 40


def test_two_processes_load_two_ranges_into_one_workspace(tmp_path: Path):
    blocks = tmp_path / "blocks"
    write(blocks, drawn(40))
    load(tmp_path / "whole", blocks)
    Store.open(tmp_path / "both", create=True).close()
    code = (
        "import sys; from pathlib import Path; from tests.ingest.test_load_kill import *\n"
        "first, last = map(int, sys.argv[3:])\n"
        "with Store.open(Path(sys.argv[1]), create=True) as store:\n"
        "    load_blocks(store, FileSource(Path(sys.argv[2]), network('bitcoin')), Asked(first, last, 0, 6))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "both"), str(blocks)]
    two = [
        subprocess.Popen([*command, *span], cwd=ROOT, stderr=subprocess.PIPE) for span in (["0", "17"], ["18", "39"])
    ]
    for one in two:
        _, complaint = one.communicate(timeout=300)
        assert one.returncode == 0, complaint.decode()[-2000:]
    load(tmp_path / "both", blocks)  # what neither could look up, because the other had it
    with Store.open(tmp_path / "both") as both, Store.open(tmp_path / "whole") as whole:
        for name in ("blocks", "transactions", "inputs", "outputs"):
            assert both.parts(name) == whole.parts(name)
