"""The tracing rules by name. Each has a file of its own that says what it is, whose it is and when it misleads."""

from collections.abc import Sequence

from dyepack.errors import InputError
from dyepack.trace.method import CLEAN_FIRST, FIFO, HAIRCUT, LIFO, POISON, TAINT_FIRST, Method

METHODS: dict[str, Method] = {
    "fifo": Method("fifo", FIFO),
    "lifo": Method("lifo", LIFO),
    "haircut": Method("haircut", HAIRCUT),
    "clean_first": Method("clean_first", CLEAN_FIRST),
    "taint_first": Method("taint_first", TAINT_FIRST),
    "poison": Method("poison", POISON, conserves=False),
}
CONSERVING = tuple(name for name, method in METHODS.items() if method.conserves)


def ranging(names: Sequence[str]) -> tuple[str, ...]:
    """The rules that ranges are over: those that conserve, or all where no other was asked for."""
    return tuple(name for name in names if METHODS[name].conserves) or tuple(names)


def chosen(names: Sequence[str]) -> tuple[Method, ...]:
    """The rules of these names, each once; `all` is every one. A dash may stand for an underscore.

    Raises:
        InputError: no rule has that name.
    """
    found: dict[str, Method] = {}
    for given in names:
        name = given.strip().replace("-", "_")
        if name != "all" and name not in METHODS:
            raise InputError(f"no tracing method is called {given!r}; there are: {', '.join(METHODS)}, all")
        found |= METHODS if name == "all" else {name: METHODS[name]}
    return tuple(found.values())
