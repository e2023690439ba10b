"""Leads a conversation: questions go out, answers come in, and every word is kept before anything else happens."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.decision import answered_without_model, request_ahead
from phi3desk.chat.history import TakenOut
from phi3desk.chat.messages import Answer, Conversation, Mention, Message, Reading, Source
from phi3desk.chat.prompt import PromptRequest, prompt_format_for
from phi3desk.chat.question import Question, scope_of, with_known_answer
from phi3desk.chat.series import Progress
from phi3desk.errors import Sentence, UserError
from phi3desk.model.types import Role
from phi3desk.profiles.asking import question_after, question_among
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.answers.read_ahead import OPEN_PAUSE_MS, ReadAhead
from phi3desk.ui.chat.answer_keeper import AnswerKeeper
from phi3desk.ui.chat.progress_text import ProgressText
from phi3desk.ui.clients.steps import guarded
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.formatting import translate
from phi3desk.ui.notices import LastingNotice
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure


class ConversationController(QObject):
    """The conversation that is open, and the one answer that may be on its way, which is not always in it.

    `conversation_opened` carries the Conversation (or None), its messages and the id of the one being written;
    `message_added` a Message and whether it is being written; `answer_ended` the Message and a notice;
    `version_shown` a Message with another version in view; `refused` a sentence for the user.
    """

    conversation_opened = Signal(object, object, int)
    conversations_changed = Signal()
    message_added = Signal(object, bool)
    activity_changed = Signal(int, str)
    sources_found = Signal(int, object)
    text_received = Signal(int, str)
    answer_ended = Signal(object, str)
    version_shown = Signal(object)
    answering_changed = Signal(bool)
    refused = Signal(str)

    def __init__(self, services: Services, expert: ActiveExpert, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._examples = services.conversations, services.examples
        self._expert = expert
        self._library = services.library
        self._model = services.model
        self._settings = services.settings
        self._notices = services.notices
        self._open: Conversation | None = None
        self._job: AnswerJob | None = None
        self._written: Message | None = None
        self._activity = ""
        self._text = ""
        self._sources: tuple[Source, ...] = ()
        self._words = ProgressText(self)
        self._replaced = 0
        self._search_notice, self._disk_notice = LastingNotice(self._notices), LastingNotice(self._notices)
        self._busy = ""
        self._collections: tuple[int, ...] = ()
        self._given_up: dict[str, Sentence] = {}
        self._ahead = ReadAhead(self._model, self._request_ahead, self)
        self.conversation_opened.connect(lambda *_: self._ahead.begin(OPEN_PAUSE_MS))
        self.answering_changed.connect(self._ahead.forget)
        expert.changed.connect(lambda: self._ahead.begin(OPEN_PAUSE_MS))
        self._keeper = AnswerKeeper(self._store, self)
        self._keeper.failed.connect(lambda failure: self._disk_notice.tell(failure.sentence))
        self._keeper.kept.connect(lambda: self._disk_notice.tell(None))
        self._model.load_progressed.connect(self._on_load_progressed)
        for name, worker in (("model", self._model.worker), ("library", self._library.worker)):
            worker.gave_up.connect(lambda sentence, name=name: self._given_up.__setitem__(name, sentence))
            worker.ready.connect(lambda name=name: self._given_up.pop(name, None))
        # a process that ended can have had conversations to forget
        self._model.worker.ready.connect(lambda: self._model.forget_others(self._store.ids()))

    @property
    def conversation(self) -> Conversation | None:
        """The conversation that is open; None for a new one without a question yet."""
        return self._open

    @property
    def is_answering(self) -> bool:
        """Whether an answer is on its way."""
        return self._job is not None

    @property
    def collections(self) -> tuple[int, ...]:
        """The collections the next question searches; empty means every one."""
        return self.chosen_collections or self._expert.current.collections

    @property
    def chosen_collections(self) -> tuple[int, ...]:
        """The collections this conversation was restricted to, whatever its expert has; empty where it was not."""
        return self._open.collections if self._open else self._collections

    def begin(self) -> None:
        """Open a new conversation; it is kept from its first question on."""
        self._open = None
        self._collections = ()
        self._replaced = 0
        self.conversation_opened.emit(None, [], 0)

    def open(self, conversation_id: int) -> None:
        """Open a conversation; the expert it was led with comes back, or `refused` tells why it does not."""
        opened, messages = self._store.conversation(conversation_id), self._store.messages(conversation_id)
        # whatever fails, what is asked next is kept in the conversation that is in view
        self._open, self._replaced = opened, 0
        self._show_open(messages)
        guarded(self._bring_expert_back, lambda failure: self.refused.emit(translate(failure.sentence)))(opened)

    def _bring_expert_back(self, opened: Conversation) -> None:
        profile_id = opened.profile_id
        if profile_id and profile_id != self._expert.current.id and self._expert.exists(profile_id):
            self._expert.use(profile_id)

    def choose_collections(self, collections: tuple[int, ...]) -> None:
        """Search these collections from now on in this conversation."""
        self._collections = collections
        if self._open is not None:
            self._store.choose(self._open.id, profile_id=self._expert.current.id, collections=collections)
            self._open = self._store.conversation(self._open.id)

    def use_expert(self, profile_id: str) -> None:
        """Switch the expert, in the middle of a conversation too.

        An answer on its way keeps the one it has, or fails where its model is taken away from it.
        """
        try:
            profile = self._expert.use(profile_id)
        except UserError as error:
            self.refused.emit(translate(error.sentence))
            return
        if self._open is not None:
            self._store.choose(self._open.id, profile_id=profile.id, collections=self._open.collections)
            self._open = self._store.conversation(self._open.id)

    def ask(self, text: str, named: tuple[Mention, ...] = (), mode: AnswerMode | None = None) -> bool:
        """Ask in the open conversation, or begin one, restricted to what is `named` in this question.

        It is answered in the expert's mode, or in another for this question. Returns False with `refused` where it
        cannot be asked now.
        """
        reason = self._reason_not_to_ask(text)
        if reason:
            self.refused.emit(reason)
            return False
        self._expert.load_if_none()
        profile = self._expert.current
        # a question that cannot be kept with its answer leaves the conversation as it is, and can be asked again
        with self._store.transaction():
            asked_in = self._open or self._store.create(profile_id=profile.id, collections=self._collections)
            replaced = self._store.delete_from(self._replaced) if self._replaced else None
            question = self._store.add(asked_in.id, Role.USER, text, named=named)
            begun = self._begin_answer(question, mode=mode, own=mode is not AnswerMode.MODEL_ALONE)
        self._open = self._store.conversation(asked_in.id)
        self._replaced = 0
        if replaced is not None:
            self._offer_back(question, replaced)
            before = [message for message in self._messages() if message.id < question.id]
            self.conversation_opened.emit(self._open, before, 0)
        self.message_added.emit(question, False)
        self.conversations_changed.emit()
        self._follow(*begun)
        return True

    def ask_again(self, message_id: int, mode: AnswerMode | None = None, search_text: str = "") -> bool:
        """Have an answer written anew: as another version of it where it is the last one, at the end otherwise.

        `search_text` is what is searched this time, "" what was before; `mode` and what is returned are as in `ask`.
        """
        asked = self.question_of(message_id)
        without_documents = mode is AnswerMode.MODEL_ALONE
        reason = self._reason_not_to_ask(asked[0].text if asked is not None and not without_documents else "")
        if reason:
            self.refused.emit(reason)
            return False
        if asked is None or self._open is None:
            return False
        question, answer = asked
        search_text = search_text or (answer.answer.searched_for if answer.answer is not None else "")
        self._expert.load_if_none()
        if answer.id == self._messages()[-1].id:
            self._follow(*self._begin_answer(question, answer, mode=mode, search_text=search_text))
            return True
        with self._store.transaction():
            added = self._store.add(self._open.id, Role.USER, question.text, named=question.named)
            begun = self._begin_answer(added, mode=mode, search_text=search_text)
        # what is being edited is not the last question any more
        self._replaced = 0
        self.message_added.emit(added, False)
        self._follow(*begun)
        return True

    def step_version(self, message_id: int, step: int) -> None:
        """Have the version before (-1) or after (1) the one in view shown, where an answer was written anew."""
        message = next((known for known in self._messages() if known.id == message_id), None)
        if message is None or self._is_written(message_id) or not 1 <= message.version + step <= message.versions:
            return
        self.version_shown.emit(self._store.show_version(message_id, message.version + step))

    def can_change(self, message_id: int) -> bool:
        """Whether an answer can be judged or replaced; False with `refused` while it is written, and overwritten."""
        if not self._is_written(message_id):
            return True
        self.refused.emit(self.tr("An answer is still being written. Wait for it, or stop it with Esc."))
        return False

    def _is_written(self, message_id: int) -> bool:
        return self._written is not None and self._written.id == message_id

    def _offer_back(self, question: Message, taken: TakenOut) -> None:
        """Offer to put back what a question took the place of."""
        told = self.tr("The question and its answer were replaced.")
        self._notices.offer_undo(told, lambda: self._bring_back(question, taken))

    def _bring_back(self, question: Message, taken: TakenOut) -> None:
        """Put messages back in the place of a question that is the last one still; its answer is stopped."""
        if not self.can_undo(question):
            return
        try:
            messages = self._store.messages(question.conversation_id)
            if any(message.role is Role.USER and message.id > question.id for message in messages):
                self.refused.emit(self.tr("This cannot be undone: other questions were asked after it."))
                return
            with self._store.transaction():
                self._store.delete_from(question.id)
                self._store.put_back(taken)
        except Exception:
            # they are kept nowhere else
            self._offer_back(question, taken)
            raise
        conversation = question.conversation_id
        if self._written is not None and self._written.conversation_id == conversation:
            self._written = None
            self._keeper.stop()
            self.stop()
        if self._open is not None and self._open.id == conversation:
            self._replaced = 0
            self._show_open()
        self.conversations_changed.emit()

    def edit(self, message_id: int) -> str:
        """Return a question's text for the composer; asked anew it takes the place of the last question."""
        questions = [message for message in self._messages() if message.role is Role.USER]
        chosen = next((message for message in questions if message.id == message_id), None)
        self._replaced = message_id if chosen is not None and chosen is questions[-1] else 0
        return chosen.text if chosen else ""

    def named_in(self, message_id: int) -> tuple[Mention, ...]:
        """Return what a question of the open conversation was restricted to."""
        return next((message.named for message in self._messages() if message.id == message_id), ())

    def end_edit(self) -> None:
        """Leave the last question where it is after all: the composer does not hold it any more."""
        self._replaced = 0

    def stop(self) -> None:
        """Stop the answer that is on its way; what there is stays."""
        if self._job is not None:
            self._job.stop()

    def close(self) -> None:
        """Keep what has been written so far; the program ends."""
        self._ahead.stop()
        self._keeper.keep()
        self._keeper.stop()

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        self._store.rename(conversation_id, title)
        if self._open is not None and self._open.id == conversation_id:
            self._open = self._store.conversation(conversation_id)
        self.conversations_changed.emit()

    def delete(self, conversation_id: int) -> None:
        """Put a conversation into the bin; `restore` brings it back."""
        self._store.delete(conversation_id)
        self._model.forget(conversation_id)
        if self._written is not None and self._written.conversation_id == conversation_id:
            self.stop()
        if self._open is not None and self._open.id == conversation_id:
            self.begin()
        self.conversations_changed.emit()

    def restore(self, conversation: Conversation) -> None:
        """Undo `delete` and open the conversation; tells where it was deleted for good meanwhile."""
        if self.can_undo(conversation):
            self._store.restore(conversation.id)
            self.open(conversation.id)
            self.conversations_changed.emit()

    def can_undo(self, one: Conversation | Message) -> bool:
        """Whether something can be undone; False with `refused` where what would change by it is gone."""
        if self._store.holds(one):
            return True
        self.refused.emit(self.tr("This cannot be undone: the conversation was deleted for good."))
        return False

    def delete_for_good(self, conversation_id: int) -> None:
        """Take a conversation out of the bin; the answer that may still be written in it is for nobody."""
        self._store.delete_for_good(conversation_id)
        if self._written is not None and self._written.conversation_id == conversation_id:
            self._written = None
            self._keeper.stop()
        self._model.forget(conversation_id)

    # the way of an answer

    def _begin_answer(
        self,
        asked: Message,
        again: Message | None = None,
        *,
        mode: AnswerMode | None = None,
        search_text: str = "",
        own: bool = False,
    ) -> tuple[AnswerJob, Message]:
        """Keep that the answer to a question begins, as another version of `again` where there is one; return both.

        `mode` is how it is answered, None for the expert's way; `search_text` is as in `ask_again`. With `own` the
        answer that the person put right before comes in place of the model's.
        """
        question = self._question_of(asked, mode, search_text)
        question = with_known_answer(question, self._examples) if own else question
        seconds = 60.0 * self._settings.get("answers.summary_minutes")
        # the controller's only once the message is kept: until then nothing waits for it
        job = AnswerJob(question, self._library, self._model, series_seconds=seconds)
        if again is not None:
            return job, self._store.begin_version(again.id, job.unfinished)
        return job, self._store.add(asked.conversation_id, Role.ASSISTANT, "", job.unfinished)

    def _follow(self, job: AnswerJob, written: Message) -> None:
        """Show and keep what becomes of an answer that begins now."""
        job.setParent(self)
        self._job, self._written = job, written
        self._activity, self._text, self._sources = "", "", ()
        job.searching.connect(self._on_searching)
        job.sources_found.connect(self._on_sources_found)
        job.reading.connect(self._on_reading)
        job.part_begun.connect(self._on_part_begun)
        job.querying.connect(lambda: self._tell(self._words.querying()))
        job.text_received.connect(self._on_text)
        job.checking.connect(lambda: self._tell_below(self._words.checking()))
        job.finished.connect(lambda answer: self._end(answer, ""))
        job.failed.connect(self._on_failed)
        job.noticed.connect(self._search_notice.tell)
        if written.versions == 1:
            self.message_added.emit(written, True)
        else:
            self._show_open()
        self.answering_changed.emit(True)
        self._keeper.begin(job, written.id)
        job.start()

    def _question_of(self, asked: Message, mode: AnswerMode | None, search_text: str) -> Question:
        """Return a question as the expert in use is asked it, with what was said before it."""
        return question_among(
            self._expert.current,
            asked,
            [message for message in self._messages() if message.id < asked.id],
            self._settings,
            self._expert.made_by(),
            collections=self.collections,
            mode=mode,
            search_text=search_text,
        )

    @property
    def reading(self) -> Reading | None:
        """What the model read and wrote for the last answer of the open conversation, None where there is none."""
        answers = (message.answer for message in reversed(self._messages()) if message.answer is not None)
        return next((answer.reading for answer in answers if answer.reading is not None), None)

    def read_ahead(self) -> None:
        """Have the model read what the next question will begin with, unless it is asked at once."""
        self._ahead.begin()

    def _request_ahead(self) -> tuple[PromptRequest, int] | None:
        """Return what can be read of the next question before it is asked, and the longest answer; None while busy."""
        if self._busy or self._job is not None:
            return None
        before = [message for message in self._messages() if not self._replaced or message.id < self._replaced]
        question = question_after(
            self._expert.current,
            "",
            before,
            self._settings,
            self._expert.made_by(),
            scope=scope_of((), self.collections or None),
            conversation=self._open.id if self._open is not None else 0,
        )
        return request_ahead(question), question.sampling.max_tokens

    def set_busy(self, reason: str) -> None:
        """Refuse questions with a reason while something else has the model; "" lets them be asked again."""
        self._busy = reason

    def question_of(self, message_id: int) -> tuple[Message, Message] | None:
        """Return an answer of the open conversation after the question it answers, None where there is none."""
        messages = self._messages()
        at = next((i for i, message in enumerate(messages) if message.id == message_id), 0)
        question = next((message for message in reversed(messages[:at]) if message.role is Role.USER), None)
        return None if question is None else (question, messages[at])

    def _reason_not_to_ask(self, text: str) -> str:
        if self._busy:
            return self._busy
        if self._job is not None:
            return self.tr("An answer is still being written. Wait for it, or stop it with Esc.")
        for sentence in self._given_up.values():
            return translate(sentence)
        no_model = self._model.has_none and not self._expert.has_model()
        if no_model and not answered_without_model(text):
            return self.tr("There is no model to answer with. Choose a GGUF file under Models.")
        return ""

    def _messages(self) -> list[Message]:
        return self._store.messages(self._open.id) if self._open else []

    def _show_open(self, messages: list[Message] | None = None) -> None:
        writing = self._written
        here = writing is not None and self._open is not None and writing.conversation_id == self._open.id
        shown = self._messages() if messages is None else messages
        self.conversation_opened.emit(self._open, shown, writing.id if here and writing else 0)
        if here and writing is not None:
            self.activity_changed.emit(writing.id, self._activity)
            if self._sources:
                self.sources_found.emit(writing.id, self._sources)
            if self._text:
                self.text_received.emit(writing.id, self._text)

    def _tell(self, activity: str) -> None:
        self._activity = activity
        if self._written is not None:
            self.activity_changed.emit(self._written.id, activity)

    def _on_searching(self, passages: int) -> None:
        self._tell(self._words.searching(passages))

    def _on_sources_found(self, sources: tuple[Source, ...]) -> None:
        self._sources = sources
        if self._written is not None:
            self.sources_found.emit(self._written.id, sources)
        self._tell(self._words.reading(self._passages_read()))

    def _on_reading(self, done: int, total: int) -> None:
        self._tell(self._words.reading(self._passages_read(), done / total if total else 0.0))

    def _on_part_begun(self, progress: Progress) -> None:
        """Tell how long an answer in parts takes: of all of it at first, of the rest later."""
        told = self._words.part(progress)
        self._tell(told)
        self._tell_below(told)

    def _tell_below(self, told: str) -> None:
        """Tell what is being done below the text that is there."""
        if self._written is not None and self._text:
            self.text_received.emit(self._written.id, f"{self._text}\n\n{told}")

    def _passages_read(self) -> int:
        loaded = self._model.model
        most = prompt_format_for(loaded.parameters, loaded.prompt).most_passages if loaded is not None else None
        return len(self._sources[:most])

    def _on_load_progressed(self, share: float) -> None:
        if self._job is not None and not self._text:
            self._tell(self._words.loading(share))

    def _on_text(self, text: str) -> None:
        self._text = text
        if self._written is not None:
            self.text_received.emit(self._written.id, text)

    def _on_failed(self, failure: Failure, answer: Answer) -> None:
        self._end(answer, translate(failure.sentence))

    def _end(self, answer: Answer, notice: str) -> None:
        self._keeper.stop()
        job, message = self._job, self._written
        self._job = self._written = None
        if job is not None:
            job.deleteLater()
        self.answering_changed.emit(False)
        if message is None:
            return
        ended = replace(message, text=answer.text, answer=answer)
        seen, failure = self._keeper.end(ended)
        if failure is not None:
            told = self.tr("This answer could not be kept. {problem}").format(problem=translate(failure.sentence))
            notice = f"{notice} {told}".strip()
        elif notice and seen.version != ended.version:
            # nothing came of it, so the answer before is the one to see
            self.refused.emit(notice)
            notice = ""
        self.answer_ended.emit(seen, notice)
