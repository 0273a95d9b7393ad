"""Texts to numbers, against a dictionary."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.cluster import places
from dyepack.cluster.columns import UNKNOWN
from dyepack.cluster.places import Places
from dyepack.cluster.texts import NONE, Flat, Texts
from dyepack.errors import InputError

WORDS = st.text(st.sampled_from("ab1é\x00"), max_size=20)
LISTS = st.lists(WORDS, max_size=30)


def flat(texts: list[str]) -> Flat:
    return Flat.of(pa.array(texts, pa.string()))


def add(known: Texts, texts: list[str]) -> tuple[list[int], list[bool]]:
    numbers, fresh = known.add(flat(texts), np.arange(len(texts)))
    return numbers.tolist(), fresh.tolist()


@given(st.lists(LISTS, max_size=4), LISTS)
def test_as_a_dictionary(batches: list[list[str]], wanted: list[str]) -> None:
    known, plain = Texts(), dict[str, int]()
    for batch in batches:
        want = [(plain.get(t, len(plain)), t not in plain and not plain.update({t: len(plain)})) for t in batch if t]
        got = [pair for text, *pair in zip(batch, *add(known, batch), strict=True) if text]
        assert [tuple(pair) for pair in got] == want
    assert known.array().to_pylist() == [*plain]
    assert known.find(flat(wanted)).tolist() == [plain.get(text, NONE) for text in wanted]


def test_the_empty_text_has_no_number() -> None:
    assert add(Texts(), ["", "a", ""]) == ([NONE, 0, NONE], [False, True, False])


def test_many_more_than_there_was_room_for() -> None:
    known, texts = Texts(), [f"address-{n:040}" for n in range(20_000)]
    assert add(known, texts)[0] == [*range(20_000)]
    assert known.find(flat(texts[::-1])).tolist() == [*range(20_000)][::-1]
    assert known.array(19_998).to_pylist() == texts[-2:]


@given(LISTS)
def test_in_the_order_that_is_given(texts: list[str]) -> None:
    order = np.array(sorted(range(len(texts)), key=lambda n: (texts[n][::-1], n)), np.int64)
    known = Texts()
    numbers, _ = known.add(flat(texts), order)
    again = Texts()
    assert numbers[order].tolist() == add(again, [texts[n] for n in order])[0]


def test_a_script_type_is_what_outputs_showed_by_then() -> None:
    known = Places("bitcoin")
    address = pa.chunked_array([["A", "A", "A", "B"]], pa.string())
    shown = np.array([UNKNOWN, 4, UNKNOWN, UNKNOWN], np.int8)
    known.add(address, np.array([10, 20, 30, 40]), shown)
    assert shown.tolist() == [UNKNOWN, 4, 4, UNKNOWN]
    assert known.script.tolist() == [4, UNKNOWN]


def test_a_clusters_name_is_its_place() -> None:
    known = Places("bitcoin")
    where = np.array([((7 * places._IN_BLOCK + 3) * 2 + 1) * places._COINS + 5])
    known.add(pa.chunked_array([["A"]], pa.string()), where, np.array([4], np.int8))
    assert known.names(np.array([0])).to_pylist() == ["bitcoin:7:3:o5"]
    with pytest.raises(InputError, match="expected block below"):
        places.checked(np.array([1, -1]))
