"""From a search result to a finished answer: the steps the window and the command line share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.citations import keep_known_marks, marked_in
from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.chat.judging.after import opinions_after
from phi3desk.chat.judging.before import Extractor, Judged, judged_before, nothing_written, with_judging
from phi3desk.chat.judging.fit import is_certain, is_unfounded
from phi3desk.chat.judging.found import quotation, with_found
from phi3desk.chat.judging.matter import Judge
from phi3desk.chat.messages import Answer, Basis, MadeBy, Reading, Source, Spent, Timings
from phi3desk.chat.prompt import Completion, Prompt, PromptRequest, Task, compose, prompt_format_for
from phi3desk.chat.reading.nearest import nearest_of_all, nearest_sentences
from phi3desk.chat.reading.wait import tokens_within
from phi3desk.chat.refusal import only_refuses, refuses
from phi3desk.chat.series import Speed, known_speed
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import SearchResult
from phi3desk.model.types import Ending, Generation, LoadedModel, Sampling, Turn

NOTHING_ANSWERS = say("Nothing in the documents answers this.")
#: passages that are named where none answers the question
MOST_NEAREST = 3


class Writer(Extractor, Judge, Protocol):
    """What writing an answer needs of a loaded model."""

    def generate(
        self,
        turns: Sequence[Turn],
        sampling: Sampling,
        on_prefill: Callable[[int, int], None],
        on_text: Callable[[str], None],
        cancelled: threading.Event,
        *,
        formed: bool = True,
        conversation: int = 0,
    ) -> Generation:
        """Write what follows a prompt; `formed`: it has the form with passages that adapters may be trained on.

        `conversation` is the id of the one that the prompt is all of, 0 where it is none.
        """


def write(
    writer: Writer,
    request: PromptRequest,
    sampling: Sampling,
    on_prefill: Callable[[int, int], None],
    on_text: Callable[[str], None],
    cancelled: threading.Event,
    speed: Speed | None = None,
) -> Completion:
    """Compose the prompt that fits the loaded model, and let it write; runs where the model is, until it is done.

    Before it writes from passages that were found it is asked whether they hold the answer. Where they do not, nothing
    is written, or, where documents only come first, what the model says without them. Adapters that were trained on a
    form of prompt with passages have no part in an answer without passages, nor in what is no answer from passages that
    were found. Where it has an adapter for that, it says of each sentence whether its source says so: what is read for
    that is told by `on_prefill`, too, once the text is there. `speed` is how fast the model was last, where that is
    known.
    """
    loaded = writer.loaded
    prompt_format = prompt_format_for(loaded.parameters, loaded.prompt)
    judged = judged_before(writer, request, on_prefill, cancelled)
    if judged is not None and not judged.holds_answer:
        if request.mode.refuses:
            return _not_written(judged, request, loaded)
        request = replace(request, sources=())
    most = tokens_within(request.budget_s, known_speed(loaded, speed).read) if request.budget_s else 0
    prompt = compose(request, writer.count_turns, loaded.context, sampling.max_tokens, prompt_format, most)
    formed = bool(prompt.sources_read) and request.task in (Task.QUESTION, Task.CELL)
    conversation = request.conversation if request.task is Task.QUESTION else 0
    generation = writer.generate(
        prompt.turns, sampling, on_prefill, on_text, cancelled, formed=formed, conversation=conversation
    )
    completion = _completion(generation, prompt, request, loaded, judged)
    if request.task not in (Task.QUESTION, Task.CELL) or generation.ended is not Ending.STOP:
        return completion
    read = sources_read(completion, request.sources)
    opinions = opinions_after(writer, generation.text, read, request.whole_question, cancelled, on_prefill)
    return replace(completion, opinions=opinions)


def _completion(
    generation: Generation, prompt: Prompt, request: PromptRequest, loaded: LoadedModel, judged: Judged | None
) -> Completion:
    return Completion(
        with_judging(generation, judged) if judged is not None else generation,
        prompt.sources_read,
        prompt.history_turns,
        asked=prompt.turns[-1].text,
        fitted=prompt.fitted,
        context=loaded.context,
        spent=_spent(prompt, request.budget_s, generation),
        likely=judged.likely if judged is not None else None,
        refused=judged is not None and not judged.holds_answer,
        judging_tokens=judged.tokens if judged is not None else 0,
        found=judged.found if judged is not None and judged.holds_answer else None,
    )


def _not_written(judged: Judged, request: PromptRequest, loaded: LoadedModel) -> Completion:
    """Return what comes of a question whose passages do not hold the answer: nothing is written."""
    generation = nothing_written(judged, loaded.adapters)
    completion = _completion(generation, judged.prompt, request, loaded, None)
    return replace(completion, sources_read=(), likely=judged.likely, refused=True, judging_tokens=judged.tokens)


def _spent(prompt: Prompt, budget_seconds: float, generation: Generation) -> Spent | None:
    """Return what was spent on reading passages, each with its share of the time; None where there were none."""
    if not prompt.read or not generation.prompt_tokens:
        return None
    a_token = generation.prefill_seconds / max(1, generation.prompt_tokens - generation.reused_tokens)
    read = tuple(replace(each, seconds=each.tokens * a_token) for each in prompt.read)
    return Spent(budget_seconds, sum(each.tokens for each in read), len(prompt.sources_read), read)


def sources_of(result: SearchResult, *, untied: bool = False) -> tuple[Source, ...]:
    """Return the relevant passages of a search, numbered from 1 as the prompt will number them; all if `untied`."""
    relevant = [found for found in result.found if found.relevant or untied]
    return tuple(
        Source(n, found.passage, found.words, found.meaning, found.sentences, found.score)
        for n, found in enumerate(relevant, 1)
    )


def nearest_of(result: SearchResult) -> tuple[Source, ...]:
    """Return the first passages of a search that found nothing relevant, numbered from 1, for who looks on there."""
    return tuple(
        Source(n, found.passage, found.words, found.meaning, found.sentences, found.score)
        for n, found in enumerate(result.found[:MOST_NEAREST], 1)
    )


def recorded(answer: Answer, mode: AnswerMode, question: str = "") -> Answer:
    """Return an answer with the mode it was asked in, and whether it refuses because the documents do not tell.

    Where they do not, it has the sentences of what was found that come nearest to the `question`. An answer that was
    stopped, or still is written, refuses nothing yet.
    """
    if mode is AnswerMode.DOCUMENTS_FIRST and answer.sentences and not refuses(answer):
        # what the documents do not hold is the model's own
        answer = replace(answer, refused=False)
    ended = answer.ended is Ending.STOP and bool(answer.text.strip())
    says_so = ended and answer.basis is Basis.DOCUMENTS and only_refuses(answer)
    refused = answer.refused or says_so or answer.basis is Basis.NOTHING_FOUND
    answer = replace(answer, mode=mode, refused=refused and mode.searches)
    if question and ended and not answer.citations and (answer.refused or is_from_model_instead(answer)):
        answer = replace(answer, nearest=nearest_sentences(question, answer.sources))
    return answer


def is_from_model_instead(answer: Answer) -> bool:
    """Tell whether the model answered by itself where the documents were to come first, for they do not tell."""
    return answer.mode is AnswerMode.DOCUMENTS_FIRST and answer.basis is Basis.MODEL and bool(answer.text.strip())


def sources_read(written: Completion, sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """Return the sources that the model had read."""
    return tuple(source for source in sources if source.n in written.sources_read)


def finish(
    written: Completion,
    question: str,
    sources: tuple[Source, ...],
    made_by: MadeBy,
    search_seconds: float,
    kind: str = "",
    grounded: Grounded | None = None,
    fit: float | None = None,
    translate: Callable[[Sentence], str] = str,
) -> Answer:
    """Return the finished answer, each sentence tied to the sources that support it.

    `grounded` is the answer as it was checked against what the model had read (`sources_read`); where it is None the
    words are compared as they are written, without what they mean.
    A mark alone stands for the sentence of its source that is nearest to the question.
    Where no sentence of it is, and the sources do not come close to the question (`fit`), the answer is refused.
    `made_by` tells what was wanted when the question was asked; the answer names the model that wrote it and the
    adapters that were attached. `kind` is as in Answer.
    """
    generation, made_by = written.generation, _maker(written, made_by)
    if written.refused and not written.sources_read and not generation.tokens and generation.ended is Ending.STOP:
        return Answer(
            translate(NOTHING_ANSWERS),
            (),
            sources,
            Basis.DOCUMENTS,
            Ending.STOP,
            made_by,
            timings_of(generation, search_seconds),
            kind=kind,
            refused=True,
            spent=written.spent,
        )
    read = sources_read(written, sources)
    # only where the sources were judged to hold an answer does a mark alone point to one
    held = written.likely is not None or is_certain(fit)
    pointed = _pointed_at(generation, read, question) if held else None
    checked = pointed or grounded or ground(generation.text, read, question, opinions=written.opinions)
    source = next((one for one in sources if written.found and one.n == written.found.n), None)
    if written.found and source and written.likely is not None and generation.ended is Ending.STOP:
        checked = with_found(checked, written.found, source, written.likely)
    used = generation.prompt_tokens - written.judging_tokens + generation.generated_tokens
    return Answer(
        text=checked.text,
        citations=checked.citations,
        sources=sources,
        basis=Basis.DOCUMENTS if read else Basis.MODEL,
        ended=generation.ended,
        made_by=made_by,
        timings=timings_of(generation, search_seconds),
        kind=kind,
        reading=Reading(written.asked, generation.text, generation.tokens, written.fitted, used, written.context),
        sentences=checked.sentences,
        refused=generation.ended is Ending.STOP and is_unfounded(checked.sentences, fit),
        spent=written.spent,
    )


def _pointed_at(generation: Generation, read: Sequence[Source], question: str) -> Grounded | None:
    """Return the sentence nearest to a question in the source whose mark is all that a model wrote; None elsewhere.

    Asked for a mark behind each statement, a small model may write the mark alone.
    """
    text = generation.text
    if generation.ended is not Ending.STOP or keep_known_marks(text, ()).strip(" \t\n.,;:"):
        return None
    source = next((source for n in marked_in(text) for source in read if source.n == n), None)
    nearest = nearest_of_all(question, [source], 1) if source is not None else []
    if source is None or not nearest:
        return None
    return quotation(source, nearest[0].text, by_model=True)


def _maker(written: Completion, made_by: MadeBy) -> MadeBy:
    """Return the record of what wrote a completion, with the expert of `made_by`."""
    if written.model is not None:
        made_by = made_by.by_model(written.model)
    return replace(made_by, adapters=written.generation.adapters)


def unfinished(text: str, sources: tuple[Source, ...], made_by: MadeBy, ended: Ending) -> Answer:
    """Return the record of an answer that is still being written, or that broke off (`ended` says which)."""
    kept = keep_known_marks(text, {source.n for source in sources})
    return Answer(kept, (), sources, Basis.DOCUMENTS if sources else Basis.MODEL, ended, made_by, Timings())


def timings_of(generation: Generation, search_seconds: float) -> Timings:
    """Return the figures of a generation as an answer keeps them."""
    return Timings(
        search_s=search_seconds,
        prompt_tokens=generation.prompt_tokens,
        prefill_s=generation.prefill_seconds,
        first_token_s=search_seconds + generation.first_token_seconds,
        generated_tokens=generation.generated_tokens,
        tokens_per_s=generation.tokens_per_second,
        reused_tokens=generation.reused_tokens,
    )
