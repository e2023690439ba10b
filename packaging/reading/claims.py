"""What the starter's checker learns from: claims beside a passage, and whether it says that they are true."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from examples import SET, Lesson
from items import Text, read_texts, some_question  # another recipe, where `examples` looks for it, too

from phi3desk.chat.judging.matter import Matter, trained_prompt_of

#: those where what is true is worded as near to the passage as what is not
FILES = "*-[5-9].jsonl"
#: share of the texts without another version, and of those with
PLAIN, TURNED = 0.5, 1.0
#: claims that are so, and that are not, of a passage; replies to questions among them
MOST_OF_A_KIND, MOST_REPLIES = 5, 2
#: share of the passages that are put beside a claim of another one
FOREIGN = 0.3
YES, NO = "yes", "no"

Claim = tuple[str, str, bool]


def lessons_of(chance: random.Random, *, documents: bool = True) -> list[list[Lesson]]:
    """Return all there is to learn, shuffled: lists of lessons whose prompts begin alike."""
    texts = read_texts(documents=documents, of=SET, files=FILES)
    groups = [group for text in texts for group in _groups(text, texts, chance)]
    chance.shuffle(groups)
    return groups


def _groups(text: Text, texts: Sequence[Text], chance: random.Random) -> Iterator[list[Lesson]]:
    """Yield the lessons about a passage, and about its other version."""
    if chance.random() > (PLAIN if text.turned is None else TURNED):
        return
    replies = chance.sample(text.replies, min(MOST_REPLIES, len(text.replies)))
    claims = [(some_question(text, chance), claim, is_true) for claim, is_true in text.said]
    stranger = chance.choice(texts)
    if stranger is not text and stranger.language == text.language and chance.random() < FOREIGN:
        claims.append(("", chance.choice(stranger.true), False))
    yield _lessons(text.passage, [*claims, *replies], chance)
    if text.turned is not None:
        turned = [(some_question(text, chance), claim, is_true) for claim, is_true in text.turned.said]
        yield _lessons(text.turned.passage, turned, chance)


def _lessons(passage: str, claims: Sequence[Claim], chance: random.Random) -> list[Lesson]:
    """Return lessons about as many claims that are so as that are not, where there are both."""
    kinds = {is_true: [claim for claim in claims if claim[2] is is_true] for is_true in (True, False)}
    for kind in kinds.values():
        chance.shuffle(kind)
    count = min(MOST_OF_A_KIND, max(1, min(map(len, kinds.values())) + 1))
    chosen = [claim for kind in kinds.values() for claim in kind[:count]]
    chance.shuffle(chosen)
    return [
        Lesson(trained_prompt_of(Matter(passage, question, claim)), YES if is_true else NO, is_true)
        for question, claim, is_true in chosen
    ]
