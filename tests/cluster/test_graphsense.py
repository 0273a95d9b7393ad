"""Clusters for GraphSense, and others who make the same ones."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dyepack.cluster import Request
from dyepack.cluster.graphsense import check, export
from dyepack.cluster.run import cluster
from dyepack.errors import InputError, MissingTable
from dyepack.store import Store
from tests.cluster.drawn import write

EXAMPLE = """
1 a: -> A=50
1 b: -> B=50 Z=1
2 c: A=50 B=50 -> C=70 D=30
3 d: C=70 E=5 -> F=75
4 e: D=30 F=75 -> G=104
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as made:
        write(made, EXAMPLE)
        yield made


def test_numbers_are_in_order_of_appearance_and_a_clusters_is_its_smallest(store: Store, tmp_path: Path) -> None:
    cluster(store, Request())
    written = export(store, "bitcoin", tmp_path / "x.csv")
    assert (written.addresses, written.clusters) == (6, 3)
    assert (tmp_path / "x.csv").read_text().splitlines() == [
        '"address_id","address","cluster_id"', '1,"A",1', '2,"B",1', '4,"C",4', '5,"D",5', '6,"E",4', '7,"F",5',
    ]  # fmt: skip
    export(store, "bitcoin", tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").column("cluster_id").to_pylist() == [1, 1, 4, 5, 4, 5]


def test_what_cannot_be_exported(store: Store, tmp_path: Path) -> None:
    with pytest.raises(MissingTable):
        export(store, "bitcoin", tmp_path / "x.csv")
    cluster(store, Request())
    with pytest.raises(InputError, match=r"ends in \.csv or \.parquet"):
        export(store, "bitcoin", tmp_path / "x.json")
    with pytest.raises(InputError, match="'ethereum' has no transactions"):
        export(store, "ethereum", tmp_path / "x.csv")


def test_others_make_the_same_clusters(store: Store) -> None:
    pytest.importorskip("gs_clustering")
    cluster(store, Request())
    answers = check(store)
    assert [(answer.same, answer.joins) for answer in answers] == [(True, 3), (True, 3)]
    assert "graphsense-clustering" in answers[1].by


def test_others_see_a_partition_that_is_wrong(store: Store) -> None:
    cluster(store, Request())
    rows = store.records("clusters")
    with store.run("cluster", {"tampered": True}) as draft:
        draft.put("clusters", f"bitcoin-{0:012}", rows[:-2])
    assert {answer.same for answer in check(store)} == {False}
