"""The command line: the workspace's verbs at a prompt.

Data goes to stdout, messages to stderr. Exit codes: 0 done · 1 our error, one line on stderr · 2 usage · 3 a condition
that was asked for was found.
"""

import os
import sys
from collections.abc import Sequence

from dyepack.cli import demo, follow, ledger, show
from dyepack.cli.app import app
from dyepack.errors import DyepackError

for room in (ledger, follow, demo):
    room.register(app)


def main() -> None:
    """Run the command on the process's own command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    try:
        app(list(arguments), prog_name="dyepack")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except DyepackError as error:
        show.complain(str(error))
        return 1
    except BrokenPipeError:
        # Who read our output has left; the interpreter must not complain about it when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
