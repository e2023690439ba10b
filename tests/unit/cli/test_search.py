"""What `search` reads of a line of questions and of its options, and what it answers with."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.helpers.commands import run_command
from tests.helpers.pdf import write_pdf, write_pump_manual

Run = Callable[..., CompletedProcess[str]]
QUESTION = "How often is the main bearing greased?"
PAGE_QUESTION = "What is on page 4 of fan.pdf?"
FIELDS = {"id", "asked", "language", "relevant", "embedder", "passages"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plant")
    write_pump_manual(root / "pumps" / "pump.pdf")
    pages = [[f"Page {page}: the main bearing of the fan is greased every {page} weeks."] for page in range(1, 6)]
    write_pdf(root / "fans" / "fan.pdf", pages)
    return root


@pytest.fixture(scope="module")
def phi3desk(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = partial(run_command, tmp_path_factory.mktemp("home") / "home")
    assert run("import", folder / "pumps", "--collection", "Pumps").returncode == 0
    assert run("import", folder / "fans", "--collection", "Fans").returncode == 0
    return run


def rows(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def places(row: dict[str, Any]) -> set[tuple[str, int]]:
    return {(passage["document"], passage["page"]) for passage in row["passages"]}


def test_each_line_is_searched_in_its_own_scope_and_a_wrong_one_does_not_end_the_run(
    phi3desk: Run, folder: Path, tmp_path: Path
) -> None:
    lines: list[tuple[dict[str, Any], set[tuple[str, int]] | str]] = [
        ({"scope": {"documents": ["fan"], "pages": [2, "4-5"]}}, {("fan.pdf", 2), ("fan.pdf", 4), ("fan.pdf", 5)}),
        ({"scope": {"folders": ["pumps", str(folder / "fans")], "pages": [[1, 1]]}}, {("pump.pdf", 1), ("fan.pdf", 1)}),
        (
            {"scope": {"collections": "pumps", "folders": "PUMPS", "documents": None}, "history": []},
            {("pump.pdf", 1), ("pump.pdf", 2)},
        ),
        ({"scope": {}}, {("fan.pdf", page) for page in range(1, 6)}),
        ({"scope": {"documents": ["valve"]}}, "no document named “valve”"),
        ({"scope": {"collections": ["Valves"]}}, "no collection named “Valves”"),
        ({"scope": {"folders": ["valves"]}}, "no folder “valves”"),
        ({"scope": {"folders": [f"/{'v' * 300}"]}}, "no folder"),
        ({"scope": {"documents": ["fan"], "pages": [7]}}, "no text to search at p. 7"),
        ({"scope": {"pages": ["three"]}}, "“three” does not name pages"),
        ({"scope": {"pages": [True]}}, "“pages” of “scope” has to be a list"),
        ({"scope": {"pages": [0]}}, "“0” does not name pages"),
        ({"scope": {"documents": [3]}}, "“documents” of “scope” has to be a list of names"),
        ({"scope": {"document": "fan"}}, "“scope” has to say"),
        ({"scope": ["fan"]}, "“scope” has to say"),
        ({"history": "before"}, "“history” has to be a list"),
        ({"history": [{"question": None}]}, "“history” has to be a list"),
        ({"history": [{"question": "Which pump?", "answer": None}]}, {("fan.pdf", page) for page in range(1, 6)}),
        ({"question": PAGE_QUESTION}, {("fan.pdf", page) for page in range(1, 6)}),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps({"question": QUESTION, **more}) for more, _ in lines), encoding="utf-8")
    done = phi3desk("search", "--questions", file, "--json", "--folder", "fans")
    answered = rows(done)
    assert len(answered) == len(lines)
    for number, (row, (_, expected)) in enumerate(zip(answered, lines, strict=True), 1):
        assert row["id"] == str(number)
        if isinstance(expected, set):
            assert set(row) == FIELDS
            assert places(row) == expected
            assert (row["language"], row["relevant"], row["embedder"]) == ("en", True, "multilingual-e5-small")
            assert row["asked"].startswith((QUESTION[:-1], PAGE_QUESTION))
        else:
            assert f"Line {number} of {file}: " in row["error"]
            assert expected in row["error"]
            assert row["error"] in done.stderr
            assert {field: row[field] for field in FIELDS - {"id"}} == {
                "asked": QUESTION, "language": "", "relevant": False, "embedder": None, "passages": []
            }  # fmt: skip
    assert answered[-1]["passages"][0]["page"] == 4


def test_one_question_has_the_same_fields_and_options(phi3desk: Run) -> None:
    (row,) = rows(phi3desk("search", QUESTION, "--json", "--document", "pump", "--document", "fan", "--pages", "2,4"))
    assert set(row) == FIELDS
    assert places(row) == {("pump.pdf", 2), ("fan.pdf", 2), ("fan.pdf", 4)}
    (row,) = rows(
        phi3desk("search", "Wie oft muss das Lager der Pumpe geschmiert werden?", "--json", "--folder", "pumps")
    )
    assert (row["language"], row["embedder"], row["relevant"]) == ("de", "multilingual-e5-small", True)
    done = phi3desk("search", QUESTION, "--json", "--folder", "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no folder “nowhere”" in done.stderr
    done = phi3desk("search", QUESTION, "--pages", "5-3")
    assert done.returncode == 2
    assert "“5-3” does not name pages. Name them like this: 3-5, 8" in done.stderr


def test_a_file_that_nothing_can_be_searched_for_ends_in_failure(phi3desk: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    wrong = [{"question": QUESTION, "scope": {"documents": ["valve"]}}, {"question": QUESTION, "history": "before"}]
    file.write_text("\n".join(map(json.dumps, wrong)), encoding="utf-8")
    done = phi3desk("search", "--questions", file)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    assert done.stderr.splitlines()[-1].endswith("None of the questions could be answered.")
    file.write_text(json.dumps({"question": QUESTION}), encoding="utf-8")
    done = phi3desk("search", "--questions", file, "--document", "typo.pdf")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("There is no document named “typo.pdf”") == 1


def test_an_option_that_a_line_replaces_fails_the_others_only(phi3desk: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    lines = [{"question": QUESTION, "scope": {"documents": ["fan"]}}, {"question": QUESTION}]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = phi3desk("search", "--questions", file, "--json", "--document", "typo")
    found, failed = rows(done)
    assert done.returncode == 0
    assert found["passages"] and "error" not in found
    assert "no document named “typo”" in failed["error"]


def test_people_are_told_where_nothing_relevant_was_found(phi3desk: Run) -> None:
    done = phi3desk("search", QUESTION, "--folder", "pumps")
    assert (done.stdout.startswith("pump.pdf, p. "), done.stderr) == (True, "")
    done = phi3desk("search", "Who composed the opera Fidelio in Vienna?", "--folder", "pumps")
    assert done.stdout.splitlines()[0] == "Nothing relevant was found. The nearest passages:"


def test_explain_adds_how_each_passage_was_found(phi3desk: Run) -> None:
    (row,) = rows(phi3desk("search", QUESTION, "-k", "2", "--json", "--explain"))

    assert set(row) == {*FIELDS, "trace"}
    trace = row["trace"]
    assert (trace["searched"], trace["language"]) == (trace["compared"], "en")
    candidates = trace["candidates"]
    assert [(c["document"], c["page"], c["score"]) for c in candidates[:2]] == [
        (p["document"], p["page"], pytest.approx(p["score"], abs=1e-3)) for p in row["passages"]
    ]
    assert len(candidates) > 2
    best = candidates[0]
    assert sum(best["parts"].values()) == pytest.approx(best["score"], abs=1e-3)
    assert best["rankers"]["meaning"]["rank"] >= 1
    assert best["tied_by"]
