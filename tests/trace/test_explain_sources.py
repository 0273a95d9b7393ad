"""Figures of a search for sources of funds: from where each begins, by which movements it came."""

import pytest

from dyepack.cli import run
from dyepack.errors import InputError
from dyepack.trace.balance import Question as BalanceQuestion
from dyepack.trace.balance import balance
from dyepack.trace.explain import Question, explain
from dyepack.trace.methods import CONSERVING
from tests.trace.drawing_outputs import chain as outputs
from tests.trace.test_sources import FUNNEL, ask, by, draw, store  # noqa: F401 (a fixture)


@pytest.mark.parametrize("method", CONSERVING)
def test_every_origin_is_explained_from_where_it_begins(store, method):  # noqa: F811
    draw(store, FUNNEL, ["exchange"])
    found = ask(store, "x")
    told = {}
    for figure in explain(store, Question("last", "x", method, top=0)).figures:
        (part,) = figure.parts
        assert (part.rest, {one.start[1] for one in part.told}) == (0, {part.origin})
        told[part.origin] = part.amount
    assert told == by(found, method)


def test_on_outputs_too(store):  # noqa: F811
    drawn = outputs("c: -> a 60;\nd: -> b 40;\nt: c.0 d.0 -> x 70, y 30;")
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    found = ask(store, "x", chain="bitcoin")
    told = {
        one.destination.origin: sum(chain.amount for chain in one.parts[0].told)
        for one in explain(store, Question(found.run, "x", "fifo", top=0)).figures
    }
    assert told == by(found, "fifo")


def test_there_is_no_sheet_of_it_and_the_screen_says_where_money_begins(store, capsys):  # noqa: F811
    draw(store, FUNNEL, ["exchange"])
    ask(store, "x")
    with pytest.raises(InputError, match="looks for sources of funds; a balance sheet is of stolen money"):
        balance(store, BalanceQuestion("last"))
    folder = str(store.path)
    assert run(["-w", folder, "explain", "last", "x", "--origin", "q"]) == 0
    assert "that begins at q" in capsys.readouterr().out
