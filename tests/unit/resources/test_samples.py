import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest

SAMPLES = Path(__file__).parents[3] / "resources" / "samples"
PAGES = {
    "lab-handbook.pdf": (8, 12),
    "lockout-procedure.pdf": (5, 7),
    "lubricant-safety-sheet.pdf": (6, 8),
    "pump-manual.pdf": (14, 20),
    "tender-terms.pdf": (8, 12),
}


def page_texts(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]


QUESTIONS = [*lines("questions.jsonl"), *lines("demo.jsonl")]


@pytest.fixture(scope="module")
def committed() -> dict[str, list[str]]:
    return {name: page_texts(SAMPLES / name) for name in PAGES}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, SAMPLES / "make_samples.py", "--to", folder], check=True, capture_output=True)
    return folder


def test_samples_are_what_the_script_writes(fresh: Path, committed: dict[str, list[str]]) -> None:
    assert {path.name: page_texts(path) for path in fresh.iterdir()} == committed


def test_samples_are_small_and_have_the_promised_pages(committed: dict[str, list[str]]) -> None:
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.pdf")) < 600_000
    for name, (least, most) in PAGES.items():
        assert least <= len(committed[name]) <= most, name


@pytest.mark.parametrize("name", PAGES)
def test_samples_have_title_author_outline_and_page_numbers(name: str, committed: dict[str, list[str]]) -> None:
    with pypdfium2.PdfDocument(SAMPLES / name) as document:
        metadata = document.get_metadata_dict()
        chapters = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc() if mark.level == 0]
    pages = committed[name]
    assert metadata["Title"] in pages[0]
    assert metadata["Author"] in pages[0]
    assert len(chapters) >= 10
    for title, index in chapters:
        assert title in pages[index]
    for number, text in enumerate(pages[1:], start=2):
        assert f"Page {number} of {len(pages)}" in text


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_questions_have_their_answer_on_their_page(question: dict, committed: dict[str, list[str]]) -> None:
    pages = [committed[question["document"]][number - 1] for number in question["pages"]]
    for answer in question["answers"]:
        assert any(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text) for text in pages), answer
    for text in pages:
        assert any(answer.casefold() in text.casefold() for answer in question["answers"])


def test_questions_cover_every_document() -> None:
    assert Counter(question["document"] for question in lines("questions.jsonl")) == dict.fromkeys(PAGES, 5)
    assert len({question["document"] for question in lines("demo.jsonl")}) == 3
    assert len({question["id"] for question in QUESTIONS}) == 28
