"""The workspace folder: what a commit does, what opening refuses, and what twice the same comes to."""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.errors import EngineError, MissingTable, RecordError, SchemaMismatch, StoreError, WorkspaceBusy
from dyepack.model import Reject, Seed
from dyepack.schema import TABLES
from dyepack.store import Store, Verified, disk
from dyepack.store.draft import in_order
from tests.conftest import attempted
from tests.strategies import tables

MOST = 10**38 - 1


def seed(address: str, amount: int = 1) -> Seed:
    return Seed("r", "theft", "ethereum", address, "ETH", amount, "given")


def put(folder: Path, rows: list[Seed], part: str = "p", parameters: Mapping[str, Any] = {}) -> str:
    with Store.open(folder, create=True) as store, store.run("trace", parameters) as draft:
        draft.put("seeds", part, rows)
    return draft.run


def checked(content: dict[str, Any]) -> str:
    """A manifest's text with the check that goes with it."""
    plain = {name: value for name, value in content.items() if name != "check"}
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]
    return json.dumps({**plain, "check": digest})


def as_written(folder: Path, path: Path) -> None:
    """Make the manifest say that a file of the table `seeds` was written as it is now."""
    content, digest = manifest(folder), disk.sha256(path)
    name = path.with_name(f"p-{digest[:12]}.parquet")
    path.rename(name)
    content["tables"]["seeds"]["p"] |= {"file": name.name, "sha256": digest}
    (folder / "workspace.json").write_text(checked(content))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def seeds(folder: Path) -> list[Seed]:
    with Store.open(folder) as store:
        store.verify()
        return store.records("seeds")


class TestCommit:
    def test_what_goes_in_comes_out(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xb", MOST), seed("0xa", 2**53 + 1)])
        assert seeds(tmp_path) == [seed("0xa", 2**53 + 1), seed("0xb", MOST)]

    def test_nothing_is_seen_before_the_end(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        with Store.open(tmp_path) as store, store.run("trace", {"n": 2}) as draft:
            draft.put("seeds", "p", [seed("0xb")])
            assert seeds(tmp_path) == store.records("seeds") == [seed("0xa")]
        assert seeds(tmp_path) == [seed("0xb")]

    def test_several_tables_change_together_or_not_at_all(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        before = files(tmp_path)

        def fails(store: Store) -> None:
            with store.run("trace", {"n": 2}) as draft:
                draft.put("seeds", "p", [seed("0xb")])
                draft.put("tags", "q", [])
                draft.drop("seeds", "other")
                raise ZeroDivisionError

        with Store.open(tmp_path) as store:
            with pytest.raises(ZeroDivisionError):
                fails(store)
            assert store.records("seeds") == [seed("0xa")]
        assert files(tmp_path) == before

    def test_a_part_replaces_itself_alone(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")], "one")
        put(tmp_path, [seed("0xb")], "two")
        put(tmp_path, [seed("0xc")], "one")
        assert seeds(tmp_path) == [seed("0xb"), seed("0xc")]

    def test_the_last_put_counts(self, tmp_path: Path) -> None:
        with Store.open(tmp_path, create=True) as store, store.run("trace", {}) as draft:
            draft.put("seeds", "p", [seed("0xa")])
            draft.put("seeds", "p", [seed("0xb")])
        assert seeds(tmp_path) == [seed("0xb")]

    def test_nothing_found_differs_from_never_looked(self, tmp_path: Path) -> None:
        put(tmp_path, [])
        with Store.open(tmp_path) as store:
            assert store.records("seeds") == []
            assert store.fetch("select count(*) as n from seeds", "seeds").to_pylist() == [{"n": 0}]
            assert store.parts("tags") == {}
            with pytest.raises(MissingTable, match="dyepack load-tags"):
                store.records("tags")
            with pytest.raises(MissingTable, match="dyepack load-tags"):
                store.fetch("select * from tags", "tags")

    def test_drop(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")], "one")
        put(tmp_path, [seed("0xb")], "two")
        with Store.open(tmp_path) as store:
            store.view("seeds")
            with store.run("trace", {"n": 2}) as draft:
                draft.drop("seeds", "one")
                draft.drop("tags", "never-there")
            assert store.records("seeds") == [seed("0xb")]
            with store.run("trace", {"n": 3}) as draft:
                draft.drop("seeds", "two")
            assert store.parts("seeds") == {}
            assert store.engine.fetch("select * from seeds").num_rows == 0

    def test_put_query(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xb", MOST), seed("0xa", 5)], "given")
        query = "select * replace ('found' as run) from seeds where amount > $least"
        with Store.open(tmp_path) as store:
            with store.run("trace", {"n": 2}, reads=["seeds"]) as draft:
                store.view("seeds")
                assert draft.put_query("seeds", "found", query, least=5) == 1
            assert store.parts("seeds")["found"].rows == 1
            assert store.fetch("select amount from seeds where run = 'found'", "seeds").to_pylist() == [
                {"amount": MOST}
            ]

    def test_put_query_in_whatever_order_gives_the_bytes_of_put(self, tmp_path: Path) -> None:
        rows = [seed(f"0x{n}", n) for n in (3, 1, 2)]
        with Store.open(tmp_path, create=True) as store, store.run("trace", {}) as draft:
            store.engine.load("mine", TABLES["seeds"].rows(rows))
            draft.put_query("seeds", "p", "select * from mine order by amount desc")
            by_query = draft.changes["seeds", "p"]
            draft.put("seeds", "p", rows)
            assert draft.changes["seeds", "p"] == by_query

    def test_views_follow_what_is_written(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        with Store.open(tmp_path) as store:
            store.view("seeds")
            with store.run("trace", {"n": 2}) as draft:
                draft.put("seeds", "p", [seed("0xb")])
            assert store.engine.fetch("select address from seeds").to_pylist() == [{"address": "0xb"}]

    def test_rejects_are_kept_with_their_run(self, tmp_path: Path) -> None:
        with Store.open(tmp_path, create=True) as store:
            with store.run("load-tags", {}) as draft:
                refused = Reject(draft.run, "tags", "pack.yaml", 3, "address", "expected an address, got 'x'", "x")
                draft.reject(refused)
            assert store.records("rejects") == [refused]
            assert [run.run for run in store.records("runs")] == [draft.run]


class TestRefusedRows:
    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            (
                [seed("0xa"), seed("0xb", -(10**38))],
                r"amount: expected an amount of at most 38 digits, got 39: -10{38} \(row of .*0xb",
            ),
            ([seed("0xa", "1")], r"amount: expected decimal128\(38, 0\), got '1' \(row of"),  # type: ignore[arg-type]
            ([seed("0xa"), seed("0xa", 2)], "two rows have .*address '0xa'"),
            ([Seed("r", "theft", "ethereum", None, "ETH", 1, "given")], "'address': 1 of 1 values are empty"),  # type: ignore[arg-type]
            (pa.table({"run": ["r"]}), "missing: origin, chain"),
            (TABLES["seeds"].rows([seed("0xa")]).set_column(5, "amount", pa.array([1.0])), "lost digits"),
        ],
    )
    def test_they_stop_the_run(self, tmp_path: Path, rows: Any, reason: str) -> None:
        put(tmp_path, [])
        before = files(tmp_path)
        with pytest.raises(RecordError, match=reason) as caught:
            put(tmp_path, rows, parameters={"n": 2})
        assert str(caught.value).startswith("seeds")
        assert files(tmp_path) == before

    def test_two_rows_of_a_key_from_a_query(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        with Store.open(tmp_path) as store:
            store.view("seeds")
            with pytest.raises(RecordError, match="two rows have"), store.run("trace", {"n": 2}) as draft:
                draft.put_query("seeds", "p", "select * from seeds union all select * from seeds")
            with pytest.raises(EngineError) as caught, store.run("trace", {"n": 2}) as draft:
                draft.put_query("seeds", "p", "select no_such from seeds")
            assert "no_such" in caught.value.sql

    @pytest.mark.parametrize("part", ["", "../x", ".x", "a/b", "Ä", "A", "x" * 101, "a\x00", "a\n"])
    def test_part_names_are_file_names(self, tmp_path: Path, part: str) -> None:
        with pytest.raises(StoreError, match="expected a part's name"):
            put(tmp_path, [], part)

    def test_a_table_that_nobody_knows(self, tmp_path: Path) -> None:
        put(tmp_path, [])
        message = r"no table is called 'loot'; there are: sources"
        with Store.open(tmp_path) as store, pytest.raises(StoreError, match=message):
            store.records("loot")


class TestTwice:
    def test_is_once_to_the_byte(self, tmp_path: Path) -> None:
        first = put(tmp_path, [seed("0xb"), seed("0xa")], parameters={"day": date(2023, 1, 1), "to": Path("x")})
        before = files(tmp_path)
        assert put(tmp_path, [seed("0xa"), seed("0xb")], parameters={"to": Path("x"), "day": date(2023, 1, 1)}) == first
        assert files(tmp_path) == before

    def test_with_another_result_is_written(self, tmp_path: Path) -> None:
        assert put(tmp_path, [seed("0xa")]) == put(tmp_path, [seed("0xb")])
        assert seeds(tmp_path) == [seed("0xb")]
        with Store.open(tmp_path) as store:
            assert len(store.records("runs")) == 1

    def test_a_run_is_named_by_all_that_it_rests_on(self, tmp_path: Path) -> None:
        with Store.open(tmp_path, create=True) as store:

            def name(verb: str, parameters: dict[str, Any], **inputs: Any) -> str:
                with store.run(verb, parameters, **inputs) as draft:
                    return draft.run

            plain = name("trace", {"a": 1})
            others = [
                name("trace", {"a": 2}),
                name("follow", {"a": 1}),
                name("trace", {"a": 1}, files={"f.csv": "00"}),
                name("trace", {"a": 1}, files={"f.csv": "01"}),
            ]
            assert name("trace", {"a": 1}, reads=["seeds"]) == plain, "nothing written yet, nothing read"
            with store.run("seed", {}) as draft:
                draft.put("seeds", "p", [seed("0xa")])
            others.append(name("trace", {"a": 1}, reads=["seeds"]))
            with store.run("seed", {}) as draft:
                draft.put("seeds", "p", [seed("0xb")])
            others.append(name("trace", {"a": 1}, reads=["seeds"]))
            assert len({plain, *others}) == len(others) + 1

    def test_a_run_says_what_it_read(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        with Store.open(tmp_path) as store:
            with store.run("look", {"n": 1}, reads=["seeds"], files={"f.csv": "ab"}) as draft:
                pass
            (row,) = [row for row in store.records("runs") if row.run == draft.run]
            hashed = store.parts("seeds")["p"].sha256
            assert json.loads(row.inputs) == {"files": {"f.csv": "ab"}, "tables": {"seeds/p": hashed}}
            assert (row.verb, json.loads(row.parameters)) == ("look", {"n": 1})
            assert row.started <= row.finished

    @settings(max_examples=15)
    @given(parts=st.dictionaries(st.sampled_from("abc"), tables(TABLES["tags"]), min_size=2), data=st.data())
    def test_the_order_of_puts_and_of_rows_does_not_matter(
        self, tmp_path_factory: pytest.TempPathFactory, parts: dict[str, list], data: st.DataObject
    ) -> None:
        folders = [tmp_path_factory.mktemp("ws"), tmp_path_factory.mktemp("ws")]
        for folder in folders:
            with Store.open(folder, create=True) as store, store.run("load-tags", {}) as draft:
                for part in data.draw(st.permutations(list(parts))):
                    draft.put("tags", part, data.draw(st.permutations(parts[part])))
        one, two = (content(folder) for folder in folders)
        assert one == two
        expected = [row for rows in parts.values() for row in rows]
        with Store.open(folders[0]) as store:
            assert sorted(store.records("tags"), key=repr) == sorted(expected, key=repr)


def content(folder: Path) -> dict[str, bytes]:
    """All files but the row of the run, which has the time, and the manifest, which has that row's hash."""
    return {name: data for name, data in files(folder).items() if "runs" not in name and name != "workspace.json"}


def broken(folder: Path, text: str | bytes) -> Path:
    put(folder, [seed("0xa")])
    (folder / "workspace.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "workspace.json").read_text())


class TestOpening:
    def test_no_folder_and_an_empty_one(self, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "new", tmp_path / "new" / "deeper"):
            with pytest.raises(
                StoreError, match=r"no workspace in .*; make one with: dyepack --workspace .* load-ledger"
            ):
                Store.open(folder)
        assert list(tmp_path.iterdir()) == []
        Store.open(tmp_path / "new" / "deeper", create=True).close()
        Store.open(tmp_path / "new" / "deeper").close()

    def test_never_in_a_folder_of_other_things(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.doc").write_text("mine")
        with pytest.raises(StoreError, match="holds other things"):
            Store.open(tmp_path, create=True)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]

    def test_a_lost_manifest_is_not_an_empty_workspace(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        (tmp_path / "workspace.json").unlink()
        before = files(tmp_path)
        for create in (False, True):
            with pytest.raises(StoreError, match=r"has tables but no workspace\.json"):
                Store.open(tmp_path, create=create)
        assert files(tmp_path) == before

    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(StoreError, match=r"cannot open .*: Not a directory"):
            Store.open(tmp_path / "file", create=True)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "null",
            "[]",
            "{}",
            "\x00",
            b"\xff\xfe",
            "[" * 100000,
            '{"format": 1}',
            '{"format": 2, "tables": {}}',
            checked({"format": 2}),
            checked({"format": "2", "tables": {}, "commits": 0}),
            checked({"format": True, "tables": [], "commits": 0}),
            checked({"format": 2, "tables": {"../x": {}}, "commits": 0}),
            checked({"format": 2, "tables": {}, "commits": -1}),
            checked(
                {"format": 2, "tables": {"seeds": {"p": {"file": "p", "rows": 1, "sha256": ""}}}, "commits": 0},
            ),
        ],
    )
    def test_a_damaged_manifest(self, tmp_path: Path, text: str | bytes) -> None:
        with pytest.raises(StoreError, match=r"workspace\.json") as caught:
            Store.open(broken(tmp_path, text))
        assert "\n" not in str(caught.value)

    def test_a_manifest_cannot_lead_out_of_the_folder(self, tmp_path: Path) -> None:
        put(tmp_path / "ws", [seed("0xa")])
        text = json.dumps(manifest(tmp_path / "ws")).replace('"p-', '"../../p-')
        with pytest.raises(StoreError, match="to agree"):
            Store.open(broken(tmp_path / "ws", checked(json.loads(text))))

    def test_written_by_a_later_version(self, tmp_path: Path) -> None:
        put(tmp_path, [])
        later = {**manifest(tmp_path), "format": 3, "dyepack": "9.1", "tables": "in another form"}
        with pytest.raises(SchemaMismatch, match=r"written by dyepack 9\.1 in format 3; .* use that version"):
            Store.open(broken(tmp_path, checked(later)))

    def test_written_by_the_first_version(self, tmp_path: Path) -> None:
        with pytest.raises(SchemaMismatch, match=r"written by dyepack 0\.1\.0 in format 1; .* load again"):
            Store.open(broken(tmp_path, '{"format": 1, "dyepack": "0.1.0", "tables": {}}'))

    def test_every_flipped_bit_of_a_manifest_is_damage(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        path = tmp_path / "workspace.json"
        whole = path.read_bytes()
        for place, bit in ((place, bit) for place in range(0, len(whole), 5) for bit in (0, 2, 5)):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << bit
            attempted("flipped bits of a manifest")
            path.write_bytes(damaged)
            with suppress(StoreError), Store.open(tmp_path):
                assert json.loads(damaged) == json.loads(whole), f"byte {place}, bit {bit} changed something in silence"
                continue
            with pytest.raises(StoreError, match=r"is damaged \(.*\); put back a copy"):
                Store.open(tmp_path)

    def test_a_table_of_a_later_version_is_kept(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        (tmp_path / "tables" / "seeds").rename(tmp_path / "tables" / "novelties")
        later = json.loads(json.dumps(manifest(tmp_path)).replace('"seeds"', '"novelties"'))
        (tmp_path / "workspace.json").write_text(checked(later))
        put(tmp_path, [seed("0xb")])
        assert "novelties" in manifest(tmp_path)["tables"]
        assert seeds(tmp_path) == [seed("0xb")]

    def test_columns_of_another_version(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        (path,) = tmp_path.glob("tables/seeds/*")
        pq.write_table(pq.read_table(path).drop_columns("basis"), path)
        as_written(tmp_path, path)
        with Store.open(tmp_path) as store:
            for read in (store.records, store.view):
                with pytest.raises(SchemaMismatch, match="make the table again with: dyepack trace"):
                    read("seeds")

    def test_a_lost_file(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        (path,) = tmp_path.glob("tables/seeds/*")
        path.unlink()
        with pytest.raises(StoreError, match=f"{path.name} is missing; put back a copy"):
            Store.open(tmp_path)

    def test_a_changed_file(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        (path,) = tmp_path.glob("tables/seeds/*")
        path.write_bytes(path.read_bytes()[:-1])
        with Store.open(tmp_path) as store:
            for read in (lambda: store.records("seeds"), lambda: store.view("seeds"), store.verify):
                with pytest.raises(StoreError, match="is damaged: it was changed after it was written"):
                    read()

    def test_what_a_run_reads_is_hashed_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path, [seed("0xa")])
        (path,) = tmp_path.glob("tables/seeds/*")
        seen, real = list[Path](), disk.sha256

        def hashed(one: Path) -> str:
            seen.append(one)
            return real(one)

        monkeypatch.setattr(disk, "sha256", hashed)
        with Store.open(tmp_path) as store:
            with store.run("look", {}, reads=["seeds"]):
                store.view("seeds")
                assert seen == [path]
            with store.run("look", {"again": True}, reads=["seeds"]):
                assert seen.count(path) == 2, "each run hashes anew"
        with Store.open(tmp_path) as store:
            with store.run("look", {"more": True}):
                store.view("seeds")
            assert seen.count(path) == 3, "what a run did not say that it reads is hashed when it is shown"

    @pytest.mark.parametrize("place", [0.0, 0.02, 0.2, 0.4, 0.6, 0.8, 0.98, 0.9999])
    def test_a_flipped_bit(self, tmp_path: Path, place: float) -> None:
        put(tmp_path, [seed(f"0x{n}", n * n) for n in range(200)])
        (path,) = tmp_path.glob("tables/seeds/*")
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[int(place * len(whole))] ^= 1
        path.write_bytes(damaged)
        before = files(tmp_path)
        message = f"{path.name} is damaged: it was changed after it was written; make it again with: dyepack trace"
        with Store.open(tmp_path) as store:
            with pytest.raises(StoreError, match=message):
                store.verify()
            for read in (store.view, store.records):
                with pytest.raises(StoreError, match=message):
                    read("seeds")
            with pytest.raises(StoreError, match=message), store.run("look", {}, reads=["seeds"]):
                pytest.fail("the verb began")
        assert files(tmp_path) == before
        put(tmp_path, [seed(f"0x{n}", n * n) for n in range(200)])
        assert path.read_bytes() == whole

    def test_an_edited_claim_of_the_ledger_is_seen_by_every_question(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Well-formed Parquet with another amount in it answers nothing, and says why."""
        assert run(["-w", str(tmp_path / "w"), "load-ledger"]) == 0
        (path,) = (tmp_path / "w" / "tables" / "amount_claims").iterdir()
        rows = pq.ParquetFile(path).read()
        doubled = pa.array([value * 2 for value in rows.column("usd").to_pylist()], rows.schema.field("usd").type)
        pq.write_table(rows.set_column(rows.column_names.index("usd"), rows.schema.field("usd"), doubled), path)
        for question in (
            ["totals", "--actor", "dprk"],
            ["incident", "2023-09-12-coinex"],
            ["compare", "--as-of", "2023-09-14"],
        ):
            capsys.readouterr()
            assert run(["-w", str(tmp_path / "w"), *question]) == 1
            out, err = capsys.readouterr()
            assert out == ""
            assert err.count("\n") == 1
            assert "is damaged: it was changed after it was written; make it again with: dyepack load-ledger" in err

    @pytest.mark.parametrize("through", ["name", "folder", "file"])
    def test_nothing_is_exported_into_a_workspace(
        self, tmp_path: Path, through: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home = tmp_path / "w"
        assert run(["-w", str(home), "load-ledger"]) == 0
        (tmp_path / "folder").symlink_to(home / "tables")
        (tmp_path / "file.csv").symlink_to(next((home / "tables" / "amount_claims").iterdir()))
        before = files(home)
        out = {"name": home / "x.csv", "folder": tmp_path / "folder" / "x.csv", "file": tmp_path / "file.csv"}[through]
        for command in (["export", "totals"], ["chart", "totals"]):
            place = out if command[0] == "export" else out.with_suffix(".csv" if through == "file" else ".svg")
            capsys.readouterr()
            if command[0] == "chart" and through == "file":
                continue
            assert run(["-w", str(home), *command, "--out", str(place)]) == 1
            assert "lies inside the workspace" in capsys.readouterr().err
        assert files(home) == before

    def test_a_changed_page_is_seen_by_who_reads_records(self, tmp_path: Path) -> None:
        """Stored plain and uncompressed, a changed word would be read as if it had been written."""
        put(tmp_path, [seed("0xa")])
        (path,) = tmp_path.glob("tables/seeds/*")
        rows = pq.ParquetFile(path).read()
        kinds = {"compression": "none", "use_dictionary": False, "write_statistics": False}
        pq.write_table(rows, path, write_page_checksum=True, **kinds)
        data = path.read_bytes()
        assert data.count(b"given") == 1
        path.write_bytes(data.replace(b"given", b"taken"))
        with Store.open(tmp_path) as store, pytest.raises(StoreError, match="is damaged: it was changed"):
            store.records("seeds")

    def test_what_verify_counts(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa"), seed("0xb")])
        size = sum(path.stat().st_size for path in tmp_path.glob("tables/*/*"))
        with Store.open(tmp_path) as store:
            assert store.verify() == Verified(tables=3, parts=3, rows=3, bytes=size)

    def test_a_number_of_rows_that_is_not_so(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        told = manifest(tmp_path)
        told["tables"]["seeds"]["p"]["rows"] = 2
        (tmp_path / "workspace.json").write_text(checked(told))
        message = "says 2 rows of .*, which has 1; make it again with: dyepack trace"
        with Store.open(tmp_path) as store, pytest.raises(StoreError, match=message):
            store.verify()

    def test_the_record_of_runs_is_not_made_again(self, tmp_path: Path) -> None:
        put(tmp_path, [])
        (path,) = tmp_path.glob("tables/runs/*")
        path.write_bytes(b"")
        with Store.open(tmp_path) as store, pytest.raises(StoreError, match=r"was changed .*; put back a copy"):
            store.verify()

    def test_nobodys_home(self) -> None:
        with pytest.raises(StoreError, match="cannot open ~no-such-user/x"):
            Store.open("~no-such-user/x")

    def test_the_command_it_names_can_be_typed(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError) as caught:
            Store.open(tmp_path / "my case's")
        command = str(caught.value).partition("make one with: ")[2]
        assert shlex.split(command) == ["dyepack", "--workspace", str(tmp_path / "my case's"), "load-ledger"]

    def test_twenty_digits_of_junk_on_the_side_are_not_touched_by_reading(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        assert seeds(tmp_path) == [seed("0xa")]
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def in_another_process(code: str, *arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    head = "import sys\nfrom dyepack.store import Store\nfrom tests.test_store import *\n"
    command = [sys.executable, "-c", head + code, *map(str, arguments)]
    root = Path(__file__).parent.parent
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False, timeout=60, **more)


class TestOthers:
    def test_two_writers(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        with Store.open(tmp_path) as store, store.run("trace", {"n": 2}):
            with pytest.raises(WorkspaceBusy, match="another process is writing to"):
                put(tmp_path, [seed("0xb")])
            done = in_another_process("put(Path(sys.argv[1]), [])", tmp_path)
            assert "dyepack.errors.WorkspaceBusy: another process is writing to" in done.stderr
        assert seeds(tmp_path) == [seed("0xa")]
        put(tmp_path, [seed("0xb")])

    def test_neither_of_two_open_writers_loses_the_others_parts(self, tmp_path: Path) -> None:
        with Store.open(tmp_path, create=True) as one, Store.open(tmp_path) as two:
            for n, store in enumerate([one, two, one, two]):
                with store.run("trace", {"n": n}) as draft:
                    draft.put("seeds", f"part-{n}", [seed(f"0x{n}")])
        assert seeds(tmp_path) == [seed(f"0x{n}") for n in range(4)]

    def test_an_open_reader_keeps_its_files(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        with Store.open(tmp_path) as reader:
            reader.view("seeds")
            for n in range(3):
                put(tmp_path, [seed("0xb", n)])
            assert reader.engine.fetch("select address from seeds").to_pylist() == [{"address": "0xa"}]
            assert reader.records("seeds") == [seed("0xa")]
            reader.verify()
        assert len(list(tmp_path.glob("tables/seeds/*"))) > 1
        put(tmp_path, [seed("0xc")])
        assert len(list(tmp_path.glob("tables/seeds/*"))) == 1

    def test_what_a_killed_writer_left_is_cleared_away(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        left = [tmp_path / ".new-workspace.json", tmp_path / "tables" / "seeds" / ".new-p"]
        left.append(tmp_path / "tables" / "seeds" / "p-000000000000.parquet")
        for path in left:
            path.write_text("half")
        assert seeds(tmp_path) == [seed("0xa")]
        put(tmp_path, [seed("0xa")])
        assert [path.exists() for path in left] == [False] * 3

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody who may not write")
    def test_a_folder_that_one_may_only_read(self, tmp_path: Path) -> None:
        folder = Path("/tmp") / f"dyepack-test-{os.getpid()}"
        put(folder, [seed("0xa")])
        try:
            code = """
import os
os.setgroups([]); os.setgid(65534); os.setuid(65534)
folder = Path(sys.argv[1])
assert seeds(folder) == [seed("0xa")]
put(folder, [seed("0xb")], parameters={"n": 2})
"""
            done = in_another_process(code, folder)
            assert "dyepack.errors.StoreError: cannot write to" in done.stderr, done.stderr
            assert seeds(folder) == [seed("0xa")]
        finally:
            in_another_process("import shutil; shutil.rmtree(sys.argv[1])", folder)

    def test_a_full_disk(self, tmp_path: Path) -> None:
        put(tmp_path, [seed("0xa")])
        before = files(tmp_path)
        code = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
rows = [seed(f"0x{n * n:x}", n) for n in range(1_000)]
try:
    put(Path(sys.argv[1]), rows, parameters={"n": 2})
except StoreError as error:
    print(error)
"""
        done = in_another_process(code, tmp_path)
        assert "File too large" in done.stdout, done.stderr
        assert done.stdout.count("\n") <= 1
        assert "cannot write to" in done.stdout
        assert files(tmp_path) == before


KEYS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.none() | st.integers(0, 3)), max_size=9)


@given(KEYS, st.integers(1, 4))
def test_rows_in_order_are_told_from_others_and_both_come_in_order(keys: list[tuple[Any, ...]], size: int) -> None:
    """The twin sorts tuples, with what is empty last."""
    names = ("chain", "block", "tx_index")
    kind = SimpleNamespace(key=names)
    columns = [[key[n] for key in keys] for n in range(3)]
    parts = [
        pa.chunked_array([pa.array(one[at : at + size], kind) for at in range(0, len(one), size)] or [[]], kind)
        for one, kind in zip(columns, (pa.string(), pa.int64(), pa.int64()), strict=True)
    ]
    rows = pa.table(dict(zip(names, parts, strict=True)))
    found = in_order(rows, kind)  # type: ignore[arg-type]
    wanted = sorted(keys, key=lambda key: tuple((one is None, one) for one in key))
    assert [tuple(row.values()) for row in found.to_pylist()] == wanted
    if None not in columns[2] and keys == wanted:
        assert found is rows
