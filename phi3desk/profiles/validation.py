"""What a profile must be like to be kept."""

from __future__ import annotations

import re

from phi3desk.errors import UserError
from phi3desk.library.text import is_unseen
from phi3desk.model.types import STRONGEST, WEAKEST
from phi3desk.profiles.profile import (
    ICONS,
    LONGEST_FIRST_QUESTION,
    LONGEST_INSTRUCTIONS,
    LONGEST_NAME,
    MOST_FIRST_QUESTIONS,
    SAMPLING_LIMITS,
    Profile,
    SamplingChoice,
)

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


def check_profile(profile: Profile) -> None:
    """Raise UserError where a profile cannot be kept, with the first reason found."""
    if not profile.name.strip():
        raise UserError("An expert needs a name.")
    if any(is_unseen(letter) for letter in profile.name):
        raise UserError("The name of the expert holds characters that cannot be seen. Type it anew.")
    if len(profile.name.strip()) > LONGEST_NAME:
        raise UserError("The name is too long; {most} characters are the most.", most=LONGEST_NAME)
    if len(profile.instructions) > LONGEST_INSTRUCTIONS:
        raise UserError("The instructions are too long; {most} characters are the most.", most=LONGEST_INSTRUCTIONS)
    if not _COLOR.fullmatch(profile.color):
        raise UserError("“{color}” is not a colour such as #2459D3.", color=profile.color)
    if profile.icon and profile.icon not in ICONS:
        raise UserError("There is no icon named “{icon}”.", icon=profile.icon)
    _check_questions(profile.first_questions)
    _check_adapters(profile)
    _check_sampling(profile.sampling)


def _check_questions(questions: tuple[str, ...]) -> None:
    if len(questions) > MOST_FIRST_QUESTIONS:
        raise UserError("There are too many first questions; {most} are the most.", most=MOST_FIRST_QUESTIONS)
    if any(len(question) > LONGEST_FIRST_QUESTION for question in questions):
        raise UserError("A first question is too long; {most} characters are the most.", most=LONGEST_FIRST_QUESTION)


def _check_adapters(profile: Profile) -> None:
    names = [use.name for use in profile.adapters]
    if len(set(names)) < len(names):
        raise UserError("The expert has the same adapter twice.")
    for use in profile.adapters:
        if not WEAKEST <= use.strength <= STRONGEST:
            raise UserError("The strength of “{adapter}” must be between 0 and 2.", adapter=use.name)


def _check_sampling(sampling: SamplingChoice) -> None:
    for name, (low, high) in SAMPLING_LIMITS.items():
        value = getattr(sampling, name)
        if value is not None and not low <= value <= high:
            raise UserError("The value {name} must be between {low} and {high}.", name=name, low=low, high=high)
