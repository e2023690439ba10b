"""The tables that a run prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.benchmarks.finding.measuring import Milliseconds, Report, Row
from tests.benchmarks.finding.pipelines import Imported
from tests.benchmarks.finding.scoring import Scores
from tests.benchmarks.table import line

_NONE = "–"


def all_tables(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the lines of all tables that have something to show."""
    yield from search_table(reports)
    yield from completed_lines(reports)
    if any(report.relevance for report in reports):
        yield ""
        yield from relevance_table(reports)
    if any(report.imported for report in reports):
        yield ""
        yield from import_table(reports)


def search_table(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the lines of the table of all sets, each with one row a pipeline."""
    pages = max((report.timed_pages for report in reports), default=0)
    passages = max((report.large_passages for report in reports), default=0)
    small = f"ms at {pages:,} pages" if pages else "ms in its own library"
    head = ["set (questions)", "pipeline", "page@1", "page@5", "MRR", f"{small}, median / 95 %"]
    if passages:
        head += [f"at {passages:,} passages: page@1", "page@5", "MRR", "ms, median / 95 %"]
    yield from _head(*head)
    rows: dict[str, list[Row]] = {}
    for report in reports:
        for row in report.rows:
            rows.setdefault(row.set, []).append(row)
    for name, several in rows.items():
        for number, row in enumerate(several):
            cells = ["" if number else f"{name} ({row.questions})", row.pipeline]
            cells += [*_scores(row.scores), _times(row.time)]
            if passages:
                cells += [*_scores(row.large), _times(row.large_time)]
            yield line(tuple(cells))


def completed_lines(reports: Sequence[Report]) -> Iterator[str]:
    """Yield how many questions that stand alone were changed."""
    for report in reports:
        if report.alone:
            yield ""
            yield f"{report.pipeline}: {report.changed} of {report.alone} questions that stand alone were changed."


def relevance_table(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the lines of the table of what was told to have no answer, by the language of the question."""
    yield from _head("language", "pipeline", "foreign questions", "told as such", "questions with an answer", "lost")
    for language in sorted({language for report in reports for language in report.relevance}):
        for report in reports:
            counts = report.relevance.get(language)
            if counts is not None:
                refused = _percent(counts.refused, counts.foreign)
                lost = _percent(counts.lost, counts.answerable)
                cells = (language, report.pipeline, str(counts.foreign), refused, str(counts.answerable), lost)
                yield line(cells)


def import_table(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the lines of the table of one import, beside the embedder alone on the same passages."""
    yield from _head("import", "pipeline", "embedder", "s", "pages/s", "embedder alone, s", "ratio", "memory, MB")
    for report in reports:
        if report.imported is not None:
            library, imported = report.imported
            yield line((f"{library}, {imported.pages:,} pages", report.pipeline, *_import_cells(imported)))


def _import_cells(imported: Imported) -> tuple[str, ...]:
    alone = imported.embedder_seconds
    return (
        imported.embedder,
        f"{imported.seconds:.0f}",
        f"{imported.pages / imported.seconds:.1f}",
        f"{alone:.0f}" if alone else _NONE,
        f"{imported.seconds / alone:.2f}" if alone else _NONE,
        f"{imported.megabytes:,.0f}",
    )


def _head(*cells: str) -> Iterator[str]:
    yield line(cells)
    yield line(("---",) * len(cells))


def _scores(scores: Scores | None) -> tuple[str, ...]:
    if scores is None:
        return (_NONE,) * 3
    return tuple(f"{value:.3f}".removeprefix("0") for value in (scores.page_1, scores.page_5, scores.mrr))


def _times(times: Milliseconds | None) -> str:
    return _NONE if times is None else f"{times.median:.0f} / {times.most:.0f}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else _NONE
