"""Sentences as the user reads them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTranslator

from phi3desk.errors import UserError, say, say_both
from phi3desk.ui.formatting import translate

SLOVENIAN = {
    "The file is damaged.": "Datoteka je poškodovana.",
    "Only {pages} pages were read.": "Prebranih je bilo le {pages} strani.",
    "“{name}” has no text: {reason}": "»{name}« nima besedila: {reason}",
}


class Slovenian(QTranslator):
    """The translations of a few sentences."""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's own name
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return SLOVENIAN.get(text)


def test_sentences_within_a_sentence_are_translated_too(qapp: QCoreApplication) -> None:
    joined = say_both(say_both(say("The file is damaged."), None), say("Only {pages} pages were read.", pages=3))
    joined = say_both(joined, say("It is not known."))
    error = UserError("“{name}” has no text: {reason}", name="Only {pages} pages were read.", reason=joined or "")
    assert str(error).endswith("The file is damaged. Only 3 pages were read. It is not known.")
    translator = Slovenian()
    qapp.installTranslator(translator)
    try:
        assert translate(error.sentence) == (
            "»Only {pages} pages were read.« nima besedila: Datoteka je poškodovana. Prebranih je bilo le 3 strani. "
            "It is not known."
        )
    finally:
        qapp.removeTranslator(translator)
