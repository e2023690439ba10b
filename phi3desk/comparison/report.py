"""A comparison as a CSV table and as one HTML page that needs nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from phi3desk.chat.messages import Answer
from phi3desk.comparison.figures import MEASURE_NAMES, Figures, figures, judged
from phi3desk.comparison.grading import Judged
from phi3desk.comparison.plan import Comparison, Outcome
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.comparison.statistics import Mean, Share
from phi3desk.csv_safe import safe_cell
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import place
from phi3desk.paths import write_bytes_atomically

#: how the HTML page and the window colour the variants' bars: an accent for each in turn
BAR_COLORS = ("#2459D3", "#1F7A4D", "#8A5A00", "#6A3FB5", "#0F766E", "#9D174D", "#475569", "#B3261E")
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1C1C1A; background: #FFFFFF; margin: 24px auto; max-width: 1200px;
       padding: 0 24px; }
h1 { font-size: 20px; } h2 { font-size: 17px; margin-top: 32px; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: 4px 0; color: #5F605B; }
th, td { border: 1px solid #E2E2DC; padding: 8px; text-align: left; vertical-align: top; }
th { background: #F6F6F3; } .quiet { color: #5F605B; font-size: 13px; } td p { margin: 0 0 8px; white-space: pre-wrap; }
@media (prefers-color-scheme: dark) {
  body { color: #ECECE9; background: #161719; } th { background: #26292D; } th, td { border-color: #33363B; }
  .quiet, caption { color: #A3A5A8; } svg { background: #FFFFFF; }
}
"""


def write_report(path: Path, kind: str, comparison: Comparison, outcomes: Sequence[Outcome]) -> None:
    """Write a comparison as csv or html; raises OSError where it cannot be written."""
    text = csv_text(comparison, outcomes) if kind == "csv" else html_text(comparison, outcomes)
    # a table ends its lines itself
    write_bytes_atomically(path, text.encode())


def csv_text(comparison: Comparison, outcomes: Sequence[Outcome]) -> str:
    """Return a row for each answer; cells that a spreadsheet would calculate begin with an apostrophe."""
    found = judged(comparison, outcomes)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(
        (
            "id",
            "question",
            "variant",
            "answer",
            "sources",
            "basis",
            "seconds",
            "right_page",
            "reference_contained",
            "refused",
            "answerable",
            "judged",
            "problem",
        )
    )
    for asked in comparison.plan.questions:
        for variant in comparison.plan.variants:
            if (asked.id, variant.key) in found:
                result, outcome = found[asked.id, variant.key]
                cells = _cells(asked, variant.name, result, outcome)
                writer.writerow([safe_cell(cell) for cell in cells])
    return made.getvalue()


def _cells(asked: ComparedQuestion, variant: str, result: Judged, outcome: Outcome) -> tuple[str, ...]:
    answer = outcome.answer
    return (
        asked.id,
        asked.question,
        variant,
        answer.text,
        "; ".join(_sources(answer)),
        answer.basis,
        f"{outcome.seconds:.2f}",
        _yes_no(result.page),
        _yes_no(result.contained),
        _yes_no(result.refused),
        _yes_no(asked.expected.answerable),
        {1: "good", -1: "not good"}.get(outcome.thumb, ""),
        outcome.problem,
    )


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _sources(answer: Answer) -> list[str]:
    named = (f"{one.document}, {place(one.kind, one.page, one.label)}" for one in answer.citations)
    return list(dict.fromkeys(named))


def html_text(comparison: Comparison, outcomes: Sequence[Outcome]) -> str:
    """Return one HTML page with figures, chart and all answers; everything from outside is escaped, nothing runs."""
    plan, made = comparison.plan, figures(comparison, outcomes)
    title = escape(plan.title or "Comparison")
    done = f"{len(plan.questions)} questions, {comparison.answered} of {comparison.total} answers."
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1><p>{done}</p>",
        "<h2>Figures</h2>",
        _figures_table(made),
        f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences_of(made))}</ul>",
        "<h2>Chart</h2>" + chart_svg(made) if made.measures else "",
        "<h2>Answers</h2>",
        _answers_table(comparison, outcomes),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def sentences_of(made: Figures) -> list[str]:
    """Return what each two variants differ in, in plain words, with the measure before it."""
    told = [f"{MEASURE_NAMES[pair.measure]}: {pair.says}" for pair in made.pairs]
    return told + [str(one.says) for one in made.seconds]


def share_text(share: Share) -> str:
    """Return a share with its interval: "7 of 20 (18 to 57 %)"; a dash where there was no question for it."""
    if share.of == 0:
        return "–"
    return f"{share.count} of {share.of} ({100 * share.low:.0f} to {100 * share.high:.0f} %)"


def seconds_text(mean: Mean) -> str:
    """Return mean seconds with their interval; a dash where there are none."""
    return f"{mean.value:.1f} s ({mean.low:.1f} to {mean.high:.1f})" if mean.of else "–"


def _figures_table(made: Figures) -> str:
    head = "".join(f'<th scope="col">{escape(one.variant.name)}</th>' for one in made.variants)
    rows = [
        _row(str(MEASURE_NAMES[measure]), [share_text(one.shares[measure]) for one in made.variants])
        for measure in made.measures
    ]
    rows.append(_row("Seconds for an answer", [seconds_text(one.seconds) for one in made.variants]))
    if any(one.problems for one in made.variants):
        rows.append(_row("Could not be answered", [str(one.problems) for one in made.variants]))
    caption = "In brackets: where the figure would likely lie with many more questions."
    return f"<table><caption>{caption}</caption><tr><td></td>{head}</tr>{''.join(rows)}</table>"


def _row(name: str, cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


def _answers_table(comparison: Comparison, outcomes: Sequence[Outcome]) -> str:
    found = judged(comparison, outcomes)
    plan = comparison.plan
    head = "".join(f'<th scope="col">{escape(variant.name)}</th>' for variant in plan.variants)
    rows = []
    for asked in plan.questions:
        reference = "; ".join(asked.expected.answers)
        known = f'<p class="quiet">Reference: {escape(reference)}</p>' if reference else ""
        cells = "".join(_answer_cell(found.get((asked.id, variant.key))) for variant in plan.variants)
        rows.append(f'<tr><th scope="row">{escape(asked.question)}{known}</th>{cells}</tr>')
    return f'<table><tr><th scope="col">Question</th>{head}</tr>{"".join(rows)}</table>'


def _answer_cell(found: tuple[Judged, Outcome] | None) -> str:
    if found is None:
        return '<td><p class="quiet">Not answered yet.</p></td>'
    result, outcome = found
    marks = [f"{outcome.seconds:.1f} s", *marks_of(result, outcome, str)]
    sources = "".join(f'<p class="quiet">{escape(source)}</p>' for source in _sources(outcome.answer))
    text = escape(outcome.answer.text or outcome.problem)
    return f'<td><p>{text}</p>{sources}<p class="quiet">{escape(" · ".join(marks))}</p></td>'


def marks_of(result: Judged, outcome: Outcome, words: Callable[[Sentence], str]) -> list[str]:
    """Return in words what was found in an answer, and what the user thinks of it."""
    told = []
    if result.page is not None:
        told.append(say("right page") if result.page else say("right page not cited"))
    if result.contained is not None:
        told.append(say("reference contained") if result.contained else say("reference not contained"))
    if result.refused:
        told.append(say("refused"))
    if outcome.thumb:
        told.append(say("judged good") if outcome.thumb > 0 else say("judged not good"))
    return [words(one) for one in told]


def chart_svg(made: Figures) -> str:
    """Return the shares as bars with their intervals as whiskers; described in words for those who cannot see it."""
    left, right, bar, gap, top = 260, 60, 18, 28, 8
    width = 900
    scale = width - left - right
    rows: list[str] = []
    y = top
    for measure in made.measures:
        name = escape(str(MEASURE_NAMES[measure]))
        rows.append(f'<text x="{left - 32}" y="{y + 14}" text-anchor="end" font-weight="600">{name}</text>')
        for index, one in enumerate(made.variants):
            y += bar + 4 if index else 0
            rows.append(f'<text x="{left - 10}" y="{y + 14}" text-anchor="end" fill="#5F605B">{index + 1}</text>')
            color = BAR_COLORS[index % len(BAR_COLORS)]
            rows.append(_bar(one.shares[measure], one.variant.name, color, left, y, bar, scale))
        y += bar + gap
    for percent in (0, 25, 50, 75, 100):
        x = left + scale * percent / 100
        rows.insert(0, f'<line x1="{x:.0f}" y1="{top}" x2="{x:.0f}" y2="{y - gap + 4}" stroke="#E2E2DC"/>')
        rows.append(f'<text x="{x:.0f}" y="{y}" text-anchor="middle" fill="#5F605B">{percent} %</text>')
    y += 24
    for index, one in enumerate(made.variants):
        color = BAR_COLORS[index % len(BAR_COLORS)]
        rows.append(f'<rect x="{left}" y="{y - 12}" width="14" height="14" fill="{color}"/>')
        rows.append(f'<text x="{left + 22}" y="{y}">{index + 1}. {escape(one.variant.name)}</text>')
        y += 22
    style = 'font-family="system-ui, sans-serif" font-size="13" fill="#1C1C1A"'
    described = escape(chart_description(made))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {y}" width="100%" {style}>'
        f"<title>{described}</title>{''.join(rows)}</svg>"
    )


def _bar(share: Share, name: str, color: str, left: float, y: float, height: float, scale: float) -> str:
    if share.of == 0:
        return f'<text x="{left + 4}" y="{y + 14}" fill="#5F605B">{escape(name)}: no question for it</text>'
    middle = y + height / 2
    low, high = left + scale * share.low, left + scale * share.high
    whisker = f"M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 5}v10M{high:.1f} {middle - 5}v10"
    return (
        f'<rect x="{left}" y="{y}" width="{max(1.0, scale * share.value):.1f}" height="{height}" fill="{color}"/>'
        f'<path d="{whisker}" stroke="#FFFFFF" stroke-width="4" fill="none"/>'
        f'<path d="{whisker}" stroke="#1C1C1A" stroke-width="1.5" fill="none"/>'
        f'<text x="{high + 6:.1f}" y="{y + 14}">{100 * share.value:.0f} %</text>'
    )


def chart_description(made: Figures) -> str:
    """Return what the chart shows, in words."""
    return " ".join(
        f"{MEASURE_NAMES[measure]}: "
        + ", ".join(f"{one.variant.name} {share_text(one.shares[measure])}" for one in made.variants)
        + "."
        for measure in made.measures
    )
