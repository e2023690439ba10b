"""Several questions about the same three passages: what tells them apart is the question alone.

The trainer computes what such examples share once, so that they cost a third; and an answer that is right for one
question is wrong for the next.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from facts import Domain, Fact, Said, draw, put, say
from texts import Asked, Texts, holds, nearest

from phi3desk.chat.evidence import telling_words
from phi3desk.library.text import sentences

#: of one kind in a scene, one of them only in the questions
OBJECTS = 4
#: a passage of so many sentences is shown whole
SHOWN = 3
MOST_QUESTIONS, MOST_REFUSED = 9, 3
LONGEST_SENTENCE = 45


@dataclass(frozen=True)
class Question:
    """A question about a scene; `right` numbers the passage that tells (0: none does), `telling` is its sentence."""

    kind: str
    text: str
    right: int = 0
    telling: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """Passages in the order they are shown, and what is asked about them."""

    topic: str
    passages: tuple[str, ...]
    questions: tuple[Question, ...]


def fact_scene(domain: Domain, chance: random.Random) -> Scene:
    """Return a scene of invented facts about three objects of one kind, some of them not told."""
    things: list[str] = []
    while len(things) < OBJECTS - 1:
        # a kind may have few objects
        kind = chance.choice(domain.objects)
        things = list(dict.fromkeys(draw(kind, chance) for _ in range(40)))[:OBJECTS]
    groups: list[list[tuple[str, Fact | None, Said]]] = []
    for thing in things[: OBJECTS - 1]:
        told = chance.sample(list(domain.facts), chance.choice((1, 1, 2, 2, 3)))
        group: list[tuple[str, Fact | None, Said]] = [(thing, fact, say(fact, thing, chance)) for fact in told]
        if len(group) < SHOWN and chance.random() < 0.5:
            group.append((thing, None, Said(put(draw(chance.choice(domain.fillers), chance), thing))))
        groups.append(group)
    if chance.random() < 0.35:
        # what is said of one object does not always stand together
        first, second = chance.sample(range(len(groups)), 2)
        groups[first][0], groups[second][0] = groups[second][0], groups[first][0]
    for group in groups:
        chance.shuffle(group)
    told_of = {(thing, fact.name): (number, said)
               for number, group in enumerate(groups, 1) for thing, fact, said in group if fact}  # fmt: skip
    answered = [
        Question("fact", put(chance.choice(fact.questions), thing), number, said.sentence, (said.value,))
        for thing in things for fact in domain.facts
        for number, said in [told_of.get((thing, fact.name), (0, Said("")))] if number
    ]  # fmt: skip
    refused = [
        Question("fact", put(chance.choice(fact.questions), thing))
        for thing in (*things, *things[: OBJECTS - 1]) for fact in domain.facts if (thing, fact.name) not in told_of
    ]  # fmt: skip
    passages = tuple(" ".join(said.sentence for _, _, said in group) for group in groups)
    return Scene(domain.name, passages, _drawn(answered, refused, passages, chance))


def text_scene(texts: Texts, phrases: Sequence[str], chance: random.Random) -> Scene | None:
    """Return a scene of real text: three sentences of a passage, those of two others, and questions of both kinds."""
    wanted = chance.choice([asked for asked in texts.asked if asked.references])
    on_page = [text for text in texts.passages if text.document == wanted.document and text.page in wanted.pages]
    own = next((text for text in on_page if any(holds(text.text, answer) for answer in wanted.references)), None)
    window = _window(own.text, chance, wanted.references) if own is not None else None
    if own is None or window is None:
        return None
    near = [text for text in nearest(window, texts.passages)[:10] if text is not own]
    others = [shown for text in chance.sample(near, min(len(near), 4)) if (shown := _window(text.text, chance))][:2]
    if len(others) < 2:
        return None
    passages = [window, *others]
    chance.shuffle(passages)
    here = [asked for asked in texts.asked if asked.document == own.document and own.page in asked.pages]
    answered = [question for asked in here for question in [_answered(asked, passages)] if question]
    refused = [Question("question", asked.question) for asked in here if not _hinted(asked, passages)]
    chance.shuffle(refused)
    answered += _phrases(passages, phrases, chance)
    refused = refused[:MOST_REFUSED]
    away = chance.choice(near).text
    absent = [phrase for sentence in sentences(away) for phrase in _named(sentence)
              if not any(telling_words(phrase) <= telling_words(passage) for passage in passages)]  # fmt: skip
    if absent and len(refused) < 2:
        refused.append(Question("phrase", chance.choice(phrases).format(chance.choice(absent))))
    return Scene(own.document, tuple(passages), _drawn(answered, refused, passages, chance))


def _drawn(
    answered: Sequence[Question], refused: Sequence[Question], passages: Sequence[str], chance: random.Random
) -> tuple[Question, ...]:
    """Draw questions, those without an answer fewer, and no sentence that stands twice."""
    whole = "\n".join(passages)
    sure = [question for question in answered if whole.count(question.telling) == 1]
    none = chance.sample(list(refused), min(len(refused), chance.choice((1, 2, 2, MOST_REFUSED))))
    some = chance.sample(sure, min(len(sure), MOST_QUESTIONS - len(none)))
    drawn = [*some, *none]
    chance.shuffle(drawn)
    return tuple(drawn) if some else ()


def _window(text: str, chance: random.Random, references: Sequence[str] = ()) -> str | None:
    """Return a few sentences of a text, with a reference in them if need be; None where they are too short or long."""
    listed = sentences(text)
    last = max(0, len(listed) - SHOWN)
    holding = [n for n, sentence in enumerate(listed) if any(holds(sentence, answer) for answer in references)]
    if not listed or (references and not holding):
        return None
    at = chance.randint(0, last)
    if holding:
        held = chance.choice(holding)
        at = chance.randint(max(0, held - SHOWN + 1), min(held, last)) if held - SHOWN + 1 <= last else last
    shown = " ".join(sentence.strip() for sentence in listed[at : at + SHOWN])
    return shown if 12 <= len(shown.split()) <= 110 else None


def _answered(asked: Asked, passages: Sequence[str]) -> Question | None:
    words = telling_words(asked.question)
    for number, passage in enumerate(passages, 1):
        found = [s.strip() for s in sentences(passage) if any(holds(s, answer) for answer in asked.references)]
        found = [s for s in found if len(words & telling_words(s)) >= 2 and len(s.split()) <= LONGEST_SENTENCE]
        if found:
            best = max(found, key=lambda sentence: len(words & telling_words(sentence)))
            return Question("question", asked.question, number, best, asked.references)
    return None


def _hinted(asked: Asked, passages: Sequence[str]) -> bool:
    """Tell whether a passage holds a reference answer, so that nobody can say that it does not tell."""
    return any(holds(passage, answer) for passage in passages for answer in asked.references)


def _phrases(passages: Sequence[str], forms: Sequence[str], chance: random.Random) -> list[Question]:
    made = []
    for number, passage in enumerate(passages, 1):
        listed = [sentence.strip() for sentence in sentences(passage)]
        for sentence in listed:
            named = [phrase for phrase in _named(sentence) if passage.count(phrase) == 1]
            if named and 6 <= len(sentence.split()) <= LONGEST_SENTENCE:
                phrase = chance.choice(named)
                elsewhere = "\n".join(other for other in passages if other is not passage)
                if phrase not in elsewhere:
                    made.append(Question("phrase", chance.choice(forms).format(phrase), number, sentence, (phrase,)))
    return chance.sample(made, min(len(made), 4))


def _named(sentence: str) -> list[str]:
    found = re.findall(r"(?=\b([^\W\d]{4,}(?: \w+){1,3})\b)", sentence)
    return [phrase for phrase in found if len(telling_words(phrase)) >= 2]
