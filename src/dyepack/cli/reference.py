"""The reference page of commands, made from the commands themselves."""

from collections.abc import Iterator
from typing import Any

import typer

from dyepack.cli.app import app
from dyepack.cli.rooms import register


def reference() -> str:
    """The page, as Markdown."""
    register(app)
    parts = ["# Commands\n", "<!-- made by `python3 dev docs`; do not edit -->\n"]
    root: Any = typer.main.get_command(app)
    parts.append(f"{root.help}\n\nThese options come before the command:\n\n{_options(root)}")
    parts += [
        f"## {name}\n\n{_prose(command.help)}\n```\n{_usage(name, command)}\n```\n\n{_options(command)}"
        for name, command in _commands("dyepack", root)
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _commands(path: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in sorted(group.commands.items()):
        if getattr(command, "invoke_without_command", False):
            yield f"{path} {name}", command
        if hasattr(command, "commands"):
            yield from _commands(f"{path} {name}", command)
        else:
            yield f"{path} {name}", command


def _prose(text: str | None) -> str:
    """A docstring's text: typer marks paragraphs that keep their line breaks with a backspace character."""
    return (text or "").replace("\b\n", "").strip() + "\n"


def _usage(name: str, command: Any) -> str:
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    return " ".join([name, *arguments, "[OPTIONS]"])


def _argument(one: Any) -> str:
    shown = (one.metavar or one.name.upper()) + ("..." if one.nargs != 1 else "")
    return str(shown if one.required else f"[{shown}]")


def _options(command: Any) -> str:
    rows = [f"| {_spelled(one)} | {_cell(one.help)} |" for one in command.params if getattr(one, "help", None)]
    return "\n".join(["| option | |", "|---|---|", *rows]) + "\n" if rows else ""


def _spelled(one: Any) -> str:
    if one.param_type_name == "argument":
        return f"`{_argument(one)}`"
    return ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
