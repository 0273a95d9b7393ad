"""The counting rules as truth tables."""

import datetime as dt

import pytest

from dyepack.errors import InputError
from dyepack.ledger import RULES, counts
from dyepack.model import AttributionClaim


def said(text: str) -> list[AttributionClaim]:
    """Attributions from text: `dprk confirmed FBI; insider suspected The victim`."""
    claims = []
    for part in filter(None, text.split("; ")):
        actor, confidence, by = part.split(" ", 2)
        day = dt.date(2023, 1, 1)
        claims.append(AttributionClaim("", "i", actor, None, confidence, by, "s", "2023-01-01", None, day))  # type: ignore[arg-type]
    return claims


@pytest.mark.parametrize(
    ("claims", "rules"),
    [
        ("", ""),
        ("dprk confirmed FBI", "R1 R2 R3 R4"),
        ("dprk assessed Elliptic", "R2 R3 R4"),
        ("dprk assessed Tayvano", "R3 R4"),
        ("dprk assessed Tayvano (2024 README)", "R3 R4"),
        ("dprk assessed dn-institute (tag)", "R3 R4"),
        ("dprk assessed Tayvano; dprk assessed MSMT", "R2 R3 R4"),
        ("dprk suspected Elliptic", "R4"),
        ("dprk disputed Elliptic", "R4"),
        ("not-dprk assessed Tayvano", ""),
        ("insider assessed The victim", ""),
        ("dprk assessed Elliptic; not-dprk suspected Tayvano", "R2 R4"),
        ("dprk assessed Elliptic; insider suspected The victim", "R2 R4"),
        ("dprk confirmed FBI; not-dprk assessed Tayvano", "R1 R2 R3 R4"),
        ("dprk assessed UN PoE; insider assessed The victim", "R2 R3 R4"),
        ("dprk suspected UN PoE; dprk assessed Tayvano; not-dprk assessed X", "R4"),
        ("individual confirmed US DOJ", ""),
    ],
)
def test_truth_table(claims: str, rules: str):
    assert " ".join(rule for rule in RULES if counts(rule, "dprk", said(claims))) == rules


def test_rules_are_of_any_actor():
    claims = said("insider assessed The victim")
    assert [rule for rule in RULES if counts(rule, "insider", claims)] == ["R2", "R3", "R4"]


def test_an_unknown_rule_names_the_known_ones():
    with pytest.raises(InputError, match="R1, R2, R3, R4, got 'R5'"):
        counts("R5", "dprk", ())
