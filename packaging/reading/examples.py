"""What the starter's reader learns from: sentences, and questions that they answer or not, with the words that do."""

from __future__ import annotations

import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.chat.judging.before import UNANSWERABLE, turns_before
from phi3desk.chat.messages import Source
from phi3desk.chat.reading.nearest import nearest_of_all
from phi3desk.library.documents import Passage
from phi3desk.model.types import Turn

sys.path.append(str(Path(__file__).parent.parent / "entailment"))
from items import Text, one_line, read_texts

#: those that name the words of each answer
FILES = "*-9.jsonl"
#: of documents, those of this set only: questions of others measure
SET = "industry"
#: share of the passages of a language that are used each time: there are many German safety data sheets
SHARES = {"en": 1.0, "de": 0.6, "sl": 0.9, "el": 0.6, "ro": 0.7, "sv": 1.0, "uk": 1.0}
#: times that passages are gone through, each with another question first
TIMES = 2
#: share where the sentence that answers is taken away, where a question without an answer comes first, and with a
#: question about something else
TAKEN_AWAY, UNANSWERED_FIRST, FOREIGN = 0.15, 0.4, 0.12
#: passages that stand beside, and sentences that are read of all of them
BESIDE, SENTENCES = (1, 2, 2, 3), 5
#: of one kind so many questions
MOST_OF_A_KIND = 3
#: passages among which those that stand beside are looked for
POOL = 250
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Lesson:
    """A prompt and what is to be written behind it; `is_yes` is whether it is something else than none or no."""

    turns: tuple[Turn, ...]
    written: str
    is_yes: bool


@dataclass(frozen=True)
class Group:
    """Sentences with questions about them, each with the words that answer it, or UNANSWERABLE."""

    sentences: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]

    @property
    def lessons(self) -> list[Lesson]:
        """A lesson for each question."""
        return [
            Lesson(turns_before(self.sentences, question), words, words != UNANSWERABLE)
            for question, words in self.asked
        ]


def lessons_of(chance: random.Random) -> list[list[Lesson]]:
    """Return all there is to learn, shuffled: lists of lessons whose prompts begin alike."""
    return [group.lessons for group in groups_of(read_texts(of=SET, files=FILES), chance)]


def groups_of(texts: Sequence[Text], chance: random.Random) -> list[Group]:
    """Return groups of questions about the sentences nearest to one of them, shuffled."""
    languages = defaultdict(list)
    for text in texts:
        languages[text.language].append(text)
    pools = {language: _Pool(some, chance) for language, some in languages.items()}
    groups = [
        group
        for text in [*texts] * TIMES
        if chance.random() <= SHARES[text.language]
        and (group := _group(text, pools[text.language], chance)) is not None
    ]
    chance.shuffle(groups)
    return groups


class _Pool:
    """The passages of a language, to find others that share words with a question."""

    def __init__(self, texts: Sequence[Text], chance: random.Random) -> None:
        self.texts, self._chance = texts, chance
        self._stems = [_stems(text.passage) for text in texts]
        self._in = Counter(stem for stems in self._stems for stem in stems)

    def beside(self, question: str, own: Text, count: int) -> list[Text]:
        """Return passages of a random few that share most with a question."""
        asked, total = _stems(question), len(self.texts)
        some = self._chance.sample(range(total), min(total, POOL))
        shared = {
            at: sum(math.log(total / (1 + self._in[stem]) + 1) for stem in asked & self._stems[at])
            for at in some
            if self.texts[at] is not own
        }
        return [self.texts[at] for at in sorted(shared, key=lambda at: (-shared[at], at))[:count]]


def _group(text: Text, pool: _Pool, chance: random.Random) -> Group | None:
    answered, unanswered = list(text.places), list(text.unanswered)
    if len(answered) < 2 or len(unanswered) < 2:
        return None
    chance.shuffle(answered)
    chance.shuffle(unanswered)
    takes_away = chance.random() < TAKEN_AWAY
    first = unanswered[0] if not takes_away and chance.random() < UNANSWERED_FIRST else answered[0][0]
    near = _nearest(first, text, pool, SENTENCES + takes_away, chance)
    taken = ""
    if takes_away:
        holding = [part for part in near if answered[0][1] in one_line(part)]
        if len(holding) != 1:
            return None
        taken = one_line(holding[0])
        near.remove(holding[0])
    read = "\n".join(map(one_line, near))
    asked = list(_answered(answered, read, taken))
    if not asked or (first == answered[0][0] and asked[0][0] != first):
        return None
    found = sum(words != UNANSWERABLE for _, words in asked)
    # those that look most as if they were answered
    others = sorted(unanswered, key=lambda question: -len(_stems(question) & _stems(read)))[:5]
    told = [question for question in dict.fromkeys((first, *others)) if question in unanswered]
    asked += [(question, UNANSWERABLE) for question in told[: max(1, found)]]
    if chance.random() < FOREIGN:
        asked += _foreign(text, chance.choice(pool.texts), chance)
    return Group(tuple(near), tuple(asked))


def _nearest(question: str, text: Text, pool: _Pool, count: int, chance: random.Random) -> list[str]:
    """Return the sentences nearest to a question, of its passage and of some beside it, as the program reads them."""
    passages = pool.beside(question, text, chance.choice(BESIDE))
    passages.insert(0 if chance.random() < 0.6 else chance.randrange(len(passages) + 1), text)
    sources = [Source(n, _passage(each.passage), score=0.9 - 0.01 * n) for n, each in enumerate(passages, 1)]
    near = nearest_of_all(question, sources, count)
    return [one.text for one in sorted(near, key=lambda one: (one.source, one.place))]


def _answered(answered: Sequence[tuple[str, str]], read: str, taken: str) -> Iterator[tuple[str, str]]:
    """Yield questions that what is read answers, and those that only what was taken away did."""
    answers = gone = 0
    for question, words in answered:
        if words in taken and words.lower() not in read.lower() and gone < MOST_OF_A_KIND - 1:
            gone += 1
            yield question, UNANSWERABLE
        elif words in read and answers < MOST_OF_A_KIND:
            answers += 1
            yield question, words


def _foreign(text: Text, stranger: Text, chance: random.Random) -> list[tuple[str, str]]:
    if stranger is text or not stranger.places:
        return []
    return [(chance.choice(stranger.places)[0], UNANSWERABLE)]


def _passage(text: str) -> Passage:
    return Passage(0, 0, "", "", "", 1, 0, len(text), text)


def _stems(text: str) -> set[str]:
    return {word.lower()[:6] for word in _WORD.findall(text) if len(word) > 3 or word[0].isdigit()}
