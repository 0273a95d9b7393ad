"""The command line: the workspace's verbs at a prompt.

Data goes to stdout, messages to stderr. Exit codes: 0 done · 1 our error, one line on stderr · 2 usage · 3 a condition
that was asked for was found · 130 stopped with Ctrl-C.
"""

import signal
import sys
from collections.abc import Sequence

STOPPED = 130


def main() -> None:
    """Run the command on the process's own command line and leave with its exit code."""
    try:
        from dyepack.cli import lean, streams  # noqa: PLC0415 (Ctrl-C may come while modules are being imported)

        lean.begin(sys.argv[1:])
        streams.carry_all()
        code = run(sys.argv[1:])
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stderr.write("dyepack: stopped\n")
        sys.exit(STOPPED)
    lean.leave(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    from dyepack.cli import command  # noqa: PLC0415 (see above)

    return command.run(arguments)
