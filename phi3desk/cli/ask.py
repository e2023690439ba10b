"""The command that answers: search, write, cite."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from phi3desk.chat.answer import finish
from phi3desk.chat.decision import SearchStep, first_step, step_after_search
from phi3desk.chat.messages import Answer, Basis
from phi3desk.chat.question import Question
from phi3desk.chat.refusal import refuses
from phi3desk.cli.documents import open_library, stopped_by_user
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import Notices, Output, ProgressLine
from phi3desk.cli.search import found_row, questions_of, scope_of_line, scope_of_options
from phi3desk.errors import Cancelled, Sentence, UserError
from phi3desk.library.documents import Found, place
from phi3desk.model.adapters.compatibility import misfits
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, ModelEntry
from phi3desk.paths import Paths
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary


@dataclasses.dataclass(frozen=True)
class Answered:
    """An answer together with the passages the search gave it."""

    answer: Answer
    found: tuple[Found, ...]
    notice: Sentence | None = None


def run_ask(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Answer one question, or each question of a file."""
    profiles = ProfileStore(paths.profiles)
    profile = profiles.named(options.profile) if options.profile else profiles.current
    entry = choose_model(ModelStore(paths), options.model or profile.model)
    profile = on_model(profile, entry)
    if options.adapters is not None:
        profile = dataclasses.replace(profile, adapters=adapter_uses(AdapterStore(paths), profile, options.adapters))
    refuse_misfits(AdapterStore(paths), profile.adapters, entry)
    progress = ProgressLine()
    with (
        open_library(paths, settings) as library,
        ModelProcess(paths, settings) as model,
        stopped_by_user() as cancelled,
    ):
        load_model(model, entry, profile.adapters, progress)
        scope = scope_of_options(library, options, profile.collections or None)
        maker = made_by(profile, entry)
        notices = Notices()
        for line in questions_of(options):
            searched = scope_of_line(library, line, scope)
            question = question_of(profile, line.question, settings, maker, scope=searched)
            answered = answer_question(model, library, question, progress, cancelled)
            if cancelled.is_set():
                raise Cancelled
            notices.tell(answered.notice)
            if options.json or options.questions:
                output.json(answer_row(line.id, answered))
            else:
                print_answer(answered, output)


def answer_question(
    model: ModelProcess, library: AnyLibrary, question: Question, progress: ProgressLine, cancelled: threading.Event
) -> Answered:
    """Answer a question with the model that is loaded: search, then write or refuse."""
    found: tuple[Found, ...] = ()
    notice = None
    step = first_step(question)
    if isinstance(step, SearchStep):
        result = library.search(step.text, step.passages, step.scope)
        found, notice, step = result.found, result.notice, step_after_search(question, result)
    if isinstance(step, Answer):
        return Answered(step, found, notice)
    passages = len(step.sources)
    written = model.write(
        step.request,
        step.sampling,
        on_prefill=lambda done, total: progress.show(f"Reading {passages} passages, {100 * done // total} %"),
        on_text=lambda _: progress.show("Writing the answer"),
        cancelled=cancelled,
    )
    progress.clear()
    answer = finish(written, question.text, step.sources, question.made_by, step.search_seconds)
    return Answered(answer, found, notice)


def choose_model(models: ModelStore, name: str) -> ModelEntry:
    """Return the model of that name, or the one in use; UserError where there is none."""
    entry = models.find(name) if name else models.in_use()
    if entry is None:
        raise UserError("There is no language model yet. Add one: phi3desk models add FILE.gguf")
    return entry


def adapter_uses(store: AdapterStore, profile: Profile, given: Sequence[tuple[str, float]]) -> tuple[AdapterUse, ...]:
    """Return a profile's adapters with those given added, changed, or with strength 0 taken away."""
    uses = {use.name: use for use in profile.adapters}
    for name, strength in given:
        uses[name] = AdapterUse(name, store.find(name).path, strength)
    return tuple(use for use in uses.values() if use.strength > 0)


def refuse_misfits(store: AdapterStore, uses: Sequence[AdapterUse], entry: ModelEntry) -> None:
    """Raise UserError for an adapter that is not for the model, or may be a sibling's, before anything is loaded."""
    one = min(misfits(uses, store.list(), entry), key=lambda one: one.doubtful, default=None)
    if one is None:
        return
    if not one.doubtful:
        raise UserError.of(one.reason)
    raise UserError(
        '{doubt} If it is meant for that model all the same: phi3desk adapters add "{file}" --base "{model}".',
        doubt=str(one.reason),
        file=one.file,
        model=one.model,
    )


def load_model(model: ModelProcess, entry: ModelEntry, adapters: Sequence[AdapterUse], progress: ProgressLine) -> None:
    """Load a model with adapters in its process, telling how far it is."""
    model.load(entry, adapters, lambda fraction: progress.show(f"Loading {entry.name}, {fraction:.0%}"))
    progress.clear()


def answer_row(question_id: str, answered: Answered) -> dict[str, Any]:
    """Return the JSON of an answer."""
    answer = answered.answer
    return {
        "id": question_id,
        "answer": answer.text,
        "citations": [
            {"n": citation.n, "document": citation.document, "page": citation.page, "quote": citation.quote}
            for citation in answer.citations
        ],
        "passages": [found_row(found) for found in answered.found],
        "model": answer.made_by.model,
        "grounded": answer.grounded,
        "timings": {name: round(value, 4) for name, value in dataclasses.asdict(answer.timings).items()},
    }


def print_answer(answered: Answered, output: Output) -> None:
    """Print an answer for people: the text, its sources, and where it comes from."""
    answer = answered.answer
    output.text(answer.text or "(The model wrote nothing.)")
    output.text()
    for citation in answer.citations:
        where = place(citation.kind, citation.page, citation.label)
        output.text(f"[{citation.n}] {citation.document}, {where}: {' '.join(citation.quote.split())}")
        if citation.missing:
            output.text(f"    Check {', '.join(citation.missing)}: the source does not hold it.")
    written = f" {answer.timings.tokens_per_s:.1f} tokens/s, {answer.made_by.line}."
    output.text(_basis(answer) + (written if answer.basis is not Basis.NOTHING_FOUND else ""))


def _basis(answer: Answer) -> str:
    if answer.basis is Basis.NOTHING_FOUND:
        return "No document speaks of this."
    if answer.grounded:
        count = len({citation.n for citation in answer.citations})
        return f"From documents, {count} source{'s' if count > 1 else ''}."
    if answer.sources and refuses(answer):
        return "The model found no answer in the documents."
    if answer.sources:
        return "From documents, but the sources do not hold what the answer says: check it."
    return "From the model alone, without documents."
