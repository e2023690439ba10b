"""Forty documents that mean to be more than text, copied whole into answers, questions and titles, as DOCX and PDF."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest

from phi3desk.chat.citations import citation_of
from phi3desk.chat.dossier.dossier import Dossier, dossier_of
from phi3desk.chat.dossier.writing import write_dossier
from phi3desk.chat.messages import Source
from phi3desk.foreign_text import printable
from phi3desk.library.documents import Passage
from tests.helpers.dossiers import answer_of, conversation
from tests.helpers.injected import INJECTED, SLOGAN, write_all
from tests.helpers.reading import told_of

#: what acts when a PDF is opened or looked through
ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|OpenAction|AA|EmbeddedFile|RichMedia|GoToR)\b")
MADE = 1_790_000_000.0


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    """Return the dossier of answers that each copy all of an injected document."""
    folder = tmp_path_factory.mktemp("injected")
    write_all(folder)
    pairs = []
    for one in INJECTED:
        told = told_of(folder / one.name)
        text = "\n".join(page.text for page in told.pages)
        passage = Passage(1, 1, one.name, str(folder / one.name), told.title, 1, 0, len(text), text, kind=told.kind)
        source = Source(1, passage)
        pairs.append((text, answer_of(f"{text} [1]", citation_of(source, text), sources=(source,))))
    return dossier_of(pairs[0][0], conversation(*pairs), MADE)


def links_of(dossier: Dossier) -> set[str]:
    return {source.link for entry in dossier.entries for source in entry.sources}


def test_word_shows_them_and_links_to_their_files_alone(copied: Dossier, tmp_path: Path):
    write_dossier(copied, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    assert {part.target_ref for part in document.part.rels.values() if part.is_external} == links_of(copied)
    assert not document.inline_shapes
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    assert not re.search(r"<w:(?:instrText|fldSimple|object|altChunk|subDoc|control)\b", body)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert text.count(SLOGAN) > 40
    assert printable(text) == text


def test_pdf_shows_them_and_links_to_their_files_alone(copied: Dossier, tmp_path: Path):
    write_dossier(copied, tmp_path / "a.pdf")
    reader = pypdf.PdfReader(tmp_path / "a.pdf")
    actions = [note.get_object() for page in reader.pages for note in page.get("/Annots") or ()]
    assert {str(one["/A"]["/URI"]) for one in actions} == links_of(copied)
    assert not ACTS.search((tmp_path / "a.pdf").read_bytes())
    assert not any(list(page.images) for page in reader.pages)
    assert sum(page.extract_text().count(SLOGAN) for page in reader.pages) > 40
