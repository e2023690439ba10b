"""What the encoder that checks answers is trained with: the texts, what is made of them, and what is shipped of it."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.encoder import bert_weights
from phi3desk.library.entailment.making import trained_weights
from tests.helpers.scripts import loaded_script

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def training() -> Iterator[ModuleType]:
    file = ROOT / "packaging" / "entailment" / "train.py"
    with loaded_script(file, "entailment_training", ("items", "together", "altered", "versions")) as module:
        yield module


@pytest.fixture(scope="module")
def texts(training: ModuleType) -> list[Any]:
    read: list[Any] = training.read_texts(documents=False)
    return read


def test_texts_are_in_seven_languages_and_across(texts: list[Any]):
    languages = {"en", "de", "sl", "el", "uk", "ro", "sv"}
    assert {text.language for text in texts} == {*languages, "across"}
    assert all(text.passage and text.true and text.other for text in texts)
    claims = [(text.passage, claim) for text in texts for claim in (*text.true, *text.other)]
    assert len(set(claims)) > 0.999 * len(claims)
    assert {text.language for text in texts if text.turned is not None} == languages


def test_most_of_what_is_said_and_asked_turns_round_in_the_other_version_of_a_passage(texts: list[Any]):
    turned = same = 0
    for text in texts:
        if text.turned is None:
            continue
        before = {**dict(text.said), **dict(text.asked)}
        for each, holds in (*text.turned.said, *text.turned.asked):
            turned, same = turned + (before[each] != holds), same + (before[each] == holds)
    assert turned > 2 * same


@pytest.mark.usefixtures("training")
def test_pieces_that_answer_stand_in_their_passages(texts: list[Any]):
    one_line = sys.modules["items"].one_line
    placed = [text for text in texts if text.places]
    assert len(placed) > 500
    assert all(piece in one_line(text.passage) for text in placed for _, piece in text.places)


def test_what_rests_on_a_changed_sentence_holds_no_more(training: ModuleType):
    passage = (
        "The pump P-2 is greased every 4,000 hours. The gearbox must not be opened by the operator. "
        "Filters are changed in March by the fitter."
    )
    true = ("P-2 is greased every 4,000 hours.", "The operator must not open the gearbox.")
    places = (("How often is the pump P-2 greased?", "every 4,000 hours"), ("Who changes the filters?", "the fitter"))
    text = training.Text("en", passage, true, (), False, places=places)
    altered, chance = sys.modules["altered"].altered, random.Random(4)
    seen = set()
    for _ in range(300):
        reading = altered(text, chance)
        for item in reading.items if reading is not None else ():
            assert item.passage == reading.passage != passage
            if item.text == true[0]:
                assert item.is_true == ("P-2 is greased every 4,000 hours" in reading.passage)
            if item.text == places[1][0]:
                assert item.is_true == ("Filters are changed in" in reading.passage)
            seen.add((item.text, item.is_true))
    assert {(each, holds) for each in (true[0], places[0][0], places[1][0]) for holds in (True, False)} <= seen


def test_what_shared_words_tell_is_shown_as_often_where_they_mislead(training: ModuleType):
    together, versions = sys.modules["together"], sys.modules["versions"]
    chance = random.Random(6)
    found, is_told = [], []
    for number in range(600):
        claim = f"Pump {number} runs hot in hall {number % 9}."
        near, far = f"{claim} So it was found.", f"Nobody knows of it. It is number {number}."
        told = chance.random() < 0.8
        one, other = (
            together.Reading(passage, (training.Item(claim, passage, holds),))
            for passage, holds in ((near, told), (far, not told))
        )
        found.append(versions.Versions(one, other))
        is_told.append(told)
    shown = {True: 0.0, False: 0.0}
    for told, (share,) in zip(is_told, versions.shares_of(found), strict=True):
        shown[told] += share
    assert shown[True] == pytest.approx(shown[False], rel=0.2)
    assert shown[True] > 80


def test_versions_differ_in_what_holds_and_in_nothing_that_is_said(texts: list[Any]):
    versions = sys.modules["versions"]
    some = [text for text in texts if text.turned is not None][:60] + [text for text in texts if not text.places][:60]
    read = versions.versions_of(some, random.Random(2))
    kinds = set()
    for _ in range(100):
        both = next(read)
        assert len(both.couples) >= 2
        for one, other in both.couples:
            assert (one.text, one.kind) == (other.text, other.kind)
            assert one.is_true != other.is_true
            assert (one.passage, other.passage) == (both.one.passage, both.other.passage)
            kinds.add(one.kind)
    assert kinds == {0, 1}


def test_what_is_told_apart_the_wrong_way_round_costs_more(training: ModuleType):
    import torch

    item = training.Item
    couples = [(item("It runs.", "It runs.", True), item("It runs.", "It stands.", False))]
    surely, hardly = torch.tensor([[3.0, 0.0]]), torch.tensor([[-3.0, 0.0]])
    assert training.confusion(couples, surely, hardly) < 0.5
    assert training.confusion(couples, hardly, surely) > 5


def test_contrast_is_said_as_it_stands_and_not_with_a_change(training: ModuleType):
    text = training.Text("en", "The pump P-2 is greased every 4,000 hours. The pump P-3 must not be greased at all.",
                         (), (), False)  # fmt: skip
    contrast, chance = sys.modules["items"].contrast, random.Random(3)
    items = [item for _ in range(200) if (item := contrast(text, text, chance)) is not None]
    said = {item.text.lower().rstrip(".") for item in items if item.is_true}
    assert said == {"the pump p-2 is greased every 4,000 hours", "the pump p-3 must not be greased at all"}
    changed = {item.text.lower().rstrip(".") for item in items if not item.is_true}
    assert not said & changed
    assert "the pump p-3 must be greased at all" in changed


def test_what_is_shipped_gives_back_what_was_trained(training: ModuleType, tmp_path: Path):
    import torch
    from safetensors.numpy import load_file

    base = e5_small.make_folder(e5_small.INSTALLED)
    encoder = training.Encoder(base)
    changed = encoder.bert.encoder.layer[3].output.dense.weight
    before = changed.detach().clone()
    with torch.no_grad():
        changed += 0.01 * torch.outer(torch.randn(before.shape[0]), torch.randn(before.shape[1]))
    training.export(encoder, base, tmp_path / "weights.safetensors")
    made = dict(trained_weights(base, load_file(tmp_path / "weights.safetensors")))
    assert made.keys() == dict(bert_weights(base)).keys()
    name = "encoder.layer.3.output.dense.weight"
    assert abs(made[name] - changed.detach().numpy()).max() < 1e-3
    assert abs(made[name] - before.numpy()).max() > 1e-2


def test_what_is_read_together_is_read_as_if_it_were_alone(training: ModuleType):
    import torch
    from transformers import AutoTokenizer

    base = e5_small.make_folder(e5_small.INSTALLED)
    tokenizer = AutoTokenizer.from_pretrained(base)
    encoder = training.Encoder(base).eval()
    together = sys.modules["together"]
    passage = "The pump P-2 is greased every 4,000 hours. Only the fitter may open it."
    claims = [training.Item(f"The pump {word} greased.", passage, True) for word in ("is", "was")]
    longer = training.Item("Only the fitter may open the pump, and nobody else at all.", passage, True)

    def odds(*items: object) -> list[float]:
        readings = [together.Reading(passage, items), together.Reading(f"{passage} {passage}", (longer,))]
        with torch.no_grad():
            rows = together.rows_of(readings, tokenizer, training.PREFIXES, training.PASSAGE)
            return [float(each) for each in together.odds_of(encoder, rows)[:, 0]]

    assert odds(*claims) == pytest.approx([*odds(claims[0])[:1], *odds(claims[1])], abs=1e-4)


def test_a_round_reads_all_balanced_texts_and_some_of_the_others(training: ModuleType, texts: list[Any]):
    earlier = [text for text in texts if not text.places][:400]
    readings = training.readings_of(earlier, random.Random(2))
    most = sum(text.is_balanced for text in earlier)
    seen = [next(readings) for _ in range(most)]
    assert most > 100
    assert all(1 <= len(reading.items) <= 20 for reading in seen)
    assert all({item.kind for item in reading.items} <= {0, 1} for reading in seen)
    assert any(item.kind == 1 for reading in seen for item in reading.items)
