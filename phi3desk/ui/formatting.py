"""Sentences, sizes, times and dates as the user reads them, in the user's language."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from phi3desk.chat.messages import Citation
from phi3desk.errors import Sentence
from phi3desk.library.documents import Passage, place

MINUTE, HOUR = 60, 3600


def translate(sentence: Sentence | None) -> str:
    """Return a sentence translated and filled with its values; empty for none."""
    if sentence is None:
        return ""
    template = QCoreApplication.translate("Sentence", sentence.template)
    return template.format(**sentence.values) if sentence.values else template


def place_of(cited: Passage | Citation) -> str:
    """Return where a passage or a citation stands in its document: "p. 12", "slide 3", "Prices, rows 2-41"."""
    return translate(place(cited.kind, cited.page, cited.label))


def also_as(names: Sequence[str]) -> str:
    """Return under which further names a passage's document is in the library; empty for none."""
    if not names:
        return ""
    return QCoreApplication.translate("words", "Also as {names}.").format(names=", ".join(names))


def translated_literal(literal: str) -> str:
    """Return a declared literal (a label, a cost line) in the user's language."""
    return QCoreApplication.translate("Declared", literal)


def size_of(count: int) -> str:
    """Return a number of bytes in the unit that suits it, of 1,000 each, as file managers show it."""
    precision = 1 if count >= 1_000_000 else 0
    return QLocale().formattedDataSize(count, precision, QLocale.DataSizeFormat.DataSizeSIFormat)


def number(value: float, decimals: int = 0) -> str:
    """Return a number with the language's grouping and decimal sign."""
    return QLocale().toString(value, "f", decimals) if decimals else QLocale().toString(round(value))


def counted(count: int, noun: str) -> str:
    """Return a number with its noun; `noun` is documents, pages, passages, files, collections or adapters."""
    tr = QCoreApplication.translate
    text = {
        "documents": lambda: tr("words", "%n document(s)", "", count),
        "pages": lambda: tr("words", "%n page(s)", "", count),
        "passages": lambda: tr("words", "%n passage(s)", "", count),
        "files": lambda: tr("words", "%n file(s)", "", count),
        "collections": lambda: tr("words", "%n collection(s)", "", count),
        "adapters": lambda: tr("words", "%n adapter(s)", "", count),
    }[noun]()
    return _plural(text, count)


def _plural(text: str, count: int) -> str:
    """Return the text in singular or plural where no translation did so: "(s)" is for English without a catalogue."""
    spelled = text.replace("(s)", "" if count == 1 else "s")
    return spelled.replace(str(count), number(count), 1)


def duration(seconds: float) -> str:
    """Return a time to wait as it is said, such as "about 2 minutes"."""
    tr = QCoreApplication.translate
    if seconds < 8:
        return tr("words", "a few seconds")
    if seconds < 50:
        return tr("words", "about {count} seconds").format(count=number(max(10, round(seconds / 10) * 10)))
    if seconds < 1.5 * MINUTE:
        return tr("words", "about a minute")
    if seconds < 55 * MINUTE:
        return tr("words", "about {count} minutes").format(count=number(round(seconds / MINUTE)))
    if seconds < 1.5 * HOUR:
        return tr("words", "about an hour")
    return tr("words", "about {count} hours").format(count=number(round(seconds / HOUR)))


def moment(seconds: float) -> str:
    """Return a time (seconds since 1970) short: the hour today, the day otherwise; empty for 0."""
    if seconds <= 0:
        return ""
    when = QDateTime.fromSecsSinceEpoch(int(seconds))
    if when.date() == QDate.currentDate():
        return QLocale().toString(when.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(when.date(), QLocale.FormatType.ShortFormat)


def moment_in_full(seconds: float) -> str:
    """Return a time (seconds since 1970) with day and hour; empty for 0."""
    if seconds <= 0:
        return ""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seconds)), QLocale.FormatType.LongFormat)
