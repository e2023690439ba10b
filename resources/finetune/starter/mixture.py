"""Makes the starter's training examples: answer from numbered passages with the right mark, refuse where none tells.

    python mixture.py OUT [--texts FOLDER --held-out PATTERN ... --valid PATTERN ...] [--count 5000]

OUT gets train.jsonl, valid.jsonl and held-out.jsonl. No document, field of work or question is in two of them. Each
line holds `messages`, exactly as the program puts them to the model, and beside them what a test needs.

An answer is the sentence that tells, word for word, with its mark: so small a model can choose and copy, not rephrase.
What is refused differs from what is answered in the passages alone: the questions have the same forms, the passages
speak of the same objects, and the sentence that tells is missing.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from facts import WORDS, Domain, Fact, draw, load_domains, put
from layouts import Told, filler, kind_of, laid_out, tell
from texts import Asked, Text, Texts, holds, nearest, read_articles, read_texts

from phi3desk.chat.evidence import content_words
from phi3desk.chat.messages import Source
from phi3desk.chat.prompt import REFUSAL, WITH_REFUSAL, PromptRequest, compose
from phi3desk.library.documents import Passage
from phi3desk.library.text import sentences
from phi3desk.model.types import Turn

#: an expert's own instructions stand before the task; the first ones are those of the built-in general expert
INSTRUCTIONS = (
    "You are a careful expert. Answer plainly and precisely, with figures and units where there are any.",
    "",
    "You answer for the colleagues in the workshop.",
    "You know public tenders. Be exact.",
    "You help in the laboratory. Give figures with their units.",
)
PHRASE_QUESTIONS = (
    "What is said about {}?",
    "What do the documents say about {}?",
    "Tell me about {}.",
    "{}?",
    "What is written on {}?",
    "What about {}?",
)
#: shares of invented facts, questions about texts and phrases of their sentences
SHARES = {"fact": 0.3, "question": 0.65, "phrase": 0.05}
#: of each of them, what is to be refused
REFUSED = {"fact": 0.3, "question": 0.25, "phrase": 0.2}
#: of the questions to refuse, how many at least could be answered by other passages than those that stand there
ANSWERED_ELSEWHERE = 0.25
#: a form of question is told by two words where so many begin like that, else by one
FORM_COUNT = 20
ARTICLES = Path(__file__).with_name("articles.jsonl")
#: of so many articles one validates
ARTICLES_A_VALIDATION = 12
LONGEST_SENTENCE = 45
HELD_OUT_DOMAINS, VALID_DOMAINS = ("laboratory", "vehicles"), ("boilers",)
#: share of the invented facts that are asked for by the kind of the object, such as "the pump"
ASKED_BY_KIND = 0.25
CONTEXT = 2048


@dataclass(frozen=True)
class Case:
    """A question with its passages; `right` is the number of the one that tells, 0 where none does."""

    kind: str
    topic: str
    question: str
    passages: tuple[str, ...]
    right: int
    references: tuple[str, ...]
    answer: str
    instructions: str = INSTRUCTIONS[0]

    def turns(self) -> tuple[Turn, ...]:
        """Return the prompt as the program composes it."""
        sources = tuple(
            Source(n, Passage(n, 0, "", "", "", 1, 0, len(text), text)) for n, text in enumerate(self.passages, 1)
        )
        request = PromptRequest(self.instructions, sources, (), self.question)
        return compose(request, _count, CONTEXT, 128, WITH_REFUSAL).turns

    def line(self) -> str:
        """Return the case as a line of JSON."""
        messages = [{"role": turn.role, "content": turn.text} for turn in self.turns()]
        messages.append({"role": "assistant", "content": self.answer})
        return json.dumps({"messages": messages, **asdict(self)}, ensure_ascii=False)


def main() -> None:
    """Read the command line and write the three files."""
    parser = argparse.ArgumentParser(description="Make the starter's training examples.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--texts", type=Path, help="folder with questions.jsonl and the documents they are about")
    parser.add_argument("--held-out", nargs="*", default=[], help="documents to test on, such as 'en-0[4-6]*'")
    parser.add_argument("--valid", nargs="*", default=[], help="documents to validate with")
    parser.add_argument("--count", type=int, default=5000, help="examples to train on, each with passages of its own")
    parser.add_argument("--tests", type=int, default=60, help="held-out examples of invented facts")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts = read_texts(options.texts) if options.texts else Texts((), ())
    held_out, valid = texts.only(options.held_out), texts.only(options.valid)
    articles = read_articles(ARTICLES)
    validating = list(dict.fromkeys(passage.document for passage in articles.passages))[::ARTICLES_A_VALIDATION]
    valid = valid.joined(articles.only(validating))
    train = texts.without([*options.held_out, *options.valid]).joined(articles.without(validating))
    domains = load_domains()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, count, real, chosen in (
        ("train", options.count, train, [d for d in domains if d.name not in HELD_OUT_DOMAINS + VALID_DOMAINS]),
        ("valid", min(120, options.count // 5), valid, [d for d in domains if d.name in VALID_DOMAINS]),
    ):
        cases = mixture(real, chosen, count, random.Random(f"{name} {options.seed}"))
        _write(options.out / f"{name}.jsonl", cases)
    tested = [domain for domain in domains if domain.name in HELD_OUT_DOMAINS]
    cases = facts(tested, options.tests, random.Random(f"held out {options.seed}"), refused=0.5, three=True)
    cases += questions_as_they_are(held_out, random.Random(f"asked {options.seed}"))
    _write(options.out / "held-out.jsonl", cases)


def mixture(texts: Texts, domains: Sequence[Domain], count: int, chance: random.Random) -> list[Case]:
    """Return shuffled examples of all kinds."""
    made = facts(domains, round(count * SHARES["fact"]), chance, REFUSED["fact"])
    made += questions(texts, round(count * SHARES["question"]), chance)
    made += phrases(texts, round(count * SHARES["phrase"]), chance)
    made = [replace(case, instructions=chance.choice((INSTRUCTIONS[0], *INSTRUCTIONS))) for case in made]
    chance.shuffle(made)
    return made


def facts(
    domains: Sequence[Domain], count: int, chance: random.Random, refused: float, three: bool = False
) -> list[Case]:
    """Return questions about invented facts, a share of them with the fact left out of the passages."""
    makers = [lambda told=told: _fact(chance.choice(domains), told, chance, three) for told in _told(count, refused)]
    return [_made(maker) for maker in makers]


def _fact(domain: Domain, tells: bool, chance: random.Random, three: bool) -> Case | None:
    fact = chance.choice(domain.facts)
    by_kind_if_any = chance.random() < ASKED_BY_KIND
    things = _things(domain, 0.3 if by_kind_if_any else 0.8, chance)
    thing, others = things[0], things[1:]
    by_kind = kind_of(thing) if by_kind_if_any else ""
    if by_kind:
        # whoever asks for "the pump" has one in mind: nothing else is said of its kind, nor this of anything else
        others = [other for other in others if kind_of(other) != by_kind]
    if len(others) < 3:
        return None
    asked = put(chance.choice(fact.questions), by_kind or thing)
    answer = tell(thing, fact, chance)
    # what else is said of the object stands beside the answer, and in its place where there is none
    beside = [tell(thing, other, chance) for other in domain.facts if other is not fact]
    beside += [filler(sentence, thing, chance) for sentence in domain.fillers]
    chance.shuffle(beside)
    own = [*([answer] if tells else [beside.pop()]), *beside[: chance.choice((0, 1, 1, 2, 3))]]
    chance.shuffle(own)
    groups = [own, *_near(domain, fact, others, beside, bool(by_kind), chance)]
    if not three:
        groups = groups[: 1 + _passages_beside(chance)]
    passages = [laid_out(group, chance) for group in groups]
    telling = next((one.said.sentence for one in passages[0][1] if one.fact is fact), "")
    return _case(
        "fact",
        domain.name,
        asked,
        [text for text, _ in passages],
        telling if tells else "",
        (answer.said.value,),
        chance,
    )


def _near(
    domain: Domain, fact: Fact, others: Sequence[str], beside: list[Told], by_kind: bool, chance: random.Random
) -> list[list[Told]]:
    """Return what two passages tell: mostly the fact of another object, and something else of the same or of others."""
    near = [[beside.pop()], *(_about(domain, other, fact.name, chance) for other in others[1:3])]
    if not by_kind and chance.random() >= 0.2:
        same = [tell(others[0], fact, chance), *_about(domain, others[0], fact.name, chance)[: chance.choice((0, 1))]]
        near = [same, *near]
    groups = [near[0], *chance.sample(near[1:], min(1, len(near) - 1))]
    for group in groups:
        chance.shuffle(group)
    return groups


def _things(domain: Domain, alike: float, chance: random.Random) -> list[str]:
    """Draw objects of a domain, each once, a share of them for sure of one kind."""
    kind = chance.choice(domain.objects)
    drawn = [draw(kind if chance.random() < alike else chance.choice(domain.objects), chance) for _ in range(12)]
    return list(dict.fromkeys(drawn))


def _about(domain: Domain, thing: str, without: str, chance: random.Random) -> list[Told]:
    listed = [tell(thing, fact, chance) for fact in domain.facts if fact.name != without]
    listed += [filler(sentence, thing, chance) for sentence in domain.fillers]
    return chance.sample(listed, chance.choice((1, 2, 2, 3)))


def questions(texts: Texts, count: int, chance: random.Random) -> list[Case]:
    """Return the questions of the texts, all of them before one returns, then among other passages."""
    answered = [asked for asked in texts.asked if asked.references]
    unanswered = [asked for asked in texts.asked if not asked.references]
    to_answer = _in_turn(answered, chance)
    to_refuse = _in_turn(_of_the_same_forms(answered, unanswered, chance), chance)
    makers = [
        lambda told=told: _question(next(to_answer if told else to_refuse), texts.passages, told, chance)
        for told in _told(count, REFUSED["question"])
    ]
    return [_made(maker) for maker in makers]


def _of_the_same_forms(answered: Sequence[Asked], unanswered: Sequence[Asked], chance: random.Random) -> list[Asked]:
    """Return questions to refuse that begin like the answered ones, so that the question alone betrays nothing.

    They are those that were written to have no answer and, where such are few, answered ones without their passage.
    """
    begun = Counter(_beginning(asked, 2) for asked in answered)

    def form(asked: Asked) -> str:
        return _beginning(asked, 2 if begun[_beginning(asked, 2)] >= FORM_COUNT else 1)

    refused: list[Asked] = []
    for name in dict.fromkeys(map(form, answered)):
        own, others = ([asked for asked in listed if form(asked) == name] for listed in (unanswered, answered))
        wanted = round(len(others) * len(unanswered) / len(answered))
        taken = chance.sample(own, min(len(own), round(wanted * (1 - ANSWERED_ELSEWHERE))))
        refused += [*taken, *chance.sample(others, min(len(others), wanted - len(taken)))]
    return refused


def _beginning(asked: Asked, words: int) -> str:
    return " ".join(asked.question.casefold().split()[:words])


def _in_turn(asked: Sequence[Asked], chance: random.Random) -> Iterator[Asked]:
    """Give all questions in a random order, and again in another, for ever."""
    while True:
        yield from chance.sample(asked, len(asked))


def _question(asked: Asked, passages: tuple[Text, ...], told: bool, chance: random.Random) -> Case | None:
    ordered = nearest(asked.question, passages)
    on_page = [text for text in ordered if text.document == asked.document and text.page in asked.pages]
    right = next((text for text in on_page if any(holds(text.text, answer) for answer in asked.references)), None)
    telling = _telling(right.text, asked) if right else ""
    if told and not telling:
        return None
    own = right if told else next((text for text in on_page if not asked.references), None)
    near = [text for text in ordered[:12] if text is not own and not any(holds(text.text, a) for a in asked.references)]
    taken = ([own] if own else []) + chance.sample(near[:8], min(len(near), 3 - bool(own)))
    topic = asked.document
    return _case(
        "question",
        topic,
        asked.question,
        [text.text for text in taken[: 1 + _passages_beside(chance)]],
        telling if told else "",
        asked.references,
        chance,
    )


def _telling(text: str, asked: Asked) -> str:
    """Return the sentence that holds an answer and most of the question's words, "" where none is short enough."""
    words = content_words(asked.question)
    found = [s for s in sentences(text) if any(holds(s, answer) for answer in asked.references)]
    found.sort(key=lambda sentence: -len(words & content_words(sentence)))
    return found[0] if found and len(found[0].split()) <= LONGEST_SENTENCE else ""


def questions_as_they_are(texts: Texts, chance: random.Random) -> list[Case]:
    """Return every question once with three passages: the one it is about and the two nearest beside it."""
    made = []
    for asked in texts.asked:
        ordered = nearest(asked.question, texts.passages)
        on_page = [text for text in ordered if text.document == asked.document and text.page in asked.pages]
        telling = [text for text in on_page if any(holds(text.text, answer) for answer in asked.references)]
        if asked.references and not telling:
            continue
        own = (telling or on_page or ordered)[0]
        near = [text for text in ordered if text is not own and not any(holds(text.text, a) for a in asked.references)]
        group = [own.text, *(text.text for text in near[:2])]
        chance.shuffle(group)
        right = group.index(own.text) + 1 if asked.references else 0
        made.append(Case("question", asked.document, asked.question, tuple(group), right, asked.references, REFUSAL))
    return [replace(case, answer=_reference(case)) if case.right else case for case in made]


def _reference(case: Case) -> str:
    return f"{case.references[0]} [{case.right}]"


def phrases(texts: Texts, count: int, chance: random.Random) -> list[Case]:
    """Return questions for what is said about a few words of a sentence, to be found among other passages."""
    made = [_phrase(texts.passages, told, chance) for told in _told(count, REFUSED["phrase"])]
    return [case for case in made if case is not None]


def _phrase(passages: tuple[Text, ...], told: bool, chance: random.Random) -> Case | None:
    own = chance.choice(passages)
    listed = [sentence for sentence in sentences(own.text) if 6 <= len(sentence.split()) <= LONGEST_SENTENCE]
    if not listed:
        return None
    sentence = chance.choice(listed)
    found = re.findall(r"(?=\b([^\W\d]{4,}(?: \w+){1,3})\b)", sentence)
    found = [phrase for phrase in found if len(content_words(phrase)) >= 2 and _stands_alone(phrase)]
    if not found:
        return None
    phrase = chance.choice(found)
    words = content_words(phrase)
    near = [
        text for text in nearest(phrase, passages)[:10] if text is not own and not words <= content_words(text.text)
    ]
    if len(near) < 3:
        return None
    taken = [*([own] if told else []), *chance.sample(near, 3)]
    question = chance.choice(PHRASE_QUESTIONS).format(phrase)
    return _case(
        "phrase",
        own.document,
        question,
        [text.text for text in taken[: 1 + _passages_beside(chance)]],
        sentence if told else "",
        (phrase,),
        chance,
    )


def _stands_alone(phrase: str) -> bool:
    """Tell whether a phrase begins and ends with a word that means something."""
    words = phrase.casefold().split()
    return all(len(word) > 3 and word not in WORDS["loose"] for word in (words[0], words[-1]))


def _case(
    kind: str,
    topic: str,
    question: str,
    passages: Sequence[str],
    telling: str,
    references: tuple[str, ...],
    chance: random.Random,
) -> Case | None:
    """Put the passages, of which the first tells, into a random order; None where the excerpts lose the answer."""
    order = list(range(len(passages)))
    chance.shuffle(order)
    right = order.index(0) + 1 if telling else 0
    answer = marked(telling, right) if telling else REFUSAL
    case = Case(kind, topic, question, tuple(passages[index] for index in order), right, references, answer)
    shown = case.turns()[-1].text
    if not telling:
        told = kind != "phrase" and any(holds(text, value) for text in passages for value in references)
        return None if told else case
    if telling not in shown or shown.count(telling) > 1:
        return None
    return case


def marked(sentence: str, number: int) -> str:
    """Return a sentence with the mark of its passage before the full stop."""
    body = sentence.strip()
    end = re.search(r"[.!?]+$", body)
    return f"{body[: end.start()]} [{number}]{end[0]}" if end else f"{body} [{number}]."


def _passages_beside(chance: random.Random) -> int:
    return chance.choice((0, 1, 2, 2, 2, 2, 2, 2))


def _told(count: int, refused: float) -> list[bool]:
    """Return for each of so many examples whether its passages tell; the shares are exact."""
    return [index >= round(count * refused) for index in range(count)]


def _made(maker: Callable[[], Case | None]) -> Case:
    while True:
        case = maker()
        if case is not None:
            return case


def _count(turns: Sequence[Turn]) -> int:
    return sum(len(turn.text) // 3 + 8 for turn in turns)


def _write(path: Path, cases: Sequence[Case]) -> None:
    path.write_text("".join(case.line() + "\n" for case in cases), encoding="utf-8")
    refused = sum(not case.right for case in cases)
    kinds = {kind: sum(case.kind == kind for case in cases) for kind in sorted({case.kind for case in cases})}
    print(f"{path}: {len(cases)} examples, {refused} to refuse, {kinds}")


if __name__ == "__main__":
    main()
