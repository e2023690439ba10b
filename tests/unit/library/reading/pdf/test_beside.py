"""What is filled into a PDF's form, and notes and text boxes on its pages, are read with the page."""

from __future__ import annotations

from pathlib import Path

from phi3desk.library.documents import State
from tests.helpers.pdf import write_form, write_notes
from tests.helpers.reading import told_of

TEXT = b"BT /F1 11 Tf 72 700 Td (The flange is made of carbon steel.) Tj ET"
FILLED = """Serial number: KR-55821-B
Name of the inspector: T. Ott
Result: not passed
Tagged out of service: ticked
Scrapped: not ticked
Inspection: daily (not ticked), weekly (ticked)
Defects: hook, brake (chosen), rope"""


def test_fields_of_a_form_are_read_with_their_labels_and_places(tmp_path: Path):
    told = told_of(write_form(tmp_path / "record.pdf"))

    page = told.pages[0]
    own, filled = page.text.split("\n\n", 1)
    assert own.startswith("Acceptance record of lifting gear")
    assert sorted(filled.split("\n\n")) == sorted(FILLED.splitlines())
    serial = next(box for box in page.boxes if "KR-55821-B" in page.text[box.start : box.end])
    assert page.text[serial.start : serial.end] == "Serial number: KR-55821-B"
    # the field's corners, 1 point of reportlab's border aside
    assert [round(edge) for edge in serial[2:]] == [200, 842 - 753, 400, 842 - 735]


def test_notes_text_boxes_and_stamps_are_read_and_hidden_ones_are_not(tmp_path: Path):
    quads = b"/QuadPoints[120 710 220 710 120 698 220 698]"
    path = write_notes(
        tmp_path / "review.pdf",
        [
            b"/Subtype/FreeText/Rect[60 600 260 620]/Contents(Change to stainless 1.4571)/DA(/Helv 11 Tf)",
            b"/Subtype/Text/Rect[60 560 80 580]/Contents(Ask the foundry\rbefore May)",
            b"/Subtype/Popup/Rect[90 560 180 580]/Contents(Ask the foundry\rbefore May)",
            b"/Subtype/Highlight/Rect[72 698 300 710]/Contents(Which grade?)" + quads,
            b"/Subtype/Highlight/Rect[72 698 300 710]/Contents(carbon steel)" + quads,
            b"/Subtype/StrikeOut/Rect[72 698 300 710]/QuadPoints[72 710 110 710 72 698 110 698]",
            b"/Subtype/Stamp/Rect[60 500 260 520]/AP<</N 5 0 R>>",
            b"/Subtype/Text/F 2/Rect[60 460 80 480]/Contents(Nobody sees this)",
            b"/Subtype/FreeText/Rect[60 400 260 420]/RC(<body><p>Torque &lt; 40 Nm</p></body>)",
        ],
        TEXT,
    )
    told = told_of(path)

    assert told.text.split("\n\n") == [
        "The flange is made of carbon steel.",
        "Note on “is made of carbon”: Which grade?",
        "Struck out: “The flange”",
        "Text box: Change to stainless 1.4571",
        "Note: Ask the foundry / before May",
        "Stamp: Checked 12 May",
        "Text box: Torque < 40 Nm",
    ]


def test_a_page_of_nothing_but_fields_or_notes_is_not_blank(tmp_path: Path):
    note = write_notes(tmp_path / "note.pdf", [b"/Subtype/Stamp/Rect[60 500 260 520]/AP<</N 5 0 R>>"])
    blank = write_notes(tmp_path / "blank.pdf", [])

    assert (told_of(note).state, told_of(note).text) == (State.READ, "Stamp: Checked 12 May")
    assert (told_of(blank).state, told_of(blank).text) == (State.EMPTY, "")


def test_a_picture_with_a_note_on_it_still_waits_for_recognition(tmp_path: Path):
    note = b"/Subtype/FreeText/Rect[60 600 260 620]/Contents(Seen by M. Ott)"
    told = told_of(write_notes(tmp_path / "scan.pdf", [note], b"0 0 400 400 re f"))

    assert told.pages[0].pictures
    assert told.text == "Text box: Seen by M. Ott"


def test_damaged_annotations_cost_nothing_but_themselves(tmp_path: Path):
    damaged = [
        b"/Subtype/Widget/FT/Tx/V 5 0 R/Rect[0 0]",
        b"/Subtype/Widget/FT/Btn/AS(Off)/Parent 3 0 R/Rect[1 1 1 1]",
        b"/Subtype/Highlight/QuadPoints[1 2 3]/Contents(grade)/Rect[nan nan 1e99 -1e99]",
        b"/Subtype/Stamp/Rect[60 500 60 500]/AP<</N 3 0 R>>",
        b"/Subtype/FreeText/Contents(\xff\xfe\x00\xd8\xd8)/Rect[1 1 2 2]",
    ]
    told = told_of(write_notes(tmp_path / "damaged.pdf", damaged, TEXT))

    assert told.state is State.READ
    assert told.text.startswith("The flange is made of carbon steel.")
    told.text.encode("utf-8")


def test_fields_that_the_form_does_not_list_are_read(tmp_path: Path):
    fields = [
        b"/Subtype/Widget/FT/Tx/T(Batch)/V(LOT-4471)/Rect[60 600 260 620]",
        b"/Subtype/Widget/FT/Btn/T(Released)/AS/Yes/Rect[60 560 80 580]",
    ]
    told = told_of(write_notes(tmp_path / "loose.pdf", fields))

    assert told.text.split("\n\n") == ["Batch: LOT-4471", "Released: ticked"]
