"""How claims of one loss stand to each other, with the words that the page has."""

import datetime as dt

import pytest

from dyepack.ledger.claims import Summary, summary
from dyepack.ledger.standing import standings
from dyepack.model import AmountClaim

MILLION = 10**12


def claim(name, usd, *, by=None, day="2023-01-01", kind=None, covers=()):
    return AmountClaim(name, "x", "loss", usd, kind, covers, by or name, "s", day, None, dt.date.fromisoformat(day))


def stands(*claims, loss=None):
    return {one.claim: (one.stand, one.says) for one in standings(claims, loss or summary(claims))}


@pytest.mark.parametrize(
    ("usd", "stand", "says"),
    [
        (100 * MILLION, "agrees", "agrees"),
        (95 * MILLION, "agrees", "agrees, within a twentieth"),
        (95 * MILLION - 1, "differs", "\N{MINUS SIGN}5.0 % against the middle"),
        (105 * MILLION, "agrees", "agrees, within a twentieth"),
        (128_400_000 * 10**6, "differs", "+28.4 % against the middle"),
        (2**70, "differs", "+1\N{THIN SPACE}180\N{THIN SPACE}591\N{THIN SPACE}520.7 % against the middle"),
    ],
)
def test_against_the_middle(usd, stand, says):
    loss = Summary(95 * MILLION, 100 * MILLION, 105 * MILLION, 3)
    assert stands(claim("a", usd), loss=loss) == {"a": (stand, says)}


def test_what_is_not_set_beside_the_others():
    face = claim("face", 10, kind="face-value")
    both = claim("both", 10, covers=("x", "y"))
    late = claim("late", 10, by="first", day="2023-02-01")
    found = stands(face, both, claim("first", 9), late, claim("new", 10, kind="seized"))
    assert found["face"] == ("apart", "not set beside the others: face value of what could not be sold")
    assert found["both"] == ("apart", "speaks of 2 thefts together")
    assert found["first"] == ("replaced", "replaced by its own word of 2023-02-01")
    assert found["late"] == ("agrees", "agrees")
    assert found["new"] == ("apart", "not set beside the others: seized")


def test_with_nothing_in_the_middle():
    assert stands(claim("a", 0), claim("b", 0)) == {"a": ("agrees", "agrees"), "b": ("agrees", "agrees")}
    assert stands(claim("a", 5), loss=Summary(0, 0, 5, 3))["a"][1].startswith("+more than nothing")
