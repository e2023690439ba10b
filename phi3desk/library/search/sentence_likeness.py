"""How close each sentence of what was found is in meaning to the question, so that the best of them can be read first.

A sentence's own vector tells what the words do not where question and passage differ in language or in wording. Those
of a handful of passages are made in a moment; none of them is kept beyond that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phi3desk.library.documents import Found
from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.text import sentences

#: digits of a likeness that are kept
_DIGITS = 3


def with_likeness(found: Sequence[Found], question: str, embedder: Embedder) -> tuple[Found, ...]:
    """Return what was found with the likeness (cosine) of each sentence, as `library.text.sentences` splits them.

    UserError where the embedder's model cannot be loaded.
    """
    parts = [sentences(each.passage.text) for each in found]
    once = list(dict.fromkeys(part for several in parts for part in several))
    if not once:
        return tuple(found)
    asked = embedder.embed_question(embedder.question_prefix + question)
    vectors = embedder.embed([embedder.passage_prefix + part for part in once])
    likeness = dict(zip(once, (round(float(value), _DIGITS) for value in vectors @ asked), strict=True))
    return tuple(
        replace(each, sentences=tuple(likeness[part] for part in several))
        for each, several in zip(found, parts, strict=True)
    )
