"""What the encoder learns from: the texts with their claims and questions, and what of them each stage is shown."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.support.pairs import passage_of

TEXTS = Path(__file__).with_name("texts")
#: one passage of so many is not trained on, to watch what is learned
HELD = 12
#: of what is no new material of a stage so much
SHARES = {"claims": 1.0, "hard": 0.4, "whole": 0.27, "balanced": 0.2, "apart": 0.2}
#: how many contrasts come beside the claims of a stage, and which share of the questions
CONTRASTS, QUESTIONS = {"whole": 3000, "balanced": 1500, "apart": 1500}, 0.45
#: share of the claims that stand behind a question
WITH_QUESTION = 0.35
#: rows of what weighs the encoder's states
IS_SAID, IS_ANSWERED = 0, 1
#: letters that inflected forms have in common
STEM = 5
WORD, NUMBER = re.compile(r"\w[\w\-'’]*"), re.compile(r"\d+(?:[.,]\d+)*")
_DENIALS = {
    "en": ("not", "never"), "de": ("nicht", "nie"), "sl": ("ne", "ni"), "el": ("δεν", "μη"), "uk": ("не", "ніколи"),
    "ro": ("nu", "niciodată"), "sv": ("inte", "aldrig"),
}  # fmt: skip
_ALL_DENIALS = {word for words in _DENIALS.values() for word in words} | {"no", "kein", "keine", "немає", "ej", "μην"}


@dataclass(frozen=True)
class Turned:
    """Another version of a passage, in which other claims hold and other questions are answered."""

    passage: str
    said: tuple[tuple[str, bool], ...]
    asked: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Text:
    """A passage with claims and questions; `is_hard` is of the texts whose kinds are hardest to tell apart.

    `replies` are questions, each with a short reply to it, and whether that is right. `is_balanced` is of the texts
    where what is true is worded as near to the passage as what is not. `places` are questions, each with the piece of
    the passage that answers it, of the texts that have them, `document` is where such a passage is from.
    """

    language: str
    passage: str
    true: tuple[str, ...]
    other: tuple[str, ...]
    is_hard: bool
    answered: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    replies: tuple[tuple[str, str, bool], ...] = ()
    is_balanced: bool = False
    places: tuple[tuple[str, str], ...] = ()
    turned: Turned | None = None
    document: str = ""

    @property
    def said(self) -> list[tuple[str, bool]]:
        """All claims, each with whether it is true."""
        return [*((claim, True) for claim in self.true), *((claim, False) for claim in self.other)]

    @property
    def replied(self) -> list[tuple[str, bool]]:
        """All replies, each behind its question, with whether it is right."""
        return [(f"{question} {reply}", is_true) for question, reply, is_true in self.replies]

    @property
    def asked(self) -> list[tuple[str, bool]]:
        """All questions, each with whether the passage answers it."""
        return [*((each, True) for each in self.answered), *((each, False) for each in self.unanswered)]


@dataclass(frozen=True)
class Item:
    """A claim or question beside a passage, and whether it is said or answered there."""

    text: str
    passage: str
    is_true: bool
    kind: int = IS_SAID


def is_held(text: Text) -> bool:
    """Return whether a text is not trained on; all with the same passage are, or none."""
    return zlib.crc32(text.passage.encode()) % HELD == 0


def read_texts(*, documents: bool = True, of: str = "", files: str = "*.jsonl") -> list[Text]:
    """Return all texts whose passages are here, shuffled, the same in every run; without those of `documents`, or with.

    Of these come those of one set where `of` names it. Reading them takes some minutes.
    """
    found = []
    for file in sorted(TEXTS.glob(files)):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            is_wanted = "source" not in row or (documents and of in ("", row["source"]["set"]))
            text = _text_of(row, file.stem) if is_wanted else None
            if text is not None:
                found.append(text)
    random.Random(7).shuffle(found)
    return found


def _text_of(row: dict[str, Any], stem: str) -> Text | None:
    """Return what a line of a file tells; None where its passage is of a document that is not here."""
    language = row.get("lang", stem.split("-")[0])
    if "lang" not in row:
        return _balanced(language, row) if "replies" in row else _worded_apart(language, row, stem)
    passage = row["passage"] if "passage" in row else passage_of(row["source"])
    if passage is None:
        return None
    places, unanswered = row["asked"]
    asked = [question for question, _ in places]
    text = _balanced(language, row | {"passage": passage, "asked": [asked, unanswered]})
    pieces = tuple((question, one_line(piece)) for question, piece in places if piece)
    turned = _turned_round(text, row, [*asked, *unanswered]) if "turned" in row else None
    document = row["source"]["document"] if "source" in row else ""
    return replace(text, places=pieces, turned=turned, document=document)


def _turned_round(text: Text, row: dict[str, Any], questions: Sequence[str]) -> Turned:
    """Return the other version of a passage: all of it, or what was changed in one that is no part of the project."""
    told, passage = row["turned"], text.passage
    for start, end, new in reversed(told.get("edits", ())):
        passage = passage[:start] + new + passage[end:]
    contradicted = [claim for name in ("contradicted_near", "contradicted_far") for _, claim in row[name]]
    absent = [*row["absent_near"], *row["absent_far"]]
    said = zip([*text.true, *contradicted, *absent], told["true"] + told["contradicted"] + told["absent"], strict=True)
    asked = zip(questions, told["answered"] + told["unanswered"], strict=True)
    kept = (tuple((each, label == "y") for each, label in some if label != "?") for some in (said, asked))
    return Turned(told.get("passage", passage), *kept)


def is_denial(word: str) -> bool:
    """Return whether a word of a sentence says that something is not so."""
    return word.lower().strip(".,;") in _ALL_DENIALS


def stems_of(text: str) -> frozenset[str]:
    """Return the beginnings of the longer words and the figures of a text, which inflected forms have in common."""
    words = (match.group().lower() for match in WORD.finditer(text))
    return frozenset(word[:STEM] for word in words if len(word) > 3 or word[0].isdigit())


def sentences_in(passage: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences and lines of a passage, each with where it begins."""
    start = 0
    for match in re.finditer(r"(?<=[.!?;])\s+|\n|$", passage):
        yield start, passage[start : match.start()]
        start = match.end()


def one_line(text: str) -> str:
    """Return a text without its line ends."""
    return " ".join(text.split())


def _worded_apart(language: str, row: dict[str, Any], stem: str) -> Text:
    other = (*(claim for _, claim in row["contradicted"]), *row["absent"])
    answered, unanswered = (tuple(row.get(name, ())) for name in ("answered", "unanswered"))
    return Text(language, row["passage"], tuple(row["true"]), other, stem.endswith("-3"), answered, unanswered)


def _balanced(language: str, row: dict[str, Any]) -> Text:
    contradicted = (claim for name in ("contradicted_near", "contradicted_far") for _, claim in row[name])
    answered, unanswered = row["asked"]
    return Text(
        language,
        row["passage"],
        (*row["true_near"], *row["true_far"]),
        (*contradicted, *row["absent_near"], *row["absent_far"]),
        is_hard=False,
        answered=tuple(answered),
        unanswered=tuple(unanswered),
        replies=tuple((question, reply, is_true) for question, reply, is_true in row["replies"]),
        is_balanced=True,
    )


def items_of(stage: str, texts: Sequence[Text], chance: random.Random) -> Iterator[Item]:
    """Return what a stage learns from, without end."""
    while True:
        if stage == "contrast":
            yield from _contrasts(texts, 1, chance)
        elif stage in CONTRASTS:
            items = [*_round(stage, texts, chance), *_questions(texts, chance)]
            items += _contrasts(texts, CONTRASTS[stage], chance, of_whole=True)
            chance.shuffle(items)
            yield from items
        else:
            yield from _round(stage, texts, chance)


def _contrasts(texts: Sequence[Text], count: int, chance: random.Random, *, of_whole: bool = False) -> list[Item]:
    """Return so many sentences beside what stands around them, or mostly their whole passage."""
    items: list[Item] = []
    while len(items) < count:
        whole = of_whole and chance.random() < 0.65
        item = contrast(chance.choice(texts), chance.choice(texts), chance, of_whole=whole)
        items += [item] if item is not None else []
    return items


def _questions(texts: Sequence[Text], chance: random.Random) -> list[Item]:
    """Return somewhat less than half of the questions."""
    return [
        Item(question, text.passage, is_answered, IS_ANSWERED)
        for text in texts
        for question, is_answered in text.asked
        if chance.random() < QUESTIONS
    ]


def _round(stage: str, texts: Sequence[Text], chance: random.Random) -> list[Item]:
    """Return the claims of all texts once, some of them beside another's passage.

    The hard and the balanced texts wait for their stages; from then on some of the others come again.
    """
    items = []
    for text in texts:
        if (text.is_hard and stage == "claims") or (text.is_balanced and stage not in ("balanced", "apart")):
            continue
        is_new = (text.is_hard and stage == "hard") or text.is_balanced
        share = 1.0 if is_new else SHARES[stage]
        items += [
            Item(behind_question(claim, text, chance), text.passage, is_true)
            for claim, is_true in text.said
            if chance.random() < share
        ]
        items += [Item(reply, text.passage, is_true) for reply, is_true in text.replied]
        stranger = chance.choice(texts)
        if stranger.language == text.language and stranger is not text and chance.random() < 0.3:
            items.append(Item(chance.choice(stranger.true), text.passage, False))
    chance.shuffle(items)
    return items


def behind_question(claim: str, text: Text, chance: random.Random) -> str:
    """Return a claim, now and then behind a question about its passage, as an answer stands behind one."""
    question = some_question(text, chance)
    return f"{question} {claim}" if question else claim


def some_question(text: Text, chance: random.Random) -> str:
    """Return a question about a text now and then, and "" otherwise."""
    asked = (*text.answered, *text.unanswered)
    return chance.choice(asked) if asked and chance.random() < WITH_QUESTION else ""


def contrast(text: Text, stranger: Text, chance: random.Random, *, of_whole: bool = False) -> Item | None:
    """Return a sentence beside what stands around it, as it stands or with one thing changed; None where none can be.

    `of_whole` puts it beside its whole passage.
    """
    sentences = [part.strip() for _, part in sentences_in(text.passage) if len(part.strip()) > 25]
    if len(sentences) < 2:
        return None
    at = chance.randrange(len(sentences))
    around = sentences[max(0, at - chance.randint(0, 2)) : at + 1 + chance.randint(0, 1)]
    passage = text.passage if of_whole else " ".join(around if len(around) > 1 else sentences[max(0, at - 1) : at + 2])
    if chance.random() < 0.5:
        return Item(loosened(sentences[at], chance), passage, True)
    changed = with_one_change(sentences[at], passage, stranger.passage, text.language, chance)
    return None if changed is None else Item(loosened(changed, chance), passage, False)


def loosened(sentence: str, chance: random.Random) -> str:
    """Return a sentence that says the same in another order, shorter, or without its capitals."""
    if chance.random() < 0.4:
        sentence = re.sub(r"\s*\([^)]*\)", "", sentence)
    parts = re.split(r",\s+", sentence.rstrip("."))
    if chance.random() < 0.3 and len(parts) == 2:
        sentence = f"{parts[1]}, {parts[0]}."
    if chance.random() < 0.3:
        sentence = sentence.rstrip(".;")
    if chance.random() < 0.2:
        sentence = sentence.lower()
    words = sentence.split()
    if chance.random() < 0.35 and len(words) > 9:
        cut = chance.randint(1, 2)
        sentence = " ".join(words[:-cut] if chance.random() < 0.5 else words[cut:])
    return sentence


def with_one_change(sentence: str, passage: str, other: str, language: str, chance: random.Random) -> str | None:
    """Return a sentence with a figure, a word, an order or a denial changed; None where six tries find nothing."""
    for _ in range(6):
        kind = chance.choice(("figure", "figure", "word", "word", "foreign", "order", "denial", "denial"))
        changed = None
        if kind == "figure":
            figure = other_figure(sentence, passage, chance)
            changed = figure[1] if figure is not None else None
        elif kind == "denial":
            changed = _turned(sentence, language, chance)
        else:
            changed = _other_word(kind, sentence, other if kind == "foreign" else passage, chance)
        if changed is not None and changed != sentence:
            return changed
    return None


def other_figure(sentence: str, passage: str, chance: random.Random) -> tuple[str, str] | None:
    """Return a figure of a sentence and the sentence with another one in its place, mostly one of the passage."""
    figures = list(NUMBER.finditer(sentence))
    if not figures:
        return None
    figure = chance.choice(figures)
    near = [each for each in NUMBER.findall(passage) if each != figure.group()]
    new = chance.choice(near) if near and chance.random() < 0.7 else str(chance.randint(2, 900))
    return figure.group(), sentence[: figure.start()] + new + sentence[figure.end() :]


def _other_word(kind: str, sentence: str, source: str, chance: random.Random) -> str | None:
    words = [word for word in WORD.finditer(sentence) if len(word.group()) > 4 and not word.group()[0].isdigit()]
    if kind == "order":
        if len(words) < 4:
            return None
        one, two = sorted(chance.sample(words, 2), key=lambda word: word.start())
        if one.group()[:4].lower() == two.group()[:4].lower():
            return None
        between = sentence[one.end() : two.start()]
        return sentence[: one.start()] + two.group() + between + one.group() + sentence[two.end() :]
    new = [each for each in WORD.findall(source) if len(each) > 4 and each[:4].lower() not in sentence.lower()]
    if not words or not new:
        return None
    word = chance.choice(words)
    return sentence[: word.start()] + chance.choice(new) + sentence[word.end() :]


def without_denial(sentence: str, chance: random.Random) -> str | None:
    """Return a sentence without one of its denials, None where it has none."""
    words = sentence.split()
    denials = [at for at, word in enumerate(words) if is_denial(word)]
    if not denials:
        return None
    at = chance.choice(denials)
    return " ".join(words[:at] + words[at + 1 :])


def _turned(sentence: str, language: str, chance: random.Random) -> str | None:
    affirmed = without_denial(sentence, chance)
    if affirmed is not None:
        return affirmed
    words = sentence.split()
    if len(words) < 5 or language not in _DENIALS:
        return None
    at = chance.randint(1, len(words) - 2)
    return " ".join([*words[:at], chance.choice(_DENIALS[language]), *words[at:]])
