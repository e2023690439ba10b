"""Sentences, sizes, times and dates as the user reads them, in the user's language."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QObject

from phi3desk.chat.messages import Citation
from phi3desk.errors import Sentence
from phi3desk.library.documents import Passage, place

MINUTE, HOUR = 60, 3600


def translate(sentence: Sentence | None) -> str:
    """Return a sentence translated and filled with its values, those that are sentences translated too; "" for none."""
    if sentence is None:
        return ""
    template = QCoreApplication.translate("Sentence", sentence.template)
    if not sentence.values:
        return template
    values = {name: translate(each) if isinstance(each, Sentence) else each for name, each in sentence.values.items()}
    return template.format(**values)


def place_of(cited: Passage | Citation) -> str:
    """Return where a passage or a citation stands in its document: "p. 12", "slide 3", "Prices, rows 2-41"."""
    return translate(place(cited.kind, cited.page, cited.label))


def also_as(names: Sequence[str]) -> str:
    """Return under which further names a passage's document is in the library; empty for none."""
    if not names:
        return ""
    return QCoreApplication.translate("Passage", "Also as {names}.").format(names=", ".join(names))


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
    return _Counts().of(count, noun)


def listed(parts: Sequence[str]) -> str:
    """Return several things as a list within a sentence: "a, b and c"; in the language of the catalogue in use."""
    if len(parts) < 2:
        return "".join(parts)
    both = QCoreApplication.translate("List", "{first} and {last}")
    return both.format(first=", ".join(parts[:-1]), last=parts[-1])


def duration(seconds: float) -> str:
    """Return a time to wait as it is said, such as "about 2 minutes"."""
    return _Counts().time(seconds)


class _Counts(QObject):
    """Numbers with their nouns. Qt's tool for translators sees plurals only in `tr` of a class."""

    def of(self, count: int, noun: str) -> str:
        texts = {
            "documents": lambda: self.tr("%Ln document(s)", "", count),
            "pages": lambda: self.tr("%Ln page(s)", "", count),
            "passages": lambda: self.tr("%Ln passage(s)", "", count),
            "files": lambda: self.tr("%Ln file(s)", "", count),
            "collections": lambda: self.tr("%Ln collection(s)", "", count),
            "adapters": lambda: self.tr("%Ln adapter(s)", "", count),
        }
        return texts[noun]()

    def time(self, seconds: float) -> str:
        tens, minutes, hours = max(10, round(seconds / 10) * 10), round(seconds / MINUTE), round(seconds / HOUR)
        if seconds < 8:
            return self.tr("a few seconds")
        if seconds < 50:
            return self.tr("about %Ln second(s)", "", tens)
        if seconds < 1.5 * MINUTE:
            return self.tr("about a minute")
        if seconds < 55 * MINUTE:
            return self.tr("about %Ln minute(s)", "", minutes)
        if seconds < 1.5 * HOUR:
            return self.tr("about an hour")
        return self.tr("about %Ln hour(s)", "", hours)


def moment(seconds: float) -> str:
    """Return a time (seconds since 1970) short: the hour today, the day otherwise; empty for 0."""
    if seconds <= 0:
        return ""
    when = QDateTime.fromSecsSinceEpoch(int(seconds))
    if when.date() == QDate.currentDate():
        return QLocale().toString(when.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(when.date(), QLocale.FormatType.ShortFormat)


def day(seconds: float) -> str:
    """Return the day of a time (seconds since 1970): “12 Nov”, with its year where that is not this one."""
    date = QDateTime.fromSecsSinceEpoch(int(seconds)).date()
    return QLocale().toString(date, "d MMM" if date.year() == QDate.currentDate().year() else "d MMM yyyy")


def day_and_hour(seconds: float) -> str:
    """Return a time (seconds since 1970) short, with day and hour."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seconds)), QLocale.FormatType.ShortFormat)


def moment_in_full(seconds: float) -> str:
    """Return a time (seconds since 1970) with day and hour; empty for 0."""
    if seconds <= 0:
        return ""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seconds)), QLocale.FormatType.LongFormat)
