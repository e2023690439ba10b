"""Answers written into dossiers by the command line, with the pages they cite; and refused before anything is done."""

import hashlib
from functools import partial

import docx
import pypdf
import pytest

from tests.helpers.commands import run_command
from tests.helpers.pdf import write_pdf, write_pump_manual


@pytest.fixture
def phi3desk(tmp_path):
    """Return a function that runs one command on a home of its own."""
    return partial(run_command, tmp_path / "home")


def test_ask_writes_its_answers_into_a_dossier_with_pages(phi3desk, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    assert phi3desk("import", tmp_path / "docs").returncode == 0
    done = phi3desk("ask", "How many pages does pump.pdf have?", "--dossier", tmp_path / "a.pdf", "--pictures", "pages")
    assert done.returncode == 0, done.stderr
    assert "pump.pdf" in done.stdout
    pages = pypdf.PdfReader(tmp_path / "a.pdf").pages
    text = "\n".join(page.extract_text() for page in pages)
    assert "How many pages does pump.pdf have?" in text
    assert "The library itself, without a model" in text
    assert sum(len(list(page.images)) for page in pages) == 1

    questions = tmp_path / "what we ask.jsonl"
    questions.write_text(
        '{"id": "a", "question": "List the documents."}\n{"id": "b", "question": "Koliko strani ima pump.pdf?"}\n'
    )
    done = phi3desk("ask", "--questions", questions, "--dossier", tmp_path / "a.docx", "--pictures", "none")
    assert done.returncode == 0, done.stderr
    headings = [
        each.text for each in docx.Document(str(tmp_path / "a.docx")).paragraphs if each.style.name == "Heading 1"
    ]
    assert headings == ["List the documents.", "Koliko strani ima pump.pdf?"]
    assert docx.Document(str(tmp_path / "a.docx")).core_properties.title == "what we ask"


def test_place_that_cannot_be_written_to_is_told_before_anything_is_asked(phi3desk, tmp_path):
    (tmp_path / "b.md").mkdir()
    for file, why in (
        ("a.txt", "Markdown, DOCX or PDF"),
        ("nowhere/a.pdf", "There is no folder"),
        ("b.md", "is a folder"),
    ):
        done = phi3desk("ask", "What is grease?", "--dossier", tmp_path / file)
        assert (done.returncode, done.stdout) == (1, "")
        assert why in done.stderr


def test_dossier_names_the_file_that_answered_by_its_hash(phi3desk, tmp_path, tiny_phi3):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    assert phi3desk("import", tmp_path / "docs").returncode == 0
    assert phi3desk("models", "add", tiny_phi3, "--name", "tiny").returncode == 0
    assert phi3desk("models", "use", "tiny").returncode == 0
    file = tmp_path / "a.md"
    done = phi3desk("ask", "How often is the main bearing greased?", "--dossier", file, "--pictures", "none")
    assert done.returncode == 0, done.stderr
    assert f"SHA-256 {hashlib.sha256(tiny_phi3.read_bytes()).hexdigest()[:12]}\n" in file.read_text("utf-8")


def test_sweep_writes_a_dossier_with_the_page_of_each_answer(phi3desk, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    write_pdf(tmp_path / "docs" / "canteen.pdf", [["The canteen of the laboratory is closed on Fridays."]])
    assert phi3desk("import", tmp_path / "docs").returncode == 0
    file = tmp_path / "a.pdf"
    done = phi3desk("sweep", "How often is the main bearing greased?", "--model", "none", "--dossier", file)
    assert done.returncode == 0, done.stderr
    pages = pypdf.PdfReader(file).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert text.count("How often is the main bearing greased?") == 1 + len(pages)
    assert "no model was asked whether it answers it." in text
    assert text.index("pump.pdf") < text.index("Documents without an answer") < text.index("canteen.pdf")
    assert sum(len(list(page.images)) for page in pages) == 1
