"""Each sentence of an answer is tied to what supports it, whatever the model marked."""

import threading

import pytest

from phi3desk.chat.citations import citation_index, distinct
from phi3desk.chat.grounding.grounded import ground
from phi3desk.chat.grounding.layout import layout_of
from phi3desk.chat.messages import Opinion, Source, Why
from phi3desk.errors import Cancelled
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
SOURCES = [BEARING, SAFETY]


def test_a_right_mark_stays_and_quotes_the_sentence_that_says_it():
    found = ground("It must be re-greased every 2,000 hours [1].", SOURCES)
    assert found.text == "It must be re-greased every 2,000 hours [1]."
    assert [(c.n, c.page, c.by_model) for c in found.citations] == [(1, 12, True)]
    assert found.citations[0].quote.startswith("It must be re-greased every 2,000 operating hours")
    assert [(s.text, s.supported, s.citations) for s in found.sentences] == [
        ("It must be re-greased every 2,000 hours.", True, (1,))
    ]


def test_a_wrong_mark_is_moved_to_the_source_that_says_it():
    found = ground("You must wear eye protection at all times [1].", SOURCES)
    assert found.text == "You must wear eye protection at all times [2]."
    assert [(c.n, c.by_model) for c in found.citations] == [(2, False)]


@pytest.mark.parametrize("mark", ["[7]", "[0]", "[12, 99]", "[999]"])
def test_mark_of_no_passage_is_dropped(mark):
    found = ground(f"Every two thousand hours {mark}.", SOURCES)
    assert mark not in found.text
    assert all(c.n in (1, 2) for c in found.citations)


def test_unmarked_sentence_gets_the_mark_of_its_source():
    found = ground("Re-grease the bearing every 2000 operating hours with 30 g of lithium grease.", SOURCES)
    assert found.text.endswith("lithium grease [1].")
    assert [(c.n, c.by_model) for c in found.citations] == [(1, False)]


@pytest.mark.parametrize(
    "text",
    [
        "Bananas are yellow and grow in warm countries [1].",
        "The main bearing must be re-greased every 500 operating hours [1].",
        "The coupling is made of steel [2].",
    ],
)
def test_sentence_that_no_source_supports_keeps_no_mark(text):
    found = ground(text, SOURCES)
    assert "[" not in found.text
    assert found.citations == ()
    assert [sentence.supported for sentence in found.sentences] == [False]


@pytest.mark.parametrize("text", ["The documents do not tell.", "Yes."])
def test_what_claims_nothing_is_not_checked(text):
    found = ground(text, SOURCES)
    assert (found.text, found.citations, found.sentences) == (text, (), ())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The documents do not tell [1].", "The documents do not tell."),
        ("Yes [1]. It is so.", "Yes. It is so."),
        ("Two things [1] [2]:\n\n- Oil", "Two things:\n\n- Oil"),
    ],
)
def test_a_mark_that_is_taken_from_what_claims_nothing_leaves_no_space(text, shown):
    assert ground(text, SOURCES).text == shown


def test_the_figure_that_no_source_holds_is_the_reason():
    claims = (
        "It is re-greased with 30 g of lithium grease [1]. The bearing is re-greased every 500 operating hours [1]."
    )
    found = ground(claims, SOURCES)
    assert [(s.supported, s.why) for s in found.sentences] == [(True, Why.SUPPORTED), (False, Why.FIGURE)]


def test_short_answer_is_tied_to_the_sentence_that_speaks_of_the_question():
    found = ground("Lithium complex grease.", SOURCES, "What grease is used for the main bearing?")
    assert found.text == "Lithium complex grease [1]."
    assert "lithium complex grease" in found.citations[0].quote


def test_inflected_ukrainian_answer_finds_its_sentence():
    passages = [source(1, "Підшипник змащують кожні 2000 годин роботи. Насос зупиняють перед оглядом.")]
    found = ground("Підшипники треба змащувати кожні 2000 годин.", passages)
    assert found.text.endswith("[1].")
    assert found.citations[0].quote == "Підшипник змащують кожні 2000 годин роботи."


def test_lists_and_line_breaks_stay_as_written():
    answer = "Two things:\n\n- Wear eye protection at all times.\n- Use 30 g of lithium complex grease. [1]\n"
    found = ground(answer, SOURCES)
    assert (
        found.text
        == "Two things:\n\n- Wear eye protection at all times [2].\n- Use 30 g of lithium complex grease. [1]"
    )
    assert [sentence.supported for sentence in found.sentences] == [True, True]


@pytest.mark.parametrize("number", ["{}.", "{})", "**{}.**"])
def test_numbers_of_a_list_are_no_figures_of_its_items(number):
    items = [
        "Wear eye protection at all times [2].",
        "Re-grease it with 30 g of grease [1].",
        "Do not over-grease [1].",
    ]
    text = "\n".join(f"{number.format(n)} {item}" for n, item in enumerate(items, 1))
    found = ground(text, SOURCES)
    assert found.text == text
    assert all(sentence.supported for sentence in found.sentences)
    assert [sentence.citations for sentence in found.sentences] == [(2,), (1,), (1,)]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Im 1. Schritt 60 °C, im 2. Schritt 90 °C.", "1. Schritt: 90 °C.\n2. Schritt: 60 °C."),
        ("Am 15. März ruht sie, am 16. März nicht.", "15. März: Sie läuft.\n16. März: Sie ruht."),
        ("Close the valve.", "It takes 3 hours.\n3. Close the valve."),
    ],
)
def test_numbers_that_count_something_are_those_of_no_list(source, text):
    claim = text.splitlines()[1]
    assert layout_of(text).without_number(claim, "", [source]) == claim


def test_headings_heads_of_tables_and_fences_are_not_checked():
    text = (
        "## **What to wear**\n```text\n| What | When |\n|---|---|\n| eye protection | at all times |\n```\n"
        "### Pump: 99 kg"
    )
    assert [(each.text, each.supported) for each in ground(text, SOURCES).sentences] == [
        ("| eye protection | at all times |", True),
        ("### Pump: 99 kg", False),
    ]


def test_answer_without_sources_keeps_no_mark():
    assert ground("As all know [1].", []).text == "As all know."


def test_check_is_stopped_between_two_sentences():
    cancelled = threading.Event()

    class Reader:
        def read_claims(self, pairs):
            cancelled.set()
            return [3.0 for _ in pairs]

    with pytest.raises(Cancelled):
        ground("Wear eye protection. Do not over-grease.", SOURCES, claims=Reader(), cancelled=cancelled)
    found = ground("Wear eye protection.", SOURCES, claims=Reader(), cancelled=threading.Event())
    assert found.text == "Wear eye protection [2]."


@pytest.mark.parametrize(
    "pointing",
    [
        "This is stated in the passage on page 6 [1].",
        "Das steht in Abschnitt 4 des Dokuments [1].",
        "To je navedeno v odlomku na strani 6 [1].",
        "Αυτό αναφέρεται στο απόσπασμα της σελίδας 6 [1].",
        "Це зазначено в документі на сторінці 6 [1].",
        "Acest lucru este precizat în pasajul de la pagina 6 [1].",
        "Detta anges i avsnittet på sidan 6 [1].",
    ],
)
def test_what_only_says_where_it_stands_is_neither_found_nor_unsupported(pointing):
    found = ground(f"Wear eye protection at all times [2]. {pointing}", SOURCES)
    assert [sentence.supported for sentence in found.sentences] == [True]
    assert found.text.count("[") == 1


@pytest.mark.parametrize("answer", ["Section 4.", "The document is signed by the plant manager."])
def test_what_names_a_part_of_a_document_is_checked(answer):
    assert [sentence.supported for sentence in ground(answer, SOURCES).sentences] == [False]


def test_each_mark_leads_to_its_own_sentence_where_two_rest_on_the_same():
    text = (
        "Use 30 g of lithium complex grease [1]. Re-grease it every 2,000 operating hours [1]. Do not over-grease [1]."
    )
    found = ground(text, SOURCES)
    quotes = [found.citations[citation_index(found.citations, 1, at)].quote for at in range(3)]
    assert quotes[0] == quotes[1] != quotes[2] == "Do not over-grease."
    assert [citation.quote for citation in distinct(found.citations)] == [quotes[0], quotes[2]]


def test_a_mark_that_stands_twice_in_a_sentence_stands_once():
    found = ground("Re-grease it every 2,000 operating hours [1] with 30 g of grease [1].", SOURCES)
    assert found.text.count("[1]") == len(found.citations) == 1


def test_mark_of_a_row_of_a_table_stands_in_its_last_cell():
    text = "| Part | Grease |\n|---|---|\n| Main bearing | 30 g of lithium complex grease |"
    found = ground(text, SOURCES)
    assert found.text.splitlines()[-1] == "| Main bearing | 30 g of lithium complex grease [1] |"


@pytest.mark.parametrize("claim", ["The budget is 2 million euros.", "The budget is 2 euros."])
def test_figures_of_another_magnitude_are_not_the_same(claim):
    assert not ground(claim, [source(1, "The budget is 2 thousand euros.")]).sentences[0].supported


@pytest.mark.parametrize(
    "text",
    [
        "Im 3. Quartal beginnt die 2. Stufe, d. h. Argon wird eingeleitet.",
        "The contract ends on Dec. 31, 2024.",
        "Temperatura je pribl. 20 °C.",
    ],
)
def test_mark_stands_at_the_end_of_a_sentence_with_abbreviations(text):
    assert ground(text, [source(1, text)]).text == f"{text[:-1]} [1]."


def test_what_the_model_says_of_a_source_outweighs_words_of_that_source_alone():
    said = "Wear eye protection and gloves [2]."
    claim = "Wear eye protection and gloves."
    sources = [*SOURCES, source(3, "Wear eye protection and gloves at the grinder.", 7)]
    assert ground(said, sources[:2]).sentences[0].supported
    doubted = ground(said, sources[:2], opinions=[Opinion(claim, 2, 0.001)])
    assert doubted.text == claim
    assert (doubted.sentences[0].supported, doubted.citations) == (False, ())
    # of another sentence or source it says nothing
    assert ground(said, sources[:2], opinions=[Opinion("Wear gloves.", 2, 0.001), Opinion(claim, 1, 0.001)]).citations
    moved = ground(said, sources, opinions=[Opinion(claim, 2, 0.001)])
    assert moved.text == "Wear eye protection and gloves [3]."


def test_what_words_do_not_tell_the_model_may():
    said = "Too much lubricant is to be avoided [1]."
    claim = "Too much lubricant is to be avoided."
    assert not ground(said, SOURCES).sentences[0].supported
    found = ground(said, SOURCES, opinions=[Opinion(claim, 1, 0.999)])
    assert (found.sentences[0].supported, [citation.n for citation in found.citations]) == (True, [1])
