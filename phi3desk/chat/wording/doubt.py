"""What of an answer its sources do not hold, in words, and where in the text those sentences stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Answer, CheckedSentence, Why
from phi3desk.errors import Sentence, say
from phi3desk.library.text import Span

_MARK = re.compile(r"\[\d{1,3}\]")
#: what may stand between the last letter of a sentence and its end: stops, signs, closing quotes, markup, marks
_ENDING = re.compile(r"[.!?…。;:,%‰°²³)\]\"'”»’*_`~]*(?:[ \t\u00a0]*\[\d{1,3}\])*[.!?…。*_`~]*")

_REASONS = {
    Why.FIGURE: say("another figure than in the sources"),
    Why.UNIT: say("another unit than in the sources"),
    Why.NEGATION: say("the sources may say the opposite"),
    Why.CONDITION: say("another condition than in the sources"),
    Why.NAME: say("another name than in the sources"),
}
_NOT_FOUND = say("not found in the sources")
_FROM_MODEL = say("from the model, not found in the sources")
_EXPLAINED = {
    Why.FIGURE: say("The sources that were read give another figure. Look at them before you rely on this sentence."),
    Why.UNIT: say("The sources that were read give another unit. Look at them before you rely on this sentence."),
    Why.NEGATION: say(
        "The sources that were read may say the opposite. Look at them before you rely on this sentence."
    ),
    Why.CONDITION: say(
        "The sources that were read say this under another condition. Look at them before you rely on this sentence."
    ),
    Why.NAME: say("The sources that were read name another name. Look at them before you rely on this sentence."),
}
_NOWHERE = say(
    "No passage that was read says this. It may be true all the same: look into the documents before you rely on it."
)


def doubted(answer: Answer | None) -> tuple[CheckedSentence, ...]:
    """Return the sentences of an answer that its sources do not hold, in their order."""
    return tuple(one for one in answer.sentences if not one.supported) if answer is not None else ()


def note_of(sentence: CheckedSentence, mode: AnswerMode | None = None) -> Sentence:
    """Return why a sentence is not supported, in a few words that stand for themselves behind it.

    Where documents only came first, in that mode, what they do not hold may be what the model knows.
    """
    return _REASONS.get(sentence.why, _FROM_MODEL if mode is AnswerMode.DOCUMENTS_FIRST else _NOT_FOUND)


def explanation_of(sentence: CheckedSentence) -> Sentence:
    """Return why a sentence is not supported and what to do, in full."""
    return _EXPLAINED.get(sentence.why, _NOWHERE)


def support(answer: Answer) -> Sentence | None:
    """Return how much of an answer was found in its sources, in a sentence; None where nothing was checked."""
    total = len(answer.sentences)
    found = total - len(doubted(answer))
    if not total:
        return None
    if total == 1:
        return say("The sentence was found in the sources") if found else say("The sentence is not in the sources")
    if found == total:
        return say("All {total} sentences found in the sources", total=total)
    if not found:
        return say("None of {total} sentences found in the sources", total=total)
    return say("{found} of {total} sentences found in the sources", found=found, total=total)


def unheld_figures(answer: Answer) -> tuple[str, ...]:
    """Return the figures that sentences of an answer give and the sources they name do not hold."""
    return tuple(sorted({figure for citation in answer.citations for figure in citation.missing}))


def places(text: str, sentences: Sequence[str]) -> list[Span | None]:
    """Return where each of several sentences stands in a text, in their order; None for one that does not.

    Only letters and digits are compared, and no marks: so markup, line breaks and the cells of a table between its
    words do not matter. A place reaches to the end of the sentence with its stop and the marks behind it.
    """
    letters, offsets = _letters(text)
    found: list[Span | None] = []
    after = 0
    for sentence in sentences:
        wanted, _ = _letters(sentence)
        at = letters.find(wanted, after) if wanted else -1
        while at >= 0 and not _is_whole(text, offsets[at], offsets[at + len(wanted) - 1]):
            at = letters.find(wanted, at + 1)
        if at < 0:
            found.append(None)
            continue
        after = at + len(wanted)
        end = offsets[after - 1] + 1
        ending = _ENDING.match(text, end)
        found.append((offsets[at], ending.end() if ending else end))
    return found


def with_notes(text: str, answer: Answer | None, translate: Callable[[Sentence], str] = str) -> str:
    """Return the text of an answer with a note behind each sentence that its sources do not hold.

    Such a sentence that does not stand in the text as it was checked is named below it.
    """
    if answer is None or not doubted(answer):
        return text
    below: list[str] = []
    found = places(text, [one.text for one in answer.sentences])
    for place, sentence in reversed(list(zip(found, answer.sentences, strict=True))):
        if sentence.supported:
            continue
        note = translate(note_of(sentence, answer.mode))
        if place is None:
            below.insert(0, f"“{sentence.text.strip()}” ({note})")
        else:
            text = f"{text[: place[1]]} ({note}){text[place[1] :]}"
    return "\n\n".join([text, *below])


def _is_whole(text: str, first: int, last: int) -> bool:
    """Tell whether no word of a text goes on before the one place or behind the other."""
    return not text[max(0, first - 1) : first].isalnum() and not text[last + 1 : last + 2].isalnum()


def _letters(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of a text without its marks, and where in it each of them stands."""
    marks = {at for mark in _MARK.finditer(text) for at in range(*mark.span())}
    offsets = [at for at, sign in enumerate(text) if sign.isalnum() and at not in marks]
    return "".join(text[at] for at in offsets), offsets
