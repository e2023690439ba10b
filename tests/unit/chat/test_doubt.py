"""Sentences that the sources do not hold are found in the text of an answer, and told in words that a copy keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Answer, Basis, CheckedSentence, MadeBy, Timings, Why
from phi3desk.chat.wording.doubt import explanation_of, note_of, places, support, with_notes
from phi3desk.model.types import Ending


def answer(*sentences: CheckedSentence, text: str = "") -> Answer:
    return Answer(text, (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings(), sentences=sentences)


def held(text: str) -> CheckedSentence:
    return CheckedSentence(text, supported=True, score=0.9, citations=(1,))


def doubtful(text: str, why: Why = Why.NOTHING_FOUND) -> CheckedSentence:
    return CheckedSentence(text, supported=False, score=0.1, why=why)


@pytest.mark.parametrize(
    ("text", "sentence", "found"),
    [
        ("Every 2,000 hours [1]. Use grease.", "Every 2,000 hours.", "Every 2,000 hours [1]."),
        ("Every 2,000 hours. [1][2] Use grease.", "Every 2,000 hours.", "Every 2,000 hours. [1][2]"),
        ("Every **2,000** hours.\nUse *grease*.", "Use grease.", "Use *grease*."),
        ("- one\n- two [3]\n", "two", "two [3]"),
        ("| Seal | 12 kg [1] |\n", "Seal 12 kg", "Seal | 12 kg [1]"),
        ("Notice this. No.", "No.", "No."),
        ("Маслило змінюють щороку. Її марка невідома [2].", "Її марка невідома.", "Її марка невідома [2]."),
        ("Αλλάζει κάθε χρόνο; Ναι!", "Ναι!", "Ναι!"),
        ('He said "never." Then he left.', 'He said "never."', 'He said "never."'),
    ],
)
def test_places_find_a_sentence_whatever_stands_between_its_letters(text: str, sentence: str, found: str) -> None:
    (place,) = places(text, [sentence])

    assert place is not None
    assert text[slice(*place)] == found


def test_places_keep_the_order_of_the_sentences() -> None:
    text = "Yes. Every day. Yes."

    assert places(text, ["Yes.", "Every day.", "Yes."]) == [(0, 4), (5, 15), (16, 20)]
    assert places(text, ["No.", "Every day.", ""]) == [None, (5, 15), None]


@pytest.mark.parametrize(
    ("sentences", "told"),
    [
        ((), None),
        ((held("a"),), "The sentence was found in the sources"),
        ((doubtful("a"),), "The sentence is not in the sources"),
        ((held("a"), held("b")), "All 2 sentences found in the sources"),
        ((held("a"), held("b"), doubtful("c")), "2 of 3 sentences found in the sources"),
        ((doubtful("a"), doubtful("b")), "None of 2 sentences found in the sources"),
    ],
)
def test_support_counts_the_sentences_of_an_answer(sentences: tuple[CheckedSentence, ...], told: str | None) -> None:
    said = support(answer(*sentences))

    assert (None if said is None else str(said)) == told


@pytest.mark.parametrize("why", Why)
def test_every_doubt_is_told_in_words_that_never_call_it_false(why: Why) -> None:
    told = f"{note_of(doubtful('a', why))} {explanation_of(doubtful('a', why))}".lower()

    assert "source" in told
    assert not {"false", "wrong", "lie"} & set(told.replace(".", "").split())


def test_with_notes_puts_each_doubt_behind_its_sentence() -> None:
    text = "Every 2,000 hours [1]. **Never** mix grease [2]. Oil lasts a year."
    made = answer(
        held("Every 2,000 hours."), doubtful("**Never** mix grease.", Why.NEGATION), doubtful("Oil lasts a year.")
    )

    assert with_notes(text, made) == (
        "Every 2,000 hours [1]. **Never** mix grease [2]. (the sources may say the opposite) "
        "Oil lasts a year. (not found in the sources)"
    )


def test_with_notes_loses_no_doubt_that_has_no_place_in_the_text() -> None:
    assert with_notes("Yes.", answer(doubtful("Quite another sentence.", Why.NAME))) == (
        "Yes.\n\n“Quite another sentence.” (another name than in the sources)"
    )


def test_with_notes_leaves_an_answer_without_doubt_as_it_is() -> None:
    assert with_notes("Yes.", answer(held("Yes."))) == "Yes."
    assert with_notes("Yes.", None) == "Yes."


def test_where_documents_only_come_first_the_rest_is_the_models():
    first = replace(answer(held("Yes."), doubtful("It is hot.")), mode=AnswerMode.DOCUMENTS_FIRST)
    assert with_notes("Yes. It is hot.", first) == "Yes. It is hot. (from the model, not found in the sources)"
    assert "not found" not in with_notes("It is hot.", replace(first, sentences=(doubtful("It is hot.", Why.FIGURE),)))


def test_note_says_what_is_from_the_model_where_it_may_go_on_by_itself() -> None:
    made = replace(answer(doubtful("Oil lasts a year.")), mode=AnswerMode.DOCUMENTS_FIRST)

    assert with_notes("Oil lasts a year.", made).endswith("(from the model, not found in the sources)")
    assert str(note_of(doubtful("a", Why.FIGURE), AnswerMode.DOCUMENTS_FIRST)) == "another figure than in the sources"
