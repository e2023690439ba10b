"""An expert as what answers a question: the question it is asked, and the record of what writes its answer."""

from __future__ import annotations

from phi3desk.chat.messages import MadeBy
from phi3desk.chat.question import Question
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
