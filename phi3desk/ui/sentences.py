"""Sentences from below the window, in the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from phi3desk.errors import Sentence


def shown(sentence: Sentence) -> str:
    """Return a sentence translated and filled with its values."""
    template = QCoreApplication.translate("Sentence", sentence.template)
    return template.format(**sentence.values) if sentence.values else template


def number(value: int) -> str:
    """Return a whole number as the person's language groups its digits."""
    return QLocale().toString(value)
