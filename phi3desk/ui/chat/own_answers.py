"""Answers that a person put right, where they stand in conversations: put there, taken away, and looked after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import QObject

from phi3desk.chat.correcting.corrections import (
    LOOKED_AT,
    KnownAnswer,
    QuoteSearch,
    answer_of,
    looked_after,
    moved_searches,
    quote_searches,
)
from phi3desk.chat.examples import Example
from phi3desk.chat.messages import Answer, Message
from phi3desk.library.documents import Passage, SearchResult
from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure, FailureKind

#: the passages that each search for a sentence found
FoundPassages = Mapping[QuoteSearch, Sequence[Passage]]


class OwnAnswers(QObject):
    """Shows a correction in place of an answer, as another version of it, and tells where its documents changed."""

    def __init__(self, services: Services, controller: ConversationController, parent: QObject) -> None:
        super().__init__(parent)
        self._conversations, self._examples = services.conversations, services.examples
        self._library = services.library
        self._controller = controller
        controller.answer_ended.connect(lambda message, _: self._look_after(message))

    def put(self, message_id: int, example: Example) -> None:
        """Show what takes the place of an answer; the answer before stays as another version."""
        message = self._conversations.message(message_id)
        if message.answer is None:
            return
        answer = answer_of(KnownAnswer(example, same=True), message.answer.made_by, message.answer.mode)
        answer = replace(answer, searched_for=message.answer.searched_for)
        if message.answer.is_own:
            self._update(message, answer)
        else:
            self._controller.version_shown.emit(self._conversations.begin_version(message_id, answer))

    def take_back(self, message_id: int) -> None:
        """Show the answer again that a correction took the place of, or the correction as it was before."""
        try:
            message = self._conversations.message(message_id)
        except KeyError:
            # its conversation was deleted for good meanwhile
            return
        own = message.answer.corrected if message.answer is not None and message.answer.is_own else None
        if own is None:
            return
        kept = next((one for one in self._examples.examples() if one.id == own.example), None)
        if kept is not None and kept.correction:
            self.put(message_id, kept)
        elif message.version == message.versions:
            self._controller.version_shown.emit(self._conversations.drop_version(message_id))

    def use(self, message_id: int) -> None:
        """Show the answer that was given to a question like that of a message in its place."""
        message = self._conversations.message(message_id)
        offered = message.answer.corrected if message.answer is not None else None
        kept = next((one for one in self._examples.examples() if offered and one.id == offered.example), None)
        if kept is not None and self._controller.can_change(message_id):
            self.put(message_id, kept)
            self._look_after(self._conversations.message(message_id))

    def _update(self, message: Message, answer: Answer) -> None:
        self._conversations.update(message.id, answer.text, answer)
        self._controller.version_shown.emit(self._conversations.message(message.id))

    def _look_after(self, message: Message) -> None:
        """Look whether the documents still hold what a corrected answer rests on, and tell where they do not."""
        answer = message.answer
        wanted = quote_searches(answer) if answer is not None else ()
        if answer is None or not wanted:
            return

        def tell(found: FoundPassages) -> None:
            # the message may be gone by now, or have another answer
            with suppress(KeyError):
                now = self._conversations.message(message.id)
                known = looked_after(answer, found)
                if found and now.answer == answer and known != answer:
                    self._update(now, known)

        def on_found(found: FoundPassages) -> None:
            lost = [search for search in wanted if search not in found]
            if not lost:
                tell(found)
                return
            self._library.documents(
                None,
                lambda documents: self._search(
                    moved_searches(answer, lost, documents), lambda more: tell({**found, **more})
                ),
                on_failure=lambda _: tell(found),
            )

        self._search(wanted, on_found)

    def _search(self, wanted: Sequence[QuoteSearch], on_found: Callable[[FoundPassages], None]) -> None:
        """Look for sentences; `on_found` gets what was found, without those whose document cannot be searched."""
        found: dict[QuoteSearch, tuple[Passage, ...]] = {}
        left = len(wanted)

        def count() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                on_found(found)

        def look_for(search: QuoteSearch) -> None:
            def on_result(result: SearchResult) -> None:
                found[search] = tuple(one.passage for one in result.found)
                count()

            def on_failure(failure: Failure) -> None:
                # a document that cannot be searched is a sentence for the user; a worker that ended is not
                if failure.kind is FailureKind.USER:
                    count()

            self._library.search(search.quote, LOOKED_AT, search.scope, on_result, on_failure)

        if not wanted:
            on_found(found)
        for search in wanted:
            look_for(search)
