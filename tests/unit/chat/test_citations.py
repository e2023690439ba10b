"""Marks of sources in a text, and the sentences that come nearest to some words."""

import pytest

from phi3desk.chat.citations import best_sentence, keep_known_marks, nearest_source, pieces, with_numbers
from phi3desk.chat.messages import Source
from phi3desk.library.documents import Passage


def source(n: int, text: str, page: int = 1, document: str = "pump.pdf") -> Source:
    return Source(n, Passage(n, 1, document, f"/m/{document}", "Pump manual", page, 0, len(text), text, ()))


BEARING = source(
    1,
    "The main bearing is lubricated with grease. It must be re-greased every 2,000 operating hours with 30 g of "
    "lithium complex grease. Do not over-grease.",
    12,
)
SAFETY = source(2, "Wear eye protection at all times. Keep hands away from the coupling.", 3)


def test_several_numbers_in_one_mark_become_single_marks():
    assert keep_known_marks("Both say so [1, 2; 9].", {1, 2}) == "Both say so [1][2]."


def test_marks_stand_for_other_numbers_all_at_once():
    assert with_numbers("Both say so [1, 2], it does not [3].", {1: 2, 2: 1}) == "Both say so [2][1], it does not."


def test_nearest_sentence_holds_most_of_the_words_and_figures_above_all():
    assert best_sentence(BEARING, "30 g for the main bearing").startswith("It must be re-greased")
    assert best_sentence(BEARING, "main bearing") == "The main bearing is lubricated with grease."


def test_nearest_source_is_named_however_little_it_holds():
    assert nearest_source("Hands off the coupling", [BEARING, SAFETY]) == SAFETY
    assert nearest_source("Bananas are yellow", [BEARING, SAFETY]) == BEARING


@pytest.mark.parametrize(
    "text",
    [
        "It weighs 12 kg.[1]| The motor weighs 40 kg.[2]",
        "It weighs 12 kg.[1][2]| “No more.”[1]| 3 parts do.[3]",
        "Η αντλία ζυγίζει 12 kg.[1]| Η άλλη;[2]| Όχι.[1]",
        "It weighs 12 kg, approx.[1] as much as z. B.[1] Argon.[2]",
        "It weighs 12 kg.[1]2 is its number.",
        "It weighs 12 kg. [1]| The motor weighs 40 kg [2].| The rest is oil.",
    ],
)
def test_marks_behind_a_stop_belong_to_the_sentence_before_them(text):
    parts = [piece.strip() for piece, is_sentence in pieces(text.replace("|", "")) if is_sentence]
    assert parts == [part.strip() for part in text.split("|")]
    assert "".join(piece for piece, _ in pieces(text)) == text
