"""Whether the sources say what a model wrote of them, as the model sees it itself once it has written.

Asked by itself about its own answers a small model says yes to nearly everything. It is asked where an adapter came
with the program that was trained for this alone (`packaging/reading`), and what it says is one opinion beside words,
figures and the encoder (`chat.grounding.check`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from phi3desk.chat.citations import claim_of, keep_known_marks, marked_in, nearest_source, pieces
from phi3desk.chat.grounding.grounded import passage_of
from phi3desk.chat.judging.matter import YES_OR_NO, ClaimChecker, Matter, fitting, share_of, trained_prompt_of
from phi3desk.chat.messages import Opinion, Source
from phi3desk.errors import Cancelled, UserError

#: sentences of an answer that are read; each takes some tenths of a second, and each source two seconds
_MOST_SENTENCES = 8
#: letters of a source that are read
_LONGEST = 2400


def opinions_after(
    model: ClaimChecker,
    text: str,
    sources: Sequence[Source],
    question: str,
    cancelled: threading.Event,
    on_prefill: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Opinion, ...]:
    """Return what a model says of each sentence of an answer, of the source that it marks and of the nearest one.

    Nothing is said without an adapter for this, nor where it was stopped or the model failed. Runs where the model is.
    """
    if not model.loaded.has_checker or not sources:
        return ()
    by_number = {source.n: source for source in sources}
    asked: list[tuple[str, int]] = []
    for piece, is_sentence in pieces(keep_known_marks(text, by_number)):
        claim = claim_of(piece)
        if is_sentence and claim:
            places = (*marked_in(piece)[:1], nearest_source(claim, sources).n)
            asked += [(claim, n) for n in dict.fromkeys(places)]
    asked = asked[:_MOST_SENTENCES]
    matters = [Matter(_evidence(by_number[n]), question, claim) for claim, n in asked]
    prompts = [fitting(model, matter, trained_prompt_of) for matter in matters]
    try:
        said = model.check(prompts, YES_OR_NO, cancelled, on_prefill)
    except (Cancelled, UserError):
        # the answer is there
        return ()
    return tuple(Opinion(claim, n, share_of(*each)) for (claim, n), each in zip(asked, said, strict=True))


def _evidence(source: Source) -> str:
    passage = passage_of(source)
    return f"{passage.read_under}\n{passage.text[:_LONGEST]}".strip()
