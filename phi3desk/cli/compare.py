"""The command that compares: the same questions with and without documents and adapters, or as several experts."""

from __future__ import annotations

import argparse
import dataclasses
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.chat.answer import unfinished
from phi3desk.cli.ask import answer_question, choose_model, load_model, refuse_misfits
from phi3desk.cli.documents import collection_ids, open_library, stopped_by_user
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import FilesWritten, Output, ProgressLine
from phi3desk.cli.worker_link import LibraryGone
from phi3desk.comparison.figures import MEASURE_NAMES, Figures, figures, judged
from phi3desk.comparison.plan import Comparison, Outcome, Plan, Variant, run, variants_of
from phi3desk.comparison.questions import ComparedQuestion, read_questions
from phi3desk.comparison.report import seconds_text, sentences_of, share_text, write_report
from phi3desk.comparison.store import ComparisonStore
from phi3desk.disk import check_file
from phi3desk.errors import Cancelled, UserError
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.model.types import Ending, ModelEntry
from phi3desk.paths import Paths
from phi3desk.profiles.asking import made_by
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

#: the options that name a file
_FILES = ("csv", "html")


def run_compare(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Answer the questions in each variant, going on where the last run of the same stopped, and print the figures.

    Files are written where all of it is done; one that cannot be is told before anything is asked.
    """
    named_files = {kind: Path(getattr(options, kind)) for kind in _FILES if getattr(options, kind)}
    for path in named_files.values():
        check_file(path)
    profiles = ProfileStore(paths.profiles)
    base = profiles.named(options.profile) if options.profile else profiles.current
    questions = read_questions(Path(options.questions))[: options.limit]
    models = ModelStore(paths)
    entry = choose_model(models, options.model or base.model)

    def model_for(profile: Profile) -> ModelEntry:
        return choose_model(models, profile.model) if profile.model else entry

    def on_its_model(profile: Profile) -> Profile:
        named = dataclasses.replace(profile, model=options.model or profile.model)
        return on_model(named, model_for(named))

    named = variants_of(options.variants.split(","), on_its_model(base), profiles.profiles())
    variants = tuple(dataclasses.replace(one, profile=on_its_model(one.profile)) for one in named)
    for variant in variants:
        refuse_misfits(AdapterStore(paths), variant.profile.adapters, model_for(variant.profile))
    store = ComparisonStore(paths.comparisons)
    try:
        with (
            open_library(paths, settings) as library,
            ModelProcess(paths, settings) as model,
            stopped_by_user() as cancelled,
        ):
            collections = collection_ids(library, options.collection)
            plan = Plan(
                Path(options.questions).stem,
                questions,
                variants,
                entry.name,
                collections,
            )
            answers = _VariantAnswers(models, entry, model, library, plan, settings, cancelled)
            comparison = store.begin_or_go_on(plan)
            finished = run(comparison, store, answers.answer, answers.on_progress, cancelled)
            answers.progress.clear()
        comparison = store.comparison(comparison.id)
        outcomes = store.outcomes(comparison.id)
    finally:
        store.close()
    if not finished:
        raise Cancelled
    files = FilesWritten()
    for kind, path in named_files.items():
        files.write(path, partial(write_report, path, kind, comparison, outcomes))
    made = figures(comparison, outcomes)
    if options.json:
        output.json(comparison_row(comparison, outcomes, made))
    else:
        _print(made, output)
    files.finish()


class _VariantAnswers:
    """Answers as a variant's expert in this process; a model stays loaded until a variant wants another one."""

    def __init__(
        self,
        models: ModelStore,
        entry: ModelEntry,
        model: ModelProcess,
        library: AnyLibrary,
        plan: Plan,
        settings: Settings,
        cancelled: threading.Event,
    ) -> None:
        self._models, self._entry, self._model, self._library = models, entry, model, library
        self._plan, self._settings, self._cancelled = plan, settings, cancelled
        self.progress = ProgressLine()

    def on_progress(self, done: int, total: int, variant: Variant) -> None:
        """Tell how far the comparison is."""
        self.progress.show(f"{done} of {total} answers: {variant.name}")

    def answer(self, asked: ComparedQuestion, variant: Variant) -> Outcome | None:
        """Answer a question as a variant; None where the user stopped it, Cancelled while a model is loaded.

        Raises UserError where nothing more can be answered: the model's process ended, or the library's window did.
        """
        profile = variant.profile
        entry = choose_model(self._models, profile.model) if profile.model else self._entry
        question = self._plan.question_for(asked, variant, self._settings, made_by(profile, entry))
        load_model(self._model, entry, profile.adapters, self.progress, self._cancelled)
        began = time.perf_counter()
        try:
            answer = answer_question(self._model, self._library, question, _Quiet(), self._cancelled).answer
            problem = ""
        except LibraryGone:
            raise
        except UserError as error:
            if not self._model.process_id:
                raise
            answer, problem = unfinished("", (), question.made_by, Ending.FAILED), str(error)
        if self._cancelled.is_set():
            return None
        return Outcome(asked.id, variant.key, answer, time.perf_counter() - began, problem=problem)


class _Quiet(ProgressLine):
    """Shows nothing: the comparison's own line stays."""

    def show(self, text: str) -> None:
        """Show nothing."""


def comparison_row(comparison: Comparison, outcomes: list[Outcome], made: Figures) -> dict[str, Any]:
    """Return the JSON of a comparison: the figures of each variant and each pair, and every answer."""
    found = judged(comparison, outcomes)
    return {
        "comparison": comparison.id,
        "questions": len(comparison.plan.questions),
        "variants": [
            {
                "variant": one.variant.key,
                "name": one.variant.name,
                "answered": one.answered,
                "problems": one.problems,
                **{name: _interval(share) | {"count": share.count} for name, share in one.shares.items()},
                "seconds": _interval(one.seconds),
            }
            for one in made.variants
        ],
        "pairs": [
            {
                "measure": pair.measure,
                "first": pair.first.key,
                "second": pair.second.key,
                "both": pair.both,
                "only_first": pair.only_first,
                "only_second": pair.only_second,
                "neither": pair.neither,
                "p": round(pair.p_value, 6),
                "says": str(pair.says),
            }
            for pair in made.pairs
        ],
        "seconds": [
            {"first": one.first.key, "second": one.second.key, "says": str(one.says)} | _interval(one.difference)
            for one in made.seconds
        ],
        "answers": [
            {
                "id": question,
                "variant": variant,
                "answer": outcome.answer.text,
                "right_page": result.page,
                "reference_contained": result.contained,
                "refused": result.refused,
                "seconds": round(outcome.seconds, 3),
                "problem": outcome.problem or None,
            }
            for (question, variant), (result, outcome) in found.items()
        ],
    }


def _interval(figure: Any) -> dict[str, Any]:
    return {
        "value": round(figure.value, 4),
        "of": figure.of,
        "low": round(figure.low, 4),
        "high": round(figure.high, 4),
    }


def _print(made: Figures, output: Output) -> None:
    """Print the figures as a table, and what the differences mean."""
    rows = [
        ["", *(one.variant.name for one in made.variants)],
        *(
            [str(MEASURE_NAMES[measure]), *(share_text(one.shares[measure]) for one in made.variants)]
            for measure in made.measures
        ),
    ]
    rows.append(["Seconds for an answer", *(seconds_text(one.seconds) for one in made.variants)])
    if any(one.problems for one in made.variants):
        rows.append(["Could not be answered", *(str(one.problems) for one in made.variants)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        output.row("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    output.text()
    for sentence in sentences_of(made):
        output.row(sentence)
