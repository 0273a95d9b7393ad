"""Which options a command takes when: what is typed and would not be read is refused, never dropped.

A command that does one thing or another has modes. A mode is a function, and its parameters are the options that it
reads, by their names at the command: that is its table. `BESIDE` has the options that are read beside another alone.
`MODES` and `BESIDE` are walked by a test, which types each option where it is not taken.
"""

from collections.abc import Callable, Collection, Mapping
from inspect import signature
from typing import Any, TypeVar

import typer

from dyepack.errors import InputError

Work = TypeVar("Work", bound=Callable[..., Any])
MODES: dict[str, dict[str, Callable[..., Any]]] = {}
"""By command, and by what a person types to have it: the function that does it."""


BESIDE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "chart": {"rule": ("actor",)},
    "cluster review": {"by": ("let_pass", "refuse"), "note": ("let_pass", "refuse")},
    "compare": {"rule": ("actor",)},
    "export": {"rule": ("actor",)},
    "factcheck": {"as_of": ("text",), "fail_on": ("file",)},
    "incidents": {"rule": ("actor",)},
    "ingest bitcoin": {"base": ("blocks_dir",)},
    "ingest check": {"samples": ("node",)},
    "outlook": {"rule": ("actor",)},
    "totals": {"rule": ("actor", "of", "publisher")},
}
"""By command and option, the options of which one must be typed too; where none is, it would change nothing."""


def mode(command: str, chosen: str) -> Callable[[Work], Work]:
    """Declare what a command does when this is typed."""

    def declared(work: Work) -> Work:
        MODES.setdefault(command, {})[chosen] = work
        return work

    return declared


def run(context: typer.Context, work: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Do what this mode of the command does with the options that it takes.

    Raises:
        InputError: somebody typed another.
    """
    chosen = next(name for modes in MODES.values() for name, each in modes.items() if each is work)
    taken = takes(work)
    refuse(context, taken, f"{_command(context)} {chosen}".rstrip())
    return work(context, **{name: given[name] for name in taken})


def check(context: typer.Context) -> None:
    """Refuse an option that is read beside another alone, where that is not typed; see `BESIDE`.

    Raises:
        InputError: says which, and what it belongs to.
    """
    command = _command(context)
    params = {str(param.name): param for param in context.command.params}
    for name, others in BESIDE[command].items():
        if _is_given(context, params[name]) and not any(_is_given(context, params[other]) for other in others):
            belongs = " or ".join(spelled(params[other]) for other in others)
            raise InputError(
                f"{command}: {spelled(params[name])} belongs to {belongs}; give that too, or leave it away"
            )


def given(context: typer.Context, name: str) -> bool:
    """Whether somebody typed this option."""
    return _is_given(context, next(param for param in context.command.params if param.name == name))


def without_workspace(context: typer.Context) -> None:
    """Refuse a workspace that is named at a command that works on none.

    Raises:
        InputError: it was typed; the environment may name one for other commands.
    """
    source = context.find_root().get_parameter_source("workspace")
    if source is not None and source.name == "COMMANDLINE":
        raise InputError(f"{_command(context)} works on no workspace that is named; leave --workspace away")


def _command(context: typer.Context) -> str:
    return context.command_path.split(" ", 1)[-1]


def takes(work: Callable[..., Any]) -> tuple[str, ...]:
    """The options that a mode reads."""
    return tuple(name for name in signature(work).parameters if name != "context")


def refuse(context: typer.Context, taken: Collection[str], what: str) -> None:
    """Refuse every option that was typed and is not among these.

    Raises:
        InputError: says which, and what does not take it.
    """
    others = [
        spelled(param) for param in context.command.params if param.name not in taken and _is_given(context, param)
    ]
    if others:
        raise InputError(f"{what} takes no {' and no '.join(others)}; leave {'them' if others[1:] else 'it'} away")


def spelled(param: Any) -> str:
    """An option as it is typed, an argument as the help calls it."""
    return str(max(param.opts, key=len) if param.param_type_name == "option" else param.metavar or param.name.upper())


def _is_given(context: typer.Context, param: Any) -> bool:
    source = context.get_parameter_source(param.name)
    return source is not None and source.name == "COMMANDLINE"
