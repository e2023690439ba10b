"""Whether the sources say what a model wrote of them, as the model sees it itself once it has written.

The word of a small model about claims is worth little: of 54 pairs it ordered 65 of 100 rightly. It is asked where an
adapter came with the program that was trained for this alone (`packaging/reading`; 84 of 100), and what it says is one
opinion beside words, figures and the encoder (`chat.grounding.check`).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence

from phi3desk.chat.citations import claim_of, keep_known_marks, nearest_source, pieces
from phi3desk.chat.evidence import content_words
from phi3desk.chat.grounding.grounded import passage_of
from phi3desk.chat.judging.matter import Judge, Matter, judge
from phi3desk.chat.messages import Opinion, Source
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.text import line_ends, sentence_spans

#: sentences of an answer that are read; each takes some tenths of a second
_MOST_SENTENCES = 8
#: letters of a source that are read, of the sentences that hold most of what is said: two seconds or three
_LONGEST = 700


def opinions_after(
    model: Judge,
    text: str,
    sources: Sequence[Source],
    question: str,
    cancelled: threading.Event,
    on_prefill: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Opinion, ...]:
    """Return what a model says of each sentence of an answer and the source that holds most of its words.

    Nothing is said without an adapter for this, nor where it was stopped or the model failed. Runs where the model is.
    """
    if not model.loaded.has_checker or not sources:
        return ()
    kept = keep_known_marks(text, {source.n for source in sources})
    claims = [claim for piece, is_sentence in pieces(kept) if is_sentence and (claim := claim_of(piece))]
    asked = [(claim, nearest_source(claim, sources)) for claim in claims[:_MOST_SENTENCES]]
    # what several sentences rest on is read once for all of them
    of_source: dict[int, list[str]] = defaultdict(list)
    for claim, source in asked:
        of_source[source.n].append(claim)
    read = {source.n: _evidence(source, of_source[source.n]) for source in sources if source.n in of_source}
    matters = [Matter(read[source.n], question, claim) for claim, source in asked]
    try:
        said = judge(model, matters, cancelled, on_prefill)
    except (Cancelled, UserError):
        # the answer is there
        return ()
    return tuple(Opinion(claim, source.n, likely) for (claim, source), likely in zip(asked, said, strict=True))


def _evidence(source: Source, claims: Sequence[str]) -> str:
    """Return what of a source is read: the sentences that hold most of some claims, each with those around it."""
    passage = passage_of(source)
    text = passage.text
    spans = sentence_spans(text, line_ends(text)) or [(0, len(text))]
    words = content_words(" ".join(claims))
    nearest = sorted(range(len(spans)), key=lambda at: -len(words & content_words(text[slice(*spans[at])])))
    chosen: set[int] = set()
    room = _LONGEST
    for at in (near for place in nearest for near in (place, place - 1, place + 1)):
        if 0 <= at < len(spans) and at not in chosen and (length := spans[at][1] - spans[at][0]) <= room:
            chosen.add(at)
            room -= length
    read = "\n".join(text[slice(*spans[at])] for at in sorted(chosen)) or text[slice(*spans[nearest[0]])][:_LONGEST]
    return f"{passage.read_under}\n{read}".strip()
