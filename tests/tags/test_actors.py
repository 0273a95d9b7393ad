"""Actors: who says that two are the same, what was decided, and the one id that each goes by."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import DyepackError, InputError
from dyepack.model import ActorDecision, ActorStatement
from dyepack.store import Store
from dyepack.tags import load_tags
from dyepack.tags.actors import Decision, decide, register, withdraw
from dyepack.tags.canonical import canonical
from dyepack.tags.lookup import asked, tags_of
from tests.conftest import shared

WHEN = datetime(2024, 5, 1, tzinfo=UTC)
ETH = "0x28c6c06298d514db089934071355e5743bf21d60"
HEAD = "title: A pack\ncreator: Somebody\nlastmod: 2023-01-01\nactors:\n"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def load(store, tmp_path, text, name="actors.yaml"):
    path = tmp_path / name
    path.write_text(text)
    (loaded,) = load_tags(store, [path])
    return loaded


def says(actor, relation, other, published="2020-01-01", by="X"):
    claim = f"{actor}-{relation}-{other}-{by}"
    known = date.fromisoformat(published)
    return ActorStatement(claim, actor, relation, other, by, None, published, known, "p")


def decides(actor, judgement, other, *, withdrawn=None):
    number = f"{actor}{judgement}{other}"
    return ActorDecision(number, actor, other, judgement, "me", WHEN, None, withdrawn and "me", withdrawn)


def roots(statements, decisions=()):
    return canonical("abcd", statements, decisions).of


# ── which id


def test_two_that_a_source_says_are_the_same_go_by_the_first_named():
    assert roots([says("b", "same", "a")]) == {"a": "b", "b": "b", "c": "c", "d": "d"}


def test_what_one_source_disputes_is_not_followed_and_told():
    found = canonical("ab", [says("a", "same", "b"), says("b", "different", "a", "2018-01-01", "Y")], ())
    assert found.of == {"a": "a", "b": "b"}
    assert [one.reason for one in found.held] == ["a and b are kept apart: Y says different (2018-01-01)"]


def test_a_part_is_not_the_whole():
    found = canonical("ab", [says("a", "same", "b"), says("b", "part-of", "a", by="Y")], ())
    assert found.of == {"a": "a", "b": "b"}


def test_a_third_does_not_join_two_that_are_kept_apart():
    said = [
        says("a", "same", "c", "2019-01-01"),
        says("b", "same", "c", "2020-01-01"),
        says("a", "different", "b", by="Y"),
    ]
    found = canonical("abc", said, ())
    assert (found.of["c"], found.of["b"]) == ("a", "b")
    assert [one.statement.actor for one in found.held] == ["b"]


def test_a_decision_goes_before_every_source_and_can_be_withdrawn():
    said = [says("a", "same", "b"), says("a", "different", "c", by="Y")]
    decisions = [decides("a", "different", "b"), decides("c", "same", "a")]
    assert roots(said, decisions) == {"a": "c", "b": "b", "c": "c", "d": "d"}
    assert roots(said, [decides("a", "different", "b", withdrawn=WHEN)])["b"] == "a"


def test_decisions_that_contradict_each_other_are_told():
    with pytest.raises(InputError, match="keeps 'a' and 'c' apart, but other decisions join them"):
        roots([], [decides("a", "same", "b"), decides("b", "same", "c"), decides("a", "different", "c")])


def test_parts_in_a_circle_are_told():
    said = [says("a", "part-of", "b"), says("b", "part-of", "c"), says("c", "part-of", "a")]
    with pytest.raises(InputError, match="parts of each other in a circle: a → b → c → a"):
        roots(said)


names = st.sampled_from("abcdef")
relations = st.sampled_from(["same", "same", "different"])
statements = st.lists(st.tuples(names, relations, names, st.integers(1, 9)).filter(lambda one: one[0] != one[2]))


@given(drawn=statements, shuffled=st.randoms())
def test_the_order_of_loading_does_not_matter_and_nothing_kept_apart_is_joined(drawn, shuffled):
    said = [says(a, relation, b, f"2020-01-0{day}", by=str(n)) for n, (a, relation, b, day) in enumerate(drawn)]
    found = canonical("abcdef", said, ())
    again = list(said)
    shuffled.shuffle(again)
    assert canonical("abcdef", again, ()).of == found.of
    for one in said:
        together = found.of[one.actor] == found.of[one.other]
        if one.relation == "different":
            assert not together
        elif not together:
            assert one in [held.statement for held in found.held]


# ── packs


def test_a_pack_is_read_with_aliases_and_relations(store, tmp_path):
    text = HEAD + (
        "- {id: a, label: A, uri: a.example, categories: [exchange], jurisdictions: [AT], aliases: [AA]}\n"
        "- id: b\n  label: B\n  context: {sub_service_of: a, refs: [x]}\n"
        "statements:\n- {actor: a, same: z, by: Police, published: 2021-05, source: https://example.com}\n"
    )
    loaded = load(store, tmp_path, text)
    assert (loaded.form, loaded.actors, loaded.rejected, loaded.unread) == ("ActorPack", 2, 0, ())
    said = {
        (one.actor, one.relation, one.other, one.by, str(one.known_by)) for one in store.records("actor_statements")
    }
    assert said == {
        ("a", "name", "AA", "Somebody", "None"),
        ("b", "part-of", "a", "Somebody", "None"),
        ("a", "same", "z", "Police", "2021-05-31"),
    }
    assert {(one.actor, one.canonical) for one in store.records("canonical_actors")} == {
        ("a", "a"),
        ("b", "b"),
        ("z", "a"),
    }
    (view,) = register(store).named("aa")
    assert (view.name, view.same) == ("A", ("z",))


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (
            "- {id: a, label: A}\n- {id: a, label: B}\n",
            r"actors.yaml:6: id: two actors have the id 'a', here and on line 5",
        ),
        (
            "- {id: a, label: A, aliases: [b]}\n- {id: b, label: B, aliases: [a]}\n",
            "the aliases are circular: a → b → a",
        ),
        ("- {id: a, label: A, aliases: [a]}\n", "the aliases are circular: a → a"),
        ("  []\n", "expected a list of actors"),
        (
            "- {id: a, label: A}\nstatements:\n- {actor: a, part_of: b, by: X}\n- {actor: b, part_of: a, by: X}\n",
            "in a circle",
        ),
    ],
)
def test_a_bad_pack_is_one_clear_line_and_nothing_of_it_is_loaded(store, tmp_path, entries, reason):
    with pytest.raises(DyepackError, match=reason) as caught:
        load(store, tmp_path, HEAD + entries)
    assert "\n" not in str(caught.value)
    assert not store.parts("actors")


@pytest.mark.parametrize(
    ("entries", "field", "reason"),
    [
        ("- {label: A}\n", "id", "expected text"),
        ("- {id: b}\n", "label", "expected text"),
        ("- {id: b, label: [B]}\n", "label", "expected text, got a list"),
        ("- {id: b, label: B, categories: [[x]]}\n", "categories", "expected a list of texts"),
        (
            "statements:\n- {actor: z, by: X}\n",
            "statements",
            "expected one of name, same, part_of, different, got none",
        ),
        ("statements:\n- {actor: z, same: z, by: X}\n", "same", "cannot be said to be same itself"),
        ("statements:\n- {actor: z, same: y, by: X, published: lately}\n", "published", "expected a date"),
    ],
)
def test_a_bad_entry_is_refused_and_the_rest_loads(store, tmp_path, entries, field, reason):
    loaded = load(store, tmp_path, HEAD + "- {id: z, label: Z}\n" + entries)
    assert (loaded.actors, loaded.rejected) == (1, 1)
    (reject,) = store.records("rejects")
    assert reject.field == field
    assert reason in reject.reason


def test_an_id_under_which_two_packs_name_two_is_refused(store, tmp_path):
    load(store, tmp_path, HEAD + "- {id: a, label: Alpha}\n- {id: b, label: Beta}\n")
    other = HEAD.replace("A pack", "Other") + "- {id: a, label: Aleph}\n- {id: b, label: BETA}\n"
    loaded = load(store, tmp_path, other, "other.yaml")
    assert (loaded.actors, loaded.rejected) == (1, 1)
    assert "two actors have the id 'a': 'Alpha' in 'A pack' and 'Aleph' here" in loaded.reasons[0]


# ── decisions


def test_a_decision_is_kept_apart_from_what_is_said_and_a_tag_follows_it(store, tmp_path):
    load(store, tmp_path, HEAD + "- {id: a, label: A}\n- {id: b, label: B}\n")
    before = store.records("actor_statements")
    pack = tmp_path / "pack.yaml"
    pack.write_text(f"title: t\ncurrency: ETH\ntags:\n- {{address: '{ETH}', label: x, actor: b}}\n")
    load_tags(store, [pack])
    made = decide(store, Decision("a", "b", "same", "me", "seen"), WHEN)
    ((found,),) = (found.tags for found in tags_of(store, [asked(ETH)]))
    assert (found.tag.actor, found.canonical) == ("b", "a")
    assert store.records("actor_statements") == before
    taken = withdraw(store, made.decision[:6], "you", WHEN)
    assert (taken.by, taken.withdrawn_by, taken.reason) == ("me", "you", "seen")
    assert {one.canonical for one in store.records("canonical_actors")} == {"a", "b"}
    assert len(store.records("actor_decisions")) == 1
    with pytest.raises(InputError, match="was withdrawn by you on 2024-05-01"):
        withdraw(store, made.decision, "me", WHEN)


@pytest.mark.parametrize(
    ("actor", "other", "reason"),
    [
        ("lazarusgroup", "nobody", "no actor is called 'nobody'"),
        ("lazarusgroup", "Lazarus Grup", "did you mean Lazarus Group"),
        ("lazarusgroup", "AppleJeus", "decide about ids: citrine_sleet"),
        ("apt38", "apt38", "expected two actors"),
    ],
)
def test_a_decision_wants_two_ids(store, actor, other, reason):
    with pytest.raises(InputError, match=reason):
        decide(store, Decision(actor, other, "same", "me"), WHEN)
    assert not store.parts("actor_decisions")


def test_a_contradicting_decision_is_refused_and_changes_nothing(store):
    decide(store, Decision("lazarusgroup", "apt38", "same", "me"), WHEN)
    before = store.parts("actor_decisions")
    with pytest.raises(InputError, match="withdraw one with: dyepack actors withdraw"):
        decide(store, Decision("apt38", "lazarusgroup", "different", "me"), WHEN)
    assert store.parts("actor_decisions") == before


# ── what ships, and the real pack


def test_the_actors_that_ship_have_a_source_and_a_day_for_every_statement():
    known = register(None)
    assert {"lazarusgroup", "apt38", "bluenoroff", "tradertraitor", "citrine_sleet"} <= set(known.found.of)
    assert all(one.published and one.source and one.by for one in known.statements)
    (bluenoroff,) = known.named("Stardust Chollima")
    assert bluenoroff.canonical == known.view("apt38").canonical, "OFAC lists APT38 as another name of BlueNoroff"
    assert known.view("apt38").canonical != known.view("lazarusgroup").canonical, "sources disagree"
    assert {one.actor for one in known.named("hidden cobra")} == {"lazarusgroup", "citrine_sleet"}


def test_the_actor_pack_at_hand_loads(store):
    (loaded,) = load_tags(store, [shared("data", "tags", "graphsense.actorpack.yaml")])
    assert (loaded.actors, loaded.rejected, loaded.unread) == (3813, 0, ())
