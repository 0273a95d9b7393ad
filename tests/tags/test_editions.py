"""Editions of a list: when an address was listed, and when no longer, whatever the order in which they are loaded."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.model import Edition, Listing
from dyepack.store import Store
from dyepack.tags import Choice, editions, load_tags
from dyepack.tags.editions import Read
from dyepack.tags.lookup import ENDED, IN_FORCE, NOT_YET, UNSURE, asked, status, tags_of
from tests.conftest import shared

A, B, C = (f"0x{letter * 40}" for letter in "abc")
TORNADO = "0x12d66f87a04a9e220743712ce6d9bb1b5616b8fc"
LATER = "0x179f48c78f57a3a78f0608cc9197b8972921d1d2"  # listed with the second action, of 2022-11-08


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def day(text):
    return date.fromisoformat(text)


def edition(store, tmp_path, text, addresses, code="ETH", **choice):
    path = tmp_path / f"sanctioned_addresses_{code}.txt"
    path.write_text("".join(f"{line}\n" for line in addresses))
    (loaded,) = load_tags(store, [path], choice=Choice(edition=day(text), **choice))
    return loaded


def spans(store):
    return {
        (tag.address, str(tag.valid_from), str(tag.valid_to), str(tag.absent_to), str(tag.seen_from), str(tag.seen_to))
        for tag in store.records("tags")
    }


def test_an_address_that_a_later_edition_lacks_ends_and_is_not_deleted(store, tmp_path):
    edition(store, tmp_path, "2023-01-01", [A, B])
    edition(store, tmp_path, "2023-02-01", [B, C])
    assert spans(store) == {
        (A, "None", "2023-02-01", "None", "2023-01-01", "2023-01-01"),
        (B, "None", "None", "None", "2023-01-01", "2023-02-01"),
        (C, "2023-02-01", "None", "2023-01-01", "2023-02-01", "2023-02-01"),
    }


def test_an_address_that_comes_back_has_two_tags(store, tmp_path):
    for month, addresses in (("01", [A]), ("02", [B]), ("03", [A, B])):
        edition(store, tmp_path, f"2023-{month}-01", addresses)
    (tag, again) = sorted(
        (tag for tag in store.records("tags") if tag.address == A), key=lambda tag: str(tag.seen_from)
    )
    assert (tag.valid_to, again.valid_from, again.valid_to) == (day("2023-02-01"), day("2023-03-01"), None)


def test_the_same_result_in_any_order_and_twice(tmp_path):
    parts = [("2023-01-01", [A, B]), ("2023-02-01", [B]), ("2023-03-01", [A, B, C])]
    found = []
    for number, order in enumerate([*permutations(parts), [*parts, *parts]]):
        with Store.open(tmp_path / str(number), create=True) as store:
            for text, addresses in order:
                edition(store, tmp_path, text, addresses, accept=True)
            found.append([store.records(table) for table in ("tags", "listings", "editions")])
    assert all(one == found[0] for one in found)


def test_an_edition_of_one_code_says_nothing_of_another(store, tmp_path):
    edition(store, tmp_path, "2023-01-01", [A], code="ETH")
    edition(store, tmp_path, "2023-02-01", [B], code="USDT")
    assert {tag.valid_to for tag in store.records("tags")} == {None}


def test_a_name_that_an_authority_rewords_is_no_delisting(store, tmp_path):
    edition(store, tmp_path, "2023-01-01", [f"{A};Jane Roe"])
    edition(store, tmp_path, "2023-02-01", [f'{A};"Roe Jane; J. R."'])
    edition(store, tmp_path, "2023-03-01", [A])
    (tag,) = store.records("tags")
    assert (tag.name, tag.valid_to) == ("Roe Jane", None)


def test_a_tag_keeps_its_id_when_the_next_edition_still_has_it(store, tmp_path):
    edition(store, tmp_path, "2023-01-01", [A])
    before = [tag.tag for tag in store.records("tags")]
    edition(store, tmp_path, "2023-02-01", [A])
    assert [tag.tag for tag in store.records("tags")] == before


def test_a_list_that_shrank_by_half_is_refused_unless_accepted(store, tmp_path):
    edition(store, tmp_path, "2023-01-01", [A, B])
    before = store.records("tags")
    with pytest.raises(InputError, match=r"1 statements.*had 2 in its edition of 2023-01-01.*--accept"):
        edition(store, tmp_path, "2023-02-01", [A])
    assert store.records("tags") == before
    assert edition(store, tmp_path, "2023-02-01", [A], accept=True).statements == 1


def test_a_pack_that_shrank_by_half_is_refused_unless_accepted(store, tmp_path):
    path = tmp_path / "list.csv"
    for number, accept in ((4, False), (3, False), (1, True)):
        path.write_text("address,name,chain\n" + "".join(f"0x{n:040x},x,ETH\n" for n in range(number)))
        load_tags(store, [path], choice=Choice(accept=accept))
    path.write_text("address,name,chain\n")
    with pytest.raises(InputError, match=r"0 statements of the list 'list.csv', which had 1 before"):
        load_tags(store, [path])
    assert len(store.records("tags")) == 1


def test_a_list_with_editions_wants_the_day_of_every_file(store, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"address,name,chain\n{A},x,ETH\n")
    load_tags(store, [path], choice=Choice(edition=day("2023-01-01")))
    with pytest.raises(InputError, match="has editions; say of which day"):
        load_tags(store, [path])


def test_two_files_of_one_list_do_not_silently_take_each_other_s_place(store, tmp_path):
    for name, address in (("a.csv", A), ("b.csv", B)):
        (tmp_path / name).write_text(f"address,name,chain\n{address},x,ETH\n")
    _, second = load_tags(store, [tmp_path / "a.csv", tmp_path / "b.csv"], choice=Choice(list_name="mine"))
    assert "b.csv would take the place of another file" in (second.error or "")
    assert [tag.address for tag in store.records("tags")] == [A]


def test_a_csv_with_a_day_is_an_edition_too_and_its_own_dates_hold(store, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"address,name,chain,valid_from,valid_to\n{A},x,ETH,2020-01-01,2024-01-01\n{B},x,ETH,,\n")
    load_tags(store, [path], choice=Choice(edition=day("2023-01-01")))
    path.write_text(f"address,name,chain,valid_from,valid_to\n{A},x,ETH,2020-01-01,2024-01-01\n{B},y,ETH,,\n")
    load_tags(store, [path], choice=Choice(edition=day("2023-02-01")))
    found = {(tag.address, tag.name, str(tag.valid_from), str(tag.valid_to)) for tag in store.records("tags")}
    assert found == {
        (A, "x", "2020-01-01", "2024-01-01"),
        (B, "x", "None", "2023-02-01"),
        (B, "y", "2023-02-01", "None"),
    }


def test_first_and_last_seen_are_read_as_the_editions_that_they_tell_of(store, tmp_path):
    path = tmp_path / "seen.csv"
    rows = [f"ETH,{A},2023-01-01,2023-03-01", f"ETH,{B},2023-02-01,2023-02-01", f"XBT,{A},2023-01-01,2023-02-01", "x"]
    path.write_text("\n".join(["asset,address,first_seen,last_seen", *rows]) + "\n")
    for choice in (Choice(), Choice("somebody's")):
        with pytest.raises(InputError, match=r"does not say which list it is of.*ofac, eu, uk, un"):
            load_tags(store, [path], choice=choice)
    (loaded,) = load_tags(store, [path], choice=Choice(list_name="ofac"))
    assert loaded.rejected == 2
    assert spans(store) == {
        (A, "None", "None", "None", "2023-01-01", "2023-03-01"),
        (B, "2023-02-01", "2023-03-01", "2023-01-01", "2023-02-01", "2023-02-01"),
    }


# ── a slow, plain twin


DAYS = [date(2023, 1, 1) + timedelta(days=30 * n) for n in range(5)]
CODES = ("ETH", "XBT")
drawn_editions = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(["", *CODES])),
    st.tuples(st.booleans(), st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from(CODES)))),
    max_size=7,
)


def twin(drawn):
    """Walk the days of each address's code one by one."""
    found = set()
    for address, code in {one for _, having in drawn.values() for one in having}:
        told: dict[date, bool] = {}
        for (when, scope), (complete, having) in sorted(drawn.items()):
            if scope in ("", code) and (complete or (address, code) in having):
                told[when] = told.get(when, False) or (address, code) in having
        days = sorted(told)
        for number, when in enumerate(days):
            begins = told[when] and (number == 0 or not told[days[number - 1]])
            if begins:
                end = next((n for n in range(number, len(days)) if not told[days[n]]), len(days))
                before = days[number - 1] if number else None
                found.add((address, code, when, days[end - 1], before, days[end] if end < len(days) else None))
    return found


def listing(when, scope, address, code):
    words = ("ethereum", address, None, code, "sanction", "unknown", None, None, None, None, None, None)
    return Listing("l", when, scope, address + code, "n", *words, "p")


@settings(max_examples=40)
@given(drawn=drawn_editions)
def test_the_spans_are_those_of_the_twin(tmp_path_factory, drawn):
    drawn = {
        (when, scope): (complete, {one for one in having if scope in ("", one[1])})
        for (when, scope), (complete, having) in drawn.items()
    }
    heads = [
        Edition("l", when, scope, "p", "f", "form", complete, len(having))
        for (when, scope), (complete, having) in drawn.items()
    ]
    rows = [
        listing(when, scope, address, code)
        for (when, scope), (_, having) in drawn.items()
        for address, code in sorted(having)
    ]
    with Store.open(tmp_path_factory.mktemp("twin") / "w", create=True) as store:
        editions.show(store, [Read("l", "p", heads, rows)])
        found = {
            (tag.address, tag.code, tag.seen_from, tag.seen_to, tag.absent_to, tag.valid_to)
            for tag in editions.derived(store, "l")
        }
    assert found == twin(drawn)


# ── as of a day


def test_as_of_a_day_between_editions_nothing_is_claimed(store, tmp_path):
    for text, addresses in (("2023-01-01", [B, C]), ("2023-02-01", [A, B, C]), ("2023-03-01", [A, B, C])):
        edition(store, tmp_path, text, addresses)
    edition(store, tmp_path, "2023-04-01", [B, C])
    (tag,) = (tag for tag in store.records("tags") if tag.address == A)
    days = {
        "2022-12-01": NOT_YET,
        "2023-01-01": NOT_YET,
        "2023-01-15": UNSURE,
        "2023-02-01": IN_FORCE,
        "2023-03-01": IN_FORCE,
        "2023-03-15": UNSURE,
        "2023-04-01": ENDED,
        "2024-01-01": ENDED,
    }
    assert {text: status(tag, day(text)) for text in days} == days
    assert status(tag, None) == ENDED
    (first,) = (tag for tag in store.records("tags") if tag.address == B)
    assert [status(first, day(text)) for text in ("2022-01-01", "2023-01-01", "2030-01-01")] == [
        UNSURE,
        IN_FORCE,
        IN_FORCE,
    ]


def test_a_stated_period_is_exact(store, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"address,name,chain,valid_from,valid_to\n{A},x,ETH,2020-01-01,2024-01-01\n")
    load_tags(store, [path])
    (tag,) = store.records("tags")
    found = [status(tag, day(text)) for text in ("2019-12-31", "2020-01-01", "2023-12-31", "2024-01-01")]
    assert found == [NOT_YET, IN_FORCE, IN_FORCE, ENDED]


def test_tornado_cash_was_listed_and_delisted_on_days_that_are_known(store):
    folder = shared("data", "tags")
    load_tags(store, [folder / "ofac-history/first_last_seen.csv"], choice=Choice("ofac"))
    for name in ("ofac-2024-09-27", "ofac-2025-11-27"):
        path = folder / name / "sanctioned_addresses_ETH.txt"
        load_tags(store, [path], choice=Choice(edition=day(name.removeprefix("ofac-")), accept=True))
    days = ["2022-08-07", "2022-08-08", "2022-11-07", "2022-11-08", "2025-03-20", "2025-03-21", "2025-06-01"]
    found = {
        address: [one.status for text in days for one in tags_of(store, [asked(address)], day(text))[0].tags]
        for address in (TORNADO, LATER)
    }
    assert found[TORNADO] == [NOT_YET, *[IN_FORCE] * 4, ENDED, ENDED]
    assert found[LATER] == [*[NOT_YET] * 3, IN_FORCE, IN_FORCE, ENDED, ENDED]
    ((one,),) = (found.tags for found in tags_of(store, [asked(TORNADO)]))
    assert "https://home.treasury.gov/news/press-releases/sb0057" in str(one.tag.source)
    assert sum(str(tag.valid_to) == "2025-03-21" for tag in store.records("tags")) == 90
