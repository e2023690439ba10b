"""What is being done for an answer, in words: until the first of its own is there, and while it is checked."""

from __future__ import annotations

from PySide6.QtCore import QObject

from phi3desk.chat.series import Progress


class ProgressText(QObject):
    """Words for each step on the way to an answer; belongs to the window's thread."""

    def searching(self, passages: int) -> str:
        """Say that so many passages are searched; 0 where their number is not known."""
        if passages:
            return self.tr("Searching %Ln passage(s)", "", passages)
        return self.tr("Searching the documents")

    def querying(self) -> str:
        """Say that a query is written."""
        return self.tr("Writing a query for the sheet")

    def loading(self, share: float) -> str:
        """Say how much of the model is loaded, 0 to 1."""
        return self.tr("Loading the model, {percent} %").format(percent=round(100 * share))

    def reading(self, passages: int, share: float | None = None) -> str:
        """Say that so many passages are read, and how much of them already, 0 to 1; None where that is not known."""
        reading = self.tr("Reading %Ln passage(s)", "", passages) if passages else self.tr("Reading the question")
        if share is None:
            return reading
        return self.tr("{reading}, {percent} %").format(reading=reading, percent=round(100 * share))

    def checking(self) -> str:
        """Say that the answer is held against its sources."""
        return self.tr("Checking the answer")

    def part(self, progress: Progress) -> str:
        """Say how long an answer in parts takes: all of it at first, the rest of it later."""
        minutes = round(progress.seconds_left / 60)
        time = self.tr("About %Ln minute(s)", "", minutes) if minutes else self.tr("Less than a minute")
        if not progress.done:
            pages = self.tr("%Ln page(s)", "", progress.pages)
            return self.tr("{time} for {pages}").format(time=time, pages=pages)
        part = self.tr("Part {number} of {all}. {time} left")
        return part.format(number=progress.done + 1, all=progress.total, time=time)
