"""One command from its arguments to its exit code: every way to end that is not our bug is one line."""

import sys
from collections.abc import Sequence
from typing import cast

import typer
from typer.main import get_command

from dyepack.cli import rooms, show, streams
from dyepack.cli.app import app
from dyepack.errors import DyepackError

__all__ = ["app", "run"]

_Usage = cast("type[Exception]", typer.BadParameter.__base__)
"""Wrong usage of any kind; typer has no public name for it."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    rooms.register(app, arguments)
    try:
        code = _invoke(list(arguments))
        sys.stdout.flush()
    except DyepackError as error:
        show.complain(str(error))
        return 1
    except UnicodeEncodeError as error:
        show.complain(_unwritable(error))
        return 1
    except BrokenPipeError:
        streams.silence()  # who read our output has left
        return 0
    except OSError as error:
        show.complain(_refusal(error))
        return 1
    return code


def _invoke(arguments: list[str]) -> int:
    command = get_command(app)
    try:
        # Not `command.main`, which prints usage errors in four lines and turns Ctrl-C into an exit code of its own.
        with command.make_context("dyepack", arguments) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        return leaving.exit_code
    except SystemExit as leaving:  # rich leaves like this when nobody reads any more
        return leaving.code if isinstance(leaving.code, int) else 0
    except _Usage as error:
        return _misused(error)
    return 0


def _misused(error: Exception) -> int:
    """Say in one line what was wrong and where the help is; without any command, print the help itself."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{context.get_help() if context else error}\n")
        return 2
    said = str(error.format_message() if hasattr(error, "format_message") else error).rstrip(".")
    show.complain(f"{said}; see {context.command_path if context else 'dyepack'} --help")
    return 2


def _unwritable(error: UnicodeEncodeError) -> str:
    """Which name cannot be written down: one of a file or folder whose bytes are not UTF-8.

    Raises:
        UnicodeEncodeError: it is no such name.
    """
    if not any("\udc80" <= letter <= "\udcff" for letter in error.object):
        raise error
    if sys.getfilesystemencoding() != "utf-8" and _utf8(error.object):
        return "this locale does not read names of files and folders in UTF-8: set PYTHONUTF8=1, or LC_ALL=C.UTF-8"
    near = error.object[max(0, error.start - 40) : error.end + 40]
    name = near.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return f"expected names of files and folders in UTF-8, got …{name}…: rename the file or folder"


def _refusal(error: OSError) -> str:
    """What the file system refused; when it was our output, what still waits for it goes nowhere."""
    reason = error.strerror or str(error)
    if error.filename is not None:
        return f"cannot use {error.filename}: {reason}"
    streams.silence()
    return f"cannot write the output: {reason}"


def _utf8(name: str) -> bool:
    """Whether a name is of UTF-8, read by a locale of another encoding."""
    try:
        return bool(name.encode("utf-8", "surrogateescape").decode("utf-8"))
    except UnicodeDecodeError:
        return False
