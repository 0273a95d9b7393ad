"""No option is dropped in silence: every command is walked, and every option of it typed where it is not taken."""

import ast
import shlex
from collections.abc import Iterator
from inspect import getsource, signature, unwrap
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from dyepack.cli import modes, rooms, run
from dyepack.cli.app import app
from tests.conftest import ROOT

rooms.register(app)
EXAMPLES = {
    ("trace", "INCIDENT"): "trace x",
    ("trace", "--again"): "trace --again last",
    ("trace", "--backward"): "trace --backward x",
    ("coinjoins", "FILE --links"): "coinjoins f.txt --links t",
    ("coinjoins", "--links"): "coinjoins --links t",
    ("coinjoins", "FILE"): "coinjoins f.txt",
    ("coinjoins", "without FILE and --links"): "coinjoins",
    ("ingest prices", "--from"): "ingest prices --from kraken",
    ("ingest prices", "FILE"): "ingest prices f.csv",
    ("ingest evm", "--rpc"): "ingest evm --rpc http://127.0.0.1:9",
    ("ingest evm", "FILE"): "ingest evm f.jsonl",
    ("ingest evm", "FILE --dry-run"): "ingest evm f.jsonl --dry-run",
    ("tag", "--remove"): "tag --remove t",
    ("tag", "ADDRESS"): "tag 0x",
}
"""A line that asks for each mode."""
CHOOSERS = {
    "trace": {"again", "backward"},
    "coinjoins": {"links", "file"},
    "ingest prices": {"api", "file"},
    "ingest evm": {"rpc", "dry_run"},
    "tag": {"remove"},
}
"""Options that choose a mode: typed beside another line, they ask for another mode."""


def commands(group: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by the words that a person types."""
    group = group or get_command(app)
    for name, command in sorted(group.commands.items()):
        words = f"{path} {name}".strip()
        yield words, command
        if hasattr(command, "commands"):
            yield from commands(command, words)


COMMANDS = dict(commands())
MODES = [(command, chosen, work) for command, all_ in sorted(modes.MODES.items()) for chosen, work in all_.items()]


def typed(param: Any) -> list[str]:
    """An option as a person types it, with some value that it takes."""
    if param.param_type_name != "option":
        return ["some-argument"]
    name = max(param.opts, key=len)
    if param.is_flag:
        return [name]
    choices = getattr(param.type, "choices", None)
    return [name, str(next(iter(choices))) if choices else "3"]


def refused(line: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    code = run(line)
    told = capsys.readouterr()
    assert (code, told.out) == (1, ""), (line, told.err)
    assert told.err.count("\n") == 1, told.err
    return told.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that commands are typed in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_mode_is_of_a_command_and_has_an_example() -> None:
    assert {(command, chosen) for command, chosen, _ in MODES} == EXAMPLES.keys()
    assert modes.MODES.keys() | modes.BESIDE.keys() <= COMMANDS.keys()


@pytest.mark.parametrize("command", sorted(modes.MODES))
def test_the_modes_of_a_command_take_all_of_its_options_and_no_others(command: str) -> None:
    taken = [set(modes.takes(work)) for work in modes.MODES[command].values()]
    assert set().union(*taken) == {param.name for param in COMMANDS[command].params} - {"help"}


@pytest.mark.parametrize(("command", "chosen", "work"), MODES, ids=[f"{one} {two}" for one, two, _ in MODES])
def test_what_a_mode_does_not_take_it_refuses_by_name(
    command: str, chosen: str, work: Any, here: Path, capsys: Any
) -> None:
    others = [
        param
        for param in COMMANDS[command].params
        if param.name not in (*modes.takes(work), "help", *CHOOSERS[command])
    ]
    for param in others:
        said = refused([*shlex.split(EXAMPLES[command, chosen]), *typed(param)], capsys)
        assert f"{command} {chosen} takes no {modes.spelled(param)}; leave it away" in said
    assert list(here.iterdir()) == []


BESIDE = [(command, name) for command, names in sorted(modes.BESIDE.items()) for name in names]
NEEDED = {"chart": "totals", "export": "totals"}


@pytest.mark.parametrize(("command", "name"), BESIDE, ids=[f"{command} {name}" for command, name in BESIDE])
def test_what_belongs_to_another_option_is_refused_alone(command: str, name: str, here: Path, capsys: Any) -> None:
    params = {param.name: param for param in COMMANDS[command].params}
    needed = [*([NEEDED[command], "--out", "o.svg"] if command in NEEDED else [])]
    said = refused([*command.split(), *needed, *typed(params[name])], capsys)
    assert f"{command}: {modes.spelled(params[name])} belongs to " in said
    for other in modes.BESIDE[command][name]:
        assert modes.spelled(params[other]) in said


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("cluster --large 5 check", "cluster check in front of its name takes no --large"),
        ("outlook --actor dprk backtest", "outlook backtest in front of its name takes no --actor"),
        ("-w elsewhere demo", "demo works on no workspace that is named"),
        ("-w elsewhere ledger check", "ledger check works on no workspace that is named"),
        ("totals --of 2023-09-12-coinex --rule R1", "count by no rule; leave out --rule"),
        ("cuts --by chain --rule R1", "cut by chain, it belongs to --actor"),
        ("cuts --by chain --over-time --csv", "leave one of them away"),
        ("published --threshold 1e9 --json", "leave one of them away"),
        ("import-incidents f.json --format defillama --map a=b", "takes no --map"),
        ("ingest files f.json --chain bitcoin --anonymous", "--anonymous is for an object store"),
        ("ingest files f.json --chain bitcoin --dry-run --as traces", "leave --as away"),
        ("factcheck f.yaml --as-of 2023-01-01", "factcheck: --as-of belongs to --text"),
    ],
)
def test_what_would_change_nothing_is_refused(line: str, reason: str, here: Path, capsys: Any) -> None:
    assert reason in refused(shlex.split(line), capsys)
    assert list(here.iterdir()) == []


def test_tag_files_that_say_themselves_what_an_option_says_refuse_it(tmp_path: Any, capsys: Any) -> None:
    own = ["-w", str(tmp_path / "w"), "load-tags"]
    assert "no CSV file, and says itself" in refused([*own, "--chain", "bitcoin"], capsys)
    assert "has no list and no edition" in refused([*own, "--edition", "2024-01-01"], capsys)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - modes.MODES.keys()))
def test_every_option_of_a_command_is_read_by_it(command: str) -> None:
    """A command with modes hands its options on; every other reads each of them by name."""
    if (callback := COMMANDS[command].callback) is not None and command not in GROUPS:
        _reads_all(unwrap(callback))


@pytest.mark.parametrize("work", [work for _, _, work in MODES], ids=[f"{one} {two}" for one, two, _ in MODES])
def test_every_option_of_a_mode_is_read_by_it(work: Any) -> None:
    _reads_all(work)


GROUPS = {name for name, command in COMMANDS.items() if hasattr(command, "commands") and not command.params[1:]}


def _reads_all(function: Any) -> None:
    (tree,) = ast.parse(getsource(function)).body
    read = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    assert set(signature(function).parameters) - {"context", "_"} <= read


# ── what speaks of one kind of chain

COIN, THIEF = "11111111111111111111QekFQw", "0x000000000000000000000000000000000000000a"


@pytest.mark.parametrize(
    ("chain", "options", "reason"),
    [
        ("bitcoin", ["--stop-behaviour"], "--stop-behaviour is of a chain of accounts, and bitcoin is an output chain"),
        ("bitcoin", ["--repeated", "once"], "--repeated once is of a chain of accounts"),
        ("ethereum", ["--fees", "miner"], "--fees miner is of an output chain, and ethereum is a chain of accounts"),
    ],
)
def test_an_option_of_the_other_kind_of_chain_is_refused(
    chain: str, options: list[str], reason: str, tmp_path: Any, capsys: Any
) -> None:
    from tests.test_smallest import PAYEE, VICTIM, coins, movements

    own, address = ["-w", str(tmp_path / "w")], COIN if chain == "bitcoin" else THIEF
    if chain == "bitcoin":
        load = ["files", str(coins(tmp_path / "c.json")), "--chain", chain]
    else:
        moves = movements(tmp_path / "m.csv", [(1, VICTIM, THIEF, "9", ""), (2, THIEF, PAYEE, "9", "")])
        load = ["movements", str(moves), "--chain", chain, "--base-units"]
    assert run([*own, "ingest", *load]) == 0
    (tmp_path / "s.csv").write_text(f"address\n{address}\n")
    assert reason in refused(
        [*own, "trace", "x-case", "--unlisted", "--seeds", str(tmp_path / "s.csv"), *options], capsys
    )
    if "--fees" in options:
        assert reason in refused([*own, "trace", "--backward", address, *options], capsys)


def test_the_modes_are_all_the_places_where_options_are_handed_on_unseen() -> None:
    """`locals()` hides an argument from the checker, so only commands with modes may use it."""
    using = set()
    for path in (ROOT / "src/dyepack/cli").glob("*.py"):
        for each in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(each, ast.FunctionDef) and "locals()" in ast.unparse(each):
                using.add(each.name)
    assert using == {name.split()[-1] for name in modes.MODES}
