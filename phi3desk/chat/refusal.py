"""Whether an answer refuses: says that the documents do not tell."""

from __future__ import annotations

import re

from phi3desk.chat.citations import MARKS
from phi3desk.chat.messages import Answer, Basis
from phi3desk.library.text import fold, sentences

_OPENING_SENTENCES = 2


# How models and this program say that they do not know, on folded text; English first, then the languages of the
# documents the program is made for. An answer in other words counts as an answer.
_REFUSALS = re.compile(
    r"\b(?:documents?|passages?|sources?|texts?|context|manuals?|information)\b[^.]{0,40}"
    r"\b(?:do(?:es)? not|don'?t|doesn'?t|did not)\b[^.]{0,20}"
    r"\b(?:tell|say|mention|specify|contain|provide|state|hold|give|include|answer|speak)\b"
    r"|\b(?:do not|don'?t) know\b|\b(?:cannot|can'?t|could not|unable to) (?:answer|tell|determine|say)\b"
    r"|\bnothing (?:relevant )?was found\b|\bno (?:relevant )?information\b"
    r"|\bnot (?:found|mentioned|specified|stated|given|provided|contained) in the (?:documents?|passages?|texts?)"
    r"|\b(?:dokument|passage|unterlage)\w*\b[^.]{0,30}\b(?:sag|enthalt|nenn|beantwort)\w*[^.]{0,20}\b(?:nicht|kein)"
    r"|\b(?:dokument|passage|unterlage)\w*\b[^.]{0,40}\bnicht (?:enthalt|angegeb|erwahn|genann|hervor)"
    r"|\bweiss (?:ich |es )*nicht\b"
    r"|\bdocuments? ne [^.]{0,40}\bpas\b|\bne sais pas\b|\bdocumentos no\b|\bno lo se\b"
    r"|\bdocumenti non\b|\bnon lo so\b|\bdokumenten\b[^.]{0,40}\binte\b|\bvet inte\b"
    r"|\bdocumentele nu\b|\bnu stiu\b|\bdokumenti ne\b|\bne vem\b|\bдокумент\w*\b[^.]{0,40}\bне\b|\bне знаю\b"
)


def is_refusal(sentence: str) -> bool:
    """Tell whether a sentence says that the documents do not tell, or that nothing is known."""
    return _REFUSALS.search(fold(sentence).replace("’", "'")) is not None


def refuses(answer: Answer) -> bool:
    """Tell whether an answer says, in its first sentences, that it does not know."""
    if answer.basis is Basis.NOTHING_FOUND:
        return True
    text = MARKS.sub(" ", answer.text)
    opening = " ".join((sentences(text) or [text])[:_OPENING_SENTENCES])
    return is_refusal(opening)


def only_refuses(answer: Answer) -> bool:
    """Tell whether an answer says that it does not know, and nothing beside it that the documents hold."""
    holds_something = bool(answer.citations) or any(sentence.supported for sentence in answer.sentences)
    return not holds_something and refuses(answer)
