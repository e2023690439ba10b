"""Which documents the words of a question name."""

import pytest

from phi3desk.library.documents import Document, State
from phi3desk.library.overview.document_names import meant, mentioned

NAMES = (
    ("pump-manual.pdf", "Centrifugal pump CN 200-500"),
    ("lockout-procedure.pdf", "Lock-out procedure"),
    ("lubricant-safety-sheet.pdf", "Safety data sheet: Brenlith LX 2"),
    ("tender-terms.pdf", "Tender terms: pumping stations"),
    ("pogodba_2023.docx", "Pogodba o vzdrževanju"),
    ("pogodba_2024.docx", "Pogodba o vzdrževanju"),
    ("Посібник насоса.pdf", "Посібник з експлуатації насоса"),
    ("annual report 2022 plant.pdf", ""),
    ("AT89C51_12.pdf", "8-bit microcontroller"),
    ("AT89S52.pdf", "8-bit microcontroller"),
)
LIBRARY = tuple(
    Document(n, 1, "All", f"/d/{name}", name, title, State.READY, None, 9, 9, 9, 0.0, 0.0)
    for n, (name, title) in enumerate(NAMES, 1)
)


def names(documents: list[Document]) -> list[str]:
    return [document.name for document in documents]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("pump-manual.pdf", "pump-manual.pdf"),
        ("the pump manual", "pump-manual.pdf"),
        ("das Pumpenhandbuch", "pump-manual.pdf"),
        ("Pumpenhandbuchs", "pump-manual.pdf"),
        ("pumphandboken", "pump-manual.pdf"),
        ("the pump manaul", "pump-manual.pdf"),
        ("the lock-out procedure", "lockout-procedure.pdf"),
        ("lockout procedure", "lockout-procedure.pdf"),
        ("the safety data sheet of Brenlith", "lubricant-safety-sheet.pdf"),
        ("Centrifugal pump CN 200-500", "pump-manual.pdf"),
        ("pogodba 2024", "pogodba_2024.docx"),
        ("посібника насоса", "Посібник насоса.pdf"),
        ("the report 2022", "annual report 2022 plant.pdf"),
        ("the AT89S52 document", "AT89S52.pdf"),
        ("the AT89C51 datasheet", "AT89C51_12.pdf"),
        ("das Datenblatt des AT89S52", "AT89S52.pdf"),
    ],
)
def test_words_name_one_document(words, name):
    assert names(meant(words, LIBRARY, certain=True)) == [name]


@pytest.mark.parametrize("words", ["pogodbo", "Pogodba o vzdrževanju", "the contract"])
def test_a_name_of_several_is_told_with_all_of_them(words):
    assert names(meant(words, LIBRARY, certain=True)) == ["pogodba_2023.docx", "pogodba_2024.docx"]


@pytest.mark.parametrize(
    "words",
    [
        "the steps to grease the bearings",
        "the pump",
        "safety",
        "the plant",
        "the warranty",
        "pumping",
        "the offer",
        "2",
    ],
)
def test_words_of_an_ordinary_question_name_none(words):
    assert meant(words, LIBRARY, certain=False) == []


def test_unknown_name_is_none_even_where_a_document_must_be_meant():
    assert meant("the crane manual", LIBRARY, certain=True) == []
    assert meant("gearbox-report.pdf", LIBRARY, certain=True) == []


def test_document_is_found_within_a_longer_question():
    text = "explain the table of the pump manual that lists the grease"
    assert names(mentioned(text, LIBRARY)) == ["pump-manual.pdf"]
    assert mentioned("explain how the pump is greased", LIBRARY) == []
