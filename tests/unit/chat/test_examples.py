"""Judged answers: kept with their passages, and written in the form in which the model is asked."""

import json

import pytest

from phi3desk.chat.example_export import Room, estimated_tokens, export_examples
from phi3desk.chat.examples import AskedWith, ExampleStore, Verdict
from phi3desk.chat.messages import Answer, Basis, MadeBy, Message, Source, Timings
from phi3desk.chat.prompt import FOR_SMALL_MODELS, USUAL, PromptRequest, compose
from phi3desk.errors import UserError
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending, Role, Turn


def source(n: int, text: str) -> Source:
    return Source(n, Passage(n, 1, "pump.pdf", "/pump.pdf", "Pump", n, 0, len(text), text))


SOURCES = (source(1, "Grease it every 2,000 hours."), source(2, "The valve opens at 6 bar."))


@pytest.fixture
def store(tmp_path):
    made = ExampleStore(tmp_path / "examples.db")
    yield made
    made.close()


def keep(store, number, question, verdict=Verdict.GOOD, correction="", text="Every 2,000 hours [1].", **asked):
    record = Answer(text, (), SOURCES, Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
    message = Message(number, 1, Role.ASSISTANT, text, float(number), record)
    with_it = AskedWith(**{"instructions": "Be brief.", "sources": SOURCES, "basis": Basis.DOCUMENTS, **asked})
    return store.judge(question, message, with_it, verdict, correction)


def rows(file):
    return [json.loads(line)["messages"] for line in file.read_text().splitlines()]


def test_second_judgement_of_a_message_replaces_the_first(store, tmp_path):
    first = keep(store, 1, "How often?")
    again = keep(store, 1, "How often?", Verdict.CORRECTED, "Every 2,000 operating hours [1].")
    assert again.id == first.id
    other = ExampleStore(tmp_path / "examples.db")
    (kept,) = other.examples()
    other.close()
    assert (kept.verdict, kept.wanted) == (Verdict.CORRECTED, "Every 2,000 operating hours [1].")
    assert kept.asked.sources == SOURCES


def test_removed_example_can_be_brought_back(store):
    example = keep(store, 1, "How often?")
    store.remove(example.id)
    assert store.examples() == []
    store.restore(example.id)
    assert store.examples() == [example]


def test_example_put_back_is_asked_as_before(store):
    pumps, valves = MadeBy(profile_id="pumps"), MadeBy(profile_id="valves")
    before = keep(store, 1, "How often?", Verdict.CORRECTED, "Every week [1].", made_by=pumps, standing="pump: often?")
    keep(store, 1, "How often?", Verdict.CORRECTED, "Daily.", "Never.", made_by=valves, standing="valve: often?")
    store.put_back(before)
    assert store.examples() == [before]
    assert store.corrected_questions("pumps") == [(before.id, "pump: often?")]
    assert store.corrected_questions("valves") == []


def test_corrected_question_is_known_by_what_was_searched_for_it_too(store):
    both = {"standing": "pump: often?", "also_standing": "grease of the pump", "made_by": MadeBy(profile_id="pumps")}
    kept = keep(store, 1, "How often?", Verdict.CORRECTED, "Every week [1].", **both)
    assert store.corrected_questions("pumps") == [(kept.id, "pump: often?"), (kept.id, "grease of the pump")]
    assert store.corrected_as_typed("pumps") == []


def test_corrected_question_that_other_words_were_searched_for_is_known_as_it_was_typed_apart(store):
    pumps = MadeBy(profile_id="pumps")
    both = {"standing": "grease of the pump", "as_typed": "How often?", "made_by": pumps}
    kept = keep(store, 1, "How often?", Verdict.CORRECTED, "Every week [1].", **both)
    found = keep(store, 2, "And then?", Verdict.CORRECTED, "Stop it [1].", searched_for="pump fails", made_by=pumps)
    assert store.corrected_questions("pumps") == [(found.id, "pump fails"), (kept.id, "grease of the pump")]
    assert store.corrected_as_typed("pumps") == [(kept.id, "How often?")]
    for each in (kept, found):
        store.put_back(each)
    assert len(store.corrected_questions("pumps")) == 2
    assert "And then?" not in dict(store.corrected_questions("pumps")).values()


@pytest.mark.parametrize("manner", [USUAL, FOR_SMALL_MODELS])
def test_exported_messages_are_those_the_model_is_asked_with(store, tmp_path, manner):
    keep(store, 1, "How often?")
    made = export_examples(store.examples(), tmp_path / "out", manner)
    assert (made.train, made.valid, made.rejected) == (1, 0, 0)
    (messages,) = rows(tmp_path / "out" / "train.jsonl")
    request = PromptRequest("Be brief.", SOURCES, (), "How often?")
    asked = compose(request, estimated_tokens, 4096, 512, manner).turns
    assert [(one["role"], one["content"]) for one in messages[:-1]] == [(turn.role, turn.text) for turn in asked]
    assert messages[-1] == {"role": "assistant", "content": "Every 2,000 hours [1]."}


@pytest.mark.parametrize("manner", [USUAL, FOR_SMALL_MODELS])
def test_follow_up_is_exported_as_the_model_was_asked_it(store, tmp_path, manner):
    before = (Turn(Role.USER, "Which pump is it?"), Turn(Role.ASSISTANT, "The CP 40."))
    whole = "And how often is it (CP 40) greased?"
    keep(store, 1, "And how often is it greased?", history=before, searched_for=whole)
    export_examples(store.examples(), tmp_path / "out", manner)
    (messages,) = rows(tmp_path / "out" / "train.jsonl")
    request = PromptRequest("Be brief.", SOURCES, before, "And how often is it greased?", standing_alone=whole)
    asked = compose(request, estimated_tokens, 4096, 512, manner).turns
    assert [one["content"] for one in messages[:-1]] == [turn.text for turn in asked]
    assert (whole in messages[-2]["content"]) is (manner is FOR_SMALL_MODELS)


def test_follow_ups_of_different_questions_stay_two_examples(store, tmp_path):
    for number, pump in enumerate(("CP 40", "CP 65"), 1):
        keep(store, number, "And how often?", searched_for=f"And how often ({pump})?")
    keep(store, 3, "And how often (CP 65)?")
    made = export_examples(store.examples(), tmp_path / "out", FOR_SMALL_MODELS)
    assert (made.train + made.valid, made.repeated) == (2, 1)


def test_export_leaves_out_what_stands_twice_or_cannot_be_learnt(store, tmp_path):
    keep(store, 1, "How often?", text="Old [1].")
    keep(store, 2, "HOW  often?", text="New [1].")
    keep(store, 3, "Which pressure?", text="6 bar [2].")
    keep(store, 4, "What colour?", text="Nothing was found.", basis=Basis.NOTHING_FOUND, sources=())
    made = export_examples(store.examples(), tmp_path / "out", FOR_SMALL_MODELS)
    assert (made.train, made.repeated, made.left_out) == (1, 1, 2)
    (messages,) = rows(tmp_path / "out" / "train.jsonl")
    assert messages[-1]["content"] == "New [1]."
    assert "| train.jsonl | 1 |" in (tmp_path / "out" / "README.md").read_text()


def test_export_splits_by_question_and_keeps_bad_answers_apart(store, tmp_path):
    for number in range(60):
        keep(store, number, f"Question {number // 2}?", sources=(source(1, f"Passage {number}."),))
    keep(store, 99, "Wrong?", Verdict.REJECTED, text="Rubbish [1].")
    keep(store, 98, "Corrected?", Verdict.CORRECTED, "Right [1].", text="Wrong [2].")
    made = export_examples(store.examples(), tmp_path / "one", USUAL)
    assert made.train + made.valid == 61
    assert made.valid > 0
    files = {name: rows(tmp_path / "one" / f"{name}.jsonl") for name in ("train", "valid", "rejected")}
    asked = {name: {one[-2]["content"].rpartition("Question: ")[2] for one in lines} for name, lines in files.items()}
    assert not asked["train"] & asked["valid"]
    assert sorted(one[-1]["content"] for one in files["rejected"]) == ["Rubbish [1].", "Wrong [2]."]
    export_examples(store.examples(), tmp_path / "two", USUAL)
    for name in ("train.jsonl", "valid.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_export_drops_an_example_whose_passage_does_not_fit(store, tmp_path):
    keep(store, 1, "How often?", text="6 bar [2].", sources=(SOURCES[0], source(2, "word " * 4000)))
    keep(store, 2, "How much?")
    made = export_examples(store.examples(), tmp_path / "out", USUAL, Room(1024, 256))
    assert (made.train, made.left_out) == (1, 1)


def test_export_of_nothing_is_refused(store, tmp_path):
    keep(store, 1, "How often?", Verdict.REJECTED)
    with pytest.raises(UserError, match="no example to train on"):
        export_examples(store.examples(), tmp_path / "out", USUAL)
    assert not (tmp_path / "out").exists()
