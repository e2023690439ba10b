"""Which sentences of the passages found are read where all of them would take too long.

The best sentences are taken from wherever they stand, each with what it cannot be understood without: the head of its
table, the line that its list belongs to, the sentence that its pronoun points to. What two passages both say is read
once. Passages of one document stand together, and name it once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from phi3desk.chat.messages import Source
from phi3desk.chat.reading.sentence_scores import sentence_scores
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.errors import Sentence, say
from phi3desk.foreign_text import quoted, quoted_line
from phi3desk.library.documents import place
from phi3desk.library.kinds import has_pages
from phi3desk.library.text import is_bullet, is_row, line_ends, sentence_spans
from phi3desk.library.words.terms import words_of

#: characters of a document's title or name, and of the headings over a passage
LONGEST_NAME, LONGEST_PATH = 120, 240
#: stands where sentences are left out
GAP = "…"
NO_TIME = say("The model had no time to read it.")
SAID_ALREADY = say("Another passage says the same.")
#: two sentences say the same where they share so much of their words, and all of their figures
_ALIKE = 0.85
#: fewer words may be a label or a cell, which may well stand in two places
_FEWEST_WORDS = 5
#: what the score of a sentence loses where it has all the words of one that is taken
_LESS_BESIDE_LIKE = 2.0
#: a sentence between two that are read is read, too, where it is no longer than this
_SHORT_GAP = 60
#: what a sentence ends with; a comma or a letter says that it goes on
_STOPS = tuple(".!?…:;。\"'”“»’)]")
_POINTING = ("entity_pronouns", "fact_pronouns", "pointers")

CountTokens = Callable[[str], float]
#: the words of a sentence, and those of them that are figures
_Says = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class Extract:
    """What of a source is read: `body` below `heading`; all of it where `whole`, nothing where `left_out` says why."""

    source: Source
    heading: str = ""
    body: str = ""
    whole: bool = True
    left_out: Sentence | None = None

    @property
    def text(self) -> str:
        """The extract as it stands in a prompt, after its number."""
        return f"{self.heading}\n{self.body}" if self.heading else self.body


def heading_of(source: Source, above: Source | None = None) -> str:
    """Return the line above a passage: document, page and headings; `above` is the passage that stands before it.

    What that one's heading says already is left out.
    """
    passage, last = source.passage, above.passage if above is not None else source.passage
    same = above is not None and last.document_id == passage.document_id
    path = "" if same and last.headings == passage.headings else quoted_line(" > ".join(passage.headings), LONGEST_PATH)
    if same and last.page == passage.page and not path:
        return ""
    by_place = passage.kind and not has_pages(passage.kind)
    named = quoted_line(str(place(passage.kind, passage.page, passage.label)), LONGEST_NAME) if by_place else ""
    where = named or f"page {passage.page}"
    if not same:
        title = quoted_line(passage.title, LONGEST_NAME) or quoted_line(passage.document, LONGEST_NAME)
        where = f"{title}, {where}"
    return f"({where}: {path})" if path else f"({where})"


def whole(sources: Sequence[Source]) -> tuple[Extract, ...]:
    """Return the sources as they are read where there is time for all of them."""
    return tuple(Extract(source, heading_of(source), quoted(source.passage.text).strip()) for source in sources)


def extracts(question: str, sources: Sequence[Source], room: float, tokens: CountTokens) -> tuple[Extract, ...]:
    """Return what of the sources is read in so many tokens, in the order in which it is read.

    All of them where they fit. The best sentence is read even where it alone takes more; sources of which nothing is
    read follow at the end.
    """
    all_of_them = whole(sources)
    if sum(tokens(f"[{each.source.n}] {each.text}\n\n") for each in all_of_them) <= room:
        return all_of_them
    passages = [
        _Split(source, scores) for source, scores in zip(sources, sentence_scores(question, sources), strict=True)
    ]
    _choose(passages, room, tokens)
    return _in_reading_order(passages)


class _Split:
    """A source split into sentences, with what of it is taken."""

    def __init__(self, source: Source, scores: Sequence[float]) -> None:
        self.source = source
        self.scores = scores
        self.text = source.passage.text
        self.spans = sentence_spans(self.text, line_ends(self.text))
        self.parts = [self.text[start:end] for start, end in self.spans]
        self.taken: set[int] = set()
        self.said: set[int] = set()
        self._language: str | None = None

    @property
    def language(self) -> str:
        if self._language is None:
            self._language = language_of_words(self.text)
        return self._language

    def needed_by(self, at: int) -> set[int]:
        """Return which sentences one cannot be understood without, itself among them."""
        first = last = at
        while first and self._goes_on(first - 1):
            first -= 1
        while last + 1 < len(self.parts) and (self._goes_on(last) or (last == at and self.parts[at].endswith(":"))):
            last += 1
        if self._points_back(first):
            first -= 1
        return {*range(first, last + 1), *self._head(at)}

    def _goes_on(self, at: int) -> bool:
        """Return whether the next part is the rest of a sentence that a break has parted."""
        return not self.parts[at].endswith(_STOPS) and self.parts[at + 1][:1].islower()

    def _points_back(self, at: int) -> bool:
        """Return whether a sentence begins with a pronoun, which stands for something in the one before it."""
        words = words_of(self.parts[at])[:1] if at else []
        known = WORDS.get(self.language)
        return known is not None and any(known.has(kind, word) for kind in _POINTING for word in words)

    def _head(self, at: int) -> set[int]:
        """Return the line that a row's columns are named in, or that a list begins under."""
        belongs = is_row if is_row(self.parts[at]) else is_bullet if is_bullet(self.parts[at]) else None
        if belongs is None:
            return set()
        above = at
        while above and belongs(self.parts[above]):
            above -= 1
        return {above} if above < at else set()

    def body(self) -> str:
        """Return what is taken, in its order, with a mark where sentences are left out."""
        written: list[str] = []
        last = -1
        for at in sorted(self.taken):
            if last >= 0 and at > last + 1:
                written.append(f" {GAP} ")
            elif last >= 0:
                written.append(self.text[self.spans[last][1] : self.spans[at][0]])
            written.append(self.parts[at])
            last = at
        return quoted("".join(written))


def _choose(passages: Sequence[_Split], room: float, tokens: CountTokens) -> None:
    """Take the best sentences, with what they need, until the room is full.

    What is much like a sentence of the same passage that is taken already tells little more: the rows of a log would
    fill the room. In another passage it may tell that the figure is another one there.
    """
    says = {(number, at): _words(part) for number, each in enumerate(passages) for at, part in enumerate(each.parts)}
    told = [_words(" ".join((each.source.passage.title, *each.source.passage.headings))) for each in passages]
    likest = dict.fromkeys(says, 0.0)
    waiting = set(says)
    known: list[_Says] = []
    left = room
    while waiting:
        where = max(waiting, key=lambda one: (_value(passages, one, likest[one]), -one[0], -one[1]))
        waiting.discard(where)
        number, at = where
        passage = passages[number]
        if at in passage.taken:
            continue
        if _is_said(says[where], known) or (passage.taken and _is_part(says[where], told[number])):
            passage.said.add(at)
            continue
        more = passage.needed_by(at) - passage.taken
        cost = sum(tokens(passage.parts[each]) + 1 for each in more)
        if not passage.taken:
            cost += tokens(f"[{passage.source.n}] {heading_of(passage.source, _standing_before(passages, number))}\n\n")
        if cost > left and known:
            continue
        left -= cost
        passage.taken |= more
        new = [says[number, each] for each in more]
        known += new
        for one in waiting:
            if one[0] == number:
                likest[one] = max(likest[one], *(_likeness(says[one], other) for other in new))
    for passage in passages:
        for at in _short_gaps(passage):
            left -= tokens(passage.parts[at])
            if left >= 0:
                passage.taken.add(at)


def _value(passages: Sequence[_Split], where: tuple[int, int], likest: float) -> float:
    number, at = where
    return passages[number].scores[at] - _LESS_BESIDE_LIKE * likest


def _standing_before(passages: Sequence[_Split], number: int) -> Source | None:
    """Return a source of the same document of which something is taken already, None where there is none."""
    document = passages[number].source.passage.document_id
    return next((each.source for each in passages if each.taken and each.source.passage.document_id == document), None)


def _short_gaps(passage: _Split) -> list[int]:
    return [
        at
        for at in range(1, len(passage.parts) - 1)
        if {at - 1, at + 1} <= passage.taken and len(passage.parts[at]) <= _SHORT_GAP
        if at not in passage.taken | passage.said
    ]


def _words(text: str) -> _Says:
    """Return the words of a sentence, and those of them that are figures."""
    words = frozenset(words_of(text))
    return words, frozenset(word for word in words if any(letter.isdigit() for letter in word))


def _likeness(one: _Says, other: _Says) -> float:
    return len(one[0] & other[0]) / (len(one[0] | other[0]) or 1)


def _is_said(says: _Says, known: Collection[_Says]) -> bool:
    """Return whether one of the sentences taken says the same: nearly the same words, exactly the same figures."""
    if len(says[0]) < _FEWEST_WORDS:
        return False
    return any(says[1] == other[1] and _likeness(says, other) >= _ALIKE for other in known)


def _is_part(says: _Says, heading: _Says) -> bool:
    """Return whether a line only repeats what the heading above its passage says, such as a running head does."""
    return says[0] <= heading[0]


def _in_reading_order(passages: Sequence[_Split]) -> tuple[Extract, ...]:
    """Return the extracts by document, the best document first and in each as the pages follow, then the rest."""
    read = [each for each in passages if each.taken]
    first = {each.source.passage.document_id: number for number, each in reversed(list(enumerate(read)))}
    read.sort(
        key=lambda each: (
            first[each.source.passage.document_id],
            each.source.passage.page,
            each.source.passage.start,
        )
    )
    made: list[Extract] = []
    for each in read:
        heading = heading_of(each.source, made[-1].source if made else None)
        made.append(Extract(each.source, heading, each.body(), len(each.taken) == len(each.parts)))
    for each in passages:
        if not each.taken:
            said = each.said and len(each.said) == len(each.parts)
            made.append(Extract(each.source, whole=False, left_out=SAID_ALREADY if said else NO_TIME))
    return tuple(made)
