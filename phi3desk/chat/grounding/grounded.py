"""An answer tied to its sources sentence by sentence, whatever the model marked.

A mark stays where its passage supports the sentence. Where another passage does, its mark takes the place; where none
does, the sentence keeps no mark and is shown as not found.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi3desk.chat.citations import MARKS, citation_of, claim_of, keep_known_marks, pieces, with_mark
from phi3desk.chat.grounding.check import Checker, PassageText, Verdict, with_checker
from phi3desk.chat.grounding.layout import layout_of
from phi3desk.chat.grounding.meaning import WordVectors
from phi3desk.chat.grounding.opposite_words import YES_AND_NO
from phi3desk.chat.grounding.quantities import quantities_in
from phi3desk.chat.grounding.statements import statement_of
from phi3desk.chat.messages import CheckedSentence, Citation, Opinion, Source, Why
from phi3desk.chat.refusal import is_refusal, may_be_said, said_beside_refusal
from phi3desk.chat.wording.source_words import speaks_of_its_source
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.errors import until

if TYPE_CHECKING:
    from phi3desk.library.embedding.embedder import WordReader
    from phi3desk.library.entailment.model import ClaimReader

#: A source beside the best one is named where it supports the sentence nearly as well.
_NEARLY_AS_WELL = 0.15


@dataclass(frozen=True)
class Grounded:
    """An answer with the marks of the sources that support it, a citation a mark, and its sentences as checked."""

    text: str
    citations: tuple[Citation, ...] = ()
    sentences: tuple[CheckedSentence, ...] = ()


def ground(
    text: str,
    sources: Sequence[Source],
    question: str = "",
    reader: WordReader | None = None,
    claims: ClaimReader | None = None,
    cancelled: threading.Event | None = None,
    opinions: Sequence[Opinion] = (),
) -> Grounded:
    """Check each sentence of an answer against its sources, and mark it with those that support it.

    Headings, lead-ins, what says where something stands and what says that the documents do not tell, which no source
    does, are left out.
    Without a `reader` words are compared as they are written; `claims` reads sentence and source together, `opinions`
    are those of the model that wrote it (`chat.judging.after`). Runs in any process; takes some milliseconds a
    sentence, some tenths of a second where they are read. Raises Cancelled between two sentences.
    """
    known = {source.n for source in sources}
    kept = keep_known_marks(text, known).strip()
    if not sources:
        return Grounded(keep_known_marks(kept, ()).strip())
    vectors = WordVectors(reader) if reader is not None else None
    checker = Checker([passage_of(source) for source in sources], question, vectors, claims)
    written: list[str] = []
    citations: list[Citation] = []
    sentences: list[CheckedSentence] = []
    said = {(opinion.sentence, opinion.n): opinion.likely for opinion in opinions}
    layout, texts = layout_of(kept), [source.passage.text for source in sources]
    for piece, is_sentence in until(cancelled or threading.Event(), pieces(kept)):
        if not is_sentence:
            written.append(piece)
            continue
        claim = claim_of(piece)
        # of “the price is not told, but the pump weighs 12 kg” the pump can be checked
        checked = layout.without_number(said_beside_refusal(claim) or claim, question, texts)
        verdicts = checker.verdicts(checked) if not layout.holds(piece) and _claims(checked, question) else []
        verdicts = [
            verdict if (likely := said.get((claim, source.n))) is None else with_checker(verdict, likely)
            for verdict, source in zip(verdicts, sources, strict=False)
        ]
        if not verdicts or (is_refusal(claim) and not _is_said_by_a_source(claim, verdicts)):
            written.append(_without_marks(piece))
            continue
        marked = [int(number) for number in MARKS.findall(piece)]
        sentence, found = _checked(verdicts, claim, marked, sources)
        sentences.append(sentence)
        for source, verdict in found:
            citations.append(citation_of(source, verdict.sentence, by_model=source.n in marked))
        written.append(_marked(piece, marked, sentence.citations))
    return Grounded("".join(written), tuple(citations), tuple(sentences))


def passage_of(source: Source) -> PassageText:
    """Return what of a source is read as evidence."""
    passage = source.passage
    return PassageText(passage.text, passage.title, passage.headings)


def _claims(sentence: str, question: str) -> bool:
    """Return whether a sentence says something that can be checked."""
    if sentence.endswith(":"):
        return False
    statement = statement_of(sentence, language_of_words(sentence, question))
    if speaks_of_its_source(word.key for word in statement.words):
        return False
    if any(not quantity.optional for quantity in quantities_in(sentence)):
        return True
    return any(word.key not in YES_AND_NO for word in statement.words)


def _is_said_by_a_source(claim: str, verdicts: Sequence[Verdict]) -> bool:
    """Return whether what looks like a refusal is what a source says: of papers that do not leave the building."""
    best = max(verdicts, key=lambda verdict: verdict.score)
    return best.supported and may_be_said(claim, best.sentence)


def _checked(
    verdicts: Sequence[Verdict], claim: str, marked: Sequence[int], sources: Sequence[Source]
) -> tuple[CheckedSentence, list[tuple[Source, Verdict]]]:
    """Return a sentence as checked, and the sources that support it with what they say; the best first."""
    best = max(verdicts, key=lambda verdict: verdict.score)
    if not best.supported:
        return CheckedSentence(claim, False, round(best.score, 3), best.why), []
    found = [
        (source, verdict)
        for source, verdict in zip(sources, verdicts, strict=True)
        if verdict.supported and (source.n in marked or verdict is best)
    ]
    by_model = [pair for pair in found if pair[0].n in marked and pair[1].score >= best.score - _NEARLY_AS_WELL]
    chosen = by_model or [pair for pair in found if pair[1] is best]
    numbers = tuple(source.n for source, _ in chosen)
    return CheckedSentence(claim, True, round(best.score, 3), Why.SUPPORTED, numbers), chosen


def _marked(piece: str, marked: Sequence[int], wanted: Sequence[int]) -> str:
    """Return a sentence with the marks that are wanted; it stays as it is where it has just these."""
    if list(marked) == list(wanted):
        return piece
    bare = _without_marks(piece)
    for number in reversed(wanted):
        bare = with_mark(bare, number)
    return bare


def _without_marks(piece: str) -> str:
    return keep_known_marks(piece, ()).rstrip() + piece[len(piece.rstrip()) :]
