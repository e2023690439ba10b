"""Passages with some sentences changed: what was true of them, and which question they answered, holds then or not.

The claims and questions stay as they are, so that only the passage tells. Labels that are not sure are left out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from items import (
    IS_ANSWERED,
    NUMBER,
    STEM,
    WORD,
    Item,
    Text,
    loosened,
    one_line,
    other_figure,
    sentences_in,
    stems_of,
    without_denial,
)
from together import Reading

#: letters of a sentence at least
_SHORTEST = 15
#: shares of a claim's words in a sentence: it may be about it, it is what the claim rests on, it alone is
_MAY_BE, _RESTS_ON, _SURELY, _NEARLY_AS_MUCH = 0.25, 0.45, 0.55, 0.7
_KINDS = ("delete", "figure", "figure", "word", "word", "word", "deny")
_HOW_MANY = (1, 1, 2, 2, 3)
_AS_THEY_STAND = 2


@dataclass(frozen=True)
class _Change:
    """What was done to a sentence: the figure or stem that it lost, and what it says now."""

    kind: str
    lost: str
    text: str


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str
    stems: frozenset[str]


def altered(text: Text, chance: random.Random) -> Reading | None:
    """Return a passage with one to three sentences changed, with claims and questions; None where that cannot be."""
    parts = ((start, part) for start, part in sentences_in(text.passage) if len(part.strip()) > _SHORTEST)
    sentences = [_Sentence(start, start + len(part), part, stems_of(part)) for start, part in parts]
    if len(sentences) < 3:
        return None
    changes = {
        at: _change(sentences, at, text.passage, chance)
        for at in chance.sample(range(len(sentences)), min(len(sentences) - 1, chance.choice(_HOW_MANY)))
    }
    passage = text.passage
    for at in sorted(changes, reverse=True):
        passage = passage[: sentences[at].start] + changes[at].text + passage[sentences[at].end :]
    standing = chance.sample(sentences, min(_AS_THEY_STAND, len(sentences)))
    claims = [*text.true, *(loosened(sentence.text, chance) for sentence in standing)]
    items = [
        Item(claim, passage, holds) for claim in claims if (holds := _still_said(claim, sentences, changes)) is not None
    ]
    items += [
        Item(question, passage, holds, IS_ANSWERED)
        for question, piece in text.places
        if (holds := _still_answered(question, piece, sentences, changes, passage)) is not None
    ]
    return Reading(passage, tuple(items)) if len(items) > 1 else None


def _change(sentences: Sequence[_Sentence], at: int, passage: str, chance: random.Random) -> _Change:
    """Return a change of a sentence: another figure, word or denial; else it is deleted."""
    sentence = sentences[at].text
    kind = chance.choice(_KINDS)
    if kind == "figure" and (figure := other_figure(sentence, passage, chance)) is not None:
        return _Change("figure", *figure)
    if kind == "deny" and (affirmed := without_denial(sentence, chance)) is not None:
        return _Change("deny", "", affirmed)
    if kind != "delete":
        long = [word for word in WORD.finditer(sentence) if _is_long(word.group())]
        others = [
            word
            for number, other in enumerate(sentences)
            for word in WORD.findall(other.text)
            if number != at and _is_long(word) and word.lower()[:STEM] not in sentences[at].stems
        ]
        if long and others:
            old = chance.choice(long)
            alike = [word for word in others if word[0].isupper() == old.group()[0].isupper()] or others
            new = sentence[: old.start()] + chance.choice(alike) + sentence[old.end() :]
            return _Change("word", old.group().lower()[:STEM], new)
    return _Change("delete", "", "")


def _is_long(word: str) -> bool:
    return len(word) > 4 and not word[0].isdigit()


def _still_said(claim: str, sentences: Sequence[_Sentence], changes: dict[int, _Change]) -> bool | None:
    """Return whether a claim that was true is so still, None where that is not sure."""
    stems, figures = stems_of(claim), set(NUMBER.findall(claim))
    if not stems:
        return None
    held = [len(stems & sentence.stems) / len(stems) for sentence in sentences]
    best = max(range(len(sentences)), key=lambda at: held[at])
    about = [at for at in changes if held[at] >= _MAY_BE and at != best]
    if held[best] < _RESTS_ON or any(_takes(changes[at], stems, figures) for at in about):
        return None
    if best not in changes:
        return True
    change = changes[best]
    if not _takes(change, stems, figures):
        return True if not about else None
    elsewhere = any(held[at] >= _NEARLY_AS_MUCH * held[best] for at in range(len(held)) if at != best)
    return None if elsewhere or (change.kind == "deny" and held[best] < _SURELY) else False


def _takes(change: _Change, stems: frozenset[str], figures: set[str]) -> bool:
    """Return whether a change takes something from a sentence that a claim has."""
    if change.kind == "figure":
        return change.lost in figures
    return change.lost in stems if change.kind == "word" else True


def _still_answered(
    question: str, piece: str, sentences: Sequence[_Sentence], changes: dict[int, _Change], passage: str
) -> bool | None:
    """Return whether a question is answered still, None where that is not sure; another answer is one, too."""
    holding = [at for at, sentence in enumerate(sentences) if piece in one_line(sentence.text)]
    changed = [at for at in holding if at in changes]
    if not changed:
        return True if holding and piece in one_line(passage) else None
    change = changes[changed[0]]
    if len(holding) > 1 or change.kind == "deny":
        return None
    if change.kind == "delete":
        return False
    asked = set(NUMBER.findall(question)) if change.kind == "figure" else stems_of(question)
    return change.lost not in asked
