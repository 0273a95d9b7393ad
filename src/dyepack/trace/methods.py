"""The tracing rules by name."""

from collections.abc import Sequence

from dyepack.errors import InputError
from dyepack.trace.fifo import Fifo
from dyepack.trace.haircut import Haircut
from dyepack.trace.method import Method

METHODS: dict[str, Method] = {method.name: method for method in (Fifo, Haircut)}


def chosen(names: Sequence[str]) -> tuple[Method, ...]:
    """The rules of these names, each once; `all` is every one.

    Raises:
        InputError: no rule has that name.
    """
    found: dict[str, Method] = {}
    for name in names:
        if name != "all" and name not in METHODS:
            raise InputError(f"no tracing method is called {name!r}; there are: {', '.join(METHODS)}, all")
        found |= METHODS if name == "all" else {name: METHODS[name]}
    return tuple(found.values())
