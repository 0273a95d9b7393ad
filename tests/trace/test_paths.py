"""Paths over the tables of both kinds of chain, held against every path that the movements have."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.errors import InputError, MissingTable
from dyepack.model import AssetRow, Input, Output, Tag, Transaction
from dyepack.store import Store
from dyepack.store.loaded import chain_meant
from dyepack.trace.ends import Ends, Question, ends_of, named_in
from dyepack.trace.paths import paths
from tests.trace.drawing import START, transfers

ETH = AssetRow("ETH", "ethereum", None, "ETH", 0, True, "test")
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def draw(store, drawing):
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        draft.put("assets", "drawn", [ETH])


def asked(begin="a", end="z", **more):
    return Question(Ends(tuple(begin)), Ends(tuple(end)), "ethereum", **more)


def told(answer):
    return [
        (path.amount, "".join([path.steps[0].from_address, *(step.to_address for step in path.steps)]))
        for path in answer.paths
    ]


def test_each_asset_has_its_own_paths(store):
    draw(store, "a 5 -> b; a 7 T -> b; b 5 -> z; b 6 T -> z; a 3 -> z %fee; a 3 -> z !decoy")
    assert told(paths(store, asked())) == [(5, "abz"), (6, "abz")]


def test_a_tagged_service_is_not_gone_through_unless_asked(store):
    draw(store, "a 5 -> hot; hot 5 -> z; a 2 -> b; b 2 -> z")
    tag = Tag("1", "ethereum", "hot", "Bank", None, "exchange", "x", 50, "p", *[None] * 6)
    with store.run("load-tags", {}) as draft:
        draft.put("tags", "p", [tag])
    assert told(paths(store, asked())) == [(2, "abz")]
    assert told(paths(store, asked(through_services=True))) == [(5, "ahotz"), (2, "abz")]


def test_the_ends_may_be_transactions_and_blocks_bound_the_search(store):
    draw(store, "a 5 -> b; b 4 -> c; c 4 -> z; a 9 -> b; b 9 -> z")
    begin, end = Ends(transactions=("t1.0",)), Ends(transactions=("t3.0",))
    assert told(paths(store, Question(begin, end, "ethereum"))) == [(4, "abcz")]
    assert told(paths(store, asked(first_block=4))) == [(9, "abz")]
    assert told(paths(store, asked(last_block=4))) == [(4, "abcz")]
    assert paths(store, asked(end="q")).paths == ()


def test_a_budget_that_cuts_says_so(store):
    draw(store, "a 5 -> b; b 4 -> c; c 4 -> d; d 4 -> z")
    answer = paths(store, asked(movements=1))
    assert (answer.paths, answer.cut) == ((), True)
    assert not paths(store, asked()).cut


def test_the_chain_is_named_where_there_are_several(store):
    with pytest.raises(MissingTable):
        chain_meant(store, None)
    draw(store, "a 5 -> b")
    assert chain_meant(store, None) == "ethereum"
    with store.run("ingest movements", {"more": 1}) as draft:
        draft.put("transfers", "more", transfers("a 5 -> b", "bsc"))
    assert chain_meant(store, "BNB") == "bsc"
    with pytest.raises(InputError, match="movements on bsc, ethereum; choose one with --chain"):
        chain_meant(store, None)


def test_ends_are_read_from_a_text_or_a_file(tmp_path):
    address, tx_hash = "0x" + "A" * 40, "F" * 64
    wanted = Ends((address.lower(),), ("0x" + "f" * 64,))
    assert ends_of(named_in(f"{address}, {tx_hash}"), "ethereum") == wanted
    (tmp_path / "list.csv").write_text(f"{address}\n{tx_hash}\n")
    assert ends_of(named_in(str(tmp_path / "list.csv")), "ethereum") == wanted
    for text in ("", "0x12", "nowhere.csv"):
        with pytest.raises(InputError):
            ends_of(named_in(text), "ethereum")


def every_path(steps, begins, ends):
    """All paths through (payer, payee, amount) rows in order: between addresses, entering none twice."""
    found = []

    def go_on(path):
        if ends(steps[path[-1]]):
            found.append(tuple(path))
            return
        entered = {steps[index].to_address for index in path}
        for index in range(path[-1] + 1, len(steps)):
            step = steps[index]
            if step.from_address == steps[path[-1]].to_address and step.to_address not in {*entered, "a"}:
                go_on([*path, index])

    for index, step in enumerate(steps):
        if begins(step) and step.to_address != "a":
            go_on([index])
    return sorted(found, key=lambda path: (-min(steps[index].amount for index in path), len(path), path))


@FEW
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 4), st.sampled_from("abcdez")), min_size=1, max_size=10)
)
def test_account_paths_are_the_best_of_all(tmp_path_factory, moves):
    drawing = "; ".join(f"{payer} {amount} -> {payee}" for payer, amount, payee in moves)
    rows = transfers(drawing)
    wanted = every_path(rows, lambda row: row.from_address == "a", lambda row: row.to_address == "z")[:4]
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        draw(store, drawing)
        answer = paths(store, asked(k=4))
    assert [[step.block for step in path.steps] for path in answer.paths] == [
        [rows[index].block for index in path] for path in wanted
    ]


@st.composite
def output_chains(draw):
    """Transactions that spend outputs of earlier ones: [(inputs as (transaction, output)), [(address, amount)]]."""
    made: list[tuple[list[tuple[int, int]], list[tuple[str, int]]]] = []
    free: list[tuple[int, int]] = []
    for number in range(draw(st.integers(2, 7))):
        spent = draw(st.lists(st.sampled_from(free), max_size=2, unique=True)) if free else []
        outs = draw(st.lists(st.tuples(st.sampled_from("abcz"), st.integers(1, 4)), min_size=1, max_size=3))
        made.append((spent, outs))
        free = [one for one in free if one not in spent] + [(number, place) for place in range(len(outs))]
    return made


def put(store, made):
    """A chain as tables; every other input leaves its address and amount to the output that it spends."""
    transactions, inputs, outputs = [], [], []
    for number, (spent, outs) in enumerate(made):
        name, time = f"t{number}", START + timedelta(minutes=number)
        transactions.append(
            Transaction("bitcoin", number, time, 0, name, not spent, len(spent), len(outs), None, "drawn")
        )
        for place, (of, index) in enumerate(spent):
            address, amount = made[of][1][index] if place % 2 else (None, None)
            inputs.append(Input("bitcoin", number, 0, name, place, f"t{of}", index, address, amount))
        for place, (address, amount) in enumerate(outs):
            outputs.append(Output("bitcoin", number, 0, name, place, "p2pkh", address, amount))
    with store.run("ingest", {}) as draft:
        for table, rows in (("transactions", transactions), ("inputs", inputs), ("outputs", outputs)):
            draft.put(table, "drawn", rows)


def every_way(made):
    """All paths from an output of a to an output of z as lists of transactions, with what they can carry."""
    spender = {output: number for number, (spent, _) in enumerate(made) for output in spent}
    found = []

    def go_on(output, least, route):
        if output not in spender:
            return
        number = spender[output]
        for place, (address, amount) in enumerate(made[number][1]):
            carried = min(least, amount)
            here = [*route, (number, place)]
            if address == "z":
                found.append((-carried, len(here), here))
            elif address != "a":
                go_on((number, place), carried, here)

    for number, (_, outs) in enumerate(made):
        for place, (address, amount) in enumerate(outs):
            if address == "a":
                go_on((number, place), amount, [])
    return sorted((carried, hops, [number for number, _ in route]) for carried, hops, route in found)


@FEW
@given(output_chains())
def test_output_paths_are_the_best_of_all(tmp_path_factory, made):
    wanted = every_way(made)[:3]
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        put(store, made)
        answer = paths(store, Question(Ends(("a",)), Ends(("z",)), "bitcoin", k=3))
    assert [(-path.amount, path.hops) for path in answer.paths] == [(carried, hops) for carried, hops, _ in wanted]
    for path in answer.paths:
        assert [step.payee for step in path.steps[:-1]] == [step.payer for step in path.steps[1:]]
        assert (path.steps[0].from_address, path.steps[-1].to_address) == ("a", "z")


def test_the_command_tells_every_transaction(tmp_path, capsys):
    folder = ["-w", str(tmp_path / "w")]
    with Store.open(tmp_path / "w", create=True) as store:
        put(store, [([], [("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", 9)]), ([(0, 0)], [("b", 5)])])
    begin, end = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1CounterpartyXXXXXXXXXXXXXXXUWLpVr"
    assert run([*folder, "paths", begin, end]) == 0
    assert capsys.readouterr().out.startswith("No path in time from A to B on bitcoin")
    with Store.open(tmp_path / "w") as store:
        put(store, [([], [(begin, 9)]), ([(0, 0)], [(end, 5)])])
    assert run([*folder, "paths", begin, end, "--json"]) == 0
    (path,) = json.loads(capsys.readouterr().out)["paths"]
    assert (path["can_carry"], path["hops"], path["transactions"]) == ("5", 1, ["t1"])
    assert run([*folder, "paths", begin, end]) == 0
    assert "the best can carry 0.00000005 BTC in 1 hop" in capsys.readouterr().out
