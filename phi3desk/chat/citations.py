"""Marks such as [1] in an answer, and the sentences of the passages they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from phi3desk.chat.messages import Citation, Source
from phi3desk.library.text import fold, sentence_spans, sentences

MARKS = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_TRAILING_MARKS = re.compile(r"(?:[ \t]*\[\d{1,3}\])+")
_WORDS = re.compile(r"[^\W_]+(?:[.,]\d+)*")
# A sentence of an answer is tied to a passage when this share of its telling words stands in one of the passage's
# sentences or beside it. Below, two texts on the same matter already look alike.
SUPPORTED = 0.6
FEWEST_WORDS = 2


@dataclass(frozen=True)
class _Support:
    """How well one sentence of a source supports a sentence of the answer."""

    source: Source
    quote: str
    share: float


def keep_known_marks(text: str, known: Collection[int]) -> str:
    """Return the text with marks split into single ones, `[1, 2]` as `[1][2]`, and marks of no source dropped."""

    def known_only(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        return "".join(f"[{number}]" for number in numbers if number in known)

    kept = MARKS.sub(known_only, text)
    return re.sub(r"[ \t]+(?=[.,;:!?](?:\s|$))", "", kept) if kept != text else text


def cite(text: str, sources: Sequence[Source]) -> tuple[str, tuple[Citation, ...]]:
    """Return the answer with only known marks, and a citation for each mark.

    A sentence the model left without a mark gets the mark of the source that holds its words, where there is one;
    such citations have `by_model` false. Each citation quotes the sentence of the passage that says most of what the
    answer's sentence says. A source that is cited twice for the same sentence of it is listed once.
    """
    if not sources:
        return keep_known_marks(text, ()).strip(), ()
    by_number = {source.n: source for source in sources}
    written: list[str] = []
    citations: dict[tuple[int, str], Citation] = {}
    for piece, is_sentence in _pieces(keep_known_marks(text, by_number.keys()).strip()):
        if not is_sentence:
            written.append(piece)
            continue
        marked = [int(number) for number in MARKS.findall(piece)]
        claim = MARKS.sub(" ", piece)
        for number in marked:
            support = best_support(claim, [by_number[number]], at_least=0.0)
            if support is not None:
                _add(citations, support, by_model=True)
        if not marked:
            support = best_support(claim, sources, at_least=SUPPORTED)
            if support is not None:
                _add(citations, support, by_model=False)
                piece = _with_mark(piece, support.source.n)
        written.append(piece)
    return "".join(written), tuple(citations.values())


def best_support(claim: str, sources: Sequence[Source], at_least: float) -> _Support | None:
    """Return the sentence of the sources that holds most of a claim's telling words, numbers above all.

    None where the share is under `at_least`, or where the claim has too few words to be tied to anything.
    """
    wanted = _telling_words(claim)
    if not wanted or (at_least > 0 and len(wanted) < FEWEST_WORDS and not any(word[0].isdigit() for word in wanted)):
        return None
    whole = sum(_weight(word) for word in wanted)
    best: _Support | None = None
    for source in sources:
        context = _telling_words(f"{source.passage.title} {' '.join(source.passage.headings)}")
        parts = sentences(source.passage.text) or [source.passage.text]
        held = [_telling_words(part) for part in parts]
        for index, part in enumerate(parts):
            near = held[index] | (held[index - 1] if index else set()) | context
            exact = sum(_weight(word) for word in wanted & held[index])
            around = sum(_weight(word) for word in wanted & near)
            share = (0.75 * exact + 0.25 * around) / whole
            if best is None or share > best.share:
                best = _Support(source, part.strip(), share)
    if best is None or best.share < at_least:
        return None
    # A number in the claim that the whole passage does not hold is a sign of invention, whatever the words say.
    if at_least > 0:
        numbers = {word for word in wanted if word[0].isdigit()}
        if not numbers <= _telling_words(best.source.passage.text):
            return None
    return best


def _add(citations: dict[tuple[int, str], Citation], support: _Support, *, by_model: bool) -> None:
    passage = support.source.passage
    citation = Citation(support.source.n, passage.document, passage.path, passage.page, support.quote, by_model)
    citations.setdefault((citation.n, citation.quote), citation)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split an answer into its sentences (True) and what lies between them (False), all of it in order.

    Marks that follow a full stop belong to the sentence before them.
    """
    at = 0
    for start, end in sentence_spans(text, [match.start() for match in re.finditer(r"\n", text)]):
        start = max(start, at)
        trailing = _TRAILING_MARKS.match(text, end)
        end = trailing.end() if trailing else end
        if start >= end or not text[start:end].strip():
            continue
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def _with_mark(sentence: str, number: int) -> str:
    body = sentence.rstrip()
    end = re.search(r"[.!?…:;]+[\"”»’)]*$", body)
    at = end.start() if end else len(body)
    return f"{body[:at]} [{number}]{body[at:]}{sentence[len(body) :]}"


def _telling_words(text: str) -> set[str]:
    """Return the folded words of a text that carry its meaning: numbers, and words of four letters or more, cut to a
    stem of six so that inflected forms meet."""
    found = set()
    for word in _WORDS.findall(fold(text)):
        if word[0].isdigit():
            found.add(re.sub(r"[.,](?=\d{3}(?!\d))", "", word))
        elif len(word) >= 4:
            found.add(word[:6])
    return found


def _weight(word: str) -> float:
    return 2.0 if word[0].isdigit() else 1.0
