"""The process's own streams: what they cannot carry is escaped, and what they refuse is said once."""

import io
import json
import os
import sys
from codecs import register_error
from contextlib import suppress

_ESCAPED = "dyepack.escaped"


def carry_all() -> None:
    """Let stdout and stderr take every character: one that their encoding lacks is printed as its number.

    The number is in the form that JSON knows; that of Python's own `backslashreplace` would not be JSON any more.
    """
    register_error(_ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPED)


def silence() -> None:
    """Send what is still waiting for stdout nowhere, else the interpreter complains when it flushes at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
