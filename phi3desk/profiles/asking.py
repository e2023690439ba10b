"""An expert as what answers a question: the question it is asked, and the record of what writes its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.follow_up import complete
from phi3desk.chat.history import documents_spoken_of, exchanges_of, fitted_of, turns_of
from phi3desk.chat.messages import MadeBy, Message
from phi3desk.chat.question import Question, collections_named, scope_of
from phi3desk.chat.reading.wait import Wait
from phi3desk.library.documents import SearchScope
from phi3desk.model.options import sampling
from phi3desk.model.types import LoadedModel, ModelEntry, Turn
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings


def question_of(
    profile: Profile,
    text: str,
    settings: Settings,
    made_by: MadeBy,
    *,
    scope: SearchScope,
    history: tuple[Turn, ...] = (),
) -> Question:
    """Return a question as an expert is asked it; `scope` and `history` are as in Question."""
    return Question(
        text=text,
        instructions=profile.instructions,
        history=history,
        scope=scope,
        passages=settings.get("answers.passages"),
        sampling=profile.sampling.over(sampling(settings)),
        made_by=made_by,
        mode=profile.answer_mode,
        wait=Wait(settings.get("answers.wait")),
    )


def question_after(
    profile: Profile,
    text: str,
    before: Sequence[Message],
    settings: Settings,
    made_by: MadeBy,
    *,
    scope: SearchScope,
    conversation: int,
) -> Question:
    """Return a question as an expert is asked it after the messages `before` it in a conversation."""
    question = question_of(profile, text, settings, made_by, scope=scope, history=turns_of(list(before)))
    return replace(question, fitted=fitted_of(before), conversation=conversation)


def question_among(
    profile: Profile,
    asked: Message,
    before: Sequence[Message],
    settings: Settings,
    made_by: MadeBy,
    *,
    collections: tuple[int, ...] = (),
    mode: AnswerMode | None = None,
    search_text: str = "",
) -> Question:
    """Return a message as an expert is asked it, completed from the messages `before` it in its conversation.

    It searches the `collections`, every one where there are none, in the expert's way or in another `mode`;
    `search_text` is what is searched, "" for what the question itself says.
    """
    alone = mode is AnswerMode.MODEL_ALONE
    scope = SearchScope(()) if alone else scope_of(asked.named, collections or None)
    conversation = asked.conversation_id
    question = question_after(profile, asked.text, before, settings, made_by, scope=scope, conversation=conversation)
    question = replace(question, mode=mode or question.mode)
    if alone:
        return question
    question = replace(
        question, spoken_of=documents_spoken_of(before), named_collections=collections_named(asked.named)
    )
    if search_text.strip():
        return replace(question, search_text="" if search_text == asked.text else search_text)
    completed = complete(asked.text, exchanges_of(before))
    return replace(question, search_text=completed.text if completed.changed else "", doubt=completed.doubt)


def made_by(profile: Profile, model: ModelEntry | LoadedModel | None) -> MadeBy:
    """Return the record of what writes an answer; the model's SHA-256 is empty while it is unknown."""
    return MadeBy(
        model=model.name if model else "",
        model_path=model.path if model else "",
        model_sha256=model.ref.fingerprint if model else "",
        profile=profile.name,
        profile_id=profile.id,
        adapters=profile.adapters,
    )
