"""Which questions are about documents as wholes, and which are not."""

import pytest

from phi3desk.chat.intent import intent_of
from phi3desk.chat.languages.known import LANGUAGES
from phi3desk.chat.languages.language import Phrase
from phi3desk.library.overview.types import Asked
from tests.unit.chat.questions_about_documents import ABOUT_DOCUMENTS, ORDINARY, ORDINARY_WITHOUT_SUCH_A_DOCUMENT


@pytest.mark.parametrize(("text", "asked", "names", "rest"), ABOUT_DOCUMENTS, ids=lambda value: str(value)[:40])
def test_question_about_documents_is_known_with_what_it_names(text, asked, names, rest):
    found = intent_of(text)
    assert found is not None
    assert (found.asked, found.names) == (asked, names)
    assert (found.pages if asked is Asked.PAGES else found.topic) == rest


def test_ordinary_questions_are_not_taken_for_questions_about_documents():
    taken = {text: found for text in ORDINARY if (found := intent_of(text)) is not None}
    # what depends on whether a document is called so is looked up, and searched where none is
    assert not {text for text, found in taken.items() if found.certain}
    assert len(taken) <= len(ORDINARY) // 8


def test_what_only_a_name_tells_is_never_certain():
    assert not [text for text in ORDINARY_WITHOUT_SUCH_A_DOCUMENT if (found := intent_of(text)) and found.certain]


def test_page_named_anywhere_is_a_question_about_it_where_a_document_is_named_too():
    found = intent_of("Explain the table on page 3 of the pump manual.")
    assert found is not None
    assert (found.asked, found.pages, found.anywhere, found.certain) == (Asked.PAGES, (3, 3), True, False)


@pytest.mark.parametrize(
    ("text", "names", "pages", "anywhere"),
    [
        ("What is on page 3 of the pump manual? And on page 4?", ("the pump manual",), (4, 4), False),
        ("Was steht auf Seite 3 des Pumpenhandbuchs? Und auf Seite 4?", ("Pumpenhandbuchs",), (4, 4), False),
        ("I have the pump manual! Which torque is on page 12?", None, (12, 12), True),
        ("Hello! What is on page 3?", ("",), (3, 3), False),
    ],
)
def test_last_of_several_sentences_is_the_question(text, names, pages, anywhere):
    found = intent_of(text)
    assert found is not None
    assert (found.asked, found.pages, found.anywhere) == (Asked.PAGES, pages, anywhere)
    assert found.names == names or (names is None and "the pump manual" in found.names[0])
    assert intent_of("Which hose is used? How long is it?") is None
    assert intent_of("How many pages has the pump manual? And the lockout procedure?") is None


@pytest.mark.parametrize("text", ["", "?!", "page", "-" * 500, "a " * 5000, "page 3 " * 200, "[1] (a|b) {name} *"])
def test_any_text_is_looked_at_quickly(text):
    intent_of(text)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_each_language_has_every_phrase_with_the_same_values(language):
    fields = {phrase: set(_fields(text)) for phrase, text in LANGUAGES["en"].phrases.items()}
    assert {phrase: set(_fields(text)) for phrase, text in language.phrases.items()} == fields
    assert set(fields) == set(Phrase)


def _fields(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]
