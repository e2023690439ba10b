"""The command that checks claims against passages, a pair a line: is what the claim says in the passage?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from phi3desk.chat.citations import keep_known_marks
from phi3desk.chat.grounding.check import Checker, PassageText, Verdict, all_of, with_checker, with_opinion
from phi3desk.chat.grounding.meaning import WordVectors
from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.messages import Why
from phi3desk.cli.ask import choose_model, load_model
from phi3desk.cli.documents import stopped_by_user
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import Output, ProgressLine
from phi3desk.comparison.questions import json_lines
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.embedding.embedder import WordReader, open_embedder
from phi3desk.library.entailment.model import ClaimReader, EntailmentModel
from phi3desk.library.text import sentences
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.settings import Settings

#: what says that no model is asked
NO_MODEL = "none"
_SHAPE = '{"id": ..., "passage": ..., "question": ..., "claim": ...}'


@dataclass(frozen=True)
class Pair:
    """A line of the file: a claim, the question it answers (may be empty) and the passage it is checked against."""

    id: str | int
    passage: str
    claim: str
    question: str = ""


def run_verify(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Say for each pair whether the passage supports the claim."""
    pairs = list(_pairs(Path(options.pairs)))
    embedder = open_embedder(settings, paths.embedders)
    vectors = WordVectors(embedder) if isinstance(embedder, WordReader) else None
    reader = EntailmentModel(paths.embedders)
    progress = ProgressLine()
    with ModelProcess(paths, settings) as model, stopped_by_user() as cancelled:
        if options.model != NO_MODEL:
            load_model(model, choose_model(ModelStore(paths), options.model), (), progress, cancelled)
        for number, pair in enumerate(pairs, 1):
            progress.show(f"Checking {number} of {len(pairs)}")
            verdict = verdict_of(pair, vectors, reader)
            if model.model is not None and verdict.sentence:
                matter = Matter(pair.passage, pair.question, keep_known_marks(pair.claim, ()))
                weighed = with_checker if model.model.has_checker else with_opinion
                verdict = weighed(verdict, *model.judge([matter], cancelled))
            progress.clear()
            if options.json:
                output.json(verdict_row(pair, verdict))
            else:
                output.text(_line(pair, verdict))
            if cancelled.is_set():
                raise Cancelled


def verdict_of(pair: Pair, vectors: WordVectors | None, reader: ClaimReader | None = None) -> Verdict:
    """Return the verdict on a claim, which is supported where each of its sentences is."""
    claim = keep_known_marks(pair.claim, ()).strip()
    if not claim or not pair.passage.strip():
        return Verdict(False, 0.0, Why.NOTHING_FOUND)
    checker = Checker([PassageText(pair.passage)], pair.question, vectors, reader)
    return all_of([checker.verdict(sentence) for sentence in sentences(claim) or [claim]])


def verdict_row(pair: Pair, verdict: Verdict) -> dict[str, Any]:
    """Return the JSON of a verdict."""
    return {
        "id": pair.id,
        "supported": verdict.supported,
        "score": round(verdict.score, 4),
        "sentence": verdict.sentence if verdict.supported else "",
        "why": verdict.why.value,
    }


def _line(pair: Pair, verdict: Verdict) -> str:
    if verdict.supported:
        return f"{pair.id}: in the passage: {' '.join(verdict.sentence.split())}"
    return f"{pair.id}: not in the passage ({verdict.why.value})"


def _pairs(file: Path) -> Iterator[Pair]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UserError("The file {path} cannot be read as text.", path=str(file)) from None
    decoder = msgspec.json.Decoder(Pair)
    for number, line in json_lines(text):
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, RecursionError):
            raise UserError(
                "Line {number} of {path} is no pair. A line looks like this: {shape}",
                number=number,
                path=str(file),
                shape=_SHAPE,
            ) from None
