"""Clusters of drawn chains, against a plain clustering; as of a block, and block by block."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.cluster import Request, parse_rules, standing, tables
from dyepack.cluster.detect import detect
from dyepack.cluster.run import cluster
from dyepack.errors import InputError, MissingTable, StoreError
from dyepack.model import Tag
from dyepack.store import Store
from tests.cluster.drawn import parsed, tx, write

SOME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
EXAMPLE = """
1 a: -> A=50
1 b: -> B=50
2 c: A=50 B=50 -> C=70 D=30
3 d: C=70 E=5 -> F=75
4 e: D=30 F=75 -> G=104
"""
# Five strangers take out a pool's amount; who enters pays the block.
MIX = " ".join(f"M{n}={100_000 + (900 if n > 2 else 0)}" for n in range(5))
MIXED = f"""
1 a: M0=100000 K=5 -> L=100000
2 mix: {MIX} -> {" ".join(f"N{n}=100000" for n in range(5))}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as made:
        yield made


def groups(store: Store) -> set[frozenset[str]]:
    """The clusters, as sets of addresses."""
    found = defaultdict(set)
    for row in store.records("clusters"):
        found[row.cluster].add(row.address)
    assert all(len(found[row.cluster]) == row.members for row in store.records("clusters"))
    return {frozenset(members) for members in found.values()}


def plain(text: str) -> set[frozenset[str]]:
    """Co-spend with sets: all addresses among the inputs of a transaction are one."""
    parts: list[set[str]] = []
    for _, _, ins, _ in parsed(text):
        new = {address for _, address, _ in ins if address != "?"}
        parts, apart = [part for part in parts if not part & new], [part for part in parts if part & new]
        parts.append(new.union(*apart))
    return {frozenset(part) for part in parts if len(part) > 1}


def test_cospend(store: Store) -> None:
    write(store, EXAMPLE)
    cluster(store, Request())
    assert groups(store) == {frozenset("AB"), frozenset("CE"), frozenset("DF")}
    assert groups(store) == plain(EXAMPLE)


def test_a_clusters_name_is_where_its_first_member_appeared(store: Store) -> None:
    write(store, EXAMPLE)
    cluster(store, Request())
    assert {row.address: row.cluster for row in store.records("clusters")} == {
        "A": "bitcoin:1:0:o0", "B": "bitcoin:1:0:o0", "C": "bitcoin:2:0:o0", "E": "bitcoin:2:0:o0",
        "D": "bitcoin:2:0:o1", "F": "bitcoin:2:0:o1",
    }  # fmt: skip


def test_every_join_names_its_transaction_and_its_figure(store: Store) -> None:
    write(store, EXAMPLE)
    run = cluster(store, Request()).run
    first, *_ = store.records("joins")
    assert (first.run, first.heuristic, first.tx_hash, first.first, first.second, first.held) == (
        run, "cospend", tx("c"), "A", "B", None,
    )  # fmt: skip
    assert first.tried > first.right > 0
    assert "generated" in first.population


def test_coinjoins_are_left_out_before_joining(store: Store) -> None:
    write(store, MIXED)
    (result,) = cluster(store, Request()).chains
    assert groups(store) == {frozenset({"M0", "K"})}
    assert result.coinjoins == {"whirlpool-mix": 1}
    (mix,) = store.records("coinjoins")
    assert (mix.tx_hash, mix.rule, mix.joint, mix.parties, mix.amount) == (tx("mix"), "whirlpool-mix", True, 5, 100_000)
    assert (mix.verdict, mix.inputs) == ("joint", 5)


def test_as_of_a_block_nothing_later_is_known(store: Store) -> None:
    write(store, EXAMPLE)
    (result,) = cluster(store, Request(as_of_block=3)).chains
    assert groups(store) == {frozenset("AB"), frozenset("CE")}
    assert (result.as_of_block, result.addresses) == (3, 6)


def test_change_is_joined_only_when_asked_for(store: Store) -> None:
    write(store, "1 a: A=50 B=50 -> C=70 D=29\n")
    cluster(store, Request())
    assert groups(store) == {frozenset("AB")}
    cluster(store, Request(rules=parse_rules(["cospend", "change:optimal"])))
    assert groups(store) == {frozenset("ABD")}
    assert {row.heuristic for row in store.records("clusters")} == {"change:optimal"}


def test_addresses_that_are_not_shown_join_nothing(store: Store) -> None:
    write(store, "1 a: ?=50 B=50 ?=9 C=1 -> D=99\n")
    cluster(store, Request())
    assert groups(store) == {frozenset("BC")}


DRAWN = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.lists(st.sampled_from("ABCDEFGHIJ?"), max_size=4),
        st.lists(st.sampled_from("ABCDEFGHIJ"), min_size=1, max_size=3),
    ),
    min_size=2,
    max_size=9,
)
Drawn = list[tuple[int, list[str], list[str]]]
_folders = count()


def chain(drawn: Drawn) -> str:
    block, lines = 1, []
    for n, (later, ins, outs) in enumerate(drawn):
        block += later
        left, right = (" ".join(f"{a}={10 + k}" for k, a in enumerate(side)) for side in (ins, outs))
        lines.append(f"{block} t{n}: {left} -> {right}")
    return "\n".join(lines)


@SOME_FOLDER
@given(DRAWN)
def test_as_with_sets(tmp_path: Path, drawn: Drawn) -> None:
    with Store.open(tmp_path / str(next(_folders)), create=True) as store:
        write(store, chain(drawn))
        cluster(store, Request())
        assert groups(store) == plain(chain(drawn))


def stripped(store: Store) -> list[object]:
    """All that a run made, but for which run it was."""
    return [
        {name: getattr(row, name) for name in row.__slots__ if name != "run"}
        for t in ("clusters", "joins", "coinjoins", "appearances")
        for row in store.records(t)
    ]


@pytest.fixture(scope="module", params=["at once", "in small pieces"])
def pieces(request: pytest.FixtureRequest) -> Iterator[None]:
    """Batches and parts as they are, or so small that a chain of ten transactions has several of each."""
    before = tables.BATCH, standing.PART
    if request.param == "in small pieces":
        tables.BATCH, standing.PART = 4, 3
    yield
    tables.BATCH, standing.PART = before


@pytest.mark.usefixtures("pieces")
@SOME_FOLDER
@given(
    DRAWN, st.integers(1, 9), st.sampled_from(["cospend", "change:fresh", "change:script,optimal"]), st.integers(2, 4)
)
def test_block_by_block_is_as_from_scratch(tmp_path: Path, drawn: Drawn, cut: int, rule: str, large: int) -> None:
    request = Request(rules=parse_rules(["cospend", rule]), large=large)
    lines = chain(drawn).splitlines()
    parts = [[line for line in lines if (int(line.split()[0]) <= cut) is first] for first in (True, False)]
    folders = [tmp_path / f"{next(_folders)}" for _ in range(2)]
    with Store.open(folders[0], create=True) as steps, Store.open(folders[1], create=True) as once:
        last = None
        for n, part in enumerate(parts):
            if part:
                write(steps, "\n".join(part), part=f"part-{n}")
                (last,) = cluster(steps, request).chains
        assert last is not None
        for n, part in enumerate(parts):
            if part:
                write(once, "\n".join(part), part=f"part-{n}")
        (whole,) = cluster(once, Request(rules=request.rules, large=large, anew=True)).chains
        assert stripped(steps) == stripped(once)
        assert (last.clusters, last.counts, last.largest) == (whole.clusters, whole.counts, whole.largest)
        if all(parts):
            assert last.continued_from is not None
        assert whole.continued_from is None


def test_what_did_not_change_is_not_written_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PART", 2)
    write(store, EXAMPLE)
    first = cluster(store, Request()).run
    write(store, "5 f: H=1 G=104 -> I=1\n", part="later")
    (result,) = cluster(store, Request()).chains
    assert result.continued_from == 4
    assert [row.run == first for row in store.records("appearances")] == [True] * 6 + [False] * 3
    assert groups(store) == {frozenset("AB"), frozenset("CE"), frozenset("DF"), frozenset("GH")}


def test_script_types_are_those_seen_by_then(store: Store) -> None:
    """B is an input before any output shows its type, so nobody knows which output is of its type."""
    write(store, "1 a: A=50 B=60 -> C/p2pkh=70 D=39\n2 b: C=70 -> A=69\n3 c: D=39 -> B=38\n")
    cluster(store, Request(rules=parse_rules(["change:script"])))
    assert groups(store) == set()
    write(store, "1 z: -> A=50 B=60\n2 a: A=50 B=60 -> C/p2pkh=70 D=39\n")
    cluster(store, Request(rules=parse_rules(["change:script"])))
    assert groups(store) == {frozenset("AD")}


def test_a_run_that_breaks_off_leaves_what_the_next_goes_on_from(store: Store, tmp_path: Path) -> None:
    """Broken off when all but the last table is made; one that is killed leaves no more: see the store."""
    write(store, EXAMPLE)
    cluster(store, Request())
    before = stripped(store)
    write(store, "5 f: A=1 G=1 -> H=1\n", part="later")
    in_the_way = store.path / "tables" / "appearances" / f".new-bitcoin-{0:012}"
    in_the_way.mkdir()
    with pytest.raises(StoreError, match="cannot write to"):
        cluster(store, Request())
    in_the_way.rmdir()
    assert stripped(store) == before
    assert cluster(store, Request()).chains[0].continued_from == 4
    with Store.open(tmp_path / "once", create=True) as once:
        write(once, EXAMPLE)
        write(once, "5 f: A=1 G=1 -> H=1\n", part="later")
        cluster(once, Request())
        assert stripped(store) == stripped(once)


def test_verdicts_made_in_between_do_not_go_astray(store: Store) -> None:
    write(store, MIXED)
    cluster(store, Request())
    write(store, "3 z: L=1 Z=1 -> Y=2\n", part="later")
    cluster(store, Request())
    detect(store)
    (result,) = cluster(store, Request()).chains
    assert result.coinjoins == {"whirlpool-mix": 1}
    assert [row.rule for row in store.records("coinjoins")] == ["whirlpool-mix"]


def test_what_changed_below_is_made_anew(store: Store) -> None:
    write(store, EXAMPLE)
    cluster(store, Request())
    write(store, "5 f: A=1 G=1 -> H=1\n", part="later")
    assert cluster(store, Request()).chains[0].continued_from == 4
    write(store, EXAMPLE.replace("D=30 F=75", "D=30"))
    assert cluster(store, Request()).chains[0].continued_from is None
    assert groups(store) == {frozenset("ABG"), frozenset("CE")}
    assert cluster(store, Request(large=7)).chains[0].continued_from is None
    assert cluster(store, Request(large=7, as_of_block=3)).chains[0].continued_from is None


def test_parts_of_an_earlier_clustering_do_not_stay(store: Store) -> None:
    write(store, EXAMPLE)
    cluster(store, Request())
    cluster(store, Request(as_of_block=2))
    assert {row.block for row in store.records("joins")} == {2}


def test_the_guard_holds_a_join_of_two_actors(store: Store) -> None:
    write(store, EXAMPLE)
    said = ("ownership", 100, "pack", None, None, None, None, None, None)
    with store.run("load-tags", {}) as draft:
        draft.put("tags", "p", [Tag(n, "bitcoin", n, n, n.lower(), None, *said) for n in ("D", "F")])
    (result,) = cluster(store, Request()).chains
    assert groups(store) == {frozenset("AB"), frozenset("CE")}
    assert [(row.tx_hash, row.held) for row in store.records("joins") if row.held] == [(tx("e"), "actors")]
    assert result.counts[0].held == 1


def test_nothing_to_cluster(store: Store) -> None:
    with pytest.raises(MissingTable, match="no movements yet; load some with: dyepack ingest"):
        cluster(store, Request())


def test_a_chain_that_was_not_loaded(store: Store) -> None:
    write(store, EXAMPLE)
    with pytest.raises(InputError, match="expected a chain among bitcoin, got 'litecoin'"):
        cluster(store, Request(("ltc",)))
    write(store, EXAMPLE, chain="litecoin", part="ltc")
    with pytest.raises(InputError, match="say one --chain of bitcoin, litecoin"):
        cluster(store, Request(as_of_block=3))


def test_two_chains_stay_apart(store: Store) -> None:
    write(store, EXAMPLE)
    write(store, "1 x: A=1 Z=1 -> Y=2\n", chain="litecoin", part="ltc")
    cluster(store, Request())
    assert {(row.chain, row.address) for row in store.records("clusters") if row.address in "AZ"} == {
        ("bitcoin", "A"), ("litecoin", "A"), ("litecoin", "Z"),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["cospent", "change:frsh", "change:", "deposit:x"])
def test_rules_that_nobody_knows(text: str) -> None:
    with pytest.raises(InputError, match="got"):
        parse_rules([text])


def test_rules_are_one_request_in_whatever_order() -> None:
    assert parse_rules(["change:script+fresh,optimal", "cospend"]) == parse_rules(
        ["cospend", "change:optimal,fresh+script"]
    )


def test_a_place_that_no_chain_has(store: Store) -> None:
    write(store, "600000000 a: A=1 B=1 -> C=2\n")
    with pytest.raises(InputError, match="expected block below"):
        cluster(store, Request())


def test_before_the_first_block_there_is_nothing(store: Store) -> None:
    write(store, EXAMPLE)
    (result,) = cluster(store, Request(as_of_block=0)).chains
    assert (result.addresses, result.clusters, result.counts[0].joins) == (0, 0, 0)
    assert store.records("clusters") == []


def test_the_same_again_changes_nothing(store: Store) -> None:
    write(store, EXAMPLE)
    first = cluster(store, Request())
    rows, runs = store.records("joins"), store.records("runs")
    assert cluster(store, Request()).run == first.run
    assert (store.records("joins"), store.records("runs")) == (rows, runs)
