"""Dossiers as files: opened again with other programs' readers, in seven languages, with pictures and hostile text."""

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pypdf
import pypdfium2
import pytest
from PIL import Image

from phi3desk.chat.dossier.blocks import Telling
from phi3desk.chat.dossier.dossier import (
    Finding,
    Silent,
    dossier_of,
    dossier_of_findings,
    drawn,
    picture_wishes,
    with_pictures,
)
from phi3desk.chat.dossier.writing import Kind, kind_of_file, write_dossier
from phi3desk.chat.messages import Citation, Corrected, MadeBy, SheetRecord, SheetRow
from phi3desk.errors import UserError, say
from phi3desk.library.reading.page_picture import PagePicture
from tests.helpers.dossiers import HOSTILE, QUOTE, SEVEN, answer_of, checked_answer, conversation

MADE = 1_790_000_000.0


def picture() -> PagePicture:
    file = io.BytesIO()
    Image.new("RGB", (900, 400), (255, 229, 138)).save(file, format="PNG")
    return PagePicture(file.getvalue(), "png", 900, 400, is_marked=True)


def dossier(title: str = "Bearing change", *pairs):
    return dossier_of(title, conversation(*(pairs or (("How often?", checked_answer()),))), MADE)


def docx_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(document[n].get_textpage().get_text_range() for n in range(len(document))).replace("\r", "")
    finally:
        document.close()


TEXT_OF = {".docx": docx_text, ".pdf": pdf_text, ".md": lambda path: path.read_text("utf-8")}


def joined(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("suffix", [kind.value for kind in Kind])
def test_file_tells_question_answer_support_source_and_origin(tmp_path: Path, suffix: str):
    path = tmp_path / f"dossier{suffix}"
    write_dossier(dossier(), path)
    text = joined(TEXT_OF[suffix](path))
    for told in (
        "Bearing change", "How often?", "2 of 3 sentences found in the sources.", "not found in the sources",
        "pump_manual.pdf", "p. 12", QUOTE, "phi-3_mini.gguf", "SHA-256 0123456789ab", "grease (0.8)", "Pump expert",
        "Only documents", "Passages: 3, tokens: 850, in at most 20 s",
    ):  # fmt: skip
        assert told in text, told
    assert text.count("✓") >= 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name]


@pytest.mark.parametrize("suffix", [kind.value for kind in Kind])
def test_seven_languages_are_read_again_as_they_were_written(tmp_path: Path, suffix: str):
    pairs = [(text, answer_of(text, Citation(1, f"{n}.pdf", "/a", 1, text))) for n, text in enumerate(SEVEN)]
    write_dossier(dossier("Štiri Ελλάδα Україна", *pairs), tmp_path / f"a{suffix}")
    text = joined(TEXT_OF[suffix](tmp_path / f"a{suffix}"))
    for sentence in SEVEN:
        assert text.count(sentence) == 3, sentence


def test_words_and_moments_are_those_of_the_reader(tmp_path: Path):
    telling = Telling(lambda sentence: f"<{sentence}>", lambda seconds: f"day {seconds:.0f}")
    write_dossier(dossier(), tmp_path / "a.docx", telling)
    text = docx_text(tmp_path / "a.docx")
    assert "<Written by phi3desk on day 1790000000>" in text
    assert "<Sources>" in text


@pytest.mark.parametrize("suffix", [kind.value for kind in Kind])
def test_pictures_stand_in_the_file_or_beside_it_and_what_is_missing_says_why(tmp_path: Path, suffix: str):
    one = dossier()
    (wish,) = picture_wishes(one)
    assert (wish.document_id, wish.page, wish.quote) == (3, 12, QUOTE)
    path = tmp_path / f"a b{suffix}"
    write_dossier(with_pictures(one, {wish: picture()}), path)
    assert "p. 12, with the sentence marked." in joined(TEXT_OF[suffix](path))
    if suffix == ".md":
        assert "![pump\\_manual\\.pdf, p. 12, with the sentence marked.](a%20b%20pages/1.png)" in path.read_text(
            "utf-8"
        )
        assert (tmp_path / "a b pages" / "1.png").read_bytes() == picture().data
    elif suffix == ".docx":
        assert len(docx.Document(str(path)).inline_shapes) == 1
    else:
        assert len(list(pypdf.PdfReader(path).pages[0].images)) == 1
    write_dossier(with_pictures(one, {wish: say("The page was torn out.")}), tmp_path / f"c{suffix}")
    assert "The page was torn out." in joined(TEXT_OF[suffix](tmp_path / f"c{suffix}"))


def test_docx_holds_no_link_but_to_the_file_and_nothing_that_acts(tmp_path: Path):
    write_dossier(hostile(), tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    assert "<script>alert(1)</script>" in docx_text(tmp_path / "a.docx")
    outside = {part.target_ref for part in document.part.rels.values() if part.is_external}
    assert outside == {"file:///docs/a%20b.pdf#page=1"}
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    assert "instrText" not in body
    assert "fldSimple" not in body


def test_pdf_holds_no_link_but_to_the_file_and_nothing_that_acts(tmp_path: Path):
    write_dossier(hostile(), tmp_path / "a.pdf")
    reader = pypdf.PdfReader(tmp_path / "a.pdf")
    addresses = {
        note.get_object()["/A"]["/URI"]
        for page in reader.pages
        for note in page.get("/Annots") or ()
        if note.get_object()
    }
    assert addresses == {"file:///docs/a%20b.pdf#page=1"}
    assert "/OpenAction" not in reader.trailer["/Root"]
    assert "/Names" not in reader.trailer["/Root"]
    text = joined(pdf_text(tmp_path / "a.pdf"))
    assert "<script>alert(1)</script>" in text
    assert "[click](http://evil.example)" in text
    assert not any(list(page.images) for page in reader.pages)


def hostile():
    citation = Citation(1, HOSTILE, "/docs/a b.pdf", 1, HOSTILE)
    return dossier(HOSTILE, (HOSTILE, answer_of(f"{HOSTILE}\n{HOSTILE}", citation)))


def test_long_text_and_words_that_no_line_holds_are_set(tmp_path: Path):
    answer = answer_of(f"{'word ' * 4000}\n\n{'x' * 3000}", Citation(1, "a.pdf", "/a", 1, "quoted " * 3000))
    offered = replace(answer, corrected=Corrected(1, "before " * 3000, 0.0, given=False))
    write_dossier(dossier("t" * 300, ("q" * 2000, offered)), tmp_path / "a.pdf")
    assert len(pypdf.PdfReader(tmp_path / "a.pdf").pages) > 5
    assert pdf_text(tmp_path / "a.pdf").count("quoted") == 3000


def test_file_of_another_kind_is_refused_and_one_that_cannot_be_written_leaves_the_old(tmp_path: Path):
    assert kind_of_file(Path("A.PDF")) is Kind.PDF
    with pytest.raises(UserError, match="Markdown, DOCX or PDF"):
        kind_of_file(Path("a.txt"))
    path = tmp_path / "a.md"
    path.write_text("old")
    (tmp_path / "a.md.new").mkdir()
    with pytest.raises(OSError, match=r"a\.md"):
        write_dossier(dossier(), path)
    assert path.read_text() == "old"


def test_dossier_is_readable_by_its_owner_only_where_the_process_says_so(tmp_path: Path):
    before = os.umask(0o077)
    try:
        write_dossier(dossier(), tmp_path / "a.pdf")
    finally:
        os.umask(before)
    assert os.name == "nt" or (tmp_path / "a.pdf").stat().st_mode & 0o077 == 0


def test_findings_of_a_sweep_stand_under_their_question_and_what_is_silent_at_its_end(tmp_path: Path):
    quoted = replace(answer_of(QUOTE, Citation(1, "tender.pdf", "/t.pdf", 2, QUOTE)), made_by=MadeBy())
    found = [
        Finding("How often?", "pump_manual.pdf", checked_answer(), MADE),
        Finding("How often?", "tender.pdf", quoted, MADE),
        Finding("How much?", "pump_manual.pdf", checked_answer(), MADE),
    ]
    silent = [Silent("How often?", "letter.docx", say("Not found")), Silent("Why?", "scan.pdf", say("It has no text."))]
    made = dossier_of_findings("Intervals", found, MADE, silent=silent)
    write_dossier(made, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    headings = [(each.text, each.style.name[-1]) for each in document.paragraphs if each.style.name.startswith("Head")]
    assert [one for one in headings if one[1] != "3"] == [
        ("How often?", "1"),
        ("pump_manual.pdf", "2"),
        ("tender.pdf", "2"),
        ("Documents without an answer", "2"),
        ("How much?", "1"),
        ("pump_manual.pdf", "2"),
        ("Why?", "1"),
        ("Documents without an answer", "2"),
    ]
    text = docx_text(tmp_path / "a.docx")
    assert "letter.docx\nNot found" in text
    assert "no model was asked whether it answers it." in text
    write_dossier(made, tmp_path / "a.pdf")
    assert joined(pdf_text(tmp_path / "a.pdf")).count("How often?") == 1


def test_pictures_are_drawn_once_each_and_one_that_fails_leaves_a_sentence():
    one = dossier("Twice", ("How often?", checked_answer()), ("Again?", checked_answer()))
    asked = []

    def draw(wish):
        asked.append(wish)
        raise UserError("The file is gone.")

    progress = []
    made = drawn(one, draw, lambda number, count: progress.append((number, count)))
    assert (len(asked), progress) == (1, [(1, 1)])
    quotes = [quote for entry in made.entries for source in entry.sources for quote in source.quotes]
    assert [str(quote.missing) for quote in quotes] == ["The file is gone."] * 2


@pytest.mark.parametrize("suffix", [kind.value for kind in Kind])
@pytest.mark.parametrize(("columns", "told"), [(9, "Further columns: 2"), (7, "")])
def test_columns_of_a_sheet_that_are_left_out_are_told(tmp_path: Path, suffix: str, columns: int, told: str):
    head = ("row", *(f"Column {at}" for at in range(columns)))
    sheet = SheetRecord("stock.xlsx", "", "sum", "SELECT 1", False, head, (SheetRow(2, ("x",) * columns),), 1)
    answer = replace(answer_of("In all 9 kg.", sheet=sheet), made_by=MadeBy())
    write_dossier(dossier("Stock", ("How heavy?", answer)), tmp_path / f"a{suffix}")
    text = joined(TEXT_OF[suffix](tmp_path / f"a{suffix}"))
    assert told in text
    assert bool(told) == ("Further" in text)


@pytest.mark.parametrize("suffix", [kind.value for kind in Kind])
def test_answer_of_a_sheet_shows_its_query_and_rows_as_text(tmp_path: Path, suffix: str):
    rows = tuple(
        SheetRow(n, ("Pump", '=HYPERLINK("http://evil.example")' if n == 3 else f"{n} kg | x")) for n in range(2, 5)
    )
    sheet = SheetRecord(
        "stock.xlsx", "Parts", "sum of “Weight”", "SELECT sum(w) FROM t", False, ("row", "Part", "W"), rows, 9
    )
    citation = Citation(1, "stock.xlsx", "/stock.xlsx", 1, "Pump 2 kg", kind="xlsx", label="Parts, rows 2–4")
    answer = replace(answer_of("In all 9 kg [1].", citation, sheet=sheet), made_by=MadeBy())
    write_dossier(dossier("Stock", ("How heavy?", answer)), tmp_path / f"a{suffix}")
    text = joined(TEXT_OF[suffix](tmp_path / f"a{suffix}"))
    for told in (
        "sum of “Weight”", "SELECT sum(w) FROM t", "2 kg | x", "=HYPERLINK(", "Further rows: 6", "Parts, rows 2–4",
        "Calculated from the rows below.", "Query, made without a model",
    ):  # fmt: skip
        assert told in text, told
    assert "no model was asked" not in text
