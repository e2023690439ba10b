"""How much of an answer was found in its sources, in the words of the window."""

from __future__ import annotations

from collections.abc import Callable

from phi3desk.chat.messages import Answer
from phi3desk.chat.wording.doubt import doubted, explanation_of, note_of, support, unheld_figures, with_notes
from phi3desk.errors import say
from phi3desk.ui.answers.markup import CheckedText
from phi3desk.ui.formatting import translate


def checked_texts(answer: Answer | None, link_of: Callable[[int], str] = lambda _: "") -> tuple[CheckedText, ...]:
    """Return the sentences of an answer as its text shows them; `link_of` gives where the note of the nth leads."""
    if answer is None:
        return ()
    return tuple(
        CheckedText(one.text)
        if one.supported
        else CheckedText(one.text, translate(note_of(one, answer.mode)), translate(explanation_of(one)), link_of(n))
        for n, one in enumerate(answer.sentences)
    )


def support_line(answer: Answer) -> str:
    """Return how many sentences of an answer were found in its sources, and figures that were not; "" for nothing."""
    parts = [translate(support(answer))]
    figures = unheld_figures(answer)
    if figures:
        told = say("check {figures}: the source does not hold it", figures=", ".join(figures))
        parts.append(translate(told))
    return "  ·  ".join(part for part in parts if part)


def is_in_doubt(answer: Answer) -> bool:
    """Tell whether something of an answer is not in its sources."""
    return bool(doubted(answer) or unheld_figures(answer))


def text_with_notes(text: str, answer: Answer | None) -> str:
    """Return the text of an answer with its doubts in words, for the clipboard and for who listens."""
    return with_notes(text, answer, translate)
