"""Mending, folding, sentences and finding a sentence on a page."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi3desk.library.text import fold, locate, reflow, seen, sentence_spans, sentences

PAGE = (
    "The pump must be inspected before each start, and con\x02\r\nsistently lubri-\r\ncated with oil of the grade "
    "named in\r\nthe table below. It is stopped at once when the seal\r\nleaks.\r\nTable 2\r\nGrade 1 32 46\r\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith set 3.5 bar. Then he left.", ["Dr. Smith set 3.5 bar.", "Then he left."]),
        ("Am 3. Mai kam Dr. Ho. Er prüfte z.B. Ventile.", ["Am 3. Mai kam Dr. Ho.", "Er prüfte z.B. Ventile."]),
        ("Η αντλία λειτουργεί; Ναι, βλ. Σχήμα 2.", ["Η αντλία λειτουργεί;", "Ναι, βλ. Σχήμα 2."]),
        ("Це коштує 5 тис. Грн. не вказано! Далі.", ["Це коштує 5 тис. Грн. не вказано!", "Далі."]),
        ("Črpalko npr. Grundfos ustavite. Nato jo odprite.", ["Črpalko npr. Grundfos ustavite.", "Nato jo odprite."]),
        ("Pompa s-a oprit. Vezi art. 5 din lege.", ["Pompa s-a oprit.", "Vezi art. 5 din lege."]),
        ("Byt t.ex. Oljefiltret. Kontrollera trycket!", ["Byt t.ex. Oljefiltret.", "Kontrollera trycket!"]),
    ],
)
def test_sentences_keep_abbreviations_and_ordinals_together(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_mend_joins_hyphenated_words_and_keeps_rows_apart() -> None:
    shown = reflow(PAGE)
    assert "and consistently lubricated with oil" in shown
    assert shown.splitlines()[-2:] == ["Table 2", "Grade 1 32 46"]


def test_locate_finds_a_mended_sentence_in_the_raw_page() -> None:
    sentence = sentences(reflow(PAGE))[0].upper()
    start, end = locate(PAGE, sentence) or (0, 0)
    assert PAGE[start:end].startswith("The pump must")
    assert PAGE[start:end].endswith("table below")


def test_locate_prefers_the_expected_range() -> None:
    page = "Check the oil. Change the filter. Check the oil."
    assert locate(page, "check the oil", 20, len(page)) == (34, 47)
    assert locate(page, "check the oil", 0, 20) == (0, 13)
    assert locate(page, "check the brakes") is None


def test_locate_bridges_letters_that_an_extractor_lost() -> None:
    page = "The operator sha\x01ll never open the guard while the spindle is still turning at speed."
    assert locate(page, "The operator shaktll never open the guard while the spindle is still turning at speed.")


def test_fold_makes_case_marks_and_apostrophes_equal() -> None:
    assert fold("Внутрішньом’язово") == fold("ВНУТРІШНЬОМ'ЯЗОВО")
    assert fold("ČŠŽ Größe Άλφα ﬁlter") == "csz grosse αλφα filter"


@given(st.text(max_size=300))
def test_sentence_spans_are_in_order_and_lose_no_letter(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b <= c < d for (a, b), (c, d) in pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_name_is_seen_as_it_reads():
    assert seen("bidi\u202egpj.txt") == "bidigpj.txt"
    assert seen("a\nb\u200b\u2028c\x1b[31m") == "a b c[31m"
    assert seen("نمی\u200cخواهم.pdf") == "نمی\u200cخواهم.pdf"
    assert seen("Größe (2).pdf") == "Größe (2).pdf"
