"""Which calls inside a transaction moved the native coin.

A call that failed moved nothing, and neither did anything inside it, whatever its own result was. `delegatecall` and
`callcode` show the value of the call around them, which did not move again; `staticcall` can move none. A created
contract gets its value; a contract that destroys itself pays out all it has.
"""

from collections.abc import Iterable, Iterator

from dyepack.ingest.evm.networks import ARBSYS, ZERO
from dyepack.ingest.evm.records import SILENT, Decoded, Frame, Left, Moved

_PAYING = frozenset({"call", "create", "create2", "selfdestruct", "suicide"})
Placed = tuple[Frame, Moved]


def moved(frames: Iterable[Frame], out: Decoded) -> list[Placed]:
    """The movements of these frames, in their order; what is refused or passed over goes to `out`."""
    found = []
    for frame in _standing(frames, out):
        if frame.type in SILENT:
            out.passed[frame.type] += 1
        elif not frame.amount:
            out.passed["call without value"] += 1
        elif frame.type in _PAYING:
            found += _paying(frame, out)
        elif frame.type == "invalid" and (frame.payer, frame.payee) == (ARBSYS, ZERO):
            found.append((frame, Moved("burn", frame.payer, ZERO, None, frame.amount, _index(frame))))
        else:
            reason = f"expected a kind of call that is known, got {frame.type!r}"
            out.left.append(Left("type", reason, str(frame), None, frame.payer, frame.payee))
    return found


def _paying(frame: Frame, out: Decoded) -> list[Placed]:
    """A contract that names itself as heir destroyed its money before the Cancun rules and keeps it since."""
    if frame.type in ("selfdestruct", "suicide") and frame.payer == frame.payee:
        reason = "a contract destroyed itself in its own favour: whether money is gone"
        out.left.append(Left("to", reason, str(frame), None, frame.payer, frame.payee))
        return []
    return [(frame, Moved("internal", frame.payer, frame.payee, None, frame.amount, _index(frame)))]


def _index(frame: Frame) -> str | None:
    return None if frame.path is None else "call " + ".".join(map(str, frame.path))


def _standing(frames: Iterable[Frame], out: Decoded) -> Iterator[Frame]:
    """The frames that neither failed nor lie inside one that did; parents come before children."""
    fallen: set[tuple[int, ...]] = set()
    for frame in frames:
        path = frame.path
        inside = bool(fallen) and path is not None and any(path[:depth] in fallen for depth in range(1, len(path)))
        if frame.failed and path is not None:
            fallen.add(path)
        if frame.failed or inside:
            out.passed["failed call" if frame.failed else "call inside a failed one"] += 1
        else:
            yield frame
