"""The command that searches; and what a command, or a line of its file of questions, says of where to search."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.chat.follow_up import complete
from phi3desk.chat.inspection import telling
from phi3desk.chat.inspection.telling import Tongue
from phi3desk.chat.intent import intent_of
from phi3desk.chat.question import in_collections
from phi3desk.cli.documents import collection_ids, open_library
from phi3desk.cli.output import Notices, Output, say_failure
from phi3desk.cli.trace import trace_of
from phi3desk.cli.worker_link import LibraryGone
from phi3desk.comparison.questions import QuestionLine, question_lines
from phi3desk.errors import UserError, say
from phi3desk.library.documents import Found, SearchResult, SearchScope, WordsOnly, place
from phi3desk.library.on_disk import is_folder
from phi3desk.library.overview.types import Asked, Told, Within
from phi3desk.library.search.page_ranges import PageRanges, joined_ranges, read_page_ranges
from phi3desk.library.search.scope import fitting
from phi3desk.paths import Paths
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

#: what a passage of a page that is asked for is ahead of all that was found elsewhere, and of the one after it
_AHEAD = 1.0
_STEP = 1e-4
_HISTORY_SHAPE = '[{"question": ..., "answer": ...}, ...]'
_SCOPE_SHAPE = '{"collections": [...], "documents": [...], "folders": [...], "pages": [...]}'
_PAGES_SHAPE = '[3, "5-8", [10, 12]]'
_WORDS_ONLY = {
    WordsOnly.LANGUAGE: say(
        "Searched by words only: the search by meaning does not know the language of the question. Ask with words that "
        "stand in the documents."
    ),
    WordsOnly.NO_VECTORS: say(
        "Searched by words only: these documents are still being prepared for the search by meaning. Ask again later, "
        "or with words that stand in them."
    ),
}


def run_search(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Search one question, or each question of a file; a line with a wrong history or scope answers with an error."""
    lines = questions_of(options)
    with open_library(paths, settings) as library:
        scope = scope_of_options(library, options)
        check_named(library, scope, lines)
        notices, failed = Notices(), 0
        for line in lines:
            asked = line.question
            try:
                asked = completed(line)
                result = search(library, asked, options.k, scope_of_line(library, line, scope))
            except LibraryGone:
                raise
            except UserError as error:
                if options.questions is None:
                    raise
                nothing = SearchResult((), 0, "", 0.0, by_meaning=False, asked=asked)
                tell_failed(options, line, error, result_row(line.id, nothing), output)
                failed += 1
                continue
            notices.tell(result.notice)
            if result.words_only is not None:
                notices.tell(_WORDS_ONLY[result.words_only])
            if options.json or options.questions:
                output.json(result_row(line.id, replace(result, asked=asked)) | trace_of(result.trace, options))
            else:
                print_result(result, output)
                if options.explain and result.trace is not None:
                    output.text("\n" + telling.of_search(result.trace, Tongue()))
        refuse_none_answered(lines, failed)


def search(library: AnyLibrary, question: str, k: int, scope: SearchScope) -> SearchResult:
    """Return the k best passages for a question; the passages of a page that it asks for come first, in their order."""
    result = library.search(question, k, scope)
    asked = intent_of(question)
    if asked is None or asked.asked is not Asked.PAGES:
        return result
    overview = library.overview(asked, Within(scope))
    if overview.told is not Told.FOUND:
        return result
    known = {found.passage.id: found for found in result.found}
    top = max((found.score for found in result.found), default=0.0) + _AHEAD
    first = [
        replace(known.get(passage.id) or Found(passage, 0.0, True), score=top - _STEP * at, relevant=True)
        for at, passage in enumerate(overview.passages)
    ]
    there = {found.passage.id for found in first}
    rest = [found for found in result.found if found.passage.id not in there]
    return replace(result, found=(*first, *rest)[:k])


def questions_of(options: argparse.Namespace) -> tuple[QuestionLine, ...]:
    """Return the questions of a command; UserError names the line that is none."""
    if options.questions is None:
        return (QuestionLine(1, "1", options.question, {}),)
    return tuple(question_lines(Path(options.questions)))


def refuse_none_answered(lines: Sequence[QuestionLine], failed: int) -> None:
    """Raise UserError where each line of a file failed: the command did nothing of what it was to do."""
    if failed and failed == len(lines):
        raise UserError("None of the questions could be answered.")


def tell_failed(
    options: argparse.Namespace, line: QuestionLine, error: UserError, row: Mapping[str, Any], output: Output
) -> None:
    """Tell why a line of a file failed, with its number; its row is that of nothing found, with the error."""
    wrong = say("Line {number} of {path}: {problem}", number=line.number, path=options.questions, problem=str(error))
    say_failure(wrong)
    output.json({**row, "error": str(wrong)})


def completed(line: QuestionLine) -> str:
    """Return a line's question with what it leaves out of its "history"; UserError where that is of another shape."""
    history = history_of(line)
    return complete(line.question, history).text if history else line.question


def history_of(line: QuestionLine) -> list[tuple[str, str]]:
    """Return what was asked and answered before a line, oldest first; UserError where that is of another shape."""
    given = line.fields.get("history")
    if given is None:
        return []
    turns = given if isinstance(given, list) else [None]
    return [_turn(turn) for turn in turns]


def _turn(turn: object) -> tuple[str, str]:
    if isinstance(turn, Mapping):
        question, answer = turn.get("question"), turn.get("answer")
        if isinstance(question, str) and (answer is None or isinstance(answer, str)):
            return question, answer or ""
    raise UserError("“history” has to be a list of what was asked and answered: {shape}.", shape=_HISTORY_SHAPE)


def scope_of_options(
    library: AnyLibrary, options: argparse.Namespace, otherwise: tuple[int, ...] | None = None
) -> SearchScope:
    """Return where a command searches; in the collections `otherwise` (None: all) as `in_collections` has it."""
    named = SearchScope(
        collection_ids(library, options.collection),
        tuple(options.documents),
        tuple(folder_meant(folder) for folder in options.folders),
        options.pages,
    )
    return in_collections(named, otherwise)


def check_named(library: AnyLibrary, scope: SearchScope, lines: Iterable[QuestionLine]) -> None:
    """Raise UserError where what the options of a command name is not there and every question would fail by it."""
    is_of_all = all(line.fields.get("scope") is None for line in lines)
    if is_of_all and (scope.documents or scope.folders):
        fitting(library.documents(), scope)


def scope_of_line(library: AnyLibrary, line: QuestionLine, otherwise: SearchScope) -> SearchScope:
    """Return where a line's question is searched; what its "scope" leaves out is as in `otherwise`.

    UserError where the scope is of another shape or names a collection that there is not.
    """
    given = line.fields.get("scope")
    if given is None:
        return otherwise
    known = {"collections", "documents", "folders", "pages"}
    if not isinstance(given, Mapping) or set(given) - known:
        raise UserError("“scope” has to say where the question is searched: {shape}.", shape=_SCOPE_SHAPE)
    collections = tuple(library.collection_id(name) for name in _names(given, "collections"))
    folders = tuple(folder_meant(folder) for folder in _names(given, "folders"))
    return SearchScope(
        collections or otherwise.collections,
        _names(given, "documents") or otherwise.documents,
        folders or otherwise.folders,
        _page_ranges(given.get("pages")) or otherwise.pages,
    )


def folder_meant(given: str) -> str:
    """Return a folder that was given as a path in full; a name stays as it is."""
    is_path = given in (os.curdir, os.pardir) or any(sign in given for sign in (os.sep, os.altsep) if sign)
    return str(Path(given).resolve()) if is_path and is_folder(given) else given


def _names(given: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = given.get(field)
    names = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise UserError("“{field}” of “scope” has to be a list of names.", field=field)
    return tuple(names)


def _page_ranges(value: object) -> PageRanges:
    given = [] if value is None else value if isinstance(value, list) else [value]
    return joined_ranges(pages for each in given for pages in _ranges_in(each))


def _ranges_in(value: object) -> PageRanges:
    if isinstance(value, str):
        return read_page_ranges(value)
    numbers = value if isinstance(value, list) and len(value) == 2 else [value, value]
    first, last = numbers
    if type(first) is int and type(last) is int:
        return ((first, last),)
    raise UserError("“pages” of “scope” has to be a list of pages such as {shape}.", shape=_PAGES_SHAPE)


def result_row(question_id: str, result: SearchResult) -> dict[str, Any]:
    """Return the JSON of what a search found."""
    return {
        "id": question_id,
        "asked": result.asked,
        "language": result.language,
        "relevant": result.relevant,
        "embedder": ", ".join(result.embedders) or None,
        "passages": [found_row(found) for found in result.found],
    }


def found_row(found: Found) -> dict[str, Any]:
    """Return the JSON of a passage that was found."""
    passage = found.passage
    return {"document": passage.document, "page": passage.page, "text": passage.text, "score": round(found.score, 6)}


def print_result(result: SearchResult, output: Output) -> None:
    """Print what a search found for people, and whether it speaks of what was asked."""
    if result.found and not result.relevant:
        output.text("Nothing relevant was found. The nearest passages:")
    for found in result.found:
        passage = found.passage
        where = place(passage.kind, passage.page, passage.label)
        output.text(f"{passage.document}, {where}  ({found.score:.3f})")
        output.text(f"    {' '.join(passage.text.split())[:300]}")
    if not result.found:
        output.text("Nothing was found.")
