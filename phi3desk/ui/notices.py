"""What a room has to say outside itself: a sentence, something to undo, another page to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from phi3desk.errors import Sentence
from phi3desk.ui.formatting import translate
from phi3desk.ui.pages import Page


@dataclass(frozen=True)
class NoticeAction:
    """The one thing to do about a notice: the text of its button, with its mnemonic, and what the button does."""

    text: str
    act: Callable[[], None]


class Notices(QObject):
    """Takes what the rooms say; the window alone listens and shows it.

    `said` carries a sentence for the user and a NoticeAction or None, `undo_offered` a sentence and the function that
    undoes what it tells, `page_requested` a Page.
    """

    said = Signal(str, object)
    undo_offered = Signal(str, object)
    page_requested = Signal(object)

    def say(self, text: str, action: NoticeAction | None = None) -> None:
        """Tell the user something, with one thing to do about it where there is one."""
        self.said.emit(text, action)

    def offer_undo(self, text: str, undo: Callable[[], None]) -> None:
        """Tell the user what was done; `undo` runs when the user takes it back."""
        self.undo_offered.emit(text, undo)

    def show_page(self, page: Page) -> None:
        """Show another page of the window."""
        self.page_requested.emit(page)


class LastingNotice:
    """The notice of one thing that can be amiss for a while: what is told again and again is said once."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._told: Sentence | None = None

    def tell(self, sentence: Sentence | None) -> None:
        """Say what is amiss where that was not said last; None, that all is well, has it said the next time."""
        told, self._told = self._told, sentence
        if sentence is not None and sentence != told:
            self._notices.say(translate(sentence))
