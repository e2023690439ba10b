"""Word's automatic numbers, in headings, paragraphs and tables."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from phi3desk.library.reading.office.numbering import written
from tests.helpers.reading import told_of

#: how a level of a list is written: start, form, text, and what else belongs to it
LevelOf = tuple[int, str, str, str]

CLAUSES: Sequence[LevelOf] = (
    (4, "decimal", "%1", '<w:pStyle w:val="Heading1"/>'),
    (1, "decimal", "%1.%2", '<w:pStyle w:val="Heading2"/>'),
    (1, "lowerLetter", "%3)", ""),
    (1, "upperRoman", "Annex %4", "<w:lvlRestart w:val='0'/>"),
)


class NumberedDocument:
    """A Word document with lists of its own."""

    def __init__(self) -> None:
        self.document = Document()
        self._numbering = self.document.part.numbering_part.element

    def add_list(self, key: int, levels: Sequence[LevelOf], overrides: str = "", of: int | None = None) -> None:
        if of is None:
            of = key
            made = "".join(
                f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
                f'<w:lvlText w:val="{text}"/></w:lvl>'
                for depth, (start, form, text, more) in enumerate(levels)
            )
            self._numbering.insert(
                0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{key}">{made}</w:abstractNum>')
            )
        self._numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{key}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>')
        )

    def number_style(self, style: str, key: int, depth: int | None = None) -> None:
        properties = self.document.styles[style].element.get_or_add_pPr()
        level = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
        properties.insert(0, parse_xml(f'<w:numPr {nsdecls("w")}>{level}<w:numId w:val="{key}"/></w:numPr>'))

    def add(self, text: str, key: int, depth: int = 0, style: str | None = None, into=None) -> None:
        paragraph = (into or self.document).add_paragraph(text, style)
        number = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{key}"/></w:numPr>'
        paragraph._p.get_or_add_pPr().append(parse_xml(number))

    def lines(self, path: Path) -> list[str]:
        self.document.save(str(path))
        return [line for line in told_of(path).text.splitlines() if line]


def test_clauses_are_numbered_through_styles_and_restart_under_each_heading(tmp_path: Path):
    made = NumberedDocument()
    made.add_list(90, CLAUSES)
    for style, depth in (("Heading 1", 0), ("Heading 2", 1)):
        made.number_style(style, 90, depth)
    for level, text in ((1, "Delivery"), (2, "Packaging"), (2, "Penalties")):
        made.document.add_heading(text, level)
    for text, depth in (("strikes", 2), ("bans", 2), ("Drawings", 3)):
        made.add(text, 90, depth)
    made.document.add_heading("Warranty", 1)
    made.document.add_heading("Duration", 2)
    made.add("thirty months", 90, 2)
    made.add("Forms", 90, 3)
    made.add("unnumbered", 0)
    made.document.save(str(tmp_path / "contract.docx"))
    told = told_of(tmp_path / "contract.docx")
    assert [line for line in told.text.splitlines() if line] == [
        "4 Delivery", "4.1 Packaging", "4.2 Penalties", "a) strikes", "b) bans", "Annex I Drawings",
        "5 Warranty", "5.1 Duration", "a) thirty months", "Annex II Forms", "unnumbered",
    ]  # fmt: skip
    assert told.labels == ["4 Delivery › 4.2 Penalties", "5 Warranty › 5.1 Duration"]


def test_lists_share_counters_unless_one_begins_anew(tmp_path: Path):
    made = NumberedDocument()
    made.add_list(90, ((1, "decimal", "%1.", ""), (1, "lowerRoman", "%1.%2", "<w:isLgl/>")))
    made.add_list(91, (), of=90)
    made.add_list(92, (), '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>', of=90)
    for text, key, depth in (("a", 90, 0), ("b", 91, 0), ("c", 92, 0), ("d", 92, 0), ("e", 92, 1), ("f", 90, 0)):
        made.add(text, key, depth)
    made.add("undefined", 77)
    assert made.lines(tmp_path / "lists.docx") == ["1. a", "2. b", "7. c", "8. d", "8.1 e", "9. f", "undefined"]


def test_empty_and_deleted_paragraphs_count_as_word_counts_them(tmp_path: Path):
    made = NumberedDocument()
    made.add_list(90, ((1, "decimalZero", "%1", ""),))
    made.add("first", 90)
    made.add("", 90)
    made.add("gone", 90)
    gone = made.document.paragraphs[-1]._p
    gone.pPr.append(parse_xml(f'<w:rPr {nsdecls("w")}><w:del w:id="1" w:author="a"/></w:rPr>'))
    run = gone.r_lst[0]
    deleted = parse_xml(f'<w:del {nsdecls("w")} w:id="2" w:author="a"/>')
    gone.replace(run, deleted)
    deleted.append(run)
    made.add("third", 90)
    assert made.lines(tmp_path / "empty.docx") == ["01 first", "03 third"]


def test_cells_hold_their_numbers_even_alone(tmp_path: Path):
    made = NumberedDocument()
    made.add_list(90, ((1, "decimal", "%1", ""),))
    table = made.document.add_table(3, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Step", "Action"
    for row, text in ((1, "Close the valve"), (2, "Vent the line")):
        cell = table.cell(row, 0)
        made.add("", 90, into=cell)
        table.cell(row, 1).text = text
    assert made.lines(tmp_path / "steps.docx") == [
        "Step: 1;\tAction: Close the valve",
        "Step: 2;\tAction: Vent the line",
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (28, "lowerLetter", "bb"),
        (4, "upperLetter", "D"),
        (1994, "upperRoman", "MCMXCIV"),
        (9, "lowerRoman", "ix"),
        (7, "decimalZero", "07"),
        (12, "ordinal", "12th"),
        (23, "ordinal", "23rd"),
        (21, "cardinalText", "Twenty-one"),
        (30, "ordinalText", "Thirtieth"),
        (3, "russianLower", "в"),
        (2, "none", ""),
        (14, "japaneseCounting", "十四"),
        (20, "chineseCounting", "二十"),
        (3, "decimalEnclosedCircle", "③"),
        (5, "someFormOfAnotherDay", "5"),
        (0, "upperRoman", "0"),
    ],
)
def test_numbers_in_words_forms(value, form, text):
    assert written(value, form) == text


def test_a_form_of_the_documents_own_keeps_its_zeros():
    assert written(7, "custom", "001, 002, 003, ...") == "007"
