"""The sentence above a picture: over ends that are somebody's by name, as a range, with what is unknown in it."""

from dyepack.model import UNKNOWN
from dyepack.report.graph.sentence import Drawn, Reached, sentence
from dyepack.trace import Stop
from tests.report.test_graph import LOSS, OTHER, THEFT, ask, follow

MIX = Stop("mix", "mixer", "Mixer")
HTX = Stop("htx", "service", "HTX 1")
ACTS = Stop("acts", "behaviour", "acts as a service does")
SPLIT = "thief 60 -> a; b 40 -> a; a 50 -> htx; a 20 -> mix; a 10 -> acts; a 5 -> lost"
"""Of 100 units of which 60 are stolen 85 go on: FIFO pays stolen money first, LIFO the other."""


def test_ends_of_no_known_owner_are_said_for_themselves(tmp_path):
    said = ask(follow(tmp_path, SPLIT, stops=(HTX, MIX, ACTS, LOSS)))["sentence"]
    reached, *others = said.split("; ")
    assert reached == "Of 60 ETH, between 30 ETH and 60 ETH had reached HTX 1 and Mixer, by any of 5 rules"
    assert others == [
        "0–10 ETH came to addresses that act as a service does",
        "0–5 ETH came to where the analyst stopped.",
    ]


def test_money_of_unknown_origin_in_the_ends_is_said(tmp_path):
    told = follow(tmp_path, SPLIT, stops=(HTX, MIX, ACTS, LOSS))
    said = ask(told, sources=(UNKNOWN, THEFT))["sentence"]
    assert said.startswith("Of stolen money and money of unknown origin, together 100 ETH, 70 ETH had reached HTX 1")
    assert "(10–40 ETH of it of unknown origin)" in said


def test_nothing_that_reached_anybody_and_nothing_drawn(tmp_path):
    told = follow(tmp_path, "thief 60 -> a; a 5 -> lost", stops=(LOSS,))
    assert ask(told)["sentence"] == (
        "Of 60 ETH, none had reached a tagged service, a mixer or a bridge; 5 ETH came to where the analyst stopped."
    )
    assert ask(told, least="61")["sentence"] == "Nothing of it is drawn under these filters."


def test_what_is_hidden_is_not_counted(tmp_path):
    told = follow(tmp_path, SPLIT, stops=(HTX, MIX, ACTS, LOSS))
    lane = next(one["lane"] for one in ask(told)["places"] if one["name"] == "Mixer")
    said = ask(told, hidden=(lane,))["sentence"]
    assert "had reached HTX 1, by any" in said
    assert "Mixer" not in said


def test_several_names_and_both_thefts(tmp_path):
    told = follow(tmp_path, "thief 60 -> htx; foe 40 -> htx", (THEFT, "thief"), (OTHER, "foe"), stops=(HTX,))
    assert ask(told)["sentence"] == "Of 100 ETH, 100 ETH had reached HTX 1."
    asset = told.assets["ETH"]
    ends = [Reached("service", name, (amount,), (0,)) for amount, name in enumerate("abcde", 1)]
    said = sentence(Drawn(asset, (15,), ends, mixed=False))
    assert said == "Of 15 ETH, 15 ETH had reached e, d, c and 2 more."


def test_a_place_has_what_comes_to_it_by_every_rule(tmp_path):
    answer = ask(follow(tmp_path, SPLIT, stops=(HTX, MIX, ACTS, LOSS)))
    for place in answer["places"]:
        by = list(map(int, place["by_method"].values()))
        assert (str(min(by)), str(max(by))) == (place["low"], place["high"])
        links = [one for one in answer["links"] if one["from" if place["side"] == "start" else "to"] == place["id"]]
        sums = {name: str(sum(int(one["by_method"][name]) for one in links)) for name in answer["methods"]}
        assert place["by_method"] == sums
