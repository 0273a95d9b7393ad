"""A file of SQLite beside the tables, opened for one step; what it refuses is our error in one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dyepack.errors import InputError, StoreError


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one step, committed when it ends well.

    Raises:
        StoreError: the file cannot be used: a full disk, a lost permission, a damaged file.
        InputError: a number or a text that no SQLite column holds.
    """
    try:
        with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
            yield connection
    except sqlite3.DatabaseError as error:
        word = "is damaged" if "malformed" in str(error) or "not a database" in str(error) else "cannot be used"
        raise StoreError(f"{path} {word}: {error}; make room, or move it away and begin anew") from error
    except OverflowError as error:
        raise InputError("expected a number of at most 64 bits, got a larger one") from error
    except UnicodeEncodeError as error:
        raise InputError("expected text in Unicode, got half of a pair of surrogates") from error
