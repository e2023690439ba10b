"""In what two documents differ: which of their sentences are the same, changed, or in one of them only."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from phi3desk.errors import until
from phi3desk.library.documents import Passage
from phi3desk.library.overview.types import Change, Difference
from phi3desk.library.text import fold, line_ends, sentence_spans

#: a sign, a bound or a currency belongs to its figure: -20 °C is not 20 °C, < 5 bar not > 5 bar, €500 not $500
_WORD = re.compile(
    r"(?:(?:[<>]=?|[≤≥±≈~€$£¥])\s?|(?<!\w)[-−–+]){0,3}(?=\d)[^\W_]+(?:[.,:/-]\d+)*(?:\s?[%‰€$£¥](?!\s?\d))?"
    r"|[^\W_]+(?:[.,:/-]\d+)*"
)
#: the same sign, written otherwise
_SIGNS = str.maketrans({"−": "-", "–": "-"})
_CLAUSE = re.compile(r"\W{0,3}(?:§\s*)?(\d{1,3}(?:\.\d{1,3}){0,5})\b")
#: two sentences of which so much is the same, by the weight of their words, are one that was changed
_CHANGED = 0.55
#: under the same heading, or clause number, less is enough
_SAME_PLACE = 0.15
#: words that two sentences must share at the least
_FEWEST_SHARED = 3
#: a line that stands so often in one document is a running head, a foot or a label
_RUNNING = 3
#: the number of a step or of a clause, which moves with what is put in before it; "24 months" and "1.5 V" are figures
_NUMBERING = re.compile(
    r"^(?:[-–—]\s+)?[^\w<>≤≥±≈~€$£¥+−–-]{0,3}(?:"
    r"(?:\d{1,3}(?:\.\d{1,3}){0,5}[.)]|[a-zA-Z][.)])\s+"
    r"|\d{1,3}(?:\.\d{1,3}){1,5}\s+(?!(?:[GMT]?(?:B|W|Wh|Hz|Pa|bit)|[AVNKJFCLT]|Nm|Ah|Mio|Mrd|EUR|USD)\b)(?=(\w)))"
)
#: words that stand in more sentences than this tell nothing about which two belong together
_COMMON = 60
#: sentences of one document, of those that the other does not have, that are compared with the other's
_MOST_SENTENCES = 6000
#: sentences of the other document that one is compared with
_NEAREST = 10


@dataclass(frozen=True)
class _Sentence:
    """A sentence with where it stands; `words` are those that can be compared, `place` the clause or the heading."""

    passage: Passage
    text: str
    words: tuple[str, ...]
    place: str

    @property
    def figures(self) -> frozenset[str]:
        """The numbers in it."""
        return frozenset(word for word in self.words if _is_figure(word))


def differences(
    first: Sequence[Passage], second: Sequence[Passage], cancelled: threading.Event | None = None
) -> tuple[list[Difference], int, int]:
    """Return in what two documents differ, in their order, how many sentences they share, and how many are left out.

    A sentence that stands elsewhere in the other document counts as shared. Of two documents that have very many
    sentences which the other does not have, the first ones are compared. Takes seconds for two documents of a
    thousand pages; raises Cancelled between two passages or sentences.
    """
    cancelled = cancelled or threading.Event()
    ones, others = _without_running(*(list(_sentences(until(cancelled, passages))) for passages in (first, second)))
    shared = Counter(s.words for s in ones) & Counter(s.words for s in others)
    ones, others = _without(ones, shared), _without(others, shared)
    left_out = len(ones[_MOST_SENTENCES:]) + len(others[_MOST_SENTENCES:])
    ones, others = ones[:_MOST_SENTENCES], others[:_MOST_SENTENCES]
    pairs = _pairs(ones, others, cancelled)
    changed = [_changed(ones[i], others[j]) for i, j in sorted(pairs.items())]
    only_first = _only((s for i, s in enumerate(ones) if i not in pairs), Change.ONLY_FIRST)
    taken = set(pairs.values())
    only_second = _only((s for j, s in enumerate(others) if j not in taken), Change.ONLY_SECOND)
    return [*changed, *only_first, *only_second], shared.total(), left_out


def _sentences(passages: Iterable[Passage]) -> Iterator[_Sentence]:
    for passage in passages:
        breaks = line_ends(passage.text)
        heading = passage.headings[-1] if passage.headings else ""
        for start, end in sentence_spans(passage.text, breaks):
            text = passage.text[start:end].strip()
            words = _words(text)
            # a heading that stands in its own passage is no sentence of it
            if len(words) < 2 or fold(text) == fold(heading):
                continue
            clause = _CLAUSE.match(text) or _CLAUSE.match(heading)
            yield _Sentence(passage, text, words, clause[1] if clause else fold(heading))


def _words(sentence: str) -> tuple[str, ...]:
    """Return the words of a sentence without its number, each figure with its sign."""
    number = _NUMBERING.match(sentence)
    # a clause begins with a capital letter, what is measured with a small one
    is_numbered = number is not None and (number[1] is None or number[1].isupper())
    start = number.end() if number is not None and is_numbered else 0
    return tuple(_in_one_writing(word) for word in _WORD.findall(fold(sentence[start:])))


def _in_one_writing(word: str) -> str:
    if word.isalnum():
        return word
    return "".join(word.split()).translate(_SIGNS).replace(">=", "≥").replace("<=", "≤")


def _is_figure(word: str) -> bool:
    return word.lstrip("<>=≤≥±≈~€$£¥-+")[:1].isdigit()


def _without(sentences: Sequence[_Sentence], shared: Counter[tuple[str, ...]]) -> list[_Sentence]:
    """Return the sentences that the other document does not have."""
    left = Counter(shared)
    kept = []
    for sentence in sentences:
        if left[sentence.words] > 0:
            left[sentence.words] -= 1
        else:
            kept.append(sentence)
    return kept


def _without_running(ones: Sequence[_Sentence], others: Sequence[_Sentence]) -> tuple[list[_Sentence], list[_Sentence]]:
    """Return the sentences of two documents without those that are running in both, or in one and not in the other.

    What stands a few times in one of them and often in the other is told once: a warning may have gone from a step.
    """
    first, second = (Counter(sentence.words for sentence in each) for each in (ones, others))
    told: Counter[tuple[str, ...]] = Counter()
    for words, count in (first | second).items():
        fewest = min(first[words], second[words])
        told[words] = count if count < _RUNNING else fewest + 1 if 0 < fewest < _RUNNING else 0
    return _first_of(ones, told), _first_of(others, told)


def _first_of(sentences: Sequence[_Sentence], times: Counter[tuple[str, ...]]) -> list[_Sentence]:
    """Return of each sentence so many as are told."""
    left = Counter(times)
    kept = []
    for sentence in sentences:
        if left[sentence.words] > 0:
            left[sentence.words] -= 1
            kept.append(sentence)
    return kept


def _pairs(ones: Sequence[_Sentence], others: Sequence[_Sentence], cancelled: threading.Event) -> dict[int, int]:
    """Return which sentence of one document became which of the other, the likest first, each at most once."""
    holding: dict[str, list[int]] = defaultdict(list)
    standing: dict[str, list[int]] = defaultdict(list)
    for at, sentence in enumerate(others):
        standing[sentence.place].append(at)
        for word in set(sentence.words):
            holding[word].append(at)
    times = Counter(word for sentence in (*ones, *others) for word in set(sentence.words))
    likely = []
    for at, sentence in enumerate(until(cancelled, ones)):
        words = set(sentence.words)
        near = Counter(other for word in words if len(holding[word]) <= _COMMON for other in holding[word])
        near.update(standing[sentence.place][:_COMMON] if sentence.place else ())
        fewest = min(_FEWEST_SHARED, max(2, len(words) - 1))
        for other, _ in near.most_common(_NEAREST):
            alike = _alike(sentence, others[other], times)
            if alike >= _CHANGED and len(words.intersection(others[other].words)) >= fewest:
                likely.append((-alike, at, other))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, at, other in sorted(likely):
        if at not in pairs and other not in taken:
            pairs[at] = other
            taken.add(other)
    return pairs


def _alike(one: _Sentence, other: _Sentence, times: Counter[str]) -> float:
    """Return the share of their words that two sentences have in common (Dice), more for those in the same place.

    A word weighs less the more sentences it stands in, a figure nothing: figures are what changes.
    """

    def weight(words: Counter[str]) -> float:
        return sum(n / (1 + math.log(max(1, times[word]))) for word, n in words.items() if not _is_figure(word))

    own, its = Counter(one.words), Counter(other.words)
    total = weight(own) + weight(its)
    share = 2 * weight(own & its) / total if total else 0.0
    return share + (_SAME_PLACE if one.place and one.place == other.place else 0.0)


def _changed(one: _Sentence, other: _Sentence) -> Difference:
    heading = one.passage.headings[-1] if one.passage.headings else ""
    figures = (tuple(sorted(one.figures - other.figures)), tuple(sorted(other.figures - one.figures)))
    return Difference(Change.CHANGED, heading, one.passage, other.passage, one.text, other.text, figures)


def _only(sentences: Iterator[_Sentence], change: Change) -> list[Difference]:
    """Return what stands in one document only; sentences of one passage are one difference."""
    found: list[Difference] = []
    for sentence in sentences:
        before = found[-1] if found else None
        passage, text = sentence.passage, sentence.text
        known = None if before is None else (before.first or before.second)
        if before is not None and known is not None and known.id == passage.id:
            joined = f"{before.first_text or before.second_text} {text}"
            found[-1] = (
                replace(before, first_text=joined)
                if change is Change.ONLY_FIRST
                else replace(before, second_text=joined)
            )
            continue
        heading = passage.headings[-1] if passage.headings else ""
        if change is Change.ONLY_FIRST:
            found.append(Difference(change, heading, first=passage, first_text=text))
        else:
            found.append(Difference(change, heading, second=passage, second_text=text))
    return found
