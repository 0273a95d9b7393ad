"""Commands that the pages tell a person to type are commands, with options that these have."""

import re

import pytest

from dyepack.cli import run
from tests.conftest import ROOT

_SHOWN = re.compile(r"(?:<code>|with: )dyepack ((?:[a-z]+(?:-[a-z]+)* ?)+)((?:--[a-z-]+ ?)*)")
SHOWN = sorted(
    {
        (match[1].strip(), match[2].strip())
        for path in (ROOT / "frontend" / "src").rglob("*.ts*")
        for match in _SHOWN.finditer(path.read_text(encoding="utf-8"))
    }
)


def test_some_are_shown():
    assert ("trace", "--backward") in SHOWN
    assert ("load-tags", "") in SHOWN


@pytest.mark.parametrize(("verb", "options"), SHOWN)
def test_a_command_is_one(verb, options, capsys):
    assert run([*verb.split(), "--help"]) == 0
    told = capsys.readouterr().out
    assert [option for option in options.split() if option not in told] == []
