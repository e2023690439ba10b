"""An expert profile: what the user switches between."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.model.types import AdapterUse, Sampling
from phi3desk.settings import limits

COLORS = ("#2459D3", "#1F7A4D", "#8A5A00", "#B3261E", "#6A3FB5", "#0F766E", "#9D174D", "#475569")
#: names of Material Design icons; an empty icon shows the first letter of the name
ICONS = (
    "wrench", "cog", "pump", "factory", "shield-check", "account-hard-hat", "gavel", "scale-balance", "file-sign",
    "stethoscope", "medical-bag", "flask", "leaf", "water", "lightning-bolt", "chart-line", "currency-eur", "truck",
    "airplane", "school", "book-open-variant", "tools", "lightbulb-on-outline", "message-text-outline",
)  # fmt: skip
LONGEST_NAME = 60
LONGEST_INSTRUCTIONS = 8000
LONGEST_FIRST_QUESTION = 500
MOST_FIRST_QUESTIONS = 12
#: the least and the most of each value of SamplingChoice; what Settings have too has the same limits there
SAMPLING_LIMITS: dict[str, tuple[float, float]] = {
    "temperature": limits("answers.temperature"),
    "top_p": (0.01, 1.0),
    "top_k": (1, 1000),
    "repeat_penalty": (0.5, 2.0),
    "max_tokens": limits("answers.max_tokens"),
}


@dataclass(frozen=True)
class SamplingChoice:
    """How a profile's answers are worded; None leaves a value as it is in Settings."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    repeat_penalty: float | None = None
    max_tokens: int | None = None

    def over(self, usual: Sampling) -> Sampling:
        """Return the usual sampling with what the profile wants in place of it."""
        wanted = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        return dataclasses.replace(usual, **wanted)


@dataclass(frozen=True)
class Profile:
    """A name joined with instructions, adapters with strengths, and collections; all but the name may be empty.

    `collections` holds collection ids; empty means every collection. `model` is a model's name, empty for the
    one in use. `icon` is one of ICONS or empty. `built_in` profiles come with the program.
    """

    id: str
    name: str
    instructions: str = ""
    color: str = "#2459D3"
    model: str = ""
    adapters: tuple[AdapterUse, ...] = ()
    collections: tuple[int, ...] = ()
    first_questions: tuple[str, ...] = ()
    built_in: bool = False
    icon: str = ""
    answer_mode: AnswerMode = AnswerMode.DOCUMENTS_ONLY
    sampling: SamplingChoice = SamplingChoice()
