"""The command that checks statements against the ledger, and proposes checks from an article."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from dyepack.cli import modes
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, ledger_only
from dyepack.cli.ledger import given_day, read_ledger
from dyepack.errors import InputError
from dyepack.ledger.claimtext import Proposals
from dyepack.ledger.factcheck import Checked, Verdict, said_by, said_on

FOUND = 3
"""The exit code where what --fail-on asks for was found."""
SOURCES = 6
"""Sources that the screen lists for a statement; the JSON has all."""
MAX_BYTES = 4_000_000


class FailOn(StrEnum):
    """Which verdicts make the command leave with code 3."""

    CONTRADICTED = "contradicted"
    NOT_SUPPORTED = "not-supported"


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("factcheck")(factcheck)


def factcheck(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Statements in YAML; or the name of an example that ships: 2023-09-14.")
    ] = None,
    *,
    text: Annotated[
        Path | None, typer.Option(help="An article in plain text: print proposed checks as YAML, without a verdict.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="With --text: when the article was written, YYYY-MM-DD.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="Leave with code 3 if there is such a verdict.")] = None,
    json: AsJson = False,
) -> None:
    """Check statements about thefts: supported, contradicted or not decidable, with computation, day and sources."""
    modes.check(context)
    if (file is None) == (text is None):
        raise InputError("expected a FILE of statements, or --text with an article")
    if file is not None and as_of is not None:
        raise InputError("--as-of belongs to --text; statements in a file say their own day")
    with ledger_only(context) as workspace:
        ledger = read_ledger(workspace)
        if text is not None:
            return _propose(workspace.propose(_article(text), given_day(as_of)), json=json)
        assert file is not None
        found = workspace.factcheck(file)
        verdicts = Counter(each.finding.verdict for each in found)
        if json:
            counts = {name: verdicts[name] for name in get_args(Verdict)}
            screen.as_json({"unit": "micro-dollars", **counts, "statements": [each.as_json(ledger) for each in found]})
        else:
            _show(found, verdicts)
        undecided = verdicts["not decidable"] if fail_on is FailOn.NOT_SUPPORTED else 0
        if fail_on is not None and verdicts["contradicted"] + undecided:
            raise typer.Exit(FOUND)
        return None


def _show(found: Sequence[Checked], verdicts: Mapping[Verdict, int]) -> None:
    names = get_args(Verdict)
    screen.answer(f"{_count(len(found))}: {', '.join(f'{verdicts[name]} {name}' for name in names)}.")
    for each in found:
        screen.blank()
        said = f" [{each.form.says}]" if each.form.says else ""
        screen.answer(f"{each.finding.verdict.upper()}: {each.form.text}{said}")
        clock = f", {each.clock}" if each.form.two_clocks else ""
        answer = f"{each.finding.answer}. " if each.finding.answer else ""
        screen.note(f"  As of {each.as_of}{clock}: {answer}{each.finding.words}")
        if each.other is not None and each.other.answer != each.finding.answer:
            which = "held today" if each.clock == "known" else "known on the day"
            screen.note(
                f"  By the other clock, {which}: {each.other.answer or each.other.words}, {each.other.verdict}."
            )
        for remark in each.finding.remarks:
            screen.note(f"  Note: {remark}.")
        if each.finding.claims:
            screen.note(f"  Sources: {_sources(each)}.")


def _sources(each: Checked) -> str:
    listed = list(dict.fromkeys(f"{said_by(claim)} ({said_on(claim)})" for claim in each.finding.claims))
    more = f" and {len(listed) - SOURCES} more in the JSON" if len(listed) > SOURCES else ""
    return f"{', '.join(listed[:SOURCES])}{more}"


def _propose(found: Proposals, *, json: bool) -> None:
    if json:
        return screen.as_json(found.as_json())
    if not found.proposals and not found.skipped:
        return screen.answer("No figures in this text: nothing to check.")
    if not found.proposals:
        screen.answer("No check can be proposed from this text.")
        for each in found.skipped:
            screen.note(f"{each.text} at {each.start}: {each.reason}.")
        return None
    return typer.echo(found.as_yaml(), nl=False)


def _article(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES or b"\0" in raw:
        raise InputError(f"expected {path} to be plain text of at most {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(f"expected {path} to be text in UTF-8; save it as that") from None


def _count(number: int) -> str:
    return f"{number} statement" if number == 1 else f"{number} statements"
