"""A follow-up that rules leave in doubt, completed by the loaded model in a few tokens, and checked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from phi3desk.chat.answer import Writer
from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.prompt import SMALL_MODEL
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import TOKEN, key_of, language_of_words
from phi3desk.model.types import Role, Sampling, Turn

#: Parameters. Of forty-five follow-ups in three languages the starter of 135 million completed none: it repeats the
#: question, answers it or writes English, and takes the two seconds for it.
SMALLEST_MODEL = SMALL_MODEL
#: seconds for reading the prompt and writing; what is not there by then is done without
MOST_SECONDS = 2.0
_MOST_TOKENS = 24
#: characters of an earlier question and of its answer
_LONGEST_QUESTION, _LONGEST_ANSWER = 240, 120
_TASK = "Rewrite the last question so that it can be understood alone. Keep its language. Write the question only."
_EXAMPLE = (
    Turn(Role.USER, "Question: How much oil is in the gearbox?\nAnswer: 4 litres.\nLast question: and grease?"),
    Turn(Role.ASSISTANT, "How much grease is in the gearbox?"),
)
#: letters in which two forms of a word are alike
_SAME_WORD = 4


@dataclass(frozen=True)
class WrittenQuestion:
    """A question as a model completed it, "" where it wrote what was not said, and whether it was done in time."""

    text: str
    in_time: bool


def may_complete(parameters: int) -> bool:
    """Return whether a model of that many parameters is asked where the rules are in doubt."""
    return parameters >= SMALLEST_MODEL


def write_complete(writer: Writer, follow_up: FollowUp, cancelled: threading.Event) -> WrittenQuestion:
    """Return the question as the model completes it; runs where the model is, for MOST_SECONDS at most."""
    stopped = threading.Event()
    end = time.monotonic() + MOST_SECONDS

    def watch(*_: object) -> None:
        if cancelled.is_set() or time.monotonic() >= end:
            stopped.set()

    sampling = Sampling(max_tokens=_MOST_TOKENS)
    written = writer.generate(_turns(follow_up), sampling, watch, watch, stopped, formed=False)
    in_time = not stopped.is_set()
    return WrittenQuestion(checked(written.text, follow_up) if in_time else "", in_time)


def checked(written: str, follow_up: FollowUp) -> str:
    """Return what a model wrote where it is a question of the words of the conversation, "" otherwise.

    It must hold the words with a meaning of the typed question, something of what was said before, and nothing else.
    """
    lines = written.strip().splitlines()
    text = lines[0].strip() if len(lines) == 1 else ""
    if not text.endswith(("?", ";")):
        return ""
    typed, said = _content(follow_up.question), _content(f"{follow_up.before} {follow_up.answer}")
    words = _content(text, follow_up.question)
    kept = all(_is_among(word, words) for word in typed)
    known = all(_is_among(word, [*typed, *said]) for word in words)
    adds = any(_is_among(word, said) and not _is_among(word, typed) for word in words)
    return text if kept and known and adds else ""


def _turns(follow_up: FollowUp) -> tuple[Turn, ...]:
    before, answer = follow_up.before[-_LONGEST_QUESTION:], follow_up.answer[:_LONGEST_ANSWER]
    asked = f"Question: {before}\nAnswer: {answer}\nLast question: {follow_up.question}"
    return (Turn(Role.SYSTEM, _TASK), *_EXAMPLE, Turn(Role.USER, asked))


def _content(text: str, before: str = "") -> list[str]:
    """Return the words of a text that have a meaning of their own, folded."""
    language = language_of_words(text, before)
    keys = [key_of(match.group()) for match in TOKEN.finditer(text)]
    return [key for key in keys if not (language and WORDS[language].is_function(key))]


def _is_among(word: str, words: list[str]) -> bool:
    beginning = word[:_SAME_WORD]
    return any(known == word or (len(word) >= _SAME_WORD and known.startswith(beginning)) for known in words)
